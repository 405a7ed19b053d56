/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/withdrawn.h"

#include <errno.h>
#include <stdlib.h>

#include "firmware/base/cleanup.h"

struct withdrawn {
        struct store_stmt put, renew, ask, clamp;
};

static const struct store_sql withdrawn_sql[] = {
        {offsetof(struct withdrawn, put),
                "INSERT INTO withdrawn (merchant, shipment, address, at_usec) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT DO UPDATE SET at_usec = max(at_usec, excluded.at_usec)"},
        {offsetof(struct withdrawn, renew),
                "UPDATE withdrawn SET at_usec = max(at_usec, ?3) WHERE merchant = "
                "?1 AND shipment = ?2"},
        {offsetof(struct withdrawn, ask), "SELECT coalesce(max(at_usec), 0) FROM (SELECT at_usec FROM "
                                          "withdrawn WHERE merchant = ?1 AND "
                                          "shipment = ?2 UNION ALL SELECT at_usec FROM withdrawn WHERE "
                                          "merchant = ?1 AND address = ?3 AND ?3 <> '')"},
        {offsetof(struct withdrawn, clamp), "UPDATE withdrawn SET at_usec = ?1 WHERE at_usec > ?1"},
};

int withdrawn_open(struct withdrawn **wp, struct store *store) {
        _cleanup_(withdrawn_closep) struct withdrawn *w = calloc(1, sizeof(*w));
        int r;

        if (!w)
                return -ENOMEM;
        r = store_prepare_all(store, w, withdrawn_sql, ELEMENTSOF(withdrawn_sql));
        if (r != 0)
                return r;
        *wp = take_ptr(w);
        return 0;
}

struct withdrawn *withdrawn_close(struct withdrawn *w) {
        if (!w)
                return NULL;
        store_finish_all(w, withdrawn_sql, ELEMENTSOF(withdrawn_sql));
        free(w);
        return NULL;
}

int withdrawn_put(struct withdrawn *w, const char *merchant, const char *shipment, const char *address,
        int64_t at_usec) {
        int r;

        store_bind_text(&w->put, 1, merchant);
        store_bind_text(&w->put, 2, shipment);
        store_bind_text(&w->put, 3, address);
        store_bind_int64(&w->put, 4, at_usec);
        r = store_run(&w->put);
        if (r != 0)
                return r;
        store_bind_text(&w->renew, 1, merchant); /* addresses of a contact that is gone now */
        store_bind_text(&w->renew, 2, shipment);
        store_bind_int64(&w->renew, 3, at_usec);
        return store_run(&w->renew);
}

int withdrawn_ask(struct withdrawn *w, const char *merchant, const char *shipment, const char *address,
        int64_t *at_usecp) {
        int r;

        store_bind_text(&w->ask, 1, merchant);
        store_bind_text(&w->ask, 2, shipment);
        store_bind_text(&w->ask, 3, address);
        r = store_step(&w->ask);
        if (r == 0)
                *at_usecp = store_column_int64(&w->ask, 0);
        store_reset(&w->ask);
        return r;
}

int withdrawn_clamp(struct withdrawn *w, const struct stamp *now) {
        if (now->clock != CLOCK_QUALITY_SYNCED)
                return 0;
        store_bind_int64(&w->clamp, 1, now->wall_usec);
        return store_run(&w->clamp);
}
