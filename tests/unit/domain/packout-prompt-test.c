/* SPDX-License-Identifier: Apache-2.0 */
/* A green gives way to the one next thing; what is red, or waits to be acknowledged, does not. */
#include "tests/unit/domain/packout-scene.h"

#include <string.h>

#define SCENE(policy)                                                                                        \
        _cleanup_scene_ struct scene s;                                                                      \
        (void) state;                                                                                        \
        scene_init(&s, policy)

static void prompt(struct scene *s) {
        struct input input = {.kind = INPUT_PROMPT};

        scene_step(s, 0, &input);
        assert_string_equal(s->facts, ""); /* nothing is ever recorded by it */
}

static void check(struct scene *s, enum verdict_kind kind, const char *head_ja, const char *sub_ja) {
        const struct verdict *v;

        prompt(s);
        assert_int_equal(s->last.n_verdicts, 1);
        v = scene_verdict(s);
        assert_int_equal(v->kind, kind);
        assert_true(v->prompt);
        assert_false(v->until_acknowledged);
        assert_false(verdict_passes(v)); /* it stays */
        if (head_ja)
                assert_string_equal(v->head_ja, head_ja);
        if (!strstr(v->sub_ja, sub_ja))
                fail_msg("%s does not say %s", v->sub_ja, sub_ja);
}

static void each_step_of_a_box_has_its_one_next_thing(void **state) {
        SCENE(NULL);
        scene_people(&s, false);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2),
                "{\"line\":\"i1\",\"name\":{\"ja\":\"秋のちらし\"},\"check\":\"confirm\",\"codes\":[]}", "");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        check(&s, VERDICT_LOCKED, NULL, "名札を読む");
        scene_scan(&s, 0, PACKER);
        check(&s, VERDICT_IDLE, NULL, "読む");
        scene_scan(&s, 0, "S-1");
        check(&s, VERDICT_NEXT, "商品 残2", "商品を読む");
        scene_scan(&s, 0, JAN_BLACK);
        check(&s, VERDICT_NEXT, "商品 残1", "商品を読む");
        scene_scan(&s, 0, JAN_BLACK);
        check(&s, VERDICT_NEXT, "同梱確認", "秋のちらしを入れ、OKを読む");
        scene_scan(&s, 0, "OKURU-C-OK");
        check(&s, VERDICT_NEXT, "送り状", "…8703");
        scene_scan(&s, 0, WAYBILL_1);
        check(&s, VERDICT_IDLE, NULL, "読む");
        scene_scan(&s, 0, "OKURU-C-SHIP");
        scene_scan(&s, 0, WAYBILL_1);
        check(&s, VERDICT_COLLECTION, NULL, "最後にOKを読む");
}

static void an_alarm_is_never_hidden(void **state) {
        SCENE(NULL);
        scene_people(&s, true);
        scene_simple(&s, "S-1", 1, WAYBILL_1, "");
        scene_simple(&s, "S-2", 1, WAYBILL_2, "");
        scene_scan(&s, 0, "S-1");
        scene_scan(&s, 0, JAN_BLACK);
        scene_scan(&s, 0, WAYBILL_2);
        assert_int_equal(s.benches[0].alarm, ALARM_FOREIGN_WAYBILL);
        prompt(&s);
        assert_int_equal(s.last.n_verdicts, 0);
}

static void a_held_box_gets_no_prompt_to_go_on(void **state) {
        SCENE(NULL);
        scene_simple(&s, "S-1", 2, WAYBILL_1, "");
        scene_scan(&s, 0, "S-1");
        scene_simple(&s, "S-1", 2, "", "\"held\":true,");
        prompt(&s);
        assert_int_equal(s.last.n_verdicts, 0);
}

static void only_a_green_passes(void **state) {
        (void) state;
        for (int k = 0; k < N_VERDICT_KINDS; k++) {
                struct verdict v;

                verdict_set(&v, (enum verdict_kind) k, "b1");
                assert_int_equal(verdict_passes(&v), verdict_look(v.kind)->light == VERDICT_LIGHT_GREEN);
                v.until_acknowledged = true;
                assert_false(verdict_passes(&v));
        }
        assert_true(VERDICT_GREEN_USEC <= 1500000);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_step_of_a_box_has_its_one_next_thing),
                cmocka_unit_test(an_alarm_is_never_hidden),
                cmocka_unit_test(a_held_box_gets_no_prompt_to_go_on),
                cmocka_unit_test(only_a_green_passes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
