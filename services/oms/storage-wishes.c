/* SPDX-License-Identifier: Apache-2.0 */
/* The newest document of each kind and subject. */
#include "services/oms/storage-private.h"

#include <errno.h>
#include <string.h>

#define SHIPMENT_KINDS "('shipment', 'label', 'contact', 'expected')"

static const struct store_sql statements[] = {
        /* ?4: NULL whichever station, but none that is told of another one's; else its row, 0 for every one */
        {offsetof(struct wish_statements, get),
                "SELECT coalesce(name, ''), version, open, data FROM wish LEFT JOIN station USING (station) "
                "WHERE kind = ?1 AND merchant = ?2 AND subject = ?3 AND CASE WHEN ?4 IS NULL THEN for_store "
                "= 0 ELSE "
                "wish.station = ?4 END"},
        {offsetof(struct wish_statements, version),
                "SELECT coalesce(max(version), 0) FROM wish WHERE merchant = ?2 AND subject = ?3 "
                "AND (kind = ?1 OR (?1 IN " SHIPMENT_KINDS " AND kind IN " SHIPMENT_KINDS "))"},
        {offsetof(struct wish_statements, put),
                "INSERT INTO wish (kind, merchant, subject, station, version, open, data, changed, "
                "for_store) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE "
                "SET version = ?5, open = ?6, data = ?7, changed = ?8"},
        {offsetof(struct wish_statements, drop),
                "DELETE FROM wish WHERE kind = 'contact' AND merchant = ?1 AND subject = ?2"},
        /* Gapless it must stay: the place is kept, what stood there is not. */
        {offsetof(struct wish_statements, erase), "UPDATE command SET type = ?3, data = ?4 WHERE type = "
                                                  "'contact' AND merchant = ?1 AND subject = ?2"},
        {offsetof(struct wish_statements, is_told), "SELECT 1 FROM notice WHERE merchant = ?1 AND shipment = "
                                                    "?2 AND kind = ?3 AND generation = ?4"},
        {offsetof(struct wish_statements, newest_notice),
                "SELECT ifnull(max(generation), -1) FROM notice WHERE merchant = ?1 AND shipment = ?2 AND "
                "kind = ?3"},
        {offsetof(struct wish_statements, by_code),
                "SELECT kind, merchant, subject, version, data FROM wish AS w WHERE kind IN " SHIPMENT_KINDS
                " AND station = ?1 AND open = 1 AND EXISTS (SELECT 1 FROM wish AS s WHERE s.kind = "
                "'shipment' "
                "AND s.merchant = w.merchant AND s.subject = w.subject AND s.station = w.station AND "
                "(s.subject = ?2 "
                "OR EXISTS (SELECT 1 FROM json_each(s.data, '$.open_codes') WHERE value = ?2))) "
                "ORDER BY merchant, subject, CASE kind WHEN 'shipment' THEN 0 ELSE 1 END LIMIT 12"},
};

int storage_prepare_wishes(struct storage *s) {
        return store_prepare_all(s->store, &s->wishes, statements, ELEMENTSOF(statements));
}

void storage_wish_deinit(struct storage_wish *w) {
        free(w->data);
        *w = (struct storage_wish){0};
}

static int read_wish(struct store_stmt *q, struct storage_wish *w) {
        char *data = strdup(store_column_text(q, 3));

        if (!data)
                return -ENOMEM;
        *w = (struct storage_wish){
                .version = store_column_int64(q, 1),
                .open = store_column_int64(q, 2) != 0,
                .data = data,
        };
        (void) copy_text(w->station, sizeof(w->station), store_column_text(q, 0));
        return 0;
}

int storage_get_wish(struct storage *s, const char *kind, const char *merchant, const char *subject,
        const char *station, struct storage_wish *w) {
        _cleanup_reset_ struct store_stmt *q = &s->wishes.get;
        int64_t id = 0;
        int r = station && *station ? storage_station(s, station, &id) : 0;

        if (r < 0)
                return r;
        store_bind_text(q, 1, kind);
        store_bind_text(q, 2, merchant);
        store_bind_text(q, 3, subject);
        if (station)
                store_bind_int64(q, 4, id);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? STORAGE_E_NONE : r;
        return read_wish(q, w);
}

/* Above all that was given out before a restore, as far as this database cannot remember it (decision 0011). */
static int get_floor(struct storage *s, int64_t *floorp) {
        char text[24];
        int r = store_meta_get(s->store, "version_floor", text, sizeof(text));

        *floorp = r == 0 ? strtoll(text, NULL, 10) : 0;
        return r == STORE_E_NONE ? 0 : r;
}

int storage_next_version(
        struct storage *s, const char *kind, const char *merchant, const char *subject, int64_t *versionp) {
        struct store_stmt *q = &s->wishes.version;
        int64_t floor, version;
        int r = get_floor(s, &floor);

        if (r < 0)
                return r;
        store_bind_text(q, 1, kind);
        store_bind_text(q, 2, merchant);
        store_bind_text(q, 3, subject);
        r = store_step(q);
        if (r != 0)
                return r < 0 ? r : -EIO; /* an aggregate has one row */
        version = store_column_int64(q, 0);
        store_reset(q);
        *versionp = (version > floor ? version : floor) + 1;
        return 0;
}

int storage_put_wish(struct storage *s, const struct storage_document *doc, int64_t now_usec) {
        struct store_stmt *q = &s->wishes.put;
        int64_t station = 0;
        int r = *doc->station ? storage_station(s, doc->station, &station) : 0;

        if (r < 0)
                return r;
        store_bind_text(q, 1, doc->kind);
        store_bind_text(q, 2, doc->merchant);
        store_bind_text(q, 3, doc->subject);
        store_bind_int64(q, 4, station);
        store_bind_int64(q, 5, doc->version);
        store_bind_int64(q, 6, doc->open);
        store_bind_text_n(q, 7, doc->data, doc->n_data);
        store_bind_int64(q, 8, now_usec);
        store_bind_int64(q, 9, doc->for_store);
        return store_run(q);
}

int storage_is_notice_known(
        struct storage *s, const char *merchant, const char *shipment, const char *kind, int64_t generation) {
        _cleanup_reset_ struct store_stmt *q = &s->wishes.is_told;
        int r;

        store_bind_text(q, 1, merchant);
        store_bind_text(q, 2, shipment);
        store_bind_text(q, 3, kind);
        store_bind_int64(q, 4, generation);
        r = store_step(q);
        return r < 0 ? r : r == 0;
}

int storage_newest_notice(struct storage *s, const char *merchant, const char *shipment, const char *kind,
        int64_t *generationp) {
        _cleanup_reset_ struct store_stmt *q = &s->wishes.newest_notice;
        int r;

        store_bind_text(q, 1, merchant);
        store_bind_text(q, 2, shipment);
        store_bind_text(q, 3, kind);
        r = store_step(q);
        if (r == 0)
                *generationp = store_column_int64(q, 0);
        return r < 0 ? r : 0;
}

int storage_erase_contact(
        struct storage *s, const char *merchant, const char *shipment, const struct storage_document *erase) {
        int r;

        store_bind_text(&s->wishes.drop, 1, merchant);
        store_bind_text(&s->wishes.drop, 2, shipment);
        r = store_run(&s->wishes.drop);
        if (r < 0)
                return r;
        store_bind_text(&s->wishes.erase, 1, merchant);
        store_bind_text(&s->wishes.erase, 2, shipment);
        store_bind_text(&s->wishes.erase, 3, erase->kind);
        store_bind_text_n(&s->wishes.erase, 4, erase->data, erase->n_data);
        return store_run(&s->wishes.erase);
}

int storage_send_by_code(struct storage *s, const char *station, const char *code, int64_t now_usec) {
        _cleanup_reset_ struct store_stmt *q = &s->wishes.by_code;
        int64_t id;
        bool found = false;
        int r = storage_station(s, station, &id);

        if (r < 0)
                return r;
        store_bind_int64(q, 1, id);
        store_bind_text(q, 2, code);
        while ((r = store_step(q)) == 0) {
                r = storage_append_command(s, id,
                        &(struct storage_document){
                                .kind = store_column_text(q, 0),
                                .merchant = store_column_text(q, 1),
                                .subject = store_column_text(q, 2),
                                .data = store_column_text(q, 4),
                                .n_data = store_column_bytes(q, 4),
                        },
                        now_usec);
                if (r != 0)
                        return r;
                found = true;
        }
        if (r != STORE_E_DONE)
                return r;
        return found ? 0 : STORAGE_E_NONE;
}
