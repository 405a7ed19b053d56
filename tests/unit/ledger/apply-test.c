/* SPDX-License-Identifier: Apache-2.0 */
/* What each fact does to the tables. Every test ends with a rebuild that must come to the same (scene_teardown). */
#include "tests/unit/base/test.h"

#include "tests/unit/ledger/scene.h"

#include <string.h>

/* The shipment as deciding code sees it; freed by the next call. */
static struct shipment *look(struct scene *s, const char *shipment) {
        static struct shipment aggregate;
        struct world w = scene_world(s);

        shipment_deinit(&aggregate);
        if (!shipment)
                return NULL;
        assert_int_equal(w.shipment(w.userdata, M, shipment, &aggregate), 0);
        return &aggregate;
}

static const struct parcel *parcel(struct scene *s, const char *shipment, const char *id) {
        const struct parcel *p = shipment_parcel(look(s, shipment), id);

        assert_non_null(p);
        return p;
}

static int forget(void **state) {
        look(*state, NULL);
        return scene_teardown(state);
}

static void a_shipment_is_known_with_its_lines(void **state) {
        struct scene *s = *state;
        struct shipment *a;

        scene_shipment(s, "S-1", 1, NULL);
        a = look(s, "S-1");
        assert_int_equal(a->version, 1);
        assert_int_equal(a->n_lines, 3);
        assert_string_equal(a->carrier, "yamato");
        assert_int_equal(shipment_missing(a), 3);
        assert_int_equal(a->n_parcels, 0);
        assert_int_equal(a->notices[NOTICE_KIND_SHIPPED].n, 0);
}

static void a_new_version_replaces_lines_and_codes(void **state) {
        struct scene *s = *state;
        struct shipment_ref refs[2];
        struct world w;
        size_t n;

        scene_shipment(s, "S-1", 1, NULL);
        assert_int_equal(scene_try(s, "shipment.changed", M, "S-1", "", "",
                                 "\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":2,\"orders\":[\"A-"
                                 "1\"],\"open_codes\":[\"NEW\"],"
                                 "\"lines\":[{\"line\":\"9\",\"name\":{\"ja\":\"皿\"},\"quantity\":5,"
                                 "\"codes\":[{\"code\":\"DISH\"}]}],"
                                 "\"carrier\":\"sagawa\",\"held\":true,\"reason\":\"住所確認\""),
                0);
        assert_int_equal(look(s, "S-1")->version, 2);
        assert_true(look(s, "S-1")->held);
        assert_int_equal(shipment_missing(look(s, "S-1")), 5);
        w = scene_world(s);
        assert_int_equal(w.open_code(w.userdata, "S-1", refs, 2, &n), 0);
        assert_int_equal(n, 0);
        assert_int_equal(w.open_code(w.userdata, "NEW", refs, 2, &n), 0);
        assert_int_equal(n, 1);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM line_code"), 1);
}

static void a_wish_that_is_none_does_not_fit(void **state) {
        struct scene *s = *state;

        assert_int_equal(
                scene_try(s, "shipment.received", M, "S-1", "", "", "\"version\":1"), LEDGER_E_UNFIT);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM shipment"), 0);
}

static void units_count_for_the_shipment_and_by_how_they_were_confirmed(void **state) {
        struct scene *s = *state;

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_verify(s, P1, "S-1", "1", 1, NULL);
        assert_int_equal(look(s, "S-1")->lines[0].done, 1);
        assert_int_equal(shipment_missing(look(s, "S-1")), 2);
        assert_int_equal(scene_try(s, "item.verified", M, P1, "b1", "p1",
                                 "\"shipment\":\"S-1\",\"line\":\"1\",\"quantity\":1,\"how\":\"hand\""),
                0);
        assert_int_equal(parcel(s, "S-1", P1)->lines[0].quantity, 2);
        assert_int_equal(parcel(s, "S-1", P1)->lines[0].by_hand, 1);
        assert_int_equal(parcel(s, "S-1", P1)->state, PARCEL_OPEN);
        assert_string_equal(parcel(s, "S-1", P1)->bench, "b1");
        assert_string_equal(parcel(s, "S-1", P1)->actor, "p1");
}

static void a_verified_unit_that_is_damaged_counts_no_longer(void **state) {
        struct scene *s = *state;
        struct unit_owner owner;
        struct world w;

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_verify(s, P1, "S-1", "2", 1, "X1");
        w = scene_world(s);
        assert_int_equal(w.unit(w.userdata, M, "HAT-9", "X1", &owner), 0);
        assert_string_equal(owner.parcel, P1);
        scene_fact(s, "item.damaged", P1,
                "\"parcel\":\"" P1
                "\",\"shipment\":\"S-1\",\"line\":\"2\",\"quantity\":1,\"verified\":true,\"serial\":\"X1\"");
        assert_int_equal(look(s, "S-1")->lines[1].done, 0);
        assert_int_equal(w.unit(w.userdata, M, "HAT-9", "X1", &owner), WORLD_E_NONE);
        scene_fact(s, "item.damaged", P1,
                "\"parcel\":\"" P1
                "\",\"shipment\":\"S-1\",\"line\":\"1\",\"quantity\":1,\"verified\":false");
        assert_int_equal(look(s, "S-1")->lines[0].done, 0);
}

static void the_whole_way_of_a_parcel(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct world w;

        scene_shipment(s, "S-1", 1, NULL);
        scene_fact(s, "label.given", "S-1",
                "\"version\":1,\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"" N1 "\"}]");
        w = scene_world(s);
        assert_int_equal(w.number(w.userdata, N1, &owner), 0);
        assert_string_equal(owner.parcel, "");
        assert_int_equal(owner.piece, 1);
        assert_int_equal(look(s, "S-1")->label_version, 1);
        assert_string_equal(shipment_label(look(s, "S-1"), 1)->number, N1);

        scene_open_parcel(s, P1, "S-1", 1);
        scene_verify(s, P1, "S-1", "1", 2, NULL);
        scene_verify(s, P1, "S-1", "2", 1, "X1");
        scene_pack(s, P1, "S-1");
        assert_int_equal(parcel(s, "S-1", P1)->state, PARCEL_PACKED);
        assert_int_equal(parcel(s, "S-1", P1)->n_lines, 3);
        scene_print(s, P1, "S-1", N1, "given");
        assert_true(parcel(s, "S-1", P1)->printed);
        assert_int_equal(parcel(s, "S-1", P1)->prints, 1);
        assert_int_equal(w.number(w.userdata, "A" N1 "A", &owner), 0); /* with start and stop characters */
        assert_string_equal(owner.parcel, P1);
        scene_ready(s, P1, "S-1", N1);
        assert_string_equal(parcel(s, "S-1", P1)->bay, "y1");
        assert_true(parcel(s, "S-1", P1)->ready_usec > 0);
        assert_int_equal(scene_number(s, "SELECT stage = 'ready' AND closed_usec = 0 FROM shipment"), 1);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM bench WHERE parcel <> ''"), 0);
        scene_ship(s, P1, "S-1", N1);
        assert_int_equal(scene_number(s, "SELECT stage = 'shipped' AND closed_usec > 0 FROM shipment"), 1);
        assert_string_equal(parcel(s, "S-1", P1)->how, "bay-closed");
        assert_int_equal(w.number(w.userdata, N1, &owner), 0);
        assert_int_equal(owner.state, PARCEL_SHIPPED);
        assert_string_equal(owner.bench, "b1");
}

static void parked_and_resumed(void **state) {
        struct scene *s = *state;
        struct ledger_bench bench;

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        assert_int_equal(ledger_bench(s->l, "b1", &bench), 0);
        assert_string_equal(bench.parcel, P1);
        scene_fact(s, "parcel.parked", P1,
                "\"shipment\":\"S-1\",\"reason\":\"short\",\"shelf\":\"h1\",\"version\":1");
        assert_int_equal(parcel(s, "S-1", P1)->state, PARCEL_PARKED);
        assert_string_equal(parcel(s, "S-1", P1)->reason, "short");
        assert_string_equal(parcel(s, "S-1", P1)->shelf, "h1");
        assert_int_equal(ledger_bench(s->l, "b1", &bench), 0);
        assert_string_equal(bench.parcel, "");
        assert_int_equal(scene_try(s, "parcel.resumed", M, P1, "b2", "p2",
                                 "\"shipment\":\"S-1\",\"version\":2,\"from\":\"parked\",\"state\":\"open\""),
                0);
        assert_int_equal(parcel(s, "S-1", P1)->state, PARCEL_OPEN);
        assert_int_equal(parcel(s, "S-1", P1)->version, 2);
        assert_string_equal(parcel(s, "S-1", P1)->reason, "");
        assert_int_equal(ledger_bench(s->l, "b2", &bench), 0);
        assert_string_equal(bench.parcel, P1);
}

static void a_hold_after_ready_is_a_pull_task_and_its_release_none_any_more(void **state) {
        struct scene *s = *state;

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_pack(s, P1, "S-1");
        scene_ready(s, P1, "S-1", N1);
        scene_shipment(s, "S-1", 2,
                "\"held\":true,\"pull\":[{\"parcel\":\"" P1 "\",\"reason\":\"held\"}],\"unpull\":[]");
        assert_string_equal(parcel(s, "S-1", P1)->pull_reason, "held");
        scene_shipment(s, "S-1", 3, "\"pull\":[],\"unpull\":[\"" P1 "\"]");
        assert_string_equal(parcel(s, "S-1", P1)->pull_reason, "");
        scene_shipment(s, "S-1", 4,
                "\"cancelled\":true,\"pull\":[{\"parcel\":\"" P1 "\",\"reason\":\"cancelled\"}]");
        scene_fact(s, "parcel.pulled", P1, "\"shipment\":\"S-1\",\"reason\":\"cancelled\",\"bay\":\"y1\"");
        assert_int_equal(parcel(s, "S-1", P1)->state, PARCEL_PULLED);
        assert_string_equal(parcel(s, "S-1", P1)->bay, "");
        assert_int_equal(scene_number(s, "SELECT closed_usec FROM shipment"), 0);
        scene_fact(s, "parcel.voided", P1,
                "\"shipment\":\"S-1\",\"from\":\"pulled\",\"reason\":\"cancelled\",\"returned\":[],"
                "\"number\":\"" N1 "\"");
        assert_int_equal(parcel(s, "S-1", P1)->state, PARCEL_VOIDED);
        assert_int_equal(scene_number(s, "SELECT closed_usec > 0 AND stage = 'cancelled' FROM shipment"), 1);
        assert_int_equal(scene_number(s, "SELECT dead FROM number WHERE number = '" N1 "'"), 1);
}

static void voided_units_are_free_again(void **state) {
        struct scene *s = *state;
        struct unit_owner owner;
        struct world w;

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_verify(s, P1, "S-1", "2", 1, "X1");
        scene_fact(s, "parcel.voided", P1,
                "\"shipment\":\"S-1\",\"from\":\"open\",\"reason\":\"by-hand\",\"returned\":[]");
        w = scene_world(s);
        assert_int_equal(w.unit(w.userdata, M, "HAT-9", "X1", &owner), WORLD_E_NONE);
        assert_int_equal(shipment_missing(look(s, "S-1")), 3);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM bench"), 0);
        assert_int_equal(scene_number(s, "SELECT stage = 'new' FROM shipment"), 1);
}

static void a_reopened_parcel_keeps_its_contents(void **state) {
        struct scene *s = *state;

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_pack(s, P1, "S-1");
        scene_ready(s, P1, "S-1", N1);
        assert_int_equal(scene_try(s, "parcel.pulled", M, P1, "b2", "p1",
                                 "\"shipment\":\"S-1\",\"reason\":\"reopened\""),
                0);
        assert_int_equal(
                scene_try(s, "parcel.reopened", M, P1, "b2", "p1", "\"shipment\":\"S-1\",\"from\":\"ready\""),
                0);
        assert_int_equal(parcel(s, "S-1", P1)->state, PARCEL_OPEN);
        assert_int_equal(parcel(s, "S-1", P1)->n_lines, 3);
        assert_int_equal(parcel(s, "S-1", P1)->ready_usec, 0);
        assert_string_equal(parcel(s, "S-1", P1)->bench, "b2");
        assert_string_equal(parcel(s, "S-1", P1)->number, N1);
}

static void a_label_that_is_gone_is_dead_for_ever(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct world w = scene_world(s);

        scene_shipment(s, "S-1", 1, NULL);
        scene_fact(s, "label.given", "S-1",
                "\"version\":1,\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"" N1
                "\",\"print\":{\"ref\":\"" P3 "\",\"hash\":\"00\"}}]");
        assert_string_equal(shipment_label(look(s, "S-1"), 1)->ref, P3);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_pack(s, P1, "S-1");
        scene_ready(s, P1, "S-1", N1);
        scene_fact(s, "label.given", "S-1",
                "\"version\":2,\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"" N2
                "\"}],\"pull\":[{\"parcel\":\"" P1 "\",\"reason\":\"label-changed\"}]");
        scene_fact(s, "waybill.replaced", P1,
                "\"shipment\":\"S-1\",\"carrier\":\"yamato\",\"old\":\"" N1 "\",\"number\":\"" N2
                "\",\"reason\":\"label-changed\"");
        assert_int_equal(w.number(w.userdata, N1, &owner), 0);
        assert_true(owner.dead);
        assert_string_equal(owner.parcel, P1);
        assert_int_equal(w.number(w.userdata, N2, &owner), 0);
        assert_false(owner.dead);
        assert_string_equal(owner.parcel, P1);
        assert_string_equal(parcel(s, "S-1", P1)->pull_reason, "label-changed");
        assert_string_equal(parcel(s, "S-1", P1)->number, N2);
        assert_false(parcel(s, "S-1", P1)->printed);
}

static void a_label_may_come_before_its_shipment(void **state) {
        struct scene *s = *state;

        scene_fact(s, "label.given", "S-1",
                "\"version\":4,\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"" N1 "\"}]");
        scene_fact(s, "contact.received", "S-1",
                "\"version\":2,\"contact\":{\"ref\":\"" P3 "\",\"hash\":\"00\"}");
        assert_null(look(s, "S-1")->doc);
        assert_int_equal(look(s, "S-1")->version, 0);
        assert_int_equal(look(s, "S-1")->label_version, 4);
        assert_int_equal(look(s, "S-1")->contact_version, 2);
        assert_string_equal(look(s, "S-1")->carrier, "");
        scene_shipment(s, "S-1", 1, NULL);
        assert_int_equal(look(s, "S-1")->label_version, 4);
        assert_int_equal(look(s, "S-1")->n_labels, 1);
        assert_int_equal(scene_number(s, "SELECT contact_pos > 0 FROM shipment"), 1);
        scene_fact(s, "contact.erased", "S-1", "");
        assert_int_equal(look(s, "S-1")->contact_version, 2);
        assert_int_equal(scene_number(s, "SELECT contact_pos FROM shipment"), 0);
}

static void two_pieces_are_one_shipment(void **state) {
        struct scene *s = *state;

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_verify(s, P1, "S-1", "1", 1, NULL);
        scene_fact(s, "parcel.packed", P1,
                "\"shipment\":\"S-1\",\"version\":1,\"contents\":[{\"line\":\"1\",\"quantity\":1}]");
        scene_ready(s, P1, "S-1", N1);
        assert_int_equal(scene_number(s, "SELECT stage = 'packing' FROM shipment"), 1);
        scene_open_parcel(s, P2, "S-1", 2);
        scene_verify(s, P2, "S-1", "1", 1, NULL);
        scene_verify(s, P2, "S-1", "2", 1, "X1");
        assert_int_equal(shipment_missing(look(s, "S-1")), 0);
        assert_string_equal(look(s, "S-1")->parcels[0].id, P1);
        assert_string_equal(look(s, "S-1")->parcels[1].id, P2);
        scene_fact(s, "parcel.packed", P2,
                "\"shipment\":\"S-1\",\"version\":1,\"contents\":[{\"line\":\"1\",\"quantity\":1},{\"line\":"
                "\"2\",\"quantity\":1}]");
        scene_ready(s, P2, "S-1", N2);
        scene_ship(s, P1, "S-1", N1);
        assert_int_equal(scene_number(s, "SELECT stage = 'ready' FROM shipment"), 1);
        scene_ship(s, P2, "S-1", N2);
        assert_int_equal(scene_number(s, "SELECT closed_usec > 0 FROM shipment"), 1);
}

static void a_partial_parcel_ends_its_shipment(void **state) {
        struct scene *s = *state;

        scene_shipment(s, "S-1", 1, "\"partial\":true");
        scene_open_parcel(s, P1, "S-1", 1);
        scene_fact(s, "item.short", P1,
                "\"parcel\":\"" P1 "\",\"shipment\":\"S-1\",\"line\":\"1\",\"missing\":2");
        scene_fact(s, "parcel.packed", P1,
                "\"shipment\":\"S-1\",\"version\":1,\"partial\":true,\"contents\":[{\"line\":\"2\","
                "\"quantity\":1}]");
        scene_ready(s, P1, "S-1", N1);
        scene_ship(s, P1, "S-1", N1);
        assert_int_equal(scene_number(s, "SELECT closed_usec > 0 FROM shipment"), 1);
}

static void an_unverified_parcel_meets_its_shipment(void **state) {
        struct scene *s = *state;
        struct shipment_ref refs[4];
        struct world w = scene_world(s);
        struct unit_owner unit;
        struct number_owner owner;
        size_t n;

        assert_int_equal(scene_try(s, "parcel.opened", M, P1, "b1", "p1",
                                 "\"shipment\":\"TOTE-S-1\",\"piece\":1,\"pieces\":1,\"version\":0,\"code\":"
                                 "\"TOTE-S-1\","
                                 "\"unverified\":true"),
                0);
        assert_int_equal(w.open_code(w.userdata, "TOTE-S-1", refs, 4, &n), 0);
        assert_int_equal(n, 1);
        assert_int_equal(look(s, "TOTE-S-1")->waybill, WAYBILL_READ);
        assert_int_equal(scene_try(s, "item.verified", M, P1, "b1", "p1",
                                 "\"shipment\":\"TOTE-S-1\",\"line\":\"4901234567894\",\"quantity\":2,"
                                 "\"how\":\"scanned\","
                                 "\"code\":\"4901234567894\",\"serial\":\"Z1\""),
                0);
        scene_fact(s, "parcel.packed", P1,
                "\"shipment\":\"TOTE-S-1\",\"version\":0,\"unverified\":true,"
                "\"contents\":[{\"line\":\"4901234567894\",\"quantity\":2}]");
        scene_ready(s, P1, "TOTE-S-1", N1);
        scene_shipment(s, "S-1", 1, NULL);
        scene_fact(s, "parcel.reconciled", P1,
                "\"shipment\":\"S-1\",\"piece\":1,\"pieces\":1,\"was\":\"TOTE-S-1\",\"agrees\":false,"
                "\"contents\":[{\"line\":\"1\",\"quantity\":2}]");
        scene_fact(s, "conflict.found", "S-1",
                "\"kind\":\"contents-differ\",\"parcel\":\"" P1 "\",\"text\":\"x\"");
        assert_int_equal(look(s, "S-1")->n_parcels, 1);
        assert_false(parcel(s, "S-1", P1)->unverified);
        assert_int_equal(look(s, "S-1")->lines[0].done, 2);
        assert_int_equal(w.number(w.userdata, N1, &owner), 0);
        assert_string_equal(owner.shipment, "S-1");
        assert_int_equal(w.unit(w.userdata, M, "4901234567894", "Z1", &unit), 0);
        assert_string_equal(unit.shipment, "S-1");
        assert_int_equal(w.open_code(w.userdata, "TOTE-S-1", refs, 4, &n), 0);
        assert_int_equal(n, 1);
        assert_string_equal(refs[0].shipment, "S-1");
        assert_int_equal(scene_number(s, "SELECT count(*) FROM conflict"), 1);
}

static void a_notice_goes_its_way_and_its_generation_rises(void **state) {
        struct scene *s = *state;
        static const char times[] = "\"not_before\":\"2026-11-21T14:32:03.000+09:00\",\"expires\":\"2026-11-"
                                    "24T14:02:03.000+09:00\"";
        char data[512];

        scene_shipment(s, "S-1", 1, NULL);
        (void) snprintf(
                data, sizeof(data), "\"notice\":\"%s\",\"kind\":\"shipped\",\"generation\":0,%s", P1, times);
        scene_fact(s, "notice.reserved", "S-1", data);
        assert_true(look(s, "S-1")->notices[NOTICE_KIND_SHIPPED].live);
        assert_int_equal(look(s, "S-1")->notices[NOTICE_KIND_SHIPPED].n, 1);
        assert_int_equal(scene_try(s, "notice.reserved", M, "S-1", "", "", data), LEDGER_E_UNFIT);
        scene_fact(s, "notice.cancelled", "S-1",
                "\"notice\":\"" P1 "\",\"kind\":\"shipped\",\"generation\":0,\"attempts\":0,\"at\":\"2026-11-"
                "21T14:10:00+09:00\"");
        assert_false(look(s, "S-1")->notices[NOTICE_KIND_SHIPPED].live);
        (void) snprintf(
                data, sizeof(data), "\"notice\":\"%s\",\"kind\":\"shipped\",\"generation\":1,%s", P2, times);
        scene_fact(s, "notice.reserved", "S-1", data);
        assert_int_equal(look(s, "S-1")->notices[NOTICE_KIND_SHIPPED].n, 2);
        scene_fact(s, "notice.accepted", "S-1",
                "\"notice\":\"" P2
                "\",\"kind\":\"shipped\",\"generation\":1,\"channel\":\"email\",\"attempts\":2,"
                "\"at\":\"2026-11-21T14:40:00+09:00\"");
        assert_true(look(s, "S-1")->notices[NOTICE_KIND_SHIPPED].live);
        assert_int_equal(
                scene_number(s, "SELECT attempts FROM notice WHERE state = 'accepted' AND channel = 'email'"),
                2);
        assert_int_equal(
                scene_try(s, "notice.failed", M, "S-1", "", "", "\"notice\":\"" P3 "\""), LEDGER_E_UNFIT);
}

static void people_sign_in_and_out(void **state) {
        struct scene *s = *state;
        struct ledger_bench bench;

        assert_int_equal(scene_try(s, "person.in", "", "p1", "b1", "", "\"role\":\"leader\""), 0);
        assert_int_equal(ledger_bench(s->l, "b1", &bench), 0);
        assert_string_equal(bench.person, "p1");
        assert_int_equal(bench.role, ROLE_LEADER);
        assert_int_equal(scene_try(s, "person.out", "", "p2", "b1", "", "\"role\":\"leader\""), 0);
        assert_int_equal(ledger_bench(s->l, "b1", &bench), 0);
        assert_string_equal(bench.person, "p1");
        assert_int_equal(
                scene_try(s, "person.out", "", "p1", "b1", "", "\"role\":\"leader\",\"reason\":\"idle\""), 0);
        assert_int_equal(ledger_bench(s->l, "b1", &bench), 0);
        assert_string_equal(bench.person, "");
        assert_int_equal(ledger_bench(s->l, "nowhere", &bench), 0);
        assert_string_equal(bench.parcel, "");
}

static void facts_about_nobody_s_parcel_do_not_fit(void **state) {
        struct scene *s = *state;
        static const char *const types[] = {"item.verified", "parcel.parked", "parcel.resumed",
                "parcel.packed", "waybill.printed", "waybill.replaced", "parcel.ready", "parcel.pulled",
                "parcel.shipped", "parcel.reopened", "parcel.voided", "parcel.reconciled"};

        scene_shipment(s, "S-1", 1, NULL);
        for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
                assert_int_equal(scene_try(s, types[i], M, P1, "b1", "",
                                         "\"shipment\":\"S-1\",\"line\":\"1\",\"quantity\":1"),
                        LEDGER_E_UNFIT);
        scene_open_parcel(s, P1, "S-1", 1);
        for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
                assert_int_equal(scene_try(s, types[i], "beta", P1, "b1", "",
                                         "\"shipment\":\"S-1\",\"line\":\"1\",\"quantity\":1"),
                        LEDGER_E_UNFIT);
        assert_int_equal(
                scene_try(s, "parcel.opened", M, P1, "b1", "", "\"shipment\":\"S-1\""), LEDGER_E_UNFIT);
        assert_int_equal(
                scene_try(s, "parcel.opened", M, P2, "b1", "", "\"shipment\":\"S-2\""), LEDGER_E_UNFIT);
}

static void what_a_snapshot_tells_of_answers_to_its_id_until_its_wish_comes(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct world w;

        scene_fact(s, "known.received", M,
                "\"merchant\":\"acme\",\"parcels\":[{\"parcel\":\"" P1
                "\",\"shipment\":\"S-7\",\"piece\":1,\"state\":\"shipped\","
                "\"at\":\"2026-11-20T10:00:00+09:00\"}]");
        w = scene_world(s);
        assert_int_equal(w.closed_code(w.userdata, "S-7", &owner), 0);
        assert_string_equal(owner.parcel, P1);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM open_code WHERE shipment = 'S-7'"), 1);
        scene_shipment(s, "S-7", 1, NULL);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM open_code WHERE shipment = 'S-7'"),
                scene_number(s, "SELECT count(*) FROM open_code WHERE shipment = 'S-7' AND code IN ('S-7', "
                                "'TOTE-S-7')"));
}

static void a_snapshot_tells_what_another_disk_did(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct unit_owner unit;
        struct shipment_ref refs[2];
        struct world w = scene_world(s);
        size_t n;

        assert_true(w.snapshot_open);
        assert_int_equal(
                scene_try(s, "snapshot.begun", "", "snapshot", "", "", "\"snapshot\":\"" P3 "\""), 0);
        scene_shipment(s, "S-1", 1, NULL);
        scene_fact(s, "known.received", M,
                "\"merchant\":\"acme\",\"parcels\":[{\"parcel\":\"" P1
                "\",\"shipment\":\"S-1\",\"piece\":1,\"number\":\"" N1
                "\",\"state\":\"shipped\",\"at\":\"2026-11-20T10:00:00+09:00\"}],"
                "\"units\":[{\"code\":\"HAT-9\",\"serial\":\"X1\",\"parcel\":\"" P1 "\"}],"
                "\"notices\":[{\"notice\":\"" P2
                "\",\"shipment\":\"S-1\",\"kind\":\"shipped\",\"generation\":0,\"state\":\"sending\"}]");
        assert_int_equal(
                scene_try(s, "snapshot.ended", "", "snapshot", "", "", "\"snapshot\":\"" P3 "\",\"n\":2"), 0);
        w = scene_world(s);
        assert_false(w.snapshot_open);
        assert_int_equal(w.number(w.userdata, N1, &owner), 0);
        assert_int_equal(owner.state, PARCEL_SHIPPED);
        assert_int_equal(w.unit(w.userdata, M, "HAT-9", "X1", &unit), 0);
        assert_int_equal(w.open_code(w.userdata, "S-1", refs, 2, &n), 0);
        assert_int_equal(n, 0);
        assert_int_equal(w.closed_code(w.userdata, "S-1", &owner), 0);
        assert_string_equal(owner.parcel, P1);
        assert_true(look(s, "S-1")->notices[NOTICE_KIND_SHIPPED].live);
        assert_int_equal(scene_number(s, "SELECT state = 'unknown' FROM notice"), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, scene_setup, forget)
                T(a_shipment_is_known_with_its_lines),
                T(a_new_version_replaces_lines_and_codes),
                T(a_wish_that_is_none_does_not_fit),
                T(units_count_for_the_shipment_and_by_how_they_were_confirmed),
                T(a_verified_unit_that_is_damaged_counts_no_longer),
                T(the_whole_way_of_a_parcel),
                T(parked_and_resumed),
                T(a_hold_after_ready_is_a_pull_task_and_its_release_none_any_more),
                T(voided_units_are_free_again),
                T(a_reopened_parcel_keeps_its_contents),
                T(a_label_that_is_gone_is_dead_for_ever),
                T(a_label_may_come_before_its_shipment),
                T(two_pieces_are_one_shipment),
                T(a_partial_parcel_ends_its_shipment),
                T(an_unverified_parcel_meets_its_shipment),
                T(a_notice_goes_its_way_and_its_generation_rises),
                T(people_sign_in_and_out),
                T(facts_about_nobody_s_parcel_do_not_fit),
                T(what_a_snapshot_tells_of_answers_to_its_id_until_its_wish_comes),
                T(a_snapshot_tells_what_another_disk_did),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
