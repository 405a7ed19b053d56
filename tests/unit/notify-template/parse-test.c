/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/template.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define HEAD "---\nkind: delay\nversion: 3\nsubject: words {{order}}\n---\n"

static const struct template_part parts[] = {{"greeting", "Dear {{customer}},\n"}, {"open", "{{#items}}\n"},
        {"loop", "{{> loop}}\n"}, {"wrong", "a\n\n<b>x</b>\n"}};

static int parse(const char *text, size_t n, struct template **tp, struct diag *d) {
        *d = (struct diag){0};
        return template_parse(
                &(struct template_source){"x.md", text, n, TEMPLATE_EN, parts, ELEMENTSOF(parts)}, tp, d);
}

static void a_source_says_its_kind_and_version(void **state) {
        static const char text[] = HEAD "Hello {{customer}}\n";
        _cleanup_(template_freep) struct template *t = NULL;
        struct diag d;

        (void) state;
        assert_int_equal(parse(text, strlen(text), &t, &d), 0);
        assert_string_equal(template_kind(t), "delay");
        assert_int_equal(template_version(t), 3);
        assert_false(template_is_marketing(t));
}

static void what_is_no_template_is_refused_with_its_line(void **state) {
        static const struct {
                const char *text;
                int line;
                const char *says;
        } cases[] = {
                {"", 1, "begins with a header"},
                {"Hello\n", 1, "begins with a header"},
                {"---\nkind: delay\n", 3, "never closed"},
                {"---\nversion: 1\nsubject: x\n---\n", 4, "is missing"},
                {"---\nkind: delay\nversion: 1\n---\n", 4, "is missing"},
                {"---\nkind: delay\nsubject: x\n---\n", 4, "is missing"},
                {"---\nkind: delay\nversion: 0\nsubject: x\n---\n", 3, "whole number"},
                {"---\nkind: delay\nversion: x\nsubject: x\n---\n", 3, "whole number"},
                {"---\nkind: delay\nkind: delay\n---\n", 3, "each once"},
                {"---\ncolour: red\n---\n", 2, "the header knows"},
                {"---\nwords\n---\n", 2, "name: words"},
                {"---\nkind: delay\nversion: 1\nsubject: {{#a}}x\n---\n", 4, "never closed"},
                {HEAD "{{{raw}}}\n", 6, "unescaped"},
                {HEAD "\n{{&raw}}\n", 7, "unescaped"},
                {HEAD "{{=<% %>=}}\n", 6, "cannot be changed"},
                {HEAD "a\n{{name\n}}\n", 7, "without }}"},
                {HEAD "{{Name}}\n", 6, "small letters"},
                {HEAD "{{}}\n", 6, "small letters"},
                {HEAD "{{a..b}}\n", 6, "small letters"},
                {HEAD "{{a.b.c.d.e}}\n", 6, "small letters"},
                {HEAD "{{#a}}\nx\n", 6, "never closed"},
                {HEAD "x\n{{/a}}\n", 7, "not opened"},
                {HEAD "{{#a}}\n{{#b}}\nx\n{{/a}}\n{{/b}}\n", 9, "is open"},
                {HEAD "a **b {{#x}}c** d{{/x}}\n", 6, "not closed in it"},
                {HEAD "a {{#x}}b\n\nc{{/x}}\n", 6, "not closed in it"},
                {HEAD "a {{/x}}b\n", 6, "not opened"},
                {HEAD "a {{> greeting}}\n", 6, "on a line of its own"},
                {HEAD "\n{{> nobody}}\n", 7, "no part"},
                {HEAD "{{> loop}}\n", 1, "more than"},
                {HEAD "{{> open}}\nx\n{{/items}}\n", 1, "never closed"},
                {HEAD "{{> wrong}}\n", 3, "HTML"},
                {HEAD "x\n\n<b>bold</b>\n", 8, "HTML"},
                {HEAD "x\n\n<div>\nbold\n</div>\n", 8, "HTML"},
                {HEAD "x <!-- y -->\n", 6, "HTML"},
                {HEAD "x\n\n    code\n", 8, "program text"},
                {HEAD "```\ncode\n```\n", 7, "program text"},
                {HEAD "![a](https://example.jp/x.png)\n", 6, "pictures"},
                {HEAD "&hellip;\n", 6, "the character itself"},
                {HEAD "@itmes items\n", 6, "not known"},
                {HEAD "@items {{items}}\n", 6, "name of one field"},
                {HEAD "@row a b\n", 6, "is written"},
                {HEAD "@button Look\n", 6, "is written"},
                {HEAD "@button [a](https://a.jp/) and more\n", 6, "is written"},
                {HEAD "@row # a | b\n", 6, "only words"},
                {HEAD "@store\n@contact us\n", 7, "alone"},
                {HEAD "[x](https://a.jp/{{#b}}c{{/b}})\n", 6, "no sections"},
                {HEAD "a\xee\x80\x80z\n", 6, "private"},
                {HEAD "a\xff\n", 0, "UTF-8"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(template_freep) struct template *t = NULL;
                struct diag d;
                int r = parse(cases[i].text, strlen(cases[i].text), &t, &d);

                if (r != -EBADMSG || d.line != cases[i].line || !strstr(d.text, cases[i].says))
                        fail_msg("case %zu: %d, line %d, \"%s\"", i, r, d.line, d.text);
                assert_null(t);
                assert_true(*d.file);
        }
}

static void a_nul_and_what_is_too_long_are_refused(void **state) {
        _cleanup_(template_freep) struct template *t = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        struct diag d;

        (void) state;
        assert_int_equal(parse(HEAD "a\0b", strlen(HEAD) + 3, &t, &d), -EBADMSG);
        str_add(&text, HEAD);
        while (text.len < TEMPLATE_PARAGRAPH_MAX + 64)
                str_add(&text, "words and\n");
        assert_int_equal(parse(text.data, text.len, &t, &d), -EBADMSG);
        assert_non_null(strstr(d.text, "4 KiB"));
        while (text.len <= TEMPLATE_SOURCE_MAX)
                str_add(&text, "\n\n");
        assert_int_equal(parse(text.data, text.len, &t, &d), -EBADMSG);
        assert_non_null(strstr(d.text, "64 KiB"));
}

static void nothing_makes_the_reader_slow(void **state) {
        static const char *const pieces[] = {"[", "![", "*", "_a*", "`", "``` `", "<", "<a ", "&", "\\",
                "[a](", "[a][", "> ", "- ", "1. ", "*a_", "]", "[[a]: b\n", "{{a}}", "{{#a}}{{/a}}", "a**b_",
                "<!--", "<?", "[](<", "~~", "|", "# ", "a\n=\n", "{{#a}}x{{/a}}\n"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(pieces); i++)
                for (int lines = 0; lines < 2; lines++) {
                        _cleanup_(template_freep) struct template *t = NULL;
                        _cleanup_str_ struct str text = STR_INIT;
                        clock_t begun = clock();
                        struct diag d;

                        str_add(&text, HEAD);
                        for (size_t n = 0; text.len + strlen(pieces[i]) + 2 < TEMPLATE_SOURCE_MAX;
                                n += strlen(pieces[i])) {
                                str_add(&text, pieces[i]);
                                if (n > TEMPLATE_PARAGRAPH_MAX - 64) {
                                        str_add(&text, lines ? "\n\n" : "");
                                        n = 0;
                                }
                        }
                        (void) parse(text.data, text.len, &t, &d); /* either way, but soon */
                        if (clock() - begun > CLOCKS_PER_SEC)
                                fail_msg("%s, lines %d: %ld ms", pieces[i], lines,
                                        (long) (clock() - begun) * 1000 / CLOCKS_PER_SEC);
                }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_source_says_its_kind_and_version),
                cmocka_unit_test(what_is_no_template_is_refused_with_its_line),
                cmocka_unit_test(a_nul_and_what_is_too_long_are_refused),
                cmocka_unit_test(nothing_makes_the_reader_slow),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
