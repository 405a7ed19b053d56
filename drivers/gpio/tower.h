/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A signal tower on GPIO lines: lamps and a buzzer. It comes and goes with its chip (an I/O board on USB); what was shown last is
 * shown again when it is back. Dark before the first signal and when it is given up; a program that is killed leaves the lines as
 * they are, which is why the unit runs `okuru-station --dark` after every end (see gpio_tower_darken()).
 */
#include <systemd/sd-event.h>

#include "drivers/gpio/pattern.h"
#include "drivers/port.h"

struct gpio_tower_config {
        const char *chip;                /* its label; copied */
        const char *parts[GPIO_N_PARTS]; /* line names; NULL: the tower has none; at least one; copied */
        bool active_low;
        int64_t priority; /* of the loop's */
        /* Once after the start and at every change, as scan_sink's. -ENODEV no such chip, -ENOENT no such line, -EBUSY held. */
        void (*on_state)(void *userdata, enum device_state state, int error);
        void *userdata;
};

struct gpio_tower;

/**
 * gpio_tower_new() - the chip is opened in the loop's next turn, and again whenever it comes back
 * @tp: set on 0 only; owned by the caller
 *
 * Return: 0, -ENOMEM, -EINVAL without a line, or what sd-event returns.
 */
int gpio_tower_new(struct gpio_tower **tp, sd_event *event, const struct gpio_tower_config *config);
/* Darkens it. Takes NULL, returns NULL. */
struct gpio_tower *gpio_tower_free(struct gpio_tower *t);
static inline void gpio_tower_freep(struct gpio_tower **p) {
        *p = gpio_tower_free(*p);
}
/* Valid until @t is freed. Its show() returns 0, or SIGNAL_E_DROPPED while the chip is away: it is shown when it is back. */
struct signal_port gpio_tower_get_port(struct gpio_tower *t);

/* Without a loop: takes the lines, all off, and gives them back. Return: 0 or what gpio_lines_open() returns. */
int gpio_tower_darken(const struct gpio_tower_config *config);
