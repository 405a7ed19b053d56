/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whether what lies on a scale rests. Where the scale says so itself, its word counts; else it rests when readings stayed the same
 * for a while: within a bound of the first of them, so that what creeps does not rest. A weight is what rests, is above zero, and is
 * not older than the age that is allowed. Pure: time is an argument.
 */
#include "drivers/scale/frame.h"

struct scale_rest_config {
        uint64_t for_usec;       /* of equal readings */
        unsigned int n_readings; /* so many of them at least */
        int64_t within_mg;       /* what still counts as equal */
        uint64_t age_usec;       /* of the newest reading; what is older is not what lies there now */
};

/* Zero-initialised: nothing is known. */
struct scale_rest {
        bool any, rests;
        int64_t first_mg, mg;
        unsigned int n;
        uint64_t first_usec, last_usec; /* CLOCK_MONOTONIC */
};

void scale_rest_feed(struct scale_rest *s, const struct scale_rest_config *c,
        const struct scale_reading *reading, uint64_t now_usec);
/* Nothing that was read counts any more: the line was lost. */
void scale_rest_forget(struct scale_rest *s);
/* Whole grams, a half up; 0 when there is no weight. */
int64_t scale_rest_grams(const struct scale_rest *s, const struct scale_rest_config *c, uint64_t now_usec);
