/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/storage-views.h"
#include "services/oms/storage-private.h"

/* One query for its reader. @q: finished by the caller. Filters are parameters 1 to 3: station, merchant, type. */
static int open_query(
        struct storage *s, struct store_stmt *q, const char *sql, const struct view_filter *filter) {
        int r = store_prepare(s->store, q, sql);

        if (r != 0)
                return r;
        store_bind_text(q, 1, filter->station);
        store_bind_text(q, 2, filter->merchant);
        store_bind_text(q, 3, filter->type);
        return 0;
}

static int close_query(struct store_stmt *q, int r) {
        store_finish(q);
        if (r == STORE_E_NOT_YET)
                return STORAGE_E_NOT_YET;
        return r == STORE_E_DONE ? 0 : r;
}

static uint64_t count_of(const struct store_stmt *q, int i) {
        return (uint64_t) store_column_int64(q, i);
}

/* The newest position among the next @max. Return: as store_step(). */
static int find_end(struct storage *s, int64_t after, unsigned max, int64_t *endp) {
        struct store_stmt q = {0};
        int r = store_prepare(s->store, &q,
                "SELECT max(pos) FROM (SELECT pos FROM event WHERE pos > ?1 ORDER BY pos LIMIT ?2)");

        if (r == 0) {
                store_bind_int64(&q, 1, after);
                store_bind_int64(&q, 2, max);
                r = store_step(&q);
        }
        if (r == 0)
                *endp = store_column_int64(&q, 0); /* 0 when there is none */
        return close_query(&q, r);
}

static int read_facts(struct storage *s, const struct view_filter *filter, int64_t after, int64_t end,
        int (*fn)(const struct view_fact *row, void *userdata), void *userdata) {
        struct store_stmt q = {0};
        int r = open_query(s, &q,
                "SELECT pos, station.name, source.name, sequence, retold, type, merchant, subject, body "
                "FROM event JOIN source USING (source) JOIN station ON station.station = event.station "
                "WHERE pos > ?4 AND pos <= ?5 AND (?1 IS NULL OR station.name = ?1) "
                "AND (?2 IS NULL OR merchant = ?2) AND (?3 IS NULL OR type GLOB ?3) ORDER BY pos",
                filter);

        if (r == 0) {
                store_bind_int64(&q, 4, after);
                store_bind_int64(&q, 5, end);
        }
        while (r == 0 && (r = store_step(&q)) == 0)
                r = fn(
                        &(struct view_fact){
                                .pos = store_column_int64(&q, 0),
                                .station = store_column_str(&q, 1),
                                .source = store_column_str(&q, 2),
                                .sequence = count_of(&q, 3),
                                .retold = store_column_int64(&q, 4) != 0,
                                .type = store_column_str(&q, 5),
                                .merchant = store_column_str(&q, 6),
                                .subject = store_column_str(&q, 7),
                                .body = store_column_str(&q, 8),
                        },
                        userdata);
        return close_query(&q, r);
}

int view_facts(struct storage *s, const struct view_filter *filter, int64_t after, unsigned max,
        int (*fn)(const struct view_fact *row, void *userdata), void *userdata, int64_t *lastp) {
        int64_t end = 0;
        int r = store_read_begin(s->store);

        if (r == 0)
                r = find_end(s, after, max, &end);
        if (r == 0 && end > after)
                r = read_facts(s, filter, after, end, fn, userdata);
        store_read_end(s->store);
        if (r == 0 && end > after)
                *lastp = end;
        return r == STORE_E_NOT_YET || r == STORE_E_STALE ? STORAGE_E_NOT_YET : r;
}

int view_sources(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_source *row, void *userdata), void *userdata) {
        struct store_stmt q = {0};
        int r = open_query(s, &q,
                "SELECT station.name, source.name, lane, upto, "
                "(SELECT count(*) FROM event WHERE event.source = source.source), "
                "(SELECT count(*) FROM aside WHERE aside.source = source.source AND kind = 'refused'), "
                "(SELECT count(*) FROM aside WHERE aside.source = source.source AND kind = 'forked') "
                "FROM source JOIN station USING (station) WHERE (?1 IS NULL OR station.name = ?1) "
                "AND ?2 IS NULL AND ?3 IS NULL ORDER BY station.name, source.source",
                filter);

        while (r == 0 && (r = store_step(&q)) == 0)
                r = fn(
                        &(struct view_source){
                                .station = store_column_str(&q, 0),
                                .source = store_column_str(&q, 1),
                                .lane = store_column_str(&q, 2),
                                .upto = count_of(&q, 3),
                                .n_kept = store_column_int64(&q, 4),
                                .n_refused = store_column_int64(&q, 5),
                                .n_forked = store_column_int64(&q, 6),
                        },
                        userdata);
        return close_query(&q, r);
}

int view_gaps(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_gap *row, void *userdata), void *userdata) {
        struct store_stmt q = {0};
        int r = open_query(s, &q,
                "SELECT station.name, ledger, lane, first, last FROM gap JOIN station USING (station) "
                "WHERE (?1 IS NULL OR station.name = ?1) AND ?2 IS NULL AND ?3 IS NULL "
                "ORDER BY station.name, ledger, lane, first",
                filter);

        while (r == 0 && (r = store_step(&q)) == 0)
                r = fn(
                        &(struct view_gap){
                                .station = store_column_str(&q, 0),
                                .ledger = store_column_str(&q, 1),
                                .lane = store_column_str(&q, 2),
                                .first = count_of(&q, 3),
                                .last = count_of(&q, 4),
                        },
                        userdata);
        return close_query(&q, r);
}

int view_conflicts(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_conflict *row, void *userdata), void *userdata) {
        struct store_stmt q = {0};
        int r = open_query(s, &q,
                "SELECT station.name, kind, merchant, subject, text, found, last, n "
                "FROM conflict JOIN station USING (station) WHERE (?1 IS NULL OR station.name = ?1) "
                "AND (?2 IS NULL OR merchant = ?2) AND (?3 IS NULL OR kind = ?3) ORDER BY conflict",
                filter);

        while (r == 0 && (r = store_step(&q)) == 0)
                r = fn(
                        &(struct view_conflict){
                                .station = store_column_str(&q, 0),
                                .kind = store_column_str(&q, 1),
                                .merchant = store_column_str(&q, 2),
                                .subject = store_column_str(&q, 3),
                                .text = store_column_str(&q, 4),
                                .found_usec = store_column_int64(&q, 5),
                                .last_usec = store_column_int64(&q, 6),
                                .n = store_column_int64(&q, 7),
                        },
                        userdata);
        return close_query(&q, r);
}

int view_shipments(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_shipment *row, void *userdata), void *userdata) {
        struct store_stmt q = {0};
        int r = open_query(s, &q,
                "SELECT coalesce(name, ''), w.merchant, w.subject, version, data ->> '$.pieces', data ->> "
                "'$.held', "
                "data ->> '$.cancelled', "
                "coalesce((SELECT group_concat(piece || ' ' || state || ' ' || at, ', ') FROM parcel AS p "
                "WHERE p.merchant = w.merchant AND p.shipment = w.subject), ''), "
                "(SELECT json_group_array(json_object('piece', piece, 'parcel', parcel, 'number', number, "
                "'state', state, "
                "'at', at)) FROM parcel AS p WHERE p.merchant = w.merchant AND p.shipment = w.subject) "
                "FROM wish AS w LEFT JOIN station USING (station) WHERE kind = 'shipment' "
                "AND CASE WHEN ?1 IS NULL THEN for_store = 0 ELSE name = ?1 END AND (?2 IS NULL OR "
                "w.merchant "
                "= ?2) AND ?3 IS NULL ORDER BY changed",
                filter);

        while (r == 0 && (r = store_step(&q)) == 0)
                r = fn(
                        &(struct view_shipment){
                                .station = store_column_str(&q, 0),
                                .merchant = store_column_str(&q, 1),
                                .shipment = store_column_str(&q, 2),
                                .version = store_column_int64(&q, 3),
                                .pieces = store_column_int64(&q, 4),
                                .held = store_column_int64(&q, 5) != 0,
                                .cancelled = store_column_int64(&q, 6) != 0,
                                .parcels = store_column_str(&q, 7),
                                .json = store_column_str(&q, 8),
                        },
                        userdata);
        return close_query(&q, r);
}

int view_expected(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_expected *row, void *userdata), void *userdata) {
        struct store_stmt q = {0};
        /* All counters of a store wait for the same: once for each store. */
        int r = open_query(s, &q,
                "SELECT substr(told.name, 1, instr(told.name, '/') - 1) AS store, w.merchant, subject, "
                "e.value ->> '$.parcel' AS id, e.value ->> '$.piece', e.value ->> '$.codes[0]', "
                "(SELECT at FROM parcel WHERE parcel = e.value ->> '$.parcel'), coalesce(c.state, "
                "'expected'), there.name, c.shelf, c.at "
                "FROM wish AS w JOIN station AS told ON told.station = w.station "
                "JOIN json_each(w.data, '$.parcels') AS e "
                "LEFT JOIN counter_parcel AS c ON c.parcel = e.value ->> '$.parcel' "
                "LEFT JOIN station AS there ON there.station = c.station "
                "WHERE w.kind = 'expected' AND w.open = 1 AND (?1 IS NULL OR told.name = ?1) "
                "AND (?2 IS NULL OR w.merchant = ?2) AND ?3 IS NULL "
                "GROUP BY store, w.merchant, subject, id ORDER BY store, min(w.changed), subject, id",
                filter);

        while (r == 0 && (r = store_step(&q)) == 0)
                r = fn(
                        &(struct view_expected){
                                .store = store_column_str(&q, 0),
                                .merchant = store_column_str(&q, 1),
                                .shipment = store_column_str(&q, 2),
                                .parcel = store_column_str(&q, 3),
                                .piece = store_column_int64(&q, 4),
                                .code = store_column_str(&q, 5),
                                .shipped = store_column_str(&q, 6),
                                .state = store_column_str(&q, 7),
                                .station = store_column_str(&q, 8),
                                .shelf = store_column_str(&q, 9),
                                .at = store_column_str(&q, 10),
                        },
                        userdata);
        return close_query(&q, r);
}

int view_stations(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_station *row, void *userdata), void *userdata) {
        struct store_stmt q = {0};
        int r = open_query(s, &q,
                "SELECT name, coalesce(status, ''), heard, coalesce(inbox, ''), last, taken "
                "FROM station LEFT JOIN stream ON stream.station = station.station AND current = 1 "
                "WHERE (?1 IS NULL OR name = ?1) AND ?2 IS NULL AND ?3 IS NULL ORDER BY name",
                filter);

        while (r == 0 && (r = store_step(&q)) == 0)
                r = fn(
                        &(struct view_station){
                                .station = store_column_str(&q, 0),
                                .status = store_column_str(&q, 1),
                                .heard_usec = store_column_int64(&q, 2),
                                .inbox = store_column_str(&q, 3),
                                .last = count_of(&q, 4),
                                .taken = count_of(&q, 5),
                        },
                        userdata);
        return close_query(&q, r);
}
