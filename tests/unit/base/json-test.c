/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A copy of exactly @n bytes, so that a read behind the end is seen by the sanitizer. */
static int parse_n(const char *text, size_t n, struct json **rootp, struct diag *d) {
        _autofree_ char *copy = malloc(n ? n : 1);

        memcpy(copy, text, n);
        return json_parse(copy, n, rootp, d);
}

static struct json *parse(const char *text) {
        struct json *root = NULL;
        struct diag d = {0};

        if (parse_n(text, strlen(text), &root, &d) != 0)
                fail_msg("%s: %d:%d %s", text, d.line, d.column, d.text);
        return root;
}

static void refuse(const char *name, const char *text, size_t n, int line, int column, const char *why) {
        struct json *root = NULL;
        struct diag d = {0};

        if (parse_n(text, n, &root, &d) != -EBADMSG || root)
                fail_msg("%s: was read", name);
        if (d.line != line || d.column != column || !strstr(d.text, why))
                fail_msg("%s: %d:%d %s", name, d.line, d.column, d.text);
        assert_int_equal(parse_n(text, n, &root, NULL), -EBADMSG);
}

struct refusal {
        const char *name, *text;
        int line, column;
        const char *why;
};

static void refuse_all(const struct refusal *cases, size_t n) {
        for (size_t i = 0; i < n; i++)
                refuse(cases[i].name, cases[i].text, strlen(cases[i].text), cases[i].line, cases[i].column,
                        cases[i].why);
}

static void assert_prints(const struct json *v, const char *expect) {
        _cleanup_str_ struct str out = STR_INIT;

        json_print(v, &out);
        assert_int_equal(out.error, 0);
        assert_string_equal(out.data, expect);
}

static void what_is_json_is_read_and_printed_compactly(void **state) {
        static const struct {
                const char *text, *print;
        } cases[] = {
                {"{}", "{}"},
                {" [ ] ", "[]"},
                {"null", "null"},
                {"\t\r\n true", "true"},
                {"false ", "false"},
                {"\"\"", "\"\""},
                {"0", "0"},
                {"-0", "0"},
                {"-12", "-12"},
                {"1.5", "1.5"},
                {"0.1", "0.1"},
                {"0.30000000000000004", "0.30000000000000004"},
                {"1e3", "1000"},
                {"1.50E+1", "15"},
                {"1200e-2", "12"},
                {"0e-99999999999999999999", "0"},
                {"-1.7976931348623157e308", "-1.7976931348623157e+308"},
                {"[1,[2,{\"a\":[]}],null]", "[1,[2,{\"a\":[]}],null]"},
                {"{\"b\":1, \"a\" :2}", "{\"b\":1,\"a\":2}"},
                {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
                {"\"\\u0001\\u001f\\u007f\"", "\"\\u0001\\u001f\x7F\""},
                {"\"\\u9001\\ud83d\\udce6\"", "\"\xE9\x80\x81\xF0\x9F\x93\xA6\""},
                {"\"\xE9\x80\x81\xC2\x9B\"", "\"\xE9\x80\x81\xC2\x9B\""},
                {"{\"\":{\"\":0}}", "{\"\":{\"\":0}}"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(json_freep) struct json *root = parse(cases[i].text);

                assert_prints(root, cases[i].print);
        }
}

static void what_is_not_json_is_refused_with_its_place(void **state) {
        static const struct refusal cases[] = {
                {"nothing", "", 1, 1, "too early"},
                {"space only", " \n ", 2, 2, "too early"},
                {"open object", "{", 1, 2, "too early"},
                {"open array", "[", 1, 2, "too early"},
                {"open member", "{\"a\"", 1, 5, "too early"},
                {"no value", "{\"a\":", 1, 6, "too early"},
                {"no colon", "{\"a\" 1}", 1, 6, "expected :"},
                {"no quotes", "{a:1}", 1, 2, "double quotes"},
                {"single quotes", "{'a':1}", 1, 2, "double quotes"},
                {"comma before the end", "[1,]", 1, 4, "not a JSON value"},
                {"comma before the brace", "{\"a\":1,}", 1, 8, "double quotes"},
                {"two commas", "[1,,2]", 1, 4, "not a JSON value"},
                {"wrong bracket", "[1}", 1, 3, "expected , or ]"},
                {"wrong brace", "{\"a\":1]", 1, 7, "expected , or }"},
                {"comment", "[1, // x\n2]", 1, 5, "not a JSON value"},
                {"word", "[\n  yes]", 2, 3, "not a JSON value"},
                {"half a word", "nul", 1, 1, "not a JSON value"},
                {"upper case word", "True", 1, 1, "not a JSON value"},
                {"NaN", "NaN", 1, 1, "not a JSON value"},
                {"infinity", "-Infinity", 1, 1, "not a JSON value"},
                {"plus", "+1", 1, 1, "not a JSON value"},
                {"minus", "-", 1, 1, "not a JSON value"},
                {"point first", ".5", 1, 1, "not a JSON value"},
                {"point last", "5.", 1, 1, "after the point"},
                {"point alone", "[5.]", 1, 2, "after the point"},
                {"exponent empty", "1e", 1, 1, "exponent"},
                {"exponent sign only", "1e+", 1, 1, "exponent"},
                {"hex", "0x10", 1, 2, "after the end"},
                {"unknown escape", "\"\\a\"", 1, 2, "unknown escape"},
                {"escaped quote at the end", "\"\\\"", 1, 1, "does not end"},
                {"backslash at the end", "\"\\", 1, 2, "does not end"},
                {"open string", "[\"a", 1, 2, "does not end"},
                {"short \\u", "\"\\u12\"", 1, 2, "four hex"},
                {"bad \\u", "\"\\u12g4\"", 1, 2, "four hex"},
                {"BOM", "\xEF\xBB\xBF{}", 1, 1, "not a JSON value"},
                {"form feed as space", "\f1", 1, 1, "not a JSON value"},
                {"columns count characters", "[\"\xE9\x80\x81\", x]", 1, 7, "not a JSON value"},
        };

        (void) state;
        refuse_all(cases, ELEMENTSOF(cases));
}

/* The traps J1 to J5 of the library, each by its own name. */

static void j1_trailing_bytes_are_refused(void **state) {
        static const struct refusal cases[] = {
                {"garbage", "{}x", 1, 3, "after the end"},
                {"two documents", "{} {}", 1, 4, "after the end"},
                {"a comma", "1,", 1, 2, "after the end"},
        };

        (void) state;
        refuse_all(cases, ELEMENTSOF(cases));
        refuse("NUL", "{}\0", 3, 1, 3, "after the end");
        refuse("NUL inside", "{\0}", 3, 1, 2, "double quotes");
}

static void j1_only_the_given_bytes_are_read(void **state) {
        _cleanup_(json_freep) struct json *root = NULL;

        (void) state;
        assert_int_equal(parse_n("[12345]", 7, &root, NULL), 0);
        root = json_free(root);
        assert_int_equal(parse_n("12345", 3, &root, NULL), 0);
        assert_prints(root, "123");
        refuse("cut", "[12345]", 4, 1, 5, "too early");
        refuse("cut in an escape", "\"\\u12345\"", 5, 1, 2, "four hex");
        refuse("cut in a character", "\"\xE9\x80\x81\"", 3, 1, 2, "not UTF-8");
}

static void j1_bytes_that_are_not_utf8_are_refused(void **state) {
        static const struct refusal cases[] = {
                {"0xFF", "\"a\xFF\"", 1, 3, "not UTF-8"},
                {"overlong", "\"\xC0\xAF\"", 1, 2, "not UTF-8"},
                {"surrogate", "\"\xED\xA0\x80\"", 1, 2, "not UTF-8"},
                {"in a key", "{\"\xFF\":1}", 1, 3, "not UTF-8"},
                {"Shift-JIS", "\"\x91\x97\"", 1, 2, "not UTF-8"},
        };

        (void) state;
        refuse_all(cases, ELEMENTSOF(cases));
}

static void j1_raw_control_bytes_in_strings_are_refused(void **state) {
        static const struct refusal cases[] = {
                {"newline", "\"a\nb\"", 1, 3, "control byte"},
                {"tab", "\"a\tb\"", 1, 3, "control byte"},
                {"ESC in a key", "{\"\x1b\":1}", 1, 3, "control byte"},
        };

        (void) state;
        refuse_all(cases, ELEMENTSOF(cases));
        refuse("NUL", "\"a\0b\"", 5, 1, 3, "control byte");
}

static void j1_duplicate_keys_are_refused_however_they_are_written(void **state) {
        static const struct {
                const char *name, *text;
                int column;
                const char *key;
        } cases[] = {
                {"plain", "{\"a\":1,\"b\":2,\"a\":3}", 14, "a"},
                {"by escape", "{\"a\":1,\"\\u0061\":2}", 8, "a"},
                {"escape first", "{\"\\u0061\":2,\"a\":1}", 13, "a"},
                {"two escapes", "{\"\\/\":2,\"\\u002F\":1}", 9, "/"},
                {"surrogate pair", "{\"\xF0\x9F\x93\xA6\":2,\"\\ud83d\\udce6\":1}", 8, "\xF0\x9F\x93\xA6"},
                {"two bytes", "{\"\xC3\xA9\":2,\"\\u00e9\":1}", 8, "\xC3\xA9"},
                {"three bytes", "{\"\xE9\x80\x81\":2,\"\\u9001\":1}", 8, "\xE9\x80\x81"},
                {"after an inner object", "{\"a\":{\"a\":1,\"b\":{}},\"a\":3}", 21, "a"},
                {"in an inner object", "{\"b\":[{\"x\":1,\"x\":1}],\"x\":3}", 14, "x"},
                {"empty", "{\"\":1,\"\":3}", 7, ""},
                {"among many",
                        "{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"c\":0}",
                        56, "c"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct json *root = NULL;
                struct diag d = {0};

                if (parse_n(cases[i].text, strlen(cases[i].text), &root, &d) != -EBADMSG)
                        fail_msg("%s: was read", cases[i].name);
                assert_string_equal(d.text, "duplicate key");
                assert_string_equal(d.key, cases[i].key);
                assert_int_equal(d.column, cases[i].column);
        }
}

static void j1_the_same_key_in_different_objects_is_no_duplicate(void **state) {
        _cleanup_(json_freep) struct json *root =
                parse("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"A\":1,\"aa\":1}");

        (void) state;
        assert_int_equal(json_size(root), 3);
}

/* 200,000 members took 0.1 s when written; each compared with each would take minutes. */
static void j1_a_hostile_number_of_keys_is_checked_quickly(void **state) {
        _cleanup_str_ struct str text = STR_INIT;
        _cleanup_(json_freep) struct json *root = NULL;
        struct diag d = {0};
        clock_t begin = clock();

        (void) state;
        str_add_char(&text, '{');
        for (int i = 0; i < 200000; i++)
                str_addf(&text, "\"same beginning %d\":0,", i);
        str_add(&text, "\"same beginning 777\":0}");
        assert_int_equal(text.error, 0);
        assert_int_equal(json_parse(text.data, text.len, &root, &d), -EBADMSG);
        assert_string_equal(d.key, "same beginning 777");
        assert_true(clock() - begin < 10 * CLOCKS_PER_SEC);
}

static void j1_depth_ends_at_sixteen(void **state) {
        _cleanup_(json_freep) struct json *root = NULL;
        char text[2 * (JSON_DEPTH_MAX + 1)];

        (void) state;
        memset(text, '[', JSON_DEPTH_MAX + 1);
        memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
        refuse("one too deep", text, sizeof(text), 1, JSON_DEPTH_MAX + 1, "too deeply");
        assert_int_equal(parse_n(text + 1, sizeof(text) - 2, &root, NULL), 0);
}

static void j1_a_key_is_found_only_in_its_own_case(void **state) {
        _cleanup_(json_freep) struct json *root = parse("{\"A\":1,\"b\":2}");

        (void) state;
        assert_null(json_get(root, "a"));
        assert_non_null(json_get(root, "A"));
        assert_null(json_get(root, "B"));
}

static void j1_a_text_beyond_the_limit_is_refused_unread(void **state) {
        _autofree_ char *text = malloc(JSON_TEXT_MAX + 1);
        struct json *root = NULL;
        struct diag d = {0};

        (void) state;
        memset(text, ' ', JSON_TEXT_MAX + 1);
        text[JSON_TEXT_MAX - 1] = '1';
        assert_int_equal(json_parse(text, JSON_TEXT_MAX + 1, &root, &d), -EBADMSG);
        assert_non_null(strstr(d.text, "more than"));
        assert_int_equal(json_parse(text, JSON_TEXT_MAX, &root, &d), 0);
        (void) json_free(root);
}

static void j2_numbers_print_as_they_are_and_not_as_1_7e_15(void **state) {
        static const char *const exact[] = {"1700000000000000", "1000000000000000", "9007199254740991",
                "-9007199254740991", "1234567890123450", "4294967296"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(exact); i++) {
                _cleanup_(json_freep) struct json *root = parse(exact[i]);

                assert_prints(root, exact[i]);
        }
}

static void j2_only_exact_integers_are_integers(void **state) {
        static const struct {
                const char *text;
                bool ok;
                int64_t value;
        } cases[] = {
                {"9007199254740991", true, 9007199254740991},
                {"-9007199254740991", true, -9007199254740991},
                {"9007199254740992", false, 0},
                {"9007199254740993", false, 0},
                {"-9007199254740992", false, 0},
                {"18446744073709551616", false, 0},
                {"1e300", false, 0},
                {"1.0", true, 1},
                {"1e3", true, 1000},
                {"1.5", false, 0},
                {"-0", true, 0},
                {"\"1\"", false, 0},
                {"true", false, 0},
                {"null", false, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(json_freep) struct json *root = parse(cases[i].text);
                int64_t value = 77;
                int r = json_int(root, &value);

                if (r != (cases[i].ok ? 0 : -EINVAL) || value != (cases[i].ok ? cases[i].value : 77))
                        fail_msg("%s", cases[i].text);
        }
        assert_int_equal(json_int(NULL, &(int64_t){0}), -EINVAL);
}

static void j2_a_number_that_no_double_keeps_is_refused(void **state) {
        static const struct refusal cases[] = {
                {"too large", "1e309", 1, 1, "too large"},
                {"too large and negative", "[-1e309]", 1, 2, "too large"},
                {"huge exponent", "1e99999999999999999999", 1, 1, "too large"},
                {"vanishes", "1e-400", 1, 1, "more digits"},
                {"vanishes utterly", "1e-99999999999999999999", 1, 1, "more digits"},
                {"fraction lost", "9007199254740991.4", 1, 1, "more digits"},
                {"rounds to one", "0.99999999999999999999", 1, 1, "more digits"},
                {"rounds to a whole", "90071992547409914e-1", 1, 1, "more digits"},
                {"leading zero", "01", 1, 1, "begin with 0"},
                {"negative leading zero", "-01", 1, 1, "begin with 0"},
                {"64 digits", "1000000000000000000000000000000000000000000000000000000000000000", 1, 1, "63"},
        };

        (void) state;
        refuse_all(cases, ELEMENTSOF(cases));
}

static void j3_an_integer_does_not_saturate_at_2147483647(void **state) {
        _cleanup_(json_freep) struct json *root = parse("{\"a\":2147483648,\"b\":-2147483649}");

        (void) state;
        assert_int_equal(json_get_int(root, "a", 0), 2147483648);
        assert_int_equal(json_get_int(root, "b", 0), -2147483649);
}

static void j4_an_escaped_nul_does_not_cut_a_text(void **state) {
        static const struct refusal cases[] = {
                {"value", "\"a\\u0000b\"", 1, 3, "NUL"},
                {"key", "{\"a\\u0000\":1}", 1, 4, "NUL"},
        };

        (void) state;
        refuse_all(cases, ELEMENTSOF(cases));
}

static void j4_lone_surrogates_are_refused(void **state) {
        static const struct refusal cases[] = {
                {"high", "\"\\ud83d\"", 1, 2, "surrogate"},
                {"low", "\"\\udce6\"", 1, 2, "surrogate"},
                {"high high", "\"\\ud83d\\ud83d\"", 1, 2, "surrogate"},
                {"high and text", "\"\\ud83dx\"", 1, 2, "surrogate"},
                {"high and escape", "\"\\ud83d\\n\"", 1, 2, "surrogate"},
                {"in a key", "{\"\\udce6\":1}", 1, 3, "surrogate"},
        };

        (void) state;
        refuse_all(cases, ELEMENTSOF(cases));
}

static void j5_a_diagnosis_does_not_quote_the_input(void **state) {
        const char *text = "{\"name\":\"Yamada\",\"phone\":0901234x}";
        struct json *root = NULL;
        struct diag d = {0};

        (void) state;
        assert_int_equal(json_parse(text, strlen(text), &root, &d), -EBADMSG);
        assert_null(strstr(d.text, "Yamada"));
        assert_null(strstr(d.text, "090"));
        assert_string_equal(d.key, "");
}

static void members_are_walked_in_their_order(void **state) {
        _cleanup_(json_freep) struct json *root = parse("{\"b\":[10,20,30],\"a\":\"x\",\"t\":true}");
        const struct json *v = json_first(root);

        (void) state;
        assert_string_equal(json_key(v), "b");
        assert_int_equal(json_size(v), 3);
        assert_prints(json_at(v, 2), "30");
        assert_null(json_at(v, 3));
        assert_null(json_key(json_first(v)));
        v = json_next(v);
        assert_string_equal(json_key(v), "a");
        assert_null(json_first(v));
        assert_null(json_next(json_next(v)));
        assert_null(json_at(root, 0));
        assert_string_equal(json_get_string(root, "a", "y"), "x");
        assert_string_equal(json_get_string(root, "t", "y"), "y");
        assert_true(json_get_bool(root, "t", false));
        assert_true(json_get_bool(root, "a", true));
        assert_int_equal(json_get_int(root, "a", -3), -3);
}

static void what_is_not_there_can_be_asked(void **state) {
        (void) state;
        assert_int_equal(json_type(NULL), JSON_NULL);
        assert_null(json_get(NULL, "a"));
        assert_null(json_first(NULL));
        assert_null(json_next(NULL));
        assert_null(json_key(NULL));
        assert_null(json_string(NULL));
        assert_null(json_at(NULL, 0));
        assert_int_equal(json_size(NULL), 0);
        assert_false(json_is_true(NULL));
        assert_null(json_free(NULL));
        assert_prints(NULL, "null");
}

static void a_wiped_document_holds_no_text_at_any_depth(void **state) {
        static const char text[] = "{\"name\":\"Hanako\",\"n\":7,\"list\":[\"a\",{\"deep\":\"b\"}]}";
        _cleanup_(json_freep) struct json *root = NULL;
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        json_wipe(NULL);
        assert_int_equal(json_parse(text, strlen(text), &root, NULL), 0);
        json_wipe(root);
        json_print(root, &out);
        assert_string_equal(out.data, "{\"name\":\"\",\"n\":7,\"list\":[\"\",{\"deep\":\"\"}]}");
}

static void a_shape_that_is_wrong_is_named(void **state) {
        static const struct json_rule rules[] = {
                {.key = "id", .want = JSON_WANT_ID, .required = true, .max = 8},
                {.key = "name", .want = JSON_WANT_NAME},
                {.key = "text", .want = JSON_WANT_TEXT, .min = 1, .max = 3},
                {.key = "qty", .want = JSON_WANT_INT, .min = 1, .max = 9},
                {.key = "any", .want = JSON_WANT_INT},
                {.key = "flag", .want = JSON_WANT_BOOL},
                {.key = "list", .want = JSON_WANT_ARRAY, .min = 1, .max = 2},
                {.key = "map", .want = JSON_WANT_OBJECT},
                {.key = "raw", .want = JSON_WANT_STRING, .min = 1},
        };
        static const struct {
                const char *text, *key; /* key NULL: right */
        } cases[] = {
                {"{\"id\":\"A.1\",\"more\":[]}", NULL},
                {"{\"id\":\"A\",\"name\":null,\"qty\":null,\"list\":null}", NULL},
                {"{\"id\":\"A\",\"name\":\"a-1\",\"text\":\"\xE9\x80\x81"
                 "ab\",\"qty\":9,\"any\":-5,\"flag\":false,\"list\":[1],\"map\":{},\"raw\":\"\\n\"}",
                        NULL},
                {"[]", "at[0]"},
                {"{}", "at[0].id"},
                {"{\"id\":null}", "at[0].id"},
                {"{\"id\":\"\"}", "at[0].id"},
                {"{\"id\":\"a b\"}", "at[0].id"},
                {"{\"id\":\"123456789\"}", "at[0].id"},
                {"{\"id\":7}", "at[0].id"},
                {"{\"id\":\"A\",\"name\":\"A\"}", "at[0].name"},
                {"{\"id\":\"A\",\"text\":\"\"}", "at[0].text"},
                {"{\"id\":\"A\",\"text\":\"abcd\"}", "at[0].text"},
                {"{\"id\":\"A\",\"text\":\"a\\r\"}", "at[0].text"},
                {"{\"id\":\"A\",\"text\":\"a\\u009b\"}", "at[0].text"},
                {"{\"id\":\"A\",\"qty\":0}", "at[0].qty"},
                {"{\"id\":\"A\",\"qty\":10}", "at[0].qty"},
                {"{\"id\":\"A\",\"qty\":1.5}", "at[0].qty"},
                {"{\"id\":\"A\",\"qty\":\"1\"}", "at[0].qty"},
                {"{\"id\":\"A\",\"flag\":1}", "at[0].flag"},
                {"{\"id\":\"A\",\"list\":[]}", "at[0].list"},
                {"{\"id\":\"A\",\"list\":[1,2,3]}", "at[0].list"},
                {"{\"id\":\"A\",\"list\":{}}", "at[0].list"},
                {"{\"id\":\"A\",\"map\":[]}", "at[0].map"},
                {"{\"id\":\"A\",\"raw\":\"\"}", "at[0].raw"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(json_freep) struct json *root = parse(cases[i].text);
                struct diag d = {0};
                int r = json_check(root, "at[0]", rules, ELEMENTSOF(rules), &d);

                if (r != (cases[i].key ? -EBADMSG : 0) ||
                        strcmp(d.key, cases[i].key ? cases[i].key : "") != 0)
                        fail_msg("%s: %d %s %s", cases[i].text, r, d.key, d.text);
        }
}

static void the_writer_puts_commas_keys_and_escapes(void **state) {
        _cleanup_(json_freep) struct json *copy = parse("{\"x\":[1,1700000000000000]}");
        _cleanup_str_ struct str out = STR_INIT;
        struct json_writer w;

        (void) state;
        json_writer_init(&w, &out);
        json_write_object(&w, NULL);
        json_write_string(&w, "a\"", "l\n\x01\xE9\x80\x81\x7F\\");
        json_write_string(&w, "none", NULL);
        json_write_array(&w, "list");
        json_write_int(&w, NULL, INT64_MIN);
        json_write_int(&w, NULL, INT64_MAX);
        json_write_array(&w, NULL);
        json_write_end_array(&w);
        json_write_object(&w, NULL);
        json_write_end_object(&w);
        json_write_object(&w, NULL);
        json_write_bool(&w, "t", true);
        json_write_end_object(&w);
        json_write_end_array(&w);
        json_write_bool(&w, "f", false);
        json_write_null(&w, "n");
        json_write_value(&w, "copy", copy);
        json_write_value(&w, "nothing", NULL);
        json_write_raw(&w, "raw", "[1]");
        json_write_end_object(&w);
        assert_int_equal(w.depth, 0);
        assert_int_equal(out.error, 0);
        assert_string_equal(out.data,
                "{\"a\\\"\":\"l\\n\\u0001\xE9\x80\x81\x7F\\\\\",\"none\":null,"
                "\"list\":[-9223372036854775808,9223372036854775807,[],{},{\"t\":true}],"
                "\"f\":false,\"n\":null,\"copy\":{\"x\":[1,1700000000000000]},\"nothing\":null,\"raw\":[1]}");
}

static void a_text_that_is_not_utf8_is_not_written(void **state) {
        _cleanup_str_ struct str out = STR_INIT;
        struct json_writer w;

        (void) state;
        json_writer_init(&w, &out);
        json_write_array(&w, NULL);
        json_write_string(&w, NULL, "a\xE9\x80");
        json_write_end_array(&w);
        assert_int_equal(out.error, -EILSEQ);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_json_is_read_and_printed_compactly),
                cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
                cmocka_unit_test(j1_trailing_bytes_are_refused),
                cmocka_unit_test(j1_only_the_given_bytes_are_read),
                cmocka_unit_test(j1_bytes_that_are_not_utf8_are_refused),
                cmocka_unit_test(j1_raw_control_bytes_in_strings_are_refused),
                cmocka_unit_test(j1_duplicate_keys_are_refused_however_they_are_written),
                cmocka_unit_test(j1_the_same_key_in_different_objects_is_no_duplicate),
                cmocka_unit_test(j1_a_hostile_number_of_keys_is_checked_quickly),
                cmocka_unit_test(j1_depth_ends_at_sixteen),
                cmocka_unit_test(j1_a_key_is_found_only_in_its_own_case),
                cmocka_unit_test(j1_a_text_beyond_the_limit_is_refused_unread),
                cmocka_unit_test(j2_numbers_print_as_they_are_and_not_as_1_7e_15),
                cmocka_unit_test(j2_only_exact_integers_are_integers),
                cmocka_unit_test(j2_a_number_that_no_double_keeps_is_refused),
                cmocka_unit_test(j3_an_integer_does_not_saturate_at_2147483647),
                cmocka_unit_test(j4_an_escaped_nul_does_not_cut_a_text),
                cmocka_unit_test(j4_lone_surrogates_are_refused),
                cmocka_unit_test(j5_a_diagnosis_does_not_quote_the_input),
                cmocka_unit_test(members_are_walked_in_their_order),
                cmocka_unit_test(what_is_not_there_can_be_asked),
                cmocka_unit_test(a_wiped_document_holds_no_text_at_any_depth),
                cmocka_unit_test(a_shape_that_is_wrong_is_named),
                cmocka_unit_test(the_writer_puts_commas_keys_and_escapes),
                cmocka_unit_test(a_text_that_is_not_utf8_is_not_written),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
