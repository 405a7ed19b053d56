/* SPDX-License-Identifier: Apache-2.0 */
/* People, taking back, collection, and what nobody has announced. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/intake.h"

#include <string.h>

#define SCENE(policy)                                                                                        \
        _cleanup_scene_ struct scene s;                                                                      \
        (void) state;                                                                                        \
        scene_init(&s, policy)

#define POLICY(shipped, more)                                                                                \
        "{\"v\":1,\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"name\":{\"ja\":\"アクメ\"}," more    \
        "\"carriers\":[{\"carrier\":\"yamato\",\"name\":{\"ja\":\"ヤマト\"},\"shipped\":\"" shipped          \
        "\",\"report\":\"shipped\"}]}]}"

#define OK_CARD "OKURU-C-OK"
#define UNDO    "OKURU-C-UNDO"
#define VOID    "OKURU-C-VOID"
#define REOPEN  "OKURU-C-REOPEN"
#define RETURN  "OKURU-C-RETURN"
#define PULL    "OKURU-C-PULL"
#define CLOSE   "OKURU-C-BAY-CLOSE-Y1"

/* One unit of black socks, packed and matched. */
static void make_ready(struct scene *s, const char *id, const char *number, const char *extra) {
        scene_simple(s, id, 1, number, extra);
        scene_scan(s, 0, id);
        scene_scan(s, 0, JAN_BLACK);
        scene_scan(s, 0, number);
        assert_int_equal(scene_verdict(s)->kind, VERDICT_READY);
}

/* --- people --- */

static void nobody_packs_before_signing_in(void **state) {
        SCENE(NULL);
        scene_people(&s, false);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_LOCKED, ""}, {OK_CARD, VERDICT_LOCKED, ""},
                               {"OKURU-P-NOBODY-9", VERDICT_LOCKED, ""},
                               {PACKER, VERDICT_SIGNED_IN, "person.in:badge"}, {PACKER, VERDICT_ALREADY, ""},
                               {"S-1", VERDICT_OPENED, "parcel.opened"}, {NULL}});
        assert_string_equal(s.last.facts.items[0].actor, "p-one");
}

static void people_are_called_by_the_name_that_they_go_by(void **state) {
        SCENE(NULL);
        scene_people(&s, false);
        fake_call(&s.f, "BOSS-1", "ハナ");
        scene_scan(&s, 0, LEADER);
        assert_string_equal(scene_verdict(&s)->sub_ja, "ハナ リーダー。伝票を読む");
        assert_null(strstr(s.last.facts.items[0].data, "ハナ"));
}

static void people_switch_without_losing_the_open_parcel(void **state) {
        SCENE(NULL);
        scene_people(&s, true);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {SECOND, VERDICT_SIGNED_IN, "person.out:switch person.in:badge"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
        assert_string_equal(s.last.facts.items[0].actor, "p-two");
        scene_play(
                &s, (struct step[]){{"OKURU-C-SIGN-OUT", VERDICT_SIGNED_OUT, "person.out:sign-out"},
                            {WAYBILL_1, VERDICT_LOCKED, ""}, {PACKER, VERDICT_SIGNED_IN, "person.in:badge"},
                            {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void idling_locks_the_bench_and_keeps_its_parcel(void **state) {
        SCENE("{\"v\":1,\"version\":1,\"merchants\":[],\"idle_lock_s\":600}");
        scene_people(&s, true);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_scan(&s, 0, "S-1");
        scene_tick(&s, 0, 500);
        assert_int_equal(s.last.n_verdicts, 0);
        scene_tick(&s, 0, 200);
        assert_string_equal(s.facts, "person.out:idle");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_LOCKED);
        scene_tick(&s, 0, 200);
        assert_int_equal(s.last.n_verdicts, 0); /* once */
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_LOCKED, ""},
                               {PACKER, VERDICT_SIGNED_IN, "person.in:badge"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
        /* Without a tick in between the scan itself finds out, and is not taken. */
        s.now.boot_usec += 601 * USEC_PER_SEC;
        scene_scan(&s, 0, WAYBILL_1);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_LOCKED);
        assert_string_equal(s.facts, "person.out:idle");
        s.now.boot_usec = 5 * USEC_PER_SEC; /* another boot is no idleness */
        scene_scan(&s, 0, PACKER);
        scene_scan(&s, 0, WAYBILL_1);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_READY);
}

static void without_a_people_list_packing_is_allowed(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(
                &s, (struct step[]){{PACKER, VERDICT_NOT_NOW, ""}, {"OKURU-C-SIGN-OUT", VERDICT_NOT_NOW, ""},
                            {"S-1", VERDICT_OPENED, "parcel.opened"}, {NULL}});
        assert_string_equal(s.last.facts.items[0].actor, "");
}

/* --- taking back --- */

static void a_box_is_reopened_until_it_is_shipped(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *pulled = NULL;

        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(&s,
                (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"}, {REOPEN, VERDICT_NOT_NOW, ""},
                        {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                        {REOPEN, VERDICT_REOPENED, "parcel.reopened"},
                        {OK_CARD, VERDICT_PACKED, "parcel.packed"},
                        {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {REOPEN, VERDICT_GESTURE, ""},
                        {WAYBILL_1, VERDICT_REOPENED, "parcel.pulled:reopened parcel.reopened", 0}, {NULL}});
        pulled = scene_fact(&s, "parcel.pulled", 0);
        assert_string_equal(json_get_string(pulled, "bay", ""), "y1");
        scene_play(&s,
                (struct step[]){{JAN_BLACK, VERDICT_TOO_MANY, "item.refused:too-many"},
                        {OK_CARD, VERDICT_PACKED, "parcel.packed"},
                        {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {REOPEN, VERDICT_GESTURE, "", 1},
                        {"S-1", VERDICT_REOPENED, "parcel.pulled:reopened parcel.reopened", 1},
                        {OK_CARD, VERDICT_PACKED, "parcel.packed", 1},
                        {WAYBILL_1, VERDICT_READY, "parcel.ready:given", 1},
                        {"OKURU-C-SHIP", VERDICT_COLLECTION, ""},
                        {WAYBILL_1, VERDICT_SHIPPED, "parcel.shipped:scanned notice.reserved"},
                        {REOPEN, VERDICT_GESTURE, ""}, {WAYBILL_1, VERDICT_ALREADY, ""}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_en, "VOID"));
}

static void an_open_box_is_voided_and_its_goods_go_back(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *voided = NULL;

        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_play(
                &s, (struct step[]){{RETURN, VERDICT_NOT_NOW, ""}, {"S-1", VERDICT_OPENED, "parcel.opened"},
                            {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {VOID, VERDICT_RETURN, ""},
                            {UNDO, VERDICT_UNDONE, ""}, {VOID, VERDICT_RETURN, ""},
                            {JAN_BLACK, VERDICT_RETURN, ""},
                            {RETURN, VERDICT_VOIDED, "parcel.voided:by-hand"}, {NULL}});
        voided = scene_fact(&s, "parcel.voided", 0);
        assert_int_equal(json_get_int(json_first(json_get(voided, "returned")), "quantity", 0), 1);
        assert_null(json_get(voided, "number"));
        scene_play(&s, (struct step[]){
                               {"S-1", VERDICT_OPENED, "parcel.opened"}, /* begins anew, with nothing in it */
                               {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_en, "2 to go"));
}

static void after_ready_and_after_shipping_a_leader_voids(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *voided = NULL;

        scene_people(&s, true);
        make_ready(&s, "S-1", WAYBILL_1, "");
        make_ready(&s, "S-2", WAYBILL_2, "");
        scene_play(&s, (struct step[]){{VOID, VERDICT_GESTURE, ""}, {JAN_BLACK, VERDICT_NOT_NOW, ""},
                               {WAYBILL_1, VERDICT_LEADER_NEEDED, ""}, {PACKER, VERDICT_LEADER_NEEDED, ""},
                               {LEADER, VERDICT_VOIDED, "parcel.voided:by-hand"}, {NULL}});
        voided = scene_fact(&s, "parcel.voided", 0);
        assert_string_equal(json_get_string(voided, "from", ""), "ready");
        assert_string_equal(json_get_string(voided, "number", ""), WAYBILL_1);
        assert_string_equal(json_get_string(voided, "leader", ""), "p-boss");
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_DEAD_WAYBILL, "item.refused:dead-waybill"},
                               {"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {WAYBILL_1, VERDICT_DEAD_WAYBILL, "item.refused:dead-waybill"},
                               {"OKURU-C-PARK", VERDICT_PARKED, "parcel.parked:by-hand"},
                               {"OKURU-C-SHIP", VERDICT_COLLECTION, ""},
                               {WAYBILL_2, VERDICT_SHIPPED, "parcel.shipped:scanned notice.reserved"},
                               {VOID, VERDICT_GESTURE, ""}, {WAYBILL_2, VERDICT_LEADER_NEEDED, ""},
                               {LEADER, VERDICT_VOIDED, "parcel.voided:by-hand"}, {NULL}});
}

static void a_dead_label_is_never_printed_again(void **state) {
        SCENE(NULL);
        scene_people(&s, true);
        scene_simple(&s, "S-1", 1, "", "");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "0189aaaa-0000-7000-8000-000000000001");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED,
                                       "item.verified:scanned parcel.packed waybill.printed:given"},
                               {VOID, VERDICT_RETURN, ""}, {RETURN, VERDICT_VOIDED, "parcel.voided:by-hand"},
                               {"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
        assert_int_equal(s.last.n_labels, 0);
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_2, "0189aaaa-0000-7000-8000-000000000002");
        scene_play(&s, (struct step[]){{OK_CARD, VERDICT_PACKED, "waybill.printed:given"},
                               {WAYBILL_2, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void a_label_is_printed_again_by_a_leader_and_counted(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *printed = NULL;

        scene_people(&s, true);
        scene_simple(&s, "S-1", 1, "", "");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "0189aaaa-0000-7000-8000-000000000001");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {"OKURU-C-REPRINT", VERDICT_NOT_NOW, ""},
                               {JAN_BLACK, VERDICT_PACKED,
                                       "item.verified:scanned parcel.packed waybill.printed:given"},
                               {"OKURU-C-REPRINT", VERDICT_LEADER_NEEDED, ""},
                               {WAYBILL_1, VERDICT_LEADER_NEEDED, ""},
                               {LEADER, VERDICT_REPRINTED, "waybill.printed:by-hand"}, {NULL}});
        printed = scene_fact(&s, "waybill.printed", 0);
        assert_int_equal(json_get_int(printed, "print", 0), 2);
        assert_string_equal(json_get_string(printed, "leader", ""), "p-boss");
        assert_int_equal(s.last.n_labels, 1);
}

static void a_pull_task_stops_bay_collection_and_rescan_until_it_is_pulled(void **state) {
        SCENE(NULL);
        make_ready(&s, "S-1", WAYBILL_1, "");
        make_ready(&s, "S-2", WAYBILL_2, "");
        scene_simple(&s, "S-1", 1, "", "\"cancelled\":true,");
        fake_pull_task(fake_nth_parcel(&s.f, "acme", "S-1", 0), "cancelled");
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_PULL, "item.refused:cancelled"},
                               {"S-1", VERDICT_PULL, "item.refused:cancelled"},
                               {CLOSE, VERDICT_BAY_CANNOT_CLOSE, ""}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "8703"));
        scene_play(&s,
                (struct step[]){{"OKURU-C-SHIP-Y1", VERDICT_COLLECTION, ""},
                        {WAYBILL_1, VERDICT_PULL, "item.refused:cancelled"}, {PULL, VERDICT_GESTURE, ""},
                        {WAYBILL_1, VERDICT_PULLED, "parcel.pulled:cancelled"},
                        {WAYBILL_1, VERDICT_CANCELLED, ""},
                        {RETURN, VERDICT_VOIDED, "parcel.voided:cancelled"}, {CLOSE, VERDICT_COUNT, ""},
                        {"OKURU-C-D-1", VERDICT_COUNT, ""},
                        {OK_CARD, VERDICT_BAY_CLOSED, "bay.closed parcel.shipped:bay-closed notice.reserved"},
                        {NULL}});
}

static void a_pulled_box_goes_on_as_packed_or_open(void **state) {
        SCENE(NULL);
        make_ready(&s, "S-1", WAYBILL_1, "");
        fake_pull_task(fake_nth_parcel(&s.f, "acme", "S-1", 0), "changed");
        scene_wish(&s, "acme", "S-1", 2, "[\"S-1\"]", LINE_BLACK(1) "," LINE_HAT(1), "", "");
        scene_play(&s, (struct step[]){{PULL, VERDICT_GESTURE, ""},
                               {WAYBILL_1, VERDICT_PULLED, "parcel.pulled:changed"},
                               {"S-1", VERDICT_RESUMED, "parcel.resumed:open"},
                               {JAN_HAT, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {PULL, VERDICT_GESTURE, ""},
                               {WAYBILL_1, VERDICT_PULLED, "parcel.pulled:by-hand"},
                               {WAYBILL_1, VERDICT_RESUMED, "parcel.resumed:packed"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void a_changed_label_prints_when_its_box_comes_back(void **state) {
        SCENE(NULL);
        struct parcel *p;

        make_ready(&s, "S-1", WAYBILL_1, "");
        p = fake_nth_parcel(&s.f, "acme", "S-1", 0);
        fake_pull_task(p, "label-changed");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_2, "0189aaaa-0000-7000-8000-000000000002");
        (void) copy_text(p->number, sizeof(p->number), WAYBILL_2); /* waybill.replaced */
        p->printed = true;
        scene_play(
                &s, (struct step[]){{WAYBILL_1, VERDICT_DEAD_WAYBILL, "item.refused:dead-waybill"},
                            {PULL, VERDICT_GESTURE, ""},
                            {WAYBILL_2, VERDICT_PULLED, "parcel.pulled:label-changed"},
                            {"S-1", VERDICT_RESUMED, "parcel.resumed:packed waybill.printed:label-changed"},
                            {WAYBILL_1, VERDICT_DEAD_WAYBILL, "item.refused:dead-waybill"},
                            {WAYBILL_2, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

/* --- collection --- */

static void parcels_are_scanned_out_one_by_one(void **state) {
        SCENE(POLICY("scanned", ""));
        make_ready(&s, "S-1", WAYBILL_1, "");
        make_ready(&s, "S-2", WAYBILL_2, "");
        scene_simple(&s, "S-3", 1, WAYBILL_3, "");
        scene_play(&s, (struct step[]){{"OKURU-C-SHIP", VERDICT_COLLECTION, ""},
                               {WAYBILL_1, VERDICT_SHIPPED, "parcel.shipped:scanned notice.reserved"},
                               {WAYBILL_1, VERDICT_ALREADY, ""}, /* never twice */
                               {WAYBILL_3, VERDICT_UNKNOWN_CODE, "item.refused:unknown-shipment"},
                               {FOREIGN, VERDICT_UNKNOWN_CODE, "item.refused:unknown-shipment"},
                               {OK_CARD, VERDICT_IDLE, ""}, {WAYBILL_2, VERDICT_ALREADY, ""},
                               {"OKURU-C-SHIP-S9", VERDICT_COLLECTION, ""},
                               {WAYBILL_2, VERDICT_NOT_NOW, ""}, /* of another bay */
                               {UNDO, VERDICT_UNDONE, ""}, {NULL}});
}

static void a_bay_closes_with_its_count(void **state) {
        SCENE(POLICY("bay-closed", ""));
        _cleanup_(json_freep) struct json *closed = NULL, *shipped = NULL;

        make_ready(&s, "S-1", WAYBILL_1, "");
        make_ready(&s, "S-2", WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"OKURU-C-BAY-CLOSE", VERDICT_NOT_NOW, ""}, {CLOSE, VERDICT_COUNT, ""},
                               {JAN_BLACK, VERDICT_NOT_NOW, ""}, {OK_CARD, VERDICT_COUNT, ""},
                               {"OKURU-C-D-0", VERDICT_COUNT, ""}, {"OKURU-C-D-2", VERDICT_COUNT, ""},
                               {OK_CARD, VERDICT_BAY_CLOSED,
                                       "bay.closed parcel.shipped:bay-closed notice.reserved "
                                       "parcel.shipped:bay-closed notice.reserved"},
                               {NULL}});
        closed = scene_fact(&s, "bay.closed", 0);
        assert_int_equal(json_get_int(closed, "expected", -1), 2);
        assert_int_equal(json_get_int(closed, "counted", -1), 2);
        assert_string_equal(s.last.facts.items[0].subject, "y1");
        shipped = scene_fact(&s, "parcel.shipped", 1);
        assert_string_equal(json_get_string(shipped, "number", ""), WAYBILL_2);
        scene_scan(&s, 0, "S-1");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_ALREADY);
}

static void a_closing_card_of_no_bay_here_closes_nothing(void **state) {
        SCENE(POLICY("bay-closed", ""));

        scene_play(&s, (struct step[]){{"OKURU-C-BAY-CLOSE-ZZ", VERDICT_NOT_NOW, ""},
                               {OK_CARD, VERDICT_NOT_NOW, ""}, {NULL}});
        fake_bay(&s.f, "y1", "yamato", "ヤマト常温", "Yamato ambient");
        scene_play(&s, (struct step[]){{CLOSE, VERDICT_COUNT, ""}, {"OKURU-C-D-0", VERDICT_COUNT, ""},
                               {OK_CARD, VERDICT_BAY_CLOSED, "bay.closed"}, {NULL}});
}

static void a_bay_is_called_by_its_name_and_its_carrier_is_recorded(void **state) {
        SCENE(POLICY("bay-closed", ""));
        _cleanup_(json_freep) struct json *closed = NULL;

        fake_bay(&s.f, "y1", "yamato", "ヤマト常温", "Yamato ambient");
        make_ready(&s, "S-1", WAYBILL_1, "");
        assert_string_equal(scene_verdict(&s)->sub_ja, "1/1口をヤマト常温に置く");
        assert_string_equal(scene_verdict(&s)->sub_en, "ヤマト 1/1: put it to Yamato ambient");
        scene_play(
                &s, (struct step[]){{CLOSE, VERDICT_COUNT, ""}, {"OKURU-C-D-1", VERDICT_COUNT, ""}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "ヤマト常温"));
        scene_scan(&s, 0, OK_CARD);
        assert_string_equal(scene_verdict(&s)->sub_ja, "ヤマト常温 1個 発送済み");
        closed = scene_fact(&s, "bay.closed", 0);
        assert_string_equal(json_get_string(closed, "carrier", ""), "yamato");
}

static void a_count_ships_nothing_that_policy_wants_scanned(void **state) {
        SCENE(POLICY("scanned", ""));
        _cleanup_(json_freep) struct json *closed = NULL;

        make_ready(&s, "S-1", WAYBILL_1, "");
        make_ready(&s, "S-2", WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"OKURU-C-SHIP-Y1", VERDICT_COLLECTION, ""},
                               {WAYBILL_1, VERDICT_SHIPPED, "parcel.shipped:scanned notice.reserved"},
                               {CLOSE, VERDICT_COUNT, ""}, {"OKURU-C-D-0", VERDICT_COUNT, ""},
                               {OK_CARD, VERDICT_BAY_CLOSED, "bay.closed"}, {NULL}});
        closed = scene_fact(&s, "bay.closed", 0);
        assert_int_equal(json_get_int(closed, "expected", -1), 0);
        assert_non_null(strstr(scene_verdict(&s)->sub_en, "other 1"));
        assert_int_equal(fake_nth_parcel(&s.f, "acme", "S-2", 0)->state, PARCEL_READY);
}

static void a_count_that_differs_needs_a_leader_or_another_count(void **state) {
        SCENE(POLICY("bay-closed", ""));
        _cleanup_(json_freep) struct json *closed = NULL;

        scene_people(&s, true);
        make_ready(&s, "S-1", WAYBILL_1, "");
        make_ready(&s, "S-2", WAYBILL_2, "");
        scene_play(&s, (struct step[]){{CLOSE, VERDICT_COUNT, ""}, {"OKURU-C-D-3", VERDICT_COUNT, ""},
                               {OK_CARD, VERDICT_BAY_CANNOT_CLOSE, ""}, {"OKURU-C-D-1", VERDICT_COUNT, ""},
                               {OK_CARD, VERDICT_BAY_CANNOT_CLOSE, ""}, {NULL}});
        assert_string_equal(
                scene_verdict(&s)->sub_en, "expected 2, counted 1: count again, or a leader's badge");
        scene_scan(&s, 0, LEADER);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_BAY_CLOSED);
        closed = scene_fact(&s, "bay.closed", 0);
        assert_int_equal(json_get_int(closed, "expected", -1), 2);
        assert_int_equal(json_get_int(closed, "counted", -1), 1);
        assert_string_equal(json_get_string(closed, "leader", ""), "p-boss");
}

static void two_boxes_of_a_shipment_owe_one_notice(void **state) {
        SCENE(POLICY("bay-closed", ""));
        scene_simple(&s, "S-1", 2, "", "\"pieces\":2,");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        fake_label(&s.f, "acme", "S-1", 2, "yamato", WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {"OKURU-C-NEXT-PIECE", VERDICT_PACKED, "parcel.packed"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {WAYBILL_2, VERDICT_READY, "parcel.ready:given"}, {CLOSE, VERDICT_COUNT, ""},
                               {"OKURU-C-D-2", VERDICT_COUNT, ""},
                               {OK_CARD, VERDICT_BAY_CLOSED,
                                       "bay.closed parcel.shipped:bay-closed notice.reserved "
                                       "parcel.shipped:bay-closed"},
                               {NULL}});
}

static void what_was_ready_at_the_trucks_time_is_assumed_shipped(void **state) {
        SCENE(POLICY("assumed", ""));
        int64_t truck;

        make_ready(&s, "S-1", WAYBILL_1, "");
        truck = s.now.wall_usec + 60 * (int64_t) USEC_PER_SEC;
        fake_collection(&s.f, "y1", truck, 1800 * (int64_t) USEC_PER_SEC);
        scene_tick(&s, 0, 120); /* the truck's time has passed, its grace has not */
        assert_string_equal(s.facts, "");
        make_ready(&s, "S-2", WAYBILL_2, ""); /* too late for that truck */
        s.now.clock = CLOCK_QUALITY_UNKNOWN;
        scene_tick(&s, 0, 1800);
        assert_string_equal(s.facts, ""); /* nobody knows this clock */
        s.now.clock = CLOCK_QUALITY_HOLDOVER;
        scene_tick(&s, 0, 1);
        assert_string_equal(s.facts, "parcel.shipped:assumed notice.reserved");
        assert_string_equal(s.last.facts.items[0].bench, "");
        assert_string_equal(s.last.facts.items[0].actor, "");
        scene_tick(&s, 0, 1);
        assert_string_equal(s.facts, "");
        assert_int_equal(fake_nth_parcel(&s.f, "acme", "S-2", 0)->state, PARCEL_READY);
}

static void what_was_ready_nobody_knows_when_is_never_assumed(void **state) {
        SCENE(POLICY("assumed", ""));
        int64_t right = s.now.wall_usec;

        s.now.clock = CLOCK_QUALITY_UNKNOWN;
        s.now.wall_usec = 1000000; /* 1970: before every truck */
        make_ready(&s, "S-1", WAYBILL_1, "");
        s.now.clock = CLOCK_QUALITY_SYNCED;
        s.now.wall_usec = right;
        make_ready(&s, "S-2", WAYBILL_2, "");
        fake_collection(&s.f, "y1", s.now.wall_usec + (int64_t) USEC_PER_SEC, 0);
        scene_tick(&s, 0, 2);
        assert_string_equal(s.facts, "parcel.shipped:assumed notice.reserved");
        assert_int_equal(fake_nth_parcel(&s.f, "acme", "S-1", 0)->state, PARCEL_READY);
        assert_int_equal(fake_nth_parcel(&s.f, "acme", "S-2", 0)->state, PARCEL_SHIPPED);
}

static void an_assumed_collection_does_not_take_the_light_from_who_works(void **state) {
        SCENE(POLICY("assumed", ""));

        make_ready(&s, "S-1", WAYBILL_1, "");
        fake_collection(&s.f, "y1", s.now.wall_usec + (int64_t) USEC_PER_SEC, 0);
        scene_simple(&s, "S-2", 2, WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"S-2", VERDICT_OPENED, "parcel.opened"}, {NULL}});
        scene_tick(&s, 0, 2);
        assert_string_equal(s.facts, "parcel.shipped:assumed notice.reserved");
        assert_int_equal(s.last.n_verdicts, 0); /* green for a parcel that is not in the packer's hands */
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {NULL}});
}

static void nothing_is_assumed_where_policy_asks_for_more(void **state) {
        SCENE(POLICY("bay-closed", ""));
        make_ready(&s, "S-1", WAYBILL_1, "");
        fake_collection(&s.f, "y1", s.now.wall_usec + (int64_t) USEC_PER_SEC, 0);
        scene_tick(&s, 0, 10);
        assert_string_equal(s.facts, "");
}

/* --- what nobody has announced, and what was not a scan --- */

static void an_unknown_shipment_is_accepted_as_unverified_by_policy(void **state) {
        SCENE(POLICY("at-ready", "\"unknown_shipment\":\"accept\","));
        _cleanup_(json_freep) struct json *opened = NULL, *packed = NULL;
        const struct json *contents;

        scene_people(&s, true);
        scene_play(&s, (struct step[]){{JAN_ALIEN, VERDICT_NOT_NOW, ""}, /* goods are no slip */
                               {"what is this", VERDICT_UNKNOWN_CODE, ""},
                               {"ORDER-5", VERDICT_OPENED, "parcel.opened"}, {NULL}});
        opened = scene_fact(&s, "parcel.opened", 0);
        assert_true(json_get_bool(opened, "unverified", false));
        scene_play(&s, (struct step[]){{JAN_ALIEN, VERDICT_OK, "item.verified:scanned"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {OK_CARD, VERDICT_PACKED, "parcel.packed"}, {NULL}});
        packed = scene_fact(&s, "parcel.packed", 0);
        contents = json_get(packed, "contents");
        assert_true(json_get_bool(packed, "unverified", false));
        assert_int_equal(json_size(contents), 2);
        assert_string_equal(json_get_string(json_at(contents, 1), "code", ""), "04901234567894");
        assert_int_equal(json_get_int(json_at(contents, 1), "quantity", 0), 2);
        scene_play(&s, (struct step[]){{FOREIGN, VERDICT_LEADER_NEEDED, "item.refused:leader-needed"},
                               {LEADER, VERDICT_READY, "parcel.ready:read"}, {NULL}});
}

static void an_unverified_box_meets_its_shipment(void **state) {
        static const char wish[] =
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-5\",\"version\":1,\"orders\":[\"A-1\"],"
                "\"open_codes\":[\"ORDER-5\"],\"carrier\":\"yamato\",\"lines\":[" LINE_BLACK(13) "]}";
        struct command command = {.id = "0189aaaa-0000-7000-8000-00000000000a",
                .type = "shipment",
                .subject = "S-5",
                .data = wish,
                .n_data = strlen(wish)};
        SCENE(POLICY("bay-closed", "\"unknown_shipment\":\"accept\","));
        _cleanup_(json_freep) struct json *met = NULL;
        const struct json *contents;

        scene_play(&s, (struct step[]){{"ORDER-5", VERDICT_OPENED, "parcel.opened"},
                               {CASE_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {OK_CARD, VERDICT_PACKED, "parcel.packed"}, {NULL}});
        command.now = s.now;
        decision_deinit(&s.last);
        assert_int_equal(intake_step(&s.f.world, s.benches, 2, &command, &s.last), 0);
        met = scene_fact(&s, "parcel.reconciled", 0);
        assert_true(json_get_bool(met, "agrees", false));
        assert_string_equal(json_get_string(met, "was", ""), "ORDER-5");
        contents = json_get(met, "contents");
        assert_string_equal(json_get_string(json_first(contents), "line", ""), "1");
        assert_int_equal(json_get_int(json_first(contents), "quantity", 0), 13);
}

static void before_the_snapshot_a_slip_is_not_yet_known(void **state) {
        SCENE(POLICY("at-ready", "\"unknown_shipment\":\"accept\","));
        s.f.world.snapshot_open = true;
        scene_scan(&s, 0, "ORDER-5");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_NOT_YET_KNOWN);
        assert_string_equal(s.facts, "");
}

static void bytes_that_no_code_has_refuse_the_scan_whole(void **state) {
        static const struct {
                const char *bytes;
                size_t n;
                enum verdict_kind kind;
                const char *facts;
        } rows[] = {
                {"S-1\t", 4, VERDICT_REFUSED_SCAN, "item.refused:control-bytes"},
                {"S-\0001", 4, VERDICT_REFUSED_SCAN, "item.refused:control-bytes"},
                {"\xE3\x81\x82", 3, VERDICT_REFUSED_SCAN, "item.refused:control-bytes"},
                {"", 0, VERDICT_SCAN_LOST, "item.refused:lost"},
                {"okuru-c-ok", 10, VERDICT_LAYOUT_WRONG, "item.refused:layout"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_scene_ struct scene s;
                struct input input = {.kind = INPUT_SCAN, .bytes = rows[i].bytes, .n = rows[i].n};

                scene_init(&s, NULL);
                scene_step(&s, 0, &input);
                assert_int_equal(scene_verdict(&s)->kind, rows[i].kind);
                assert_string_equal(s.facts, rows[i].facts);
        }
}

static void a_lost_scan_is_said_and_kept(void **state) {
        static const struct {
                enum scan_lost lost;
                enum verdict_kind kind;
                const char *facts;
        } rows[] = {
                {SCAN_LOST_KERNEL, VERDICT_SCAN_LOST, "item.refused:lost"},
                {SCAN_LOST_UNFINISHED, VERDICT_SCAN_LOST, "item.refused:lost"},
                {SCAN_LOST_QUEUE_FULL, VERDICT_SCAN_LOST, "item.refused:lost"},
                {SCAN_LOST_TOO_LONG, VERDICT_REFUSED_SCAN, "item.refused:too-long"},
                {SCAN_LOST_CONTROL_BYTES, VERDICT_REFUSED_SCAN, "item.refused:control-bytes"},
                {SCAN_LOST_LAYOUT, VERDICT_LAYOUT_WRONG, "item.refused:layout"},
                {SCAN_LOST_UNFINISHED_AGAIN, VERDICT_SCAN_LOST, "item.refused:lost"},
                {SCAN_LOST_CONTROL_BYTES_AGAIN, VERDICT_REFUSED_SCAN, "item.refused:control-bytes"},
        };
        SCENE(NULL);

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct input input = {.kind = INPUT_SCAN_LOST, .lost = rows[i].lost};

                scene_step(&s, 0, &input);
                assert_int_equal(scene_verdict(&s)->kind, rows[i].kind);
                assert_string_equal(s.facts, rows[i].facts);
        }
}

static void a_card_that_nobody_knows_does_nothing(void **state) {
        SCENE(NULL);
        scene_play(&s, (struct step[]){{"OKURU-C-DANCE", VERDICT_NOT_NOW, ""}, {OK_CARD, VERDICT_NOT_NOW, ""},
                               {UNDO, VERDICT_NOT_NOW, ""}, {"OKURU-C-PARK", VERDICT_NOT_NOW, ""},
                               {"OKURU-C-SHORT", VERDICT_NOT_NOW, ""},
                               {"OKURU-C-DAMAGED", VERDICT_NOT_NOW, ""}, {NULL}});
}

static void a_restart_finds_the_open_parcel_again(void **state) {
        SCENE(NULL);
        struct decision d = {0};
        char parcel[UUID_TEXT_MAX];

        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_scan(&s, 0, "S-1");
        scene_scan(&s, 0, JAN_BLACK);
        (void) copy_text(parcel, sizeof(parcel), s.benches[0].parcel);
        bench_init(&s.benches[0], "bench-1");
        assert_int_equal(
                packout_resume(&s.f.world, &s.benches[0], "p-one", ROLE_PACKER, parcel, &s.now, &d), 0);
        assert_string_equal(s.benches[0].parcel, parcel);
        assert_string_equal(s.benches[0].person, "p-one");
        assert_int_equal(d.n_verdicts, 1);
        assert_int_equal(d.verdicts[0].kind, VERDICT_RESUMED);
        assert_int_equal(d.facts.n, 0);
        decision_deinit(&d);
        scene_scan(&s, 0, JAN_BLACK);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);

        bench_init(&s.benches[1], "bench-2");
        assert_int_equal(packout_resume(&s.f.world, &s.benches[1], "", ROLE_NONE, parcel, &s.now, &d), 0);
        assert_string_equal(s.benches[1].parcel, ""); /* it is not open there */
        assert_int_equal(d.verdicts[0].kind, VERDICT_IDLE);
        decision_deinit(&d);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nobody_packs_before_signing_in),
                cmocka_unit_test(people_are_called_by_the_name_that_they_go_by),
                cmocka_unit_test(people_switch_without_losing_the_open_parcel),
                cmocka_unit_test(idling_locks_the_bench_and_keeps_its_parcel),
                cmocka_unit_test(without_a_people_list_packing_is_allowed),
                cmocka_unit_test(a_box_is_reopened_until_it_is_shipped),
                cmocka_unit_test(an_open_box_is_voided_and_its_goods_go_back),
                cmocka_unit_test(after_ready_and_after_shipping_a_leader_voids),
                cmocka_unit_test(a_dead_label_is_never_printed_again),
                cmocka_unit_test(a_label_is_printed_again_by_a_leader_and_counted),
                cmocka_unit_test(a_pull_task_stops_bay_collection_and_rescan_until_it_is_pulled),
                cmocka_unit_test(a_pulled_box_goes_on_as_packed_or_open),
                cmocka_unit_test(a_changed_label_prints_when_its_box_comes_back),
                cmocka_unit_test(parcels_are_scanned_out_one_by_one),
                cmocka_unit_test(a_bay_closes_with_its_count),
                cmocka_unit_test(a_closing_card_of_no_bay_here_closes_nothing),
                cmocka_unit_test(a_bay_is_called_by_its_name_and_its_carrier_is_recorded),
                cmocka_unit_test(a_count_ships_nothing_that_policy_wants_scanned),
                cmocka_unit_test(a_count_that_differs_needs_a_leader_or_another_count),
                cmocka_unit_test(two_boxes_of_a_shipment_owe_one_notice),
                cmocka_unit_test(what_was_ready_at_the_trucks_time_is_assumed_shipped),
                cmocka_unit_test(what_was_ready_nobody_knows_when_is_never_assumed),
                cmocka_unit_test(an_assumed_collection_does_not_take_the_light_from_who_works),
                cmocka_unit_test(nothing_is_assumed_where_policy_asks_for_more),
                cmocka_unit_test(an_unknown_shipment_is_accepted_as_unverified_by_policy),
                cmocka_unit_test(an_unverified_box_meets_its_shipment),
                cmocka_unit_test(before_the_snapshot_a_slip_is_not_yet_known),
                cmocka_unit_test(bytes_that_no_code_has_refuse_the_scan_whole),
                cmocka_unit_test(a_lost_scan_is_said_and_kept),
                cmocka_unit_test(a_card_that_nobody_knows_does_nothing),
                cmocka_unit_test(a_restart_finds_the_open_parcel_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
