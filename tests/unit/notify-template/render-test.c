/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/template.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/notify/template/brand.h"
#include "services/notify/template/qr.h"
#include "services/notify/template/slip.h"

#define HEAD                                                                                                 \
        "---\nkind: pickup-ready\nversion: 1\nsubject: {{order}} ready\nsms: {{brand.name}} {{order}} "      \
        "{{keep_until}}\n---\n"

struct scene {
        struct json *data, *profile;
        struct brand brand;
        struct template *t;
        struct str out;
};

static void free_scene(struct scene *s) {
        json_free(s->data);
        json_free(s->profile);
        template_free(s->t);
        str_deinit(&s->out);
}
#define _cleanup_scene_ _cleanup_(free_scene)

static const char *render(struct scene *s, enum template_output output, enum template_language language,
        const char *source, const char *data) {
        static const char profile[] = "{\"name\":\"Acme\",\"mail\":\"help@acme.example.jp\"}";
        struct diag d = {0};

        assert_int_equal(json_parse(data, strlen(data), &s->data, &d), 0);
        assert_int_equal(json_parse(profile, strlen(profile), &s->profile, &d), 0);
        assert_int_equal(brand_read(s->profile, NULL, language, &s->brand, &d), 0);
        if (template_parse(&(struct template_source){"x.md", source, strlen(source), language, NULL, 0},
                    &s->t, &d) != 0)
                fail_msg("line %d: %s", d.line, d.text);
        /* What these say is too little for the kind; fields are bound all the same. */
        (void) template_check(s->t, &d);
        if (strstr(d.text, "no such field"))
                fail_msg("%s", d.text);
        assert_int_equal(template_render(s->t, output,
                                 &(struct template_view){.data = s->data, .brand = &s->brand}, &s->out),
                0);
        return s->out.data;
}

static void mustache_and_markdown_become_lines_of_text(void **state) {
        static const struct {
                const char *source, *data, *expect;
        } cases[] = {
                {"a {{order}} b\n", "{\"order\":\"1\"}", "a 1 b\n"},
                {"a {{order}} b\n", "{}", "a  b\n"},
                {"{{order}}\n\nb\n", "{}", "b\n"},     /* a paragraph that is empty vanishes */
                {"a\n{{order}}\nb\n", "{}", "a\nb\n"}, /* so does a line */
                {"# T\n\nwords\n", "{}", "T\n-\nwords\n"},
                {"**a** *b* `c` [d](https://e.jp/)\n", "{}", "a b c d (https://e.jp/)\n"},
                {"<https://e.jp/>\n", "{}", "https://e.jp/\n"},
                {"- a\n- b\n\nc\n", "{}", "- a\n- b\n\nc\n"},
                {"2. a\n3. b\n", "{}", "2. a\n3. b\n"},
                {"- a\n  - b\n- c\n", "{}", "- a\n  - b\n- c\n"},
                {"{{#items}}\n- {{name}}\n{{/items}}\nend\n",
                        "{\"items\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", "- a\n- b\n\nend\n"},
                {"{{#items}}\n1. {{name}}\n{{/items}}\n", "{\"items\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
                        "1. a\n2. b\n"},
                {"{{#items}}{{name}}, {{/items}}\n", "{\"items\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
                        "a, b,\n"},
                {"{{#items}}x{{/items}}{{^items}}none{{/items}}\n", "{\"items\":[]}", "none\n"},
                {"{{#partial}}x{{/partial}}{{^partial}}y{{/partial}}\n", "{\"partial\":false}", "y\n"},
                {"{{#partial}}x{{/partial}}{{^partial}}y{{/partial}}\n", "{\"partial\":true}", "x\n"},
                {"{{#store}}{{name}}{{/store}} {{store.hours}}\n",
                        "{\"store\":{\"name\":\"S\",\"hours\":\"9-5\"}}", "S 9-5\n"},
                {"{{#items}}{{order}}{{name}} {{/items}}\n",
                        "{\"order\":\"1\",\"items\":[{\"name\":\"a\",\"order\":\"2\"}]}", "1a\n"},
                {"{{! nothing }}\na\n", "{}", "a\n"},
                {"@row Paid | {{pay}}\n@row Until | {{keep_until}}\n@row None | {{code}}\n",
                        "{\"pay\":-1234567,\"keep_until\":\"2026-11-29T20:05\"}",
                        "Paid: -¥1,234,567\nUntil: Sunday, 29 November 2026, 20:05\n"},
                {"@items\n",
                        "{\"items\":[{\"name\":\"Cap\",\"quantity\":2,\"price\":900,\"variant\":\"red\","
                        "\"note\":\"gift\"}]}",
                        "- 2 x Cap (red), ¥900\n  gift\n"},
                {"@button [Look **here**]({{order_link}})\n", "{\"order_link\":\"https://a.jp/?a=b&c\"}",
                        "Look here\nhttps://a.jp/?a=b&c\n"},
                {"@button [Look]({{order_link}})\nx\n", "{\"order_link\":\"javascript:x\"}", "x\n"},
                {"[o](https://a.jp/{{order}})\n", "{\"order\":\"../?x=é\"}",
                        "o (https://a.jp/..%2F%3Fx%3D%C3%A9)\n"},
                {"@qr\n", "{\"code\":\"AB-1\"}", "Pickup code: AB-1\n"},
                {"a\n\n---\n\nb\n", "{}", "a\n\n--------------------------------\n\nb\n"},
                {"\\@shop &amp; 1 \\* 2\n", "{}", "@shop & 1 * 2\n"},
                {"{{customer}}\n", "{\"customer\":\"**a** {{order}} <b>\\r\\nBcc: x\\u202e\"}",
                        "**a** {{order}} <b>  Bcc: x\n"},
                /* what is trimmed is never written over by what is taken back */
                {"a {{order}}\n\n{{code}}\n\n@row b | {{pay}}\n\n*{{code}}\n{{code}}* c\n", "{}",
                        "a\n\n c\n"},
                {"a *{{code}}\n{{code}}* c\n", "{}", "a c\n"},
                {"{{keep_until}} {{arrived_at}}\n", "{\"keep_until\":\"2026-02-30\",\"arrived_at\":\"soon\"}",
                        "Monday, 30 February 2026 soon\n"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_scene_ struct scene s = {0};
                _cleanup_str_ struct str source = STR_INIT;
                const char *found;

                str_add(&source, HEAD);
                str_add(&source, cases[i].source);
                found = render(&s, TEMPLATE_TEXT, TEMPLATE_EN, source.data, cases[i].data);
                if (strcmp(found, cases[i].expect) != 0)
                        fail_msg("case %zu:\n%s---- instead of\n%s", i, found, cases[i].expect);
        }
}

static void data_stays_text_in_html(void **state) {
        _cleanup_scene_ struct scene s = {0};
        const char *html = render(&s, TEMPLATE_HTML, TEMPLATE_EN, HEAD "{{customer}} [x]({{order_link}})\n",
                "{\"customer\":\"<script>alert(\\\"1\\\")</script>&amp;\",\"order_link\":\"https://a.jp/"
                "?a='&b\",\"order\":\"</title>\"}");

        (void) state;
        assert_non_null(strstr(html, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;"));
        assert_non_null(strstr(html, "href=\"https://a.jp/?a=&#39;&amp;b\""));
        assert_non_null(strstr(html, "<title>&lt;/title&gt; ready</title>"));
        assert_null(strstr(html, "<script"));
}

static void a_line_message_is_json(void **state) {
        _cleanup_scene_ struct scene s = {0};
        _cleanup_(json_freep) struct json *root = NULL;
        const char *line = render(&s, TEMPLATE_LINE, TEMPLATE_JA, HEAD "{{customer}} 様\n",
                "{\"order\":\"A-1\",\"customer\":\"\\\"}],\\\\\"}");

        (void) state;
        assert_int_equal(json_parse(line, strlen(line), &root, NULL), 0);
        assert_string_equal(json_get_string(json_first(root), "type", ""), "text");
        assert_string_equal(json_get_string(json_first(root), "text", ""), "A-1 ready\n\n\"}],\\ 様");
}

static void days_in_an_sms_are_brief(void **state) {
        _cleanup_scene_ struct scene ja = {0}, en = {0};
        static const char data[] = "{\"order\":\"A-1\",\"keep_until\":\"2026-11-29T20:00\"}";

        (void) state;
        assert_string_equal(
                render(&ja, TEMPLATE_SMS, TEMPLATE_JA, HEAD "x\n", data), "Acme A-1 11月29日(日)20時");
        assert_string_equal(
                render(&en, TEMPLATE_SMS, TEMPLATE_EN, HEAD "x\n", data), "Acme A-1 Sun 29 Nov, 20:00");
}

static void a_long_list_of_goods_is_cut_in_html_and_whole_in_text(void **state) {
        _cleanup_scene_ struct scene html = {0}, text = {0};
        _cleanup_str_ struct str data = STR_INIT;

        (void) state;
        str_add(&data, "{\"items\":[");
        for (int i = 0; i < 1000; i++)
                str_addf(&data, "%s{\"name\":\"an article with a name of some length, %d\",\"quantity\":1}",
                        i ? "," : "", i);
        str_add(&data, "]}");
        render(&html, TEMPLATE_HTML, TEMPLATE_EN, HEAD "@items\n\n@contact\n", data.data);
        assert_true(html.out.len < TEMPLATE_HTML_MAX);
        assert_non_null(strstr(html.out.data, " more</p>"));
        assert_non_null(strstr(html.out.data, "help@acme.example.jp"));
        render(&text, TEMPLATE_TEXT, TEMPLATE_EN, HEAD "@items\n\n@contact\n", data.data);
        assert_non_null(strstr(text.out.data, "length, 999\n"));
}

static void what_an_sms_costs_is_counted_as_providers_do(void **state) {
        static const struct {
                const char *one;
                size_t n, parts;
        } table[] = {
                {"a", 0, 0}, {"a", 1, 1}, {"a", 160, 1}, {"a", 161, 2}, {"a", 306, 2}, {"a", 307, 3},
                {"é", 160, 1}, {"¥", 161, 2}, {"\n", 160, 1}, /* of GSM 7 bit's own */
                {"€", 80, 1}, {"[", 80, 1}, {"{", 81, 2},     /* two septets each */
                {"ê", 70, 1}, {"あ", 70, 1}, {"あ", 71, 2}, {"あ", 134, 2}, {"あ", 135, 3}, {"あ", 201, 3},
                {"😀", 35, 1}, {"😀", 36, 2}, {"`", 71, 2}, /* no letter of GSM 7 bit */
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str text = STR_INIT;

                str_add(&text, "");
                for (size_t k = 0; k < table[i].n; k++)
                        str_add(&text, table[i].one);
                if (template_sms_parts(text.data) != table[i].parts)
                        fail_msg("%zu of %s: want %zu, got %zu", table[i].n, table[i].one, table[i].parts,
                                template_sms_parts(text.data));
        }
}

static void what_an_output_cannot_take_is_said(void **state) {
        _cleanup_scene_ struct scene s = {0};
        _cleanup_str_ struct str data = STR_INIT, out = STR_INIT;
        struct template_view view;

        (void) state;
        str_add(&data, "{\"items\":[");
        for (int i = 0; i < 400; i++)
                str_addf(&data, "%s{\"name\":\"name of an article\"}", i ? "," : "");
        str_add(&data, "]}");
        render(&s, TEMPLATE_TEXT, TEMPLATE_EN,
                "---\nkind: pickup-ready\nversion: 1\nsubject: x\n---\n@items\n", data.data);
        view = (struct template_view){.data = s.data, .brand = &s.brand};
        str_add(&out, "before");
        assert_int_equal(template_render(s.t, TEMPLATE_SMS, &view, &out), TEMPLATE_E_NONE);
        assert_int_equal(template_render(s.t, TEMPLATE_LINE, &view, &out), TEMPLATE_E_TOO_LONG);
        assert_string_equal(out.data, "before");
}

/* A merchant whose words know no follow-up has one subject for all. */
static void what_follows_up_has_a_subject_of_its_own(void **state) {
#define SHIPPED "---\nkind: shipped\nversion: 1\nsubject: {{order}} shipped\n"
#define MORE    "subject-follow-up: more of {{order}} shipped\nsubject-correction: {{order}}: corrected\n"
        static const struct {
                const char *source, *data, *expect;
        } cases[] = {
                {SHIPPED MORE "---\nx\n", "{\"order\":\"1\"}", "1 shipped"},
                {SHIPPED MORE "---\nx\n", "{\"order\":\"1\",\"follow_up\":true}", "more of 1 shipped"},
                {SHIPPED MORE "---\nx\n", "{\"order\":\"1\",\"correction\":true}", "1: corrected"},
                {SHIPPED MORE "---\nx\n", "{\"order\":\"1\",\"follow_up\":false}", "1 shipped"},
                {SHIPPED "---\nx\n", "{\"order\":\"1\",\"follow_up\":true}", "1 shipped"},
                {SHIPPED "---\nx\n", "{\"order\":\"1\",\"correction\":true}", "1 shipped"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_scene_ struct scene s = {0};

                assert_string_equal(render(&s, TEMPLATE_SUBJECT, TEMPLATE_EN, cases[i].source, cases[i].data),
                        cases[i].expect);
        }
}

static void lines_of_a_slip_fit_its_paper(void **state) {
        static const struct {
                const char *text;
                size_t columns;
                const char *expect;
        } cases[] = {
                {"one two three four\n", 16, "one two three\nfour\n"},
                {"一二三四五六七八九十\n", 16, "一二三四五六七八\n九十\n"},
                {"一二三四五六七八。\n", 16, "一二三四五六七\n八。\n"}, /* no line begins with 。 */
                {"abcdefghijklmnopqrstuvwxyz\n", 16, "abcdefghijklmnop\nqrstuvwxyz\n"},
                {"a\n\nb\n", 20, "a\n\nb\n"},
                {"one two threefour five\n", 17,
                        "one two threefour\nfive\n"}, /* a blank where it ends anyway */
                /* An address is typed from paper: it stays in one line where it can, and a number with its unit. */
                {"個人情報：https://a.jp/b\n", 20, "個人情報：\nhttps://a.jp/b\n"},
                {"地図（https://a.jp/bc）\n", 22, "地図\n（https://a.jp/bc）\n"},
                {"https://a.example.jp/bcd\n", 16, "https://a.exampl\ne.jp/bcd\n"},
                {"地図：https://a.example.jp/bcd\n", 16, "地図：\nhttps://a.exampl\ne.jp/bcd\n"},
                {"一二三四五六七（八）\n", 16, "一二三四五六七\n（八）\n"}, /* no line ends with （ */
                {"一二三四五六七八」。\n", 16, "一二三四五六七\n八」。\n"},
                {"税込の合計は　12,345円です\n", 18, "税込の合計は　\n12,345円です\n"},
                {"」」」」」」」」」\n", 16, "」」」」」」」」\n」\n"}, /* nothing else would fit */
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_str_ struct str out = STR_INIT;

                slip_wrap(cases[i].text, cases[i].columns, &out);
                assert_string_equal(out.data, cases[i].expect);
        }
}

static void a_qr_is_a_png_or_refused(void **state) {
        _cleanup_str_ struct str png = STR_INIT, lines = STR_INIT;
        char longer[QR_TEXT_MAX + 2];

        (void) state;
        memset(longer, 'a', sizeof(longer));
        longer[QR_TEXT_MAX + 1] = '\0';
        assert_int_equal(qr_png("7KQ4-M2XP", 4, &png), 0);
        assert_memory_equal(png.data, "\x89PNG\r\n\x1a\n", 8);
        assert_true(png.len < 2000);
        assert_int_equal(qr_png("", 4, &png), -EINVAL);
        assert_int_equal(qr_png(longer, 4, &png), -EINVAL);
        assert_int_equal(qr_png("a\xff", 4, &png), -EINVAL);
        assert_int_equal(qr_png("a", 0, &png), -EINVAL);
        assert_int_equal(qr_lines("7KQ4-M2XP", &lines), 0);
        assert_int_equal(slip_columns(lines.data), 22);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(mustache_and_markdown_become_lines_of_text),
                cmocka_unit_test(data_stays_text_in_html),
                cmocka_unit_test(a_line_message_is_json),
                cmocka_unit_test(days_in_an_sms_are_brief),
                cmocka_unit_test(a_long_list_of_goods_is_cut_in_html_and_whole_in_text),
                cmocka_unit_test(what_an_sms_costs_is_counted_as_providers_do),
                cmocka_unit_test(what_an_output_cannot_take_is_said),
                cmocka_unit_test(what_follows_up_has_a_subject_of_its_own),
                cmocka_unit_test(lines_of_a_slip_fit_its_paper),
                cmocka_unit_test(a_qr_is_a_png_or_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
