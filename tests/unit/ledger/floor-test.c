/* SPDX-License-Identifier: Apache-2.0 */
/* What the bench and the intake decide, on a real ledger: the facts must fit, and the next decision must see them. */
#include "tests/unit/base/test.h"

#include "tests/unit/ledger/floor.h"

static void a_parcel_goes_out_and_its_notice_is_reserved(void **state) {
        struct floor *f = *state;

        floor_policy(f, "at-ready", "refuse");
        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        assert_int_equal(floor_scan(f, "TOTE-1"), VERDICT_OPENED);
        assert_int_equal(floor_scan(f, "4912345678904"), VERDICT_WRONG_ITEM);
        assert_int_equal(floor_scan(f, CASE), VERDICT_OK);
        assert_int_equal(floor_scan(f, CASE), VERDICT_TOO_MANY);
        assert_int_equal(floor_scan(f, JAN), VERDICT_PACKED);
        assert_int_equal(f->last.n_labels, 0); /* its paper exists */
        assert_int_equal(floor_scan(f, N2), VERDICT_FOREIGN_WAYBILL);
        f->bench.alarm = ALARM_NONE; /* a leader came */
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
        assert_int_equal(scene_number(f->s,
                                 "SELECT count(*) FROM parcel WHERE state = 'shipped' AND how = 'at-ready'"),
                1);
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM notice WHERE state = 'reserved' AND generation = 0"),
                1);
        assert_int_equal(scene_number(f->s, "SELECT quantity FROM parcel_line"), 13);
        assert_int_equal(floor_scan(f, N1), VERDICT_ALREADY);
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_ALREADY);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM fact WHERE type = 'parcel.shipped'"), 1);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM fact WHERE type = 'notice.reserved'"), 1);
}

static void a_cancel_after_ready_is_pulled_and_given_back(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        (void) floor_scan(f, "S-1");
        (void) floor_scan(f, CASE);
        (void) floor_scan(f, JAN);
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
        floor_shipment(f, 2, "\"cancelled\":true");
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason = 'cancelled'"), 1);
        assert_int_equal(floor_scan(f, "OKURU-C-PULL"), VERDICT_GESTURE);
        assert_int_equal(floor_scan(f, N1), VERDICT_PULLED);
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM parcel WHERE state = 'pulled' AND pull_reason = ''"),
                1);
}

static void a_box_packed_unverified_agrees_when_its_shipment_comes(void **state) {
        struct floor *f = *state;

        floor_policy(f, "bay-closed", "accept");
        assert_int_equal(scene_try(f->s, "snapshot.ended", "", "snapshot", "", "", ""), 0);
        assert_int_equal(floor_scan(f, "TOTE-1"), VERDICT_OPENED);
        (void) floor_scan(f, CASE);
        (void) floor_scan(f, JAN);
        assert_int_equal(floor_scan(f, "OKURU-C-OK"), VERDICT_PACKED);
        floor_shipment(f, 1, NULL);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM fact WHERE type = 'parcel.reconciled' "
                                            "AND data ->> 'agrees' = 1"),
                1);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM conflict"), 0);
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM parcel WHERE shipment = 'S-1' AND NOT unverified"),
                1);
        assert_int_equal(scene_number(f->s, "SELECT quantity FROM parcel_line WHERE line = '1'"), 13);
}

static void a_changed_label_kills_the_old_one(void **state) {
        struct floor *f = *state;

        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        (void) floor_scan(f, "S-1");
        (void) floor_scan(f, CASE);
        (void) floor_scan(f, JAN);
        floor_label(f, 2, N2);
        f->bench.alarm = ALARM_NONE;
        assert_int_equal(floor_scan(f, N1), VERDICT_DEAD_WAYBILL);
        assert_int_equal(floor_scan(f, N2), VERDICT_READY);
        floor_label(f, 3, N1); /* dead for ever */
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM fact WHERE type = 'command.refused' "
                                            "AND data ->> 'reason' = 'number-taken'"),
                1);
}

static void a_bench_goes_on_after_a_restart(void **state) {
        struct floor *f = *state;
        struct ledger_bench was;
        struct world world;

        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        (void) floor_scan(f, "S-1");
        (void) floor_scan(f, CASE);
        assert_int_equal(scene_reopen(f->s), 0);
        assert_int_equal(ledger_bench(f->s->l, "b1", &was), 0);
        assert_string_not_equal(was.parcel, "");
        bench_init(&f->bench, "b1");
        decision_deinit(&f->last);
        f->last = (struct decision){0};
        world = scene_world(f->s);
        assert_int_equal(
                packout_resume(&world, &f->bench, was.person, was.role, was.parcel, &f->s->now, &f->last), 0);
        assert_int_equal(floor_scan(f, JAN), VERDICT_PACKED);
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, floor_setup, floor_teardown)
                T(a_parcel_goes_out_and_its_notice_is_reserved),
                T(a_cancel_after_ready_is_pulled_and_given_back),
                T(a_box_packed_unverified_agrees_when_its_shipment_comes),
                T(a_changed_label_kills_the_old_one),
                T(a_bench_goes_on_after_a_restart),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
