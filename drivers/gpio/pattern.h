/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which lamps of a tower light, and whether its buzzer sounds, at a moment after a signal was shown. Pure: the caller brings the
 * time and asks again when told to. A tower may lack lamps and the buzzer; then a signal is still told apart by what is lit and
 * how it blinks, and nothing stands in green for what is not recorded.
 *
 * A tower's buzzer has one pitch, so the families differ in rhythm: A one short, B short and long, C two long, D on and off until
 * the next signal, N one tick.
 *
 * Source: the floor's signal families (docs/guides/packing); drivers/port.h.
 */
#include "drivers/port.h"

enum gpio_part {
        GPIO_PART_GREEN,
        GPIO_PART_AMBER,
        GPIO_PART_RED,
        GPIO_PART_WHITE,
        GPIO_PART_BUZZER,
        GPIO_N_PARTS,
};
#define GPIO_PART_BIT(part) (1U << (part))
const char *gpio_part_to_str(enum gpio_part part); /* "green" ... "buzzer": the keys of a board file */

struct gpio_shown { /* of a signal, what a tower can show */
        enum signal_light light;
        enum signal_pattern pattern;
        enum signal_sound sound;
        bool prompt; /* it only says what to do next */
};

struct gpio_moment {
        uint32_t parts;      /* GPIO_PART_BIT() of what is on */
        uint64_t until_usec; /* after the signal; UINT64_MAX: nothing changes any more */
};

/**
 * gpio_pattern_at() - what is on @usec after @s was shown
 * @have: GPIO_PART_BIT() of what the tower has; nothing else is ever on
 */
struct gpio_moment gpio_pattern_at(const struct gpio_shown *s, uint32_t have, uint64_t usec);
