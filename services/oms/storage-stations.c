/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/storage-private.h"

#include <errno.h>

static const struct store_sql statements[] = {
        {offsetof(struct station_statements, get), "SELECT station FROM station WHERE name = ?1"},
        {offsetof(struct station_statements, add), "INSERT INTO station (name) VALUES (?1)"},
        {offsetof(struct station_statements, put_status),
                "UPDATE station SET status = ?2, heard = ?3 WHERE station = ?1"},
        /* A store's counter packs nothing that is not said to be its. */
        {offsetof(struct station_statements, only),
                "SELECT min(name), count(*) FROM station WHERE station NOT IN (SELECT station FROM counter)"},
};

int storage_prepare_stations(struct storage *s) {
        return store_prepare_all(s->store, &s->stations, statements, ELEMENTSOF(statements));
}

int storage_find_station(struct storage *s, const char *name, int64_t *stationp) {
        struct store_stmt *q = &s->stations.get;
        int r;

        store_bind_text(q, 1, name);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? STORAGE_E_NONE : r;
        *stationp = store_column_int64(q, 0);
        store_reset(q);
        return 0;
}

int storage_station(struct storage *s, const char *name, int64_t *stationp) {
        int r = storage_find_station(s, name, stationp);

        if (r != STORAGE_E_NONE)
                return r;
        store_bind_text(&s->stations.add, 1, name);
        r = store_run(&s->stations.add);
        if (r == 0)
                *stationp = store_last_rowid(s->store);
        return r;
}

int storage_only_station(struct storage *s, char *name) {
        _cleanup_reset_ struct store_stmt *q = &s->stations.only;
        int r = store_step(q);

        if (r != 0)
                return r < 0 ? r : -EIO; /* an aggregate has one row */
        if (store_column_int64(q, 1) != 1)
                return STORAGE_E_NONE;
        (void) copy_text(name, STATION_NAME_MAX, store_column_text(q, 0));
        return 0;
}

int storage_put_status(
        struct storage *s, const char *station, const char *status, size_t n, int64_t now_usec) {
        struct store_stmt *q = &s->stations.put_status;
        int64_t id = 0;
        int r = storage_station(s, station, &id);

        if (r < 0)
                return r;
        store_bind_int64(q, 1, id);
        store_bind_text_n(q, 2, status, n);
        store_bind_int64(q, 3, now_usec);
        return store_run(q);
}

int storage_add_conflict(struct storage *s, const char *station, const char *kind, const char *merchant,
        const char *subject, const char *text, int64_t now_usec) {
        int64_t id = 0;
        int r = storage_station(s, station, &id);

        return r < 0 ? r : storage_conflict(s, id, kind, merchant, subject, text, now_usec);
}
