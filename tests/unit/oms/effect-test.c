/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/effect.h"
#include "tests/unit/oms/test.h"

#include <stdio.h>
#include <string.h>

#define PARCEL "01900000-0000-7000-8000-000000000001"

/* The effect's texts live in @root. */
static struct effect read_effect(
        const char *type, const char *subject, const char *data, struct json **rootp) {
        struct envelope e = {
                .type = type, .subject = subject, .merchant = "acme", .time = "2026-11-21T14:02:03+09:00"};
        struct effect effect;

        assert_int_equal(json_parse(data, strlen(data), rootp, NULL), 0);
        e.data = *rootp;
        effect_read(&e, &effect);
        return effect;
}

static void each_parcel_fact_says_its_state(void **state) {
        static const struct {
                const char *type, *state;
        } table[] = {
                {"parcel.opened", "open"},
                {"parcel.parked", "parked"},
                {"parcel.resumed", "packed"},
                {"parcel.packed", "packed"},
                {"waybill.printed", NULL},
                {"waybill.replaced", NULL},
                {"parcel.ready", "ready"},
                {"parcel.pulled", "pulled"},
                {"parcel.shipped", "shipped"},
                {"parcel.reopened", "open"},
                {"parcel.voided", "voided"},
                {"parcel.reconciled", NULL},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *root = NULL;
                struct effect e = read_effect(table[i].type, PARCEL,
                        "{\"v\":1,\"shipment\":\"S-1\",\"piece\":2,\"state\":\"packed\",\"number\":\"77\"}",
                        &root);

                print_message("%s\n", table[i].type);
                assert_int_equal(e.kind, EFFECT_PARCEL);
                assert_int_equal(e.piece, 2);
                assert_string_equal(e.number, "77");
                if (table[i].state)
                        assert_string_equal(e.state, table[i].state);
                else
                        assert_null(e.state);
        }
}

static void what_is_unknown_or_incomplete_has_no_effect(void **state) {
        static const struct {
                const char *type, *subject, *data;
        } table[] = {
                {"parcel.teleported", PARCEL, "{\"shipment\":\"S-1\"}"},
                {"parcel.opened", PARCEL, "{}"},
                {"parcel.opened", NULL, "{\"shipment\":\"S-1\"}"},
                {"parcel.opened", PARCEL, "{\"shipment\":7}"},
                {"item.short", PARCEL, "{\"shipment\":\"S-1\"}"},
                {"notice.accepted", "S-1", "{}"},
                {"ledger.gap", "x", "{\"lane\":\"fact\",\"from\":\"9\",\"to\":\"8\"}"},
                {"ledger.gap", "x", "{\"lane\":\"fact\",\"from\":\"99999999999999999999\",\"to\":\"8\"}"},
                {"ledger.gap", "x", "{\"lane\":\"fact\",\"from\":1,\"to\":8}"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *root = NULL;

                print_message("%s %s\n", table[i].type, table[i].data);
                assert_int_equal(
                        read_effect(table[i].type, table[i].subject, table[i].data, &root).kind, EFFECT_NONE);
        }
}

static void a_refused_command_is_a_conflict_with_the_version_that_is_known(void **state) {
        _cleanup_(json_freep) struct json *root = NULL;
        struct effect e = read_effect("command.refused", "S-1",
                "{\"v\":1,\"command\":\"" PARCEL
                "\",\"command_type\":\"shipment\",\"reason\":\"old-version\","
                "\"text\":\"older\",\"known\":5}",
                &root);

        (void) state;
        assert_int_equal(e.kind, EFFECT_CONFLICT);
        assert_string_equal(e.reason, "old-version");
        assert_int_equal(e.known_version, 5);
}

static void a_gap_names_its_range(void **state) {
        _cleanup_(json_freep) struct json *root = NULL;
        struct effect e = read_effect(
                "ledger.gap", "abc", "{\"v\":1,\"lane\":\"trace\",\"from\":\"3\",\"to\":\"8\"}", &root);

        (void) state;
        assert_int_equal(e.kind, EFFECT_GAP);
        assert_int_equal(e.first, 3);
        assert_int_equal(e.last, 8);
        assert_string_equal(e.lane, "trace");
}

static void a_ledger_that_has_told_all_again_may_know_less(void **state) {
        _cleanup_(json_freep) struct json *started = NULL, *told = NULL;

        (void) state;
        assert_int_equal(read_effect("ledger.started", "x", "{\"reason\":\"restored\",\"predecessor\":\"y\"}",
                                 &started)
                                 .kind,
                EFFECT_NONE); /* what it tells again comes yet */
        assert_int_equal(
                read_effect("ledger.told", "x", "{\"predecessor\":\"y\"}", &told).kind, EFFECT_SUCCESSOR);
}

/* What the station sees by itself, a clerk's return and our own command come back as what they are. */
static void what_a_leader_called_is_told_from_what_we_asked_for(void **state) {
        static const struct {
                const char *type, *kind, *actor, *cause, *data;
                bool called;
        } table[] = {
                {"notice.reserved", "incident", "p-002", NULL, "{\"cause\":\"a\"}", true},
                {"notice.reserved", "incident", NULL, PARCEL, "{\"cause\":\"a\"}", false},
                {"notice.reserved", "incident", "p-002", PARCEL, "{\"cause\":\"a\"}", false},
                {"notice.reserved", "incident", "p-002", NULL, "null", false},
                {"notice.reserved", "return-accepted", "p-041", NULL, "{\"accepted_at\":\"a\"}", false},
                {"notice.reserved", "no-such", "p-002", NULL, "{}", false},
                {"notice.accepted", "incident", "p-002", NULL, "{\"cause\":\"a\"}", false},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *root = NULL;
                struct envelope e = {.type = table[i].type,
                        .subject = "S-1",
                        .merchant = "acme",
                        .actor = table[i].actor,
                        .cause = table[i].cause};
                struct effect effect;
                char data[256];
                int n = snprintf(data, sizeof(data),
                        "{\"v\":1,\"notice\":\"" PARCEL "\",\"kind\":\"%s\",\"generation\":2,\"data\":%s}",
                        table[i].kind, table[i].data);

                assert_int_equal(json_parse(data, (size_t) n, &root, NULL), 0);
                e.data = root;
                effect_read(&e, &effect);
                print_message("%zu\n", i);
                assert_int_equal(effect.kind, EFFECT_NOTICE);
                assert_int_equal(effect.is_called, table[i].called);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_parcel_fact_says_its_state),
                cmocka_unit_test(what_is_unknown_or_incomplete_has_no_effect),
                cmocka_unit_test(a_refused_command_is_a_conflict_with_the_version_that_is_known),
                cmocka_unit_test(what_a_leader_called_is_told_from_what_we_asked_for),
                cmocka_unit_test(a_gap_names_its_range),
                cmocka_unit_test(a_ledger_that_has_told_all_again_may_know_less),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
