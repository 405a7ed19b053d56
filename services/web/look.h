/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The ledger as this program reads it: opened when it is there, opened anew when it was replaced, never held open in a read. One hand at
 * a time: whoever has two threads puts a lock around it.
 */
#include "firmware/views/pickups.h"
#include "firmware/views/shipments.h"
#include "firmware/views/standing.h"

struct look {
        const char *path; /* borrowed */
        struct facts *facts;
        struct standing *standing;
        struct shipments *shipments;
        struct pickups *pickups;
        struct policy policy;
        int64_t policy_pos;
};

void look_init(struct look *l, const char *path);
void look_deinit(struct look *l);
/* Before each round of reading. Return: 0; STORE_E_NOT_YET; -errno. */
int look_begin(struct look *l);
/* After a read that failed, or said that it is stale: the next look_begin() opens anew. Return: @r. */
int look_end(struct look *l, int r);
