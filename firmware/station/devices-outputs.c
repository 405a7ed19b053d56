/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signal tower on the outputs of a tag reader: the same patterns as on GPIO lines, sent as messages. A beat waits for the answer to
 * the one before, so a short beep may come late or be swallowed; what a lamp ends in does not.
 *
 * Source: LLRP 1.0.1, 12.2.6.4 (GPOWriteData); drivers/gpio/pattern.h.
 */
#include "firmware/station/devices-internal.h"

#include <errno.h>
#include <stdlib.h>

#include "drivers/gpio/pattern.h"
#include "drivers/llrp/reader.h"
#include "drivers/timer.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define DARKEN_USEC (2 * USEC_PER_SEC) /* a station that starts again waits for it */

struct reader_tower {
        struct reader *reader; /* borrowed */
        sd_event_source *timer;
        uint32_t bits[GPIO_N_PARTS]; /* of the output; 0: there is none */
        uint32_t have, outputs;
        struct gpio_shown shown; /* zero: dark */
        uint64_t shown_usec;
};

static void take_outputs(struct reader_tower *t, const struct tower_config *c) {
        const char *const lines[GPIO_N_PARTS] = {[GPIO_PART_GREEN] = c->green,
                [GPIO_PART_AMBER] = c->amber,
                [GPIO_PART_RED] = c->red,
                [GPIO_PART_WHITE] = c->white,
                [GPIO_PART_BUZZER] = c->buzzer};

        for (enum gpio_part part = 0; part < GPIO_N_PARTS; part++) {
                unsigned int output = board_output_of(lines[part]);

                if (output == 0)
                        continue;
                t->bits[part] = 1u << (output - 1);
                t->have |= GPIO_PART_BIT(part);
                t->outputs |= t->bits[part];
        }
}

/* Wants what is due now; the session sends it when the reader takes it. */
static void beat(struct reader_tower *t) {
        uint64_t since = monotonic_usec() - t->shown_usec;
        struct gpio_moment m = gpio_pattern_at(&t->shown, t->have, since);
        uint32_t levels = 0;

        for (enum gpio_part part = 0; part < GPIO_N_PARTS; part++)
                levels |= m.parts & GPIO_PART_BIT(part) ? t->bits[part] : 0;
        (void) llrp_reader_set_outputs(t->reader->llrp, t->outputs,
                levels); /* outputs that it lacks are told once, by the session */
        if (m.until_usec == UINT64_MAX)
                timer_disarm(t->timer);
        else
                (void) timer_arm(t->timer, m.until_usec - since); /* fails only when forked */
}

static int tower_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) source;
        (void) usec;
        beat(userdata);
        return 0;
}

static int tower_show(void *userdata, const struct signal *s) {
        struct reader_tower *t = userdata;

        t->shown = (struct gpio_shown){
                .light = s->light,
                .pattern = s->pattern,
                .sound = s->sound,
                /* White without a sound waits for somebody; "already done" has one. */
                .prompt = s->prompt || (s->light == SIGNAL_LIGHT_WHITE && s->sound == SIGNAL_SOUND_NONE),
        };
        t->shown_usec = monotonic_usec();
        beat(t);
        return t->reader->is.up ? 0 : SIGNAL_E_DROPPED;
}

void reader_tower_on_state(struct reader_tower *t, enum device_state state) {
        /* An old beep is no answer to a new scan. */
        if (state == DEVICE_DOWN && t->shown.sound != SIGNAL_SOUND_D)
                t->shown.sound = SIGNAL_SOUND_NONE;
}

int reader_tower_new(
        struct reader_tower **tp, sd_event *event, struct reader *reader, const struct tower_config *config) {
        struct reader_tower *t = calloc(1, sizeof(*t));
        int r;

        if (!t)
                return -ENOMEM;
        t->reader = reader;
        take_outputs(t, config);
        r = timer_new(&t->timer, event, SD_EVENT_PRIORITY_NORMAL, tower_on_time, t);
        if (r < 0) {
                free(t);
                return r;
        }
        beat(t); /* dark: written as soon as the reader is there */
        *tp = t;
        return 0;
}

struct reader_tower *reader_tower_free(struct reader_tower *t) {
        if (!t)
                return NULL;
        (void) sd_event_source_disable_unref(t->timer); /* the reader's goodbye darkens it */
        free(t);
        return NULL;
}

struct signal_port reader_tower_get_port(struct reader_tower *t) {
        return (struct signal_port){.show = tower_show, .userdata = t};
}

/* ---- after a program that was killed ---- */

static void ignore_read(void *userdata, const struct tag_read *read) {
        (void) userdata;
        (void) read;
}

static void ignore_inventory(void *userdata, bool is_running, uint64_t mono_usec) {
        (void) userdata;
        (void) is_running;
        (void) mono_usec;
}

static void ignore_input(void *userdata, unsigned int input, bool is_high, uint64_t mono_usec) {
        (void) userdata;
        (void) input;
        (void) is_high;
        (void) mono_usec;
}

static void ignore_notice(void *userdata, enum tag_notice what, const char *words) {
        (void) userdata;
        (void) what;
        (void) words;
}

struct darkening {
        bool is_up;
        int error;
};

static void darken_on_state(void *userdata, enum device_state state, int error) {
        struct darkening *d = userdata;

        d->is_up = state == DEVICE_UP;
        d->error = error;
}

int reader_tower_darken(const struct reader_config *reader, const struct tower_config *config) {
        _cleanup_(sd_event_unrefp) sd_event *event = NULL;
        struct llrp_reader_config link = reader_link_of(reader);
        struct reader_tower outputs = {0};
        struct llrp_reader *llrp = NULL;
        struct darkening d = {.error = -ETIMEDOUT};
        const struct tag_sink sink = {
                ignore_read, ignore_inventory, ignore_input, ignore_notice, darken_on_state, &d};
        uint64_t until_usec = monotonic_usec() + DARKEN_USEC;
        int r;

        take_outputs(&outputs, config);
        link.session.only_outputs = true; /* what the reader holds for the station's return stays there */
        link.retry_usec = link.retry_max_usec =
                USEC_PER_SEC / 10; /* it may not have noticed yet that the station is gone */
        r = sd_event_new(&event);
        if (r >= 0)
                r = llrp_reader_new(&llrp, event, &link, sink);
        if (r < 0)
                return r;
        (void) llrp_reader_set_outputs(llrp, outputs.outputs, 0); /* nothing is known of them yet: wanted */
        for (uint64_t now = monotonic_usec(); r >= 0 && !d.is_up && now < until_usec; now = monotonic_usec())
                r = sd_event_run(event, until_usec - now);
        llrp = llrp_reader_free(llrp); /* its goodbye turns them off, whatever was sent before */
        if (r < 0)
                return r;
        return d.is_up ? 0 : d.error;
}
