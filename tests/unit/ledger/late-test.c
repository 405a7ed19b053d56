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

static void outcome_of(struct floor *f, const char *type, int generation) {
        char id[UUID_TEXT_MAX], data[256];

        notice_id(scene_world(f->s).realm, M, "S-1", "shipped", generation, id);
        (void) snprintf(data, sizeof(data),
                "{\"merchant\":\"acme\",\"notice\":\"%s\",\"kind\":\"shipped\",\"generation\":%d,"
                "\"attempts\":0,\"at\":\"2026-11-21T15:02:03.000+09:00\"}",
                id, generation);
        assert_int_equal(floor_outcome(f, type, data), 0);
}

/* Shipped, voided by a leader (whose badge nobody asks for here), and packed again under another label. */
static void ship_twice(struct floor *f) {
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
}

static void what_went_again_before_its_notice_was_cancelled_is_owed_the_next(void **state) {
        struct floor *f = *state;

        ship_twice(f);
        assert_int_equal(floor_facts(f, "notice.reserved"), 0); /* the first one may still go */
        outcome_of(f, "notice.cancelled", 0);
        assert_int_equal(floor_facts(f, "notice.cancelled"), 1);
        assert_int_equal(floor_facts(f, "notice.reserved"), 1);
        assert_int_equal(scene_number(f->s, "SELECT generation FROM notice WHERE state = 'reserved'"), 1);
        assert_null(strstr(f->last.facts.items[0].data, "merchant"));
        outcome_of(f, "notice.cancelled", 0); /* told again */
        assert_int_equal(floor_facts(f, "notice.reserved"), 0);
}

static void a_notice_that_was_accepted_is_never_reserved_again(void **state) {
        struct floor *f = *state;

        ship_twice(f);
        outcome_of(f, "notice.accepted", 0);
        assert_int_equal(floor_facts(f, "notice.reserved"), 0);
        floor_shipment(f, 2, "\"reason\":\"x\"");
        assert_int_equal(floor_facts(f, "notice.reserved"), 0);
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

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, floor_setup, floor_teardown)
                T(what_went_again_before_its_notice_was_cancelled_is_owed_the_next),
                T(a_notice_that_was_accepted_is_never_reserved_again),
                T(a_cancelled_notice_of_what_is_not_gone_stays_cancelled),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
