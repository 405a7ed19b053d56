/* SPDX-License-Identifier: Apache-2.0 */
/* Which stations are counters of which store, as the config says; what is new about that is told. */
#include "services/oms/storage-private.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"

static const struct store_sql statements[] = {
        {offsetof(struct store_statements, any), "SELECT EXISTS (SELECT 1 FROM counter) OR EXISTS (SELECT 1 "
                                                 "FROM wish WHERE for_store = 1)"},
        {offsetof(struct store_statements, count), "SELECT count(*) FROM counter"},
        {offsetof(struct store_statements, is_at), "SELECT 1 FROM counter JOIN station USING (station) WHERE "
                                                   "site = ?1 AND place = ?2 AND name = "
                                                   "?3"},
        {offsetof(struct store_statements, drop), "DELETE FROM counter"},
        {offsetof(struct store_statements, add),
                "INSERT INTO counter (site, place, station) VALUES (?1, ?2, ?3)"},
        {offsetof(struct store_statements, next_shipment),
                "SELECT merchant, subject FROM wish WHERE kind = 'shipment' AND for_store = 0 AND (merchant, "
                "subject) > (?1, ?2) AND data ->> '$.pickup.store' IS NOT NULL ORDER BY merchant, subject "
                "LIMIT 1"},
};

int storage_number(struct store_stmt *q, int64_t *np) {
        int r = store_step(q);

        if (r != 0)
                return r < 0 ? r : -EIO;
        *np = store_column_int64(q, 0);
        store_reset(q);
        return 0;
}

static int look_for_stores(struct storage *s) {
        int64_t any = 0;
        int r = storage_number(&s->stores.any, &any);

        s->has_stores = any != 0;
        return r;
}

int storage_prepare_counters(struct storage *s) {
        int r = store_prepare_all(s->store, &s->stores, statements, ELEMENTSOF(statements));

        return r < 0 ? r : look_for_stores(s);
}

/* Which one of its store it is. */
static int64_t place_of(const struct stores *stores, size_t i) {
        int64_t place = 0;

        while (i > 0 && strcmp(stores->items[i - 1].site, stores->items[i].site) == 0) {
                i--;
                place++;
        }
        return place;
}

/* Return: 0 with @samep, -errno. */
static int compare(struct storage *s, const struct stores *stores, bool *samep) {
        struct store_stmt *q = &s->stores.is_at;
        int64_t n = 0;
        int r = storage_number(&s->stores.count, &n);

        *samep = n == (int64_t) stores->n;
        for (size_t i = 0; i < stores->n && r == 0 && *samep; i++) {
                store_bind_text(q, 1, stores->items[i].site);
                store_bind_int64(q, 2, place_of(stores, i));
                store_bind_text(q, 3, stores->items[i].station);
                r = store_step(q);
                *samep = r == 0;
                store_reset(q);
                r = r == STORE_E_DONE ? 0 : r;
        }
        return r;
}

static int add_counter(struct storage *s, const struct stores *stores, size_t i) {
        struct store_stmt *q = &s->stores.add;
        int64_t station;
        int r = storage_station(s, stores->items[i].station, &station);

        if (r < 0)
                return r;
        store_bind_text(q, 1, stores->items[i].site);
        store_bind_int64(q, 2, place_of(stores, i));
        store_bind_int64(q, 3, station);
        return store_run(q);
}

/* One after the other, each found behind the last: telling changes the table that is walked. */
static int tell_every_shipment(struct storage *s, int64_t now_usec) {
        char merchant[NAME_TEXT_MAX] = "", shipment[ENVELOPE_SUBJECT_MAX + 1] = "";
        struct store_stmt *q = &s->stores.next_shipment;
        int r;

        for (;;) {
                store_bind_text(q, 1, merchant);
                store_bind_text(q, 2, shipment);
                r = store_step(q);
                if (r != 0)
                        return r == STORE_E_DONE ? 0 : r;
                (void) copy_text(merchant, sizeof(merchant), store_column_text(q, 0));
                (void) copy_text(shipment, sizeof(shipment), store_column_text(q, 1));
                store_reset(q);
                r = storage_tell_store(s, merchant, shipment, now_usec);
                if (r < 0)
                        return r;
        }
}

int storage_set_stores(struct storage *s, const struct stores *stores, int64_t now_usec, bool *changedp) {
        bool same = false;
        int r = compare(s, stores, &same);

        *changedp = !same;
        if (r < 0 || same)
                return r;
        r = store_run(&s->stores.drop);
        for (size_t i = 0; i < stores->n && r == 0; i++)
                r = add_counter(s, stores, i);
        if (r == 0)
                r = look_for_stores(s);
        return r == 0 ? tell_every_shipment(s, now_usec) : r;
}
