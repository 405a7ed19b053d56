/* SPDX-License-Identifier: Apache-2.0 */
/* Bays, what waits in one, and when its carrier comes. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>

#define DAY_USEC            (86400LL * 1000000)
#define MINUTE_USEC         (60LL * 1000000)
#define COLLECTION_DAYS_MAX 8 /* how far back a station that was off looks for collections */

static const struct store_sql world_bay_sql[] = {
        LEDGER_SQL(world_bay.bay,
                "SELECT merchant, shipment, id, pull_reason, carrier FROM parcel WHERE state = 'ready' "
                "AND state <> 'shipped' "
                "AND state <> 'voided' AND bay = ?1 ORDER BY ready_usec, since_usec, id"),
        LEDGER_SQL(world_bay.collections,
                "SELECT bay, minute, grace_min FROM bay_collection ORDER BY bay, minute"),
};
const struct statement_group world_bay_statements = {world_bay_sql, ELEMENTSOF(world_bay_sql)};

int world_bay_info(void *u, const char *bay, struct bay_info *info) {
        struct ledger *l = u;
        _cleanup_(json_freep) struct json *doc = NULL;
        int64_t pos;
        int r = wish_get(l, "bay", bay, NULL, &pos);

        if (r != 0)
                return r < 0 ? r : WORLD_E_NONE;
        r = fact_document(l, pos, &doc, NULL);
        if (r != 0)
                return r < 0 ? r : WORLD_E_NONE;
        *info = (struct bay_info){0};
        (void) copy_text(info->carrier, sizeof(info->carrier), json_get_string(doc, "carrier", ""));
        world_put_words(json_get(doc, "name"), bay, info->name_ja, info->name_en);
        return 0;
}

int world_bay(void *u, const char *bay, int (*each)(void *eu, const struct bay_row *row), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_bay.bay;
        int r;

        statement_bind(q, "t", bay);
        while ((r = store_step(q)) == 0) {
                struct bay_row row = {.pull = store_column_bytes(q, 3) > 0};

                if (!statement_copy(q, 0, row.merchant, sizeof(row.merchant)) ||
                        !statement_copy(q, 1, row.shipment, sizeof(row.shipment)) ||
                        !statement_copy(q, 2, row.parcel, sizeof(row.parcel)) ||
                        !statement_copy(q, 4, row.carrier, sizeof(row.carrier)))
                        return -EBADMSG;
                r = each(eu, &row);
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int64_t floor_day(int64_t usec) {
        return usec / DAY_USEC - (usec % DAY_USEC < 0);
}

/* The days on which this time of day, plus grace, falls into (from, to]. */
static int each_day(struct ledger *l, const struct store_stmt *q, int64_t from, int64_t to,
        int (*each)(void *eu, const char *bay, int64_t collection_usec), void *eu) {
        int64_t offset = (int64_t) l->offset_sec * 1000000;
        int64_t at = store_column_int64(q, 1) * MINUTE_USEC, grace = store_column_int64(q, 2) * MINUTE_USEC;
        int64_t first = floor_day(from - grace + offset), last = floor_day(to + offset);

        for (int64_t day = first; day <= last; day++) {
                int64_t collection = day * DAY_USEC + at - offset;
                int r;

                if (collection + grace <= from || collection + grace > to)
                        continue;
                r = each(eu, store_column_text(q, 0), collection);
                if (r != 0)
                        return r;
        }
        return 0;
}

int world_collections_due(void *u, int64_t from_usec, int64_t to_usec,
        int (*each)(void *eu, const char *bay, int64_t collection_usec), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_bay.collections;
        int64_t from = from_usec;
        int r;

        if (from < to_usec - COLLECTION_DAYS_MAX * DAY_USEC)
                from = to_usec - COLLECTION_DAYS_MAX * DAY_USEC;
        while ((r = store_step(q)) == 0) {
                r = each_day(l, q, from, to_usec, each, eu);
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}
