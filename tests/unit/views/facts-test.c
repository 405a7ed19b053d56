/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/views/facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/time.h"
#include "tests/unit/ledger/scene.h"

#define OTHER "00112233445566778899aabbccddeeff"

static struct facts *open_facts(const struct scene *s) {
        struct facts *f = NULL;

        assert_int_equal(facts_open(&f, s->path, NULL), 0);
        return f;
}

struct seen {
        uint64_t seqs[16];
        unsigned n;
        uint64_t stop_behind;
        int stop_with;
        char last[128]; /* type, subject, bench, actor */
};

static int see(const struct fact_row *row, void *userdata) {
        struct seen *s = userdata;

        if (row->seq == s->stop_behind && s->stop_with < 0)
                return s->stop_with;
        assert_int_equal(strlen(row->data), row->n_data);
        s->seqs[s->n++] = row->seq;
        (void) snprintf(
                s->last, sizeof(s->last), "%s %s %s %s", row->type, row->subject, row->bench, row->actor);
        return row->seq == s->stop_behind ? s->stop_with : 0;
}

static void put(struct scene *s, int n) {
        for (int i = 0; i < n; i++)
                (void) scene_fact(s, "conflict.found", "S-1", "\"kind\":\"contents-differ\",\"text\":\"x\"");
}

static void a_lane_comes_in_its_order_and_only_itself(void **state) {
        struct scene *s = *state;
        _cleanup_(facts_closep) struct facts *f = NULL;
        struct seen seen = {0};
        uint64_t last = 0, head = 0;

        put(s, 2);
        (void) scene_try(s, "item.refused", M, "S-9", "b1", "p1", "\"reason\":\"wrong-item\"");
        put(s, 1);
        f = open_facts(s);
        assert_int_equal(facts_read(f, LANE_FACT, 1, 10, see, &seen, &last), 0);
        assert_true(seen.n == 3 && seen.seqs[0] == 2 && seen.seqs[2] == 4 && last == 4);
        assert_int_equal(facts_head(f, LANE_FACT, &head), 0);
        assert_int_equal(head, 4);
        seen = (struct seen){0};
        assert_int_equal(facts_read(f, LANE_TRACE, 0, 10, see, &seen, &last), 0);
        assert_int_equal(seen.n, 1);
        assert_string_equal(seen.last, "item.refused S-9 b1 p1");
}

static void a_reader_stops_where_its_caller_stops(void **state) {
        struct scene *s = *state;
        _cleanup_(facts_closep) struct facts *f = NULL;
        struct seen with = {.stop_behind = 3, .stop_with = 1},
                    before = {.stop_behind = 3, .stop_with = -EAGAIN};
        uint64_t last = 0;

        put(s, 5);
        f = open_facts(s);
        assert_int_equal(facts_read(f, LANE_FACT, 0, 10, see, &with, &last), 0);
        assert_int_equal(last, 3);
        assert_int_equal(facts_read(f, LANE_FACT, 0, 10, see, &before, &last), -EAGAIN);
        assert_int_equal(last, 2);
        assert_int_equal(facts_read(f, LANE_FACT, 0, 4, see, &(struct seen){0}, &last), 0);
        assert_int_equal(last, 4);
}

static void set_third(struct scene *s, const char *what) {
        char sql[160];

        (void) snprintf(sql, sizeof(sql), "UPDATE fact SET %s WHERE lane = 0 AND seq = 3", what);
        scene_sql(s, sql);
}

static void a_damaged_row_stops_the_reader_before_it(void **state) {
        static const char *const damages[][2] = {
                {"data = replace(data, 'x', 'y')", "data = replace(data, 'y', 'x')"},
                {"actor = 'p2'", "actor = ''"},
                {"mono = mono + 1", "mono = mono - 1"},
                {"\"check\" = \"check\" + 1", "\"check\" = \"check\" - 1"},
                {"v = 0", "v = 1"},
        };
        struct scene *s = *state;

        put(s, 4);
        s->damaged = true;
        for (size_t i = 0; i < ELEMENTSOF(damages); i++) {
                _cleanup_(facts_closep) struct facts *f = NULL;
                uint64_t last = 0;

                set_third(s, damages[i][0]);
                f = open_facts(s);
                assert_int_equal(facts_read(f, LANE_FACT, 0, 10, see, &(struct seen){0}, &last), -EBADMSG);
                assert_int_equal(last, 2);
                set_third(s, damages[i][1]);
                assert_int_equal(facts_read(f, LANE_FACT, 0, 10, see, &(struct seen){0}, &last), 0);
                assert_int_equal(last, 5);
        }
}

static int note_damage(int64_t pos, void *userdata) {
        int64_t *seen = userdata;

        *seen = *seen * 10 + pos;
        return pos == 5 ? -EIO : 0;
}

static void a_reader_that_asks_for_it_passes_over_a_damaged_row(void **state) {
        struct scene *s = *state;
        _cleanup_(facts_closep) struct facts *f = NULL;
        struct seen seen = {0};
        int64_t damaged = 0, last_pos = 0;
        uint64_t last = 0;

        put(s, 4);
        s->damaged = true;
        set_third(s, "actor = 'p2'");
        f = open_facts(s);
        facts_pass_damage(f, note_damage, &damaged);
        assert_int_equal(facts_read(f, LANE_FACT, 0, 10, see, &seen, &last), 0);
        assert_int_equal(seen.n, 4);
        assert_int_equal(last, 5);
        assert_int_equal(damaged, 3);
        assert_int_equal(facts_read(f, LANE_FACT, 2, 1, see, &seen, &last), 0);
        assert_int_equal(last, 3); /* behind it, though nothing was handed out */
        assert_int_equal(facts_read_all(f, 2, 1, see, &seen, &last_pos), 0);
        assert_int_equal(last_pos, 3);
        assert_int_equal(facts_get(f, 3, see, &seen), -EBADMSG); /* asked for by name it is not "not there" */
        scene_sql(s, "UPDATE fact SET actor = 'p2' WHERE lane = 0 AND seq = 5");
        assert_int_equal(facts_read(f, LANE_FACT, 3, 10, see, &seen, &last), -EIO);
        assert_int_equal(last, 4);
}

static void the_gap_that_names_a_sequence_is_found(void **state) {
        struct scene *s = *state;
        _cleanup_(facts_closep) struct facts *f = NULL;
        struct seen seen = {0};
        uint64_t last = 0;

        (void) scene_fact(s, "ledger.gap", ledger_id(s->l), "\"lane\":\"trace\",\"from\":\"5\",\"to\":\"9\"");
        (void) scene_fact(s, "ledger.gap", OTHER, "\"lane\":\"fact\",\"from\":\"1\",\"to\":\"99\"");
        (void) scene_fact(
                s, "ledger.gap", ledger_id(s->l), "\"lane\":\"fact\",\"from\":\"20\",\"to\":\"29\"");
        f = open_facts(s);
        assert_int_equal(facts_find_gap(f, LANE_TRACE, 5, NULL, see, &seen), 0);
        assert_int_equal(seen.seqs[0], 2);
        assert_int_equal(facts_find_gap(f, LANE_TRACE, 9, NULL, see, &seen), 0);
        assert_int_equal(facts_find_gap(f, LANE_TRACE, 10, NULL, see, &seen), STORE_E_NONE);
        assert_int_equal(
                facts_find_gap(f, LANE_FACT, 7, NULL, see, &seen), STORE_E_NONE); /* another ledger's */
        seen = (struct seen){0};
        assert_int_equal(facts_find_gap(f, LANE_FACT, 25, &last, see, &seen), 0);
        assert_int_equal(last, 29);
        assert_int_equal(seen.seqs[0], 4);
}

static void the_oldest_that_waits_tells_its_time(void **state) {
        struct scene *s = *state;
        _cleanup_(facts_closep) struct facts *f = NULL;
        char time[TIME_TEXT_MAX], expected[TIME_TEXT_MAX];
        int64_t n = -1;

        put(s, 1);
        (void) time_format(s->now.wall_usec, s->now.offset_sec, expected);
        scene_pass_days(s, 3);
        put(s, 1);
        f = open_facts(s);
        assert_int_equal(facts_time_behind(f, LANE_FACT, 1, time), 0);
        assert_string_equal(time, expected);
        assert_int_equal(facts_time_behind(f, LANE_FACT, 3, time), STORE_E_NONE);
        assert_int_equal(facts_count_notices_waiting(f, &n), 0);
        assert_int_equal(n, 0);
}

static void a_ledger_that_is_not_there_is_not_yet(void **state) {
        struct facts *f = NULL;

        (void) state;
        assert_int_equal(facts_open(&f, "/nowhere/ledger.db", NULL), STORE_E_NOT_YET);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        a_lane_comes_in_its_order_and_only_itself, scene_setup, scene_teardown),
                cmocka_unit_test_setup_teardown(
                        a_reader_stops_where_its_caller_stops, scene_setup, scene_teardown),
                cmocka_unit_test_setup_teardown(
                        a_damaged_row_stops_the_reader_before_it, scene_setup, scene_teardown),
                cmocka_unit_test_setup_teardown(
                        a_reader_that_asks_for_it_passes_over_a_damaged_row, scene_setup, scene_teardown),
                cmocka_unit_test_setup_teardown(
                        the_gap_that_names_a_sequence_is_found, scene_setup, scene_teardown),
                cmocka_unit_test_setup_teardown(
                        the_oldest_that_waits_tells_its_time, scene_setup, scene_teardown),
                cmocka_unit_test(a_ledger_that_is_not_there_is_not_yet),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
