/* SPDX-License-Identifier: Apache-2.0 */
/* A label between being asked for and being out, at a bench whose printer tells. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"

#include <string.h>

#define REF "0189aaaa-0000-7000-8000-000000000001"

/* One pair of socks with a label to print; packed, and the label asked for. */
static struct label_wanted packed(struct scene *s) {
        scene_init(s, NULL);
        s->benches[0].prints_later = true;
        scene_simple(s, "S-1", 1, "", "");
        fake_label(&s->f, "acme", "S-1", 1, "yamato", WAYBILL_1, REF);
        scene_play(s, (struct step[]){{"S-1", VERDICT_OPENED, "parcel.opened"},
                              {JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
        assert_non_null(strstr(scene_verdict(s)->sub_ja, "印刷中"));
        assert_int_equal(s->last.n_labels, 1);
        assert_string_equal(s->last.labels[0].ref, REF);
        return s->last.labels[0];
}

static void report(struct scene *s, const struct label_wanted *l, enum label_outcome outcome, bool maybe) {
        const struct label_report report = {
                .label = *l, .outcome = outcome, .maybe = maybe, .stop = PRINTER_STOP_PAPER_OUT};
        struct input input = {.kind = INPUT_LABEL, .label = &report};

        scene_step(s, 0, &input);
}

static void assert_printed(const struct scene *s, int print, const char *reason) {
        _cleanup_(json_freep) struct json *data = scene_fact(s, "waybill.printed", 0);

        assert_int_equal(json_get_int(data, "print", 0), print);
        assert_string_equal(json_get_string(data, "reason", ""), reason);
        assert_string_equal(json_get_string(data, "number", ""), WAYBILL_1);
        assert_string_equal(json_get_string(data, "source", ""), "given");
}

static void a_label_is_counted_when_it_is_out(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        (void) state;

        report(&s, &l, LABEL_OUTCOME_OUT, false);
        assert_string_equal(s.facts, "waybill.printed:given");
        assert_printed(&s, 1, "");
        assert_int_equal(s.last.n_verdicts, 0); /* the paper says it */
        report(&s, &l, LABEL_OUTCOME_OUT, false);
        assert_string_equal(s.facts, "");
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_READY, "parcel.ready:given"}, {NULL}});
}

static void a_label_that_is_read_is_out_whatever_the_printer_says(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        (void) state;

        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_READY, "waybill.printed:given parcel.ready:given"},
                               {NULL}});
        report(&s, &l, LABEL_OUTCOME_OUT, false);
        assert_string_equal(s.facts, "");
        assert_int_equal(s.last.n_verdicts, 0);
}

static void no_paper_is_said_to_who_waits_and_then_that_the_label_is_there(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        (void) state;

        report(&s, &l, LABEL_OUTCOME_WAITS, false);
        assert_string_equal(s.facts, "");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PRINTER);
        assert_string_equal(scene_verdict(&s)->head_ja, "紙切れ");
        report(&s, &l, LABEL_OUTCOME_OUT, true);
        assert_printed(&s, 1, "maybe");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "箱を閉じ"));
}

static void a_lost_label_is_printed_again_by_ok_and_says_maybe(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        (void) state;

        report(&s, &l, LABEL_OUTCOME_LOST, true);
        assert_string_equal(s.facts, "");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PRINTER);
        scene_play(&s, (struct step[]){{"OKURU-C-OK", VERDICT_PACKED, ""}, {NULL}});
        assert_int_equal(s.last.n_labels, 1);
        l = s.last.labels[0];
        report(&s, &l, LABEL_OUTCOME_OUT, false);
        assert_printed(&s, 1, "maybe");
}

static void an_impatient_ok_asks_for_the_same_label_and_no_other(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        (void) state;

        scene_play(&s, (struct step[]){{"OKURU-C-OK", VERDICT_PACKED, ""}, {NULL}});
        assert_int_equal(s.last.n_labels, 1);
        assert_string_equal(s.last.labels[0].parcel, l.parcel);
        assert_string_equal(s.last.labels[0].number, l.number);
        assert_int_equal(s.last.labels[0].print, l.print);
        report(&s, &l, LABEL_OUTCOME_OUT, false); /* whoever had it in hand went on with that */
        assert_printed(&s, 1, "");
}

static void a_jam_stops_the_labels_of_a_bench_and_not_its_checks(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        (void) state;

        report(&s, &l, LABEL_OUTCOME_WAITS, false);
        scene_simple(&s, "S-2", 2, WAYBILL_2, "");
        scene_play(&s, (struct step[]){{"OKURU-C-PARK", VERDICT_PARKED, "parcel.parked:by-hand"},
                               {"S-2", VERDICT_OPENED, "parcel.opened"},
                               {JAN_BLACK, VERDICT_OK, "item.verified:scanned"}, {NULL}});
        report(&s, &l, LABEL_OUTCOME_WAITS, false);
        assert_int_equal(s.last.n_verdicts, 0); /* nobody waits for it */
        report(&s, &l, LABEL_OUTCOME_OUT, false);
        assert_printed(&s, 1, "");
        assert_int_equal(s.last.n_verdicts, 0);
        scene_play(&s,
                (struct step[]){{JAN_BLACK, VERDICT_PACKED, "item.verified:scanned parcel.packed"}, {NULL}});
}

static void another_label_waits_until_the_first_is_out(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        (void) state;

        scene_people(&s, true);
        scene_play(&s, (struct step[]){{"OKURU-C-REPRINT", VERDICT_NOT_NOW, ""}, {NULL}});
        report(&s, &l, LABEL_OUTCOME_OUT, false);
        scene_play(&s, (struct step[]){{"OKURU-C-REPRINT", VERDICT_LEADER_NEEDED, ""},
                               {LEADER, VERDICT_REPRINTED, ""}, {NULL}});
        l = s.last.labels[0];
        assert_int_equal(l.print, 2);
        report(&s, &l, LABEL_OUTCOME_OUT, false);
        assert_printed(&s, 2, "by-hand");
}

static void a_label_of_a_number_that_is_dead_by_now_is_not_counted(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        (void) state;

        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_2, REF);
        report(&s, &l, LABEL_OUTCOME_OUT, false);
        assert_string_equal(s.facts, "");
}

static void after_a_start_a_label_that_was_asked_for_is_missing_and_doubtful(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        struct bench fresh;
        (void) state;

        bench_init(&fresh, "bench-1");
        fresh.prints_later = true;
        s.benches[0] = fresh;
        decision_deinit(&s.last);
        assert_int_equal(
                packout_resume(&s.f.world, &s.benches[0], "", ROLE_NONE, l.parcel, &s.now, &s.last), 0);
        assert_int_equal(s.last.n_labels, 0); /* nothing is printed because a program has started */
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "OKを読む"));
        scene_play(&s, (struct step[]){{"OKURU-C-OK", VERDICT_PACKED, ""}, {NULL}});
        l = s.last.labels[0];
        report(&s, &l, LABEL_OUTCOME_OUT, false);
        assert_printed(&s, 1, "maybe");
}

static void a_label_without_data_that_opens_is_said(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        (void) state;

        report(&s, &l, LABEL_OUTCOME_UNPRINTABLE, false);
        assert_string_equal(s.facts, "");
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PRINTER);
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "リーダー"));
}

static void a_box_that_is_voided_has_no_use_for_its_label(void **state) {
        _cleanup_scene_ struct scene s;
        struct label_wanted l = packed(&s);
        (void) state;

        report(&s, &l, LABEL_OUTCOME_WAITS, false);
        scene_play(&s, (struct step[]){{"OKURU-C-VOID", VERDICT_RETURN, ""}, {NULL}});
        assert_int_equal(s.last.n_dead, 0);
        scene_play(&s, (struct step[]){{"OKURU-C-RETURN", VERDICT_VOIDED, "parcel.voided:by-hand"}, {NULL}});
        assert_int_equal(s.last.n_dead, 1);
        assert_string_equal(s.last.dead[0], l.parcel);
        report(&s, &l, LABEL_OUTCOME_DROPPED, false);
        assert_string_equal(s.facts, "");
        assert_int_equal(s.last.n_verdicts, 0);
        assert_string_equal(s.benches[0].printing.parcel, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_label_is_counted_when_it_is_out),
                cmocka_unit_test(a_label_that_is_read_is_out_whatever_the_printer_says),
                cmocka_unit_test(no_paper_is_said_to_who_waits_and_then_that_the_label_is_there),
                cmocka_unit_test(a_lost_label_is_printed_again_by_ok_and_says_maybe),
                cmocka_unit_test(an_impatient_ok_asks_for_the_same_label_and_no_other),
                cmocka_unit_test(a_jam_stops_the_labels_of_a_bench_and_not_its_checks),
                cmocka_unit_test(another_label_waits_until_the_first_is_out),
                cmocka_unit_test(a_label_of_a_number_that_is_dead_by_now_is_not_counted),
                cmocka_unit_test(after_a_start_a_label_that_was_asked_for_is_missing_and_doubtful),
                cmocka_unit_test(a_label_without_data_that_opens_is_said),
                cmocka_unit_test(a_box_that_is_voided_has_no_use_for_its_label),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
