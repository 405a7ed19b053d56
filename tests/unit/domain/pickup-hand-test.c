/* SPDX-License-Identifier: Apache-2.0 */
/* The customer is here: proof, payment, the right parcels, taken back, not there. */
#include "tests/unit/domain/pickup-scene.h"

#include "firmware/base/cleanup.h"

#include <string.h>

static void an_order_number_and_a_document_hand_a_parcel_over(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *collected = NULL;

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "棚B-3 1個"));
        scene_play(&s,
                (struct step[]){{PROOF_CARD, VERDICT_HAND_OVER, ""},
                        {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"}, {NULL}});
        collected = scene_fact(&s, "pickup.collected", 0);
        assert_string_equal(json_get_string(collected, "by", ""), "self");
        assert_null(json_get(collected, "paid"));
        /* Whatever is read of it now says when it went. */
        scene_play(&s,
                (struct step[]){{WAYBILL_1, VERDICT_ALREADY, ""}, {"ORD-S-1", VERDICT_ALREADY, ""}, {NULL}});
        assert_string_equal(scene_verdict(&s)->head_ja, "お渡し済み");
        assert_string_equal(scene_verdict(&s)->sub_ja, "お渡し済み 12:00 bench-1。何もしない");
}

static void every_parcel_is_read_before_the_last_hands_all_over(void **state) {
        COUNTER(NULL);

        counter_order(&s, "S-1", 2, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        fake_expect(&s.f, "acme", "S-1", PARCEL_2, 2, WAYBILL_2, "");
        counter_ready(&s, "S-2", PARCEL_3, WAYBILL_3, SHELF_C1, "{}");
        scene_play(
                &s, (struct step[]){{WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"},
                            {SHELF_B3, VERDICT_SHELVED, "parcel.shelved"},
                            {WAYBILL_2, VERDICT_ARRIVED, "parcel.arrived"},
                            {SHELF_B3, VERDICT_READY, "parcel.shelved pickup.ready"},
                            {"ORD-S-1", VERDICT_PROOF, ""}, {WAYBILL_1, VERDICT_PROOF, "pickup.checked"},
                            {ORDER_CARD, VERDICT_OK, ""}, {WAYBILL_1, VERDICT_OK, ""},
                            {WAYBILL_3, VERDICT_WRONG_PARCEL, "item.refused:wrong-parcel"},
                            {WAYBILL_2, VERDICT_COLLECTED,
                                    "pickup.checked pickup.collected:order-name pickup.collected:order-name"},
                            {NULL}});
}

static void who_takes_only_some_comes_back_for_the_rest(void **state) {
        COUNTER(NULL);

        counter_order(&s, "S-1", 2, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        fake_expect(&s.f, "acme", "S-1", PARCEL_2, 2, WAYBILL_2, "");
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"},
                               {SHELF_B3, VERDICT_SHELVED, "parcel.shelved"},
                               {WAYBILL_2, VERDICT_ARRIVED, "parcel.arrived"},
                               {SHELF_C1, VERDICT_READY, "parcel.shelved pickup.ready"},
                               {"ORD-S-1", VERDICT_PROOF, ""}, {OK_CARD, VERDICT_PROOF, ""},
                               {PROOF_CARD, VERDICT_HAND_OVER, ""}, {OK_CARD, VERDICT_HAND_OVER, ""},
                               {WAYBILL_1, VERDICT_OK, "pickup.checked"},
                               {OK_CARD, VERDICT_COLLECTED, "pickup.collected:document"},
                               {"ORD-S-1", VERDICT_PROOF, ""}, {WAYBILL_1, VERDICT_ALREADY, ""},
                               {ORDER_CARD, VERDICT_HAND_OVER, ""},
                               {WAYBILL_2, VERDICT_COLLECTED, "pickup.checked pickup.collected:order-name"},
                               {NULL}});
}

static void several_orders_of_one_number_are_one_case(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        scene_wish(&s, "acme", "S-2", 1, "[\"ORD-S-1\"]", LINE_HAT(1), "", "\"pickup\":{},");
        fake_expect(&s.f, "acme", "S-2", PARCEL_2, 1, WAYBILL_2, "");
        scene_play(&s, (struct step[]){{WAYBILL_2, VERDICT_ARRIVED, "parcel.arrived"},
                               {SHELF_C1, VERDICT_READY, "parcel.shelved pickup.ready"},
                               {"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                               {WAYBILL_2, VERDICT_OK, "pickup.checked"},
                               {WAYBILL_1, VERDICT_COLLECTED,
                                       "pickup.checked pickup.collected:document pickup.collected:document"},
                               {NULL}});
}

static void the_proof_is_one_that_the_order_takes(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3,
                "{\"proof\":[\"document\"],\"collectors\":[\"self\"]}");
        scene_play(&s,
                (struct step[]){{PROOF_CARD, VERDICT_NOT_NOW, ""}, {"ORD-S-1", VERDICT_PROOF, ""}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "棚B-3 1個。身分証 のどれかを確かめる");
        scene_play(&s,
                (struct step[]){{ORDER_CARD, VERDICT_PROOF, ""},
                        {"OKURU-C-PROOF-PROXY-CODE", VERDICT_NOT_NOW, ""},
                        {"OKURU-C-PROOF-CODE", VERDICT_NOT_NOW, ""}, {"OKURU-C-PROOF", VERDICT_NOT_NOW, ""},
                        {PROOF_CARD, VERDICT_HAND_OVER, ""}, {NULL}});
}

static void nothing_leaves_before_it_is_paid(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *by_receipt = NULL, *by_leader = NULL;

        scene_people(&s, true);
        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{\"unpaid\":5480}");
        counter_ready(&s, "S-2", PARCEL_2, WAYBILL_2, SHELF_C1, "{\"unpaid\":800}");
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_UNPAID, ""}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "¥5480"));
        scene_play(&s, (struct step[]){{PROOF_CARD, VERDICT_UNPAID, ""},
                               {WAYBILL_1, VERDICT_UNPAID, "pickup.checked"}, {OK_CARD, VERDICT_UNPAID, ""},
                               {"R-1", VERDICT_UNPAID, ""},
                               {"2026112100123", VERDICT_COLLECTED, "pickup.collected:document"}, {NULL}});
        by_receipt = scene_fact(&s, "pickup.collected", 0);
        assert_string_equal(json_get_string(by_receipt, "paid", ""), "receipt");
        assert_string_equal(json_get_string(by_receipt, "receipt", ""), "2026112100123");
        scene_play(&s,
                (struct step[]){{"ORD-S-2", VERDICT_UNPAID, ""}, {SECOND, VERDICT_LEADER_NEEDED, ""},
                        {LEADER, VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                        {WAYBILL_2, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"}, {NULL}});
        by_leader = scene_fact(&s, "pickup.collected", 0);
        assert_string_equal(json_get_string(by_leader, "paid", ""), "leader");
        assert_string_equal(json_get_string(by_leader, "leader", ""), "p-boss");
}

static void a_receipt_pays_once(void **state) {
        COUNTER(NULL);

        scene_people(&s, true);
        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{\"unpaid\":5480}");
        counter_ready(&s, "S-2", PARCEL_2, WAYBILL_2, SHELF_C1, "{\"unpaid\":800}");
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_UNPAID, ""}, {"2026112100123", VERDICT_PROOF, ""},
                               {PROOF_CARD, VERDICT_HAND_OVER, ""},
                               {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"},
                               {"ORD-S-2", VERDICT_UNPAID, ""},
                               {"2026112100123", VERDICT_UNPAID, "item.refused:receipt-used"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "使用済みのレシート 14:02 b2。リーダーを呼ぶ");
        scene_play(&s,
                (struct step[]){{PROOF_CARD, VERDICT_UNPAID, ""}, {"2026112100124", VERDICT_HAND_OVER, ""},
                        {WAYBILL_2, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"}, {NULL}});
}

static void it_pays_for_all_that_was_rung_up_with_it_and_again_after_an_undo(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{\"unpaid\":5480}");
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_UNPAID, ""}, {"2026112100123", VERDICT_PROOF, ""},
                               {PROOF_CARD, VERDICT_HAND_OVER, ""},
                               {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"},
                               {UNDO, VERDICT_UNDONE, "pickup.undone"}, {NULL}});
        s.f.shipments[0].at_counter.paid = false; /* another box does not know that it was paid */
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_UNPAID, ""}, {"2026112100123", VERDICT_PROOF, ""},
                               {NULL}});
}

static void of_two_counters_that_read_one_receipt_the_quicker_hands_over(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{\"unpaid\":5480}");
        counter_ready(&s, "S-2", PARCEL_2, WAYBILL_2, SHELF_C1, "{\"unpaid\":800}");
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_UNPAID, ""}, {"2026112100123", VERDICT_PROOF, ""},
                               {PROOF_CARD, VERDICT_HAND_OVER, ""}, {NULL}});
        s.f.receipts[s.f.n_receipts++] = (struct fake_receipt){"2026112100123", "acme", "S-2"};
        scene_play(
                &s, (struct step[]){{WAYBILL_1, VERDICT_UNPAID, "pickup.checked item.refused:receipt-used"},
                            {WAYBILL_1, VERDICT_UNPAID, ""},
                            {"2026112100124", VERDICT_COLLECTED, "pickup.collected:document"}, {NULL}});
}

static void it_is_taken_back_within_a_minute_and_not_later(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        scene_play(&s,
                (struct step[]){{UNDO, VERDICT_NOT_NOW, ""}, {"ORD-S-1", VERDICT_PROOF, ""},
                        {PROOF_CARD, VERDICT_HAND_OVER, ""},
                        {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"},
                        {UNDO, VERDICT_UNDONE, "pickup.undone"}, {UNDO, VERDICT_NOT_NOW, ""},
                        {"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                        {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"}, {NULL}});
        scene_tick(&s, 0, 60);
        scene_play(
                &s, (struct step[]){{UNDO, VERDICT_NOT_NOW, ""}, {WAYBILL_1, VERDICT_ALREADY, ""}, {NULL}});
}

static void what_is_not_on_its_shelf_is_said_and_found_again(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *moved = NULL;

        counter_order(&s, "S-1", 2, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        fake_expect(&s.f, "acme", "S-1", PARCEL_2, 2, WAYBILL_2, "");
        scene_play(&s,
                (struct step[]){{WAYBILL_1, VERDICT_ARRIVED, "parcel.arrived"},
                        {SHELF_B3, VERDICT_SHELVED, "parcel.shelved"},
                        {WAYBILL_2, VERDICT_ARRIVED, "parcel.arrived"},
                        {SHELF_C1, VERDICT_READY, "parcel.shelved pickup.ready"},
                        {MISSING, VERDICT_NOT_NOW, ""}, {"ORD-S-1", VERDICT_PROOF, ""},
                        {PROOF_CARD, VERDICT_HAND_OVER, ""}, {WAYBILL_1, VERDICT_OK, "pickup.checked"},
                        {MISSING, VERDICT_NOT_ON_SHELF, "pickup.missing"},
                        {OK_CARD, VERDICT_COLLECTED, "pickup.collected:document"},
                        {"ORD-S-1", VERDICT_NOT_ON_SHELF, "item.refused:missing"},
                        {WAYBILL_2, VERDICT_NEXT, ""}, {SHELF_B3, VERDICT_MOVED, "pickup.moved"}, {NULL}});
        moved = scene_fact(&s, "pickup.moved", 0);
        assert_true(json_get_bool(moved, "found", false));
        assert_string_equal(json_get_string(moved, "from", ""), "c-1");
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {NULL}});
}

static void what_is_not_to_be_handed_over_says_one_reason(void **state) {
        COUNTER(NULL);

        counter_order(&s, "S-1", 1, "{}");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        counter_order(&s, "S-2", 1, "{\"store\":\"store-2\"}");
        scene_simple(&s, "S-3", 1, "", "");
        counter_ready(&s, "S-4", PARCEL_2, WAYBILL_2, SHELF_B3, "{}");
        fake_parcel(&s.f, PARCEL_2)->state = PARCEL_EXPIRED;
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_NO_HAND_OVER, "item.refused:not-here"},
                               {"ORD-S-2", VERDICT_NO_HAND_OVER, "item.refused:other-store"},
                               {"S-3", VERDICT_NO_HAND_OVER, "item.refused:no-pickup"},
                               {"ORD-S-4", VERDICT_NO_HAND_OVER, "item.refused:expired"},
                               {WAYBILL_2, VERDICT_RETURN, ""}, {NULL}});
}

static void a_signed_out_counter_serves_nobody(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        scene_people(&s, true);
        scene_play(
                &s, (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""},
                            {"OKURU-C-SIGN-OUT", VERDICT_SIGNED_OUT, "person.out:sign-out"},
                            {PROOF_CARD, VERDICT_LOCKED, ""}, {PACKER, VERDICT_SIGNED_IN, "person.in:badge"},
                            {PROOF_CARD, VERDICT_NOT_NOW, ""}, {NULL}});
}

static void what_the_counter_waits_for_is_shown_once_a_green_was_seen(void **state) {
        COUNTER(NULL);
        struct input prompt = {.kind = INPUT_PROMPT};

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        scene_step(&s, 0, &prompt);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_IDLE);
        assert_true(scene_verdict(&s)->prompt);
        scene_scan(&s, 0, "ORD-S-1");
        scene_step(&s, 0, &prompt);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PROOF);
        assert_string_equal(s.facts, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_order_number_and_a_document_hand_a_parcel_over),
                cmocka_unit_test(every_parcel_is_read_before_the_last_hands_all_over),
                cmocka_unit_test(who_takes_only_some_comes_back_for_the_rest),
                cmocka_unit_test(several_orders_of_one_number_are_one_case),
                cmocka_unit_test(the_proof_is_one_that_the_order_takes),
                cmocka_unit_test(nothing_leaves_before_it_is_paid),
                cmocka_unit_test(a_receipt_pays_once),
                cmocka_unit_test(it_pays_for_all_that_was_rung_up_with_it_and_again_after_an_undo),
                cmocka_unit_test(of_two_counters_that_read_one_receipt_the_quicker_hands_over),
                cmocka_unit_test(it_is_taken_back_within_a_minute_and_not_later),
                cmocka_unit_test(what_is_not_on_its_shelf_is_said_and_found_again),
                cmocka_unit_test(what_is_not_to_be_handed_over_says_one_reason),
                cmocka_unit_test(a_signed_out_counter_serves_nobody),
                cmocka_unit_test(what_the_counter_waits_for_is_shown_once_a_green_was_seen),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
