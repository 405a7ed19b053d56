/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/cleanup.h"
#include "firmware/views/office-clock.h"
#include "tests/unit/base/test.h"

#include <string.h>

#define SEC   ((int64_t) USEC_PER_SEC)
#define DAY   (86400 * SEC)
#define BOOT  "018f0000-0000-4000-8000-000000000001"
#define OTHER "018f0000-0000-4000-8000-000000000002"

/* Booted 1000 s ago, at a wall clock of 1,800,000,000 s and @ahead. */
static struct stamp at(int64_t ahead_usec) {
        return (struct stamp){.wall_usec = 1800000000 * SEC + ahead_usec, .boot_usec = 1000 * USEC_PER_SEC};
}

static struct office_clock heard(int64_t office_ahead_usec) {
        struct office_clock c = {0};
        struct stamp now = at(0);

        assert_true(office_clock_hear(&c, now.wall_usec + office_ahead_usec, &now));
        return c;
}

static void its_time_runs_on_and_a_wall_clock_that_is_set_does_not_move_it(void **state) {
        struct office_clock c = heard(-5 * SEC);
        struct stamp set = at(31 * DAY), passed = at(31 * DAY);

        (void) state;
        passed.boot_usec += (uint64_t) (31 * DAY);
        assert_int_equal(office_clock_time(&c, &set), set.wall_usec - 31 * DAY - 5 * SEC);
        assert_int_equal(office_clock_time(&c, &passed), passed.wall_usec - 5 * SEC);
}

static void only_a_change_of_more_than_a_minute_is_news(void **state) {
        static const struct {
                int64_t moved_usec;
                bool news;
        } cases[] = {
                {0, false}, {60 * SEC, false}, {-60 * SEC, false}, {60 * SEC + 1, true}, {-61 * SEC, true}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct office_clock c = heard(0);
                struct stamp now = at(0);

                assert_int_equal(
                        office_clock_hear(&c, now.wall_usec + cases[i].moved_usec, &now), cases[i].news);
        }
}

static void what_is_kept_is_read_in_the_same_boot_only(void **state) {
        struct office_clock c = heard(-5 * SEC), read;
        char text[OFFICE_CLOCK_TEXT_MAX];
        static const char *const strange[] = {"", " ", BOOT, BOOT " ", BOOT " x", BOOT " 1x", BOOT "1 1",
                BOOT " 99999999999999999999", BOOT " -9223372036854775808", BOOT " 9223372036854775807"};

        (void) state;
        office_clock_write(&c, BOOT, text);
        office_clock_read(&read, BOOT, text);
        assert_true(read.is_known);
        assert_int_equal(read.ahead_usec, c.ahead_usec);
        office_clock_read(&read, OTHER, text);
        assert_false(read.is_known);
        office_clock_read(&read, "", text);
        assert_false(read.is_known);
        for (size_t i = 0; i < ELEMENTSOF(strange); i++) {
                office_clock_read(&read, BOOT, strange[i]);
                assert_false(read.is_known);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(its_time_runs_on_and_a_wall_clock_that_is_set_does_not_move_it),
                cmocka_unit_test(only_a_change_of_more_than_a_minute_is_news),
                cmocka_unit_test(what_is_kept_is_read_in_the_same_boot_only),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
