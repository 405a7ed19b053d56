/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/cleanup.h"
#include "services/link/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SEC 1000000ULL

static void a_delay_lies_between_the_least_and_the_most(void **state) {
        static const uint64_t randoms[] = {0, 1, 59 * SEC, 59 * SEC + 1, UINT64_MAX, 0x8000000000000000};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(randoms); i++)
                assert_in_range(backoff_delay_usec(SEC, 60 * SEC, randoms[i]), SEC, 60 * SEC);
        assert_int_equal(backoff_delay_usec(SEC, 60 * SEC, 0), SEC);
        assert_int_equal(backoff_delay_usec(SEC, 60 * SEC, 59 * SEC), 60 * SEC);
}

static void bounds_that_meet_or_cross_give_the_least(void **state) {
        (void) state;
        assert_int_equal(backoff_delay_usec(SEC, SEC, 12345), SEC);
        assert_int_equal(backoff_delay_usec(2 * SEC, SEC, 12345), 2 * SEC);
        assert_int_equal(backoff_delay_usec(0, 0, 12345), 0);
        assert_int_equal(backoff_delay_usec(0, UINT64_MAX, 12345), 12345);
}

/* 200 stations lose one broker in the same second and come back at no more than 10 a second. */
static void a_fleet_that_fell_at_once_comes_back_spread_out(void **state) {
        unsigned per_sec[61] = {0}, peak = 0;
        uint64_t x = 88172645463325252ULL; /* xorshift64: the same fleet on every run */

        (void) state;
        for (int i = 0; i < 200; i++) {
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
                per_sec[backoff_delay_usec(SEC, 60 * SEC, x) / SEC]++;
        }
        for (size_t i = 0; i < ELEMENTSOF(per_sec); i++)
                peak = per_sec[i] > peak ? per_sec[i] : peak;
        assert_in_range(peak, 1, 10);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_delay_lies_between_the_least_and_the_most),
                cmocka_unit_test(bounds_that_meet_or_cross_give_the_least),
                cmocka_unit_test(a_fleet_that_fell_at_once_comes_back_spread_out),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
