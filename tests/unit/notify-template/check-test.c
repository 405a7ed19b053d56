/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/kinds.h"
#include "services/notify/template/template.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/str.h"

#define SUBJECT "subject: Your order {{order}} will arrive later\n"
#define SMS     "sms: {{brand.name}}: order {{order}} is late, now {{eta}}\n"
#define BODY    "{{order}} {{cause}} {{old_eta}} {{eta}}\n\n@contact\n"
#define DELAY   "---\nkind: delay\nversion: 1\n" SUBJECT SMS "---\n"

static int check(const char *text, struct diag *d) {
        _cleanup_(template_freep) struct template *t = NULL;

        *d = (struct diag){0};
        assert_int_equal(template_parse(&(struct template_source){"delay.md", text, strlen(text), TEMPLATE_EN,
                                                NULL, 0},
                                 &t, d),
                0);
        return template_check(t, d);
}

static void what_says_all_that_it_must_passes(void **state) {
        static const char *const cases[] = {
                DELAY BODY,
                DELAY
                "{{#customer}}Dear {{customer}},{{/customer}}\n{{order}}\n{{#eta}}\nNow {{eta}}\n{{/eta}}\n"
                "@row Cause | {{cause}}\n@row Before | {{old_eta}}\n[mail us](mailto:{{brand.mail}})\n",
                DELAY "{{#address}}{{order}}{{/address}}{{^address}}{{order}}{{/address}} {{cause}} "
                      "{{old_eta}} {{eta}}\n\n@contact\n",
                DELAY BODY "@items\n{{#items}}\n- {{name}} {{quantity}} of {{order}}\n{{/items}}\n",
                DELAY BODY "@button [Look]({{order_link}})\n[c](https://a.jp/?o={{order}})\n",
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct diag d;

                if (check(cases[i], &d) != 0)
                        fail_msg("case %zu: line %d, %s: %s", i, d.line, d.key, d.text);
        }
}

static void what_leaves_something_out_is_refused_with_its_name_and_line(void **state) {
        static const struct {
                const char *text;
                int line;
                const char *key, *says;
        } cases[] = {
                {"---\nkind: delays\nversion: 1\n" SUBJECT SMS "---\n" BODY, 4, "kind", "none that is known"},
                {DELAY "{{order}} {{cause}} {{eta}}\n\n@contact\n", 7, "old_eta", "must always say"},
                {DELAY "{{order}} {{cause}} {{old_eta}} {{eta}}\n", 7, "brand.mail or brand.phone",
                        "must always say"},
                {DELAY "{{#address}}{{order}}{{/address}} {{cause}} {{old_eta}} {{eta}}\n\n@contact\n", 7,
                        "order", "must always say"},
                {DELAY "{{^order}}{{order}}{{/order}} {{cause}} {{old_eta}} {{eta}}\n\n@contact\n", 7,
                        "order", "must always say"},
                {DELAY BODY "\nx {{colour}}\n", 11, "colour", "no such field"},
                {DELAY BODY "\n{{#items}}{{code}}{{/items}}\n", 11, "code", "no such field"},
                {DELAY BODY "\n{{name}}\n", 11, "name", "no such field"},
                {DELAY BODY "\n{{items}}\n", 11, "items", "holds other fields"},
                {DELAY BODY "\n@items order\n", 11, "order", "no list of goods"},
                {DELAY BODY "\n@qr items\n", 11, "items", "no text"},
                {DELAY BODY "\n{{.}}\n", 11, ".", "no such field"},
                {DELAY BODY "\n[x](javascript:alert)\n", 11, "", "a link leads to"},
                {DELAY BODY "\n[x]({{order}})\n", 11, "", "a link leads to"},
                {DELAY BODY "\n[x](https://{{order}}/)\n", 11, "", "a link leads to"},
                {DELAY BODY "\n[x]({{order_link}}/{{order}})\n", 11, "", "a link leads to"},
                {DELAY BODY "\n@button [x](data:text/html,x)\n", 11, "", "a link leads to"},
                {"---\nkind: delay\nversion: 1\nsubject: {{order}}\n" SMS "---\n" BODY, 4, "subject",
                        "does not say"},
                {"---\nkind: delay\nversion: 1\nsubject: It comes later\n" SMS "---\n" BODY, 4, "order",
                        "must hold"},
                {"---\nkind: delay\nversion: 1\nsubject: {{#eta}}later{{/eta}} {{order}}\n" SMS "---\n" BODY,
                        4, "subject", "no sections"},
                {"---\nkind: delay\nversion: 1\nsubject: later {{order}} and so very many words that no "
                 "telephone in the world will show\n" SMS "---\n" BODY,
                        4, "subject", "60 characters"},
                {"---\nkind: delay\nversion: 1\n" SUBJECT "---\n" BODY, 4, "sms", "missing"},
                {"---\nkind: delay\nversion: 1\n" SUBJECT "subject-follow-up: later {{order}}\n" SMS
                 "---\n" BODY,
                        5, "subject-follow-up", "follows up on nothing"},
                {"---\nkind: shipped\nversion: 1\nsubject: {{order}} shipped\nsubject-correction: about "
                 "{{order}}\n"
                 "---\nx\n",
                        5, "subject-correction", "does not say"},
                {"---\nkind: shipped\nversion: 1\nsubject: {{order}} shipped\nsubject-follow-up: more "
                 "shipped\n"
                 "---\nx\n",
                        5, "order", "must hold"},
                {"---\nkind: delay\nversion: 1\n" SUBJECT "sms: {{brand.name}} {{order}}\n---\n" BODY, 5,
                        "eta", "the sms"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct diag d;
                int r = check(cases[i].text, &d);

                if (r != -EBADMSG || d.line != cases[i].line || strcmp(d.key, cases[i].key) != 0 ||
                        !strstr(d.text, cases[i].says))
                        fail_msg("case %zu: %d, line %d, %s: \"%s\"", i, r, d.line, d.key, d.text);
                assert_string_equal(d.file, "delay.md");
        }
}

static void whole_or_partial_must_be_said_both_ways(void **state) {
        static const char head[] =
                "---\nkind: pickup-ready\nversion: 1\nsubject: {{order}} is ready\n"
                "sms: {{brand.name}} {{order}} {{store.name}} {{keep_until}} {{code}}\n---\n"
                "{{#has_missing}}\n@items missing\n{{/has_missing}}\n{{order}} {{arrived_at}} "
                "{{keep_until}}\n\n@store\n@items\n@qr\n@contact\n";
        _cleanup_str_ struct str text = STR_INIT;
        struct diag d;

        (void) state;
        str_add(&text, head);
        str_add(&text, "{{#partial}}not all{{/partial}}\n");
        assert_int_equal(check(text.data, &d), -EBADMSG);
        assert_string_equal(d.key, "partial");
        str_add(&text, "{{^partial}}all{{/partial}}\n");
        assert_int_equal(check(text.data, &d), 0);
}

/* The table itself: what a kind must say is a field of it. */
static void each_kind_must_say_only_fields_that_it_has(void **state) {
        (void) state;
        for (size_t i = 0; i < n_kinds; i++) {
                const struct kind *k = &kinds[i];

                for (size_t j = 0; j < 2 * KIND_MUST_MAX; j++) {
                        const char *must = j < KIND_MUST_MAX ? k->must[j] : k->sms[j - KIND_MUST_MAX];

                        while (must && *must) {
                                size_t n = strcspn(must, "|>");

                                if (!kind_field(k, must, n))
                                        fail_msg("%s: %s", k->name, must);
                                must += n + (must[n] != '\0');
                        }
                }
                assert_ptr_equal(kind_find(k->name), k);
                assert_true(!k->number || kind_field(k, k->number, strlen(k->number)));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_says_all_that_it_must_passes),
                cmocka_unit_test(what_leaves_something_out_is_refused_with_its_name_and_line),
                cmocka_unit_test(whole_or_partial_must_be_said_both_ways),
                cmocka_unit_test(each_kind_must_say_only_fields_that_it_has),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
