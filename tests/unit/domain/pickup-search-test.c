/* SPDX-License-Identifier: Apache-2.0 */
/* The customer says who they are: code, QR, telephone, name; and who guesses is slowed down. */
#include "tests/unit/domain/pickup-scene.h"
#include "tests/unit/domain/pickup-tokens.h"

#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

#define CODE "K7M4-Q2TX"

static void find(struct scene *s, const char *text, enum verdict_kind kind, const char *facts) {
        struct input input = {.kind = INPUT_FIND, .bytes = text, .n = strlen(text)};

        scene_step(s, 0, &input);
        if (scene_verdict(s)->kind != kind || strcmp(s->facts, facts) != 0)
                fail_msg("%s: got %s [%s] (%s)", text, verdict_look(scene_verdict(s)->kind)->name, s->facts,
                        scene_verdict(s)->sub_en);
}

static void the_code_is_proof_enough_and_stands_in_no_fact(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        fake_lookup(&s.f, "code", "K7M4Q2TX", "acme", "S-1");
        scene_play(&s, (struct step[]){{CODE, VERDICT_HAND_OVER, "pickup.asked:code"}, {NULL}});
        for (size_t i = 0; i < s.last.facts.n; i++)
                assert_null(strstr(s.last.facts.items[i].data, "K7M4"));
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:code"},
                               {CODE, VERDICT_ALREADY, "pickup.asked:code"}, {NULL}});
}

static void a_code_that_finds_what_cannot_go_says_why_without_it(void **state) {
        COUNTER(NULL);

        counter_order(&s, "S-1", 1, "{}");
        fake_lookup(&s.f, "code", "K7M4Q2TX", "acme", "S-1");
        scene_play(
                &s, (struct step[]){
                            {CODE, VERDICT_NO_HAND_OVER, "pickup.asked:code item.refused:not-here"}, {NULL}});
        for (size_t i = 0; i < s.last.facts.n; i++)
                assert_null(strstr(s.last.facts.items[i].data, "K7M4"));
}

static void a_proxy_brings_the_code_and_is_recorded_as_one(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *collected = NULL;

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{\"proof\":[\"document\",\"proxy-code\"]}");
        fake_lookup(&s.f, "code", "K7M4Q2TX", "acme", "S-1");
        scene_play(&s,
                (struct step[]){{CODE, VERDICT_PROOF, "pickup.asked:code"}, /* alone it will not do here */
                        {"OKURU-C-PROOF-PROXY-CODE", VERDICT_HAND_OVER, ""},
                        {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:proxy-code"},
                        {NULL}});
        collected = scene_fact(&s, "pickup.collected", 0);
        assert_string_equal(json_get_string(collected, "by", ""), "proxy");
}

static void the_order_number_first_and_then_the_code_is_one_case(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        fake_lookup(&s.f, "code", "K7M4Q2TX", "acme", "S-1");
        scene_play(&s,
                (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {WAYBILL_1, VERDICT_PROOF, "pickup.checked"},
                        {CODE, VERDICT_COLLECTED, "pickup.asked:code pickup.collected:code"}, {NULL}});
}

static void another_customers_code_does_not_take_the_place_of_who_stands_there(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-3", PARCEL_3, WAYBILL_3, SHELF_C1, "{}");
        fake_lookup(&s.f, "code", "K7M4Q2TX", "acme", "S-3");
        counter_serving(&s);
        scene_play(
                &s, (struct step[]){{CODE, VERDICT_NOT_NOW, "pickup.asked:code"}, {UNDO, VERDICT_UNDONE, ""},
                            {CODE, VERDICT_HAND_OVER, "pickup.asked:code"}, {NULL}});
}

static void five_wrong_codes_slow_the_counter_down_and_a_restart_does_not_help(void **state) {
        COUNTER(NULL);
        struct bench again;

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        fake_lookup(&s.f, "code", "K7M4Q2TX", "acme", "S-1");
        for (int i = 0; i < 5; i++)
                scene_play(
                        &s, (struct step[]){{"00000000", VERDICT_NO_HAND_OVER, "pickup.asked:code"}, {NULL}});
        scene_play(&s, (struct step[]){{CODE, VERDICT_TRY_LATER, ""}, {TOKEN_GOOD, VERDICT_TRY_LATER, ""},
                               {"ORD-S-1", VERDICT_PROOF, ""}, {UNDO, VERDICT_UNDONE, ""}, {NULL}});
        scene_tick(&s, 0, 30);
        scene_play(&s, (struct step[]){{"00000000", VERDICT_NO_HAND_OVER, "pickup.asked:code"}, {NULL}});
        scene_tick(&s, 0, 45);
        scene_play(&s, (struct step[]){{CODE, VERDICT_TRY_LATER, ""}, {NULL}}); /* twice as long */
        bench_init(&again, "bench-1");
        again.kind = BENCH_COUNTER;
        pickup_restore_tries(&again, s.benches[0].wrong_tries, &s.now);
        s.benches[0] = again;
        scene_play(&s, (struct step[]){{CODE, VERDICT_TRY_LATER, ""}, {NULL}});
        scene_tick(&s, 0, 61);
        scene_play(&s, (struct step[]){{CODE, VERDICT_HAND_OVER, "pickup.asked:code"}, {NULL}});
        assert_int_equal(s.benches[0].wrong_tries, 0);
}

static void a_signed_qr_is_good_offline(void **state) {
        COUNTER(NULL);

        s.f.signatures_hold = true;
        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        scene_play(&s, (struct step[]){{TOKEN_GOOD, VERDICT_HAND_OVER, "pickup.asked:token"},
                               {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:code"},
                               {TOKEN_GOOD, VERDICT_ALREADY, "pickup.asked:token"}, {NULL}});
}

static void a_qr_that_is_not_good_says_how_it_is_not(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        scene_play(&s, (struct step[]){{TOKEN_GOOD, VERDICT_NO_HAND_OVER, "pickup.asked:token"}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "偽のQR"));
        s.f.signatures_hold = true;
        scene_play(&s, (struct step[]){{TOKEN_NO_KEY, VERDICT_NO_HAND_OVER, "pickup.asked:token"}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "知らない鍵"));
        scene_play(&s, (struct step[]){{TOKEN_OTHER_STORE, VERDICT_NO_HAND_OVER, "item.refused:other-store"},
                               {TOKEN_OVER, VERDICT_NO_HAND_OVER, "item.refused:expired"},
                               {"OKURU-T-K1.", VERDICT_UNKNOWN_CODE, ""}, {NULL}});
        s.now.clock =
                CLOCK_QUALITY_HOLDOVER; /* nobody is refused by a date that this box cannot be sure of */
        scene_play(&s, (struct step[]){{TOKEN_OVER, VERDICT_HAND_OVER, "pickup.asked:token"},
                               {UNDO, VERDICT_UNDONE, ""},
                               {TOKEN_UNKNOWN, VERDICT_UNKNOWN_CODE,
                                       "pickup.asked:token item.refused:unknown-shipment"},
                               {NULL}});
}

static void a_telephone_or_a_name_finds_one_customer_or_asks_for_more(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        counter_ready(&s, "S-2", PARCEL_2, WAYBILL_2, SHELF_C1, "{}");
        fake_lookup(&s.f, "phone", "5678", "acme", "S-1");
        fake_lookup(&s.f, "phone", "5678", "acme", "S-2");
        fake_lookup(&s.f, "name", "ヤマダ", "acme", "S-1");
        find(&s, "ORD-S-1", VERDICT_PROOF, "");
        find(&s, "5678", VERDICT_AMBIGUOUS, "pickup.asked:phone");
        find(&s, "やまだ", VERDICT_PROOF, "pickup.asked:name");
        find(&s, "090-1234-5678 ヤマダ", VERDICT_PROOF, "pickup.asked:phone");
        find(&s, "5678 サトウ", VERDICT_NO_HAND_OVER, "pickup.asked:phone");
        assert_int_equal(s.benches[0].wrong_tries, 1);
        find(&s, "\xff", VERDICT_REFUSED_SCAN, "");
}

static void choose(struct scene *s, const char *card, enum verdict_kind kind, const char *shipment) {
        scene_scan(s, 0, card);
        assert_int_equal(scene_verdict(s)->kind, kind);
        assert_string_equal(scene_verdict(s)->shipment, shipment);
}

static void two_of_one_name_are_told_apart_by_a_digit(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        counter_ready(&s, "S-2", PARCEL_2, WAYBILL_2, SHELF_C1, "{}");
        fake_lookup(&s.f, "name", "サトウ", "acme", "S-1");
        fake_lookup(&s.f, "name", "サトウ", "acme", "S-2");
        fake_lookup(&s.f, "phone", "5678", "acme", "S-2");
        find(&s, "さとう", VERDICT_AMBIGUOUS, "pickup.asked:name");
        assert_int_equal(s.benches[0].gesture, GESTURE_PICKUP_CHOOSE);
        assert_int_equal(s.benches[0].choice.n_customers, 2);
        choose(&s, "OKURU-C-D-3", VERDICT_AMBIGUOUS, "");
        choose(&s, "OKURU-C-D-0", VERDICT_AMBIGUOUS, "");
        choose(&s, "OKURU-C-D-2", VERDICT_PROOF, "S-2");
        choose(&s, "OKURU-C-D-1", VERDICT_NOT_NOW,
                "S-2"); /* a digit means something while it was asked for */
        scene_scan(&s, 0, UNDO);
        find(&s, "さとう", VERDICT_AMBIGUOUS, "pickup.asked:name");
        find(&s, "5678", VERDICT_PROOF, "pickup.asked:phone"); /* or by what else they know */
        scene_scan(&s, 0, UNDO);
        find(&s, "さとう", VERDICT_AMBIGUOUS, "pickup.asked:name");
        choose(&s, UNDO, VERDICT_UNDONE, "S-2");
        choose(&s, "OKURU-C-D-1", VERDICT_NOT_NOW, "S-2");
        find(&s, "さとう", VERDICT_AMBIGUOUS, "pickup.asked:name");
        choose(&s, WAYBILL_1, VERDICT_PROOF, "S-1"); /* or by one of their parcels */
        assert_int_equal(s.benches[0].gesture, GESTURE_NONE);
}

static void who_has_collected_is_none_of_those_to_choose_from(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        counter_ready(&s, "S-2", PARCEL_2, WAYBILL_2, SHELF_C1, "{}");
        fake_lookup(&s.f, "name", "サトウ", "acme", "S-1");
        fake_lookup(&s.f, "name", "サトウ", "acme", "S-2");
        scene_play(&s,
                (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                        {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"}, {NULL}});
        find(&s, "さとう", VERDICT_PROOF, "pickup.asked:name");
        assert_string_equal(scene_verdict(&s)->shipment, "S-2");
}

static void who_is_being_served_is_not_pushed_aside_by_a_search(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-3", PARCEL_3, WAYBILL_3, SHELF_C1, "{}");
        fake_lookup(&s.f, "name", "サトウ", "acme", "S-1");
        fake_lookup(&s.f, "name", "サトウ", "acme", "S-3");
        counter_serving(&s);
        find(&s, "さとう", VERDICT_NOT_NOW, "pickup.asked:name");
        assert_int_equal(s.benches[0].pickup.n_checked, 1);
}

static void of_a_name_that_too_many_have_more_is_asked_for_and_the_telephone_finds_the_last_of_them(
        void **state) {
        COUNTER(NULL);

        for (int i = 1; i <= 30; i++) {
                char id[8];

                (void) snprintf(id, sizeof(id), "N-%d", i);
                counter_order(&s, id, 1, "{}");
                fake_lookup(&s.f, "name", "サトウ", "acme", id);
        }
        fake_lookup(&s.f, "phone", "5678", "acme", "N-30");
        find(&s, "さとう", VERDICT_AMBIGUOUS, "pickup.asked:name");
        assert_int_equal(s.benches[0].gesture, GESTURE_NONE);
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "30件"));
        find(&s, "5678 さとう", VERDICT_NO_HAND_OVER, "pickup.asked:phone item.refused:not-here");
        assert_string_equal(scene_verdict(&s)->shipment, "N-30");
}

static void several_orders_of_one_group_are_one_case(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{\"group\":\"G-1\"}");
        counter_ready(&s, "S-2", PARCEL_2, WAYBILL_2, SHELF_C1, "{\"group\":\"G-1\"}");
        fake_lookup(&s.f, "phone", "5678", "acme", "S-1");
        fake_lookup(&s.f, "phone", "5678", "acme", "S-2");
        find(&s, "5678", VERDICT_PROOF, "pickup.asked:phone");
        scene_play(&s, (struct step[]){{PROOF_CARD, VERDICT_HAND_OVER, ""},
                               {WAYBILL_1, VERDICT_OK, "pickup.checked"},
                               {WAYBILL_2, VERDICT_COLLECTED,
                                       "pickup.checked pickup.collected:document pickup.collected:document"},
                               {NULL}});
}

static void a_packing_bench_finds_nobody(void **state) {
        _cleanup_scene_ struct scene s;

        (void) state;
        scene_init(&s, NULL);
        find(&s, "5678", VERDICT_NOT_NOW, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_code_is_proof_enough_and_stands_in_no_fact),
                cmocka_unit_test(a_code_that_finds_what_cannot_go_says_why_without_it),
                cmocka_unit_test(a_proxy_brings_the_code_and_is_recorded_as_one),
                cmocka_unit_test(the_order_number_first_and_then_the_code_is_one_case),
                cmocka_unit_test(another_customers_code_does_not_take_the_place_of_who_stands_there),
                cmocka_unit_test(five_wrong_codes_slow_the_counter_down_and_a_restart_does_not_help),
                cmocka_unit_test(a_signed_qr_is_good_offline),
                cmocka_unit_test(a_qr_that_is_not_good_says_how_it_is_not),
                cmocka_unit_test(a_telephone_or_a_name_finds_one_customer_or_asks_for_more),
                cmocka_unit_test(two_of_one_name_are_told_apart_by_a_digit),
                cmocka_unit_test(who_has_collected_is_none_of_those_to_choose_from),
                cmocka_unit_test(who_is_being_served_is_not_pushed_aside_by_a_search),
                cmocka_unit_test(
                        of_a_name_that_too_many_have_more_is_asked_for_and_the_telephone_finds_the_last_of_them),
                cmocka_unit_test(several_orders_of_one_group_are_one_case),
                cmocka_unit_test(a_packing_bench_finds_nobody),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
