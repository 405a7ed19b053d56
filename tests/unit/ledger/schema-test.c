/* SPDX-License-Identifier: Apache-2.0 */
/* How a ledger.db of one version meets a program of another. */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/ledger/ledger-private.h"
#include "firmware/ledger/rebuild.h"
#include "tests/unit/ledger/scene.h"

#include <errno.h>
#include <string.h>

/* What the next version may look like. */
static int open_next(struct scene *s, struct store **storep) {
        struct store_migration migrations[16];
        struct store_schema next = ledger_schema;

        assert_true(ledger_schema.n_migrations < ELEMENTSOF(migrations));
        memcpy(migrations, ledger_schema.migrations, ledger_schema.n_migrations * sizeof(migrations[0]));
        migrations[next.n_migrations] = (struct store_migration){(int) next.n_migrations + 1, "0099-weight",
                "ALTER TABLE parcel ADD COLUMN weight_g INTEGER NOT NULL DEFAULT 0;"};
        next.migrations = migrations;
        next.n_migrations++;
        return store_open_writer(storep, s->path, &next, NULL, NULL);
}

static void a_newer_program_takes_an_older_ledger_over_with_all_it_holds(void **state) {
        struct scene *s = *state;
        struct store *store = NULL;
        struct store_stmt q = {0};

        scene_shipment(s, "S-1", 1, NULL);
        scene_whole(s, P1, "S-1", N1);
        scene_close(s);
        assert_int_equal(open_next(s, &store), 0);
        assert_int_equal(store_version(store), LEDGER_VERSION_MAX + 1);
        assert_int_equal(store_prepare(store, &q,
                                 "SELECT (SELECT count(*) FROM fact), (SELECT count(*) FROM parcel WHERE "
                                 "weight_g = 0)"),
                0);
        assert_int_equal(store_step(&q), 0);
        assert_int_equal(store_column_int64(&q, 0), 9);
        assert_int_equal(store_column_int64(&q, 1), 1);
        store_finish(&q);
        store = store_close(store);
}

static int64_t one_number(struct store *store, const char *sql) {
        struct store_stmt q = {0};
        int64_t n;

        assert_int_equal(store_prepare(store, &q, sql), 0);
        assert_int_equal(store_step(&q), 0);
        n = store_column_int64(&q, 0);
        store_finish(&q);
        return n;
}

#define SINCE_9                                                                                              \
        "DROP TABLE receipt; DROP INDEX redeemed_pos; ALTER TABLE redeemed DROP COLUMN station; "            \
        "ALTER TABLE redeemed DROP COLUMN pos; "

static void receipts_and_coupons_of_before_they_were_kept_are_found(void **state) {
        struct scene *s = *state;

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        (void) scene_fact(s, "pickup.collected", P1,
                "\"shipment\":\"S-1\",\"orders\":[],\"piece\":1,\"pieces\":1,\"proof\":\"code\",\"by\":"
                "\"self\",\"paid\":\"receipt\",\"receipt\":\"R-100\"");
        (void) scene_fact(s, "offer.redeemed", "O-1", "\"coupon\":\"C-1\",\"kind\":\"in-store\"");
        scene_sql(s, SINCE_9 "PRAGMA user_version = 8");
        assert_int_equal(scene_reopen(s), 0);
        assert_int_equal(
                one_number(ledger_store(s->l), "SELECT count(*) FROM receipt WHERE code = 'R-100'"), 1);
        assert_int_equal(scene_rebuild(s), 0);
}

static void orders_of_before_their_table_are_found(void **state) {
        struct scene *s = *state;
        struct store_schema older = ledger_schema;
        struct store *store = NULL;

        scene_shipment(s, "S-1", 1, NULL);
        scene_sql(s, "DROP TABLE shipment_order; DROP INDEX unit_serial; DROP INDEX "
                     "tombstone_unit_serial; " SINCE_9 "PRAGMA user_version = 7");
        scene_close(s);
        older.n_migrations = 7;
        assert_int_equal(store_open_writer(&store, s->path, &older, NULL, NULL), 0);
        assert_int_equal(store_version(store), 7);
        store = store_close(store);
        assert_int_equal(scene_reopen(s), 0);
        assert_int_equal(
                one_number(ledger_store(s->l),
                        "SELECT count(*) FROM shipment_order WHERE number = 'A-1' AND shipment = 'S-1'"),
                1);
}

static void an_older_program_refuses_a_newer_ledger_and_leaves_it_alone(void **state) {
        struct scene *s = *state;
        struct rebuild_result result;
        struct store *store = NULL;
        struct diag d = {0};

        scene_close(s);
        assert_int_equal(open_next(s, &store), 0);
        store = store_close(store);
        assert_int_equal(scene_reopen(s), -ENOTSUP);
        assert_int_equal(ledger_rebuild_check(s->path, "test", NULL, NULL, &result, &d), -ENOTSUP);
        assert_int_equal(open_next(s, &store), 0);
        store = store_close(store);
}

static void a_file_of_before_the_first_schema_is_brought_up(void **state) {
        struct scene *s = *state;
        struct store_schema empty = ledger_schema;
        struct store *store = NULL;

        scene_close(s);
        assert_int_equal(remove(s->path), 0);
        empty.n_migrations = 0;
        assert_int_equal(store_open_writer(&store, s->path, &empty, NULL, NULL), 0);
        assert_int_equal(store_version(store), 0);
        store = store_close(store);
        assert_int_equal(scene_reopen(s), 0);
        assert_int_equal(store_version(ledger_store(s->l)), LEDGER_VERSION_MAX);
        scene_shipment(s, "S-1", 1, NULL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                T(a_newer_program_takes_an_older_ledger_over_with_all_it_holds),
                T(orders_of_before_their_table_are_found),
                T(receipts_and_coupons_of_before_they_were_kept_are_found),
                T(an_older_program_refuses_a_newer_ledger_and_leaves_it_alone),
                T(a_file_of_before_the_first_schema_is_brought_up),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
