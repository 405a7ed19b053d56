/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the floor did lately, in steps of a quarter of an hour: boxes ready, items read right, items read wrong. Pure. */
#include "firmware/base/json.h"
#include "firmware/views/facts.h"

#define TALLY_STEP_USEC (15 * 60 * (int64_t) 1000000)
#define TALLY_STEPS     32 /* eight hours */

struct tally_step {
        int64_t step; /* wall clock divided by TALLY_STEP_USEC; 0 none */
        unsigned ready, right, wrong;
};
struct tally {
        char ledger[33];
        int64_t pos; /* of the last fact that was counted */
        struct tally_step steps[TALLY_STEPS];
};

void tally_add(struct tally *t, const struct fact_row *row);
/* Oldest first, up to @now_usec; steps without anything are told, too. */
void tally_write(const struct tally *t, struct json_writer *w, const char *key, int64_t now_usec);
