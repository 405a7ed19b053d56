/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/wording.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/notify/template/kinds.h"

static void each_kind_has_words_of_ours_in_both_languages(void **state) {
        const struct wording w = {0};

        (void) state;
        for (size_t i = 0; i < n_kinds; i++)
                for (int language = TEMPLATE_JA; language <= TEMPLATE_EN; language++) {
                        _cleanup_(template_freep) struct template *t = NULL;
                        struct diag d = {0};

                        if (wording_parse(&w, (enum template_language) language, kinds[i].name, &t, &d) != 0)
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
        assert_int_equal(wording_parse(&w, TEMPLATE_EN, "delay", &t, &d), 0);
        t = template_free(t);
        assert_int_equal(wording_parse(&w, TEMPLATE_JA, "delay", &t, &d), -EBADMSG);
        assert_string_equal(d.file, "footer");
        assert_string_equal(d.key, "nobody");
        assert_int_equal(wording_give(&w, strdup("en/delay.md"), strdup("---\nkind: arrived\n")), 0);
        assert_int_equal(wording_parse(&w, TEMPLATE_EN, "delay", &t, &d), -EBADMSG);
        assert_int_equal(wording_parse(&w, TEMPLATE_EN, "nothing", &t, &d), -ENOENT);
}

static void a_file_of_another_name_is_refused(void **state) {
        static const char *const names[] = {"fr/delay.md", "ja/../delay.md", "ja/delay.txt", "ja/.md",
                "delay.md", "parts/footer.md", "ja/Delay.md"};
        _cleanup_wording_ struct wording w = {0};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                assert_int_equal(wording_give(&w, strdup(names[i]), strdup("")), -EINVAL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_kind_has_words_of_ours_in_both_languages),
                cmocka_unit_test(a_merchants_own_go_before_ours),
                cmocka_unit_test(a_file_of_another_name_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
