/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drivers/scale/rest.h"
#include "firmware/base/cleanup.h"

#define MS 1000U

static const struct scale_rest_config config = {
        .for_usec = 500 * MS, .n_readings = 3, .within_mg = 2000, .age_usec = 1000 * MS};

struct step {
        unsigned int at_ms;
        enum scale_what what;
        int64_t mg, grams; /* what is to be known then */
};

static void play(const struct step *steps, size_t n) {
        struct scale_rest s = {0};

        for (size_t i = 0; i < n; i++) {
                const struct scale_reading reading = {steps[i].what, steps[i].mg};

                scale_rest_feed(&s, &config, &reading, steps[i].at_ms * MS);
                if (scale_rest_grams(&s, &config, steps[i].at_ms * MS) != steps[i].grams)
                        fail_msg("step %zu at %u ms: %lld g", i, steps[i].at_ms,
                                (long long) scale_rest_grams(&s, &config, steps[i].at_ms * MS));
        }
}
#define PLAY(...) play((const struct step[]){__VA_ARGS__}, ELEMENTSOF(((const struct step[]){__VA_ARGS__})))

static void the_scales_own_word_counts_at_once(void **state) {
        (void) state;
        PLAY({0, SCALE_RESTING, 123400, 123}, {100, SCALE_MOVING, 0, 0}, {200, SCALE_RESTING, 500500, 501});
}

static void without_a_word_equal_readings_for_a_while_rest(void **state) {
        (void) state;
        PLAY({0, SCALE_WEIGHT, 500000, 0}, {200, SCALE_WEIGHT, 501000, 0}, {400, SCALE_WEIGHT, 499000, 0},
                {500, SCALE_WEIGHT, 502000, 502}, {700, SCALE_WEIGHT, 505000, 0});
}

static void a_few_readings_long_apart_are_too_few(void **state) {
        (void) state;
        PLAY({0, SCALE_WEIGHT, 500000, 0}, {900, SCALE_WEIGHT, 500000, 0}, {1000, SCALE_WEIGHT, 500000, 500});
}

static void what_creeps_does_not_rest(void **state) {
        (void) state;
        PLAY({0, SCALE_WEIGHT, 1000, 0}, {200, SCALE_WEIGHT, 2500, 0}, {400, SCALE_WEIGHT, 4000, 0},
                {600, SCALE_WEIGHT, 5500, 0}, {800, SCALE_WEIGHT, 7000, 0});
}

static void silence_between_begins_anew(void **state) {
        (void) state;
        PLAY({0, SCALE_WEIGHT, 500000, 0}, {200, SCALE_WEIGHT, 500000, 0}, {1300, SCALE_WEIGHT, 500000, 0},
                {1500, SCALE_WEIGHT, 500000, 0}, {1800, SCALE_WEIGHT, 500000, 500});
}

static void nothing_and_less_than_nothing_are_no_weight(void **state) {
        (void) state;
        PLAY({0, SCALE_RESTING, 0, 0}, {100, SCALE_RESTING, -123000, 0}, {200, SCALE_RESTING, 499, 0},
                {300, SCALE_RESTING, 500, 1});
}

static void overload_and_another_unit_forget_what_was_there(void **state) {
        (void) state;
        PLAY({0, SCALE_RESTING, 500000, 500}, {100, SCALE_OVER, 0, 0}, {200, SCALE_RESTING, 500000, 500},
                {300, SCALE_OTHER_UNIT, 0, 0});
}

static void noise_changes_nothing_but_age_does(void **state) {
        (void) state;
        PLAY({0, SCALE_RESTING, 500000, 500}, {100, SCALE_UNREADABLE, 0, 500}, {900, SCALE_NOTHING, 0, 500},
                {1001, SCALE_UNREADABLE, 0, 0});
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_scales_own_word_counts_at_once),
                cmocka_unit_test(without_a_word_equal_readings_for_a_while_rest),
                cmocka_unit_test(a_few_readings_long_apart_are_too_few),
                cmocka_unit_test(what_creeps_does_not_rest),
                cmocka_unit_test(silence_between_begins_anew),
                cmocka_unit_test(nothing_and_less_than_nothing_are_no_weight),
                cmocka_unit_test(overload_and_another_unit_forget_what_was_there),
                cmocka_unit_test(noise_changes_nothing_but_age_does),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
