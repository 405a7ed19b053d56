/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A scale on a serial line. It is opened and tried again for ever as a serial scanner is; it is up while frames come that can be read,
 * in grams or kilograms, of what it can weigh. Nobody waits for it: what it shows is asked when it is needed.
 *
 * Source: as drivers/scale/frame.h; termios(3).
 */
#include <systemd/sd-event.h>

#include "drivers/scale/session.h"
#include "drivers/tty.h"

struct scale_config {
        const char *path;  /* copied; a link is followed anew at each try */
        unsigned int baud; /* 1200 to 921600, the usual ones */
        enum tty_frame frame;
        struct scale_settings settings;
        int64_t priority;
        uint64_t retry_usec; /* between two tries to open; 0 is one second */
};

struct scale;

/**
 * scale_new() - a scale that is opened from within the loop
 * @sp:     set on 0 only; owned by the caller
 * @event:  a reference is held until scale_free()
 * @config: copied
 * @sink:   copied
 *
 * Return: 0, -EINVAL for a baud rate that there is not, -ENOMEM, or what sd-event returns. A missing scale is no error.
 */
int scale_new(struct scale **sp, sd_event *event, const struct scale_config *config, struct scale_sink sink);
struct scale *scale_free(struct scale *s); /* takes NULL, returns NULL */
static inline void scale_freep(struct scale **p) {
        *p = scale_free(*p);
}
/* What lies on it now, in whole grams; 0 when nothing is known: it moves, is empty or below zero, is gone, or said it too long ago. */
int64_t scale_get_grams(const struct scale *s, uint64_t now_usec);
