/* SPDX-License-Identifier: Apache-2.0 */
/* Crates, what nobody announced, and what goes back to stock. */
#include "tests/unit/domain/pickup-scene.h"
#include "tests/unit/domain/pickup-tokens.h"

#include "firmware/base/cleanup.h"

#include <string.h>

#define CRATE  "ORICON-7"
#define ARRIVE "OKURU-C-ARRIVE"
#define RETURN "OKURU-C-RETURN"

static void a_crate_brings_all_of_its_parcels_and_names_what_was_not_in_it(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *arrived = NULL, *missing = NULL;

        counter_order(&s, "S-1", 1, "{}");
        counter_order(&s, "S-2", 1, "{}");
        counter_order(&s, "S-3", 1, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, CRATE);
        fake_expect(&s.f, "acme", "S-2", PARCEL_2, 1, WAYBILL_2, CRATE);
        fake_expect(&s.f, "acme", "S-3", PARCEL_3, 1, WAYBILL_3, "");
        scene_play(&s, (struct step[]){{CRATE, VERDICT_ARRIVED, "parcel.arrived parcel.arrived"}, {NULL}});
        arrived = scene_fact(&s, "parcel.arrived", 1);
        assert_string_equal(json_get_string(arrived, "crate", ""), CRATE);
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_NEXT, ""},
                               {SHELF_B3, VERDICT_READY, "parcel.shelved pickup.ready"},
                               {WAYBILL_3, VERDICT_ARRIVED, "parcel.arrived"}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "予定にない"));
        scene_play(&s, (struct step[]){{SHELF_C1, VERDICT_READY, "parcel.shelved pickup.ready"},
                               {CRATE, VERDICT_NOT_ON_SHELF, "pickup.missing"}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "1個足りない …8714"));
        missing = scene_fact(&s, "pickup.missing", 0);
        assert_string_equal(json_get_string(missing, "crate", ""), CRATE);
        /* It turns up: read it, and where it lies. */
        scene_play(&s, (struct step[]){{CRATE, VERDICT_ALREADY, ""}, {WAYBILL_2, VERDICT_NEXT, ""},
                               {SHELF_B3, VERDICT_READY, "pickup.moved pickup.ready"}, {NULL}});
}

static void a_crate_that_was_emptied_whole_says_so(void **state) {
        COUNTER(NULL);

        counter_order(&s, "S-1", 1, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, CRATE);
        scene_play(
                &s, (struct step[]){{CRATE, VERDICT_ARRIVED, "parcel.arrived"}, {WAYBILL_1, VERDICT_NEXT, ""},
                            {SHELF_B3, VERDICT_READY, "parcel.shelved pickup.ready"},
                            {OK_CARD, VERDICT_SHELVED, ""}, {OK_CARD, VERDICT_NOT_NOW, ""}, {NULL}});
}

static void what_nobody_announced_comes_in_by_a_card(void **state) {
        COUNTER("{\"v\":1,\"version\":1,\"merchants\":[{\"merchant\":\"acme\"}]}");
        _cleanup_(json_freep) struct json *arrived = NULL;

        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_UNKNOWN_CODE, "item.refused:unknown-shipment"},
                               {ARRIVE, VERDICT_GESTURE, ""}, {WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"},
                               {NULL}});
        arrived = scene_fact(&s, "parcel.arrived", 0);
        assert_false(json_get_bool(arrived, "announced", true));
        assert_string_equal(json_get_string(arrived, "shipment", ""), WAYBILL_1);
        scene_play(&s,
                (struct step[]){{SHELF_B3, VERDICT_SHELVED, "parcel.shelved"}, {WAYBILL_1, VERDICT_NEXT, ""},
                        {SHELF_C1, VERDICT_MOVED, "pickup.moved"}, {NULL}});
}

static void whose_it_is_is_not_guessed_among_several(void **state) {
        COUNTER("{\"v\":1,\"version\":1,\"merchants\":[{\"merchant\":\"acme\"},{\"merchant\":\"other\"}]}");

        scene_play(
                &s, (struct step[]){{ARRIVE, VERDICT_GESTURE, ""}, {WAYBILL_1, VERDICT_NOT_NOW, ""}, {NULL}});
}

static void what_nobody_came_for_goes_back_under_a_clock_that_is_right(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *expired = NULL;

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{\"keep_days\":1}");
        counter_ready(&s, "S-2", PARCEL_2, WAYBILL_2, SHELF_C1, "{\"keep_days\":3}");
        s.now.clock = CLOCK_QUALITY_HOLDOVER;
        scene_tick(&s, 0, 2 * 86400);
        assert_string_equal(s.facts, "");
        s.now.clock = CLOCK_QUALITY_SYNCED;
        scene_tick(&s, 0, 1);
        assert_string_equal(s.facts, "pickup.expired:kept-too-long");
        expired = scene_fact(&s, "pickup.expired", 0);
        assert_string_equal(
                json_get_string(json_first(json_get(expired, "parcels")), "parcel", ""), PARCEL_1);
        assert_string_equal(s.last.facts.items[0].bench, "");
        scene_tick(&s, 1, 1);
        assert_string_equal(s.facts, "");
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_NO_HAND_OVER, "item.refused:expired"},
                               {RETURN, VERDICT_NOT_NOW, ""}, {WAYBILL_1, VERDICT_RETURN, ""},
                               {RETURN, VERDICT_RESTOCKED, "pickup.restocked"}, {RETURN, VERDICT_NOT_NOW, ""},
                               {WAYBILL_1, VERDICT_NO_HAND_OVER, "item.refused:expired"},
                               {"ORD-S-2", VERDICT_PROOF, ""}, {NULL}});
}

static void what_was_cancelled_on_its_way_goes_back_at_once(void **state) {
        COUNTER(NULL);

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2), "", "\"cancelled\":true,\"pickup\":{},");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_RETURN, "parcel.arrived pickup.expired:cancelled"},
                               {RETURN, VERDICT_RESTOCKED, "pickup.restocked"}, {NULL}});
}

#define TAKE_BACK "OKURU-C-TAKE-BACK"
#define BROKEN    "OKURU-C-DAMAGED"

static void what_a_customer_brings_back_is_taken_in_and_looked_at(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *received = NULL, *inspected = NULL;

        s.f.signatures_hold = true;
        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                               {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"},
                               {TAKE_BACK, VERDICT_GESTURE, ""}, {FOREIGN, VERDICT_UNKNOWN_CODE, ""},
                               {WAYBILL_1, VERDICT_RETURNED, "return.received:waybill"}, {NULL}});
        received = scene_fact(&s, "return.received", 0);
        assert_string_equal(json_get_string(received, "shipment", ""), "S-1");
        assert_string_equal(json_get_string(received, "parcel", ""), PARCEL_1);
        assert_true(uuid_is_valid(s.last.facts.items[0].subject));
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_GESTURE, ""},
                               {BROKEN, VERDICT_INSPECTED, "return.inspected"}, {NULL}});
        inspected = scene_fact(&s, "return.inspected", 0);
        assert_string_equal(json_get_string(inspected, "result", ""), "bad");
        scene_play(&s,
                (struct step[]){{BROKEN, VERDICT_NOT_NOW, ""}, {TAKE_BACK, VERDICT_GESTURE, ""},
                        {"ORD-S-1", VERDICT_RETURNED, "return.received:order"},
                        {OK_CARD, VERDICT_INSPECTED, "return.inspected"}, {TAKE_BACK, VERDICT_GESTURE, ""},
                        {TOKEN_GOOD, VERDICT_RETURNED, "return.received:token"}, {UNDO, VERDICT_UNDONE, ""},
                        {NULL}});
}

static void an_offer_is_shown_and_redeemed_once(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *redeemed = NULL;

        scene_play(&s,
                (struct step[]){{TOKEN_OFFER, VERDICT_NO_OFFER, "pickup.asked:token"}, {NULL}}); /* forged */
        s.f.signatures_hold = true;
        scene_play(&s,
                (struct step[]){{TOKEN_ONLINE, VERDICT_NO_OFFER, ""}, {TOKEN_ENDED, VERDICT_NO_OFFER, ""},
                        {TOKEN_NO_OFFER, VERDICT_NO_OFFER, ""}, {TOKEN_OFFER, VERDICT_OFFER, ""}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "靴下10%引き。1人1回 使うならOK");
        scene_play(&s, (struct step[]){{UNDO, VERDICT_UNDONE, ""}, {OK_CARD, VERDICT_NOT_NOW, ""},
                               {TOKEN_OFFER, VERDICT_OFFER, ""},
                               {OK_CARD, VERDICT_REDEEMED, "offer.redeemed"}, {NULL}});
        redeemed = scene_fact(&s, "offer.redeemed", 0);
        assert_string_equal(json_get_string(redeemed, "coupon", ""), "C-1");
        scene_play(&s,
                (struct step[]){{TOKEN_OFFER, VERDICT_ALREADY, ""}, {OK_CARD, VERDICT_NOT_NOW, ""}, {NULL}});
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_crate_brings_all_of_its_parcels_and_names_what_was_not_in_it),
                cmocka_unit_test(a_crate_that_was_emptied_whole_says_so),
                cmocka_unit_test(what_nobody_announced_comes_in_by_a_card),
                cmocka_unit_test(whose_it_is_is_not_guessed_among_several),
                cmocka_unit_test(what_nobody_came_for_goes_back_under_a_clock_that_is_right),
                cmocka_unit_test(what_was_cancelled_on_its_way_goes_back_at_once),
                cmocka_unit_test(an_offer_is_shown_and_redeemed_once),
                cmocka_unit_test(what_a_customer_brings_back_is_taken_in_and_looked_at),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
