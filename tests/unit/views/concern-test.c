/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an incident concerns: what a carrier has, or what waits for it, and since when. */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/views/concern.h"
#include "tests/unit/ledger/scene.h"

#include <stdio.h>
#include <string.h>

#define MINUTE (60LL * 1000000)

static void owned(struct scene *s, const char *shipment, int version, const char *owner, const char *more) {
        char data[900];

        (void) snprintf(data, sizeof(data),
                "\"merchant\":\"" M
                "\",\"shipment\":\"%s\",\"version\":%d,\"orders\":[\"A-%s\"],\"open_codes\":[\"%s\"],"
                "\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"靴下\"},\"quantity\":1,\"codes\":[{\"code\":"
                "\"4901234567894\",\"units\":1}]}],"
                "\"carrier\":\"yamato\",\"pieces\":1,\"waybill\":\"given\",\"bay\":\"y1\",\"notices\":{"
                "\"incident\":\"%s\"}%s",
                shipment, version, shipment, shipment, owner, more);
        (void) scene_fact(s, version == 1 ? "shipment.received" : "shipment.changed", shipment, data);
}

static void stands(struct scene *s, const char *parcel, const char *shipment, const char *type,
        const char *carrier, const char *bay, int64_t minutes) {
        char data[200];

        s->now.wall_usec += minutes * MINUTE;
        s->now.boot_usec += (uint64_t) (minutes * MINUTE);
        (void) snprintf(data, sizeof(data),
                "\"shipment\":\"%s\",\"carrier\":\"%s\",\"number\":\"" N1
                "\",\"matched\":\"given\",\"how\":\"bay-closed\",\"bay\":\"%s\"",
                shipment, carrier, bay);
        (void) scene_fact(s, type, parcel, data);
}

static int add(const struct concern *c, void *userdata) {
        char *text = userdata;
        size_t n = strlen(text);

        (void) snprintf(text + n, 512 - n, "%s/%s/%s:%s%s%s;", c->merchant, c->shipment, c->order, c->owner,
                c->said, c->cancelled ? " over" : "");
        return 0;
}

static void expect(struct scene *s, const struct concern_scope *scope, const char *expected) {
        _cleanup_(facts_closep) struct facts *f = NULL;
        char text[512] = "";

        assert_int_equal(facts_open(&f, s->path, NULL), 0);
        assert_int_equal(concern_read(f, scope, add, text), 0);
        assert_string_equal(text, expected);
}

static void those_that_the_carrier_has_or_that_wait_for_it_within_the_time(void **state) {
        struct scene *s = *state;
        int64_t left;
        struct concern_scope scope = {
                .carrier = "yamato", .bay = "", .merchant = "", .until_usec = INT64_MAX};

        owned(s, "S-1", 1, "station", "");
        owned(s, "S-2", 1, "oms", "");
        owned(s, "S-3", 1, "station", "");
        scene_open_parcel(s, P1, "S-1", 1);
        scene_open_parcel(s, P2, "S-2", 1);
        scene_open_parcel(s, P3, "S-3", 1);
        expect(s, &scope, ""); /* what is still at a bench is late by nobody's lorry */
        stands(s, P1, "S-1", "parcel.ready", "yamato", "y1", 1);
        stands(s, P1, "S-1", "parcel.shipped", "yamato", "y1", 9);
        stands(s, P2, "S-2", "parcel.ready", "yamato", "y2", 10);
        stands(s, P3, "S-3", "parcel.ready", "sagawa", "s1", 10);
        expect(s, &scope, "acme/S-1/A-S-1:station;acme/S-2/A-S-2:oms;");
        left = scene_number(s, "SELECT since_usec FROM parcel WHERE id = '" P1 "'");
        scope.since_usec = left; /* from, and before */
        scope.until_usec = scene_number(s, "SELECT since_usec FROM parcel WHERE id = '" P2 "'");
        assert_true(left + 5 * MINUTE < scope.until_usec);
        expect(s, &scope, "acme/S-1/A-S-1:station;");
        scope.since_usec++;
        scope.until_usec++;
        expect(s, &scope, "acme/S-2/A-S-2:oms;");
        scope.since_usec = 0;
        scope.bay = "y1";
        expect(s, &scope, "acme/S-1/A-S-1:station;");
        scope.bay = "";
        scope.merchant = "other";
        expect(s, &scope, "");
        scope.merchant = M;
        scope.carrier = "sagawa";
        scope.until_usec = INT64_MAX;
        expect(s, &scope, "acme/S-3/A-S-3:station;");
}

static void each_shipment_once_with_what_it_was_told_last(void **state) {
        struct scene *s = *state;
        const struct concern_scope scope = {
                .carrier = "yamato", .bay = "", .merchant = "", .until_usec = INT64_MAX};
        char data[400];

        owned(s, "S-1", 1, "station", "");
        scene_open_parcel(s, P1, "S-1", 1);
        scene_open_parcel(s, P2, "S-1", 2);
        stands(s, P1, "S-1", "parcel.shipped", "yamato", "y1", 1);
        stands(s, P2, "S-1", "parcel.ready", "yamato", "y1", 1);
        expect(s, &scope, "acme/S-1/A-S-1:station;");
        for (int generation = 0; generation < 2; generation++) {
                (void) snprintf(data, sizeof(data),
                        "\"notice\":\"5c0ffee0-0001-5000-8000-00000000000%d\",\"kind\":\"incident\","
                        "\"generation\":%d,\"owner\":\"station\","
                        "\"not_before\":\"2026-11-21T12:00:00+09:00\",\"expires\":\"2026-11-22T12:00:00+09:"
                        "00\",\"data\":{\"cause\":\"%d\"}",
                        generation, generation, generation);
                (void) scene_fact(s, "notice.reserved", "S-1", data);
        }
        expect(s, &scope, "acme/S-1/A-S-1:station{\"cause\":\"1\"};");
        owned(s, "S-1", 2, "station", ",\"cancelled\":true");
        expect(s, &scope, "acme/S-1/A-S-1:station{\"cause\":\"1\"} over;");
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        those_that_the_carrier_has_or_that_wait_for_it_within_the_time, scene_setup,
                        scene_teardown),
                cmocka_unit_test_setup_teardown(
                        each_shipment_once_with_what_it_was_told_last, scene_setup, scene_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
