/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/cleanup.h"
#include "services/oms/storage-views.h"
#include "tests/unit/oms/scene.h"

#include <stdio.h>
#include <string.h>

#define APPEND(s, source, ...)                                                                               \
        scene_append(s, source, (struct scene_fact[]){__VA_ARGS__},                                          \
                ELEMENTSOF(((struct scene_fact[]){__VA_ARGS__})))

struct count {
        int n, n_retold;
        const char *kind; /* conflicts: count these only */
};

static int count_fact(const struct view_fact *row, void *userdata) {
        struct count *c = userdata;

        c->n++;
        c->n_retold += row->retold;
        return 0;
}

static int count_conflict(const struct view_conflict *row, void *userdata) {
        struct count *c = userdata;

        if (strcmp(row->kind, c->kind) == 0)
                c->n += (int) row->n;
        return 0;
}

static struct count count_facts(struct storage *s) {
        struct count c = {0};
        int64_t last = 0;

        assert_int_equal(view_facts(s, &(struct view_filter){0}, 0, 1000, count_fact, &c, &last), 0);
        return c;
}

static int count_conflicts(struct storage *s, const char *kind) {
        struct count c = {.kind = kind};

        assert_int_equal(view_conflicts(s, &(struct view_filter){0}, count_conflict, &c), 0);
        return c.n;
}

static void a_source_never_heard_of_stands_at_nothing(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct mark mark;

        assert_int_equal(storage_get_mark(*state, &source, &mark), 0);
        assert_int_equal(mark.upto, 0);
}

static void facts_in_order_move_the_mark_to_the_last(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct mark mark = APPEND(*state, &source, {1, 1}, {2, 2}, {3, 3});

        assert_int_equal(mark.upto, 3);
        assert_int_equal(mark.n_new, 3);
        assert_int_equal(storage_get_mark(*state, &source, &mark), 0);
        assert_int_equal(mark.upto, 3);
        assert_int_equal(count_facts(*state).n, 3);
}

static void behind_a_gap_nothing_is_kept(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct mark mark = APPEND(*state, &source, {1, 1}, {3, 3}, {4, 4});

        assert_int_equal(mark.upto, 1);
        assert_int_not_equal(mark.gap, 0);
        assert_int_equal(count_facts(*state).n, 1);
        mark = APPEND(*state, &source, {2, 2}, {3, 3}, {4, 4});
        assert_int_equal(mark.upto, 4);
        assert_int_equal(mark.gap, 0);
}

static void the_same_again_is_kept_once(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct mark mark;

        (void) APPEND(*state, &source, {1, 1}, {2, 2});
        mark = APPEND(*state, &source, {1, 1}, {2, 2}, {3, 3}, {3, 3});
        assert_int_equal(mark.upto, 3);
        assert_int_equal(mark.n_new, 1);
        assert_int_equal(mark.n_same, 3);
        assert_int_equal(mark.forked, 0);
        assert_int_equal(count_facts(*state).n, 3);
}

static void another_fact_at_a_taken_place_is_kept_aside_and_told(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct mark mark;

        (void) APPEND(*state, &source, {1, 1}, {2, 2});
        mark = APPEND(*state, &source, {2, 77});
        assert_int_equal(mark.forked, 2);
        assert_int_equal(mark.upto, 2);
        assert_int_equal(count_facts(*state).n, 2);
        assert_int_equal(count_conflicts(*state, "forked"), 1);
}

static void what_is_told_again_by_another_ledger_has_no_second_effect(void **state) {
        struct source first = scene_source(SCENE_LEDGER, "fact"),
                      second = scene_source(SCENE_LEDGER2, "fact");
        const struct scene_fact conflict = {
                1, 1, "conflict.found", "S-1", "{\"v\":1,\"kind\":\"contents-differ\",\"text\":\"x\"}"};
        struct scene_fact again = conflict;
        struct view_filter all = {0};
        struct count c = {.kind = "contents-differ"};
        struct mark mark;

        (void) scene_append(*state, &first, &conflict, 1);
        again.sequence = 2;
        mark = APPEND(*state, &second, {1, 99, "ledger.started", SCENE_LEDGER2}, again);
        assert_int_equal(mark.upto, 2);
        assert_int_equal(mark.n_retold, 1);
        assert_int_equal(count_facts(*state).n, 3);
        assert_int_equal(count_facts(*state).n_retold, 1);
        assert_int_equal(view_conflicts(*state, &all, count_conflict, &c), 0);
        assert_int_equal(c.n, 1);
}

static void a_box_that_is_over_stays_so_whatever_a_copy_does_with_it(void **state) {
        static const char data[] = "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1,\"number\":\"7\"}";
        static const struct {
                const char *before, *type;
                bool conflict;
        } cases[] = {
                {"parcel.ready", "parcel.shipped", false},
                {"parcel.shipped", "parcel.voided", false},
                {"parcel.shipped", "parcel.reconciled", false},
                {"parcel.voided", "parcel.reconciled", false},
                {"parcel.shipped", "parcel.packed", true},
                {"parcel.shipped", "waybill.printed", true},
                {"parcel.shipped", "parcel.shipped", true},
                {"parcel.voided", "parcel.voided", true},
                {"parcel.voided", "parcel.ready", true},
        };
        struct source source = scene_source(SCENE_LEDGER, "fact");

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                unsigned n = (unsigned) (2 * i + 1);
                char box[UUID_TEXT_MAX];

                int before = count_conflicts(*state, "two-histories");

                (void) snprintf(box, sizeof(box), "01900000-0000-7000-8000-%012zu", i);
                (void) APPEND(*state, &source, {n, n, cases[i].before, box, data});
                (void) APPEND(*state, &source, {n + 1, n + 1, cases[i].type, box, data});
                if (count_conflicts(*state, "two-histories") - before != cases[i].conflict)
                        fail_msg("%s, then %s", cases[i].before, cases[i].type);
        }
}

static void what_cannot_be_accepted_is_passed_over_and_stops_nobody(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct mark mark = APPEND(
                *state, &source, {1, 1}, {.sequence = 2, .n_id = 2, .refused = "bad-envelope"}, {3, 3});

        assert_int_equal(mark.upto, 3);
        assert_int_equal(mark.n_refused, 1);
        assert_int_equal(count_facts(*state).n, 2);
        assert_int_equal(count_conflicts(*state, "fact-refused"), 1);
        mark = APPEND(*state, &source, {.sequence = 2, .n_id = 2, .refused = "bad-envelope"});
        assert_int_equal(mark.n_same, 1);
        assert_int_equal(mark.forked, 0);
}

static void a_mark_names_the_fact_that_it_stands_on_where_one_is_kept(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct mark mark, again;
        char first[UUID_TEXT_MAX];

        mark = APPEND(*state, &source, {1, 1});
        (void) copy_text(first, sizeof(first), mark.upto_id);
        assert_true(uuid_is_valid(first));
        mark = APPEND(*state, &source, {2, 2});
        assert_string_not_equal(mark.upto_id, first);
        assert_int_equal(storage_get_mark(*state, &source, &again), 0);
        assert_string_equal(again.upto_id, mark.upto_id);
        mark = APPEND(*state, &source, {.sequence = 3, .n_id = 3, .refused = "bad-envelope"});
        assert_int_equal(mark.upto, 3);
        assert_string_equal(mark.upto_id, "");
}

static void lanes_are_numbered_each_for_itself(void **state) {
        struct source fact = scene_source(SCENE_LEDGER, "fact"), trace = scene_source(SCENE_LEDGER, "trace");

        assert_int_equal(APPEND(*state, &fact, {1, 1}).upto, 1);
        assert_int_equal(APPEND(*state, &trace, {1, 2}, {2, 3}).upto, 2);
}

static void a_gap_that_is_told_ahead_of_its_turn_lets_the_rest_come(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        const struct scene_fact gap = {
                9, 9, "ledger.gap", SCENE_LEDGER, "{\"v\":1,\"lane\":\"fact\",\"from\":\"1\",\"to\":\"6\"}"};
        struct mark mark = scene_append(*state, &source, &gap, 1);

        assert_int_equal(mark.upto, 6);
        assert_int_equal(count_facts(*state).n, 0);
        mark = APPEND(*state, &source, {7, 7}, {8, 8}, gap);
        assert_int_equal(mark.upto, 9);
        assert_int_equal(mark.forked, 0);
        assert_int_equal(count_facts(*state).n, 3);
}

static void a_gap_of_another_lane_or_ledger_moves_nothing(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");

        assert_int_equal(APPEND(*state, &source,
                                 {9, 9, "ledger.gap", SCENE_LEDGER,
                                         "{\"v\":1,\"lane\":\"trace\",\"from\":\"1\",\"to\":\"6\"}"},
                                 {9, 9, "ledger.gap", SCENE_LEDGER2,
                                         "{\"v\":1,\"lane\":\"fact\",\"from\":\"1\",\"to\":\"6\"}"})
                                 .upto,
                0);
}

static void a_gap_that_was_told_in_its_turn_is_passed_when_it_is_reached(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct mark mark = APPEND(*state, &source,
                {1, 1, "ledger.gap", SCENE_LEDGER, "{\"v\":1,\"lane\":\"fact\",\"from\":\"3\",\"to\":\"5\"}"},
                {2, 2}, {6, 6});

        assert_int_equal(mark.upto, 6);
}

static void stretches_that_were_given_up_one_by_one_are_passed_at_once(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct mark mark = APPEND(*state, &source,
                {1, 1, "ledger.gap", SCENE_LEDGER, "{\"v\":1,\"lane\":\"fact\",\"from\":\"4\",\"to\":\"5\"}"},
                {2, 2, "ledger.gap", SCENE_LEDGER, "{\"v\":1,\"lane\":\"fact\",\"from\":\"6\",\"to\":\"7\"}"},
                {3, 3}, {8, 8});

        assert_int_equal(mark.upto, 8);
        assert_int_equal(mark.gap, 0);
}

static void a_gap_of_the_other_lane_counts_there_also_ahead_of_its_turn(void **state) {
        struct source fact = scene_source(SCENE_LEDGER, "fact"), trace = scene_source(SCENE_LEDGER, "trace");

        assert_int_equal(APPEND(*state, &fact,
                                 {9, 9, "ledger.gap", SCENE_LEDGER,
                                         "{\"v\":1,\"lane\":\"trace\",\"from\":\"1\",\"to\":\"6\"}"})
                                 .upto,
                0);
        assert_int_equal(APPEND(*state, &trace, {7, 17}).upto, 7);
}

static void a_restored_database_is_another_receiver(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        char before[HEX_ID_MAX];
        struct mark mark;

        (void) APPEND(*state, &source, {1, 1});
        (void) copy_text(before, sizeof(before), storage_receiver(*state));
        assert_int_equal(storage_begin(*state), 0);
        assert_int_equal(storage_restored(*state, 1795242000000000), 0);
        assert_int_equal(storage_commit(*state), 0);
        assert_string_not_equal(before, storage_receiver(*state));
        assert_int_equal(storage_get_mark(*state, &source, &mark), 0);
        assert_int_equal(mark.upto, 1); /* what it has, it has */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_source_never_heard_of_stands_at_nothing),
                TEST(facts_in_order_move_the_mark_to_the_last),
                TEST(behind_a_gap_nothing_is_kept),
                TEST(the_same_again_is_kept_once),
                TEST(another_fact_at_a_taken_place_is_kept_aside_and_told),
                TEST(what_is_told_again_by_another_ledger_has_no_second_effect),
                TEST(a_box_that_is_over_stays_so_whatever_a_copy_does_with_it),
                TEST(what_cannot_be_accepted_is_passed_over_and_stops_nobody),
                TEST(a_mark_names_the_fact_that_it_stands_on_where_one_is_kept),
                TEST(lanes_are_numbered_each_for_itself),
                TEST(a_gap_that_is_told_ahead_of_its_turn_lets_the_rest_come),
                TEST(a_gap_of_another_lane_or_ledger_moves_nothing),
                TEST(a_gap_that_was_told_in_its_turn_is_passed_when_it_is_reached),
                TEST(stretches_that_were_given_up_one_by_one_are_passed_at_once),
                TEST(a_gap_of_the_other_lane_counts_there_also_ahead_of_its_turn),
                TEST(a_restored_database_is_another_receiver),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
