/* SPDX-License-Identifier: Apache-2.0 */
/* What happens seldom: the world changed behind the bench, data that came in another order, odd codes. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

#define SCENE(policy)                                                                                        \
        _cleanup_scene_ struct scene s;                                                                      \
        (void) state;                                                                                        \
        scene_init(&s, policy)

static void a_label_that_came_before_its_shipment_opens_nothing_yet(void **state) {
        SCENE(NULL);
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        scene_scan(&s, 0, WAYBILL_1);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_NOT_YET_KNOWN);
        assert_string_equal(s.facts, "");
}

static void an_sscc_opens_with_and_without_its_frame(void **state) {
        static const char *const codes[] = {"340123450000000000", "]C100340123450000000000"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(codes); i++) {
                _cleanup_scene_ struct scene s;

                scene_init(&s, NULL);
                scene_wish(&s, "acme", "S-1", 1, "[\"340123450000000000\"]", LINE_BLACK(1), "", "");
                scene_scan(&s, 0, codes[i]);
                if (scene_verdict(&s)->kind != VERDICT_OPENED)
                        fail_msg("%s: %s", codes[i], scene_verdict(&s)->sub_en);
        }
}

static void a_broken_gs1_code_is_told_from_an_unknown_one(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_scan(&s, 0, "S-1");
        scene_scan(&s, 0, "]d20104901234567899");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_UNKNOWN_CODE);
        assert_string_equal(s.facts, "");
        assert_non_null(strstr(scene_verdict(&s)->sub_en, "GS1"));
}

static void a_parcel_that_is_gone_from_the_bench_empties_it(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_simple(&s, "S-2", 2, WAYBILL_2, "");
        scene_scan(&s, 0, "S-1");
        fake_nth_parcel(&s.f, "acme", "S-1", 0)->state = PARCEL_VOIDED; /* by another ledger's snapshot */
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_NOT_NOW, ""},
                               {"S-2", VERDICT_OPENED, "parcel.opened"}, {NULL}});
}

static void a_reconciled_parcel_goes_on_under_its_shipments_id(void **state) {
        SCENE("{\"v\":1,\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"name\":{\"ja\":\"ア\"},"
              "\"unknown_shipment\":\"accept\"}]}");
        struct fake_shipment *to, *from;

        scene_play(&s, (struct step[]){{"ORDER-5", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {NULL}});
        scene_simple(&s, "S-5", 2, WAYBILL_1, "");
        to = fake_find(&s.f, "acme", "S-5");
        from = fake_find(&s.f, "acme", "ORDER-5");
        to->parcels = from->parcels; /* parcel.reconciled */
        to->n_parcels = from->n_parcels;
        from->parcels = NULL;
        from->n_parcels = 0;
        to->parcels[0].unverified = false;
        (void) copy_text(to->parcels[0].lines[0].line, NAME_SIZE, "1");
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->shipment, "S-5");
}

static void a_bench_that_forgot_finds_its_open_parcel_by_the_slip(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_scan(&s, 0, "S-1");
        scene_scan(&s, 0, JAN_BLACK);
        bench_init(&s.benches[0], "bench-1");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_RESUMED, ""},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
        bench_init(&s.benches[0], "bench-1");
        scene_simple(&s, "S-1", 2, "", "\"cancelled\":true,");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_CANCELLED, ""},
                               {"OKURU-C-RETURN", VERDICT_VOIDED, "parcel.voided:cancelled"}, {NULL}});
}

static void a_damaged_unit_with_a_serial_is_the_one_that_was_counted(void **state) {
        static const char line[] = "{\"line\":\"1\",\"name\":{\"ja\":\"時計\"},\"quantity\":2,"
                                   "\"serial\":\"require\",\"codes\":[{\"code\":\"" JAN_HAT "\"}]}";
        SCENE(NULL);
        _cleanup_(json_freep) struct json *other = NULL, *counted = NULL;

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", line, "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {"]d2010491234567890421AA01", VERDICT_OK, "item.verified:scanned"},
                               {"OKURU-C-DAMAGED", VERDICT_GESTURE, ""},
                               {"]d2010491234567890421AA02", VERDICT_DAMAGED, "item.damaged"}, {NULL}});
        other = scene_fact(&s, "item.damaged", 0);
        assert_false(json_get_bool(other, "verified", true));
        assert_string_equal(json_get_string(other, "serial", ""), "AA02");
        scene_play(&s, (struct step[]){{"OKURU-C-DAMAGED", VERDICT_GESTURE, ""},
                               {"]d2010491234567890421AA01", VERDICT_DAMAGED, "item.damaged"}, {NULL}});
        counted = scene_fact(&s, "item.damaged", 0);
        assert_true(json_get_bool(counted, "verified", false));
        scene_scan(&s, 0, "]d2010491234567890421AA03");
        assert_string_equal(scene_verdict(&s)->head_ja, "OK 残1");
}

static void voiding_says_why_it_cannot(void **state) {
        SCENE(NULL);
        scene_people(&s, true);
        scene_scan(&s, 1, PACKER);
        scene_simple(&s, "S-1", 1, "", "");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "0189aaaa-0000-7000-8000-000000000001");
        fake_tombstone(&s.f, WAYBILL_5, "S-77", "bench-3", 1795237320000000LL, 9 * 3600);
        fake_dead(&s.f, WAYBILL_4);
        scene_play(
                &s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                            {JAN_BLACK, VERDICT_PACKED,
                                    "item.verified:scanned parcel.packed waybill.printed:given"},
                            {"OKURU-C-VOID", VERDICT_GESTURE, "", 1},
                            {WAYBILL_1, VERDICT_OPEN_ELSEWHERE, "", 1}, {WAYBILL_5, VERDICT_ALREADY, "", 1},
                            {WAYBILL_4, VERDICT_DEAD_WAYBILL, "item.refused:dead-waybill", 1},
                            {"OKURU-C-OK", VERDICT_NOT_NOW, "", 1}, {"OKURU-C-UNDO", VERDICT_UNDONE, "", 1},
                            {NULL}});
}

static void a_box_that_changed_while_its_goods_went_back_is_not_voided(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {"OKURU-C-PARK", VERDICT_PARKED, "parcel.parked:by-hand"}, {NULL}});
        scene_simple(&s, "S-1", 2, "", "\"cancelled\":true,");
        scene_scan(&s, 0, "S-1");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_CANCELLED);
        scene_play(&s, (struct step[]){{"S-1", VERDICT_CANCELLED, "", 1},
                               {"OKURU-C-RETURN", VERDICT_VOIDED, "parcel.voided:cancelled", 1},
                               {"OKURU-C-RETURN", VERDICT_NOT_NOW, ""}, {NULL}});
}

static void what_is_not_ready_is_not_handed_over(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, "", "");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "0189aaaa-0000-7000-8000-000000000001");
        fake_dead(&s.f, WAYBILL_4);
        fake_tombstone(&s.f, WAYBILL_5, "S-77", "bench-3", 1795237320000000LL, 9 * 3600);
        scene_play(&s,
                (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                        {JAN_BLACK, VERDICT_PACKED,
                                "item.verified:scanned parcel.packed waybill.printed:given"},
                        {"OKURU-C-SHIP", VERDICT_NOT_NOW, ""}, {"OKURU-C-SHIP", VERDICT_COLLECTION, "", 1},
                        {WAYBILL_1, VERDICT_NOT_NOW, "item.refused:not-complete", 1},
                        {WAYBILL_4, VERDICT_DEAD_WAYBILL, "item.refused:dead-waybill", 1},
                        {WAYBILL_5, VERDICT_ALREADY, "", 1}, {NULL}});
}

static void a_count_stays_within_reason(void **state) {
        SCENE(NULL);
        fake_bay(&s.f, "y1", "yamato", "ヤマト常温", "Yamato ambient");
        scene_play(&s, (struct step[]){{"OKURU-C-BAY-CLOSE-Y1", VERDICT_COUNT, ""},
                               {"OKURU-C-D-9", VERDICT_COUNT, ""}, {"OKURU-C-D-9", VERDICT_COUNT, ""},
                               {"OKURU-C-D-9", VERDICT_COUNT, ""}, {"OKURU-C-D-9", VERDICT_COUNT, ""},
                               {"OKURU-C-D-9", VERDICT_NOT_NOW, ""}, {"OKURU-C-D-0", VERDICT_COUNT, ""},
                               {"OKURU-C-OK", VERDICT_BAY_CLOSED, "bay.closed"}, {NULL}});
}

static void a_held_box_can_leave_its_bay_but_not_be_reopened(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
        scene_simple(&s, "S-1", 1, "", "\"held\":true,\"reason\":\"住所確認中\",");
        fake_pull_task(fake_nth_parcel(&s.f, "acme", "S-1", 0), "held");
        scene_play(&s,
                (struct step[]){{"OKURU-C-REOPEN", VERDICT_GESTURE, ""},
                        {WAYBILL_1, VERDICT_PULL, "item.refused:held"}, {"OKURU-C-PULL", VERDICT_GESTURE, ""},
                        {WAYBILL_1, VERDICT_PULLED, "parcel.pulled:held"},
                        {WAYBILL_1, VERDICT_HELD, "item.refused:held"}, {NULL}});
        scene_simple(&s, "S-1", 1, "", "");
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_RESUMED, "parcel.resumed:packed"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void several_boxes_are_reopened_by_their_waybills(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, "", "\"pieces\":2,");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        fake_label(&s.f, "acme", "S-1", 2, "yamato", WAYBILL_2, "");
        scene_play(
                &s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                            {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                            {"OKURU-C-NEXT-PIECE", VERDICT_PACKED, "parcel.packed"},
                            {WAYBILL_1, VERDICT_READY, "parcel.ready:given parcel.opened"},
                            {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                            {WAYBILL_2, VERDICT_READY, "parcel.ready:given"},
                            {"OKURU-C-REOPEN", VERDICT_GESTURE, ""}, {"S-1", VERDICT_NOT_NOW, ""},
                            {WAYBILL_2, VERDICT_REOPENED, "parcel.pulled:reopened parcel.reopened"}, {NULL}});
        assert_int_equal(fake_nth_parcel(&s.f, "acme", "S-1", 0)->state, PARCEL_READY);
}

static void long_lists_end_in_an_ellipsis_and_whole_characters(void **state) {
        _cleanup_str_ struct str lines = STR_INIT;
        SCENE(NULL);
        const char *sub;

        for (int i = 0; i < 40; i++)
                str_addf(&lines,
                        "%s{\"line\":\"%d\",\"name\":{\"ja\":\"とても長い商品の名前がここにあるので切られる%"
                        "d\"},"
                        "\"quantity\":9999,\"codes\":[{\"code\":\"C-%d\"}]}",
                        i ? "," : "", i, i, i);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", lines.data, "", "");
        scene_scan(&s, 0, "S-1");
        scene_scan(&s, 0, "OKURU-C-OK");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_INCOMPLETE);
        sub = scene_verdict(&s)->sub_ja;
        assert_non_null(strstr(sub, "…"));
        assert_true(utf8_is_valid(sub, strlen(sub)));
        scene_scan(&s, 0, "OKURU-C-CONFIRM"); /* nine can be chosen by a digit */
        sub = scene_verdict(&s)->sub_ja;
        assert_true(utf8_is_valid(sub, strlen(sub)));
        scene_scan(&s, 0, "OKURU-C-D-9");
        assert_string_equal(s.facts, "item.verified:hand");
}

static void five_hundred_lines_pack_in_one_fact(void **state) {
        _cleanup_str_ struct str lines = STR_INIT;
        SCENE(NULL);
        _cleanup_(json_freep) struct json *packed = NULL;
        char code[16];

        for (int i = 0; i < 500; i++)
                str_addf(&lines,
                        "%s{\"line\":\"line-with-a-long-identifier-%03d\",\"name\":{\"ja\":\"品\"},"
                        "\"quantity\":1,\"codes\":[{\"code\":\"C-%d\"}]}",
                        i ? "," : "", i, i);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", lines.data, "", "");
        scene_scan(&s, 0, "S-1");
        for (int i = 0; i < 500; i++) {
                (void) snprintf(code, sizeof(code), "C-%d", i);
                scene_scan(&s, 0, code);
        }
        packed = scene_fact(&s, "parcel.packed", 0);
        assert_int_equal(json_size(json_get(packed, "contents")), 500);
}

static void a_number_that_another_bench_took_meanwhile_is_not_taken_twice(void **state) {
        SCENE(NULL);
        scene_people(&s, true);
        scene_scan(&s, 1, SECOND);
        scene_simple(&s, "S-1", 1, "", "\"waybill\":\"read\",");
        scene_simple(&s, "S-2", 1, "", "\"waybill\":\"read\",");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {FOREIGN, VERDICT_LEADER_NEEDED, "item.refused:leader-needed"},
                               {"S-2", VERDICT_OPENED, "parcel.opened", 1},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed", 1},
                               {FOREIGN, VERDICT_LEADER_NEEDED, "item.refused:leader-needed", 1},
                               {LEADER, VERDICT_READY, "parcel.ready:read", 1},
                               {LEADER, VERDICT_FOREIGN_WAYBILL, "item.refused:foreign-waybill"}, {NULL}});
}

static void two_benches_never_pack_one_shipment_at_once(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 3, "", "\"pieces\":2,");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        fake_label(&s.f, "acme", "S-1", 2, "yamato", WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {"S-1", VERDICT_ALREADY, ""}, /* the slip once more */
                               {"S-1", VERDICT_OPEN_ELSEWHERE, "item.refused:open-elsewhere", 1},
                               {WAYBILL_2, VERDICT_OPEN_ELSEWHERE, "item.refused:open-elsewhere", 1},
                               {"OKURU-C-NEXT-PIECE", VERDICT_PACKED, "parcel.packed"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {"OKURU-C-PARK", VERDICT_PARKED, "parcel.parked:by-hand"},
                               /* counts are the shipment's: one in each box, one to go */
                               {"S-1", VERDICT_RESUMED, "parcel.resumed:open", 1},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed", 1},
                               {JAN_BLACK, VERDICT_TOO_MANY, "item.refused:too-many", 1},
                               {WAYBILL_2, VERDICT_READY, "parcel.ready:given", 1},
                               {JAN_BLACK, VERDICT_NOT_NOW, "", 1}, /* goods of the next, before its slip */
                               {NULL}});
}

static void a_serial_symbol_on_a_line_that_keeps_none_is_counted_only(void **state) {
        static const char symbol[] = "]d2"
                                     "01"
                                     "04901234567894"
                                     "21"
                                     "AB-1";
        SCENE(NULL);
        _cleanup_(json_freep) struct json *verified = NULL;

        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_scan(&s, 0, "S-1");
        scene_scan(&s, 0, symbol);
        verified = scene_fact(&s, "item.verified", 0);
        assert_null(json_get(verified, "serial"));
        scene_scan(&s, 0, symbol); /* nobody asked that it be another one */
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);
}

static void facts_name_every_order_of_the_shipment(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *opened = NULL;

        fake_wish(&s.f, "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":1,\"orders\":[\"A-"
                        "1\",\"A-2\"],"
                        "\"open_codes\":[\"S-1\"],\"carrier\":\"yamato\",\"lines\":[" LINE_BLACK(1) "]}");
        scene_scan(&s, 0, "S-1");
        opened = scene_fact(&s, "parcel.opened", 0);
        assert_int_equal(json_size(json_get(opened, "orders")), 2);
        assert_string_equal(json_string(json_at(json_get(opened, "orders"), 1)), "A-2");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_number_that_another_bench_took_meanwhile_is_not_taken_twice),
                cmocka_unit_test(two_benches_never_pack_one_shipment_at_once),
                cmocka_unit_test(a_serial_symbol_on_a_line_that_keeps_none_is_counted_only),
                cmocka_unit_test(facts_name_every_order_of_the_shipment),
                cmocka_unit_test(a_label_that_came_before_its_shipment_opens_nothing_yet),
                cmocka_unit_test(an_sscc_opens_with_and_without_its_frame),
                cmocka_unit_test(a_broken_gs1_code_is_told_from_an_unknown_one),
                cmocka_unit_test(a_parcel_that_is_gone_from_the_bench_empties_it),
                cmocka_unit_test(a_reconciled_parcel_goes_on_under_its_shipments_id),
                cmocka_unit_test(a_bench_that_forgot_finds_its_open_parcel_by_the_slip),
                cmocka_unit_test(a_damaged_unit_with_a_serial_is_the_one_that_was_counted),
                cmocka_unit_test(voiding_says_why_it_cannot),
                cmocka_unit_test(a_box_that_changed_while_its_goods_went_back_is_not_voided),
                cmocka_unit_test(what_is_not_ready_is_not_handed_over),
                cmocka_unit_test(a_count_stays_within_reason),
                cmocka_unit_test(a_held_box_can_leave_its_bay_but_not_be_reopened),
                cmocka_unit_test(several_boxes_are_reopened_by_their_waybills),
                cmocka_unit_test(long_lists_end_in_an_ellipsis_and_whole_characters),
                cmocka_unit_test(five_hundred_lines_pack_in_one_fact),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
