/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/ledger/purge.h"
#include "tests/unit/ledger/scene.h"

#include <stdio.h>
#include <string.h>

static struct purge_limits all_applied(const struct scene *s) {
        return (struct purge_limits){.upto = {1000000, 1000000, 1000000}, .now = s->now, .trusted = true};
}

/* Slices until nothing more is to be done. */
static struct purge_result purge(struct scene *s, struct purge_limits limits) {
        struct purge_result sum = {0}, slice;

        do {
                assert_int_equal(store_begin(ledger_store(s->l)), 0);
                assert_int_equal(ledger_purge(s->l, &limits, &slice), 0);
                assert_int_equal(store_commit(ledger_store(s->l)), 0);
                sum.subjects += slice.subjects;
                sum.rows += slice.rows;
                sum.tombstones += slice.tombstones;
        } while (slice.more);
        return sum;
}

static void shipped_long_ago(struct scene *s) {
        scene_shipment(s, "S-1", 1, NULL);
        scene_fact(s, "label.given", "S-1",
                "\"version\":1,\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"" N2 "\"}]");
        scene_fact(s, "label.given", "S-1",
                "\"version\":2,\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"" N1 "\"}]");
        scene_whole(s, P1, "S-1", N1);
        scene_fact(s, "notice.reserved", "S-1",
                "\"notice\":\"" P3
                "\",\"kind\":\"shipped\",\"generation\":0,\"not_before\":\"2026-11-21T14:32:03.000+09:00\","
                "\"expires\":\"2026-11-24T14:02:03.000+09:00\"");
        scene_pass_days(s, 31);
        /* the newest rows of each lane stay */
        scene_fact(s, "clock.changed", "st1", "");
        scene_fact(s, "station.started", "st1", "");
        scene_shipment(s, "S-9", 1, NULL);
}

static void a_closed_subject_goes_whole_over_all_lanes(void **state) {
        struct scene *s = *state;
        struct purge_result result;
        struct shipment a;
        struct world w = scene_world(s);
        struct ledger_head head;

        shipped_long_ago(s);
        result = purge(s, all_applied(s));
        assert_int_equal(result.subjects, 1);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact WHERE subject IN ('S-1', '" P1 "')"), 0);
        assert_int_equal(w.shipment(w.userdata, M, "S-1", &a), WORLD_E_NONE);
        assert_int_equal(
                scene_number(s, "SELECT (SELECT count(*) FROM parcel) + (SELECT count(*) FROM unit) + "
                                "(SELECT count(*) FROM number) + (SELECT count(*) FROM notice) + "
                                "(SELECT count(*) FROM label) + (SELECT count(*) FROM parcel_line)"),
                0);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM open_code WHERE shipment = 'S-1'"), 0);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM line_code WHERE shipment = 'S-1'"), 0);
        assert_int_equal(ledger_head(s->l, LANE_FACT, &head), 0);
        assert_int_equal(head.seq, 8);
        assert_int_equal(head.rows, 2); /* ledger.started and clock.changed */
}

static void a_rescan_after_purge_is_still_recognised(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct unit_owner unit;
        struct world w = scene_world(s);

        shipped_long_ago(s);
        (void) purge(s, all_applied(s));
        assert_int_equal(w.number(w.userdata, "4444-1375-8703", &owner), 0);
        assert_true(owner.gone);
        assert_false(owner.dead);
        assert_int_equal(owner.state, PARCEL_SHIPPED);
        assert_string_equal(owner.bench, "b1");
        assert_string_equal(owner.shipment, "S-1");
        assert_int_equal(owner.at_offset_sec, 32400);
        assert_int_equal(w.number(w.userdata, N2, &owner), 0);
        assert_true(owner.gone && owner.dead);
        assert_int_equal(w.parcel(w.userdata, P1, &owner), 0);
        assert_true(owner.gone);
        assert_int_equal(w.closed_code(w.userdata, "TOTE-S-1", &owner), 0);
        assert_true(owner.gone);
        assert_int_equal(w.unit(w.userdata, M, "HAT-9", "S-1", &unit), 0);
        assert_true(unit.gone);
        assert_string_equal(unit.shipment, "S-1");
        assert_string_equal(unit.parcel, P1);
}

static void nothing_goes_before_its_time_or_by_a_clock_that_may_lie(void **state) {
        struct scene *s = *state;
        struct purge_limits limits;
        struct {
                const char *name;
                bool trusted;
                enum clock_quality clock;
                int64_t back_days;
                uint64_t upto_fact, upto_trace, upto_intake;
        } table[] = {
                {"not trusted", false, CLOCK_QUALITY_SYNCED, 0, 1000, 1000, 1000},
                {"holdover", true, CLOCK_QUALITY_HOLDOVER, 0, 1000, 1000, 1000},
                {"unknown", true, CLOCK_QUALITY_UNKNOWN, 0, 1000, 1000, 1000},
                {"too early", true, CLOCK_QUALITY_SYNCED, 2, 1000, 1000, 1000},
                {"a fact not applied", true, CLOCK_QUALITY_SYNCED, 0, 6, 1000, 1000},
                {"a trace not applied", true, CLOCK_QUALITY_SYNCED, 0, 1000, 1, 1000},
                {"a reader behind", true, CLOCK_QUALITY_SYNCED, 0, 1000, 1000, 0},
        };

        shipped_long_ago(s);
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
                struct purge_result result;

                limits = (struct purge_limits){
                        .upto = {table[i].upto_fact, table[i].upto_trace, table[i].upto_intake},
                        .now = s->now,
                        .trusted = table[i].trusted};
                limits.now.clock = table[i].clock;
                limits.now.wall_usec -= table[i].back_days * 86400LL * 1000000;
                result = purge(s, limits);
                if (result.subjects != 0)
                        print_error("%s\n", table[i].name);
                assert_int_equal(result.subjects, 0);
        }
        limits = all_applied(s);
        limits.upto[LANE_TRACE] = LEDGER_NO_RECEIVER;
        assert_int_equal(purge(s, limits).subjects, 1);
}

static void what_an_unknown_clock_dated_is_as_old_as_the_next_better_fact(void **state) {
        struct scene *s = *state;
        const int64_t right = s->now.wall_usec;
        struct number_owner owner;
        struct world w = scene_world(s);

        s->now.clock = CLOCK_QUALITY_UNKNOWN;
        s->now.wall_usec = 1000000; /* 1970 */
        scene_shipment(s, "S-1", 1, NULL);
        scene_whole(s, P1, "S-1", N1);
        s->now.wall_usec = 4070908800000000; /* 2099 */
        scene_shipment(s, "S-2", 1, NULL);
        scene_whole(s, P2, "S-2", N2);
        s->now.clock = CLOCK_QUALITY_SYNCED;
        s->now.wall_usec = right;
        scene_fact(s, "clock.changed", "st1", "");
        scene_fact(s, "station.started", "st1", "");
        scene_shipment(s, "S-9", 1, NULL);
        assert_int_equal(purge(s, all_applied(s)).subjects, 0);
        scene_pass_days(s, 29);
        assert_int_equal(purge(s, all_applied(s)).subjects, 0);
        scene_pass_days(s, 2);
        scene_fact(s, "clock.changed", "st1", "");
        scene_fact(s, "station.started", "st1", "");
        scene_shipment(s, "S-9", 2, NULL);
        assert_int_equal(purge(s, all_applied(s)).subjects, 2);
        scene_pass_days(s, 365); /* of their 400 */
        assert_int_equal(purge(s, all_applied(s)).tombstones, 0);
        assert_int_equal(w.number(w.userdata, N1, &owner), 0);
        assert_true(owner.gone);
        assert_int_equal(owner.at_usec / 86400000000, right / 86400000000);
        scene_pass_days(s, 10);
        assert_int_equal(purge(s, all_applied(s)).tombstones, 2);
}

static void a_clock_that_jumps_to_2099_purges_nothing_untrusted(void **state) {
        struct scene *s = *state;
        struct purge_limits limits;

        shipped_long_ago(s);
        limits = all_applied(s);
        limits.now.wall_usec = 4070908800000000;
        limits.trusted = false; /* the OMS's time does not agree */
        assert_int_equal(purge(s, limits).rows, 0);
        assert_int_equal(purge(s, limits).tombstones, 0);
}

static void an_open_shipment_stays_however_old(void **state) {
        struct scene *s = *state;

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_verify(s, P1, "S-1", "1", 1, NULL);
        scene_pass_days(s, 500);
        scene_fact(s, "clock.changed", "st1", "");
        assert_int_equal(purge(s, all_applied(s)).rows, 0);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM parcel"), 1);
}

static void a_cancelled_shipment_goes_and_its_slip_is_still_known(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct world w = scene_world(s);

        scene_shipment(s, "S-1", 1, "\"cancelled\":true");
        scene_pass_days(s, 31);
        scene_shipment(s, "S-9", 1, NULL);
        assert_int_equal(purge(s, all_applied(s)).subjects, 1);
        assert_int_equal(w.closed_code(w.userdata, "S-1", &owner), 0);
        assert_true(owner.gone);
        assert_int_equal(owner.state, PARCEL_VOIDED);
}

static void rows_of_no_subject_go_when_old_and_wishes_stay(void **state) {
        struct scene *s = *state;
        struct ledger_bench bench;
        struct world w;

        assert_int_equal(scene_try(s, "policy.changed", "", "policy", "", "", "\"version\":1"), 0);
        assert_int_equal(
                scene_try(s, "policy.changed", "", "policy", "", "", "\"version\":2,\"quantity_limit\":5"),
                0);
        assert_int_equal(scene_try(s, "person.in", "", "p1", "b1", "", "\"role\":\"packer\""), 0);
        assert_int_equal(scene_try(s, "person.out", "", "p1", "b1", "", "\"role\":\"packer\""), 0);
        assert_int_equal(scene_try(s, "person.in", "", "p2", "b1", "", "\"role\":\"packer\""), 0);
        assert_int_equal(scene_try(s, "item.refused", "", "b1", "b1", "", "\"reason\":\"ambiguous\""), 0);
        assert_int_equal(scene_try(s, "command.refused", "", "S-x", "", "", "\"reason\":\"bad-shape\""), 0);
        scene_pass_days(s, 31);
        scene_fact(s, "clock.changed", "st1", "");
        scene_fact(s, "station.started", "st1", "");
        scene_shipment(s, "S-9", 1, NULL);
        assert_int_equal(
                purge(s, all_applied(s)).rows, 5); /* old policy, in, out, refused item, refused command */
        w = scene_world(s);
        assert_int_equal(w.policy->quantity_limit, 5);
        assert_int_equal(ledger_bench(s->l, "b1", &bench), 0);
        assert_string_equal(bench.person, "p2");
}

static void blocks_go_on_behind_purged_numbers(void **state) {
        struct scene *s = *state;
        struct world w = scene_world(s);
        char number[CODE_SIZE];

        scene_fact(s, "label.block", "yamato",
                "\"merchant\":\"acme\",\"carrier\":\"yamato\",\"block\":\"b-7\",\"from\":\"" N1
                "\",\"to\":\"" N3 "\"");
        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_pack(s, P1, "S-1");
        scene_print(s, P1, "S-1", N1, "block");
        scene_ready(s, P1, "S-1", N1);
        scene_ship(s, P1, "S-1", N1);
        scene_pass_days(s, 31);
        scene_fact(s, "clock.changed", "st1", "");
        scene_shipment(s, "S-9", 1, NULL);
        assert_int_equal(purge(s, all_applied(s)).subjects, 1);
        assert_int_equal(w.block_next(w.userdata, M, "yamato", number), 0);
        assert_string_equal(number, N2);
}

static void tombstones_go_after_four_hundred_days(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct world w = scene_world(s);

        shipped_long_ago(s);
        (void) purge(s, all_applied(s));
        scene_pass_days(s, 368);
        assert_int_equal(purge(s, all_applied(s)).tombstones, 0);
        scene_pass_days(s, 3);
        assert_int_equal(purge(s, all_applied(s)).tombstones, 1);
        assert_int_equal(w.number(w.userdata, N1, &owner), WORLD_E_NONE);
        assert_int_equal(scene_number(s, "SELECT (SELECT count(*) FROM tombstone_alias) + (SELECT count(*) "
                                         "FROM tombstone_unit)"),
                0);
}

static void a_slice_takes_no_more_than_it_may(void **state) {
        struct scene *s = *state;
        struct purge_limits limits;
        struct purge_result result;

        for (int i = 0; i < 5; i++) {
                char shipment[16];

                (void) snprintf(shipment, sizeof(shipment), "C-%d", i);
                scene_shipment(s, shipment, 1, "\"cancelled\":true");
        }
        scene_pass_days(s, 31);
        scene_shipment(s, "S-9", 1, NULL);
        limits = all_applied(s);
        limits.max_subjects = 2;
        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(ledger_purge(s->l, &limits, &result), 0);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
        assert_int_equal(result.subjects, 2);
        assert_true(result.more);
        assert_int_equal(purge(s, limits).subjects, 3);
}

static void what_a_snapshot_told_does_not_come_back_after_its_purge(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct world w = scene_world(s);

        scene_fact(s, "known.received", M,
                "\"merchant\":\"acme\",\"parcels\":[{\"parcel\":\"" P1
                "\",\"shipment\":\"S-1\",\"piece\":1,\"number\":\"" N1
                "\",\"state\":\"shipped\",\"at\":\"2026-11-20T10:00:00+09:00\",\"codes\":[\"TOTE-17\"]}],"
                "\"units\":[{\"code\":\"HAT-9\",\"serial\":\"X1\",\"parcel\":\"" P1 "\"}],\"notices\":[]");
        scene_pass_days(s, 31);
        scene_shipment(s, "S-9", 1, NULL);
        assert_int_equal(purge(s, all_applied(s)).subjects, 1);
        assert_int_equal(w.number(w.userdata, N1, &owner), 0);
        assert_true(owner.gone);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM open_code WHERE shipment = 'S-1'"), 0);
        assert_int_equal(w.closed_code(w.userdata, "TOTE-17", &owner), 0);
        assert_true(owner.gone);
        assert_int_equal(scene_rebuild(s), 0);
        scene_pass_days(s, 500);
        assert_int_equal(purge(s, all_applied(s)).tombstones, 0);
}

/* ---- trace over its quota ---- */

static struct purge_result skip_trace(struct scene *s, struct purge_limits limits, uint64_t max_rows) {
        struct purge_result result;

        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(ledger_trace_skip(s->l, &limits, max_rows, 1000, &result), 0);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
        return result;
}

static size_t name_gaps(struct scene *s, enum lane lane, uint64_t upto, int max) {
        int64_t damaged;
        size_t n = 0;

        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(ledger_name_gaps(s->l, lane, upto, &s->now, max, &n, &damaged), 0);
        assert_int_equal(damaged > 0, s->damaged);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
        return n;
}

static void what_a_restored_office_asks_for_and_is_purged_is_named_once(void **state) {
        struct scene *s = *state;

        shipped_long_ago(s);
        assert_int_equal(name_gaps(s, LANE_FACT, 0, 100), 0); /* all is here */
        (void) purge(s, all_applied(s));                      /* 2 to 7 */
        assert_int_equal(name_gaps(s, LANE_FACT, 7, 100), 0);
        assert_int_equal(name_gaps(s, LANE_FACT, 3, 0), 0); /* nothing looked at */
        assert_int_equal(name_gaps(s, LANE_FACT, 3, 100), 1);
        assert_int_equal(
                scene_number(s, "SELECT count(*) FROM fact WHERE type = 'ledger.gap' AND lane = 0 AND data = "
                                "'{\"v\":1,\"lane\":\"fact\",\"from\":\"4\",\"to\":\"7\"}'"),
                1);
        assert_int_equal(name_gaps(s, LANE_FACT, 3, 100), 0);
        assert_int_equal(name_gaps(s, LANE_FACT, 5, 100), 0);
        assert_int_equal(name_gaps(s, LANE_FACT, 1, 100), 1);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact WHERE type = 'ledger.gap' AND data = "
                                         "'{\"v\":1,\"lane\":\"fact\",\"from\":\"2\",\"to\":\"7\"}'"),
                1);
        assert_int_equal(name_gaps(s, LANE_FACT, 0, 100), 0);
}

static void what_a_disk_has_changed_is_named_and_not_sent(void **state) {
        struct scene *s = *state;

        for (int i = 0; i < 6; i++)
                (void) scene_fact(s, "conflict.found", "S-1", "\"kind\":\"contents-differ\",\"text\":\"x\"");
        s->damaged = true;
        scene_sql(s, "UPDATE fact SET data = replace(data, 'x', 'y') WHERE lane = 0 AND seq IN (3, 4, 7)");
        assert_int_equal(name_gaps(s, LANE_FACT, 0, 3), 0); /* nothing good behind them yet */
        assert_int_equal(name_gaps(s, LANE_FACT, 0, 100), 2);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact WHERE type = 'ledger.gap' AND data IN ("
                                         "'{\"v\":1,\"lane\":\"fact\",\"from\":\"3\",\"to\":\"4\"}', "
                                         "'{\"v\":1,\"lane\":\"fact\",\"from\":\"7\",\"to\":\"7\"}')"),
                2);
        assert_int_equal(name_gaps(s, LANE_FACT, 0, 100), 0);
        assert_int_equal(name_gaps(s, LANE_FACT, 3, 100), 0);
}

static void trace_over_its_quota_is_given_up_and_named(void **state) {
        struct scene *s = *state;
        struct purge_limits limits = all_applied(s);

        scene_shipment(s, "S-1", 1, NULL);
        scene_shipment(s, "S-2", 1, NULL);
        scene_whole(s, P1, "S-1", N1); /* trace 1, 2 (a serial) */
        scene_open_parcel(s, P2, "S-2", 1);
        scene_verify(s, P2, "S-2", "1", 1, NULL); /* 3, open */
        for (int i = 0; i < 4; i++)
                assert_int_equal(scene_try(s, "device.up", "", "scanner", "", "", "\"driver\":\"wedge\""),
                        0); /* 4-7 */
        limits.upto[LANE_TRACE] = 4;
        assert_int_equal(skip_trace(s, limits, 100).rows, 0);
        assert_int_equal(skip_trace(s, limits, 3).rows, 4); /* 1, 4, 5, 6 */
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact WHERE lane = 1 AND seq IN (2, 3, 7)"), 3);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact WHERE type = 'trace.skipped' AND data = "
                                         "'{\"v\":1,\"from\":\"1\",\"to\":\"6\",\"counts\":{\"item."
                                         "verified\":1,\"device.up\":3}}'"),
                1);
        /* 5 and 6 were not applied: the receiver is told that they never come */
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact WHERE type = 'ledger.gap' AND data = "
                                         "'{\"v\":1,\"lane\":\"trace\",\"from\":\"5\",\"to\":\"6\"}'"),
                1);
}

static void fullness_has_its_limits(void **state) {
        static const struct {
                uint64_t unapplied;
                int disk;
                enum ledger_fullness expect;
        } table[] = {
                {0, 0, LEDGER_ROOM},
                {255999, 79, LEDGER_ROOM},
                {256000, 0, LEDGER_WARNING},
                {0, 80, LEDGER_WARNING},
                {288000, 0, LEDGER_INTAKE_STOPPED},
                {0, 90, LEDGER_INTAKE_STOPPED},
                {319999, 94, LEDGER_INTAKE_STOPPED},
                {320000, 0, LEDGER_FULL},
                {0, 95, LEDGER_FULL},
                {UINT64_MAX, 100, LEDGER_FULL},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                assert_int_equal(ledger_fullness(table[i].unapplied, table[i].disk), table[i].expect);
        assert_string_equal(ledger_fullness_to_str(LEDGER_INTAKE_STOPPED), "intake-stopped");
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                T(a_closed_subject_goes_whole_over_all_lanes),
                T(a_rescan_after_purge_is_still_recognised),
                T(nothing_goes_before_its_time_or_by_a_clock_that_may_lie),
                T(what_an_unknown_clock_dated_is_as_old_as_the_next_better_fact),
                T(a_clock_that_jumps_to_2099_purges_nothing_untrusted),
                T(an_open_shipment_stays_however_old),
                T(a_cancelled_shipment_goes_and_its_slip_is_still_known),
                T(rows_of_no_subject_go_when_old_and_wishes_stay),
                T(blocks_go_on_behind_purged_numbers),
                T(tombstones_go_after_four_hundred_days),
                T(a_slice_takes_no_more_than_it_may),
                T(what_a_snapshot_told_does_not_come_back_after_its_purge),
                T(what_a_restored_office_asks_for_and_is_purged_is_named_once),
                T(what_a_disk_has_changed_is_named_and_not_sent),
                T(trace_over_its_quota_is_given_up_and_named),
                cmocka_unit_test(fullness_has_its_limits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
