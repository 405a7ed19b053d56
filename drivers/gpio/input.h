/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A switch on a GPIO line: pedal, photo-eye, door. It tells its settled level, at the start and at each change; a chip that was
 * away tells the level anew when it is back. A press that began and ended while the chip was away never was.
 */
#include <systemd/sd-event.h>

#include "drivers/port.h"

#define GPIO_SETTLE_USEC 20000 /* foot pedals bounce for up to 10 ms */

struct gpio_input_config {
        const char *chip; /* its label; copied */
        const char *line; /* its name; copied */
        bool active_low;
        uint64_t settle_usec; /* 0 is GPIO_SETTLE_USEC */
        int64_t priority;     /* of the loop's */
        /* @first: the level found when the line was opened, no press and no release. Must not free the input. */
        void (*on_level)(void *userdata, bool active, bool first);
        void (*on_state)(void *userdata, enum device_state state, int error); /* as gpio_tower_config's */
        void *userdata;
};

struct gpio_input;

/* Return: 0 and @ip (owned by the caller), -ENOMEM, or what sd-event returns. */
int gpio_input_new(struct gpio_input **ip, sd_event *event, const struct gpio_input_config *config);
struct gpio_input *gpio_input_free(struct gpio_input *i); /* takes NULL, returns NULL */
static inline void gpio_input_freep(struct gpio_input **p) {
        *p = gpio_input_free(*p);
}
