/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/ledger/purge.h"
#include "firmware/views/standing.h"
#include "tests/unit/ledger/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct view { /* a ledger, and somebody who looks at it */
        struct scene *scene;
        struct facts *facts;
        struct standing *standing;
        char text[1024]; /* what the callbacks wrote */
        int max;         /* a callback stops after so many; 0 never */
        int n;
};

static int setup(void **state) {
        struct view *v = calloc(1, sizeof(*v));

        assert_non_null(v);
        assert_int_equal(scene_setup((void **) &v->scene), 0);
        assert_int_equal(facts_open(&v->facts, v->scene->path, NULL), 0);
        assert_int_equal(standing_open(&v->standing, v->facts), 0);
        *state = v;
        return 0;
}

static int teardown(void **state) {
        struct view *v = *state;

        v->standing = standing_close(v->standing);
        v->facts = facts_close(v->facts);
        assert_int_equal(scene_teardown((void **) &v->scene), 0);
        free(v);
        return 0;
}

static void clear(struct view *v) {
        v->text[0] = 0;
        v->n = 0;
}

static int add(struct view *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int add(struct view *v, const char *format, ...) {
        size_t n = strlen(v->text);
        va_list ap;

        va_start(ap, format);
        (void) vsnprintf(v->text + n, sizeof(v->text) - n, format, ap);
        va_end(ap);
        return ++v->n == v->max;
}

static int add_parcel(const struct standing_parcel *p, void *userdata) {
        return add(userdata, "%s/%d %s %s%s%s;", p->shipment, p->piece, p->state, p->bay, p->shelf,
                p->pull_reason);
}

static void check_parcels(struct view *v, enum standing_which which, const char *expect) {
        clear(v);
        assert_int_equal(standing_parcels(v->standing, which, add_parcel, v), 0);
        assert_string_equal(v->text, expect);
}

static void parcels_are_listed_by_where_they_lie(void **state) {
        struct view *v = *state;
        struct standing_counts c;

        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_shipment(v->scene, "S-2", 1, NULL);
        scene_shipment(v->scene, "S-3", 1, NULL);
        scene_open_parcel(v->scene, P2, "S-2", 1);
        scene_open_parcel(v->scene, P1, "S-1", 1);
        check_parcels(v, STANDING_OPEN, "S-2/1 open ;S-1/1 open ;");
        scene_pack(v->scene, P2, "S-2");
        scene_ready(v->scene, P2, "S-2", N2);
        scene_fact(
                v->scene, "parcel.parked", P1, "\"shipment\":\"S-1\",\"reason\":\"short\",\"shelf\":\"h1\"");
        scene_shipment(
                v->scene, "S-2", 2, "\"held\":true,\"pull\":[{\"parcel\":\"" P2 "\",\"reason\":\"held\"}]");
        scene_open_parcel(v->scene, P3, "S-3", 1);
        check_parcels(v, STANDING_OPEN, "S-3/1 open ;");
        check_parcels(v, STANDING_PARKED, "S-1/1 parked h1;");
        check_parcels(v, STANDING_READY, "S-2/1 ready y1held;");
        check_parcels(v, STANDING_PULL, "S-2/1 ready y1held;");
        check_parcels(v, STANDING_PULLED, "");
        assert_int_equal(standing_count(v->standing, &c), 0);
        assert_int_equal(c.open, 1);
        assert_int_equal(c.parked, 1);
        assert_int_equal(c.ready, 1);
        assert_int_equal(c.pull, 1);
        assert_int_equal(
                c.heads[LANE_FACT], scene_number(v->scene, "SELECT max(seq) FROM fact WHERE lane = 0"));
        assert_int_equal(c.rows[LANE_INTAKE], 4);
        scene_fact(v->scene, "parcel.pulled", P2, "\"shipment\":\"S-2\",\"reason\":\"held\"");
        check_parcels(v, STANDING_PULLED, "S-2/1 pulled ;");
        check_parcels(v, STANDING_PULL, "");
        clear(v);
        assert_int_equal(standing_parcels_of(v->standing, M, "S-1", add_parcel, v), 0);
        assert_string_equal(v->text, "S-1/1 parked h1;");
}

static int add_numbers(const struct standing_parcel *p, void *userdata) {
        return add(userdata, "%s on box %s;", p->number, p->on_box);
}

static void a_pull_task_tells_the_number_that_is_on_the_box(void **state) {
        struct view *v = *state;

        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_open_parcel(v->scene, P1, "S-1", 1);
        scene_pack(v->scene, P1, "S-1");
        scene_ready(v->scene, P1, "S-1", N1);
        assert_int_equal(standing_parcels(v->standing, STANDING_READY, add_numbers, v), 0);
        assert_string_equal(v->text, N1 " on box ;");
        scene_fact(v->scene, "label.given", "S-1",
                "\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":2,\"labels\":[{\"piece\":1,"
                "\"carrier\":\"yamato\",\"number\":\"" N2 "\"}],\"pull\":[{\"parcel\":\"" P1
                "\",\"reason\":\"label-changed\"}]");
        scene_fact(v->scene, "waybill.replaced", P1,
                "\"shipment\":\"S-1\",\"carrier\":\"yamato\",\"old\":\"" N1 "\",\"number\":\"" N2
                "\",\"reason\":\"label-changed\"");
        clear(v);
        assert_int_equal(standing_parcels(v->standing, STANDING_PULL, add_numbers, v), 0);
        assert_string_equal(v->text, N2 " on box " N1 ";");
}

static int add_match(const struct standing_match *m, void *userdata) {
        return add(userdata, "%s %s %s%s%s;", m->by, m->shipment, m->state, m->dead ? " dead" : "",
                m->gone ? " gone" : "");
}

static void check_find(struct view *v, const char *text, const char *expect) {
        clear(v);
        assert_int_equal(standing_find(v->standing, text, add_match, v), 0);
        assert_string_equal(v->text, expect);
}

static void a_text_is_found_whatever_it_names(void **state) {
        struct view *v = *state;

        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_fact(v->scene, "label.given", "S-1",
                "\"version\":1,\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"" N2 "\"}]");
        scene_fact(v->scene, "label.given", "S-1",
                "\"version\":2,\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"" N3 "\"}]");
        scene_open_parcel(v->scene, P1, "S-1", 1);
        scene_print(v->scene, P1, "S-1", N3, "given");
        check_find(v, "S-1", "shipment S-1 packing;");
        check_find(v, "TOTE-S-1", "code S-1 packing;");
        check_find(v, N3, "number S-1 open;");
        check_find(v, "4444-1375-8725", "number S-1 open;");
        check_find(v, N2, "number S-1  dead;");
        check_find(v, P1, "parcel S-1 open;");
        check_find(v, "S-2", "");
        check_find(v, "A-1", "order S-1 packing;");
        check_find(v, "SN-1", "");
        scene_verify(v->scene, P1, "S-1", "2", 1, "SN-1");
        check_find(v, "SN-1", "serial S-1 open;");
        check_find(v, "", "");
        check_find(v, "%' OR 1=1 --", "");
}

static void what_was_purged_is_found_as_gone(void **state) {
        struct view *v = *state;
        struct purge_limits limits = {.upto = {1000, 1000, 1000}, .trusted = true};
        struct purge_result result;

        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_whole(v->scene, P1, "S-1", N1);
        scene_pass_days(v->scene, 31);
        scene_fact(v->scene, "clock.changed", "st1", "");
        scene_fact(v->scene, "station.started", "st1", "");
        scene_shipment(v->scene, "S-9", 1, NULL);
        limits.now = v->scene->now;
        assert_int_equal(store_begin(ledger_store(v->scene->l)), 0);
        assert_int_equal(ledger_purge(v->scene->l, &limits, &result), 0);
        assert_int_equal(store_commit(ledger_store(v->scene->l)), 0);
        assert_int_equal(result.subjects, 1);
        check_find(v, N1, "code S-1 shipped gone;number S-1 shipped gone;");
        check_find(v, "TOTE-S-1", "code S-1 shipped gone;");
        check_find(v, P1, "parcel S-1 shipped gone;");
        check_find(v, "A-1", "order S-9 new;");
}

static int add_bay(const struct standing_bay *b, void *userdata) {
        return add(
                userdata, "%s %d/%d %s;", b->bay, (int) b->ready, (int) b->pull, *b->data ? "planned" : "");
}

static void bays_are_those_planned_and_those_in_use(void **state) {
        struct view *v = *state;

        assert_int_equal(scene_try(v->scene, "bay.scheduled", "", "z9", "", "",
                                 "\"version\":1,\"bay\":\"z9\",\"carrier\":\"yamato\",\"collections\":[]"),
                0);
        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_open_parcel(v->scene, P1, "S-1", 1);
        scene_pack(v->scene, P1, "S-1");
        scene_ready(v->scene, P1, "S-1", N1);
        assert_int_equal(standing_bays(v->standing, add_bay, v), 0);
        assert_string_equal(v->text, "y1 1/0 ;z9 0/0 planned;");
}

static int add_bench(const struct standing_bench *b, void *userdata) {
        return add(
                userdata, "%s %s %s%s %s %s;", b->bench, b->person, b->role, b->lang, b->shipment, b->state);
}

static void benches_show_who_is_there_and_what_is_open(void **state) {
        struct view *v = *state;

        assert_int_equal(scene_try(v->scene, "person.in", "", "p7", "b2", "", "\"role\":\"leader\""), 0);
        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_open_parcel(v->scene, P1, "S-1", 1);
        assert_int_equal(standing_benches(v->standing, add_bench, v), 0);
        assert_string_equal(v->text, "b1   S-1 open;b2 p7 leader  ;");
}

static int add_notice(const struct standing_notice *n, void *userdata) {
        return add(userdata, "%s %s %d %s;", n->shipment, n->state, n->generation, n->channel);
}

static void reserve(struct view *v, const char *shipment, const char *id, const char *not_before) {
        char data[256];

        (void) snprintf(data, sizeof(data),
                "\"notice\":\"%s\",\"kind\":\"shipped\",\"generation\":0,\"not_before\":\"%s\","
                "\"expires\":\"2026-11-24T14:02:03+09:00\"",
                id, not_before);
        scene_fact(v->scene, "notice.reserved", shipment, data);
}

static void notices_wait_in_the_order_in_which_they_are_due(void **state) {
        struct view *v = *state;
        struct standing_counts c;

        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_shipment(v->scene, "S-2", 1, NULL);
        reserve(v, "S-1", P1, "2026-11-21T15:00:00+09:00");
        reserve(v, "S-2", P2, "2026-11-21T14:30:00+09:00");
        assert_int_equal(standing_notices_waiting(v->standing, add_notice, v), 0);
        assert_string_equal(v->text, "S-2 reserved 0 ;S-1 reserved 0 ;");
        scene_fact(v->scene, "notice.accepted", "S-1",
                "\"notice\":\"" P1
                "\",\"kind\":\"shipped\",\"generation\":0,\"channel\":\"email\",\"attempts\":1");
        clear(v);
        assert_int_equal(standing_notices(v->standing, 1, add_notice, v), 0);
        assert_string_equal(v->text, "S-1 accepted 0 email;");
        clear(v);
        assert_int_equal(standing_notices_of(v->standing, M, "S-2", add_notice, v), 0);
        assert_string_equal(v->text, "S-2 reserved 0 ;");
        clear(v);
        assert_int_equal(standing_notices_owing(v->standing, add_notice, v), 0);
        assert_string_equal(v->text, "");
        scene_fact(v->scene, "notice.accepted", "S-1",
                "\"notice\":\"" P1 "\",\"kind\":\"shipped\",\"generation\":0,\"channel\":\"email\","
                "\"attempts\":1,\"correction\":true");
        assert_int_equal(standing_notices_owing(v->standing, add_notice, v), 0);
        assert_string_equal(v->text, "S-1 accepted 0 email;");
        assert_int_equal(standing_count(v->standing, &c), 0);
        assert_int_equal(c.corrections, 1);
        scene_fact(v->scene, "notice.reserved", "S-1",
                "\"notice\":\"" P3 "\",\"kind\":\"shipped\",\"generation\":1,\"owner\":\"station\","
                "\"not_before\":\"2026-11-21T15:00:00+09:00\",\"expires\":\"2026-11-22T15:00:00+09:00\"");
        assert_int_equal(standing_count(v->standing, &c), 0);
        assert_int_equal(c.corrections, 1); /* promised is not told */
        scene_fact(v->scene, "notice.accepted", "S-1",
                "\"notice\":\"" P3
                "\",\"kind\":\"shipped\",\"generation\":1,\"channel\":\"email\",\"attempts\":1");
        clear(v);
        assert_int_equal(standing_notices_owing(v->standing, add_notice, v), 0);
        assert_string_equal(v->text, "");
        assert_int_equal(standing_count(v->standing, &c), 0);
        assert_int_equal(c.corrections, 0);
        clear(v);
        v->max = 1; /* the callback has enough */
        scene_shipment(v->scene, "S-3", 1, NULL);
        reserve(v, "S-3", "018f0000-0000-7000-8000-000000000004", "2026-11-21T16:00:00+09:00");
        assert_int_equal(standing_notices_waiting(v->standing, add_notice, v), 0);
        assert_string_equal(v->text, "S-2 reserved 0 ;");
}

static int add_asking(const struct standing_asking *n, void *userdata) {
        return add(userdata, "%s %s %s %s;", n->shipment, n->kind, *n->since ? "since" : "", n->data);
}

static void notices_that_wait_for_a_leader_say_what_they_will_say(void **state) {
        struct view *v = *state;
        struct standing_counts c;

        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_shipment(v->scene, "S-2", 1, NULL);
        scene_fact(v->scene, "notice.reserved", "S-1",
                "\"notice\":\"" P1
                "\",\"kind\":\"incident\",\"generation\":0,\"not_before\":\"2026-11-21T15:00:00+09:00\","
                "\"expires\":\"2026-11-24T14:02:03+09:00\",\"approval\":true,"
                "\"data\":{\"cause\":{\"ja\":\"故障\"}}");
        scene_fact(v->scene, "notice.reserved", "S-2",
                "\"notice\":\"" P2
                "\",\"kind\":\"shipped\",\"generation\":0,\"not_before\":\"2026-11-21T15:00:00+09:00\","
                "\"expires\":\"2026-11-23T14:02:03+09:00\",\"approval\":true");
        reserve(v, "S-1", P3, "2026-11-21T14:30:00+09:00"); /* nobody is asked */
        assert_int_equal(standing_notices_asking(v->standing, add_asking, v), 0);
        assert_string_equal(v->text, "S-2 shipped since ;S-1 incident since {\"cause\":{\"ja\":\"故障\"}};");
        scene_fact(v->scene, "notice.corrected", "S-1",
                "\"notice\":\"" P1
                "\",\"kind\":\"incident\",\"generation\":0,\"data\":{\"cause\":{\"ja\":\"大雪\"}}");
        clear(v);
        assert_int_equal(standing_notices_asking(v->standing, add_asking, v), 0);
        assert_string_equal(v->text, "S-2 shipped since ;S-1 incident since {\"cause\":{\"ja\":\"大雪\"}};");
        assert_int_equal(standing_count(v->standing, &c), 0);
        assert_int_equal(c.notices_asking, 2);
        scene_fact(v->scene, "notice.approved", "S-2",
                "\"notice\":\"" P2 "\",\"kind\":\"shipped\",\"generation\":0");
        scene_fact(v->scene, "notice.refused", "S-1",
                "\"notice\":\"" P1 "\",\"kind\":\"incident\",\"generation\":0");
        clear(v);
        assert_int_equal(standing_notices_asking(v->standing, add_asking, v), 0);
        assert_string_equal(v->text, "");
}

static int add_conflict(const struct standing_conflict *c, void *userdata) {
        return add(userdata, "%s %s %s;", c->shipment, c->kind, c->text);
}

static void conflicts_come_newest_first(void **state) {
        struct view *v = *state;

        scene_fact(
                v->scene, "conflict.found", "S-1", "\"kind\":\"cancelled-after-shipped\",\"text\":\"one\"");
        scene_fact(v->scene, "conflict.found", "S-2", "\"kind\":\"contents-differ\",\"text\":\"two\"");
        assert_int_equal(standing_conflicts(v->standing, add_conflict, v), 0);
        assert_string_equal(v->text, "S-2 contents-differ two;S-1 cancelled-after-shipped one;");
}

static int add_fact(const struct fact_row *row, void *userdata) {
        return add(userdata, "%s;", row->type);
}

static void facts_are_read_by_position_and_by_subject(void **state) {
        struct view *v = *state;
        int64_t last = 0;

        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_open_parcel(v->scene, P1, "S-1", 1);
        scene_verify(v->scene, P1, "S-1", "1", 1, NULL);
        assert_int_equal(facts_last(v->facts, &last), 0);
        assert_int_equal(last, 4);
        assert_int_equal(facts_read_all(v->facts, 1, 2, add_fact, v, &last), 0);
        assert_string_equal(v->text, "shipment.received;parcel.opened;");
        assert_int_equal(last, 3);
        clear(v);
        assert_int_equal(facts_read_all(v->facts, last, 100, add_fact, v, &last), 0);
        assert_string_equal(v->text, "item.verified;");
        assert_int_equal(facts_read_all(v->facts, last, 100, add_fact, v, &last), 0);
        assert_int_equal(last, 4);
        clear(v);
        assert_int_equal(facts_read_of(v->facts, M, P1, add_fact, v), 0);
        assert_string_equal(v->text, "parcel.opened;item.verified;");
}

static int add_pickup(const struct standing_pickup *p, void *userdata) {
        return add(userdata, "%s %d%s%s;", p->shipment, p->waiting, p->keep_until_usec > 0 ? " dated" : "",
                p->partial ? " partial" : "");
}

/* One parcel for each shipment, on a shelf and ready. */
static void shelve(struct view *v, const char *parcel, const char *shipment, const char *more) {
        char data[400];

        (void) snprintf(data, sizeof(data),
                "\"merchant\":\"acme\",\"shipment\":\"%s\",\"version\":1,\"parcels\":[{\"parcel\":"
                "\"%s\","
                "\"piece\":1,\"codes\":[\"C-%s\"],\"crate\":\"K\"}]",
                shipment, parcel, shipment);
        scene_fact(v->scene, "expected.received", shipment, data);
        (void) snprintf(data, sizeof(data),
                "\"shipment\":\"%s\",\"orders\":[],\"piece\":1,\"pieces\":1,\"announced\":true,"
                "\"shelf\":\"b-3\"",
                shipment);
        scene_fact(v->scene, "parcel.arrived", parcel, data);
        scene_fact(v->scene, "parcel.shelved", parcel, data);
        (void) snprintf(data, sizeof(data), "\"orders\":[],\"pieces\":1,\"parcels\":[]%s", more);
        scene_fact(v->scene, "pickup.ready", shipment, data);
}

static void what_waits_for_customers_is_listed_by_its_last_day(void **state) {
        struct view *v = *state;

        shelve(v, P1, "S-1", ",\"partial\":true");
        shelve(v, P2, "S-2", ",\"keep_until\":\"2026-11-29T00:00:00+09:00\"");
        shelve(v, P3, "S-3", ",\"keep_until\":\"2026-11-28T00:00:00+09:00\"");
        assert_int_equal(standing_pickups(v->standing, add_pickup, v), 0);
        assert_string_equal(v->text, "S-3 1 dated;S-2 1 dated;S-1 1 partial;");
        clear(v);
        assert_int_equal(standing_parcels(v->standing, STANDING_SHELVED, add_parcel, v), 0);
        assert_int_equal(v->n, 3);
        scene_fact(v->scene, "pickup.collected", P3,
                "\"shipment\":\"S-3\",\"orders\":[],\"piece\":1,\"pieces\":1,\"proof\":\"code\","
                "\"by\":\"self\"");
        clear(v);
        assert_int_equal(standing_pickups(v->standing, add_pickup, v), 0);
        assert_string_equal(v->text, "S-2 1 dated;S-1 1 partial;");
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
                T(parcels_are_listed_by_where_they_lie),
                T(a_pull_task_tells_the_number_that_is_on_the_box),
                T(a_text_is_found_whatever_it_names),
                T(what_was_purged_is_found_as_gone),
                T(bays_are_those_planned_and_those_in_use),
                T(what_waits_for_customers_is_listed_by_its_last_day),
                T(benches_show_who_is_there_and_what_is_open),
                T(notices_wait_in_the_order_in_which_they_are_due),
                T(notices_that_wait_for_a_leader_say_what_they_will_say),
                T(conflicts_come_newest_first),
                T(facts_are_read_by_position_and_by_subject),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
