/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/notice-alarm.h"

#define HOUR (3600 * (int64_t) 1000000)
#define AT   (1795262400 * (int64_t) 1000000)

static void people_are_told_when_half_of_its_life_is_over(void **state) {
        static const struct {
                int64_t since, expires, alarm;
        } table[] = {
                {AT, AT + 24 * HOUR, AT + 12 * HOUR}, /* a night does not swallow it */
                {AT, AT + HOUR / 6, AT + HOUR / 12},
                {AT, AT + 1, AT},
                {AT, AT, AT},        /* it never had any time */
                {AT + HOUR, AT, AT}, /* nor this one, by a clock that was put right */
                {0, AT, AT - HOUR},  /* told by a snapshot: nobody knows since when */
                {0, HOUR, 1},
                {AT, 0, 0}, /* nobody knows until when */
                {0, 0, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (notice_alarm_usec(table[i].since, table[i].expires) != table[i].alarm)
                        fail_msg("row %zu: %lld", i,
                                (long long) notice_alarm_usec(table[i].since, table[i].expires));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(people_are_told_when_half_of_its_life_is_over),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
