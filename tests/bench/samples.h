/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Durations of one measurement, and what is said of them. */
#include <stddef.h>
#include <stdint.h>

struct samples {
        uint32_t *usec; /* owned */
        size_t n, room;
};
/* Return: 0, -ENOMEM. */
int samples_add(struct samples *s, uint64_t usec);
void samples_deinit(struct samples *s);
/* Sorts them. @percent: 0 to 100; 0 when there are none. */
uint32_t samples_at(struct samples *s, double percent);
