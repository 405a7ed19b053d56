/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * GPIO lines of one chip, by name: the only door to libgpiod. Debian 12 has its API v1, Debian 13 v2; lines-v1.c or lines-v2.c is
 * built, whichever fits the library that is there. The chip is found by its label, a line by its name: numbers move between boots.
 * Values are logical: a line that is active low is 1 when its voltage is low.
 *
 * Edges are a bell, not the truth: the kernel's queue of API v1 holds 16 and drops the newest, so whoever was rung reads the levels.
 *
 * Source: Linux Documentation/userspace-api/gpio/chardev.rst; libgpiod 1.6.3 and 2.1.3 (gpiod.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GPIO_LINES_MAX 16

struct gpio_line {
        /* As gpioinfo(1) shows it, or its number on the chip: USB adapters and Super I/O chips name no line. A line of that name
         * comes first. Borrowed during gpio_lines_open(). */
        const char *name;
        bool active_low;
};

/* The number that @name says: digits, and no more. Return: it, or -1. */
int gpio_line_number(const char *name);

struct gpio_lines;

/**
 * gpio_lines_open() - take lines of a chip, all or none
 * @lp:    set on 0 only; owned by the caller
 * @chip:  its label, as gpiodetect(1) shows it in brackets
 * @lines: @n of them, 1 to GPIO_LINES_MAX; of an output the first value is 0
 * @is_output: all of them outputs, or all inputs
 * @missingp: set to the line's index when -ENOENT means that line and not the chip; untouched otherwise
 *
 * Return: 0; -ENODEV no such chip; -ENOENT no such line; -EBUSY somebody else has one; -errno.
 */
int gpio_lines_open(struct gpio_lines **lp, const char *chip, const struct gpio_line *lines, size_t n,
        bool is_output, size_t *missingp);
/* What an output shows afterwards is the chip's affair: set it first. Takes NULL, returns NULL. */
struct gpio_lines *gpio_lines_free(struct gpio_lines *l);
static inline void gpio_lines_freep(struct gpio_lines **p) {
        *p = gpio_lines_free(*p);
}

/* Outputs. @values: bit i for line i. Return: 0, -ENODEV when the chip is gone, -errno. */
int gpio_lines_set(struct gpio_lines *l, uint32_t values);
/* Either. Return: 0 and @valuesp, -ENODEV when the chip is gone, -errno. */
int gpio_lines_get(struct gpio_lines *l, uint32_t *valuesp);
/* Inputs: readable when an edge came; borrowed. -1 for outputs. */
int gpio_lines_get_fd(const struct gpio_lines *l);
/* Inputs: empties the queues of edges. Return: how many there were, -ENODEV when the chip is gone, -errno. */
int gpio_lines_drain(struct gpio_lines *l);
