/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/diag.h"
#include "firmware/base/str.h"

#include <string.h>

static void what_is_unknown_is_left_out(void **state) {
        static const struct {
                const char *file;
                int line, column;
                const char *key, *expect;
        } cases[] = {
                {"a.yaml", 3, 5, "scanner.match", "a.yaml:3:5: scanner.match: is wrong"},
                {"a.yaml", 3, 0, "scanner.match", "a.yaml:3: scanner.match: is wrong"},
                {"a.yaml", 0, 0, NULL, "a.yaml: is wrong"},
                {"", 1, 2, NULL, "1:2: is wrong"},
                {"", 0, 0, "qty", "qty: is wrong"},
                {"", 0, 0, NULL, "is wrong"},
        };
        char buf[600];

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct diag d = {0};

                assert_true(copy_text(d.file, sizeof(d.file), cases[i].file));
                diag_set(&d, cases[i].line, cases[i].column, cases[i].key, "is %s", "wrong");
                assert_string_equal(diag_str(&d, buf, sizeof(buf)), cases[i].expect);
        }
}

static void long_texts_are_cut_between_characters(void **state) {
        struct diag d = {0};
        char long_text[1000], buf[8];

        (void) state;
        for (size_t i = 0; i + 3 < sizeof(long_text); i += 3)
                memcpy(long_text + i, "\xE9\x80\x81", 4);
        diag_set(&d, 0, 0, long_text, "%s", long_text);
        assert_int_equal(strlen(d.text), 255 / 3 * 3);
        assert_int_equal(strlen(d.key), 127 / 3 * 3);
        assert_int_equal(strlen(diag_str(&d, buf, sizeof(buf))), 6);
        assert_string_equal(diag_str(&d, buf, 1), "");
}

static void control_bytes_of_an_input_do_not_reach_the_reader(void **state) {
        struct diag d = {0};

        (void) state;
        diag_set(&d, 0, 0, "a\x1b[2J\n", "b\r%s", "\x7F");
        assert_string_equal(d.key, "a?[2J?");
        assert_string_equal(d.text, "b??");
}

static void a_caller_without_interest_passes_null_and_one_may_extend_its_own_key(void **state) {
        struct diag d = {0};

        (void) state;
        diag_set(NULL, 1, 1, "x", "y");
        diag_set(&d, 1, 1, "x", "y");
        diag_set(&d, 2, 2, d.key, "%s again", d.text);
        assert_string_equal(d.key, "x");
        assert_string_equal(d.text, "y again");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_unknown_is_left_out),
                cmocka_unit_test(long_texts_are_cut_between_characters),
                cmocka_unit_test(control_bytes_of_an_input_do_not_reach_the_reader),
                cmocka_unit_test(a_caller_without_interest_passes_null_and_one_may_extend_its_own_key),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
