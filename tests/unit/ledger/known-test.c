/* SPDX-License-Identifier: Apache-2.0 */
/* What a snapshot tells of parcels that this ledger knows itself: who is behind, and who gives way. */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/notice.h"
#include "firmware/ledger/ledger-private.h"
#include "tests/unit/ledger/floor.h"

#include <stdio.h>
#include <string.h>

#define OTHER "01900000-0000-7000-8000-0000000000ff"

struct counts {     /* what the OMS says that it knew */
        int behind; /* facts before our newest */
        bool other_ledger, other_id;
};

static void text_of(struct scene *s, const char *sql, char *out, size_t size) {
        _cleanup_(store_finish) struct store_stmt q = {0};

        assert_int_equal(store_prepare(ledger_store(s->l), &q, sql), 0);
        assert_int_equal(store_step(&q), 0);
        assert_true(copy_text(out, size, store_column_text(&q, 0)));
}

static void parcel_of(struct floor *f, char parcel[UUID_TEXT_MAX]) {
        text_of(f->s, "SELECT id FROM parcel", parcel, UUID_TEXT_MAX);
}

/* `known` of S-1's only parcel, by an OMS that knew so much. @more: members of the parcel. */
static void tell(struct floor *f, const struct counts *c, const char *state, const char *more) {
        int64_t upto = scene_number(f->s, "SELECT max(seq) FROM fact WHERE lane = 0") - c->behind;
        char sql[96], parcel[UUID_TEXT_MAX], id[UUID_TEXT_MAX], data[1024];

        (void) snprintf(
                sql, sizeof(sql), "SELECT id FROM fact WHERE lane = 0 AND seq = %lld", (long long) upto);
        text_of(f->s, sql, id, sizeof(id));
        parcel_of(f, parcel);
        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"counts\":[{\"ledger\":\"%s\",\"upto\":%lld,\"upto_id\":\"%"
                "s\"}],"
                "\"parcels\":[{\"parcel\":\"%s\",\"shipment\":\"S-1\",\"piece\":1,\"state\":\"%s\","
                "\"at\":\"2026-11-20T14:02:00+09:00\",\"bench\":\"b3\"%s}]}",
                c->other_ledger ? "0123456789abcdef0123456789abcdef" : ledger_id(f->s->l), (long long) upto,
                c->other_id ? OTHER : id, parcel, state, more);
        floor_command(f, "known", M, data);
        assert_int_equal(floor_facts(f, "command.refused"), 0);
}

static bool stands(struct floor *f, const char *state) {
        char is[16];

        text_of(f->s, "SELECT state FROM parcel", is, sizeof(is));
        return strcmp(is, state) == 0;
}

static void shipment_with_label(struct floor *f) {
        floor_policy(f, "scanned", "refuse");
        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
}

static void opened(struct floor *f) {
        shipment_with_label(f);
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_OPENED);
        assert_int_equal(floor_scan(f, CASE), VERDICT_OK);
}

static void ready(struct floor *f) {
        opened(f);
        assert_int_equal(floor_scan(f, JAN), VERDICT_PACKED);
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
}

static void a_box_that_lies_open_here_and_left_elsewhere_has_left(void **state) {
        struct floor *f = *state;

        opened(f);
        tell(f, &(struct counts){0}, "shipped", ",\"number\":\"" N1 "\",\"carrier\":\"yamato\"");
        assert_int_equal(f->last.n_verdicts, 1); /* who stands there sees it at once */
        assert_int_equal(f->last.verdicts[0].kind, VERDICT_ALREADY);
        assert_string_equal(f->bench.parcel, "");
        assert_true(stands(f, "shipped"));
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_ALREADY);
        assert_non_null(strstr(floor_sub_ja(f), "14:02 b3"));
        assert_int_equal(floor_scan(f, N1), VERDICT_ALREADY);
        assert_int_equal(floor_facts(f, "parcel.shipped") + floor_facts(f, "notice.reserved"), 0);
        assert_int_equal(scene_rebuild(f->s), 0);
        assert_int_equal(scene_reopen(f->s), 0);
        assert_true(stands(f, "shipped"));
}

static void what_the_oms_has_not_heard_of_is_not_overruled(void **state) {
        static const struct {
                const char *name;
                struct counts counts;
        } cases[] = {
                {"our newest fact came later", {.behind = 1}},
                {"it counts another history", {.other_id = true}},
                {"it counts another ledger", {.other_ledger = true}},
        };
        struct floor *f = *state;

        ready(f);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                tell(f, &cases[i].counts, "voided", "");
                if (!stands(f, "ready"))
                        fail_msg("%s", cases[i].name);
        }
        tell(f, &(struct counts){0}, "voided", ""); /* the control: all of it counted */
        assert_true(stands(f, "voided"));
        assert_int_equal(floor_scan(f, N1), VERDICT_DEAD_WAYBILL);
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void what_is_done_at_a_bench_is_seen_at_the_bench(void **state) {
        static const char *const states[] = {"open", "packed", "parked", "pulled", "ready"};
        struct floor *f = *state;

        ready(f);
        for (size_t i = 0; i < ELEMENTSOF(states); i++) {
                tell(f, &(struct counts){0}, states[i], "");
                assert_true(stands(f, "ready"));
        }
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel WHERE known = 1"), 0);
}

static void a_box_that_is_ready_elsewhere_goes_from_its_bay(void **state) {
        struct floor *f = *state;

        opened(f);
        tell(f, &(struct counts){0}, "ready", ",\"number\":\"" N1 "\",\"carrier\":\"yamato\",\"bay\":\"y1\"");
        assert_true(stands(f, "ready"));
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM parcel WHERE bay = 'y1' AND ready_usec > 0"), 1);
        assert_int_equal(scene_number(f->s, "SELECT stage = 'ready' FROM shipment"), 1);
        assert_int_equal(scene_rebuild(f->s), 0);
}

/* Whoever writes `overruled` into a command does not decide for us. */
static void only_we_say_what_is_overruled(void **state) {
        struct floor *f = *state;
        char parcel[UUID_TEXT_MAX], data[512];

        opened(f);
        parcel_of(f, parcel);
        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"overruled\":[\"%s\"],\"parcels\":[{\"parcel\":\"%s\","
                "\"shipment\":\"S-1\",\"piece\":1,\"state\":\"shipped\"}]}",
                parcel, parcel);
        floor_command(f, "known", M, data);
        assert_true(stands(f, "open"));
}

static void a_notice_that_waits_here_and_went_elsewhere_waits_no_longer(void **state) {
        struct floor *f = *state;
        char id[UUID_TEXT_MAX], data[512];

        floor_policy(f, "at-ready", "refuse");
        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_OPENED);
        assert_int_equal(floor_scan(f, CASE), VERDICT_OK);
        assert_int_equal(floor_scan(f, JAN), VERDICT_PACKED);
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
        notice_id(scene_world(f->s).realm, M, "S-1", "shipped", 0, id);
        for (int told = 0; told < 2; told++) {
                assert_int_equal(scene_number(f->s, "SELECT state = 'reserved' FROM notice"), 1);
                (void) snprintf(data, sizeof(data),
                        "{\"v\":1,\"merchant\":\"acme\",\"notices\":[{\"notice\":\"%s\",\"shipment\":\"S-1\","
                        "\"kind\":\"shipped\",\"generation\":0,\"state\":\"%s\"}]}",
                        id, told ? "accepted" : "reserved");
                floor_command(f, "known", M, data);
        }
        assert_int_equal(scene_number(f->s, "SELECT state = 'accepted' FROM notice"), 1);
        assert_int_equal(scene_rebuild(f->s), 0);
}

#define TOTE_17                                                                                              \
        "{\"v\":1,\"merchant\":\"acme\",\"parcels\":[{\"parcel\":\"" P1                                      \
        "\",\"shipment\":\"S-1\",\"piece\":1,\"state\":\"shipped\",\"codes\":[\"TOTE-17\",\"4444-1375-"      \
        "8703\"]}]}"

static void a_box_of_another_disk_answers_to_its_shipments_codes(void **state) {
        struct floor *f = *state;

        floor_command(f, "snapshot.end", "snapshot", "{\"v\":1,\"snapshot\":\"" P3 "\",\"n\":0}");
        assert_int_equal(floor_scan(f, "TOTE-17"), VERDICT_UNKNOWN_CODE); /* the control */
        floor_command(f, "known", M, TOTE_17);
        assert_int_equal(floor_scan(f, "TOTE-17"), VERDICT_ALREADY);
        assert_int_equal(floor_scan(f, "444413758703"), VERDICT_ALREADY);
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_ALREADY);
        assert_int_equal(scene_rebuild(f->s), 0);
        floor_shipment(f, 1, NULL); /* which lists other codes */
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM open_code WHERE code NOT IN ('S-1', 'TOTE-1')"), 0);
        assert_int_equal(scene_rebuild(f->s), 0);
}

/* Of the shipment's own id, whatever the office calls it. */
static void what_another_disk_had_promised_is_promised_here_once(void **state) {
        struct floor *f = *state;
        char id[UUID_TEXT_MAX], data[640];

        floor_shipment(f, 1, NULL);
        notice_id("test", M, "S-1", "shipped", 0, id);
        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"notices\":[{\"notice\":\"%s\",\"shipment\":\"S-1\","
                "\"kind\":\"shipped\","
                "\"generation\":0,\"state\":\"reserved\",\"at\":\"2026-11-20T10:00:00+09:00\"}]}",
                id);
        floor_command(f, "known", M, data);
        assert_int_equal(floor_facts(f, "notice.reserved"), 1);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM notice WHERE state = 'reserved'"), 1);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM fact WHERE type = 'notice.reserved' AND "
                                            "data ->> '$.again' = 1"),
                1);
        floor_command(f, "known", M, data); /* a second snapshot */
        assert_int_equal(floor_facts(f, "notice.reserved"), 0);
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void what_has_ended_or_is_not_ours_is_not_promised_again(void **state) {
        static const struct {
                const char *shipment, *kind, *state;
        } table[] = {{"S-9", "shipped", "reserved"}, /* a shipment that nobody told of */
                {"S-1", "pickup-ready", "reserved"}, /* of another's owner */
                {"S-1", "delay", "sending"},         /* says more than the shipment */
                {"S-1", "weather", "sending"}, {"S-1", "shipped", "accepted"}, {"S-1", "shipped", "unknown"}};
        struct floor *f = *state;
        char data[512];

        floor_shipment(f, 1, NULL);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                (void) snprintf(data, sizeof(data),
                        "{\"v\":1,\"merchant\":\"acme\",\"notices\":[{\"notice\":\"01900000-0000-7000-8000-"
                        "00000000000%zu\","
                        "\"shipment\":\"%s\",\"kind\":\"%s\",\"generation\":0,\"state\":\"%s\"}]}",
                        i, table[i].shipment, table[i].kind, table[i].state);
                floor_command(f, "known", M, data);
                assert_int_equal(floor_facts(f, "known.received"), 1);
                assert_int_equal(floor_facts(f, "notice.reserved"), 0);
        }
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void codes_that_are_none_are_refused(void **state) {
        struct floor *f = *state;

        floor_command(f, "known", M,
                "{\"v\":1,\"merchant\":\"acme\",\"parcels\":[{\"parcel\":\"" P1
                "\",\"shipment\":\"S-1\",\"piece\":1,\"state\":\"shipped\",\"codes\":[17]}]}");
        assert_int_equal(floor_facts(f, "command.refused"), 1);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel"), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, floor_setup, floor_teardown)
                T(a_box_that_lies_open_here_and_left_elsewhere_has_left),
                T(what_the_oms_has_not_heard_of_is_not_overruled),
                T(what_is_done_at_a_bench_is_seen_at_the_bench),
                T(a_box_that_is_ready_elsewhere_goes_from_its_bay),
                T(only_we_say_what_is_overruled),
                T(a_notice_that_waits_here_and_went_elsewhere_waits_no_longer),
                T(a_box_of_another_disk_answers_to_its_shipments_codes),
                T(what_another_disk_had_promised_is_promised_here_once),
                T(what_has_ended_or_is_not_ours_is_not_promised_again),
                T(codes_that_are_none_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
