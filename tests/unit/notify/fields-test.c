/* SPDX-License-Identifier: Apache-2.0 */
/* What the office may say (firmware/domain/notice-fields.h) against what templates know (template/kinds.h), and its shapes. */
#include "firmware/domain/notice-fields.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "services/notify/template/kinds.h"

static const enum field_type types[] = {
        [NOTICE_FIELD_TEXT] = FIELD_TEXT,
        [NOTICE_FIELD_FLAG] = FIELD_FLAG,
        [NOTICE_FIELD_NUMBER] = FIELD_NUMBER,
        [NOTICE_FIELD_YEN] = FIELD_YEN,
        [NOTICE_FIELD_DAY] = FIELD_DAY,
        [NOTICE_FIELD_MOMENT] = FIELD_MOMENT,
        [NOTICE_FIELD_URL] = FIELD_URL,
        [NOTICE_FIELD_LIST] = FIELD_LIST,
        [NOTICE_FIELD_OBJECT] = FIELD_OBJECT,
};

static void every_kind_has_its_words(void **state) {
        (void) state;
        assert_int_equal(N_NOTICE_KINDS, n_kinds);
        for (int i = 0; i < N_NOTICE_KINDS; i++)
                assert_non_null(kind_find(notice_kind_to_str((enum notice_kind) i)));
}

static void what_the_office_says_is_a_field_of_the_kind(void **state) {
        (void) state;
        for (int i = 0; i < N_NOTICE_KINDS; i++) {
                enum notice_kind kind = (enum notice_kind) i;
                const struct kind *k = kind_find(notice_kind_to_str(kind));
                const struct notice_field *f;

                assert_int_equal(notice_field_at(kind, 0) != NULL, notice_kind_is_office(kind));
                for (size_t n = 0; (f = notice_field_at(kind, n)); n++) {
                        const struct field *there = kind_field(k, f->path, strlen(f->path));

                        if (!there || there->type != types[f->type])
                                fail_msg("%s: %s", k->name, f->path);
                }
        }
}

/* Given by the shipment, the contact, the policy or by us. */
static bool is_given(const char *must) {
        static const char *const given[] = {
                "order", "items", "eta", "brand.", "channel", "contact", "unsubscribe"};

        for (size_t i = 0; i < ELEMENTSOF(given); i++)
                if (strncmp(must, given[i], strlen(given[i])) == 0 && strcmp(must, "ordered_at") != 0)
                        return true;
        return false;
}

static void what_nobody_else_gives_cannot_be_left_out(void **state) {
        (void) state;
        for (int i = NOTICE_KIND_ORDER_CONFIRMATION; i < N_NOTICE_KINDS; i++) {
                const struct kind *k = kind_find(notice_kind_to_str((enum notice_kind) i));

                for (size_t m = 0; m < KIND_MUST_MAX && k->must[m]; m++) {
                        char path[64];

                        (void) snprintf(
                                path, sizeof(path), "%.*s", (int) strcspn(k->must[m], ".|"), k->must[m]);
                        if (!is_given(k->must[m]) && !notice_field_is_must((enum notice_kind) i, path))
                                fail_msg("%s: %s", k->name, path);
                }
        }
}

static void shapes_are_refused_by_name(void **state) {
        static const struct {
                const char *data, *key; /* key NULL: fine */
        } table[] = {
                {"{\"ordered_at\":\"2026-11-21T14:00:00+09:00\",\"taxes\":[{\"rate\":8}],\"total\":-5}",
                        NULL},
                {"{\"ordered_at\":\"2026-11-21T14:00:00+09:00\",\"taxes\":[{\"rate\":8}],\"total\":5,"
                 "\"items\":[{\"name\":{\"ja\":\"a\",\"en\":null},\"note\":null}],\"fee\":null}",
                        NULL},
                {"{}", "data.ordered_at"},
                {"{\"ordered_at\":\"2026-11-21T14:00:00+09:00\",\"total\":5}", "data.taxes"},
                {"{\"ordered_at\":\"2026-11-21T14:00:00+09:00\",\"total\":5,\"taxes\":[]}", "data.taxes"},
                {"{\"ordered_at\":\"2026-11-21\"}", "data.ordered_at"},
                {"{\"ordered_at\":7}", "data.ordered_at"},
                {"{\"ship_day\":\"2026-02-30\"}", "data.ship_day"},
                {"{\"ship_day\":\"2026-11-21T\"}", "data.ship_day"},
                {"{\"total\":1000000000}", "data.total"},
                {"{\"total\":1.5}", "data.total"},
                {"{\"total\":\"5\"}", "data.total"},
                {"{\"taxes\":{}}", "data.taxes"},
                {"{\"taxes\":[5]}", "data.taxes[0]"},
                {"{\"taxes\":[{\"rate\":8},{\"rat\":8}]}", "data.taxes[1].rat"},
                {"{\"taxes\":[{\"reduced\":1}]}", "data.taxes[0].reduced"},
                {"{\"rate\":8}", "data.rate"},
                {"{\"payment\":\"\"}", "data.payment"},
                {"{\"payment\":\"a\\nb\"}", "data.payment"},
                {"{\"payment\":{\"en\":\"a\"}}", "data.payment.ja"},
                {"{\"customer\":\"a\"}", "data.customer"},
                {"{\"brand\":{\"name\":\"a\"}}", "data.brand"},
                {"{\"a\\u0000b\":1}", "data.?"},
                {"{\"\xe3\x81\x82\":1}", "data.?"},
                {"{\"order_link\":\"http://a\"}", "data.order_link"},
                {"{\"order_link\":\"https://\"}", "data.order_link"},
                {"{\"order_link\":\"https://a b\"}", "data.order_link"},
                {"{\"order_link\":\"javascript:alert(1)\"}", "data.order_link"},
                {"[]", "data"},
                {"5", "data"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *data = NULL;
                struct diag d = {0};
                int r = json_parse(table[i].data, strlen(table[i].data), &data, NULL);

                if (r < 0) /* strict: it never comes so far */
                        continue;
                r = notice_fields_check(NOTICE_KIND_ORDER_SHEET, data, &d);
                if (r != (table[i].key ? -EBADMSG : 0) ||
                        strcmp(d.key, table[i].key ? table[i].key : "") != 0)
                        fail_msg("%s: %d, %s %s", table[i].data, r, d.key, d.text);
        }
}

static void all_of_it_together_has_a_limit(void **state) {
        _cleanup_(json_freep) struct json *data = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        struct diag d = {0};

        (void) state;
        str_add(&text, "{\"items\":[");
        for (int i = 0; i < 40; i++) {
                str_addf(&text, "%s{\"name\":\"", i ? "," : "");
                for (int k = 0; k < 500; k++)
                        str_add(&text, "x");
                str_add(&text, "\"}");
        }
        str_add(&text, "]}");
        assert_int_equal(json_parse(text.data, text.len, &data, NULL), 0);
        assert_int_equal(notice_fields_check(NOTICE_KIND_THANK_YOU, data, &d), -EBADMSG);
        assert_string_equal(d.key, "data");
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_kind_has_its_words),
                cmocka_unit_test(what_the_office_says_is_a_field_of_the_kind),
                cmocka_unit_test(what_nobody_else_gives_cannot_be_left_out),
                cmocka_unit_test(shapes_are_refused_by_name),
                cmocka_unit_test(all_of_it_together_has_a_limit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
