/* SPDX-License-Identifier: Apache-2.0 */
/* What another station of the site claims, and what a bench here may still do. Each test ends with a rebuild. */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/claim.h"
#include "firmware/ledger/purge.h"
#include "tests/unit/ledger/floor.h"

#include <stdio.h>
#include <string.h>

#define THEIRS "01900000-0000-7000-8000-0000000000ff"
#define A1     "0123456789abcdef0123456789abcdef"
#define A2     "fedcba9876543210fedcba9876543210"

struct told {
        const char *station, *ledger;
        int seq;
        const char *kind, *subject, *parcel;
        int piece;
        const char *codes;
};

static void tell(struct floor *f, const struct told *t) {
        char data[768];

        (void) snprintf(data, sizeof(data),
                "{\"station\":\"%s\",\"ledger\":\"%s\",\"claims\":[{\"seq\":%d,\"kind\":\"%s\",\"merchant\":"
                "\"acme\",\"subject\":\"%s\",\"parcel\":\"%s\",\"piece\":%d,\"number\":\"" N1
                "\",\"codes\":[%s],\"bench\":\"bench-3\",\"at\":\"2026-11-20T14:02:03.000+09:00\"}]}",
                t->station ? t->station : "pack2", t->ledger ? t->ledger : A1, t->seq, t->kind,
                t->subject ? t->subject : "S-1", t->parcel ? t->parcel : THEIRS, t->piece ? t->piece : 1,
                t->codes ? t->codes : "\"A-778\"");
        floor_command(f, CLAIMS_TYPE, "pack2", data);
        assert_int_equal(floor_facts(f, "command.refused"), 0);
}

static void announce(struct floor *f) {
        floor_policy(f, "scanned", "refuse");
        floor_shipment(f, 1, NULL);
        floor_label(f, 1, N1);
}

static void open_box(struct floor *f) {
        announce(f);
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_OPENED);
        assert_int_equal(floor_scan(f, CASE), VERDICT_OK);
}

static void pack_box(struct floor *f) {
        open_box(f);
        assert_int_equal(floor_scan(f, JAN), VERDICT_PACKED);
}

static void ready_box(struct floor *f) {
        pack_box(f);
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
}

static void ship_box(struct floor *f) {
        ready_box(f);
        (void) floor_scan(f, "OKURU-C-SHIP");
        assert_int_equal(floor_scan(f, N1), VERDICT_SHIPPED);
        (void) floor_scan(f, "OKURU-C-OK");
}

static void expect(struct floor *f, const char *code, enum verdict_kind kind, const char *says) {
        assert_int_equal(floor_scan(f, code), kind);
        if (!strstr(floor_sub_ja(f), says))
                fail_msg("%s: %s", code, floor_sub_ja(f));
}

static void what_went_from_another_station_is_not_begun_here(void **state) {
        struct floor *f = *state;

        announce(f);
        tell(f, &(struct told){.seq = 5, .kind = "shipped"});
        assert_int_equal(floor_facts(f, "peer.claimed"), 1);
        expect(f, "S-1", VERDICT_ALREADY, "発送済み 14:02 pack2 bench-3");
        assert_int_equal(floor_facts(f, "parcel.opened"), 0);
        assert_int_equal(floor_facts(f, "item.refused"), 1);
        expect(f, N1, VERDICT_ALREADY, "発送済み 14:02 pack2 bench-3");
        assert_int_equal(scene_reopen(f->s), 0); /* a restart forgets nothing of it */
        expect(f, "S-1", VERDICT_ALREADY, "発送済み 14:02 pack2 bench-3");
        tell(f, &(struct told){.seq = 9, .kind = "voided"});
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_OPENED);
}

static void whoever_has_it_open_or_ready_is_named(void **state) {
        struct floor *f = *state;

        announce(f);
        tell(f, &(struct told){.seq = 5, .kind = "opened"});
        expect(f, "S-1", VERDICT_OPEN_ELSEWHERE, "検品中 14:02 pack2 bench-3");
        tell(f, &(struct told){.seq = 6, .kind = "ready"});
        expect(f, "S-1", VERDICT_ALREADY, "準備完了 14:02 pack2 bench-3");
        f->s->now.wall_usec += 31 * 60 * (int64_t) USEC_PER_SEC;
        expect(f, "S-1", VERDICT_ALREADY, "準備完了");
}

static void a_box_that_nobody_spoke_of_for_half_an_hour_keeps_nobody_waiting(void **state) {
        struct floor *f = *state;

        announce(f);
        tell(f, &(struct told){.seq = 5, .kind = "opened"});
        f->s->now.wall_usec += 31 * 60 * (int64_t) USEC_PER_SEC;
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_OPENED);
}

static void two_that_have_it_open_are_told_and_the_second_to_ship_is_stopped(void **state) {
        struct floor *f = *state;

        pack_box(f);
        tell(f, &(struct told){.seq = 5, .kind = "opened"});
        assert_int_equal(f->last.n_verdicts, 1);
        assert_int_equal(f->last.verdicts[0].kind, VERDICT_OPEN_ELSEWHERE);
        assert_int_equal(f->bench.alarm, ALARM_NONE);
        tell(f, &(struct told){.seq = 6, .kind = "shipped"});
        assert_int_equal(f->last.verdicts[0].kind, VERDICT_ALREADY);
        assert_int_equal(floor_facts(f, "peer.told"), 1);
        expect(f, N1, VERDICT_ALREADY, "戻しカード");
        assert_int_equal(floor_facts(f, "parcel.ready") + floor_facts(f, "parcel.shipped"), 0);
        assert_int_equal(floor_scan(f, "OKURU-C-RETURN"), VERDICT_VOIDED);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM fact WHERE type = 'parcel.voided' AND "
                                            "data ->> 'reason' = 'done-elsewhere'"),
                1);
        expect(f, "S-1", VERDICT_ALREADY, "発送済み");
}

static void a_box_that_was_given_back_there_goes_on_here(void **state) {
        struct floor *f = *state;

        pack_box(f);
        tell(f, &(struct told){.seq = 6, .kind = "shipped"});
        expect(f, N1, VERDICT_ALREADY, "発送済み");
        tell(f, &(struct told){.seq = 7, .kind = "voided"});
        assert_int_equal(floor_scan(f, N1), VERDICT_READY);
}

static void a_ready_box_is_pulled_and_never_goes_with_the_truck(void **state) {
        struct floor *f = *state;

        ready_box(f);
        tell(f, &(struct told){.seq = 6, .kind = "shipped"});
        assert_int_equal(floor_facts(f, "peer.met"), 1);
        (void) floor_scan(f, "OKURU-C-SHIP");
        expect(f, N1, VERDICT_ALREADY, "渡さない");
        assert_int_equal(floor_facts(f, "parcel.shipped"), 0);
        (void) floor_scan(f, "OKURU-C-OK");
        expect(f, "OKURU-C-BAY-CLOSE-Y1", VERDICT_BAY_CANNOT_CLOSE, "抜き取る");
        expect(f, "S-1", VERDICT_ALREADY, "抜き取りカード");
        (void) floor_scan(f, "OKURU-C-PULL");
        (void) floor_scan(f, N1);
        assert_int_equal(floor_facts(f, "parcel.pulled"), 1);
        expect(f, "S-1", VERDICT_ALREADY, "戻しカード");
        assert_int_equal(floor_scan(f, "OKURU-C-RETURN"), VERDICT_VOIDED);
}

static void a_pull_task_ends_when_nobody_has_the_piece_any_more(void **state) {
        struct floor *f = *state;

        ready_box(f);
        tell(f, &(struct told){.seq = 6, .kind = "shipped"});
        tell(f, &(struct told){.station = "pack3", .ledger = A2, .seq = 2, .kind = "shipped", .parcel = P2});
        tell(f, &(struct told){.seq = 7, .kind = "voided"});
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason <> ''"), 1);
        tell(f, &(struct told){.station = "pack3", .ledger = A2, .seq = 3, .kind = "voided", .parcel = P2});
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason <> ''"), 0);
        (void) floor_scan(f, "OKURU-C-SHIP");
        assert_int_equal(floor_scan(f, N1), VERDICT_SHIPPED);
}

static void what_both_have_shipped_is_one_conflict_and_no_failed_scan(void **state) {
        struct floor *f = *state;

        ship_box(f);
        tell(f, &(struct told){.seq = 6, .kind = "shipped"});
        assert_int_equal(floor_facts(f, "conflict.found"), 1);
        assert_int_equal(floor_facts(f, "item.refused"), 0);
        assert_int_equal(f->last.n_verdicts, 0);
        tell(f, &(struct told){.seq = 6, .kind = "shipped"});               /* told again */
        tell(f, &(struct told){.ledger = A2, .seq = 1, .kind = "shipped"}); /* and by a ledger that follows */
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM conflict WHERE kind = 'shipped-twice'"), 1);
        expect(f, "S-1", VERDICT_ALREADY, "発送済み");
        assert_null(strstr(floor_sub_ja(f), "pack2")); /* ours is what was done here */
}

static void another_piece_or_another_merchants_is_none_of_ours(void **state) {
        struct floor *f = *state;

        ready_box(f);
        tell(f, &(struct told){.seq = 6, .kind = "shipped", .piece = 2});
        tell(f, &(struct told){.seq = 7, .kind = "shipped", .subject = "S-2", .parcel = P2});
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason <> ''"), 0);
        (void) floor_scan(f, "OKURU-C-SHIP");
        assert_int_equal(floor_scan(f, N1), VERDICT_SHIPPED);
}

static void of_one_parcel_the_highest_place_of_its_ledger_is_so_now(void **state) {
        struct floor *f = *state;

        announce(f);
        tell(f, &(struct told){.seq = 9, .kind = "voided"});
        tell(f, &(struct told){.seq = 5, .kind = "shipped"}); /* late, or told again */
        assert_int_equal(floor_facts(f, "peer.claimed"), 0);
        assert_int_equal(floor_scan(f, "S-1"), VERDICT_OPENED);
}

static void a_code_that_nobody_lists_here_is_known_by_who_packed_it(void **state) {
        static const char *const policies[] = {"refuse", "accept"};
        struct floor *f = *state;

        floor_command(f, "snapshot.end", "snapshot", "{\"v\":1,\"snapshot\":\"" P3 "\",\"n\":0}");
        for (size_t i = 0; i < ELEMENTSOF(policies); i++) {
                char data[256];

                (void) snprintf(data, sizeof(data),
                        "{\"v\":1,\"version\":%zu,\"merchants\":[{\"merchant\":\"acme\",\"unknown_shipment\":"
                        "\"%s\"}]}",
                        i + 1, policies[i]);
                floor_command(f, "policy", "policy", data);
                tell(f, &(struct told){.seq = (int) i + 5, .kind = "shipped", .codes = "\"TOTE-9\""});
                expect(f, "TOTE-9", VERDICT_ALREADY, "発送済み 14:02 pack2 bench-3");
                expect(f, "S-1", VERDICT_ALREADY, "発送済み");
        }
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel"), 0);
        assert_int_equal(floor_scan(f, "TOTE-10"), VERDICT_OPENED); /* the control */
}

static void a_restart_in_the_middle_shows_who_has_it(void **state) {
        struct floor *f = *state;
        struct world world;
        struct decision d = {0};
        char parcel[UUID_TEXT_MAX];

        pack_box(f);
        (void) copy_text(parcel, sizeof(parcel), f->bench.parcel);
        tell(f, &(struct told){.seq = 6, .kind = "shipped"});
        world = scene_world(f->s);
        bench_init(&f->bench, "b1");
        assert_int_equal(packout_resume(&world, &f->bench, "", ROLE_NONE, parcel, &f->s->now, &d), 0);
        assert_int_equal(d.verdicts[0].kind, VERDICT_ALREADY);
        assert_int_equal(f->bench.alarm, ALARM_ELSEWHERE);
        decision_deinit(&d);
}

static void a_message_of_no_shape_changes_nothing(void **state) {
        static const char *const cases[] = {"{}",
                "{\"station\":\"PACK 2\",\"ledger\":\"" A1 "\",\"claims\":[]}",
                "{\"station\":\"pack2\",\"ledger\":\"x\",\"claims\":[{}]}",
                "{\"station\":\"pack2\",\"ledger\":\"" A1 "\",\"claims\":[1,{},{\"kind\":\"shipped\"}]}",
                "{\"station\":\"pack2\",\"ledger\":\"" A1 "\",\"claims\":{\"a\":1}}"};
        struct floor *f = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                floor_command(f, CLAIMS_TYPE, "pack2", cases[i]);
                assert_int_equal(f->last.facts.n, 0);
        }
}

static void claims_go_after_three_days_and_what_they_did_stays(void **state) {
        struct floor *f = *state;
        struct purge_limits limits = {.trusted = true, .upto = {UINT64_MAX, UINT64_MAX, UINT64_MAX}};
        struct purge_result result;

        ready_box(f);
        tell(f, &(struct told){.seq = 5, .kind = "ready"});
        tell(f, &(struct told){.seq = 6, .kind = "shipped"});
        scene_pass_days(f->s, 2);
        tell(f, &(struct told){.seq = 7, .kind = "opened", .subject = "S-2", .parcel = P2});
        scene_pass_days(f->s, 2);
        tell(f, &(struct told){.seq = 8, .kind = "opened", .subject = "S-3", .parcel = P3});
        limits.now = f->s->now;
        assert_int_equal(store_begin(ledger_store(f->s->l)), 0);
        assert_int_equal(ledger_purge(f->s->l, &limits, &result), 0);
        assert_int_equal(store_commit(ledger_store(f->s->l)), 0);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM claim"), 2);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM fact WHERE type = 'peer.claimed'"), 2);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel WHERE pull_reason <> ''"), 1);
        assert_int_equal(scene_rebuild(f->s), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, floor_setup, floor_teardown)
                T(what_went_from_another_station_is_not_begun_here),
                T(whoever_has_it_open_or_ready_is_named),
                T(a_box_that_nobody_spoke_of_for_half_an_hour_keeps_nobody_waiting),
                T(two_that_have_it_open_are_told_and_the_second_to_ship_is_stopped),
                T(a_box_that_was_given_back_there_goes_on_here),
                T(a_ready_box_is_pulled_and_never_goes_with_the_truck),
                T(a_pull_task_ends_when_nobody_has_the_piece_any_more),
                T(what_both_have_shipped_is_one_conflict_and_no_failed_scan),
                T(another_piece_or_another_merchants_is_none_of_ours),
                T(of_one_parcel_the_highest_place_of_its_ledger_is_so_now),
                T(a_code_that_nobody_lists_here_is_known_by_who_packed_it),
                T(a_restart_in_the_middle_shows_who_has_it),
                T(a_message_of_no_shape_changes_nothing),
                T(claims_go_after_three_days_and_what_they_did_stays),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
