/* SPDX-License-Identifier: Apache-2.0 */
/* From the van to the shelf: arrived, shelved, ready. */
#include "tests/unit/domain/pickup-scene.h"

#include "firmware/base/cleanup.h"

#include <string.h>

static void a_parcel_that_is_expected_arrives_is_shelved_and_is_ready_once(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *arrived = NULL, *ready = NULL;

        counter_order(&s, "S-1", 1, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"}, {NULL}});
        arrived = scene_fact(&s, "parcel.arrived", 0);
        assert_true(json_get_bool(arrived, "announced", false));
        assert_string_equal(json_get_string(json_get(arrived, "orders"), "", "-"), "-");
        scene_play(&s, (struct step[]){{SHELF_B3, VERDICT_READY, "parcel.shelved pickup.ready"}, {NULL}});
        ready = scene_fact(&s, "pickup.ready", 0);
        assert_string_equal(json_get_string(ready, "keep_until", ""), "2026-11-29T00:00:00.000+09:00");
        assert_string_equal(json_get_string(json_first(json_get(ready, "parcels")), "shelf", ""), "b-3");
        assert_null(json_get(ready, "partial"));
        assert_string_equal(scene_verdict(&s)->sub_ja, "棚B-3 全1個。保管 2026-11-28まで");
        /* Moved to another shelf it is not ready anew. */
        scene_play(
                &s, (struct step[]){{WAYBILL_1, VERDICT_PROOF, ""}, {SHELF_C1, VERDICT_MOVED, "pickup.moved"},
                            {WAYBILL_1, VERDICT_PROOF, ""}, {SHELF_C1, VERDICT_ALREADY, ""}, {NULL}});
}

static void the_customer_is_told_by_the_station_that_owns_the_notice(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *reserved = NULL;

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2), "", "\"pickup\":{},");
        s.f.shipments[0].doc[strlen(s.f.shipments[0].doc) - 2] = ','; /* one more owner */
        {
                char doc[2000];

                (void) snprintf(doc, sizeof(doc), "%.*s\"pickup-ready\":\"station\"}}",
                        (int) strlen(s.f.shipments[0].doc) - 1, s.f.shipments[0].doc);
                fake_wish(&s.f, doc);
        }
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        scene_play(&s,
                (struct step[]){{WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"},
                        {SHELF_B3, VERDICT_READY, "parcel.shelved pickup.ready notice.reserved"}, {NULL}});
        reserved = scene_fact(&s, "notice.reserved", 0);
        assert_string_equal(json_get_string(reserved, "kind", ""), "pickup-ready");
        assert_int_equal(json_get_int(reserved, "generation", -1), 0);
        /* 60 s for a parcel that was put on the wrong shelf. */
        assert_string_equal(json_get_string(reserved, "not_before", ""), "2026-11-21T12:01:01.000+09:00");
}

static void it_is_not_ready_before_the_last_box_lies_there(void **state) {
        COUNTER(NULL);

        counter_order(&s, "S-1", 2, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        fake_expect(&s.f, "acme", "S-1", PARCEL_2, 2, WAYBILL_2, "");
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"},
                               {SHELF_B3, VERDICT_SHELVED, "parcel.shelved"},
                               {"ORD-S-1", VERDICT_NO_HAND_OVER, "item.refused:not-here"},
                               {WAYBILL_2, VERDICT_ARRIVED, "parcel.arrived"},
                               {SHELF_C1, VERDICT_READY, "parcel.shelved pickup.ready"}, {NULL}});
}

static void a_box_that_nobody_told_us_of_is_waited_for_all_the_same(void **state) {
        COUNTER(NULL);

        counter_order(&s, "S-1", 2, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"},
                               {SHELF_B3, VERDICT_SHELVED, "parcel.shelved"}, {NULL}});
}

static void a_leader_declares_a_part_complete(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *ready = NULL;

        scene_people(&s, true);
        counter_order(&s, "S-1", 2, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        scene_play(&s,
                (struct step[]){{SHORT, VERDICT_NOT_NOW, ""}, {WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"},
                        {SHELF_B3, VERDICT_SHELVED, "parcel.shelved"}, {SHORT, VERDICT_LEADER_NEEDED, ""},
                        {SECOND, VERDICT_LEADER_NEEDED, ""}, {LEADER, VERDICT_READY, "pickup.ready"},
                        {NULL}});
        ready = scene_fact(&s, "pickup.ready", 0);
        assert_true(json_get_bool(ready, "partial", false));
        assert_string_equal(json_get_string(ready, "leader", ""), "p-boss");
        /* The rest comes: it lies there, and nobody is told twice. */
        fake_expect(&s.f, "acme", "S-1", PARCEL_2, 2, WAYBILL_2, "");
        scene_play(&s,
                (struct step[]){{WAYBILL_2, VERDICT_ARRIVED, "parcel.arrived"},
                        {SHELF_B3, VERDICT_SHELVED, "parcel.shelved"}, {SHORT, VERDICT_NOT_NOW, ""}, {NULL}});
}

static void what_is_held_or_cancelled_is_shelved_and_not_ready(void **state) {
        COUNTER(NULL);

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2), "",
                "\"held\":true,\"reason\":\"住所確認\",\"pickup\":{},");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"},
                               {SHELF_B3, VERDICT_SHELVED, "parcel.shelved"},
                               {"ORD-S-1", VERDICT_NO_HAND_OVER, "item.refused:held"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "保留中 住所確認");
}

static void a_parcel_packed_in_this_very_store_arrives_as_well(void **state) {
        COUNTER(NULL);

        counter_order(&s, "S-1", 1, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        fake_parcel(&s.f, PARCEL_1)->state = PARCEL_READY;
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"},
                               {SHELF_B3, VERDICT_READY, "parcel.shelved pickup.ready"}, {NULL}});
}

static void what_cannot_be_shelved_says_why(void **state) {
        COUNTER(NULL);

        counter_order(&s, "S-1", 1, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        scene_simple(&s, "S-2", 1, "", ""); /* not for a store */
        fake_expect(&s.f, "acme", "S-2", PARCEL_2, 1, WAYBILL_2, "");
        fake_parcel(&s.f, PARCEL_2)->state = PARCEL_SHIPPED;
        fake_dead(&s.f, WAYBILL_3);
        scene_play(
                &s, (struct step[]){{SHELF_B3, VERDICT_NOT_NOW, ""}, {"OKURU-S-", VERDICT_UNKNOWN_CODE, ""},
                            {"OKURU-S-B_3", VERDICT_UNKNOWN_CODE, ""},
                            {WAYBILL_2, VERDICT_NO_HAND_OVER, "item.refused:no-pickup"},
                            {WAYBILL_3, VERDICT_DEAD_WAYBILL, "item.refused:dead-waybill"},
                            {FOREIGN, VERDICT_UNKNOWN_CODE, "item.refused:unknown-shipment"},
                            {WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"}, {UNDO, VERDICT_UNDONE, ""},
                            {SHELF_B3, VERDICT_NOT_NOW, ""}, /* it lies in nobody's hand */
                            {WAYBILL_1, VERDICT_NEXT, ""},
                            {SHELF_B3, VERDICT_READY, "parcel.shelved pickup.ready"}, {NULL}});
}

static void a_box_without_its_data_says_that_it_comes_later(void **state) {
        COUNTER(NULL);

        s.f.world.snapshot_open = true;
        scene_play(&s,
                (struct step[]){{WAYBILL_1, VERDICT_NOT_YET_KNOWN, "item.refused:unknown-shipment"}, {NULL}});
}

static void type(struct scene *s, const char *person, enum person_role role, const char *code,
        enum verdict_kind kind, const char *facts) {
        struct input_person who = {.role = role};
        struct input input = {.kind = INPUT_SCAN, .bytes = code, .n = strlen(code), .at_screen = &who};

        (void) copy_text(who.person, sizeof(who.person), person);
        scene_step(s, 0, &input);
        if (scene_verdict(s)->kind != kind || strcmp(s->facts, facts) != 0)
                fail_msg("%s: got %s [%s]", code, verdict_look(scene_verdict(s)->kind)->name, s->facts);
}

static void a_leader_agrees_at_a_screen_and_the_clerk_goes_on(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *ready = NULL;

        fake_person(&s.f, "K041", "p-041", ROLE_CLERK);
        fake_person(&s.f, "L002", "p-002", ROLE_LEADER);
        counter_order(&s, "S-1", 2, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        fake_expect(&s.f, "acme", "S-1", PARCEL_2, 2, WAYBILL_2, "");
        type(&s, "p-041", ROLE_CLERK, WAYBILL_1, VERDICT_ARRIVED, "person.in:screen parcel.arrived");
        type(&s, "p-041", ROLE_CLERK, SHELF_B3, VERDICT_SHELVED, "parcel.shelved");
        type(&s, "p-041", ROLE_CLERK, SHORT, VERDICT_LEADER_NEEDED, "");
        type(&s, "p-041", ROLE_CLERK, "OKURU-P-L002", VERDICT_LOCKED,
                ""); /* typed by somebody else: no PIN was asked */
        type(&s, "p-041", ROLE_CLERK, "OKURU-P-X999", VERDICT_LOCKED, "");
        assert_int_equal(s.benches[0].gesture, GESTURE_PICKUP_PARTIAL);
        type(&s, "p-002", ROLE_LEADER, OK_CARD, VERDICT_READY, "pickup.ready");
        ready = scene_fact(&s, "pickup.ready", 0);
        assert_string_equal(json_get_string(ready, "leader", ""), "p-002");
        assert_string_equal(s.benches[0].person, "p-041");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_parcel_that_is_expected_arrives_is_shelved_and_is_ready_once),
                cmocka_unit_test(the_customer_is_told_by_the_station_that_owns_the_notice),
                cmocka_unit_test(it_is_not_ready_before_the_last_box_lies_there),
                cmocka_unit_test(a_box_that_nobody_told_us_of_is_waited_for_all_the_same),
                cmocka_unit_test(a_leader_declares_a_part_complete),
                cmocka_unit_test(what_is_held_or_cancelled_is_shelved_and_not_ready),
                cmocka_unit_test(a_parcel_packed_in_this_very_store_arrives_as_well),
                cmocka_unit_test(what_cannot_be_shelved_says_why),
                cmocka_unit_test(a_box_without_its_data_says_that_it_comes_later),
                cmocka_unit_test(a_leader_agrees_at_a_screen_and_the_clerk_goes_on),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
