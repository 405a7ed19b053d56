/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/station/tries.h"

#define SEC    UINT64_C(1000000)
#define MINUTE (60 * SEC)
#define BEGIN  (100 * MINUTE)

static void the_fifth_closes_and_each_more_for_twice_as_long_up_to_a_quarter(void **state) {
        static const unsigned wait_sec[] = {0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900};
        uint64_t now = BEGIN;
        struct tries t = {0};

        (void) state;
        for (size_t i = 0; i < sizeof(wait_sec) / sizeof(wait_sec[0]); i++) {
                t.at_usec = now; /* nothing of it is forgotten in this test */
                (void) tries_count(&t, now);
                assert_int_equal(tries_wait_sec(&t, now), wait_sec[i]);
                assert_int_equal(tries_is_closed(&t, now), wait_sec[i] > 0);
                now += wait_sec[i] * SEC;
                assert_false(tries_is_closed(&t, now));
        }
}

/* However somebody spreads them: as soon as it is open, or only while they are free. */
static void a_day_of_trying_is_about_a_hundred(void **state) {
        struct tries t = {0};
        unsigned eager = 0, patient = 0;

        (void) state;
        for (uint64_t now = BEGIN; now < BEGIN + 24 * 60 * MINUTE; now += SEC)
                if (!tries_is_closed(&t, now)) {
                        (void) tries_count(&t, now);
                        eager++;
                }
        t = (struct tries){0};
        for (uint64_t now = BEGIN; now < BEGIN + 24 * 60 * MINUTE; now += SEC) {
                struct tries after = t;

                (void) tries_count(&after, now);
                if (!tries_is_closed(&after, now)) {
                        t = after;
                        patient++;
                }
        }
        assert_in_range(eager, 90, 106);
        assert_in_range(patient, 90, 106);
}

static void those_that_run_at_the_same_time_are_not_all_free(void **state) {
        struct tries t = {0};
        unsigned n = 0;

        (void) state;
        while (!tries_is_closed(&t, BEGIN)) {
                (void) tries_count(&t, BEGIN);
                n++;
        }
        assert_int_equal(n, TRIES_FREE);
}

static void a_right_one_leaves_the_door_as_it_was(void **state) {
        struct tries t = {0};
        struct try_mark mark, other;

        (void) state;
        for (int i = 0; i < 4; i++)
                (void) tries_count(&t, BEGIN);
        mark = tries_count(&t, BEGIN);
        assert_true(tries_is_closed(&t, BEGIN));
        tries_take_back(&t, mark);
        assert_false(tries_is_closed(&t, BEGIN));
        assert_int_equal(t.n, 4);
        mark = tries_count(&t, BEGIN);
        other = tries_count(&t, BEGIN + SEC); /* a wrong one, in between */
        tries_take_back(&t, mark);
        assert_true(tries_is_closed(&t, BEGIN + SEC));
        assert_int_equal(t.until_usec, other.until_usec);
}

static void after_a_start_the_wait_begins_again(void **state) {
        struct tries t = {.n = 6, .at_usec = 900 * MINUTE, .until_usec = 901 * MINUTE},
                     few = {.n = 4, .at_usec = 900 * MINUTE};

        (void) state;
        tries_recall(&t, 5 * SEC);
        assert_int_equal(tries_wait_sec(&t, 5 * SEC), 60);
        tries_recall(&few, 5 * SEC);
        assert_false(tries_is_closed(&few, 5 * SEC));
        (void) tries_count(&few, 6 * SEC);
        assert_true(tries_is_closed(&few, 6 * SEC));
}

static void what_was_long_ago_is_over(void **state) {
        struct tries t = {0};

        (void) state;
        assert_true(tries_is_over(&t, BEGIN));
        for (int i = 0; i < 3; i++)
                (void) tries_count(&t, BEGIN);
        assert_false(tries_is_over(&t, BEGIN + 44 * MINUTE));
        assert_true(tries_is_over(&t, BEGIN + 45 * MINUTE));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_fifth_closes_and_each_more_for_twice_as_long_up_to_a_quarter),
                cmocka_unit_test(a_day_of_trying_is_about_a_hundred),
                cmocka_unit_test(those_that_run_at_the_same_time_are_not_all_free),
                cmocka_unit_test(a_right_one_leaves_the_door_as_it_was),
                cmocka_unit_test(after_a_start_the_wait_begins_again),
                cmocka_unit_test(what_was_long_ago_is_over),
        };

        return cmocka_run_group_tests_name("station-tries", tests, NULL, NULL);
}
