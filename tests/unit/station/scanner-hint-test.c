/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/station/scanner-hint.h"

static void half_a_code_is_an_accident_and_three_in_a_row_are_the_suffix(void **state) {
        struct scanner_hint h = {0};

        (void) state;
        for (int i = 0; i < 2; i++) {
                assert_int_equal(
                        scanner_hint_on_refused(&h, SCAN_REFUSED_UNFINISHED, true), SCAN_LOST_UNFINISHED);
                assert_string_equal(h.text, "");
        }
        assert_int_equal(
                scanner_hint_on_refused(&h, SCAN_REFUSED_UNFINISHED, true), SCAN_LOST_UNFINISHED_AGAIN);
        assert_non_null(strstr(h.text, "suffix"));
        scanner_hint_on_scan(&h, "4901234567894");
        assert_string_equal(h.text, ""); /* a whole code shows that it ends as it should */
}

static void a_whole_code_between_them_makes_them_accidents(void **state) {
        struct scanner_hint h = {0};

        (void) state;
        for (int i = 0; i < 5; i++) {
                (void) scanner_hint_on_refused(&h, SCAN_REFUSED_CONTROL, true);
                (void) scanner_hint_on_refused(&h, SCAN_REFUSED_CONTROL, true);
                scanner_hint_on_scan(&h, "4901234567894");
        }
        assert_string_equal(h.text, "");
        for (int i = 0; i < 3; i++)
                (void) scanner_hint_on_refused(&h, SCAN_REFUSED_CONTROL, true);
        assert_non_null(strstr(h.text, "prefix and suffix"));
}

static void what_comes_in_reports_has_neither_prefix_nor_suffix(void **state) {
        struct scanner_hint h = {0};

        (void) state;
        for (int i = 0; i < 5; i++)
                assert_int_equal(
                        scanner_hint_on_refused(&h, SCAN_REFUSED_UNFINISHED, false), SCAN_LOST_UNFINISHED);
        assert_string_equal(h.text, "");
}

static void a_layout_is_told_by_a_key_at_once_and_by_a_text_when_it_meant_nothing(void **state) {
        struct scanner_hint h = {0};

        (void) state;
        (void) scanner_hint_on_refused(&h, SCAN_REFUSED_LAYOUT, true);
        assert_non_null(strstr(h.text, "layout"));
        scanner_hint_on_scan(&h, "4901234567894"); /* digits lie at the same keys everywhere */
        assert_non_null(strstr(h.text, "layout"));
        scanner_hint_forget(&h);
        scanner_hint_on_scan(&h, "okuru-c-ok");
        scanner_hint_on_verdict(&h, VERDICT_PACKED); /* a merchant may use any text */
        assert_string_equal(h.text, "");
        scanner_hint_on_verdict(&h, VERDICT_LAYOUT_WRONG);
        assert_non_null(strstr(h.text, "layout (case)"));
}

static void a_prefix_is_told_when_a_code_meant_nothing(void **state) {
        struct scanner_hint h = {0};

        (void) state;
        scanner_hint_on_scan(&h, "F4901234567894");
        assert_string_equal(h.text, "");
        scanner_hint_on_verdict(&h, VERDICT_UNKNOWN_CODE);
        assert_non_null(strstr(h.text, "it puts 1 characters before each code"));
        scanner_hint_forget(&h);
        scanner_hint_on_scan(&h, "SOMETHING-ELSE");
        scanner_hint_on_verdict(&h, VERDICT_UNKNOWN_CODE);
        assert_string_equal(h.text, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(half_a_code_is_an_accident_and_three_in_a_row_are_the_suffix),
                cmocka_unit_test(a_whole_code_between_them_makes_them_accidents),
                cmocka_unit_test(what_comes_in_reports_has_neither_prefix_nor_suffix),
                cmocka_unit_test(a_layout_is_told_by_a_key_at_once_and_by_a_text_when_it_meant_nothing),
                cmocka_unit_test(a_prefix_is_told_when_a_code_meant_nothing),
        };
        return cmocka_run_group_tests_name("station-scanner-hint", tests, NULL, NULL);
}
