/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/gpio/pattern.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

const char *gpio_part_to_str(enum gpio_part part) {
        static const char *const words[GPIO_N_PARTS] = {"green", "amber", "red", "white", "buzzer"};

        return words[part];
}

/* Milliseconds on, off, on, ...; 0 ends it. */
#define STEPS_MAX 8
struct rhythm {
        unsigned int ms[STEPS_MAX];
        bool again; /* from its beginning, until something else is shown */
};

static const struct rhythm lamp_rhythms[] = {
        [SIGNAL_PATTERN_STEADY] = {{0}, false},
        [SIGNAL_PATTERN_BLINK] = {{250, 250}, true},
        [SIGNAL_PATTERN_SLOW_BLINK] = {{1000, 1000}, true},
        [SIGNAL_PATTERN_FLASH] = {{100, 100, 100, 500}, true}, /* two and a pause: no blink looks like it */
};
static const struct rhythm sound_rhythms[] = {
        [SIGNAL_SOUND_NONE] = {{0}, false},
        [SIGNAL_SOUND_A] = {{80}, false},
        [SIGNAL_SOUND_B] = {{80, 80, 240}, false},
        [SIGNAL_SOUND_B_TWICE] = {{80, 80, 240, 240, 80, 80, 240}, false},
        [SIGNAL_SOUND_C] = {{500, 200, 500}, false},
        [SIGNAL_SOUND_C_FAST] = {{250, 100, 250}, false},
        [SIGNAL_SOUND_D] = {{400, 400}, true},
        [SIGNAL_SOUND_N] = {{25}, false},
};

struct beat {
        bool on;
        uint64_t until_usec;
};

static struct beat beat_at(const struct rhythm *r, uint64_t usec) {
        uint64_t whole = 0, begins;
        size_t n = 0;

        while (n < STEPS_MAX && r->ms[n] > 0)
                whole += r->ms[n++] * USEC_PER_MSEC;
        begins = r->again && whole > 0 ? usec - usec % whole : 0;
        for (size_t i = 0; i < n; i++) {
                begins += r->ms[i] * USEC_PER_MSEC;
                if (usec < begins)
                        return (struct beat){.on = i % 2 == 0, .until_usec = begins};
        }
        return (struct beat){.on = false, .until_usec = UINT64_MAX};
}

static uint32_t lamps_of(enum signal_light light, bool prompt, uint32_t have) {
        static const enum gpio_part parts[] = {
                [SIGNAL_LIGHT_GREEN] = GPIO_PART_GREEN,
                [SIGNAL_LIGHT_AMBER] = GPIO_PART_AMBER,
                [SIGNAL_LIGHT_RED] = GPIO_PART_RED,
                [SIGNAL_LIGHT_WHITE] = GPIO_PART_WHITE,
        };
        uint32_t wanted = light == SIGNAL_LIGHT_DARK ? 0 : GPIO_PART_BIT(parts[light]);

        /* Without a white lamp two others stand for it, which nothing else lights together, and a prompt is dark; a lone red lamp
         * stands for amber, and the other way round, for both mean "not yet". Nothing stands for green. */
        if (light == SIGNAL_LIGHT_WHITE && !(have & wanted))
                wanted = prompt ? 0 : GPIO_PART_BIT(GPIO_PART_AMBER) | GPIO_PART_BIT(GPIO_PART_RED);
        else if ((light == SIGNAL_LIGHT_AMBER || light == SIGNAL_LIGHT_RED) && !(have & wanted))
                wanted = GPIO_PART_BIT(light == SIGNAL_LIGHT_RED ? GPIO_PART_AMBER : GPIO_PART_RED);
        return wanted & have;
}

struct gpio_moment gpio_pattern_at(const struct gpio_shown *s, uint32_t have, uint64_t usec) {
        struct beat lamp = beat_at(&lamp_rhythms[s->pattern], usec);
        struct beat sound = beat_at(&sound_rhythms[s->sound], usec);
        uint32_t lamps = lamps_of(s->light, s->prompt, have);
        struct gpio_moment m = {.until_usec = UINT64_MAX};

        if (s->pattern == SIGNAL_PATTERN_STEADY)
                lamp = (struct beat){.on = true, .until_usec = UINT64_MAX};
        if (lamps > 0) {
                m.parts |= lamp.on ? lamps : 0;
                m.until_usec = lamp.until_usec;
        }
        if (have & GPIO_PART_BIT(GPIO_PART_BUZZER)) {
                m.parts |= sound.on ? GPIO_PART_BIT(GPIO_PART_BUZZER) : 0;
                m.until_usec = sound.until_usec < m.until_usec ? sound.until_usec : m.until_usec;
        }
        return m;
}
