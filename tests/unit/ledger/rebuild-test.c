/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/str.h"
#include "firmware/ledger/ledger-private.h"
#include "firmware/ledger/rebuild.h"
#include "tests/unit/ledger/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void collect(void *userdata, const char *line) {
        struct str *text = userdata;

        str_add(text, line);
        str_add_char(text, '\n');
}

static void check_reports(struct scene *s, const char *expect) {
        _cleanup_str_ struct str text = STR_INIT;
        struct rebuild_result result;

        s->damaged = true;
        assert_int_equal(
                ledger_rebuild_check(s->path, "test", collect, &text, &result, NULL), LEDGER_E_DIFFERENT);
        assert_non_null(text.data);
        if (!strstr(text.data, expect))
                print_error("wanted \"%s\" in: %s", expect, text.data);
        assert_non_null(strstr(text.data, expect));
}

static void a_flipped_byte_in_a_fact_is_found_and_named(void **state) {
        struct scene *s = *state;
        static const char *const columns[] = {
                "id", "type", "merchant", "subject", "bench", "actor", "cause", "boot", "clock"};
        char sql[128], expect[64];

        scene_shipment(s, "S-1", 1, NULL);
        for (size_t i = 0; i < ELEMENTSOF(columns); i++) {
                scene_fact(s, "tag.ignored", "b1", "\"x\":1");
                (void) snprintf(sql, sizeof(sql),
                        "UPDATE fact SET %s = %s || 'x' WHERE pos = (SELECT max(pos) FROM fact)", columns[i],
                        columns[i]);
                scene_sql(s, sql);
                (void) snprintf(expect, sizeof(expect), "fact %zu (", i + 3);
                check_reports(s, expect);
        }
}

static void a_flipped_byte_in_data_or_a_number_is_found(void **state) {
        struct scene *s = *state;

        scene_shipment(s, "S-1", 1, NULL);
        scene_sql(s, "UPDATE fact SET data = replace(data, '靴下', '靴上') WHERE pos = 2");
        check_reports(s, "fact 2 (intake 1): its row check is wrong");
        scene_sql(s, "UPDATE fact SET mono = mono + 1 WHERE pos = 1");
        check_reports(s, "fact 1 (fact 1): its row check is wrong");
}

static void every_derived_column_is_compared(void **state) {
        struct scene *s = *state;
        const char *columns, *table;

        scene_shipment(s, "S-1", 1, NULL);
        for (size_t i = 0; (table = rebuild_table(i, &columns)); i++) {
                char sql[256];
                size_t n = 1;

                for (const char *c = columns; *c; c++)
                        n += *c == ',';
                (void) snprintf(sql, sizeof(sql), "SELECT count(*) FROM pragma_table_info('%s')", table);
                assert_int_equal(scene_number(s, sql), n);
                (void) snprintf(sql, sizeof(sql),
                        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '%s'", table);
                assert_int_equal(scene_number(s, sql), 1);
        }
        /* and no derived table is left out */
        assert_int_equal(
                scene_number(s,
                        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('fact', "
                        "'lane', 'sign_try', "
                        "'sealed', 'tombstone', 'tombstone_alias', 'tombstone_unit', 'purged_block', "
                        "'pickup_lookup', 'meta', "
                        "'cursor') AND name NOT LIKE 'sqlite_%'"),
                24);
}

static void a_changed_derived_row_is_found(void **state) {
        struct scene *s = *state;
        static const struct {
                const char *sql, *expect;
        } table[] = {
                {"UPDATE parcel SET state = 'ready'",
                        "parcel (" P1 "), state is 'ready', the facts say 'shipped'"},
                {"DELETE FROM open_code WHERE code = 'S-1'",
                        "open_code (S-1, acme, S-1): is missing, the facts say so"},
                {"INSERT INTO unit (merchant, code, serial, shipment, parcel, line) VALUES ('acme', 'Z', "
                 "'1', '', '', '')",
                        "unit (acme, Z, 1): no fact says so"},
                {"UPDATE parcel_line SET quantity = quantity + 1 WHERE line = '2'",
                        "parcel_line (" P1 ", 2), quantity is '2'"},
                {"UPDATE lane SET gone = gone + 1 WHERE lane = 1", "lane trace: has"},
        };

        scene_shipment(s, "S-1", 1, NULL);
        scene_whole(s, P1, "S-1", N1);
        assert_int_equal(scene_rebuild(s), 0);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                scene_sql(s, table[i].sql);
                check_reports(s, table[i].expect);
        }
}

static void a_missing_file_is_no_ledger(void **state) {
        struct rebuild_result result;

        (void) state;
        assert_int_equal(ledger_rebuild_check("/tmp/okuru-none/ledger.db", "test", NULL, NULL, &result, NULL),
                LEDGER_E_NONE);
}

/* ---- any order of what may happen ---- */

static unsigned next_random(unsigned *seed) {
        *seed = *seed * 1103515245 + 12345;
        return *seed >> 16;
}

static void id_of(char id[UUID_TEXT_MAX], unsigned n) {
        (void) snprintf(id, UUID_TEXT_MAX, "018f0000-0000-7000-8000-%012u", n);
}

static void random_step(struct scene *s, unsigned *seed, unsigned i) {
        char shipment[16], parcel[UUID_TEXT_MAX], serial[16], data[256], number[16];
        unsigned n = next_random(seed) % 8;

        (void) snprintf(shipment, sizeof(shipment), "R-%u", n);
        (void) snprintf(serial, sizeof(serial), "Q%u", next_random(seed) % 20);
        (void) snprintf(number, sizeof(number), "NUM-%07u", next_random(seed) % 12);
        id_of(parcel, next_random(seed) % 12);
        (void) snprintf(data, sizeof(data),
                "\"shipment\":\"%s\",\"carrier\":\"x\",\"number\":\"%s\",\"old\":\"NUM-%07u\",\"print\":1",
                shipment, number, next_random(seed) % 12);
        switch (next_random(seed) % 16) {
        case 0:
                scene_shipment(s, shipment, (int) i + 1,
                        next_random(seed) % 4 == 0 ? "\"cancelled\":true"
                        : next_random(seed) % 3    ? NULL
                                                   : "\"held\":true");
                return;
        case 1:
        case 2:
                (void) snprintf(data, sizeof(data),
                        "\"shipment\":\"%s\",\"piece\":%u,\"pieces\":1,\"version\":1,\"code\":\"x\"%s",
                        shipment, 1 + next_random(seed) % 3,
                        next_random(seed) % 5 ? "" : ",\"unverified\":true");
                (void) scene_try(s, "parcel.opened", M, parcel, "b1", "p1", data);
                return;
        case 3:
        case 4:
        case 5:
                (void) snprintf(data, sizeof(data),
                        "\"shipment\":\"%s\",\"line\":\"%u\",\"quantity\":1,\"how\":\"hand\",\"code\":\"HAT-"
                        "9\",\"serial\":\"%s\"",
                        shipment, 1 + next_random(seed) % 2, serial);
                (void) scene_try(s, "item.verified", M, parcel, "b1", "p1", data);
                return;
        case 6:
                (void) snprintf(data, sizeof(data),
                        "\"line\":\"1\",\"quantity\":1,\"verified\":true,\"serial\":\"%s\"", serial);
                (void) scene_try(s, "item.damaged", M, parcel, "b1", "p1", data);
                return;
        case 7:
                (void) snprintf(data, sizeof(data),
                        "\"shipment\":\"%s\",\"version\":1,\"contents\":[{\"line\":\"1\",\"quantity\":2},{"
                        "\"line\":\"2\",\"quantity\":1}]",
                        shipment);
                (void) scene_try(s, "parcel.packed", M, parcel, "b1", "p1", data);
                return;
        case 8:
                (void) scene_try(
                        s, "parcel.parked", M, parcel, "b2", "p1", "\"reason\":\"short\",\"shelf\":\"h1\"");
                return;
        case 9:
                (void) scene_try(
                        s, "parcel.resumed", M, parcel, "b1", "p2", "\"state\":\"open\",\"version\":2");
                return;
        case 10:
                (void) scene_try(s, "parcel.ready", M, parcel, "b1", "p1", data);
                return;
        case 11:
                (void) scene_try(s, "parcel.shipped", M, parcel, "b1", "p1", "\"how\":\"scanned\"");
                return;
        case 12:
                (void) scene_try(s, next_random(seed) % 2 ? "parcel.voided" : "parcel.reopened", M, parcel,
                        "b3", "p1", data);
                return;
        case 13:
                (void) scene_try(s, next_random(seed) % 2 ? "waybill.replaced" : "waybill.printed", M, parcel,
                        "b1", "", data);
                return;
        case 14:
                (void) snprintf(data, sizeof(data),
                        "\"shipment\":\"%s\",\"piece\":1,\"pieces\":1,\"contents\":[{\"line\":\"1\","
                        "\"quantity\":1}]",
                        shipment);
                (void) scene_try(s, "parcel.reconciled", M, parcel, "", "", data);
                return;
        default:
                (void) snprintf(data, sizeof(data),
                        "\"version\":%u,\"labels\":[{\"piece\":1,\"carrier\":\"x\",\"number\":\"%s\"}]", i,
                        number);
                (void) scene_try(s, "label.given", M, shipment, "", "", data);
        }
}

static void any_order_of_facts_rebuilds_to_the_same(void **state) {
        struct scene *s = *state;
        unsigned seed = 20261121;

        for (unsigned i = 0; i < 1500; i++) {
                random_step(s, &seed, i);
                if (i % 500 == 499)
                        assert_int_equal(scene_rebuild(s), 0);
        }
        /* The scenario is worth its name only when much of it fitted. */
        assert_true(scene_number(s, "SELECT count(*) FROM fact") > 500);
        assert_true(scene_number(s, "SELECT count(*) FROM parcel") >= 10);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                T(a_flipped_byte_in_a_fact_is_found_and_named),
                T(a_flipped_byte_in_data_or_a_number_is_found),
                T(every_derived_column_is_compared),
                T(a_changed_derived_row_is_found),
                T(a_missing_file_is_no_ledger),
                T(any_order_of_facts_rebuilds_to_the_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
