/* SPDX-License-Identifier: Apache-2.0 */
/* A pickup counter on a real ledger: what waits, and what does no more. Each test ends with a rebuild. */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/claim.h"
#include "firmware/ledger/purge.h"
#include "tests/unit/ledger/floor.h"

#include <stdio.h>
#include <string.h>

#define THEIRS  "0123456789abcdef0123456789abcdef"
#define BOX     "01900000-0000-7000-8000-000000000011"
#define SHELF   "OKURU-S-B-3"
#define WAITING "SELECT count(*) FROM parcel WHERE state = 'shelved'"
#define GONE    "SELECT count(*) FROM parcel WHERE state = 'collected' AND how = 'elsewhere'"

static void wish(struct floor *f, const char *more) {
        char data[768];

        f->bench.kind = BENCH_COUNTER;
        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":1,\"orders\":[\"A-778\"],"
                "\"open_codes\":[\"S-1\"],\"lines\":[{\"line\":\"1\",\"order\":\"A-778\",\"name\":{\"ja\":"
                "\"靴下\"},\"quantity\":1,\"codes\":[{\"code\":\"" JAN "\",\"units\":1}]}],\"carrier\":"
                "\"yamato\",\"waybill\":\"given\"%s%s}",
                strstr(more, "\"pickup\":") ? "" : ",\"pickup\":{}", more);
        floor_command(f, "shipment", "S-1", data);
        floor_command(f, "expected", "S-1",
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":1,\"parcels\":[{\"parcel\":"
                "\"" BOX "\",\"piece\":1,\"codes\":[\"" N1 "\"],\"crate\":null,\"contents\":[{\"line\":\"1\","
                "\"quantity\":1}]}]}");
        assert_int_equal(floor_facts(f, "expected.received"), 1);
}

static void put_away(struct floor *f) {
        assert_int_equal(floor_scan(f, N1), VERDICT_ARRIVED);
        assert_int_equal(floor_scan(f, SHELF), VERDICT_READY);
}

/* The store's other counter. */
static void tell(struct floor *f, int seq, const char *kind) {
        char data[512];

        (void) snprintf(data, sizeof(data),
                "{\"station\":\"counter-2\",\"ledger\":\"" THEIRS
                "\",\"claims\":[{\"seq\":%d,\"kind\":\"%s\","
                "\"merchant\":\"acme\",\"subject\":\"S-1\",\"parcel\":\"" BOX "\",\"piece\":1,\"codes\":"
                "[\"A-778\"],\"bench\":\"c1\",\"at\":\"2026-11-21T14:02:03.000+09:00\"}]}",
                seq, kind);
        floor_command(f, CLAIMS_TYPE, "counter-2", data);
}

static void forget_claims(struct floor *f) {
        struct purge_limits limits = {.trusted = true, .upto = {99, 99, 99}, .now = f->s->now};
        struct purge_result result;

        assert_int_equal(store_begin(ledger_store(f->s->l)), 0);
        assert_int_equal(ledger_purge(f->s->l, &limits, &result), 0);
        assert_int_equal(store_commit(ledger_store(f->s->l)), 0);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM claim"), 0);
}

static void what_the_other_counter_handed_over_does_not_wait_here_any_more(void **state) {
        struct floor *f = *state;

        wish(f, "");
        put_away(f);
        tell(f, 5, "collected");
        assert_int_equal(scene_number(f->s, GONE), 1);
        assert_int_equal(floor_scan(f, N1), VERDICT_ALREADY);
        assert_non_null(strstr(floor_sub_ja(f), "14:02 counter-2 c1"));
        scene_pass_days(f->s, 4);
        forget_claims(f);
        assert_int_equal(floor_scan(f, N1), VERDICT_ALREADY); /* for good */
        assert_non_null(strstr(floor_sub_ja(f), "counter-2"));
        scene_pass_days(f->s, 30);
        floor_tick(f);
        assert_int_equal(floor_facts(f, "pickup.expired"), 0);
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void without_their_word_it_is_kept_until_its_last_day(void **state) {
        struct floor *f = *state;

        wish(f, "");
        put_away(f);
        scene_pass_days(f->s, 30);
        floor_tick(f);
        assert_int_equal(floor_facts(f, "pickup.expired"), 1); /* the control of the one above */
        tell(f, 5, "collected");
        assert_int_equal(scene_number(f->s, GONE), 1); /* and nobody looks for it to put it back */
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void what_they_took_back_waits_here_again(void **state) {
        struct floor *f = *state;

        wish(f, "");
        tell(f, 5, "collected");
        assert_int_equal(scene_number(f->s, GONE), 1);
        tell(f, 6, "undone");
        assert_int_equal(scene_number(f->s, GONE), 0);
        put_away(f); /* it had not been here yet */
        tell(f, 7, "collected");
        assert_int_equal(scene_number(f->s, GONE), 1);
        tell(f, 8, "undone");
        assert_int_equal(scene_number(f->s, WAITING), 1);
        assert_int_equal(floor_scan(f, "A-778"), VERDICT_PROOF);
        assert_int_equal(floor_scan(f, "OKURU-C-PROOF-DOCUMENT"), VERDICT_HAND_OVER);
        assert_int_equal(floor_scan(f, N1), VERDICT_COLLECTED);
        assert_int_equal(scene_number(f->s, GONE), 0);
        tell(f, 9, "collected");
        assert_int_equal(floor_facts(f, "conflict.found"), 1);
        tell(f, 10, "undone"); /* theirs, and not ours */
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM parcel WHERE state = 'collected'"), 1);
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void the_parcel_in_hand_is_given_up_when_they_have_handed_it_over(void **state) {
        struct floor *f = *state;

        wish(f, "");
        assert_int_equal(floor_scan(f, N1), VERDICT_ARRIVED);
        tell(f, 5, "collected");
        assert_int_equal(floor_scan(f, SHELF), VERDICT_ALREADY);
        assert_int_equal(scene_number(f->s, WAITING), 0);
        assert_int_equal(scene_rebuild(f->s), 0);
}

/* ---- reminders ---- */

#define OURS ",\"notices\":{\"pickup-reminder\":\"station\",\"last-day\":\"station\"}"

static const char *newest_kind(struct floor *f) {
        static char kind[NAME_SIZE];
        _cleanup_(json_freep) struct json *data = NULL;

        kind[0] = '\0';
        for (size_t i = 0; i < f->last.facts.n; i++)
                if (strcmp(f->last.facts.items[i].type, "notice.reserved") == 0 &&
                        json_parse(f->last.facts.items[i].data, strlen(f->last.facts.items[i].data), &data,
                                NULL) == 0)
                        (void) copy_text(kind, sizeof(kind), json_get_string(data, "kind", ""));
        return kind;
}

static void tick_after(struct floor *f, int days) {
        scene_pass_days(f->s, days);
        floor_tick(f);
}

static void nobody_came_and_a_restart_reminds_nobody_twice(void **state) {
        struct floor *f = *state;

        wish(f, OURS);
        put_away(f);
        tick_after(f, 1);
        assert_string_equal(newest_kind(f), "pickup-reminder");
        assert_int_equal(scene_reopen(f->s), 0);
        bench_init(&f->bench, "b1");
        f->bench.kind = BENCH_COUNTER;
        tick_after(f, 1);
        assert_string_equal(newest_kind(f), "");
        tick_after(f, 4);
        assert_string_equal(newest_kind(f), "last-day");
        bench_init(&f->bench, "b1");
        f->bench.kind = BENCH_COUNTER;
        tick_after(f, 1);
        assert_string_equal(newest_kind(f), "");
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM notice"), 2);
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void what_was_collected_elsewhere_is_not_reminded_of(void **state) {
        struct floor *f = *state;

        wish(f, OURS);
        put_away(f);
        tell(f, 5, "collected");
        tick_after(f, 1);
        assert_string_equal(newest_kind(f), "");
        tell(f, 6, "undone");
        floor_tick(f);
        f->bench.remind_from_boot_usec = 0; /* the next round */
        floor_tick(f);
        assert_string_equal(newest_kind(f), "pickup-reminder");
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void one_that_was_cancelled_is_owed_again_while_its_day_lasts(void **state) {
        struct floor *f = *state;
        char data[384], id[UUID_TEXT_MAX];

        notice_id(scene_world(f->s).realm, "acme", "S-1", "pickup-reminder", 0, id);
        wish(f, OURS);
        put_away(f);
        tick_after(f, 1);
        (void) snprintf(data, sizeof(data),
                "{\"merchant\":\"acme\",\"notice\":\"%s\",\"kind\":\"pickup-reminder\",\"generation\":0,"
                "\"channel\":\"email\",\"attempts\":0,\"at\":\"2026-11-22T12:00:00.000+09:00\",\"reason\":"
                "\"nothing-waits\"}",
                id);
        assert_int_equal(floor_outcome(f, "notice.cancelled", data), 0);
        tick_after(f, 1);
        assert_string_equal(newest_kind(f), "pickup-reminder");
        assert_int_equal(
                scene_number(f->s, "SELECT max(generation) FROM notice WHERE kind = 'pickup-reminder'"), 1);
        assert_int_equal(scene_rebuild(f->s), 0);
}

/* ---- what counts once ---- */

static void a_used_receipt_is_known_after_a_restart(void **state) {
        struct floor *f = *state;

        wish(f, ",\"pickup\":{\"unpaid\":800}");
        put_away(f);
        assert_int_equal(floor_scan(f, "A-778"), VERDICT_UNPAID);
        assert_int_equal(floor_scan(f, "2026112100123"), VERDICT_PROOF);
        assert_int_equal(floor_scan(f, "OKURU-C-PROOF-DOCUMENT"), VERDICT_HAND_OVER);
        assert_int_equal(floor_scan(f, N1), VERDICT_COLLECTED);
        assert_int_equal(scene_reopen(f->s), 0);
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM receipt WHERE code = '2026112100123'"), 1);
        scene_sql(f->s, "UPDATE receipt SET shipment = 'S-0'"); /* as if it had been another order's */
        assert_int_equal(floor_scan(f, "OKURU-C-UNDO"), VERDICT_UNDONE);
        scene_sql(f->s, "UPDATE pickup SET paid = 0");
        assert_int_equal(floor_scan(f, "A-778"), VERDICT_UNPAID);
        assert_int_equal(floor_scan(f, "2026112100123"), VERDICT_UNPAID);
        assert_non_null(strstr(floor_sub_ja(f), "使用済み"));
        scene_sql(f->s, "UPDATE receipt SET shipment = 'S-1'; UPDATE pickup SET paid = 1");
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void offer(struct floor *f, const char *until) {
        char data[384];

        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"offer\":\"O-1\",\"version\":1,\"kind\":\"in-store\","
                "\"headline\":{\"ja\":\"靴下\"}%s}",
                until);
        floor_command(f, "offer", "O-1", data);
        assert_int_equal(floor_facts(f, "offer.changed"), 1);
}

static void tell_coupon(struct floor *f, int seq, const char *coupon) {
        char data[512];

        (void) snprintf(data, sizeof(data),
                "{\"station\":\"counter-2\",\"ledger\":\"" THEIRS "\",\"claims\":[{\"seq\":%d,\"kind\":"
                "\"redeemed\",\"merchant\":\"acme\",\"subject\":\"O-1\",\"number\":\"%s\",\"codes\":[],"
                "\"bench\":\"c1\",\"at\":\"2026-11-21T14:02:03.000+09:00\"}]}",
                seq, coupon);
        floor_command(f, CLAIMS_TYPE, "counter-2", data);
}

static int redeemed(struct floor *f, const char *coupon, struct world_redeemed *was) {
        struct world world = scene_world(f->s);

        return world.redeemed(world.userdata, "acme", "O-1", coupon, was);
}

static void a_coupon_that_was_redeemed_elsewhere_is_used_for_good(void **state) {
        struct floor *f = *state;
        struct world_redeemed was;

        offer(f, ",\"until\":\"2027-12-31T23:59:59+09:00\"");
        tell_coupon(f, 5, "C-1");
        tell_coupon(f, 6, "C-2");
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM claim"), 2); /* each is a thing of its own */
        assert_int_equal(scene_number(f->s, "SELECT count(*) FROM claim_code"), 0);
        assert_int_equal(redeemed(f, "C-1", &was), 0);
        assert_string_equal(was.station, "counter-2");
        assert_string_equal(was.bench, "c1");
        assert_int_equal(redeemed(f, "C-3", &was), WORLD_E_NONE);
        scene_pass_days(f->s, 40);
        forget_claims(f);
        assert_int_equal(redeemed(f, "C-2", &was), 0);
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void one_that_both_have_redeemed_is_a_conflict(void **state) {
        struct floor *f = *state;
        struct world_redeemed was;

        offer(f, "");
        assert_int_equal(scene_try(f->s, "offer.redeemed", "acme", "O-1", "c9", "",
                                 "\"coupon\":\"C-1\",\"kind\":\"in-store\""),
                0);
        tell_coupon(f, 5, "C-1");
        assert_int_equal(floor_facts(f, "conflict.found"), 1);
        tell_coupon(f, 5, "C-1");
        assert_int_equal(floor_facts(f, "conflict.found"), 0);
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM conflict WHERE kind = 'redeemed-twice'"), 1);
        assert_int_equal(redeemed(f, "C-1", &was), 0);
        assert_string_equal(was.station, "");
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void a_new_disk_knows_from_the_office_what_was_redeemed(void **state) {
        struct floor *f = *state;
        struct world_redeemed was;

        floor_command(f, "known", "acme",
                "{\"v\":1,\"merchant\":\"acme\",\"redeemed\":[{\"offer\":\"O-1\",\"coupon\":\"C-1\","
                "\"bench\":"
                "\"c1\",\"at\":\"2026-11-21T14:02:03.000+09:00\"},{\"offer\":\"O-1\",\"coupon\":\"C-2\","
                "\"station\":\"counter-2\"}]}");
        assert_int_equal(floor_facts(f, "known.received"), 1);
        assert_int_equal(redeemed(f, "C-1", &was), 0);
        assert_string_equal(was.bench, "c1");
        assert_int_equal(redeemed(f, "C-2", &was), 0);
        assert_string_equal(was.station, "counter-2");
        assert_int_equal(scene_rebuild(f->s), 0);
}

static void coupons_go_when_their_offer_is_long_over(void **state) {
        struct floor *f = *state;
        struct world_redeemed was;

        offer(f, ",\"until\":\"2026-12-31T23:59:59+09:00\"");
        assert_int_equal(scene_try(f->s, "offer.redeemed", "acme", "O-1", "c9", "",
                                 "\"coupon\":\"C-1\",\"kind\":\"in-store\""),
                0);
        tell_coupon(f, 5, "C-2");
        floor_policy(f, "scanned", "refuse");
        scene_pass_days(f->s, 60);
        assert_int_equal(
                scene_try(f->s, "bay.closed", "acme", "y1", "b1", "", "\"expected\":0,\"counted\":0"), 0);
        forget_claims(f);
        assert_int_equal(redeemed(f, "C-1", &was), 0); /* the offer ended 20 days ago */
        scene_pass_days(f->s, 30);
        assert_int_equal(
                scene_try(f->s, "bay.closed", "acme", "y1", "b1", "", "\"expected\":0,\"counted\":0"), 0);
        forget_claims(f);
        assert_int_equal(redeemed(f, "C-1", &was), WORLD_E_NONE);
        assert_int_equal(redeemed(f, "C-2", &was), WORLD_E_NONE);
        assert_int_equal(
                scene_number(f->s, "SELECT count(*) FROM fact WHERE type IN ('offer.redeemed', 'peer.met')"),
                0);
        assert_int_equal(scene_rebuild(f->s), 0);
}

static int stop_at_first(void *userdata, const struct shipment_ref *ref) {
        (void) userdata;
        assert_string_equal(ref->shipment, "S-1");
        return 7;
}

static void many_that_wait_are_looked_at_a_few_at_a_time(void **state) {
        struct floor *f = *state;
        struct shipment_ref from = {0};
        struct world world;

        wish(f, OURS);
        put_away(f);
        world = scene_world(f->s);
        assert_int_equal(
                world.pickups_waiting(world.userdata, &from, 8, INT64_MAX, 0, stop_at_first, NULL), 7);
        assert_int_equal(world.pickups_waiting(world.userdata, &from, 8, 0, 0, stop_at_first, NULL), 0);
        assert_int_equal(
                world.pickups_waiting(world.userdata, &from, 8, INT64_MAX, INT64_MAX, stop_at_first, NULL),
                0);
        (void) copy_text(from.merchant, sizeof(from.merchant), "acme");
        (void) copy_text(from.shipment, sizeof(from.shipment), "S-0");
        assert_int_equal(
                world.pickups_waiting(world.userdata, &from, 8, INT64_MAX, 0, stop_at_first, NULL), 7);
        (void) copy_text(from.shipment, sizeof(from.shipment), "S-1");
        assert_int_equal(
                world.pickups_waiting(world.userdata, &from, 8, INT64_MAX, 0, stop_at_first, NULL), 0);
}

static void who_was_told_of_the_last_day_is_not_looked_at_again(void **state) {
        struct floor *f = *state;
        struct shipment_ref from = {0};
        struct world world;

        wish(f, OURS);
        put_away(f);
        tick_after(f, 1);
        world = scene_world(f->s);
        assert_int_equal(
                world.pickups_waiting(world.userdata, &from, 8, INT64_MAX, 0, stop_at_first, NULL), 7);
        tick_after(f, 5);
        assert_string_equal(newest_kind(f), "last-day");
        world = scene_world(f->s);
        assert_int_equal(
                world.pickups_waiting(world.userdata, &from, 8, INT64_MAX, 0, stop_at_first, NULL), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, floor_setup, floor_teardown)
                T(what_the_other_counter_handed_over_does_not_wait_here_any_more),
                T(without_their_word_it_is_kept_until_its_last_day),
                T(what_they_took_back_waits_here_again),
                T(the_parcel_in_hand_is_given_up_when_they_have_handed_it_over),
                T(nobody_came_and_a_restart_reminds_nobody_twice),
                T(what_was_collected_elsewhere_is_not_reminded_of),
                T(one_that_was_cancelled_is_owed_again_while_its_day_lasts),
                T(a_used_receipt_is_known_after_a_restart),
                T(a_coupon_that_was_redeemed_elsewhere_is_used_for_good),
                T(one_that_both_have_redeemed_is_a_conflict),
                T(a_new_disk_knows_from_the_office_what_was_redeemed),
                T(coupons_go_when_their_offer_is_long_over),
                T(many_that_wait_are_looked_at_a_few_at_a_time),
                T(who_was_told_of_the_last_day_is_not_looked_at_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
