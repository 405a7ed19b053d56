/* SPDX-License-Identifier: Apache-2.0 */
/* The mails beside "shipped" and what waits at a counter, whole, in both languages. */
#include "services/notify/letter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "tests/unit/notify/golden.h"
#include "tests/unit/notify/letter-write.h"
#include "tests/unit/notify/scene.h"

struct row {
        enum notice_kind kind;
        int first, second; /* states of parcels; -1 none */
        const char *how;   /* of the first */
        bool unknown;      /* nobody said what is in the boxes */
        const char *data;  /* NULL none */
        const char *golden;
};

static void check(const struct row *row, enum language language) {
        _cleanup_(json_freep) struct json *data = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        struct shipment s = {0};
        struct policy policy = {0};
        struct letter l = {0};
        char name[64];

        scene_shipment(&s, 2);
        scene_policy(&policy, "shipped");
        if (row->first >= 0)
                (void) scene_add_parcel(&s, (enum parcel_state) row->first, "444413758703", 2, 0);
        if (row->second >= 0)
                (void) scene_add_parcel(&s, (enum parcel_state) row->second, "444413758714", 0, 1);
        for (size_t i = 0; i < s.n_parcels; i++) {
                assert_int_equal(time_parse("2026-11-21T18:30:00+09:00", &s.parcels[i].since_usec,
                                         &s.parcels[i].since_offset_sec),
                        0);
                if (row->unknown)
                        s.parcels[i].n_lines = 0;
        }
        if (row->how)
                (void) copy_text(s.parcels[0].how, sizeof(s.parcels[0].how), row->how);
        if (row->data)
                assert_int_equal(json_parse(row->data, strlen(row->data), &data, NULL), 0);
        assert_int_equal(letter_compose(&l, row->kind, &s, &policy, language), 0);
        l.data = data;
        letter_write(&l, &policy, language == LANGUAGE_JA ? "山田 花子" : "Hanako Yamada", "", &text);
        (void) snprintf(name, sizeof(name), "%s-%s", row->golden, language_to_str(language));
        golden_assert(name, &text);
        letter_deinit(&l);
        shipment_deinit(&s);
        policy_deinit(&policy);
}

static void each_says_what_has_become_of_the_goods(void **state) {
        static const struct row rows[] = {
                {NOTICE_KIND_PARTIAL_SHIPMENT, PARCEL_SHIPPED, PARCEL_OPEN, NULL, false, NULL,
                        "partial-shipment"},
                {NOTICE_KIND_HANDED_OVER, PARCEL_COLLECTED, PARCEL_COLLECTED, "document", false, NULL,
                        "handed-over"},
                {NOTICE_KIND_HANDED_OVER, PARCEL_COLLECTED, PARCEL_SHELVED, "proxy-code", false, NULL,
                        "handed-over-part"},
                {NOTICE_KIND_HANDED_OVER, PARCEL_COLLECTED, PARCEL_COLLECTED, "code", true, NULL,
                        "handed-over-unpacked"},
                {NOTICE_KIND_RETURNED, PARCEL_RESTOCKED, PARCEL_EXPIRED, NULL, false, NULL, "returned"},
                {NOTICE_KIND_RETURN_ACCEPTED, PARCEL_COLLECTED, -1, NULL, false,
                        "{\"accepted_at\":\"2026-11-21T18:30:00.000+09:00\",\"answer_by\":\"2026-11-28\","
                        "\"items\":[{\"name\":{\"ja\":\"靴下\",\"en\":\"Socks\"},\"quantity\":2}]}",
                        "return-accepted"},
                {NOTICE_KIND_RETURN_ACCEPTED, PARCEL_COLLECTED, -1, NULL, false,
                        "{\"accepted_at\":\"2026-11-21T18:30:00.000+09:00\",\"items\":[]}",
                        "return-accepted-bare"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                check(&rows[i], LANGUAGE_JA);
                check(&rows[i], LANGUAGE_EN);
        }
}

/* Unless the office says it otherwise; where we do not know by what a customer reads it, nothing is said. */
static void a_confirmed_contact_is_named_by_the_channel_that_it_goes_by(void **state) {
        static const struct {
                enum channel channel;
                const char *said, *ja, *en; /* @ja, @en: NULL no such line */
        } table[] = {
                {CHANNEL_EMAIL, NULL, "ご連絡の方法：メール\n", "Messages by: email\n"},
                {CHANNEL_SMS, NULL, "ご連絡の方法：SMS\n", "Messages by: text message (SMS)\n"},
                {CHANNEL_LINE, NULL, "ご連絡の方法：LINE\n", "Messages by: LINE\n"},
                {CHANNEL_LINE_NOTIFICATION, NULL, "ご連絡の方法：LINE\n", "Messages by: LINE\n"},
                {CHANNEL_WEBHOOK, NULL, NULL, NULL},
                {CHANNEL_SLIP, NULL, NULL, NULL},
                {CHANNEL_SMS, "電話", "ご連絡の方法：電話\n", "Messages by: 電話\n"},
        };

        (void) state;
        for (size_t i = 0; i < 2 * ELEMENTSOF(table); i++) {
                enum language language = i % 2 == 0 ? LANGUAGE_JA : LANGUAGE_EN;
                const char *expected = language == LANGUAGE_JA ? table[i / 2].ja : table[i / 2].en;
                _cleanup_(json_freep) struct json *data = NULL;
                _cleanup_str_ struct str text = STR_INIT;
                struct shipment s = {0};
                struct policy policy = {0};
                struct letter l = {0};
                char said[128];
                int n = snprintf(said, sizeof(said), "{\"verified_at\":\"2026-11-21T18:30:00+09:00\"%s%s%s}",
                        table[i / 2].said ? ",\"channel\":\"" : "",
                        table[i / 2].said ? table[i / 2].said : "", table[i / 2].said ? "\"" : "");

                assert_int_equal(json_parse(said, (size_t) n, &data, NULL), 0);
                scene_shipment(&s, 2);
                scene_policy(&policy, "shipped");
                assert_int_equal(letter_compose(&l, NOTICE_KIND_CONTACT_VERIFIED, &s, &policy, language), 0);
                l.data = data;
                l.channel = table[i / 2].channel;
                letter_write(&l, &policy, "", "", &text);
                if (expected ? !strstr(text.data, expected)
                             : strstr(text.data, "ご連絡の方法") || strstr(text.data, "By:"))
                        fail_msg("%s: %s", channel_to_str(table[i / 2].channel), text.data);
                letter_deinit(&l);
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

/* Each with its own goods; what was split stands together; a subject and an SMS stay short. */
static void one_incident_of_several_orders_lists_each_of_them(void **state) {
        static const char said
                [] = "{\"cause\":{\"ja\":\"配送車両が故障したため\",\"en\":\"the van broke down\"},"
                     "\"action\":{\"ja\":\"代わりの車両で本日発送いたします\",\"en\":\"another van takes it "
                     "today\"},\"next_by\":\"2026-11-22T18:30:00+09:00\"}",
            of_one[] = "{\"items\":[{\"name\":{\"ja\":\"手袋\",\"en\":\"Gloves\"},\"quantity\":3}]}",
            number[] = "[\"A-801\"]";

        (void) state;
        for (int i = 0; i < 4; i++) {
                enum language language = i < 2 ? LANGUAGE_JA : LANGUAGE_EN;
                _cleanup_(json_freep) struct json *data = NULL, *of_other = NULL, *orders = NULL;
                _cleanup_str_ struct str text = STR_INIT;
                struct shipment s = {0};
                struct policy policy = {0};
                struct letter l = {0};
                bool is_one = i % 2 == 0;
                char name[64];

                assert_int_equal(json_parse(said, strlen(said), &data, NULL), 0);
                assert_int_equal(json_parse(of_one, strlen(of_one), &of_other, NULL), 0);
                assert_int_equal(json_parse(number, strlen(number), &orders, NULL), 0);
                scene_shipment(&s, 1);
                scene_policy(&policy, "shipped");
                assert_int_equal(letter_compose(&l, NOTICE_KIND_INCIDENT, &s, &policy, language), 0);
                l.data = data;
                for (size_t k = 0; k < 3 && !is_one; k++) {
                        assert_int_equal(letter_add_order(&l, &s, k == 1 ? of_other : NULL), 0);
                        if (k > 0) /* the one before it was split from the first */
                                l.more[k].orders = orders;
                }
                letter_write(&l, &policy, language == LANGUAGE_JA ? "山田 花子" : "Hanako Yamada", "", &text);
                (void) snprintf(name, sizeof(name), "incident-%s-%s", is_one ? "one" : "several",
                        language_to_str(language));
                golden_assert(name, &text);
                letter_deinit(&l);
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_says_what_has_become_of_the_goods),
                cmocka_unit_test(one_incident_of_several_orders_lists_each_of_them),
                cmocka_unit_test(a_confirmed_contact_is_named_by_the_channel_that_it_goes_by),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
