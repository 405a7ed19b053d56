/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The level of a switch once it has settled: a contact bounces for some milliseconds, and an edge may be missing from the kernel's
 * queue. Pure: fed with levels as they are read, and with the time.
 */
#include <stdbool.h>
#include <stdint.h>

struct debounce {
        uint64_t settle_usec; /* how long a level must stand to be believed */
        bool level;           /* believed */
        bool candidate;       /* as last read */
        uint64_t since_usec;  /* of the candidate */
};

/* @level: believed from the start, so that a door that is open at the start was not just opened. */
void debounce_init(struct debounce *d, uint64_t settle_usec, bool level);
/**
 * debounce_feed() - what was read at @usec
 * @edges: an edge came since the last reading: the level has not stood before now, whatever it is
 *
 * Return: true when the believed level has just changed.
 */
bool debounce_feed(struct debounce *d, bool level, bool edges, uint64_t usec);
/* When it is to be fed again though nothing happens; UINT64_MAX: no need. */
uint64_t debounce_due_usec(const struct debounce *d);
