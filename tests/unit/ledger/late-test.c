/* SPDX-License-Identifier: Apache-2.0 */
/* What comes later than one would like: outcomes of notices, wishes and labels for boxes that are far already. */
#include "tests/unit/base/test.h"

#include "firmware/domain/notice.h"
#include "tests/unit/ledger/floor.h"

#include <stdio.h>
#include <string.h>

static void pack(struct floor *f) {
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_OPENED);
        assert_int_equal(floor_scan(f, CASE), VERDICT_OK);
        assert_int_equal(floor_scan(f, JAN), VERDICT_PACKED);
}

static void ready(struct floor *f) {
        pack(f);
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
}

/* --- notices --- */

/* @more: members; "" none */
static void outcome_that_says(struct floor *f, const char *type, int generation, const char *more) {
        char id[UUID_TEXT_MAX], data[512];

        notice_id(scene_world(f->s).realm, M, "S-1", "shipped", generation, id);
        (void) snprintf(data, sizeof(data),
                "{\"merchant\":\"acme\",\"notice\":\"%s\",\"kind\":\"shipped\",\"generation\":%d,"
                "\"attempts\":0,\"at\":\"2026-11-21T15:02:03.000+09:00\"%s%s}",
                id, generation, *more ? "," : "", more);
        assert_int_equal(floor_outcome(f, type, data), 0);
}

static void outcome_of(struct floor *f, const char *type, int generation) {
        outcome_that_says(f, type, generation, "");
}

/* Shipped, voided by a leader (whose badge nobody asks for here), and packed again under another label. @second: that box */
static void ship_twice(struct floor *f, char second[UUID_TEXT_MAX]) {
        floor_policy(f, "at-ready", "refuse");
        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        ready(f);
        scene_fact(f->s, "parcel.voided", f->last.facts.items[0].subject,
                "\"from\":\"shipped\",\"reason\":\"by-hand\",\"returned\":[],\"number\":\"" N1 "\"");
        bench_init(&f->bench, "b1");
        floor_label(f, 2, N2);
        pack(f);
        assert_int_equal(floor_scan(f, N2), VERDICT_READY);
        assert_int_equal(floor_facts(f, "parcel.shipped"), 1);
        assert_true(copy_text(second, UUID_TEXT_MAX, f->last.facts.items[0].subject));
}

static void what_went_again_before_its_notice_was_cancelled_is_owed_the_next(void **state) {
        struct floor *f = *state;
        char box[UUID_TEXT_MAX];

        ship_twice(f, box);
        assert_int_equal(floor_facts(f, "notice.reserved"), 0); /* the first one may still go */
        outcome_of(f, "notice.cancelled", 0);
        assert_int_equal(floor_facts(f, "notice.cancelled"), 1);
        assert_int_equal(floor_facts(f, "notice.reserved"), 1);
        assert_int_equal(scene_number(f->s, "SELECT generation FROM notice WHERE state = 'reserved'"), 1);
        assert_null(strstr(f->last.facts.items[0].data, "merchant"));
        outcome_of(f, "notice.cancelled", 0); /* told again */
        assert_int_equal(floor_facts(f, "notice.reserved"), 0);
}

static void a_notice_that_was_accepted_is_not_reserved_again_by_a_wish(void **state) {
        struct floor *f = *state;
        char box[UUID_TEXT_MAX];

        ship_twice(f, box);
        outcome_of(f, "notice.accepted", 0);
        assert_int_equal(floor_facts(f, "notice.reserved"), 0);
        floor_shipment(f, 2, "\"reason\":\"x\"");
        assert_int_equal(floor_facts(f, "notice.reserved"), 0);
}

/* As what notify says: the box of ship_twice() that is on its way is not among what the first one told, or is. */
static void what_an_outcome_did_not_tell_is_owed_the_next(void **state) {
        struct floor *f = *state;
        char told[128], box[UUID_TEXT_MAX];

        ship_twice(f, box);
        outcome_that_says(f, "notice.unknown", 0, "\"parcels\":[\"018f0000-0000-7000-8000-00000000ffff\"]");
        assert_int_equal(floor_facts(f, "notice.reserved"), 1);
        assert_int_equal(scene_number(f->s, "SELECT generation FROM notice WHERE state = 'reserved'"), 1);
        (void) snprintf(told, sizeof(told), "\"parcels\":[\"%s\"]", box);
        outcome_that_says(f, "notice.accepted", 1, told);
        assert_int_equal(floor_facts(f, "notice.reserved"), 0);
        outcome_that_says(f, "notice.accepted", 0, "\"correction\":true"); /* the second one put it right */
        assert_int_equal(floor_facts(f, "notice.reserved"), 0);
        outcome_that_says(f, "notice.accepted", 1, "\"correction\":true"); /* it has another number, say */
        assert_int_equal(floor_facts(f, "notice.reserved"), 1);
        assert_int_equal(scene_number(f->s, "SELECT generation FROM notice WHERE state = 'reserved'"), 2);
}

static void a_follow_up_that_had_nothing_to_say_leaves_the_first_standing(void **state) {
        static const struct {
                const char *reason;
                int reserved;
        } table[] = {{"nothing-new", 0}, {"owner-changed", 1}};

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct floor *f;
                char more[192], box[UUID_TEXT_MAX];

                if (i > 0) {
                        assert_int_equal(floor_teardown(state), 0);
                        assert_int_equal(floor_setup(state), 0);
                }
                f = *state;
                ship_twice(f, box);
                outcome_that_says(f, "notice.accepted", 0, "\"correction\":true");
                assert_int_equal(floor_facts(f, "notice.reserved"), 1);
                (void) snprintf(
                        more, sizeof(more), "\"reason\":\"%s\",\"parcels\":[\"%s\"]", table[i].reason, box);
                outcome_that_says(f, "notice.cancelled", 1, more);
                assert_int_equal(floor_facts(f, "notice.reserved"), table[i].reserved);
                floor_shipment(f, 2, "\"reason\":\"x\""); /* nor does any later word of the OMS */
                assert_int_equal(floor_facts(f, "notice.reserved"), 0);
        }
}

static void a_cancelled_notice_of_what_is_not_gone_stays_cancelled(void **state) {
        struct floor *f = *state;

        floor_policy(f, "at-ready", "refuse");
        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        ready(f);
        scene_fact(f->s, "parcel.voided", f->last.facts.items[0].subject,
                "\"from\":\"shipped\",\"reason\":\"by-hand\",\"returned\":[],\"number\":\"" N1 "\"");
        outcome_of(f, "notice.cancelled", 0);
        assert_int_equal(floor_facts(f, "notice.reserved"), 0);
        floor_label(f, 2, N2); /* and rises when it goes after all */
        pack(f);
        assert_int_equal(floor_scan(f, N2), VERDICT_READY);
        assert_int_equal(floor_facts(f, "notice.reserved"), 1);
        assert_int_equal(scene_number(f->s, "SELECT max(generation) FROM notice"), 1);
}

/* --- wishes --- */

#define MORE_SOCKS                                                                                           \
        "\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"靴下\"},\"quantity\":14,\"codes\":[{\"code\":\"" JAN  \
        "\"}]}]"
#define FEW_SOCKS                                                                                            \
        "\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"靴下\"},\"quantity\":12,\"codes\":[{\"code\":\"" JAN  \
        "\"}]}]"

/* The same shipment with other lines. */
static void rewrite(struct floor *f, int version, const char *lines, const char *more) {
        char data[768];

        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":%d,\"orders\":[\"A-778\"],"
                "\"open_codes\":[\"S-1\",\"TOTE-1\"],%s,\"carrier\":\"yamato\",\"waybill\":\"given\",\"bay\":"
                "\"y1\",\"notices\":{\"shipped\":\"station\"}%s%s}",
                version, lines, *more ? "," : "", more);
        floor_command(f, "shipment", "S-1", data);
        assert_int_equal(floor_facts(f, "command.refused"), 0);
}

static void a_release_leaves_a_box_of_other_contents_to_be_pulled(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        ready(f);
        rewrite(f, 2, MORE_SOCKS, "\"held\":true"); /* both at once */
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason = 'changed'"), 1);
        rewrite(f, 3, MORE_SOCKS, "");
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason = 'changed'"), 1);
        rewrite(f, 4, MORE_SOCKS, "\"held\":true"); /* a hold does not hide it */
        rewrite(f, 5, MORE_SOCKS, "");
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_PULL);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason = 'changed'"), 1);
}

static void a_release_leaves_a_box_of_a_dead_label_to_be_pulled(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        ready(f);
        floor_label(f, 2, N2);
        floor_shipment(f, 2, "\"held\":true");
        floor_shipment(f, 3, NULL);
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason = 'label-changed'"), 1);
        assert_int_equal(floor_scan(f, "OKURU-C-BAY-CLOSE-Y1"), VERDICT_BAY_CANNOT_CLOSE);
        assert_non_null(strstr(floor_sub_ja(f), "…8703")); /* what the box bears, not what it is to bear */
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_PULL);
        assert_non_null(strstr(floor_sub_ja(f), "…8703"));
        assert_int_equal(floor_scan(f, "OKURU-C-PULL"), VERDICT_GESTURE);
        assert_int_equal(floor_scan(f, N1), VERDICT_PULLED); /* the label that is on the box */
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_RESUMED);
        assert_int_equal(floor_scan(f, N1), VERDICT_DEAD_WAYBILL);
        assert_int_equal(floor_scan(f, N2), VERDICT_READY);
}

static void a_pulled_box_that_lacks_something_is_opened_whatever_it_was_pulled_for(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        ready(f);
        rewrite(f, 2, MORE_SOCKS, "");
        floor_label(f, 2, N2);
        (void) floor_scan(f, "OKURU-C-PULL");
        assert_int_equal(floor_scan(f, N1), VERDICT_PULLED);
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_RESUMED);
        assert_int_equal(floor_scan(f, N2), VERDICT_INCOMPLETE);
        assert_int_equal(floor_scan(f, JAN), VERDICT_PACKED);
}

static void restart(struct floor *f) {
        struct ledger_bench was;
        struct world world;

        assert_int_equal(scene_reopen(f->s), 0);
        assert_int_equal(ledger_bench(f->s->l, "b1", &was), 0);
        bench_init(&f->bench, "b1");
        decision_deinit(&f->last);
        f->last = (struct decision){0};
        world = scene_world(f->s);
        assert_int_equal(
                packout_resume(&world, &f->bench, was.person, was.role, was.parcel, &f->s->now, &f->last), 0);
}

static void a_change_is_not_forgotten_by_a_restart(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        pack(f);
        rewrite(f, 2, MORE_SOCKS, "");
        restart(f);
        assert_int_equal(floor_scan(f, N1), VERDICT_CHANGED);
        assert_int_equal(f->bench.alarm, ALARM_CHANGED);
        assert_int_equal(floor_scan(f, N1), VERDICT_CHANGED);
}

static void more_than_is_wanted_never_goes_out(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        pack(f);
        rewrite(f, 2, FEW_SOCKS, "");
        f->bench.alarm = ALARM_NONE; /* a leader looked, and the goods stayed where they were */
        assert_int_equal(floor_scan(f, N1), VERDICT_CHANGED);
        assert_int_equal(floor_facts(f, "parcel.ready"), 0);
}

/* --- boxes that nobody had heard of --- */

/* In its bay under its tote's code before its shipment has come. */
static void ready_unverified(struct floor *f) {
        char parcel[UUID_TEXT_MAX];

        floor_policy(f, "bay-closed", "accept");
        assert_int_equal(scene_try(f->s, "snapshot.ended", "", "snapshot", "", "", ""), 0);
        assert_int_equal(floor_scan(f, "TOTE-1"), VERDICT_OPENED);
        (void) copy_text(parcel, sizeof(parcel), f->bench.parcel);
        assert_int_equal(floor_scan(f, CASE), VERDICT_OK);
        assert_int_equal(floor_scan(f, JAN), VERDICT_OK);
        assert_int_equal(floor_scan(f, "OKURU-C-OK"), VERDICT_PACKED);
        scene_fact(f->s, "parcel.ready", parcel,
                "\"shipment\":\"TOTE-1\",\"carrier\":\"yamato\",\"number\":\"" N1
                "\",\"matched\":\"read\",\"bay\":\"y1\"");
        bench_init(&f->bench, "b1");
}

static void a_hold_that_comes_with_the_shipment_stops_the_box_in_its_bay(void **state) {
        static const struct {
                const char *more, *reason;
        } wishes[] = {{"\"held\":true", "held"}, {"\"cancelled\":true", "cancelled"}};
        struct floor *f = *state;
        char sql[128];

        for (size_t i = 0; i < ELEMENTSOF(wishes); i++) {
                if (i > 0) {
                        (void) floor_teardown(state);
                        (void) floor_setup(state);
                        f = *state;
                }
                ready_unverified(f);
                floor_shipment(f, 1, wishes[i].more);
                assert_int_equal(floor_facts(f, "parcel.reconciled"), 1);
                assert_int_equal(floor_scan(f, "OKURU-C-BAY-CLOSE-Y1"), VERDICT_BAY_CANNOT_CLOSE);
                assert_non_null(strstr(floor_sub_ja(f), "…8703"));
                (void) snprintf(sql, sizeof(sql), "SELECT count(*) FROM parcel WHERE pull_reason = '%s'",
                        wishes[i].reason);
                assert_int_equal(scene_number(f->s, sql), 1);
        }
}

static void a_release_lets_the_box_that_met_its_shipment_go(void **state) {
        struct floor *f = *state;

        ready_unverified(f);
        floor_shipment(f, 1, "\"held\":true");
        floor_shipment(f, 2, NULL);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason <> ''"), 0);
        assert_int_equal(floor_scan(f, "OKURU-C-BAY-CLOSE-Y1"), VERDICT_COUNT);
}

/* --- labels --- */

static void a_late_label_prints_on_the_bench_that_waits_also_after_a_restart(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        pack(f);
        restart(f);
        floor_label_print(f, 1, N1);
        assert_int_equal(f->last.n_labels, 1);
        assert_string_equal(f->last.labels[0].bench, "b1");
        assert_string_equal(f->last.labels[0].number, N1);
        assert_int_equal(floor_facts(f, "waybill.printed"), 1);
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
}

static void a_late_label_on_paper_is_said_and_not_printed(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        pack(f);
        floor_label(f, 1, N1);
        assert_int_equal(f->last.verdicts[0].kind, VERDICT_PACKED);
        assert_int_equal(f->last.n_labels, 0);
        assert_int_equal(floor_facts(f, "waybill.printed"), 0);
        floor_label(f, 2, N2); /* the paper at hand is wrong now, though nobody has read it */
        assert_int_equal(f->last.verdicts[0].kind, VERDICT_LABEL_CHANGED);
        assert_int_equal(floor_scan(f, N1), VERDICT_DEAD_WAYBILL);
        assert_int_equal(floor_scan(f, N2), VERDICT_READY);
}

static void a_changed_label_is_said_mid_pack(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        (void) floor_scan(f, "S-1");
        floor_label(f, 2, N2);
        assert_int_equal(f->last.n_verdicts, 1);
        assert_int_equal(f->last.verdicts[0].kind, VERDICT_LABEL_CHANGED);
        assert_int_equal(floor_scan(f, CASE), VERDICT_OK); /* work goes on */
}

static void a_label_for_a_held_box_waits_for_its_release(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        pack(f);
        floor_shipment(f, 2, "\"held\":true");
        assert_int_equal(f->last.verdicts[0].kind, VERDICT_HELD);
        floor_label_print(f, 1, N1);
        assert_int_equal(f->last.n_labels, 0);
        assert_int_equal(f->last.n_verdicts, 0); /* the stop stays on the screen */
        assert_int_equal(floor_scan(f, N1), VERDICT_HELD);
        floor_shipment(f, 3, NULL);
        assert_int_equal(f->last.verdicts[0].kind, VERDICT_RESUMED);
        assert_int_equal(floor_scan(f, "OKURU-C-OK"), VERDICT_PACKED);
        assert_int_equal(f->last.n_labels, 1);
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
}

/* Both boxes of S-1 ready: 12 socks under N1, one under N2. */
static void two_boxes_ready(struct floor *f) {
        floor_shipment(f, 1, "\"pieces\":2");
        floor_labels(f, 1, N1, N2);
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_OPENED);
        assert_int_equal(floor_scan(f, CASE), VERDICT_OK);
        assert_int_equal(floor_scan(f, "OKURU-C-NEXT-PIECE"), VERDICT_PACKED);
        (void) floor_scan(f, N1);
        assert_int_equal(floor_facts(f, "parcel.ready"), 1);
        assert_int_equal(floor_scan(f, JAN), VERDICT_PACKED);
        assert_int_equal(floor_scan(f, N2), VERDICT_READY);
}

static int pulls(struct floor *f, int piece) {
        char sql[128];

        (void) snprintf(sql, sizeof(sql),
                "SELECT count(*) FROM parcel WHERE pull_reason = 'label-changed' AND piece = %d", piece);
        return (int) scene_number(f->s, sql);
}

static void pull(struct floor *f, const char *on_box, int piece) {
        char sql[128];

        assert_int_equal(floor_scan(f, "OKURU-C-PULL"), VERDICT_GESTURE);
        assert_int_equal(floor_scan(f, on_box), VERDICT_PULLED);
        (void) snprintf(
                sql, sizeof(sql), "SELECT count(*) FROM parcel WHERE state = 'pulled' AND piece = %d", piece);
        assert_int_equal(scene_number(f->s, sql), 1);
}

static void labels_swapped_between_two_boxes_are_two_pull_tasks(void **state) {
        struct floor *f = *state;

        two_boxes_ready(f);
        floor_labels(f, 2, N2, N1);
        assert_int_equal(pulls(f, 1), 1);
        assert_int_equal(pulls(f, 2), 1);
        assert_int_equal(floor_facts(f, "waybill.replaced"), 0); /* neither number is dead */
        assert_int_equal(floor_scan(f, "OKURU-C-BAY-CLOSE-Y1"), VERDICT_BAY_CANNOT_CLOSE);
        pull(f, N1, 1);
        assert_int_equal(floor_scan(f, N1), VERDICT_RESUMED);
        assert_int_equal(floor_scan(f, N1), VERDICT_FOREIGN_WAYBILL); /* it is the other box's now */
        assert_int_equal(floor_scan(f, N2), VERDICT_NOT_NOW);         /* which still bears it in its bay */
        assert_int_equal(floor_facts(f, "parcel.ready"), 0);
        assert_int_equal(floor_scan(f, "OKURU-C-PARK"), VERDICT_PARKED);
        pull(f, N2, 2);
        assert_int_equal(floor_scan(f, N2), VERDICT_RESUMED);
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_PACKED);
        assert_int_equal(floor_scan(f, N2), VERDICT_READY);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel p JOIN number n ON n.parcel = p.id "
                                            "WHERE n.piece = p.piece AND n.number = p.number AND NOT n.dead"),
                2);
}

static void a_label_that_moves_on_to_the_next_box_is_a_pull_task_for_both(void **state) {
        struct floor *f = *state;

        two_boxes_ready(f);
        floor_labels(f, 2, N2, N3);
        assert_int_equal(pulls(f, 1), 1);
        assert_int_equal(pulls(f, 2), 1);
        assert_int_equal(floor_facts(f, "waybill.replaced"), 1); /* N1 is dead, N2 is not */
        pull(f, N2, 2);                                          /* by what is on it */
        pull(f, N1, 1);
        assert_int_equal(floor_scan(f, N2), VERDICT_RESUMED);
        assert_int_equal(floor_scan(f, N2), VERDICT_FOREIGN_WAYBILL);
        assert_int_equal(floor_scan(f, N3), VERDICT_READY);
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_RESUMED);
        assert_int_equal(floor_scan(f, N2), VERDICT_READY);
}

static void a_number_that_is_another_boxs_now_does_not_die_with_a_void(void **state) {
        struct floor *f = *state;

        two_boxes_ready(f);
        floor_labels(f, 2, N2, N1);
        pull(f, N1, 1);
        assert_int_equal(floor_scan(f, "OKURU-C-VOID"), VERDICT_GESTURE);
        assert_int_equal(floor_scan(f, N1), VERDICT_RETURN);
        assert_int_equal(floor_scan(f, "OKURU-C-RETURN"), VERDICT_VOIDED);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM number WHERE dead"), 0);
}

static void labels_swapped_after_the_truck_are_a_conflict(void **state) {
        struct floor *f = *state;

        floor_policy(f, "at-ready", "refuse");
        two_boxes_ready(f);
        floor_labels(f, 2, N2, N1);
        assert_int_equal(floor_facts(f, "conflict.found"), 2);
}

static void what_is_cancelled_during_a_collection_is_not_handed_over(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        ready(f);
        assert_int_equal(floor_scan(f, "OKURU-C-SHIP"), VERDICT_COLLECTION);
        floor_shipment(f, 2, "\"cancelled\":true");
        assert_int_equal(floor_scan(f, N1), VERDICT_PULL);
        assert_int_equal(floor_facts(f, "parcel.shipped"), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, floor_setup, floor_teardown)
                T(what_went_again_before_its_notice_was_cancelled_is_owed_the_next),
                T(a_notice_that_was_accepted_is_not_reserved_again_by_a_wish),
                T(what_an_outcome_did_not_tell_is_owed_the_next),
                T(a_follow_up_that_had_nothing_to_say_leaves_the_first_standing),
                T(a_cancelled_notice_of_what_is_not_gone_stays_cancelled),
                T(a_release_leaves_a_box_of_other_contents_to_be_pulled),
                T(a_release_leaves_a_box_of_a_dead_label_to_be_pulled),
                T(a_pulled_box_that_lacks_something_is_opened_whatever_it_was_pulled_for),
                T(a_change_is_not_forgotten_by_a_restart),
                T(more_than_is_wanted_never_goes_out),
                T(a_hold_that_comes_with_the_shipment_stops_the_box_in_its_bay),
                T(a_release_lets_the_box_that_met_its_shipment_go),
                T(a_late_label_prints_on_the_bench_that_waits_also_after_a_restart),
                T(a_late_label_on_paper_is_said_and_not_printed),
                T(a_changed_label_is_said_mid_pack),
                T(a_label_for_a_held_box_waits_for_its_release),
                T(labels_swapped_between_two_boxes_are_two_pull_tasks),
                T(a_label_that_moves_on_to_the_next_box_is_a_pull_task_for_both),
                T(a_number_that_is_another_boxs_now_does_not_die_with_a_void),
                T(labels_swapped_after_the_truck_are_a_conflict),
                T(what_is_cancelled_during_a_collection_is_not_handed_over),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
