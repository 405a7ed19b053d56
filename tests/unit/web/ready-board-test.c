/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "services/web/ready-board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/str.h"

static void add(
        struct ready_board *b, const char *merchant, const char *order, int64_t at, const char *counter) {
        struct ready_row row = {.ready_usec = at};

        assert_true(copy_text(row.merchant, sizeof(row.merchant), merchant));
        assert_true(copy_text(row.order, sizeof(row.order), order));
        assert_true(copy_text(row.counter, sizeof(row.counter), counter));
        ready_board_add(b, &row);
}

static void the_called_come_first_then_the_newest(void **state) {
        struct ready_board *b = calloc(1, sizeof(*b));

        (void) state;
        assert_non_null(b);
        add(b, "m", "A-1001", 10, "");
        add(b, "m", "A-1002", 30, "");
        add(b, "m", "A-1003", 20, "");
        add(b, "m", "A-1004", 5, "c1");
        assert_int_equal(b->n, 4);
        assert_string_equal(b->rows[0].order, "A-1004");
        assert_string_equal(b->rows[1].order, "A-1002");
        assert_string_equal(b->rows[2].order, "A-1003");
        assert_string_equal(b->rows[3].order, "A-1001");
        free(b);
}

static void an_order_in_two_shipments_stands_there_once(void **state) {
        struct ready_board *b = calloc(1, sizeof(*b));

        (void) state;
        assert_non_null(b);
        add(b, "m", "A-1001", 10, "");
        add(b, "m", "A-1002", 15, "");
        add(b, "m", "A-1001", 20, "");
        add(b, "m", "A-1001", 5, "");
        add(b, "other", "A-1001", 1, "");
        assert_int_equal(b->n, 3);
        assert_int_equal(b->rows[0].ready_usec, 20);
        add(b, "m", "A-1002", 15, "c1");
        assert_int_equal(b->n, 3);
        assert_string_equal(b->rows[0].order, "A-1002");
        free(b);
}

static void of_too_many_the_oldest_wait_unseen(void **state) {
        struct ready_board *b = calloc(1, sizeof(*b));
        char order[16];

        (void) state;
        assert_non_null(b);
        for (int i = 0; i < READY_BOARD_ROWS_MAX + 5; i++) {
                (void) snprintf(order, sizeof(order), "A-%04d", i);
                add(b, "m", order, i, "");
        }
        add(b, "m", "A-9999", -1, "");
        assert_int_equal(b->n, READY_BOARD_ROWS_MAX);
        assert_int_equal(b->n_more, 6);
        assert_string_equal(b->rows[0].order, "A-0124");
        assert_string_equal(b->rows[b->n - 1].order, "A-0005");
        free(b);
}

static void an_end_tells_from_all_others_and_is_never_the_whole(void **state) {
        static const struct {
                const char *orders[4], *tail; /* of the first */
                bool is_twin;
        } cases[] = {
                {{"250-1234567-0017"}, "0017", false},
                {{"A-17"}, "-17", false},
                {{"17"}, "7", false},
                {{"7"}, "", false},
                {{"A-017"}, "-017", false}, /* the hyphen, or all of it */
                {{"AB-017"}, "B-017", false},
                {{"250-77001", "251-77001"}, "0-77001", false},
                {{"250-77001", "350-77001"}, "50-77001", true},
                {{"1001", "21001"}, "001", true}, /* two cannot be told apart without all of it */
                {{"21001", "1001"}, "1001", true},
                {{"91001", "81001"}, "1001", true},
                {{"12345678", "22345678", "32345678"}, "2345678", true},
                {{"12345678", "99995678"}, "45678", false},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                struct ready_board *b = calloc(1, sizeof(*b));
                bool is_twin;

                assert_non_null(b);
                for (size_t k = 0; k < 4 && cases[i].orders[k]; k++)
                        add(b, "m", cases[i].orders[k], 100 - (int64_t) k, "");
                assert_string_equal(ready_board_tail(b, 0, &is_twin), cases[i].tail);
                assert_int_equal(is_twin, cases[i].is_twin);
                free(b);
        }
}

/* Whatever the numbers are: no two look the same without it being said, none is shown whole, none is shorter than it must be. */
static void of_random_numbers_no_two_look_the_same(void **state) {
        struct ready_board *b = calloc(1, sizeof(*b));
        unsigned seed = 4711;

        (void) state;
        assert_non_null(b);
        for (int round = 0; round < 200; round++) {
                *b = (struct ready_board){0};
                for (int i = 0; i < 40; i++) {
                        char order[12];
                        size_t n = 1 + (size_t) (rand_r(&seed) % 10);

                        for (size_t k = 0; k < n; k++)
                                order[k] = "012-"[rand_r(&seed) % 4];
                        order[n] = '\0';
                        add(b, "m", order, rand_r(&seed) % 50, rand_r(&seed) % 9 ? "" : "c1");
                }
                for (size_t i = 0; i < b->n; i++) {
                        bool is_twin, is_same = false;
                        const char *tail = ready_board_tail(b, i, &is_twin);
                        size_t n = strlen(b->rows[i].order);

                        assert_true(strlen(tail) < n);
                        assert_true(
                                strlen(tail) >= (n > READY_BOARD_TAIL_MIN ? READY_BOARD_TAIL_MIN : n - 1));
                        for (size_t k = 0; k < b->n; k++) {
                                bool other;

                                is_same |= k != i && strcmp(ready_board_tail(b, k, &other), tail) == 0;
                        }
                        assert_true(!is_same || is_twin);
                }
        }
        free(b);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_called_come_first_then_the_newest),
                cmocka_unit_test(an_order_in_two_shipments_stands_there_once),
                cmocka_unit_test(of_too_many_the_oldest_wait_unseen),
                cmocka_unit_test(an_end_tells_from_all_others_and_is_never_the_whole),
                cmocka_unit_test(of_random_numbers_no_two_look_the_same),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
