/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/str.h"

#include <errno.h>
#include <string.h>

static void appended_pieces_become_one_text(void **state) {
        _cleanup_str_ struct str s = STR_INIT;
        _autofree_ char *text = NULL;

        (void) state;
        str_add(&s, "a");
        str_add_char(&s, 'b');
        str_add_n(&s, "cde", 2);
        str_addf(&s, "%d-%s", 5, "x");
        assert_int_equal(s.len, strlen("abcd5-x"));
        assert_int_equal(str_take(&s, &text), 0);
        assert_string_equal(text, "abcd5-x");
        assert_null(s.data);
}

static void nothing_appended_is_taken_as_the_empty_text(void **state) {
        _cleanup_str_ struct str s = STR_INIT;
        _autofree_ char *text = NULL;

        (void) state;
        assert_int_equal(str_take(&s, &text), 0);
        assert_string_equal(text, "");
}

static void a_long_format_grows_the_text(void **state) {
        _cleanup_str_ struct str s = STR_INIT;

        (void) state;
        for (int i = 0; i < 100; i++)
                str_addf(&s, "%0*d", i, 7);
        assert_int_equal(s.error, 0);
        assert_int_equal(s.len, strlen(s.data));
        assert_int_equal(s.len, 1 + 99 * 100 / 2);
}

static void what_is_added_within_its_room_moves_nothing(void **state) {
        _cleanup_str_ struct str s = STR_INIT;
        const char *before;

        (void) state;
        assert_true(str_reserve(&s, 1000));
        assert_string_equal(s.data, "");
        before = s.data;
        for (int i = 0; i < 1000; i++)
                str_add_char(&s, 'x');
        assert_ptr_equal(s.data, before);
        assert_int_equal(s.len, 1000);
        assert_false(str_reserve(&s, SIZE_MAX));
        assert_int_equal(s.error, -ENOMEM);
}

static void an_error_sticks_until_cleared_and_leaves_the_output_alone(void **state) {
        _cleanup_str_ struct str s = STR_INIT;
        _autofree_ char *taken = NULL;
        char mine[] = "mine", *text = mine;

        (void) state;
        str_add(&s, "x");
        str_add_n(&s, "y", SIZE_MAX - 1);
        assert_int_equal(s.error, -ENOMEM);
        str_add(&s, "z");
        assert_string_equal(s.data, "x");
        assert_int_equal(str_take(&s, &text), -ENOMEM);
        assert_ptr_equal(text, mine);
        assert_null(s.data);

        str_add_n(&s, "y", SIZE_MAX - 1);
        str_clear(&s);
        str_add(&s, "again");
        assert_int_equal(str_take(&s, &taken), 0);
        assert_string_equal(taken, "again");
}

static void utf8_is_read_as_rfc_3629_says(void **state) {
        static const struct {
                const char *name, *bytes;
                size_t n;
                bool valid;
        } cases[] = {
                {"nothing", "", 0, true},
                {"ascii", "abc~", 4, true},
                {"two bytes", "\xC3\xA9", 2, true},
                {"three bytes", "\xE9\x80\x81\xE3\x82\x8B", 6, true},
                {"four bytes", "\xF0\x9F\x93\xA6", 4, true},
                {"U+10FFFF", "\xF4\x8F\xBF\xBF", 4, true},
                {"U+D7FF", "\xED\x9F\xBF", 3, true},
                {"NUL", "a\0b", 3, false},
                {"lone continuation", "\x80", 1, false},
                {"overlong slash", "\xC0\xAF", 2, false},
                {"overlong in two bytes", "\xC1\xBF", 2, false},
                {"overlong in three bytes", "\xE0\x9F\xBF", 3, false},
                {"overlong in four bytes", "\xF0\x8F\xBF\xBF", 4, false},
                {"surrogate", "\xED\xA0\x80", 3, false},
                {"above U+10FFFF", "\xF4\x90\x80\x80", 4, false},
                {"five byte form", "\xF8\x88\x80\x80\x80", 5, false},
                {"cut short", "\xE9\x80", 2, false},
                {"continuation missing", "\xE9\x80z", 3, false},
                {"0xFF", "\xFF", 1, false},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                if (utf8_is_valid(cases[i].bytes, cases[i].n) != cases[i].valid)
                        fail_msg("%s", cases[i].name);
}

static void characters_are_counted_and_never_cut_in_two(void **state) {
        const char *text = "a\xE9\x80\x81"
                           "b";

        (void) state;
        assert_int_equal(utf8_length(text), 3);
        assert_int_equal(utf8_cut(text, 0), 0);
        assert_int_equal(utf8_cut(text, 1), 1);
        assert_int_equal(utf8_cut(text, 2), 1);
        assert_int_equal(utf8_cut(text, 3), 1);
        assert_int_equal(utf8_cut(text, 4), 4);
        assert_int_equal(utf8_cut(text, 5), 5);
        assert_int_equal(utf8_cut(text, 50), 5);
}

static void ids_and_names_have_their_own_alphabets(void **state) {
        static const struct {
                const char *text;
                bool id, name, printable, one_line;
        } cases[] = {
                {"", false, false, true, true},
                {"s-1", true, true, true, true},
                {"S-1.a_b:c", true, false, true, true},
                {"a b", false, false, true, true},
                {"a/b", false, false, true, true},
                {"12345678901234567890123456789012", true, true, true, true},
                {"123456789012345678901234567890123", false, false, true, true},
                {"a\n", false, false, false, false},
                {"a\tb", false, false, false, false},
                {"a\x1b[2J", false, false, false, false},
                {"a\x7F", false, false, false, false},
                {"a\xC2\x9B", false, false, false, false},
                {"\xC2\xA0", false, false, false, true},
                {"\xE9\x80\x81", false, false, false, true},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const char *t = cases[i].text;

                if (id_is_valid(t, 32) != cases[i].id || name_is_valid(t) != cases[i].name ||
                        ascii_is_printable(t) != cases[i].printable ||
                        text_is_one_line(t) != cases[i].one_line)
                        fail_msg("case %zu", i);
        }
        assert_false(id_is_valid("abc", 2));
        assert_true(id_is_valid("ab", 2));
}

static void a_copy_tells_when_it_was_cut(void **state) {
        char to[4];

        (void) state;
        assert_true(copy_text(to, sizeof(to), "abc"));
        assert_string_equal(to, "abc");
        assert_false(copy_text(to, sizeof(to), "abcd"));
        assert_string_equal(to, "abc");
        assert_false(copy_text(to, 0, "abcd"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(appended_pieces_become_one_text),
                cmocka_unit_test(nothing_appended_is_taken_as_the_empty_text),
                cmocka_unit_test(a_long_format_grows_the_text),
                cmocka_unit_test(what_is_added_within_its_room_moves_nothing),
                cmocka_unit_test(an_error_sticks_until_cleared_and_leaves_the_output_alone),
                cmocka_unit_test(utf8_is_read_as_rfc_3629_says),
                cmocka_unit_test(characters_are_counted_and_never_cut_in_two),
                cmocka_unit_test(ids_and_names_have_their_own_alphabets),
                cmocka_unit_test(a_copy_tells_when_it_was_cut),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
