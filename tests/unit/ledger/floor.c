/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "tests/unit/ledger/floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int floor_setup(void **state) {
        struct floor *f = calloc(1, sizeof(*f));

        bench_init(&f->bench, "b1");
        (void) scene_setup((void **) &f->s);
        *state = f;
        return 0;
}

int floor_teardown(void **state) {
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

enum verdict_kind floor_scan(struct floor *f, const char *code) {
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

void floor_tick(struct floor *f) {
        struct input in = {.kind = INPUT_TICK};
        struct world world;

        begin(f);
        in.now = f->s->now;
        world = scene_world(f->s);
        assert_int_equal(packout_step(&world, &f->bench, &in, &f->last), 0);
        commit(f);
}

void floor_command(struct floor *f, const char *type, const char *subject, const char *data) {
        struct command c = {.id = P3, .type = type, .subject = subject, .data = data, .n_data = strlen(data)};
        struct world world;

        begin(f);
        c.now = f->s->now;
        world = scene_world(f->s);
        assert_int_equal(intake_step(&world, &f->bench, 1, &c, &f->last), 0);
        commit(f);
}

void floor_shipment(struct floor *f, int version, const char *more) {
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
        floor_command(f, "shipment", "S-1", data);
}

static void label(struct floor *f, int version, const char *number, const char *more) {
        char data[384];

        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":%d,"
                "\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"%s\"%s}]}",
                version, number, more);
        floor_command(f, "label", "S-1", data);
}

void floor_label(struct floor *f, int version, const char *number) {
        label(f, version, number, "");
}

void floor_labels(struct floor *f, int version, const char *first, const char *second) {
        char data[384];

        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":%d,"
                "\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"%s\"},"
                "{\"piece\":2,\"carrier\":\"yamato\",\"number\":\"%s\"}]}",
                version, first, second);
        floor_command(f, "label", "S-1", data);
        assert_int_equal(floor_facts(f, "command.refused"), 0);
}

void floor_label_print(struct floor *f, int version, const char *number) {
        label(f, version, number,
                ",\"print\":{\"ref\":\"018f0000-0000-7000-8000-0000000000aa\",\"hash\":"
                "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}");
}

void floor_policy(struct floor *f, const char *shipped, const char *unknown) {
        char data[256];

        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"unknown_shipment\":\"%s\","
                "\"carriers\":[{\"carrier\":\"yamato\",\"shipped\":\"%s\",\"report\":\"shipped\"}]}]}",
                unknown, shipped);
        floor_command(f, "policy", "policy", data);
}

int floor_outcome(struct floor *f, const char *type, const char *data) {
        struct world world;
        int r;

        begin(f);
        world = scene_world(f->s);
        r = intake_outcome(&world, type, M, "S-1", data, strlen(data), &f->s->now, &f->last, NULL);
        if (r == 0)
                commit(f);
        else
                (void) store_rollback(ledger_store(f->s->l));
        return r;
}

const char *floor_sub_ja(const struct floor *f) {
        assert_true(f->last.n_verdicts > 0);
        return f->last.verdicts[f->last.n_verdicts - 1].sub_ja;
}

int floor_facts(const struct floor *f, const char *type) {
        int n = 0;

        for (size_t i = 0; i < f->last.facts.n; i++)
                n += strcmp(f->last.facts.items[i].type, type) == 0;
        return n;
}
