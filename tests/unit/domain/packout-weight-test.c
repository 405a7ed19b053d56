/* SPDX-License-Identifier: Apache-2.0 */
/* The weight of a packed box: written down, held against what it should be, and never a reason to stop. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

#define OK "OKURU-C-OK"

/* A shipment of one unit that should weigh @wanted_g (0: nobody says), on a scale that shows nothing yet. */
static void floor_with(struct scene *s, int wanted_g, const char *inserts) {
        char extra[64] = "";

        scene_init(s, NULL);
        s->weighing = (struct weighing){.is_there = true, .tolerance_g = 30, .tolerance_percent = 5};
        if (wanted_g)
                (void) snprintf(extra, sizeof(extra), "\"weight_g\":%d,", wanted_g);
        scene_wish(s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(1), inserts, extra);
        fake_label(&s->f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
}
#define LEAFLET "{\"line\":\"i1\",\"name\":{\"ja\":\"秋のちらし\"},\"check\":\"confirm\",\"codes\":[]}"

static void assert_fact(const struct scene *s, const char *type, int weight_g, const char *off) {
        _cleanup_(json_freep) struct json *data = scene_fact(s, type, 0);

        assert_int_equal(json_get_int(data, "weight_g", 0), weight_g);
        assert_string_equal(json_get_string(data, "weight_off", ""), off);
}

static void give(struct scene *s, enum input_kind kind, int grams) {
        struct input input = {.kind = kind};

        s->weighing.weight_g = grams;
        scene_step(s, 0, &input);
        assert_string_equal(s->facts, "");
}

static void the_weight_stands_in_the_facts_of_the_packed_and_the_ready_box(void **state) {
        _cleanup_scene_ struct scene s;
        (void) state;

        floor_with(&s, 0, "");
        scene_scan(&s, 0, "S-1");
        s.weighing.weight_g = 480;
        scene_scan(&s, 0, JAN_BLACK);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);
        assert_fact(&s, "parcel.packed", 480, "");
        assert_null(strstr(scene_verdict(&s)->sub_ja, "480"));
        s.weighing.weight_g = 531;
        scene_scan(&s, 0, WAYBILL_1);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_READY);
        assert_fact(&s, "parcel.ready", 531, "");
}

static void without_a_weight_at_rest_the_fact_has_none_and_a_hint_says_so_if_wished(void **state) {
        (void) state;

        for (int hints = 0; hints < 2; hints++) {
                _cleanup_scene_ struct scene s;

                floor_with(&s, 500, "");
                s.weighing.hints = hints;
                scene_scan(&s, 0, "S-1");
                scene_scan(&s, 0, JAN_BLACK);
                assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED); /* as green as ever */
                assert_fact(&s, "parcel.packed", 0, "");
                assert_int_equal(strstr(scene_verdict(&s)->sub_ja, "秤に載せ") != NULL, hints);
                assert_non_null(strstr(scene_verdict(&s)->sub_ja, "送り状…8703"));
                give(&s, INPUT_PROMPT, 0);
                assert_int_equal(scene_verdict(&s)->kind, VERDICT_NEXT);
                assert_int_equal(strstr(scene_verdict(&s)->sub_ja, "秤に載せ") != NULL, hints);
                scene_scan(&s, 0, WAYBILL_1);
                assert_int_equal(scene_verdict(&s)->kind, VERDICT_READY);
                assert_fact(&s, "parcel.ready", 0, "");
        }
}

/* The box is packed by OK, with all of it lying in the box. */
static void outside_of_tolerance_warns_and_stops_nothing(void **state) {
        static const struct {
                int wanted_g, grams;
                const char *off;
        } cases[] = {
                {500, 470, ""},
                {500, 469, "light"},
                {500, 530, ""},
                {500, 531, "heavy"},
                {2000, 1900, ""},
                {2000, 1899, "light"},
                {2000, 2100, ""},
                {2000, 2101, "heavy"},
                {10, 1, ""},
                {10, 41, "heavy"},
                {0, 1, ""},
                {0, 99999, ""},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_scene_ struct scene s;
                const struct verdict *v;

                floor_with(&s, cases[i].wanted_g, LEAFLET);
                scene_scan(&s, 0, "S-1");
                scene_scan(&s, 0, JAN_BLACK);
                s.weighing.weight_g = cases[i].grams;
                scene_scan(&s, 0, OK);
                v = scene_verdict(&s);
                assert_int_equal(v->kind, VERDICT_PACKED);
                assert_fact(&s, "parcel.packed", cases[i].grams, cases[i].off);
                assert_int_equal(strstr(v->sub_en, "look into the box") != NULL, *cases[i].off != '\0');
                assert_int_equal(strstr(v->sub_ja, "箱を閉じ、送り状…8703") == NULL, *cases[i].off != '\0');
                assert_true(verdict_width(v->sub_ja) <= 40);
                give(&s, INPUT_PROMPT, cases[i].grams);
                assert_int_equal(scene_verdict(&s)->kind, *cases[i].off ? VERDICT_WEIGHT : VERDICT_NEXT);
                scene_scan(&s, 0, WAYBILL_1);
                assert_int_equal(scene_verdict(&s)->kind, VERDICT_READY);
                assert_non_null(strstr(scene_verdict(&s)->sub_ja, "に置く"));
                assert_int_equal(strstr(scene_verdict(&s)->sub_ja, "い ") != NULL, *cases[i].off != '\0');
                assert_fact(&s, "parcel.ready", cases[i].grams, cases[i].off);
        }
}

static void the_last_unit_may_still_be_in_the_hand_that_scanned_it(void **state) {
        _cleanup_scene_ struct scene s;
        (void) state;

        floor_with(&s, 500, "");
        scene_scan(&s, 0, "S-1");
        s.weighing.weight_g = 300;
        scene_scan(&s, 0, JAN_BLACK);
        assert_fact(&s, "parcel.packed", 300, ""); /* no news yet */
        assert_null(strstr(scene_verdict(&s)->sub_ja, "軽い"));
        give(&s, INPUT_PROMPT, 300);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_WEIGHT);
        assert_string_equal(scene_verdict(&s)->head_ja, "軽い 300g");
        assert_string_equal(scene_verdict(&s)->sub_ja, "470-530gのはず。箱を見て送り状を読む");
        give(&s, INPUT_WEIGHT, 510); /* it lies in the box now */
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_NEXT);
        assert_true(scene_verdict(&s)->prompt);
        give(&s, INPUT_WEIGHT, 900);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_WEIGHT);
        assert_string_equal(scene_verdict(&s)->head_en, "HEAVY 900g");
}

static void too_heavy_is_said_at_once_whatever_is_in_the_hand(void **state) {
        _cleanup_scene_ struct scene s;
        (void) state;

        floor_with(&s, 500, "");
        scene_scan(&s, 0, "S-1");
        s.weighing.weight_g = 900;
        scene_scan(&s, 0, JAN_BLACK);
        assert_fact(&s, "parcel.packed", 900, "heavy");
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "重い 900g"));
}

static void any_box_has_the_limits_of_its_bench(void **state) {
        _cleanup_scene_ struct scene s;
        (void) state;

        floor_with(&s, 0, "");
        s.weighing.lightest_g = 50;
        s.weighing.heaviest_g = 25000;
        scene_scan(&s, 0, "S-1");
        s.weighing.weight_g = 25001;
        scene_scan(&s, 0, JAN_BLACK);
        assert_fact(&s, "parcel.packed", 25001, "heavy");
        assert_non_null(strstr(scene_verdict(&s)->sub_en, "50-25000g"));
        s.weighing.weight_g = 49;
        scene_scan(&s, 0, WAYBILL_1);
        assert_fact(&s, "parcel.ready", 49, "light");
}

static void a_part_of_a_shipment_may_weigh_anything(void **state) {
        _cleanup_scene_ struct scene s;
        (void) state;

        scene_init(&s, NULL);
        s.weighing = (struct weighing){.is_there = true, .weight_g = 200, .tolerance_g = 30};
        scene_simple(&s, "S-1", 2, "", "\"pieces\":2,\"weight_g\":900,");
        scene_scan(&s, 0, "S-1");
        scene_scan(&s, 0, JAN_BLACK);
        scene_scan(&s, 0, "OKURU-C-NEXT-PIECE");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);
        assert_fact(&s, "parcel.packed", 200, "");
}

static void an_open_box_is_not_weighed(void **state) {
        _cleanup_scene_ struct scene s;
        (void) state;

        floor_with(&s, 500, LEAFLET);
        scene_scan(&s, 0, "S-1");
        give(&s, INPUT_WEIGHT, 900);
        assert_int_equal(s.last.n_verdicts, 0);
        scene_scan(&s, 0, JAN_BLACK);
        give(&s, INPUT_PROMPT, 900);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_NEXT);
        assert_null(strstr(scene_verdict(&s)->sub_ja, "重い"));
}

static void a_bench_without_a_scale_says_nothing_of_weights(void **state) {
        _cleanup_scene_ struct scene s;
        (void) state;

        floor_with(&s, 500, "");
        s.weighing = (struct weighing){.hints = true, .weight_g = 900};
        scene_scan(&s, 0, "S-1");
        scene_scan(&s, 0, JAN_BLACK);
        assert_fact(&s, "parcel.packed", 0, "");
        assert_null(strstr(scene_verdict(&s)->sub_ja, "重"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_weight_stands_in_the_facts_of_the_packed_and_the_ready_box),
                cmocka_unit_test(without_a_weight_at_rest_the_fact_has_none_and_a_hint_says_so_if_wished),
                cmocka_unit_test(outside_of_tolerance_warns_and_stops_nothing),
                cmocka_unit_test(the_last_unit_may_still_be_in_the_hand_that_scanned_it),
                cmocka_unit_test(too_heavy_is_said_at_once_whatever_is_in_the_hand),
                cmocka_unit_test(any_box_has_the_limits_of_its_bench),
                cmocka_unit_test(a_part_of_a_shipment_may_weigh_anything),
                cmocka_unit_test(an_open_box_is_not_weighed),
                cmocka_unit_test(a_bench_without_a_scale_says_nothing_of_weights),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
