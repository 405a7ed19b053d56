/* SPDX-License-Identifier: Apache-2.0 */
/* What does not go straight on: by hand, times n, damaged, short, parked, changed, inserts, several boxes. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"

#include <string.h>

#define SCENE(policy)                                                                                        \
        _cleanup_scene_ struct scene s;                                                                      \
        (void) state;                                                                                        \
        scene_init(&s, policy)

#define CONFIRM "OKURU-C-CONFIRM"
#define OK_CARD "OKURU-C-OK"
#define UNDO    "OKURU-C-UNDO"
#define PARK    "OKURU-C-PARK"
#define SHORT   "OKURU-C-SHORT"
#define DAMAGED "OKURU-C-DAMAGED"
#define RETURN  "OKURU-C-RETURN"
#define NEXT    "OKURU-C-NEXT-PIECE"

/* --- by hand, times n --- */

static void a_damaged_code_is_confirmed_by_hand_and_recorded_as_such(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *verified = NULL, *packed = NULL;

        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(
                &s, (struct step[]){{CONFIRM, VERDICT_NOT_NOW, ""}, {"S-1", VERDICT_OPENED, "parcel.opened"},
                            {CONFIRM, VERDICT_PACKED, "item.verified:hand parcel.packed"}, {NULL}});
        verified = scene_fact(&s, "item.verified", 0);
        assert_null(json_get(verified, "code"));
        packed = scene_fact(&s, "parcel.packed", 0);
        assert_int_equal(json_get_int(json_first(json_get(packed, "contents")), "hand", 0), 1);
}

static void with_several_open_lines_a_digit_says_which(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *verified = NULL;

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(1) "," LINE_HAT(1), "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {"OKURU-C-D-2", VERDICT_NOT_NOW, ""}, {CONFIRM, VERDICT_GESTURE, ""}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "番号を読む 1:黒25cm 2:帽子");
        scene_play(&s, (struct step[]){{"OKURU-C-D-7", VERDICT_GESTURE, ""},
                               {"OKURU-C-D-2", VERDICT_OK, "item.verified:hand"}, {NULL}});
        verified = scene_fact(&s, "item.verified", 0);
        assert_string_equal(json_get_string(verified, "line", ""), "2");
        /* The code could be read after all: the gesture is forgotten. */
        scene_scan(&s, 0, JAN_BLACK);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);
}

static void beyond_the_limit_a_leader_confirms(void **state) {
        SCENE(NULL);
        scene_people(&s, true);
        scene_simple(&s, "S-1", 5, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {CONFIRM, VERDICT_OK, "item.verified:hand"},
                               {CONFIRM, VERDICT_OK, "item.verified:hand"},
                               {CONFIRM, VERDICT_OK, "item.verified:hand"},
                               {CONFIRM, VERDICT_LEADER_NEEDED, ""}, {JAN_BLACK, VERDICT_LEADER_NEEDED, ""},
                               {UNDO, VERDICT_UNDONE, ""}, {CONFIRM, VERDICT_LEADER_NEEDED, ""},
                               {LEADER, VERDICT_OK, "alarm.cleared:hand-confirm item.verified:hand"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
}

static void without_a_people_list_leaders_acts_are_refused_in_words(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 5, WAYBILL_1, "");
        scene_play(&s,
                (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"}, {"OKURU-C-X-4", VERDICT_TIMES, ""},
                        {CONFIRM, VERDICT_LEADER_NEEDED, "item.refused:leader-needed"}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_en, "no people list"));
        assert_int_equal(s.benches[0].gesture, GESTURE_NONE);
        scene_scan(&s, 0, JAN_BLACK); /* and packing goes on, by nobody */
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_OK);
        assert_string_equal(s.last.facts.items[0].actor, "");
}

static void times_n_is_counted_by_hand_and_bounded(void **state) {
        SCENE("{\"v\":1,\"version\":1,\"merchants\":[],\"quantity_limit\":20}");
        _cleanup_(json_freep) struct json *verified = NULL;

        scene_simple(&s, "S-1", 30, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"OKURU-C-X-5", VERDICT_NOT_NOW, ""},
                               {"S-1", VERDICT_OPENED, "parcel.opened"},
                               {"OKURU-C-X-21", VERDICT_NOT_NOW, ""}, {"OKURU-C-X-5", VERDICT_TIMES, ""},
                               {JAN_BLACK, VERDICT_OK, "item.verified:counted"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->head_ja, "OK 残25");
        verified = scene_fact(&s, "item.verified", 0);
        assert_int_equal(json_get_int(verified, "quantity", 0), 5);
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, /* once is enough */
                               {"OKURU-C-X-2", VERDICT_TIMES, ""},
                               {CASE_BLACK, VERDICT_PACKED, "item.verified:counted parcel.packed"}, {NULL}});
}

static void times_n_beyond_what_is_open_is_refused_and_forgotten(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 4, WAYBILL_1, "");
        scene_play(&s,
                (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"}, {"OKURU-C-X-5", VERDICT_TIMES, ""},
                        {JAN_BLACK, VERDICT_TOO_MANY, "item.refused:too-many"},
                        {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {"OKURU-C-X-5", VERDICT_TIMES, ""},
                        {UNDO, VERDICT_UNDONE, ""}, {UNDO, VERDICT_NOT_NOW, ""},
                        {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {NULL}});
}

static void goods_with_serials_are_not_counted_by_times(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]",
                "{\"line\":\"1\",\"name\":{\"ja\":\"時計\"},\"quantity\":3,\"serial\":\"record\","
                "\"codes\":[{\"code\":\"" JAN_HAT "\"}]}",
                "", "");
        scene_play(&s,
                (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"}, {"OKURU-C-X-2", VERDICT_TIMES, ""},
                        {"]d2010491234567890421AA01", VERDICT_NOT_NOW, "item.refused:serial-missing"},
                        {"]d2010491234567890421AA01", VERDICT_OK, "item.verified:scanned"},
                        {JAN_HAT, VERDICT_OK, "item.verified:scanned"}, /* recorded when there is one */
                        {NULL}});
}

/* --- damaged, short, parked --- */

static void a_damaged_unit_is_set_aside_and_wanted_again(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *damaged = NULL, *again = NULL;

        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_play(
                &s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"}, {DAMAGED, VERDICT_GESTURE, ""},
                            {JAN_BLACK, VERDICT_DAMAGED, "item.damaged"}, {NULL}});
        damaged = scene_fact(&s, "item.damaged", 0);
        assert_false(json_get_bool(damaged, "verified", true)); /* none was in the box */
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {DAMAGED, VERDICT_GESTURE, ""}, {JAN_BLACK, VERDICT_DAMAGED, "item.damaged"},
                               {NULL}});
        again = scene_fact(&s, "item.damaged", 0);
        assert_true(json_get_bool(again, "verified", false));
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
}

static void what_is_short_waits_for_a_new_version(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2) "," LINE_HAT(1), "", "");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {SHORT, VERDICT_PARKED, "item.short item.short parcel.parked:short"},
                               {"S-1", VERDICT_HELD, "item.refused:held"}, {NULL}});
        scene_wish(&s, "acme", "S-1", 2, "[\"S-1\"]", LINE_BLACK(2), "", ""); /* without the hat */
        scene_play(&s, (struct step[]){{"S-1", VERDICT_RESUMED, "parcel.resumed:open"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void a_new_version_that_wants_no_more_packs_on_resume(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2), "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {SHORT, VERDICT_PARKED, "item.short parcel.parked:short"}, {NULL}});
        scene_wish(&s, "acme", "S-1", 2, "[\"S-1\"]", LINE_BLACK(1), "", "");
        scene_scan(&s, 0, "S-1");
        assert_string_equal(s.facts, "parcel.resumed:open parcel.packed");
}

static void a_new_version_that_wants_less_than_is_in_asks_it_back(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2) "," LINE_HAT(1), "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {PARK, VERDICT_PARKED, "parcel.parked:by-hand"}, {NULL}});
        scene_wish(&s, "acme", "S-1", 2, "[\"S-1\"]", LINE_BLACK(1), "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_RETURN, ""}, {"S-1", VERDICT_RETURN, ""},
                               {RETURN, VERDICT_VOIDED, "parcel.voided:by-hand"},
                               {"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
}

static void damaged_without_a_replacement_is_parked_as_damaged(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {DAMAGED, VERDICT_GESTURE, ""}, {JAN_BLACK, VERDICT_DAMAGED, "item.damaged"},
                               {SHORT, VERDICT_PARKED, "item.short parcel.parked:damaged"},
                               {"S-1", VERDICT_HELD, "item.refused:held"}, {NULL}});
}

static void a_box_parked_by_hand_goes_on_when_its_slip_is_read(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {PARK, VERDICT_PARKED, "parcel.parked:by-hand"},
                               {"OKURU-C-RESUME", VERDICT_GESTURE, ""},
                               {"S-1", VERDICT_RESUMED, "parcel.resumed:open", 1}, /* at any bench */
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed", 1},
                               {PARK, VERDICT_PARKED, "parcel.parked:by-hand", 1},
                               {"S-1", VERDICT_PACKED, "parcel.resumed:open parcel.packed"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void incomplete_goes_out_only_where_allowed_and_by_a_leader(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *packed = NULL;

        scene_people(&s, true);
        scene_simple(&s, "S-1", 3, WAYBILL_1, "\"partial\":true,");
        scene_play(
                &s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                            {SHORT, VERDICT_PARKED, "item.short parcel.parked:short"}, /* nothing to send */
                            {NULL}});
        scene_simple(&s, "S-2", 3, WAYBILL_2, "\"partial\":true,");
        scene_play(&s, (struct step[]){{"S-2", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {SHORT, VERDICT_SHORT, ""},
                               {SECOND, VERDICT_LEADER_NEEDED, ""},
                               {LEADER, VERDICT_PACKED, "item.short parcel.packed"}, {NULL}});
        packed = scene_fact(&s, "parcel.packed", 0);
        assert_true(json_get_bool(packed, "partial", false));
        assert_string_equal(json_get_string(packed, "leader", ""), "p-boss");
        assert_int_equal(json_get_int(json_first(json_get(packed, "missing")), "quantity", 0), 2);
        scene_play(&s, (struct step[]){{WAYBILL_2, VERDICT_READY, "parcel.ready:given"},
                               {"S-2", VERDICT_ALREADY, ""}, /* no second box by itself */
                               {NULL}});
        scene_simple(&s, "S-3", 3, WAYBILL_3, "\"partial\":true,");
        scene_play(&s, (struct step[]){{"S-3", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {SHORT, VERDICT_SHORT, ""},
                               {PARK, VERDICT_PARKED, "item.short parcel.parked:short"}, {NULL}});
}

/* --- inserts --- */

#define INSERT(id, check, codes)                                                                             \
        "{\"line\":\"" id "\",\"name\":{\"ja\":\"ちらし\",\"en\":\"Leaflet\"},\"check\":\"" check            \
        "\",\"codes\":[" codes "]}"

static void inserts_are_scanned_confirmed_or_only_counted(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *packed = NULL;
        const struct json *contents;

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(1),
                INSERT("i1", "scan", "{\"code\":\"FLYER-1\"}") "," INSERT("i2", "confirm", "") "," INSERT(
                        "i3", "none", ""),
                "");
        scene_play(&s,
                (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                        {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {OK_CARD, VERDICT_INCOMPLETE, ""},
                        {"FLYER-1", VERDICT_CONFIRM_INSERTS, "item.verified:scanned"},
                        {JAN_BLACK, VERDICT_TOO_MANY, "item.refused:too-many"},
                        {OK_CARD, VERDICT_PACKED, "item.verified:confirmed parcel.packed"}, {NULL}});
        packed = scene_fact(&s, "parcel.packed", 0);
        contents = json_get(packed, "contents");
        assert_int_equal(json_size(contents), 4);
        assert_string_equal(json_get_string(json_at(contents, 2), "line", ""), "i2");
        assert_int_equal(json_get_int(json_at(contents, 2), "confirmed", 0), 1);
        assert_string_equal(json_get_string(json_at(contents, 3), "line", ""), "i3");
        assert_null(json_get(json_at(contents, 3), "confirmed"));
}

static void gift_instructions_come_first_and_are_confirmed(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(1), "",
                "\"gift\":{\"instructions\":{\"ja\":\"のし 御祝\"},\"check\":\"confirm\"},");
        scene_scan(&s, 0, "S-1");
        assert_int_equal(strncmp(scene_verdict(&s)->sub_ja, "のし 御祝", strlen("のし 御祝")), 0);
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_CONFIRM_INSERTS, "item.verified:scanned"},
                               {OK_CARD, VERDICT_PACKED, "parcel.packed"}, {NULL}});
}

/* --- several boxes, several orders --- */

static void a_shipment_of_two_boxes_is_packed_box_by_box(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *first = NULL, *second = NULL;

        scene_simple(&s, "S-1", 3, "", "\"pieces\":2,");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        fake_label(&s.f, "acme", "S-1", 2, "yamato", WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"}, {NEXT, VERDICT_NOT_NOW, ""},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {NEXT, VERDICT_PACKED, "parcel.packed"}, {NULL}});
        first = scene_fact(&s, "parcel.packed", 0);
        assert_int_equal(json_get_int(first, "pieces", 0), 2);
        scene_play(&s, (struct step[]){{WAYBILL_2, VERDICT_FOREIGN_WAYBILL, "item.refused:own-other-piece"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given parcel.opened"},
                               {WAYBILL_1, VERDICT_INCOMPLETE, "item.refused:not-complete"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {NEXT, VERDICT_NOT_NOW, ""}, /* no label for a third box */
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
        second = scene_fact(&s, "parcel.packed", 0);
        assert_int_equal(json_get_int(second, "piece", 0), 2);
        assert_int_equal(json_get_int(json_first(json_get(second, "contents")), "quantity", 0), 2);
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_FOREIGN_WAYBILL, "item.refused:own-other-piece"},
                               {WAYBILL_2, VERDICT_READY, "parcel.ready:given"}, {"S-1", VERDICT_ALREADY, ""},
                               {NULL}});
}

static void a_box_more_than_expected_takes_a_number_from_the_block(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *packed = NULL;

        scene_simple(&s, "S-1", 2, "", "\"waybill\":\"block\",");
        fake_block(&s.f, WAYBILL_1);
        fake_block(&s.f, WAYBILL_2);
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {NEXT, VERDICT_PACKED, "parcel.packed waybill.printed:block"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:block parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED,
                                       "item.verified:scanned parcel.packed waybill.printed:block"},
                               {NULL}});
        packed = scene_fact(&s, "parcel.packed", 0);
        assert_int_equal(json_get_int(packed, "pieces", 0), 2);
}

/* --- what the OMS says meanwhile --- */

static void a_hold_stops_the_open_box_until_it_is_parked_or_released(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {NULL}});
        scene_simple(&s, "S-1", 2, "", "\"held\":true,\"reason\":\"住所確認中\",");
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_HELD, ""}, {JAN_BLACK, VERDICT_HELD, ""}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "住所確認中"));
        scene_play(&s, (struct step[]){{PARK, VERDICT_PARKED, "parcel.parked:held"},
                               {"S-1", VERDICT_HELD, "item.refused:held"}, {NULL}});
        scene_simple(&s, "S-1", 2, "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_RESUMED, "parcel.resumed:open"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
        scene_simple(&s, "S-1", 2, "", "\"held\":true,");
        scene_scan(&s, 0, WAYBILL_1);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_HELD);
        scene_simple(&s, "S-1", 2, "", "");
        scene_scan(&s, 0, WAYBILL_1); /* released while the bench waited */
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_READY);
}

static void a_held_shipment_is_not_opened(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "\"held\":true,\"reason\":\"支払い待ち\",");
        scene_scan(&s, 0, "S-1");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_HELD);
        assert_string_equal(s.facts, "item.refused:held");
        assert_string_equal(s.benches[0].parcel, "");
}

static void a_cancelled_box_lists_what_goes_back_and_asks_for_it(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *voided = NULL;

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(3) "," LINE_HAT(1), "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {JAN_HAT, VERDICT_OK, "item.verified:scanned"}, {NULL}});
        scene_wish(
                &s, "acme", "S-1", 2, "[\"S-1\"]", LINE_BLACK(3) "," LINE_HAT(1), "", "\"cancelled\":true,");
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_CANCELLED, ""}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "黒25cm×2、帽子×1を棚に戻し、戻しカードを読む");
        scene_play(&s, (struct step[]){{OK_CARD, VERDICT_CANCELLED, ""}, {PARK, VERDICT_CANCELLED, ""},
                               {RETURN, VERDICT_VOIDED, "parcel.voided:cancelled"}, {NULL}});
        voided = scene_fact(&s, "parcel.voided", 0);
        assert_string_equal(json_get_string(voided, "from", ""), "open");
        assert_int_equal(json_size(json_get(voided, "returned")), 2);
        assert_int_equal(json_get_int(json_first(json_get(voided, "returned")), "quantity", 0), 2);
        scene_scan(&s, 0, "S-1");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_CANCELLED);
}

static void a_cancelled_box_on_the_shelf_is_emptied_when_its_slip_is_read(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {PARK, VERDICT_PARKED, "parcel.parked:by-hand"}, {NULL}});
        scene_simple(&s, "S-1", 2, "", "\"cancelled\":true,");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_CANCELLED, ""},
                               {RETURN, VERDICT_VOIDED, "parcel.voided:cancelled"}, {NULL}});
}

static void changed_lines_stop_the_box_until_a_leader_has_looked(void **state) {
        SCENE(NULL);
        scene_people(&s, true);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2), "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {NULL}});
        scene_wish(&s, "acme", "S-1", 2, "[\"S-1\"]", LINE_BLACK(2) "," LINE_HAT(1), "", "");
        s.benches[0].alarm = ALARM_CHANGED; /* as intake does */
        (void) copy_text(s.benches[0].alarm_reason, sizeof(s.benches[0].alarm_reason), "changed");
        scene_play(&s, (struct step[]){{JAN_BLACK, VERDICT_CHANGED, ""},
                               {LEADER, VERDICT_RESUMED, "alarm.cleared:changed"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {JAN_HAT, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
        scene_wish(&s, "acme", "S-1", 3, "[\"S-1\"]", LINE_BLACK(2) "," LINE_HAT(2), "", "");
        s.benches[0].alarm = ALARM_CHANGED;
        scene_play(&s, (struct step[]){{LEADER, VERDICT_RESUMED, "alarm.cleared parcel.reopened"},
                               {JAN_HAT, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
        s.benches[0].alarm = ALARM_CHANGED;
        scene_scan(&s, 0, PARK);
        assert_string_equal(s.facts, "parcel.parked:changed");
        scene_scan(&s, 0, "S-1");
        assert_string_equal(s.facts, "parcel.resumed:open parcel.packed");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_damaged_code_is_confirmed_by_hand_and_recorded_as_such),
                cmocka_unit_test(with_several_open_lines_a_digit_says_which),
                cmocka_unit_test(beyond_the_limit_a_leader_confirms),
                cmocka_unit_test(without_a_people_list_leaders_acts_are_refused_in_words),
                cmocka_unit_test(times_n_is_counted_by_hand_and_bounded),
                cmocka_unit_test(times_n_beyond_what_is_open_is_refused_and_forgotten),
                cmocka_unit_test(goods_with_serials_are_not_counted_by_times),
                cmocka_unit_test(a_damaged_unit_is_set_aside_and_wanted_again),
                cmocka_unit_test(what_is_short_waits_for_a_new_version),
                cmocka_unit_test(a_new_version_that_wants_no_more_packs_on_resume),
                cmocka_unit_test(a_new_version_that_wants_less_than_is_in_asks_it_back),
                cmocka_unit_test(damaged_without_a_replacement_is_parked_as_damaged),
                cmocka_unit_test(a_box_parked_by_hand_goes_on_when_its_slip_is_read),
                cmocka_unit_test(incomplete_goes_out_only_where_allowed_and_by_a_leader),
                cmocka_unit_test(inserts_are_scanned_confirmed_or_only_counted),
                cmocka_unit_test(gift_instructions_come_first_and_are_confirmed),
                cmocka_unit_test(a_shipment_of_two_boxes_is_packed_box_by_box),
                cmocka_unit_test(a_box_more_than_expected_takes_a_number_from_the_block),
                cmocka_unit_test(a_hold_stops_the_open_box_until_it_is_parked_or_released),
                cmocka_unit_test(a_held_shipment_is_not_opened),
                cmocka_unit_test(a_cancelled_box_lists_what_goes_back_and_asks_for_it),
                cmocka_unit_test(a_cancelled_box_on_the_shelf_is_emptied_when_its_slip_is_read),
                cmocka_unit_test(changed_lines_stop_the_box_until_a_leader_has_looked),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
