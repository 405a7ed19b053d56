/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/wording.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/notify/template/kinds.h"

static int parse(const struct wording *w, const char *merchant, enum template_language language,
        const char *kind, struct template **tp, struct diag *d) {
        return wording_parse(w, &(struct wording_name){merchant, language, kind}, tp, d);
}

static void each_kind_has_words_of_ours_in_both_languages(void **state) {
        const struct wording w = {0};

        (void) state;
        for (size_t i = 0; i < n_kinds; i++)
                for (int language = TEMPLATE_JA; language <= TEMPLATE_EN; language++) {
                        _cleanup_(template_freep) struct template *t = NULL;
                        struct diag d = {0};

                        if (parse(&w, "", (enum template_language) language, kinds[i].name, &t, &d) != 0)
                                fail_msg("%s:%d: %s: %s", d.file, d.line, d.key, d.text);
                }
}

static void a_merchants_own_go_before_ours(void **state) {
        _cleanup_wording_ struct wording w = {0};
        _cleanup_(template_freep) struct template *t = NULL;
        struct diag d = {0};

        (void) state;
        assert_int_equal(
                wording_give(&w, strdup("parts/ja/footer.md"), strdup("@contact\n\n{{nobody}}\n")), 0);
        assert_int_equal(parse(&w, "", TEMPLATE_EN, "delay", &t, &d), 0);
        t = template_free(t);
        assert_int_equal(parse(&w, "", TEMPLATE_JA, "delay", &t, &d), -EBADMSG);
        assert_string_equal(d.file, "parts/ja/footer.md");
        assert_string_equal(d.key, "nobody");
        assert_int_equal(wording_give(&w, strdup("en/delay.md"), strdup("---\nkind: arrived\n")), 0);
        assert_int_equal(parse(&w, "", TEMPLATE_EN, "delay", &t, &d), -EBADMSG);
        assert_int_equal(parse(&w, "", TEMPLATE_EN, "nothing", &t, &d), -ENOENT);
}

static void a_file_of_another_name_is_refused(void **state) {
        static const char *const names[] = {"fr/delay.md", "ja/../delay.md", "ja/delay.txt", "ja/.md",
                "delay.md", "parts/footer.md", "ja/Delay.md", "Acme/ja/delay.md", "a.b/ja/delay.md",
                "/ja/delay.md", "acme/delay.md", "acme/x/ja/delay.md", "acme/../ja/delay.md"};
        _cleanup_wording_ struct wording w = {0};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                assert_int_equal(wording_give(&w, strdup(names[i]), strdup("")), -EINVAL);
}

static char *own(const char *kind, const char *words) {
        char *text = NULL;

        assert_true(asprintf(&text,
                            "---\nkind: %s\nversion: 3\nsubject: delay {{order}}\nsms: {{brand.name}} "
                            "{{order}} {{eta}}\n"
                            "---\n{{cause}} {{old_eta}} {{eta}} {{order}}\n\n%s\n\n{{> footer}}\n",
                            kind, words) > 0);
        return text;
}

/* Its page of plain text. */
static void say(const struct template *t, struct str *out) {
        assert_int_equal(template_render(t, TEMPLATE_TEXT, &(struct template_view){0}, out), 0);
}

static void the_words_of_one_merchant_are_nobody_elses(void **state) {
        static const char *const merchants[] = {"acme", "", "other"};
        static const char *const words[] = {"of acme", "of all", "of all"};
        _cleanup_wording_ struct wording w = {0};

        (void) state;
        assert_int_equal(wording_give(&w, strdup("en/delay.md"), own("delay", "of all")), 0);
        assert_int_equal(wording_give(&w, strdup("acme/en/delay.md"), own("delay", "of acme")), 0);
        assert_int_equal(
                wording_give(&w, strdup("acme/parts/en/footer.md"), strdup("acme's foot\n@contact\n")), 0);
        for (size_t i = 0; i < ELEMENTSOF(merchants); i++) {
                _cleanup_(template_freep) struct template *t = NULL;
                _cleanup_str_ struct str text = STR_INIT;
                struct diag d = {0};

                if (parse(&w, merchants[i], TEMPLATE_EN, "delay", &t, &d) != 0)
                        fail_msg("%s:%d: %s: %s", d.file, d.line, d.key, d.text);
                say(t, &text);
                assert_non_null(strstr(text.data, words[i]));
                assert_true((strstr(text.data, "acme's foot") != NULL) == (i == 0));
        }
}

static void a_pack_says_what_it_was_packed_of(void **state) {
        const struct wording ours = {0};
        _cleanup_wording_ struct wording w = {0};
        const struct wording_name name = {"acme", TEMPLATE_EN, "delay"};
        _cleanup_str_ struct str pack = STR_INIT, before = STR_INIT, after = STR_INIT, shown = STR_INIT;
        _cleanup_(template_freep) struct template *t = NULL, *again = NULL;
        struct wording_origin origin;

        (void) state;
        assert_int_equal(wording_pack(&ours, &name, &pack, &origin), 0);
        assert_string_equal(origin.file, "en/delay.md");
        assert_true(origin.is_ours);
        str_clear(&pack);
        assert_int_equal(
                wording_give(&w, strdup("acme/en/delay.md"), own("delay", "\"quoted\" \xe8\xaf\x8d")), 0);
        assert_int_equal(
                wording_give(&w, strdup("parts/en/footer.md"), strdup("foot\n{{> deep}}\n@contact\n")), 0);
        assert_int_equal(wording_give(&w, strdup("parts/en/deep.md"), strdup("deep\n")), 0);
        assert_int_equal(wording_give(&w, strdup("parts/en/unused.md"), strdup("never\n")), 0);
        assert_int_equal(parse(&w, "acme", TEMPLATE_EN, "delay", &t, NULL), 0);
        assert_int_equal(wording_pack(&w, &name, &pack, &origin), 0);
        assert_string_equal(origin.file, "acme/en/delay.md");
        assert_false(origin.is_ours);
        assert_int_equal(wording_unpack(pack.data, pack.len, &name, &again, NULL), 0);
        assert_int_equal(template_version(again), 3);
        say(t, &before);
        say(again, &after);
        assert_string_equal(before.data, after.data);
        assert_int_equal(wording_show(pack.data, pack.len, &shown), 0);
        assert_non_null(strstr(shown.data, "{{> deep}} <==\ndeep"));
        assert_null(strstr(pack.data, "never"));
}

static void what_is_no_pack_is_refused(void **state) {
        static const char *const packs[] = {"", "[]", "{}", "{\"file\":\"en/delay.md\",\"text\":\"x\"}",
                "{\"file\":\"en/delay.md\",\"text\":\"\",\"parts\":{\"a\":1}}"};
        const struct wording_name name = {"", TEMPLATE_EN, "delay"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(packs); i++) {
                struct template *t = NULL;

                assert_int_equal(wording_unpack(packs[i], strlen(packs[i]), &name, &t, NULL), -EBADMSG);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_kind_has_words_of_ours_in_both_languages),
                cmocka_unit_test(a_merchants_own_go_before_ours),
                cmocka_unit_test(a_file_of_another_name_is_refused),
                cmocka_unit_test(the_words_of_one_merchant_are_nobody_elses),
                cmocka_unit_test(a_pack_says_what_it_was_packed_of),
                cmocka_unit_test(what_is_no_pack_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
