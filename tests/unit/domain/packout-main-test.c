/* SPDX-License-Identifier: Apache-2.0 */
/* The main path: a slip, its goods, its waybill, and everything that can be wrong about them. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SCENE(policy)                                                                                        \
        _cleanup_scene_ struct scene s;                                                                      \
        (void) state;                                                                                        \
        scene_init(&s, policy)

static void a_parcel_goes_from_slip_to_ready(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {"S-1", VERDICT_ALREADY, ""},
                               {WAYBILL_1, VERDICT_ALREADY, ""}, {NULL}});
        assert_string_equal(s.benches[0].parcel, "");
        assert_string_equal(scene_verdict(&s)->sub_ja, "準備完了 12:00 bench-1。何もしない");
}

static void facts_say_what_the_contract_asks(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *opened = NULL, *verified = NULL, *packed = NULL, *ready = NULL;
        const struct json *contents;

        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_scan(&s, 0, "S-1");
        opened = scene_fact(&s, "parcel.opened", 0);
        assert_int_equal(json_get_int(opened, "v", 0), 1);
        assert_string_equal(json_get_string(opened, "shipment", ""), "S-1");
        assert_string_equal(json_string(json_first(json_get(opened, "orders"))), "ORD-S-1");
        assert_int_equal(json_get_int(opened, "piece", 0), 1);
        assert_int_equal(json_get_int(opened, "pieces", 0), 1);
        assert_int_equal(json_get_int(opened, "version", 0), 1);
        assert_string_equal(json_get_string(opened, "code", ""), "S-1");
        assert_string_equal(s.last.facts.items[0].merchant, "acme");
        assert_string_equal(s.last.facts.items[0].bench, "bench-1");
        assert_string_equal(s.last.facts.items[0].subject, s.benches[0].parcel);

        scene_scan(&s, 0, JAN_BLACK);
        verified = scene_fact(&s, "item.verified", 0);
        assert_string_equal(json_get_string(verified, "line", ""), "1");
        assert_int_equal(json_get_int(verified, "quantity", 0), 1);
        assert_int_equal(json_get_int(verified, "units", 0), 1);
        packed = scene_fact(&s, "parcel.packed", 0);
        contents = json_get(packed, "contents");
        assert_int_equal(json_size(contents), 1);
        assert_string_equal(json_get_string(json_first(contents), "line", ""), "1");
        assert_int_equal(json_get_int(json_first(contents), "quantity", 0), 1);
        assert_null(json_get(packed, "partial"));

        scene_scan(&s, 0, WAYBILL_1);
        ready = scene_fact(&s, "parcel.ready", 0);
        assert_string_equal(json_get_string(ready, "carrier", ""), "yamato");
        assert_string_equal(json_get_string(ready, "number", ""), WAYBILL_1);
        assert_string_equal(json_get_string(ready, "bay", ""), "y1");
        assert_null(json_get(ready, "leader"));
}

static void any_code_of_a_line_counts_with_its_units(void **state) {
        static const struct {
                const char *name, *scan;
                int units; /* 0: refused */
        } rows[] = {
                {"JAN", JAN_BLACK, 1},
                {"JAN with AIM", "]E04901234567894", 1},
                {"ITF-14 case", CASE_BLACK, 12},
                {"ITF-14 case with AIM", "]I114901234567891", 12},
                {"GS1-128 of the piece", "]C10104901234567894", 1},
                {"GS1 DataMatrix of the case", "]d20114901234567891", 12},
                {"other goods", JAN_OTHER, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_scene_ struct scene s;
                char head[32];

                scene_init(&s, NULL);
                scene_simple(&s, "S-1", 20, WAYBILL_1, "");
                scene_scan(&s, 0, "S-1");
                scene_scan(&s, 0, rows[i].scan);
                if (rows[i].units == 0) {
                        assert_int_equal(scene_verdict(&s)->kind, VERDICT_WRONG_ITEM);
                        continue;
                }
                (void) snprintf(head, sizeof(head), "OK 残%d", 20 - rows[i].units);
                if (strcmp(scene_verdict(&s)->head_ja, head) != 0)
                        fail_msg("%s: %s", rows[i].name, scene_verdict(&s)->head_ja);
        }
}

static void a_merchants_own_code_counts(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_HAT(2), "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {"HAT-01", VERDICT_OK, "item.verified:scanned"},
                               {JAN_HAT, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
}

static void a_wrong_item_is_refused_naming_expected_and_got(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_OTHER, VERDICT_WRONG_ITEM, "item.refused:wrong-item"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "正 黒25cm → 読んだ 黒27cm。戻す");
        assert_string_equal(scene_verdict(&s)->sub_en, "want black 25, read black 27: put it back");
        scene_scan(&s, 0, JAN_ALIEN);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_WRONG_ITEM);
}

static void one_too_many_is_refused_and_sounds_different(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2) "," LINE_HAT(1), "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"},
                               {JAN_BLACK, VERDICT_TOO_MANY, "item.refused:too-many"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "注文2個、これは3個目。箱から出す");
        assert_int_not_equal(verdict_look(VERDICT_TOO_MANY)->sound, verdict_look(VERDICT_WRONG_ITEM)->sound);
        scene_scan(&s, 0, CASE_BLACK);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_TOO_MANY);
}

static void a_case_that_holds_more_than_is_open_is_refused_whole(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 11, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {CASE_BLACK, VERDICT_TOO_MANY, "item.refused:too-many"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->head_ja, "OK 残10");
}

static void an_unknown_code_is_shown_and_nothing_is_recorded(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"NO-SUCH-THING", VERDICT_UNKNOWN_CODE, ""},
                               {"S-1", VERDICT_OPENED, "parcel.opened"},
                               {"NO-SUCH-THING", VERDICT_UNKNOWN_CODE, ""}, {NULL}});
}

static void one_code_on_two_lines_fills_the_lowest_open_one(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *first = NULL, *second = NULL;
        static const char other[] =
                "{\"line\":\"9\",\"name\":{\"ja\":\"黒(別注文)\"},\"quantity\":14,"
                "\"codes\":[{\"code\":\"" JAN_BLACK "\"},{\"code\":\"" CASE_BLACK "\",\"units\":12}]}";
        char lines[1024];

        (void) snprintf(lines, sizeof(lines), "%s,%s", LINE_BLACK(1), other);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", lines, "", "");
        scene_scan(&s, 0, "S-1");
        scene_scan(&s, 0, JAN_BLACK);
        first = scene_fact(&s, "item.verified", 0);
        assert_string_equal(json_get_string(first, "line", ""), "1");
        scene_scan(&s, 0, JAN_BLACK);
        second = scene_fact(&s, "item.verified", 0);
        assert_string_equal(json_get_string(second, "line", ""), "9");
}

static void a_case_may_fill_two_lines_of_one_code(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *first = NULL, *second = NULL;
        static const char other[] = "{\"line\":\"9\",\"name\":{\"ja\":\"黒\"},\"quantity\":8,"
                                    "\"codes\":[{\"code\":\"" CASE_BLACK "\",\"units\":12}]}";
        char lines[1024];

        (void) snprintf(lines, sizeof(lines), "%s,%s", LINE_BLACK(4), other);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", lines, "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {CASE_BLACK, VERDICT_PACKED,
                                       "item.verified:scanned item.verified:scanned parcel.packed"},
                               {NULL}});
        first = scene_fact(&s, "item.verified", 0);
        second = scene_fact(&s, "item.verified", 1);
        assert_int_equal(json_get_int(first, "quantity", 0), 4);
        assert_int_equal(json_get_int(second, "quantity", 0), 8);
        assert_int_equal(json_get_int(second, "units", 0), 12);
}

static void a_case_label_counts_what_it_says_is_inside(void **state) {
        static const char label[] = "]C102"
                                    "04901234567894"
                                    "37"
                                    "12"; /* (02) what, (37) how many */
        SCENE(NULL);
        _cleanup_(json_freep) struct json *verified = NULL;

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(13), "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {label, VERDICT_OK, "item.verified:scanned"},
                               {label, VERDICT_TOO_MANY, "item.refused:too-many"}, {NULL}});
        scene_scan(&s, 0, JAN_BLACK);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);
        verified = scene_fact(&s, "parcel.packed", 0);
        assert_int_equal(json_get_int(json_first(json_get(verified, "contents")), "quantity", 0), 13);
}

static void upc_a_and_ean_8_are_goods_also_where_they_look_like_a_waybill(void **state) {
        static const char lines[] = "{\"line\":\"1\",\"name\":{\"ja\":\"ペン\"},\"quantity\":1,\"codes\":[{"
                                    "\"code\":\"044440000091\"}]},"
                                    "{\"line\":\"2\",\"name\":{\"ja\":\"紙\"},\"quantity\":1,\"codes\":[{"
                                    "\"code\":\"49123456\"}]}";
        SCENE(NULL);

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", lines, "", "");
        scene_play(
                &s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                            {"]E00044440000091", VERDICT_OK, "item.verified:scanned"}, /* as EAN-13 by AIM */
                            {"044440000091", VERDICT_TOO_MANY, "item.refused:too-many"}, {NULL}});
        scene_scan(&s, 0, "]E449123456");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);
        scene_scan(&s, 0, "044440000091"); /* goods on a packed box, never a foreign label */
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_TOO_MANY);
}

#define SERIAL_LINE(id, policy, n)                                                                           \
        "{\"line\":\"" id "\",\"name\":{\"ja\":\"時計\"},\"quantity\":" #n ",\"serial\":\"" policy           \
        "\",\"codes\":[{\"code\":\"" JAN_HAT "\"}]}"
#define WITH_SERIAL(serial)                                                                                  \
        "]d20104912345678904"                                                                                \
        "21" serial

static void the_same_serial_is_refused_here_and_on_another_parcel(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *packed = NULL;
        const struct json *serials;

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", SERIAL_LINE("1", "require", 2), "", "");
        scene_wish(&s, "acme", "S-2", 1, "[\"S-2\"]", SERIAL_LINE("1", "record", 1), "", "");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_HAT, VERDICT_NOT_NOW, "item.refused:serial-missing"},
                               {WITH_SERIAL("AA01"), VERDICT_OK, "item.verified:scanned"},
                               {WITH_SERIAL("AA01"), VERDICT_SERIAL_USED, "item.refused:serial-used"},
                               {WITH_SERIAL("AA02"), VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {NULL}});
        packed = scene_fact(&s, "parcel.packed", 0);
        serials = json_get(json_first(json_get(packed, "contents")), "serials");
        assert_int_equal(json_size(serials), 2);
        assert_string_equal(json_string(json_at(serials, 0)), "AA01");
        assert_string_equal(json_string(json_at(serials, 1)), "AA02");
        scene_play(
                &s, (struct step[]){{WAYBILL_1, VERDICT_READY, "parcel.ready:given"},
                            {"S-2", VERDICT_OPENED, "parcel.opened"},
                            {WITH_SERIAL("AA02"), VERDICT_SERIAL_USED, "item.refused:serial-used"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "…AA02は注文…-S-1の箱で読取り済み。別の1個を読む");
        scene_scan(&s, 0, WITH_SERIAL("AA03"));
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);
}

/* The first box is packed and waits for its waybill; the shipment's line is still open. */
static void an_item_without_its_serial_on_a_packed_box_is_refused(void **state) {
        SCENE(NULL);

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", SERIAL_LINE("1", "require", 2), "", "\"pieces\":2,");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        fake_label(&s.f, "acme", "S-1", 2, "yamato", WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {WITH_SERIAL("AA01"), VERDICT_OK, "item.verified:scanned"},
                               {"OKURU-C-NEXT-PIECE", VERDICT_PACKED, "parcel.packed"},
                               {JAN_HAT, VERDICT_NOT_NOW, "item.refused:serial-missing"}, {NULL}});
}

static void a_serial_goes_where_a_line_asks_for_one(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *with = NULL, *without = NULL;

        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]",
                SERIAL_LINE("1", "none", 1) "," SERIAL_LINE("2", "require", 1), "", "");
        scene_scan(&s, 0, "S-1");
        scene_scan(&s, 0, WITH_SERIAL("AA01"));
        with = scene_fact(&s, "item.verified", 0);
        assert_string_equal(json_get_string(with, "line", ""), "2");
        assert_string_equal(json_get_string(with, "serial", ""), "AA01");
        scene_scan(&s, 0, JAN_HAT);
        without = scene_fact(&s, "item.verified", 0);
        assert_string_equal(json_get_string(without, "line", ""), "1");
        assert_null(json_get(without, "serial"));
}

static void two_merchants_with_one_code_are_named_and_never_guessed(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\",\"1001\"]", LINE_BLACK(1), "", "");
        scene_wish(&s, "bento", "S-9", 1, "[\"S-9\",\"1001\"]", LINE_BLACK(1), "", "");
        scene_play(&s, (struct step[]){{"1001", VERDICT_AMBIGUOUS, "item.refused:ambiguous"}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "acme S-1"));
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "bento S-9"));
        scene_scan(&s, 0, "S-9");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_OPENED);
        assert_string_equal(s.benches[0].merchant, "bento");
}

static void a_tote_or_a_waybill_opens_as_the_slip_does(void **state) {
        static const char *const codes[] = {
                "S-1", "TOTE-17", WAYBILL_1, "a444413758703a", "]F0a444413758703b"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(codes); i++) {
                _cleanup_scene_ struct scene s;

                scene_init(&s, NULL);
                scene_wish(&s, "acme", "S-1", 1, "[\"S-1\",\"TOTE-17\",\"" WAYBILL_1 "\"]", LINE_BLACK(1), "",
                        "");
                fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
                scene_scan(&s, 0, codes[i]);
                if (scene_verdict(&s)->kind != VERDICT_OPENED)
                        fail_msg("%s: %s", codes[i], scene_verdict(&s)->sub_en);
        }
}

static void goods_before_the_slip_are_not_taken(void **state) {
        SCENE(NULL);
        scene_play(&s,
                (struct step[]){{JAN_BLACK, VERDICT_NOT_NOW, ""}, {JAN_ALIEN, VERDICT_NOT_NOW, ""}, {NULL}});
}

static void a_waybill_read_too_early_names_what_is_missing(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_simple(&s, "S-2", 1, WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {WAYBILL_1, VERDICT_INCOMPLETE, "item.refused:not-complete"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "あと 黒25cm×2。無ければ「欠品」を読む");
        scene_play(&s, (struct step[]){{WAYBILL_2, VERDICT_NOT_NOW, "item.refused:foreign-waybill"},
                               {"S-2", VERDICT_NOT_NOW, "item.refused:not-complete"},
                               {"S-1", VERDICT_ALREADY, ""}, {NULL}});
}

/* Every pair of two packed boxes and two labels: only its own ever goes green. */
static void swapped_labels_never_go_green(void **state) {
        static const char *const slips[] = {"S-1", "S-2"}, *const labels[] = {WAYBILL_1, WAYBILL_2};

        (void) state;
        for (size_t first = 0; first < 2; first++)
                for (size_t printed = 0; printed < 2; printed++) {
                        _cleanup_scene_ struct scene s;

                        scene_init(&s, NULL);
                        for (size_t i = 0; i < 2; i++) {
                                scene_simple(&s, slips[i], 1, "", "");
                                fake_label(&s.f, "acme", slips[i], 1, "yamato", labels[i],
                                        printed ? "0189aaaa-0000-7000-8000-000000000001" : "");
                                scene_scan(&s, (int) i, slips[i]);
                                scene_scan(&s, (int) i, JAN_BLACK);
                                assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);
                                assert_int_equal(s.last.n_labels, printed);
                        }
                        for (int bench = 0; bench < 2; bench++) {
                                int at = bench ^ (int) first;

                                scene_scan(&s, at, labels[!at]);
                                assert_int_equal(scene_verdict(&s)->kind, VERDICT_FOREIGN_WAYBILL);
                                assert_int_equal(s.benches[at].alarm, ALARM_FOREIGN_WAYBILL);
                                /* Not even its own number now: a leader has to see the bench. */
                                scene_scan(&s, at, labels[at]);
                                assert_int_equal(scene_verdict(&s)->kind, VERDICT_FOREIGN_WAYBILL);
                                assert_string_equal(s.facts, "");
                        }
                }
}

static void a_foreign_label_names_its_order_and_needs_a_leader(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *refused = NULL;

        scene_people(&s, true);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_simple(&s, "S-22", 1, WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {WAYBILL_2, VERDICT_FOREIGN_WAYBILL, "item.refused:foreign-waybill"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "注文…S-22の送り状。リーダーを呼ぶ");
        assert_true(scene_verdict(&s)->until_acknowledged);
        refused = scene_fact(&s, "item.refused", 0);
        assert_string_equal(json_get_string(refused, "of", ""), "S-22");
        scene_play(
                &s, (struct step[]){{WAYBILL_1, VERDICT_FOREIGN_WAYBILL, ""},
                            {JAN_BLACK, VERDICT_FOREIGN_WAYBILL, ""},
                            {"OKURU-C-OK", VERDICT_FOREIGN_WAYBILL, ""}, {SECOND, VERDICT_LEADER_NEEDED, ""},
                            {LEADER, VERDICT_RESUMED, "alarm.cleared:foreign-waybill"},
                            {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
        assert_string_equal(s.benches[0].person, "p-one");
}

static void a_foreign_label_can_be_parked_with_its_box(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {FOREIGN, VERDICT_FOREIGN_WAYBILL, "item.refused:foreign-waybill"},
                               {"OKURU-C-PARK-A1", VERDICT_PARKED,
                                       "alarm.cleared:foreign-waybill parcel.parked:by-hand"},
                               {NULL}});
        assert_int_equal(s.benches[0].alarm, ALARM_NONE);
        assert_string_equal(fake_nth_parcel(&s.f, "acme", "S-1", 0)->shelf, "a1");
}

static void a_dead_waybill_is_refused_wherever_it_is_read(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        fake_dead(&s.f, WAYBILL_3);
        scene_play(&s, (struct step[]){{WAYBILL_3, VERDICT_DEAD_WAYBILL, "item.refused:dead-waybill"},
                               {"S-1", VERDICT_OPENED, "parcel.opened"},
                               {WAYBILL_3, VERDICT_DEAD_WAYBILL, "item.refused:dead-waybill"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {WAYBILL_3, VERDICT_DEAD_WAYBILL, "item.refused:dead-waybill"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void a_given_label_prints_when_the_last_unit_is_in(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *printed = NULL;

        scene_simple(&s, "S-1", 1, "", "");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "0189aaaa-0000-7000-8000-000000000001");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED,
                                       "item.verified:scanned parcel.packed waybill.printed:given"},
                               {NULL}});
        printed = scene_fact(&s, "waybill.printed", 0);
        assert_int_equal(json_get_int(printed, "print", 0), 1);
        assert_string_equal(json_get_string(printed, "number", ""), WAYBILL_1);
        assert_int_equal(s.last.n_labels, 1);
        assert_string_equal(s.last.labels[0].number, WAYBILL_1);
        assert_string_equal(s.last.labels[0].ref, "0189aaaa-0000-7000-8000-000000000001");
        assert_int_equal(s.last.labels[0].piece, 1);
        scene_play(&s, (struct step[]){{"S-1", VERDICT_PACKED, ""}, /* not again */
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void a_label_that_comes_late_prints_on_ok(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, "", "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {"OKURU-C-OK", VERDICT_PACKED, ""}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_en, "no label yet"));
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "0189aaaa-0000-7000-8000-000000000001");
        scene_play(&s, (struct step[]){{"OKURU-C-OK", VERDICT_PACKED, "waybill.printed:given"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void a_block_gives_the_next_number(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, "", "\"waybill\":\"block\",");
        scene_simple(&s, "S-2", 1, "", "\"waybill\":\"block\",");
        scene_simple(&s, "S-3", 1, "", "\"waybill\":\"block\",");
        fake_block(&s.f, WAYBILL_1);
        fake_block(&s.f, WAYBILL_2);
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED,
                                       "item.verified:scanned parcel.packed waybill.printed:block"},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:block"},
                               {"S-2", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED,
                                       "item.verified:scanned parcel.packed waybill.printed:block"},
                               {WAYBILL_3, VERDICT_FOREIGN_WAYBILL, "item.refused:foreign-waybill"},
                               {"OKURU-C-PARK", VERDICT_PARKED,
                                       "alarm.cleared:foreign-waybill parcel.parked:by-hand"},
                               {"S-2", VERDICT_PACKED, "parcel.resumed:open parcel.packed"},
                               {WAYBILL_2, VERDICT_READY, "parcel.ready:block"},
                               {"S-3", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_en, "no waybill number is left"));
}

static void a_hand_written_number_is_read_and_confirmed_by_a_leader(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *ready = NULL;

        scene_people(&s, true);
        scene_simple(&s, "S-1", 1, "", "\"waybill\":\"read\",");
        scene_simple(&s, "S-2", 1, WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {"444413758704", VERDICT_UNKNOWN_CODE, "item.refused:bad-waybill"},
                               {WAYBILL_2, VERDICT_FOREIGN_WAYBILL, "item.refused:foreign-waybill"},
                               {LEADER, VERDICT_RESUMED, "alarm.cleared:foreign-waybill"},
                               {FOREIGN, VERDICT_LEADER_NEEDED, "item.refused:leader-needed"},
                               {FOREIGN, VERDICT_LEADER_NEEDED, ""}, {SECOND, VERDICT_LEADER_NEEDED, ""},
                               {LEADER, VERDICT_READY, "parcel.ready:read"}, {NULL}});
        ready = scene_fact(&s, "parcel.ready", 0);
        assert_string_equal(json_get_string(ready, "leader", ""), "p-boss");
        assert_string_equal(json_get_string(ready, "number", ""), FOREIGN);
}

static void goods_on_a_packed_box_are_refused(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {JAN_BLACK, VERDICT_TOO_MANY, "item.refused:too-many"},
                               {JAN_OTHER, VERDICT_WRONG_ITEM, "item.refused:wrong-item"},
                               {"WHAT", VERDICT_UNKNOWN_CODE, ""},
                               {WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void shipped_at_ready_says_so_and_owes_one_notice(void **state) {
        SCENE("{\"v\":1,\"version\":7,\"merchants\":[{\"merchant\":\"acme\",\"name\":{\"ja\":\"アクメ\"},"
              "\"carriers\":[{\"carrier\":\"yamato\",\"name\":{\"ja\":\"ヤマト\"},\"shipped\":\"at-ready\","
              "\"report\":\"shipped\"}]}]}");
        _cleanup_(json_freep) struct json *shipped = NULL;

        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"},
                               {WAYBILL_1, VERDICT_READY,
                                       "parcel.ready:given parcel.shipped:at-ready notice.reserved"},
                               {NULL}});
        shipped = scene_fact(&s, "parcel.shipped", 0);
        assert_int_equal(json_get_int(shipped, "policy", 0), 7);
        assert_string_equal(json_get_string(shipped, "ready_at", ""), "2026-11-21T12:00:02.000+09:00");
        scene_play(
                &s, (struct step[]){{"S-1", VERDICT_ALREADY, ""}, {WAYBILL_1, VERDICT_ALREADY, ""}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "発送済み 12:00 bench-1。何もしない");
}

static void what_was_purged_long_ago_is_still_recognised(void **state) {
        SCENE(NULL);
        fake_tombstone(&s.f, WAYBILL_5, "S-77", "bench-3", 1795237320000000LL, 9 * 3600);
        fake_tombstone(&s.f, "S-77", "S-77", "bench-3", 1795237320000000LL, 9 * 3600);
        scene_play(
                &s, (struct step[]){{"S-77", VERDICT_ALREADY, ""}, {WAYBILL_5, VERDICT_ALREADY, ""}, {NULL}});
        assert_string_equal(scene_verdict(&s)->sub_ja, "発送済み 14:02 bench-3。何もしない");
}

static void a_parcel_open_at_one_bench_is_refused_at_the_other_by_name(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_play(&s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                               {"S-1", VERDICT_OPEN_ELSEWHERE, "item.refused:open-elsewhere", 1}, {NULL}});
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "bench-1"));
}

static void a_question_that_fails_changes_nothing(void **state) {
        SCENE(NULL);
        struct input input = {.kind = INPUT_SCAN, .bytes = JAN_BLACK, .n = strlen(JAN_BLACK)};
        struct bench before;
        struct decision d = {0};

        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_scan(&s, 0, "S-1");
        before = s.benches[0];
        s.f.fail = -EIO;
        input.now = s.now;
        assert_int_equal(packout_step(&s.f.world, &s.benches[0], &input, &d), -EIO);
        assert_memory_equal(&before, &s.benches[0], sizeof(before));
        decision_deinit(&d);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_parcel_goes_from_slip_to_ready),
                cmocka_unit_test(facts_say_what_the_contract_asks),
                cmocka_unit_test(any_code_of_a_line_counts_with_its_units),
                cmocka_unit_test(a_merchants_own_code_counts),
                cmocka_unit_test(a_wrong_item_is_refused_naming_expected_and_got),
                cmocka_unit_test(one_too_many_is_refused_and_sounds_different),
                cmocka_unit_test(a_case_that_holds_more_than_is_open_is_refused_whole),
                cmocka_unit_test(an_unknown_code_is_shown_and_nothing_is_recorded),
                cmocka_unit_test(one_code_on_two_lines_fills_the_lowest_open_one),
                cmocka_unit_test(a_case_may_fill_two_lines_of_one_code),
                cmocka_unit_test(a_case_label_counts_what_it_says_is_inside),
                cmocka_unit_test(upc_a_and_ean_8_are_goods_also_where_they_look_like_a_waybill),
                cmocka_unit_test(the_same_serial_is_refused_here_and_on_another_parcel),
                cmocka_unit_test(an_item_without_its_serial_on_a_packed_box_is_refused),
                cmocka_unit_test(a_serial_goes_where_a_line_asks_for_one),
                cmocka_unit_test(two_merchants_with_one_code_are_named_and_never_guessed),
                cmocka_unit_test(a_tote_or_a_waybill_opens_as_the_slip_does),
                cmocka_unit_test(goods_before_the_slip_are_not_taken),
                cmocka_unit_test(a_waybill_read_too_early_names_what_is_missing),
                cmocka_unit_test(swapped_labels_never_go_green),
                cmocka_unit_test(a_foreign_label_names_its_order_and_needs_a_leader),
                cmocka_unit_test(a_foreign_label_can_be_parked_with_its_box),
                cmocka_unit_test(a_dead_waybill_is_refused_wherever_it_is_read),
                cmocka_unit_test(a_given_label_prints_when_the_last_unit_is_in),
                cmocka_unit_test(a_label_that_comes_late_prints_on_ok),
                cmocka_unit_test(a_block_gives_the_next_number),
                cmocka_unit_test(a_hand_written_number_is_read_and_confirmed_by_a_leader),
                cmocka_unit_test(goods_on_a_packed_box_are_refused),
                cmocka_unit_test(shipped_at_ready_says_so_and_owes_one_notice),
                cmocka_unit_test(what_was_purged_long_ago_is_still_recognised),
                cmocka_unit_test(a_parcel_open_at_one_bench_is_refused_at_the_other_by_name),
                cmocka_unit_test(a_question_that_fails_changes_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
