/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/gpio/tower.h"

#include <errno.h>
#include <string.h>

#include "drivers/attach.h"
#include "drivers/gpio/lines.h"
#include "drivers/timer.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

/* Kernel 6.1 wakes nobody when a chip goes away: it is looked at, so that the screen knows before the packer does. */
#define LOOK_USEC USEC_PER_SEC

struct gpio_tower {
        struct gpio_tower_config config; /* its strings are owned below */
        char *chip, *names[GPIO_N_PARTS];
        struct attach attach;
        sd_event_source *timer;
        struct gpio_lines *lines;           /* NULL while down */
        enum gpio_part parts[GPIO_N_PARTS]; /* of each line that is there */
        size_t n_lines;
        uint32_t have;
        struct gpio_shown shown; /* zero: dark */
        uint64_t shown_usec;     /* CLOCK_MONOTONIC */
};

static uint32_t lines_of(const struct gpio_tower *t, uint32_t parts) {
        uint32_t values = 0;

        for (size_t i = 0; i < t->n_lines; i++)
                values |= parts & GPIO_PART_BIT(t->parts[i]) ? 1U << i : 0;
        return values;
}

/* Sets what is due now and the timer for what comes next. */
static int beat(struct gpio_tower *t) {
        uint64_t since = monotonic_usec() - t->shown_usec;
        struct gpio_moment m = gpio_pattern_at(&t->shown, t->have, since);
        uint64_t in_usec = m.until_usec == UINT64_MAX ? LOOK_USEC : m.until_usec - since;
        int r = gpio_lines_set(t->lines, lines_of(t, m.parts));

        if (r == 0)
                r = timer_arm(t->timer, in_usec < LOOK_USEC ? in_usec : LOOK_USEC);
        return r;
}

static int tower_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        struct gpio_tower *t = userdata;
        int r = attach_is_up(&t->attach) ? beat(t) : 0;

        (void) source;
        (void) usec;
        if (r < 0)
                attach_lost(&t->attach, r);
        return 0;
}

static int open_lines(struct gpio_tower *t) {
        struct gpio_line lines[GPIO_N_PARTS];
        size_t missing;

        for (size_t i = 0; i < t->n_lines; i++)
                lines[i] =
                        (struct gpio_line){.name = t->names[t->parts[i]], .active_low = t->config.active_low};
        return gpio_lines_open(&t->lines, t->chip, lines, t->n_lines, true, &missing);
}

static int tower_open(void *userdata) {
        struct gpio_tower *t = userdata;
        int r = open_lines(t);

        return r < 0 ? r : beat(t);
}

static void tower_close(void *userdata) {
        struct gpio_tower *t = userdata;

        timer_disarm(t->timer);
        t->lines = gpio_lines_free(t->lines);
        t->shown.sound = t->shown.sound == SIGNAL_SOUND_D
                                 ? SIGNAL_SOUND_D
                                 : SIGNAL_SOUND_NONE; /* an old beep is no answer to a new scan */
}

static void tower_on_state(void *userdata, enum device_state state, int error) {
        struct gpio_tower *t = userdata;

        t->config.on_state(t->config.userdata, state, error);
}

/* The lines that the tower has, with names of our own. */
static int take_names(struct gpio_tower *t, const struct gpio_tower_config *config) {
        t->config = *config;
        t->chip = strdup(config->chip);
        if (!t->chip)
                return -ENOMEM;
        for (enum gpio_part part = 0; part < GPIO_N_PARTS; part++) {
                if (!config->parts[part])
                        continue;
                t->names[part] = strdup(config->parts[part]);
                if (!t->names[part])
                        return -ENOMEM;
                t->parts[t->n_lines++] = part;
                t->have |= GPIO_PART_BIT(part);
        }
        return t->n_lines > 0 ? 0 : -EINVAL;
}

int gpio_tower_new(struct gpio_tower **tp, sd_event *event, const struct gpio_tower_config *config) {
        _cleanup_(gpio_tower_freep) struct gpio_tower *t = calloc(1, sizeof(*t));
        int r;

        if (!t)
                return -ENOMEM;
        r = take_names(t, config);
        if (r < 0)
                return r;
        r = timer_new(&t->timer, event, config->priority, tower_on_time, t);
        if (r == 0)
                r = attach_init(&t->attach, event, &(struct attach_config){.priority = config->priority},
                        &(struct attach_ops){tower_open, tower_close, tower_on_state, t});
        if (r < 0)
                return r;
        *tp = take_ptr(t);
        return 0;
}

struct gpio_tower *gpio_tower_free(struct gpio_tower *t) {
        if (!t)
                return NULL;
        attach_deinit(&t->attach);
        if (t->lines)
                (void) gpio_lines_set(t->lines, 0); /* gone with its chip: dark enough */
        (void) gpio_lines_free(t->lines);
        (void) sd_event_source_disable_unref(t->timer);
        for (size_t i = 0; i < GPIO_N_PARTS; i++)
                free(t->names[i]);
        free(t->chip);
        free(t);
        return NULL;
}

static int tower_show(void *userdata, const struct signal *s) {
        struct gpio_tower *t = userdata;
        int r;

        t->shown = (struct gpio_shown){
                .light = s->light,
                .pattern = s->pattern,
                .sound = s->sound,
                /* White without a sound waits for somebody; "already done" has one. */
                .prompt = s->prompt || (s->light == SIGNAL_LIGHT_WHITE && s->sound == SIGNAL_SOUND_NONE),
        };
        t->shown_usec = monotonic_usec();
        if (!attach_is_up(&t->attach))
                return SIGNAL_E_DROPPED;
        r = beat(t);
        if (r < 0)
                attach_lost(&t->attach, r);
        return r < 0 ? SIGNAL_E_DROPPED : 0;
}

struct signal_port gpio_tower_get_port(struct gpio_tower *t) {
        return (struct signal_port){.show = tower_show, .userdata = t};
}

int gpio_tower_darken(const struct gpio_tower_config *config) {
        struct gpio_tower t = {0};
        int r = take_names(&t, config);

        if (r == 0)
                r = open_lines(&t);
        if (r == 0)
                r = gpio_lines_set(
                        t.lines, 0); /* as opening did; a chip that keeps old values is told again */
        (void) gpio_lines_free(t.lines);
        for (size_t i = 0; i < GPIO_N_PARTS; i++)
                free(t.names[i]);
        free(t.chip);
        return r;
}
