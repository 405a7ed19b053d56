/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "services/notify/channel/pause.h"

#include "firmware/base/cleanup.h"

static void pauses_double_to_their_most_and_are_spread_by_a_quarter(void **state) {
        static const struct {
                unsigned n;
                uint32_t chance;
                uint64_t expect;
        } table[] = {{1, 0, 750}, {1, 1023, 1250}, {2, 0, 1500}, {2, 1023, 2500}, {3, 0, 3000}, {6, 0, 22500},
                {6, 1023, 30000}, {4000000000, 0, 22500}, {0, 0, 750}, {1, 1024, 750}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                assert_int_equal(pause_usec(table[i].n, 1000, 30000, table[i].chance), table[i].expect);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(pauses_double_to_their_most_and_are_spread_by_a_quarter),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
