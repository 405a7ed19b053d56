/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/pickup-scene.h"

#include "firmware/domain/notice.h"

#include <stdio.h>
#include <string.h>

#define RESEND "OKURU-C-RESEND"
#define NOTICE "018f0000-0000-5000-8000-000000000001"

/* One parcel of S-1 on its shelf, whose customer this station tells; the scene knows @state of the newest notice. */
static void told(struct scene *s, enum notice_state state, int asked_today) {
        char doc[2000];

        scene_wish(s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2), "", "\"pickup\":{},");
        (void) snprintf(doc, sizeof(doc), "%.*s,\"pickup-ready\":\"station\"}}",
                (int) strlen(s->f.shipments[0].doc) - 2, s->f.shipments[0].doc);
        fake_wish(&s->f, doc);
        fake_expect(&s->f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        scene_scan(s, 0, WAYBILL_1);
        scene_scan(s, 0, SHELF_B3);
        s->f.notice = (struct notice_known){
                .id = NOTICE, .state = state, .generation = 0, .asked_today = asked_today};
        scene_scan(s, 0, "ORD-S-1");
        assert_int_equal(scene_verdict(s)->kind, VERDICT_PROOF);
}

static void whatever_became_of_the_last_one_another_is_sent(void **state) {
        static const enum notice_state over[] = {NOTICE_ACCEPTED, NOTICE_DELIVERED, NOTICE_FAILED,
                NOTICE_EXPIRED, NOTICE_UNKNOWN, NOTICE_CANCELLED};

        for (size_t i = 0; i < ELEMENTSOF(over); i++) {
                COUNTER(NULL);
                _cleanup_(json_freep) struct json *asked = NULL, *reserved = NULL;

                told(&s, over[i], 2);
                scene_play(&s,
                        (struct step[]){{RESEND, VERDICT_OK, "notice.resend-asked notice.reserved"}, {NULL}});
                asked = scene_fact(&s, "notice.resend-asked", 0);
                assert_string_equal(json_get_string(asked, "notice", ""), NOTICE);
                assert_int_equal(json_get_int(asked, "generation", -1), 0);
                reserved = scene_fact(&s, "notice.reserved", 0);
                assert_int_equal(json_get_int(reserved, "generation", -1), 1);
                assert_string_not_equal(json_get_string(reserved, "notice", ""), NOTICE);
                /* The case is still open, and the customer is not made to wait. */
                scene_play(&s, (struct step[]){{PROOF_CARD, VERDICT_HAND_OVER, ""}, {NULL}});
        }
}

static void what_stands_against_it_is_said(void **state) {
        static const struct {
                enum notice_state state;
                int asked;
                const char *word;
        } rows[] = {{NOTICE_RESERVED, 0, "送っている"}, {NOTICE_SENDING, 0, "送っている"},
                {NOTICE_ACCEPTED, NOTICE_RESENDS_A_DAY, "今日は"},
                {NOTICE_FAILED, NOTICE_RESENDS_A_DAY, "今日は"}};

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                COUNTER(NULL);

                told(&s, rows[i].state, rows[i].asked);
                scene_play(&s, (struct step[]){{RESEND, VERDICT_NOT_NOW, ""}, {NULL}});
                assert_non_null(strstr(scene_verdict(&s)->sub_ja, rows[i].word));
        }
}

static void nothing_is_sent_without_a_customer_or_by_another_than_its_owner(void **state) {
        COUNTER(NULL);

        scene_play(&s, (struct step[]){{RESEND, VERDICT_NOT_NOW, ""}, {NULL}});
        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        s.f.notice = (struct notice_known){.id = NOTICE, .state = NOTICE_FAILED};
        scene_play(
                &s, (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {RESEND, VERDICT_NOT_NOW, ""}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "本部"));
}

static void a_packer_does_not_send_and_a_leader_does(void **state) {
        COUNTER(NULL);

        scene_people(&s, true);
        told(&s, NOTICE_ACCEPTED, 0);
        scene_play(&s, (struct step[]){{RESEND, VERDICT_NOT_NOW, "item.refused:leader-needed"}, {NULL}});
        s.benches[0].role = ROLE_CLERK;
        scene_play(&s, (struct step[]){{RESEND, VERDICT_OK, "notice.resend-asked notice.reserved"}, {NULL}});
        s.benches[0].role = ROLE_LEADER;
        scene_play(&s, (struct step[]){{RESEND, VERDICT_OK, "notice.resend-asked notice.reserved"}, {NULL}});
        s.benches[0].role = ROLE_ENGINEER;
        scene_play(&s, (struct step[]){{RESEND, VERDICT_NOT_NOW, "item.refused:leader-needed"}, {NULL}});
}

static void what_waits_for_nobody_is_told_to_nobody(void **state) {
        struct parcel parcel = {.state = PARCEL_SHELVED};
        struct shipment s = {.parcels = &parcel, .n_parcels = 1, .at_counter = {.is_ready = true}};
        const struct notice_known known = {.id = NOTICE, .state = NOTICE_ACCEPTED};
        const enum notice_kind kind = NOTICE_KIND_PICKUP_READY;

        (void) state;
        s.notices[kind].owner = OWNER_STATION;
        assert_int_equal(notice_resend_judge(&s, kind, &known), NOTICE_RESEND_GO);
        assert_int_equal(notice_resend_judge(&s, kind, NULL), NOTICE_RESEND_NOTHING);
        s.cancelled = true;
        assert_int_equal(notice_resend_judge(&s, kind, &known), NOTICE_RESEND_NOTHING);
        s.cancelled = false;
        s.held = true;
        assert_int_equal(notice_resend_judge(&s, kind, &known), NOTICE_RESEND_NOTHING);
        s.held = false;
        parcel.state = PARCEL_COLLECTED;
        assert_int_equal(notice_resend_judge(&s, kind, &known), NOTICE_RESEND_NOTHING);
        parcel.state = PARCEL_SHELVED;
        s.notices[kind].owner = OWNER_OMS;
        assert_int_equal(notice_resend_judge(&s, kind, &known), NOTICE_RESEND_NOT_OURS);
}

static void who_cannot_be_reached_is_asked_for_another_way_when_they_leave(void **state) {
        static const struct {
                enum notice_state state;
                const char *reason;
                bool asked;
        } rows[] = {{NOTICE_FAILED, "bounced", true}, {NOTICE_FAILED, "recipient-refused", true},
                {NOTICE_FAILED, "address-refused", true}, {NOTICE_FAILED, "bad-address", true},
                {NOTICE_FAILED, "message-refused", false}, {NOTICE_ACCEPTED, "", false},
                {NOTICE_CANCELLED, "bounced", false}, {NOTICE_UNKNOWN, "no-answer", false}};

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                COUNTER(NULL);
                const struct verdict *v;

                told(&s, rows[i].state, 0);
                (void) snprintf(s.f.notice.reason, sizeof(s.f.notice.reason), "%s", rows[i].reason);
                scene_play(&s,
                        (struct step[]){{PROOF_CARD, VERDICT_HAND_OVER, ""},
                                {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"},
                                {NULL}});
                v = scene_verdict(&s);
                assert_int_equal(strstr(v->sub_ja, "別の連絡先を聞く") != NULL, rows[i].asked);
                assert_int_equal(strstr(v->sub_en, "ask for another way") != NULL, rows[i].asked);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(whatever_became_of_the_last_one_another_is_sent),
                cmocka_unit_test(what_stands_against_it_is_said),
                cmocka_unit_test(nothing_is_sent_without_a_customer_or_by_another_than_its_owner),
                cmocka_unit_test(a_packer_does_not_send_and_a_leader_does),
                cmocka_unit_test(what_waits_for_nobody_is_told_to_nobody),
                cmocka_unit_test(who_cannot_be_reached_is_asked_for_another_way_when_they_leave),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
