/* SPDX-License-Identifier: Apache-2.0 */
/* The log that others tail, and the cursors with which they do. */
#include "firmware/store/log.h"

#include "firmware/store/cursor.h"
#include "tests/unit/store/scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int append(struct store *s, const char *type, const char *data, int64_t *posp) {
        return store_log_append(s, type, "S-1", data, strlen(data), posp);
}

static void append_n(struct store *s, int n) {
        assert_int_equal(store_begin(s), 0);
        for (int i = 0; i < n; i++)
                assert_int_equal(append(s, "shipment.put", "{\"n\":1}", NULL), 0);
        assert_int_equal(store_commit(s), 0);
}

/* Rows taken, and when to stop. */
struct taker {
        int n;
        int64_t sum;
        int64_t stop_at;
        int stop_with;
        char last_data[64];
};

static int take(const struct store_log_row *row, void *userdata) {
        struct taker *t = userdata;

        if (row->pos == t->stop_at)
                return t->stop_with;
        assert_int_equal(strlen(row->data), row->n_data);
        (void) snprintf(t->last_data, sizeof(t->last_data), "%s %s %s", row->type, row->subject, row->data);
        t->n++;
        t->sum += row->pos;
        return 0;
}

static void rows_come_out_in_order_with_positions_from_one(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        struct taker t = {0};
        int64_t pos = 0, last = -1, head = -1;

        assert_int_equal(store_log_head(s, &head), 0);
        assert_int_equal(head, 0);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(append(s, "a", "{}", &pos), 0);
        assert_int_equal(pos, 1);
        assert_int_equal(append(s, "b", "{\"送\":\"る\"}", &pos), 0);
        assert_int_equal(store_log_append(s, "c", NULL, "[]", 2, &pos), 0);
        assert_int_equal(pos, 3);
        assert_int_equal(store_commit(s), 0);

        assert_int_equal(store_log_read(s, 0, 2, take, &t, &last), 0);
        assert_int_equal(last, 2);
        assert_string_equal(t.last_data, "b S-1 {\"送\":\"る\"}");
        assert_int_equal(store_log_read(s, last, 2, take, &t, &last), 0);
        assert_int_equal(last, 3);
        assert_string_equal(t.last_data, "c  []");
        assert_int_equal(store_log_read(s, last, 2, take, &t, &last), 0);
        assert_int_equal(last, 3);
        assert_int_equal(t.n, 3);
        assert_int_equal(store_log_head(s, &head), 0);
        assert_int_equal(head, 3);
}

static void a_rolled_back_position_is_given_to_the_next_row(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        int64_t pos = 0;

        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_savepoint(s), 0);
        assert_int_equal(append(s, "a", "{}", &pos), 0);
        assert_int_equal(store_rollback_to(s), 0);
        assert_int_equal(append(s, "b", "{}", &pos), 0);
        assert_int_equal(pos, 1);
        assert_int_equal(store_commit(s), 0);
}

static void a_reader_that_stops_is_told_what_it_took(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        struct taker t = {.stop_at = 3, .stop_with = 1};
        int64_t last = -1;

        append_n(s, 5);
        assert_int_equal(store_log_read(s, 0, 100, take, &t, &last), 0);
        assert_int_equal(last, 2);
        t = (struct taker){.stop_at = 4, .stop_with = -ECANCELED};
        assert_int_equal(store_log_read(s, last, 100, take, &t, &last), -ECANCELED);
        assert_int_equal(last, 3);
        append_n(s, 1); /* nothing is held open */
}

static void trimming_everything_never_gives_a_position_twice(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        struct taker t = {0};
        int64_t pos = 0, last = -1;

        append_n(s, 5);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_log_trim(s, 1000), 0);
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(scene_int(s, "SELECT count(*) FROM log"), 1);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(append(s, "a", "{}", &pos), 0);
        assert_int_equal(pos, 6);
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(store_log_read(s, 0, 100, take, &t, &last), 0);
        assert_int_equal(t.sum, 5 + 6);
}

/* A file that was put back from before: what its reader has seen is not told again, and what is new stands behind it. */
static void a_copy_goes_on_behind_what_its_reader_has_seen(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        struct taker t = {0};
        int64_t pos = 0, last = -1;

        append_n(s, 2);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_log_skip(s, 7), 0);
        assert_int_equal(append(s, "a", "{}", &pos), 0);
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(pos, 8);
        assert_int_equal(store_log_read(s, 7, 100, take, &t, &last), 0);
        assert_int_equal(t.sum, 8);
        t = (struct taker){0};
        assert_int_equal(store_log_read(s, 0, 100, take, &t, &last), 0); /* another reader finds no gap */
        assert_int_equal(t.sum, 7 + 8);
}

static void damage(struct store *s, const char *sql) {
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_exec(s, sql), 0);
        assert_int_equal(store_commit(s), 0);
}

static void a_damaged_or_missing_row_is_not_handed_out(void **state) {
        static const char *const damages[] = {
                "UPDATE log SET data = '{\"n\":2}' WHERE pos = 3",
                "UPDATE log SET type = 'shipment.hold' WHERE pos = 3",
                "UPDATE log SET subject = 'S-2' WHERE pos = 3",
                "DELETE FROM log WHERE pos = 3",
                "UPDATE log SET pos = 7 WHERE pos = 3",
        };
        struct scene *scene = *state;
        char name[sizeof(scene->path)];

        (void) snprintf(name, sizeof(name), "%s", scene->path);
        for (size_t i = 0; i < ELEMENTSOF(damages); i++) {
                struct taker t = {0};
                int64_t last = -1;
                struct store *s;

                (void) snprintf(scene->path, sizeof(scene->path), "%.80s.%zu", name, i);
                s = scene_open_writer(scene);
                append_n(s, 5);
                damage(s, damages[i]);
                if (store_log_read(s, 0, 100, take, &t, &last) != -EBADMSG || last != 2)
                        fail_msg("not seen: %s", damages[i]);
                s = store_close(s);
        }
}

static void a_cursor_moves_with_its_transaction_only(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        const char *log_id = store_log_id(s);
        int64_t position = -1;

        assert_int_equal(store_cursor_get(s, "ledger", log_id, &position), 0);
        assert_int_equal(position, 0);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_cursor_put(s, "ledger", log_id, 7), 0);
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_cursor_put(s, "ledger", log_id, 8), 0);
        store_rollback(s);
        assert_int_equal(store_cursor_get(s, "ledger", log_id, &position), 0);
        assert_int_equal(position, 7);
        assert_int_equal(store_cursor_get(s, "inbox", log_id, &position), 0);
        assert_int_equal(position, 0);
}

static void a_cursor_in_another_log_starts_at_its_beginning(void **state) {
        _cleanup_(store_closep) struct store *s = scene_open_writer(*state);
        int64_t position = -1;

        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_cursor_put(s, "ledger", "00000000000000000000000000000001", 7), 0);
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(store_cursor_get(s, "ledger", "00000000000000000000000000000002", &position),
                STORE_E_OTHER_LOG);
        assert_int_equal(position, 0);
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_cursor_put(s, "ledger", "00000000000000000000000000000002", 1), 0);
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(store_cursor_get(s, "ledger", "00000000000000000000000000000002", &position), 0);
        assert_int_equal(position, 1);
}

static void a_reader_tails_what_a_writer_appends(void **state) {
        _cleanup_(store_closep) struct store *writer = scene_open_writer(*state);
        _cleanup_(store_closep) struct store *reader = scene_open_reader(*state);
        struct taker t = {0};
        int64_t last = 0;

        for (int i = 0; i < 20; i++) {
                append_n(writer, 3);
                assert_int_equal(store_log_read(reader, last, 100, take, &t, &last), 0);
                assert_int_equal(last, 3 * (i + 1));
        }
        assert_int_equal(t.sum, 60 * 61 / 2);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                TEST(rows_come_out_in_order_with_positions_from_one),
                TEST(a_rolled_back_position_is_given_to_the_next_row),
                TEST(a_reader_that_stops_is_told_what_it_took),
                TEST(trimming_everything_never_gives_a_position_twice),
                TEST(a_copy_goes_on_behind_what_its_reader_has_seen),
                TEST(a_damaged_or_missing_row_is_not_handed_out),
                TEST(a_cursor_moves_with_its_transaction_only),
                TEST(a_cursor_in_another_log_starts_at_its_beginning),
                TEST(a_reader_tails_what_a_writer_appends),
#undef TEST
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
