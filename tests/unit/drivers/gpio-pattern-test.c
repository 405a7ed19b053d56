/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "drivers/gpio/debounce.h"
#include "drivers/gpio/pattern.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define G   GPIO_PART_BIT(GPIO_PART_GREEN)
#define A   GPIO_PART_BIT(GPIO_PART_AMBER)
#define R   GPIO_PART_BIT(GPIO_PART_RED)
#define W   GPIO_PART_BIT(GPIO_PART_WHITE)
#define Z   GPIO_PART_BIT(GPIO_PART_BUZZER)
#define ALL (G | A | R | W | Z)

#define LOOKED_USEC (4 * USEC_PER_SEC) /* longer than any rhythm needs to show itself */
#define STEP_USEC   (5 * USEC_PER_MSEC)
#define N_STEPS     (LOOKED_USEC / STEP_USEC)

static void lamps_are_those_of_the_light_or_stand_in_for_it(void **state) {
        static const struct {
                enum signal_light light;
                bool prompt;
                uint32_t have, expect;
        } cases[] = {
                {SIGNAL_LIGHT_DARK, false, ALL, 0},
                {SIGNAL_LIGHT_GREEN, false, ALL, G},
                {SIGNAL_LIGHT_AMBER, false, ALL, A},
                {SIGNAL_LIGHT_RED, false, ALL, R},
                {SIGNAL_LIGHT_WHITE, false, ALL, W},
                {SIGNAL_LIGHT_WHITE, false, G | A | R, A | R},
                {SIGNAL_LIGHT_WHITE, true, G | A | R, 0},
                {SIGNAL_LIGHT_WHITE, true, ALL, W},
                {SIGNAL_LIGHT_AMBER, false, G | R, R},
                {SIGNAL_LIGHT_RED, false, G | A, A},
                {SIGNAL_LIGHT_GREEN, false, A | R, 0},
                {SIGNAL_LIGHT_RED, false, G, 0},
                {SIGNAL_LIGHT_AMBER, false, G, 0},
                {SIGNAL_LIGHT_WHITE, false, G, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct gpio_shown s = {.light = cases[i].light, .prompt = cases[i].prompt};
                struct gpio_moment m = gpio_pattern_at(&s, cases[i].have, 0);

                print_message("case %zu\n", i);
                assert_int_equal(m.parts, cases[i].expect);
                assert_true(m.until_usec == UINT64_MAX);
        }
}

static void nothing_but_green_ever_lights_the_green_lamp(void **state) {
        (void) state;
        for (uint32_t have = 0; have <= ALL; have++)
                for (int light = SIGNAL_LIGHT_DARK; light <= SIGNAL_LIGHT_WHITE; light++)
                        for (int pattern = SIGNAL_PATTERN_STEADY; pattern <= SIGNAL_PATTERN_FLASH; pattern++)
                                for (uint64_t usec = 0; usec < LOOKED_USEC; usec += 50 * USEC_PER_MSEC) {
                                        struct gpio_shown s = {
                                                .light = light, .pattern = pattern, .sound = SIGNAL_SOUND_D};
                                        struct gpio_moment m = gpio_pattern_at(&s, have, usec);

                                        assert_int_equal(m.parts & ~have, 0);
                                        if (light != SIGNAL_LIGHT_GREEN)
                                                assert_int_equal(m.parts & G, 0);
                                }
}

static void record(const struct gpio_shown *s, uint32_t have, uint8_t trace[N_STEPS]) {
        for (size_t i = 0; i < N_STEPS; i++)
                trace[i] = (uint8_t) gpio_pattern_at(s, have, i * STEP_USEC).parts;
}

static void every_sound_has_a_rhythm_of_its_own_and_ends_but_for_the_alarm(void **state) {
        static uint8_t traces[SIGNAL_SOUND_N + 1][N_STEPS];

        (void) state;
        for (int sound = SIGNAL_SOUND_NONE; sound <= SIGNAL_SOUND_N; sound++) {
                struct gpio_shown s = {.sound = sound};
                struct gpio_moment later = gpio_pattern_at(&s, Z, 60 * USEC_PER_SEC);

                record(&s, Z, traces[sound]);
                for (int other = SIGNAL_SOUND_NONE; other < sound; other++)
                        assert_memory_not_equal(traces[sound], traces[other], N_STEPS);
                assert_int_equal(later.until_usec != UINT64_MAX, sound == SIGNAL_SOUND_D);
        }
}

static void every_pattern_blinks_in_a_way_of_its_own_and_never_ends(void **state) {
        static uint8_t traces[SIGNAL_PATTERN_FLASH + 1][N_STEPS];

        (void) state;
        for (int pattern = SIGNAL_PATTERN_STEADY; pattern <= SIGNAL_PATTERN_FLASH; pattern++) {
                struct gpio_shown s = {.light = SIGNAL_LIGHT_RED, .pattern = pattern};
                struct gpio_moment later = gpio_pattern_at(&s, R, 3600 * USEC_PER_SEC);

                record(&s, R, traces[pattern]);
                for (int other = SIGNAL_PATTERN_STEADY; other < pattern; other++)
                        assert_memory_not_equal(traces[pattern], traces[other], N_STEPS);
                assert_int_equal(later.until_usec != UINT64_MAX, pattern != SIGNAL_PATTERN_STEADY);
        }
}

/* A tower that is only asked when it said so shows the same as one that is asked all the time. */
static void asked_when_due_it_misses_no_change(void **state) {
        (void) state;
        for (int pattern = SIGNAL_PATTERN_STEADY; pattern <= SIGNAL_PATTERN_FLASH; pattern++)
                for (int sound = SIGNAL_SOUND_NONE; sound <= SIGNAL_SOUND_N; sound++) {
                        struct gpio_shown s = {
                                .light = SIGNAL_LIGHT_AMBER, .pattern = pattern, .sound = sound};
                        struct gpio_moment m = {.until_usec = 0};

                        for (uint64_t usec = 0; usec < LOOKED_USEC; usec += STEP_USEC) {
                                if (usec >= m.until_usec)
                                        m = gpio_pattern_at(&s, ALL, usec);
                                assert_int_equal(m.parts, gpio_pattern_at(&s, ALL, usec).parts);
                                assert_true(m.until_usec > usec);
                        }
                }
}

struct reading {
        uint64_t ms;
        bool level, edges, changed;
};

static void feed_all(const struct reading *all, size_t n) {
        struct debounce d;

        debounce_init(&d, 20 * USEC_PER_MSEC, false);
        for (size_t i = 0; i < n; i++) {
                print_message("at %llu ms\n", (unsigned long long) all[i].ms);
                assert_int_equal(debounce_feed(&d, all[i].level, all[i].edges, all[i].ms * USEC_PER_MSEC),
                        all[i].changed);
        }
}

static void a_switch_that_bounces_changes_once(void **state) {
        static const struct reading press[] = {
                {100, true, true, false},
                {103, false, true, false},
                {105, true, true, false},
                {110, true, true, false}, /* high again, but an edge came between: it has not stood */
                {129, true, false, false},
                {130, true, false, true},
                {131, true, false, false},
                {200, false, true, false},
                {220, false, false, true},
        };

        (void) state;
        feed_all(press, ELEMENTSOF(press));
}

static void a_spike_is_no_press(void **state) {
        static const struct reading spike[] = {
                {100, true, true, false},
                {110, false, true, false},
                {125, false, false, false},
                {200, false, true, false}, /* edges were there, the level is as before */
                {300, false, false, false},
        };

        (void) state;
        feed_all(spike, ELEMENTSOF(spike));
}

static void a_level_whose_edge_was_dropped_is_believed_all_the_same(void **state) {
        static const struct reading dropped[] = {{1000, true, false, false}, {2000, true, false, true}};

        (void) state;
        feed_all(dropped, ELEMENTSOF(dropped));
}

static void it_asks_for_a_look_only_while_it_waits(void **state) {
        struct debounce d;

        (void) state;
        debounce_init(&d, 20 * USEC_PER_MSEC, true);
        assert_true(debounce_due_usec(&d) == UINT64_MAX);
        assert_false(debounce_feed(&d, false, true, USEC_PER_SEC));
        assert_int_equal(debounce_due_usec(&d), USEC_PER_SEC + 20 * USEC_PER_MSEC);
        assert_true(debounce_feed(&d, false, false, debounce_due_usec(&d)));
        assert_true(debounce_due_usec(&d) == UINT64_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lamps_are_those_of_the_light_or_stand_in_for_it),
                cmocka_unit_test(nothing_but_green_ever_lights_the_green_lamp),
                cmocka_unit_test(every_sound_has_a_rhythm_of_its_own_and_ends_but_for_the_alarm),
                cmocka_unit_test(every_pattern_blinks_in_a_way_of_its_own_and_never_ends),
                cmocka_unit_test(asked_when_due_it_misses_no_change),
                cmocka_unit_test(a_switch_that_bounces_changes_once),
                cmocka_unit_test(a_spike_is_no_press),
                cmocka_unit_test(a_level_whose_edge_was_dropped_is_believed_all_the_same),
                cmocka_unit_test(it_asks_for_a_look_only_while_it_waits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
