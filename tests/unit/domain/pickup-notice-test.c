/* SPDX-License-Identifier: Apache-2.0 */
/* What happens at a counter and calls for a word to the customer: handed over, kept too long, brought back. */
#include "tests/unit/domain/pickup-scene.h"

#include "firmware/base/cleanup.h"

#include <string.h>

#define DAY       86400
#define TAKE_BACK "OKURU-C-TAKE-BACK"

/* S-1 on its shelf, in @pieces boxes; the station, or @owner, tells of all that happens to it. */
static void owned(struct scene *s, int pieces, const char *owner) {
        static const char *const parcels[] = {PARCEL_1, PARCEL_2}, *const numbers[] = {WAYBILL_1, WAYBILL_2};
        char doc[2000];

        counter_order(s, "S-1", pieces, "{\"keep_days\":1}");
        (void) snprintf(doc, sizeof(doc),
                "%.*s,\"handed-over\":\"%s\",\"returned\":\"%s\",\"return-accepted\":\"%s\"}}",
                (int) strlen(s->f.shipments[s->f.n_shipments - 1].doc) - 2,
                s->f.shipments[s->f.n_shipments - 1].doc, owner, owner, owner);
        fake_wish(&s->f, doc);
        for (int i = 0; i < pieces; i++)
                fake_expect(&s->f, "acme", "S-1", parcels[i], i + 1, numbers[i], "");
        for (int i = 0; i < pieces; i++) {
                scene_scan(s, 0, numbers[i]);
                scene_scan(s, 0, SHELF_B3);
        }
        assert_int_equal(scene_verdict(s)->kind, VERDICT_READY);
}

static void expect_kind(struct scene *s, const char *kind, int generation) {
        _cleanup_(json_freep) struct json *reserved = scene_fact(s, "notice.reserved", 0);

        assert_string_equal(json_get_string(reserved, "kind", ""), kind);
        assert_int_equal(json_get_int(reserved, "generation", -1), generation);
}

static void each_handover_is_told_once_the_one_before_is_over(void **state) {
        static const char collected[] = "pickup.checked pickup.collected:document notice.reserved";
        COUNTER(NULL);

        owned(&s, 2, "station");
        scene_play(&s,
                (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                        {WAYBILL_1, VERDICT_OK, "pickup.checked"},
                        {OK_CARD, VERDICT_COLLECTED, "pickup.collected:document notice.reserved"}, {NULL}});
        expect_kind(&s, "handed-over", 0);
        /* It waits still, and will tell of both. */
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                               {WAYBILL_2, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"},
                               {UNDO, VERDICT_UNDONE, "pickup.undone"}, {NULL}});
        fake_find(&s.f, "acme", "S-1")->notices[NOTICE_KIND_HANDED_OVER].waits = false; /* the mail is out */
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                               {WAYBILL_2, VERDICT_COLLECTED, collected}, {NULL}});
        expect_kind(&s, "handed-over", 1);
}

static void what_is_kept_no_longer_is_told_when_it_goes_back(void **state) {
        COUNTER(NULL);

        owned(&s, 1, "station");
        scene_tick(&s, 0, 2 * DAY);
        assert_string_equal(s.facts, "pickup.expired:kept-too-long notice.reserved");
        expect_kind(&s, "returned", 0);
}

static void who_brings_something_back_is_told_what_was_in_that_box(void **state) {
        COUNTER("{\"v\":1,\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"return_answer_days\":7}]}");
        _cleanup_(json_freep) struct json *reserved = NULL;
        const struct json *data;

        owned(&s, 1, "station");
        scene_play(&s,
                (struct step[]){{TAKE_BACK, VERDICT_GESTURE, ""},
                        {WAYBILL_1, VERDICT_RETURNED, "return.received:waybill notice.reserved"}, {NULL}});
        expect_kind(&s, "return-accepted", 0);
        reserved = scene_fact(&s, "notice.reserved", 0);
        data = json_get(reserved, "data");
        assert_string_equal(json_get_string(data, "accepted_at", ""), "2026-11-21T12:00:03.000+09:00");
        assert_string_equal(json_get_string(data, "answer_by", ""), "2026-11-28");
}

static void who_is_told_by_somebody_else_is_not_told_here(void **state) {
        static const char *const owners[] = {"oms", "none"};

        for (size_t i = 0; i < ELEMENTSOF(owners); i++) {
                COUNTER(NULL);

                owned(&s, 1, owners[i]);
                scene_play(&s,
                        (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                                {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"},
                                {TAKE_BACK, VERDICT_GESTURE, ""},
                                {WAYBILL_1, VERDICT_RETURNED, "return.received:waybill"}, {NULL}});
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_handover_is_told_once_the_one_before_is_over),
                cmocka_unit_test(what_is_kept_no_longer_is_told_when_it_goes_back),
                cmocka_unit_test(who_brings_something_back_is_told_what_was_in_that_box),
                cmocka_unit_test(who_is_told_by_somebody_else_is_not_told_here),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
