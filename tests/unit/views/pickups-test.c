/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/views/pickups.h"
#include "tests/unit/ledger/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct view {
        struct scene *scene;
        struct facts *facts;
        struct pickups *pickups;
        char text[1024]; /* what the callbacks wrote */
        int enough;      /* a callback stops after so many; 0 never */
        int n;
};

static int setup(void **state) {
        struct view *v = calloc(1, sizeof(*v));

        assert_non_null(v);
        assert_int_equal(scene_setup((void **) &v->scene), 0);
        assert_int_equal(facts_open(&v->facts, v->scene->path, NULL), 0);
        assert_int_equal(pickups_open(&v->pickups, v->facts), 0);
        *state = v;
        return 0;
}

static int teardown(void **state) {
        struct view *v = *state;

        v->pickups = pickups_close(v->pickups);
        v->facts = facts_close(v->facts);
        assert_int_equal(scene_teardown((void **) &v->scene), 0);
        free(v);
        return 0;
}

static int add_row(const struct pickups_row *row, void *userdata) {
        struct view *v = userdata;
        size_t n = strlen(v->text);

        (void) snprintf(v->text + n, sizeof(v->text) - n, "%s [%s] %d+%d%s%s;", row->shipment, row->shelves,
                row->here, row->away, row->is_ready ? " ready" : "", row->keep_until_usec ? " kept" : "");
        if (*row->notice.id) {
                n = strlen(v->text);
                (void) snprintf(v->text + n, sizeof(v->text) - n, "%s %d %s;", row->notice.state,
                        row->notice.generation, row->notice.reason);
        }
        return ++v->n == v->enough;
}

static void check(struct view *v, enum parcel_state in, const char *expect) {
        v->text[0] = '\0';
        v->n = 0;
        assert_int_equal(pickups_in(v->pickups, in, add_row, v), 0);
        assert_string_equal(v->text, expect);
}

static void expect(struct view *v, const char *shipment, const char *parcel, const char *number) {
        char data[400];

        (void) snprintf(data, sizeof(data),
                "\"merchant\":\"" M
                "\",\"shipment\":\"%s\",\"version\":1,\"parcels\":[{\"parcel\":\"%s\",\"piece\":1,"
                "\"codes\":[\"%s\"]}]",
                shipment, parcel, number);
        scene_fact(v->scene, "expected.received", shipment, data);
}

static void of_parcel(
        struct view *v, const char *type, const char *parcel, const char *shipment, const char *shelf) {
        char data[300];

        (void) snprintf(data, sizeof(data),
                "\"shipment\":\"%s\",\"piece\":1,\"pieces\":1,\"announced\":true,\"shelf\":\"%s\"", shipment,
                shelf);
        scene_fact(v->scene, type, parcel, data);
}

static void a_shipment_is_found_where_its_parcels_are(void **state) {
        struct view *v = *state;

        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_shipment(v->scene, "S-2", 1, NULL);
        expect(v, "S-1", P1, N1);
        expect(v, "S-2", P2, N2);
        check(v, PARCEL_EXPECTED, "S-1 [] 1+0;S-2 [] 1+0;");
        of_parcel(v, "parcel.arrived", P1, "S-1", "");
        check(v, PARCEL_EXPECTED, "S-2 [] 1+0;");
        check(v, PARCEL_ARRIVED, "S-1 [] 1+0;");
        of_parcel(v, "parcel.shelved", P1, "S-1", "b-3");
        check(v, PARCEL_ARRIVED, "");
        check(v, PARCEL_SHELVED, "S-1 [b-3] 1+0;");
        scene_fact(v->scene, "pickup.ready", "S-1",
                "\"pieces\":1,\"keep_until\":\"2026-11-30T20:00:00.000+09:00\",\"parcels\":[]");
        check(v, PARCEL_SHELVED, "S-1 [b-3] 1+0 ready kept;");
        of_parcel(v, "pickup.missing", P1, "S-1", "b-3");
        check(v, PARCEL_SHELVED, "");
        check(v, PARCEL_MISSING, "S-1 [b-3] 1+0 ready kept;");
}

static void the_newest_notice_is_told_with_it(void **state) {
        struct view *v = *state;

        scene_shipment(v->scene, "S-1", 1, NULL);
        expect(v, "S-1", P1, N1);
        of_parcel(v, "parcel.arrived", P1, "S-1", "");
        of_parcel(v, "parcel.shelved", P1, "S-1", "b-3");
        for (int i = 0; i < 2; i++) {
                char data[400];

                (void) snprintf(data, sizeof(data),
                        "\"notice\":\"018f0000-0000-5000-8000-00000000000%d\",\"kind\":\"pickup-ready\","
                        "\"generation\":%d,"
                        "\"owner\":\"station\",\"not_before\":\"2026-11-21T12:00:00.000+09:00\","
                        "\"expires\":\"2026-11-24T12:00:00.000+09:00\"",
                        i, i);
                scene_fact(v->scene, "notice.reserved", "S-1", data);
                if (i == 0)
                        scene_fact(v->scene, "notice.failed", "S-1",
                                "\"notice\":\"018f0000-0000-5000-8000-000000000000\",\"kind\":\"pickup-"
                                "ready\","
                                "\"generation\":0,\"attempts\":1,\"reason\":\"bad-address\","
                                "\"at\":\"2026-11-21T12:00:00.000+09:00\"");
                check(v, PARCEL_SHELVED,
                        i == 0 ? "S-1 [b-3] 1+0;failed 0 bad-address;" : "S-1 [b-3] 1+0;reserved 1 ;");
        }
}

static void who_has_enough_stops_the_list(void **state) {
        struct view *v = *state;

        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_shipment(v->scene, "S-2", 1, NULL);
        expect(v, "S-1", P1, N1);
        expect(v, "S-2", P2, N2);
        v->enough = 1;
        check(v, PARCEL_EXPECTED, "S-1 [] 1+0;");
}

static int add_crated(const struct pickups_parcel *p, void *userdata) {
        struct view *v = userdata;
        size_t n = strlen(v->text);

        (void) snprintf(v->text + n, sizeof(v->text) - n, "%s %s %s [%s];", p->shipment, p->number, p->state,
                p->shelf);
        return ++v->n == v->enough;
}

static void a_crate_says_what_is_in_it(void **state) {
        struct view *v = *state;

        scene_shipment(v->scene, "S-1", 1, NULL);
        scene_fact(v->scene, "expected.received", "S-1",
                "\"merchant\":\"" M "\",\"shipment\":\"S-1\",\"version\":1,\"parcels\":[{\"parcel\":\"" P1
                "\",\"piece\":1,\"codes\":[\"" N1 "\"],\"crate\":\"ORICON-7\"}]");
        v->text[0] = '\0';
        assert_int_equal(pickups_crate(v->pickups, "ORICON-7", add_crated, v), 0);
        assert_string_equal(v->text, "S-1 " N1 " expected [];");
        v->text[0] = '\0';
        assert_int_equal(pickups_crate(v->pickups, "", add_crated, v), 0);
        assert_string_equal(v->text, "");
}

static int add_offer(const struct pickups_offer *o, void *userdata) {
        struct view *v = userdata;

        (void) snprintf(v->text, sizeof(v->text), "%s: %s/%s, %s/%s, %s", o->kind, o->headline_ja,
                o->headline_en, o->terms_ja, o->terms_en, o->until);
        return 0;
}

static void an_offer_is_the_newest_that_the_office_said(void **state) {
        struct view *v = *state;

        v->text[0] = '\0';
        assert_int_equal(pickups_offer(v->pickups, M, "O-1", add_offer, v), 0);
        assert_string_equal(v->text, "");
        for (int i = 1; i <= 2; i++) {
                char data[300];

                (void) snprintf(data, sizeof(data),
                        "\"merchant\":\"" M "\",\"offer\":\"O-1\",\"version\":%d,\"kind\":\"in-store\","
                        "\"headline\":{\"ja\":\"%d割引\",\"en\":\"%d0%% off\"},\"terms\":{\"ja\":\"1人1回\"}",
                        i, i, i);
                scene_fact(v->scene, "offer.changed", "O-1", data);
        }
        assert_int_equal(pickups_offer(v->pickups, M, "O-1", add_offer, v), 0);
        assert_string_equal(v->text, "in-store: 2割引/20% off, 1人1回/, ");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_shipment_is_found_where_its_parcels_are, setup, teardown),
                cmocka_unit_test_setup_teardown(the_newest_notice_is_told_with_it, setup, teardown),
                cmocka_unit_test_setup_teardown(who_has_enough_stops_the_list, setup, teardown),
                cmocka_unit_test_setup_teardown(a_crate_says_what_is_in_it, setup, teardown),
                cmocka_unit_test_setup_teardown(an_offer_is_the_newest_that_the_office_said, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
