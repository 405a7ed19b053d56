/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/say.h"

#include <string.h>

static const struct {
        const char *name, *input, *shown, *json;
} texts[] = {
        {"words", "靴下 25cm", "靴下 25cm", "靴下 25cm"},
        {"nothing", "", "", ""},
        {"colour", "\x1b[31m", "\\x1b[31m", "\\u001b[31m"},
        {"new line", "a\nb", "a\\x0ab", "a\\u000ab"},
        {"carriage return", "a\rb", "a\\x0db", "a\\u000db"},
        {"tab", "a\tb", "a\\x09b", "a\\u0009b"},
        {"delete", "\x7f", "\\x7f", "\\u007f"},
        {"CSI in one character",
                "\xc2\x9b"
                "31m",
                "\\xc2\\x9b31m", "\\u009b31m"},
        {"last of C1", "\xc2\x9f", "\\xc2\\x9f", "\\u009f"},
        {"first behind C1", "\xc2\xa0", "\xc2\xa0", "\xc2\xa0"},
        {"written right to left",
                "\xe2\x80\xae"
                "abc",
                "\\xe2\\x80\\xaeabc", "\\u202eabc"},
        {"isolate", "\xe2\x81\xa6", "\\xe2\\x81\\xa6", "\\u2066"},
        {"Arabic letter mark", "\xd8\x9c", "\\xd8\\x9c", "\\u061c"},
        {"line separator", "\xe2\x80\xa8", "\\xe2\\x80\\xa8", "\\u2028"},
        {"dash nearby", "\xe2\x80\x94", "\xe2\x80\x94", "\xe2\x80\x94"},
        {"beyond the BMP", "\xf0\x9f\x93\xa6", "\xf0\x9f\x93\xa6", "\xf0\x9f\x93\xa6"},
};

static void what_could_drive_a_terminal_is_made_visible(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_str_ struct str out = STR_INIT;

                say_safely(&out, texts[i].input);
                if (strcmp(out.data ? out.data : "", texts[i].shown) != 0)
                        fail_msg("%s: %s", texts[i].name, out.data);
        }
}

static void json_keeps_its_value_and_is_harmless_to_see(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_str_ struct str out = STR_INIT;
                size_t n = strlen(texts[i].json);

                say_json_to(&out, texts[i].input);
                if (out.len != n + 1 || strncmp(out.data, texts[i].json, n) != 0 || out.data[n] != '\n')
                        fail_msg("%s: %s", texts[i].name, out.data);
        }
}

static void bytes_that_are_no_text_are_shown_one_by_one(void **state) {
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        say_safely(&out, "a\xff\xe9\x9d"
                         "b\xc0\xaf");
        assert_string_equal(out.data, "a\\xff\\xe9\\x9db\\xc0\\xaf");
}

static void a_field_without_text_is_no_line(void **state) {
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        say_field(&out, "shelf", "%s", "");
        assert_int_equal(out.len, 0);
        say_field(&out, "shelf", "%s", "h\n3");
        assert_string_equal(out.data, "shelf     h\\x0a3\n");
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_could_drive_a_terminal_is_made_visible),
                cmocka_unit_test(json_keeps_its_value_and_is_harmless_to_see),
                cmocka_unit_test(bytes_that_are_no_text_are_shown_one_by_one),
                cmocka_unit_test(a_field_without_text_is_no_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
