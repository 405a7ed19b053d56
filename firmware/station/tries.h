/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Wrong tries at a door, and how long it then stays closed: five are free, then 30 s, twice as long with each, up to 15 min. One is
 * forgotten every 15 min, so waiting is no faster than trying: 96 a day for ever, ten more at first. A try counts before it is known to be wrong, or those
 * that run at the same time would all be free; one that was right is taken back. Pure; times are of the boot clock.
 */
#include <stdbool.h>
#include <stdint.h>

#define TRIES_FREE        5 /* the fifth closes */
#define TRIES_FORGET_USEC (UINT64_C(15) * 60 * 1000000)

struct tries { /* zero: none */
        unsigned n;
        uint64_t at_usec;    /* since when one more is to be forgotten */
        uint64_t until_usec; /* closed until; 0 open */
};
struct try_mark { /* what taking it back needs */
        uint64_t before_usec, until_usec;
};

bool tries_is_closed(const struct tries *t, uint64_t now_usec);
unsigned tries_wait_sec(const struct tries *t, uint64_t now_usec); /* 0 open */
/* Nothing of it is left that anybody need remember. */
bool tries_is_over(const struct tries *t, uint64_t now_usec);
struct try_mark tries_count(struct tries *t, uint64_t now_usec);
void tries_take_back(struct tries *t, struct try_mark mark);
/* Read again after the machine's start, whose clock began anew: whoever was to wait waits from the beginning. */
void tries_recall(struct tries *t, uint64_t now_usec);
