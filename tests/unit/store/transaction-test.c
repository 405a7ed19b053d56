/* SPDX-License-Identifier: Apache-2.0 */
/* Statements, transactions and savepoints. */
#include "tests/unit/store/scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define INSERT "INSERT INTO item (code, n) VALUES (?1, ?2)"

static int insert(struct store_stmt *q, const char *code, int64_t n) {
        store_bind_text(q, 1, code);
        store_bind_int64(q, 2, n);
        return store_run(q);
}

static void a_taken_key_is_an_outcome_and_changes_nothing(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        _cleanup_(store_finish) struct store_stmt q = {0};

        assert_int_equal(store_prepare(s, &q, INSERT), 0);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(insert(&q, "A", 1), 0);
        assert_int_equal(insert(&q, "A", 2), STORE_E_EXISTS);
        assert_int_equal(insert(&q, "B", 3), 0); /* the transaction lives on */
        assert_int_equal(store_changes(s), 1);
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(scene_int(s, "SELECT sum(n) FROM item"), 4);
}

static void another_constraint_is_our_mistake(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);

        assert_int_equal(scene_put(s, "A", -1), -EINVAL);
        assert_int_equal(scene_put(s, NULL, 1), -EINVAL);
        assert_int_equal(store_failure(s), 0);
        assert_int_equal(scene_put(s, "A", 1), 0);
}

static void a_write_outside_of_a_transaction_is_refused(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        _cleanup_(store_finish) struct store_stmt q = {0};

        assert_int_equal(store_prepare(s, &q, INSERT), 0);
        assert_int_equal(insert(&q, "A", 1), -EINVAL);
        assert_int_equal(store_exec(s, "DELETE FROM item"), -EINVAL);
        assert_int_equal(scene_count(s), 0);
}

static void one_inputs_savepoint_is_undone_without_the_others(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        _cleanup_(store_finish) struct store_stmt q = {0};

        assert_int_equal(store_prepare(s, &q, INSERT), 0);
        assert_int_equal(store_begin(s), 0);
        for (int bench = 0; bench < 3; bench++) {
                char code[16];

                (void) snprintf(code, sizeof(code), "bench-%d", bench);
                assert_int_equal(store_savepoint(s), 0);
                assert_int_equal(insert(&q, code, bench), 0);
                if (bench == 1)
                        assert_int_equal(store_rollback_to(s), 0);
                else
                        assert_int_equal(store_release(s), 0);
        }
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(scene_count(s), 2);
        assert_int_equal(scene_int(s, "SELECT count(*) FROM item WHERE code = 'bench-1'"), 0);
}

static void savepoints_nest(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        _cleanup_(store_finish) struct store_stmt q = {0};

        assert_int_equal(store_prepare(s, &q, INSERT), 0);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_savepoint(s), 0);
        assert_int_equal(insert(&q, "outer", 1), 0);
        assert_int_equal(store_savepoint(s), 0);
        assert_int_equal(insert(&q, "inner", 1), 0);
        assert_int_equal(store_rollback_to(s), 0);
        assert_int_equal(store_release(s), 0);
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(scene_count(s), 1);
}

static void a_rolled_back_transaction_leaves_nothing(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        _cleanup_(store_finish) struct store_stmt q = {0};

        assert_int_equal(store_prepare(s, &q, INSERT), 0);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(insert(&q, "A", 1), 0);
        store_rollback(s);
        store_rollback(s);
        assert_false(store_in_transaction(s));
        assert_int_equal(scene_count(s), 0);
}

/* When SQLite ends the transaction, what follows must not quietly become transactions of its own. */
static void after_the_transaction_was_lost_nothing_more_is_written(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        _cleanup_(store_finish) struct store_stmt q = {0}, big = {0};

        assert_int_equal(scene_put(s, "before", 1), 0);
        assert_int_equal(store_exec(s, "PRAGMA max_page_count=1"), 0); /* raised to the size it has */
        assert_int_equal(store_prepare(s, &q, INSERT), 0);
        assert_int_equal(
                store_prepare(s, &big, "INSERT INTO item (code, n) VALUES (hex(zeroblob(100000)), 1)"), 0);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(insert(&q, "lost", 1), 0);
        assert_int_equal(store_run(&big), -ENOSPC);
        assert_int_equal(insert(&q, "after", 1), -ENOSPC);
        assert_int_equal(store_savepoint(s), -ENOSPC);
        assert_int_equal(store_commit(s), -ENOSPC);
        assert_int_equal(scene_int(s, "SELECT count(*) = 1 AND min(code) = 'before' FROM item"), 1);

        assert_int_equal(store_failure(s), 0); /* a full disk is no broken disk */
        assert_int_equal(scene_put(s, "again", 1), 0);
}

static void parameters_do_not_outlive_a_reset(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        _cleanup_(store_finish) struct store_stmt q = {0};

        assert_int_equal(store_prepare(s, &q, "SELECT ?1, ?2"), 0);
        store_bind_text(&q, 1, "A");
        store_bind_text(&q, 2, NULL);
        assert_int_equal(store_step(&q), 0);
        assert_string_equal(store_column_text(&q, 0), "A");
        assert_true(store_column_is_null(&q, 1));
        assert_null(store_column_text(&q, 1));
        assert_int_equal(store_step(&q), STORE_E_DONE);
        assert_int_equal(store_step(&q), 0);
        assert_true(store_column_is_null(&q, 0));
        store_reset(&q);
}

static void values_come_back_as_they_went_in(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        _cleanup_(store_finish) struct store_stmt q = {0};
        const char bytes[] = {0, 1, (char) 0xff, 0};

        assert_int_equal(store_prepare(s, &q, "SELECT ?1, ?2, ?3, ?4"), 0);
        store_bind_int64(&q, 1, INT64_MIN);
        store_bind_text_n(&q, 2, "送る; DROP TABLE item", strlen("送る"));
        store_bind_blob(&q, 3, bytes, sizeof(bytes));
        store_bind_null(&q, 4);
        assert_int_equal(store_step(&q), 0);
        assert_true(store_column_int64(&q, 0) == INT64_MIN);
        assert_string_equal(store_column_text(&q, 1), "送る");
        assert_int_equal(store_column_bytes(&q, 1), 6);
        assert_memory_equal(store_column_blob(&q, 2), bytes, sizeof(bytes));
        assert_int_equal(store_column_bytes(&q, 2), sizeof(bytes));
        assert_true(store_column_is_null(&q, 3));
        store_reset(&q);
}

static void a_loop_left_early_holds_nothing(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        _cleanup_(store_finish) struct store_stmt find = {0};

        assert_int_equal(scene_put(s, "A", 1), 0);
        assert_int_equal(scene_put(s, "B", 1), 0);
        assert_int_equal(store_prepare(s, &find, "SELECT code FROM item ORDER BY code"), 0);
        {
                _cleanup_reset_ struct store_stmt *q = &find;

                assert_int_equal(store_step(q), 0);
        }
        assert_int_equal(store_checkpoint_passive(s), 0);
        assert_int_equal(store_wal_bytes(s), 0);
}

static void a_wrong_statement_in_a_table_of_them_finishes_all(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        struct {
                struct store_stmt good, bad;
        } q = {0};
        const struct store_sql good_and_bad[] = {
                {(size_t) ((char *) &q.good - (char *) &q), "SELECT 1"},
                {(size_t) ((char *) &q.bad - (char *) &q), "SELECT \"n\" FROM nowhere"},
        };

        assert_int_equal(store_prepare_all(s, &q, good_and_bad, 2), -EINVAL);
        assert_null(q.good.handle);
        assert_int_equal(store_prepare_all(s, &q, good_and_bad, 1), 0);
        store_finish_all(&q, good_and_bad, 1);
        store_finish_all(&q, good_and_bad, 1);
}

static void the_connection_is_fenced_in(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        static const char *const refused[] = {
                "ATTACH '/tmp/okuru-elsewhere.db' AS other",
                "SELECT load_extension('/tmp/okuru-evil.so')",
                "SELECT zeroblob(5000000)",
                "UPDATE sqlite_schema SET sql = ''",
                "SELECT \"no such column\"",
        };

        for (size_t i = 0; i < ELEMENTSOF(refused); i++) {
                assert_int_equal(store_begin(s), 0);
                if (store_exec(s, refused[i]) >= 0)
                        fail_msg("%s passed", refused[i]);
                store_rollback(s);
        }
        assert_int_equal(store_failure(s), 0);
}

static void meta_keeps_small_facts(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        char value[8];

        assert_int_equal(store_meta_get(s, "receiver", value, sizeof(value)), STORE_E_NONE);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_meta_put(s, "receiver", "r-1"), 0);
        assert_int_equal(store_meta_put(s, "receiver", "r-2"), 0);
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(store_meta_get(s, "receiver", value, sizeof(value)), 0);
        assert_string_equal(value, "r-2");
        assert_int_equal(store_meta_get(s, "receiver", value, 3), -ENAMETOOLONG);
}

static void a_checkpoint_is_due_when_idle_or_long(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        char code[2000];

        assert_int_equal(scene_put(s, "A", 1), 0);
        assert_true(store_wal_bytes(s) > 0);
        assert_false(store_checkpoint_is_due(s, 1000000)); /* so little is not worth it */
        (void) memset(code, 'x', sizeof(code) - 1);
        code[sizeof(code) - 1] = 0;
        for (int i = 0; !store_checkpoint_is_due(s, 0); i++) {
                (void) snprintf(code, sizeof(code), "%d", i);
                code[strlen(code)] = 'x';
                assert_int_equal(scene_put(s, code, i), 0);
                assert_in_range(i, 0, 10000);
                if (store_wal_bytes(s) > STORE_WAL_IDLE_BYTES)
                        assert_true(store_checkpoint_is_due(s, STORE_WAL_IDLE_USEC));
        }
        assert_in_range(store_wal_bytes(s), STORE_WAL_CHECKPOINT_BYTES, STORE_WAL_CHECKPOINT_BYTES + 100000);
        assert_int_equal(store_checkpoint_passive(s), 0);
        assert_int_equal(store_wal_bytes(s), 0);
}

static void what_a_reader_holds_back_is_tried_again_after_as_much_more(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        _cleanup_(store_closep) struct store *reader = NULL;
        char code[2000];
        int i = 0;

        assert_int_equal(scene_put(s, "A", 1), 0);
        reader = scene_open_reader(*state);
        assert_int_equal(store_begin(reader), 0);
        assert_int_equal(scene_count(reader), 1); /* from here on it looks at this state */
        (void) memset(code, 'x', sizeof(code) - 1);
        code[sizeof(code) - 1] = 0;
        for (int round = 1; round <= 3; round++) {
                for (; !store_checkpoint_is_due(s, 0); i++) {
                        (void) snprintf(code, sizeof(code), "%d", i);
                        code[strlen(code)] = 'x';
                        assert_int_equal(scene_put(s, code, i), 0);
                        assert_in_range(i, 0, 10000);
                }
                assert_int_equal(store_checkpoint_passive(s), 0);
                assert_int_equal(store_wal_untried_bytes(s), 0);
                assert_in_range(store_wal_bytes(s), (size_t) round * STORE_WAL_CHECKPOINT_BYTES * 9 / 10,
                        (size_t) round * (STORE_WAL_CHECKPOINT_BYTES + 100000));
                assert_false(store_checkpoint_is_due(s, 0));
        }
        reader = store_close(reader);
        assert_int_equal(store_checkpoint_passive(s), 0);
        assert_int_equal(store_wal_bytes(s), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                TEST(a_taken_key_is_an_outcome_and_changes_nothing),
                TEST(another_constraint_is_our_mistake),
                TEST(a_write_outside_of_a_transaction_is_refused),
                TEST(one_inputs_savepoint_is_undone_without_the_others),
                TEST(savepoints_nest),
                TEST(a_rolled_back_transaction_leaves_nothing),
                TEST(after_the_transaction_was_lost_nothing_more_is_written),
                TEST(parameters_do_not_outlive_a_reset),
                TEST(values_come_back_as_they_went_in),
                TEST(a_loop_left_early_holds_nothing),
                TEST(a_wrong_statement_in_a_table_of_them_finishes_all),
                TEST(the_connection_is_fenced_in),
                TEST(meta_keeps_small_facts),
                TEST(a_checkpoint_is_due_when_idle_or_long),
                TEST(what_a_reader_holds_back_is_tried_again_after_as_much_more),
#undef TEST
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
