/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/credit.h"
#include "tests/unit/oms/test.h"

static const struct credit_policy policy = {.total = CREDIT_TOTAL, .most = CREDIT_MOST};

static void one_station_gets_the_most_and_no_more(void **state) {
        (void) state;
        assert_int_equal(credit_share(&policy, 0), 200);
        assert_int_equal(credit_share(&policy, 1), 200);
        assert_int_equal(credit_share(&policy, 4), 200);
        assert_int_equal(credit_share(&policy, 5), 160);
}

static void the_sum_stays_below_the_brokers_queue_for_any_fleet(void **state) {
        (void) state;
        for (unsigned n = 1; n <= CREDIT_TOTAL; n++) {
                assert_true(credit_share(&policy, n) * n <= CREDIT_TOTAL);
                assert_true(credit_share(&policy, n) >= 1);
        }
}

static void nobody_is_ever_left_without_any(void **state) {
        (void) state;
        assert_int_equal(credit_share(&policy, CREDIT_TOTAL * 10), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_station_gets_the_most_and_no_more),
                cmocka_unit_test(the_sum_stays_below_the_brokers_queue_for_any_fleet),
                cmocka_unit_test(nobody_is_ever_left_without_any),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
