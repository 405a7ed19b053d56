/* SPDX-License-Identifier: Apache-2.0 */
/* What the bench and the intake decide, on a real ledger: the facts must fit, and the next decision must see them. */
#include "tests/unit/base/test.h"

#include "firmware/domain/intake.h"
#include "firmware/domain/packout.h"
#include "tests/unit/ledger/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASE "14901234567891"
#define JAN  "4901234567894"

struct floor {
        struct scene *s;
        struct bench bench;
        struct decision last;
        int ids;
};

static int setup(void **state) {
        struct floor *f = calloc(1, sizeof(*f));

        bench_init(&f->bench, "b1");
        (void) scene_setup((void **) &f->s);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        struct floor *f = *state;

        decision_deinit(&f->last);
        (void) scene_teardown((void **) &f->s);
        free(f);
        return 0;
}

static void commit(struct floor *f) {
        struct store *store = ledger_store(f->s->l);

        assert_int_equal(f->last.facts.error, 0);
        assert_int_equal(ledger_append_all(f->s->l, &f->last.facts, &f->s->now, NULL), 0);
        assert_int_equal(store_commit(store), 0);
}

static void begin(struct floor *f) {
        decision_deinit(&f->last);
        f->last = (struct decision){0};
        f->s->now.wall_usec += 1000000;
        f->s->now.boot_usec += 1000000;
        assert_int_equal(store_begin(ledger_store(f->s->l)), 0);
}

/* One scan; its facts are in the ledger. Return: the last verdict. */
static enum verdict_kind scan(struct floor *f, const char *code) {
        struct input in = {.kind = INPUT_SCAN, .bytes = code, .n = strlen(code)};
        struct world world;

        begin(f);
        in.now = f->s->now;
        for (int i = 0; i < 2; i++)
                (void) snprintf(in.fresh[i], sizeof(in.fresh[i]), "018f0000-0000-7000-8000-%012d", ++f->ids);
        world = scene_world(f->s);
        assert_int_equal(packout_step(&world, &f->bench, &in, &f->last), 0);
        commit(f);
        assert_true(f->last.n_verdicts > 0);
        return f->last.verdicts[f->last.n_verdicts - 1].kind;
}

static void command(struct floor *f, const char *type, const char *subject, const char *data) {
        struct command c = {.id = P3, .type = type, .subject = subject, .data = data, .n_data = strlen(data)};
        struct world world;

        begin(f);
        c.now = f->s->now;
        world = scene_world(f->s);
        assert_int_equal(intake_step(&world, &f->bench, 1, &c, &f->last), 0);
        commit(f);
}

static void shipment(struct floor *f, int version, const char *more) {
        char data[1024];

        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":%d,\"orders\":[\"A-778\"],"
                "\"open_codes\":[\"S-1\",\"TOTE-1\"],\"lines\":[{\"line\":\"1\",\"order\":\"A-778\",\"name\":"
                "{\"ja\":\"靴下\"},"
                "\"quantity\":13,\"codes\":[{\"code\":\"" JAN "\",\"units\":1},{\"code\":\"" CASE
                "\",\"units\":12}]}],"
                "\"carrier\":\"yamato\",\"waybill\":\"given\",\"bay\":\"y1\",\"notices\":{\"shipped\":"
                "\"station\"}%s%s}",
                version, more ? "," : "", more ? more : "");
        command(f, "shipment", "S-1", data);
}

static void label(struct floor *f, int version, const char *number) {
        char data[256];

        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":%d,"
                "\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"%s\"}]}",
                version, number);
        command(f, "label", "S-1", data);
}

static void policy(struct floor *f, const char *shipped, const char *unknown) {
        char data[256];

        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"unknown_shipment\":\"%s\","
                "\"carriers\":[{\"carrier\":\"yamato\",\"shipped\":\"%s\",\"report\":\"shipped\"}]}]}",
                unknown, shipped);
        command(f, "policy", "policy", data);
}

static void a_parcel_goes_out_and_its_notice_is_reserved(void **state) {
        struct floor *f = *state;

        policy(f, "at-ready", "refuse");
        shipment(f, 1, NULL);
        label(f, 1, N1);
        assert_int_equal(scan(f, "TOTE-1"), VERDICT_OPENED);
        assert_int_equal(scan(f, "4912345678904"), VERDICT_WRONG_ITEM);
        assert_int_equal(scan(f, CASE), VERDICT_OK);
        assert_int_equal(scan(f, CASE), VERDICT_TOO_MANY);
        assert_int_equal(scan(f, JAN), VERDICT_PACKED);
        assert_int_equal(f->last.n_labels, 0); /* its paper exists */
        assert_int_equal(scan(f, N2), VERDICT_FOREIGN_WAYBILL);
        f->bench.alarm = ALARM_NONE; /* a leader came */
        assert_int_equal(scan(f, N1), VERDICT_READY);
        assert_int_equal(scene_number(f->s,
                                 "SELECT count(*) FROM parcel WHERE state = 'shipped' AND how = 'at-ready'"),
                1);
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM notice WHERE state = 'reserved' AND generation = 0"),
                1);
        assert_int_equal(scene_number(f->s, "SELECT quantity FROM parcel_line"), 13);
        assert_int_equal(scan(f, N1), VERDICT_ALREADY);
        assert_int_equal(scan(f, "S-1"), VERDICT_ALREADY);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM fact WHERE type = 'parcel.shipped'"), 1);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM fact WHERE type = 'notice.reserved'"), 1);
}

static void a_cancel_after_ready_is_pulled_and_given_back(void **state) {
        struct floor *f = *state;

        shipment(f, 1, NULL);
        label(f, 1, N1);
        (void) scan(f, "S-1");
        (void) scan(f, CASE);
        (void) scan(f, JAN);
        assert_int_equal(scan(f, N1), VERDICT_READY);
        shipment(f, 2, "\"cancelled\":true");
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason = 'cancelled'"), 1);
        assert_int_equal(scan(f, "OKURU-C-PULL"), VERDICT_GESTURE);
        assert_int_equal(scan(f, N1), VERDICT_PULLED);
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM parcel WHERE state = 'pulled' AND pull_reason = ''"),
                1);
}

static void a_box_packed_unverified_agrees_when_its_shipment_comes(void **state) {
        struct floor *f = *state;

        policy(f, "bay-closed", "accept");
        assert_int_equal(scene_try(f->s, "snapshot.ended", "", "snapshot", "", "", ""), 0);
        assert_int_equal(scan(f, "TOTE-1"), VERDICT_OPENED);
        (void) scan(f, CASE);
        (void) scan(f, JAN);
        assert_int_equal(scan(f, "OKURU-C-OK"), VERDICT_PACKED);
        shipment(f, 1, NULL);
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

        shipment(f, 1, NULL);
        label(f, 1, N1);
        (void) scan(f, "S-1");
        (void) scan(f, CASE);
        (void) scan(f, JAN);
        label(f, 2, N2);
        f->bench.alarm = ALARM_NONE;
        assert_int_equal(scan(f, N1), VERDICT_DEAD_WAYBILL);
        assert_int_equal(scan(f, N2), VERDICT_READY);
        label(f, 3, N1); /* dead for ever */
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM fact WHERE type = 'command.refused' "
                                            "AND data ->> 'reason' = 'number-taken'"),
                1);
}

static void a_bench_goes_on_after_a_restart(void **state) {
        struct floor *f = *state;
        struct ledger_bench was;
        struct world world;

        shipment(f, 1, NULL);
        label(f, 1, N1);
        (void) scan(f, "S-1");
        (void) scan(f, CASE);
        assert_int_equal(scene_reopen(f->s), 0);
        assert_int_equal(ledger_bench(f->s->l, "b1", &was), 0);
        assert_string_not_equal(was.parcel, "");
        bench_init(&f->bench, "b1");
        decision_deinit(&f->last);
        f->last = (struct decision){0};
        world = scene_world(f->s);
        assert_int_equal(
                packout_resume(&world, &f->bench, was.person, was.role, was.parcel, &f->s->now, &f->last), 0);
        assert_int_equal(scan(f, JAN), VERDICT_PACKED);
        assert_int_equal(scan(f, N1), VERDICT_READY);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
                T(a_parcel_goes_out_and_its_notice_is_reserved),
                T(a_cancel_after_ready_is_pulled_and_given_back),
                T(a_box_packed_unverified_agrees_when_its_shipment_comes),
                T(a_changed_label_kills_the_old_one),
                T(a_bench_goes_on_after_a_restart),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
