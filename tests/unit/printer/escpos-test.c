/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "drivers/printer/escpos.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "\x1b@\x1bR\x08\x1bt\x01\x1c&\x1c\x43\x01"
#define FOOT "\x1b\x64\x04\x1dVB" /* and a NUL */

static void check(const char *text, const char *number, bool is_again, const char *expect, size_t n) {
        const struct escpos_page page = {text, strlen(text), number, is_again};
        _cleanup_str_ struct str out = STR_INIT;

        assert_int_equal(escpos_write(&page, &out), 0);
        assert_int_equal(out.len, n);
        assert_memory_equal(out.data, expect, n);
}
#define CHECK(text, number, is_again, expect) check(text, number, is_again, expect, sizeof(expect))

static void text_goes_out_in_shift_jis(void **state) {
        (void) state;
        CHECK("", "", false, HEAD FOOT);
        CHECK("abc 12\n", "", false, HEAD "abc 12\n" FOOT);
        CHECK("abc", "", false, HEAD "abc\n" FOOT);
        CHECK("日本語\nｱｲ\n", "0123", false, HEAD "\x93\xfa\x96\x7b\x8c\xea\n\xb1\xb2\n\n0123\n" FOOT);
        CHECK("¥5,090\n", "", false, HEAD "\x5c\x35,090\n" FOOT);
        CHECK("㈱髙〜～—…\n", "", false, HEAD "\x87\x8a\xfb\xfc\x81\x60\x81\x60\x81\x5c\x81\x63\n" FOOT);
}

static void what_the_printer_has_no_letter_for_is_a_geta_mark(void **state) {
        (void) state;
        CHECK("é🈵€\n", "", false, HEAD "\x81\xac\x81\xac\x81\xac\n" FOOT);
        CHECK("\xff\xfe\xc3\n", "", false, HEAD "\x81\xac\x81\xac\x81\xac\n" FOOT);
}

static void no_text_is_a_command(void **state) {
        (void) state;
        CHECK("a\x1b@b\x1dVc\x10\x04\r\t\x7f\n", "\x1b", false, HEAD "a @b Vc     \n\n \n" FOOT);
}

static void one_that_may_be_about_already_says_so_at_its_head(void **state) {
        (void) state;
        CHECK("a\n", "7", true,
                HEAD "\x1b\x61\x01\x1b!\x30\x1c!\x0c\x8d\xc4\x94\xad\x8d\x73 REPRINT\n"
                     "\x1b!\x00\x1c!\x00\x1b\x61\x00"
                     "a\n\n7\n" FOOT);
}

/* Two lines of half blocks are four rows of modules, each as many dots, with nothing around. */
static void a_drawn_code_is_a_picture(void **state) {
        static const char text[] = "a\n█▀\n ▄█\nb\n";
        const struct escpos_page page = {text, strlen(text), "", false};
        _cleanup_str_ struct str out = STR_INIT;
        const char *at;
        size_t n_row, high;

        (void) state;
        assert_int_equal(escpos_write(&page, &out), 0);
        at = memmem(out.data, out.len, "\x1dv0\0", 4);
        assert_non_null(at);
        assert_memory_equal(at - 5, "a\n\x1b\x61\x01", 5);
        n_row = (unsigned char) at[4] | (size_t) (unsigned char) at[5] << 8;
        high = (unsigned char) at[6] | (size_t) (unsigned char) at[7] << 8;
        assert_int_equal(n_row, (11 * 6 + 7) / 8);
        assert_int_equal(high, (4 + 8) * 6);
        for (size_t y = 0; y < high; y++)
                for (size_t x = 0; x < 66; x++) {
                        static const char *const rows[] = {"##.", "#..", "..#", ".##"};
                        size_t mx = x / 6, my = y / 6;
                        bool is_black = (unsigned char) at[8 + y * n_row + x / 8] & 0x80 >> x % 8;
                        bool expect = mx >= 4 && mx < 7 && my >= 4 && my < 8 && rows[my - 4][mx - 4] == '#';

                        assert_int_equal(is_black, expect);
                }
        at += 8 + n_row * high;
        assert_memory_equal(at,
                "\x1b\x61\x00"
                "b\n" FOOT,
                sizeof("\x1b\x61\x00"
                       "b\n" FOOT));
}

static void blanks_alone_are_no_picture(void **state) {
        (void) state;
        CHECK("  \n\n", "", false, HEAD "  \n\n" FOOT);
        CHECK("█a\n", "", false, HEAD "\x81\xac\x61\n" FOOT);
}

static void more_than_a_page_is_refused(void **state) {
        _cleanup_str_ struct str out = STR_INIT;
        _autofree_ char *text = calloc(1, ESCPOS_TEXT_MAX + 1);
        struct escpos_page page = {text, ESCPOS_TEXT_MAX + 1, "", false};

        (void) state;
        assert_non_null(text);
        assert_int_equal(escpos_write(&page, &out), -EMSGSIZE);
        page.n--;
        assert_int_equal(escpos_write(&page, &out), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(text_goes_out_in_shift_jis),
                cmocka_unit_test(what_the_printer_has_no_letter_for_is_a_geta_mark),
                cmocka_unit_test(no_text_is_a_command),
                cmocka_unit_test(one_that_may_be_about_already_says_so_at_its_head),
                cmocka_unit_test(a_drawn_code_is_a_picture),
                cmocka_unit_test(blanks_alone_are_no_picture),
                cmocka_unit_test(more_than_a_page_is_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
