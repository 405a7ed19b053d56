/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/domain/pin-hash.h"
#include "firmware/seal/pin.h"

static void a_pin_answers_to_its_own_hash_only(void **state) {
        char hash[SEAL_PIN_SIZE], again[SEAL_PIN_SIZE];

        (void) state;
        assert_int_equal(seal_pin_make("4071", hash), 0);
        assert_int_equal(seal_pin_make("4071", again), 0);
        assert_string_not_equal(hash, again);
        assert_int_equal(seal_pin_check(hash, "4071"), 0);
        assert_int_equal(seal_pin_check(again, "4071"), 0);
        assert_int_equal(seal_pin_check(hash, "4072"), SEAL_E_WRONG);
        assert_int_equal(seal_pin_check(hash, ""), SEAL_E_WRONG);
        assert_int_equal(seal_pin_check("4071", "4071"), SEAL_E_WRONG);
        assert_int_equal(seal_pin_check("", ""), SEAL_E_WRONG);
}

static void what_is_made_is_what_a_station_takes(void **state) {
        char hash[SEAL_PIN_SIZE];

        (void) state;
        assert_int_equal(seal_pin_make("4071", hash), 0);
        assert_true(pin_hash_is_valid(hash));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_pin_answers_to_its_own_hash_only),
                cmocka_unit_test(what_is_made_is_what_a_station_takes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
