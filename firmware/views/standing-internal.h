/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Of standing.h, for its parts: standing-sql.c has the statements, standing.c asks for parcels, bays, benches and counts,
 * standing-find.c for what a text means, standing-notices.c for notices and conflicts.
 */
#include "firmware/store/store.h"
#include "firmware/views/standing.h"

#define STANDING_ORDERS_SINCE 8 /* version of the ledger that keeps them */

struct standing {
        struct facts *facts; /* borrowed */
        struct store_stmt open, state, pull, of_shipment, pickups;
        struct store_stmt shipments, codes, numbers, parcels, serials, gone, gone_serials;
        struct store_stmt orders; /* none while the ledger is an older one */
        struct store_stmt bays, benches, waiting, asking, owing, notices, notices_of, conflicts, counts,
                lanes;
};

static inline int standing_int(const struct store_stmt *q, int i) {
        return (int) store_column_int64(q, i);
}

/* What ends a list: a callback that has enough is no failure. */
static inline int standing_ended(int r) {
        return r == STORE_E_DONE ? 0 : r;
}
