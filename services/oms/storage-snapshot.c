/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a box that knows nothing is told: ordinary commands between snapshot.begin and snapshot.end. Floor and fleet first, so
 * that a shipment finds its bay; shipments before their labels; then what became of parcels, so that nothing is packed, handed
 * over or mailed twice.
 */
#include "services/oms/storage-private.h"

#include <stdio.h>
#include <string.h>

#define KNOWN_ROWS  200         /* parcels or notices of one page, */
#define KNOWN_BYTES (24 * 1024) /* or as many as come to this: one more is below 48 KiB with it */
#define COUNTS_MAX  8           /* ledgers of a station: the newest ones */
#define KNOWN_USEC                                                                                           \
        (30LL * 86400 * (int64_t) USEC_PER_SEC) /* parcels that nobody touched for longer are left out */

static const struct store_sql statements[] = {
        /* A document for this station stands before the one for all. */
        {offsetof(struct wish_statements, of_station),
                "SELECT kind, merchant, CASE kind WHEN 'notice' THEN substr(subject, 1, instr(subject, '/') "
                "- 1) "
                "ELSE subject END, version, data FROM wish AS w WHERE station IN (0, ?1) AND "
                "(open = 1 OR (kind IN ('shipment', 'contact') AND EXISTS (SELECT 1 FROM wish n WHERE n.kind "
                "= "
                "'notice' AND n.open = 1 AND n.merchant = w.merchant AND n.station = ?1 AND n.subject > "
                "w.subject || '/' "
                "AND n.subject < w.subject || '0'))) "
                "AND (station = ?1 OR NOT EXISTS (SELECT 1 FROM wish WHERE kind = w.kind AND merchant = "
                "w.merchant "
                "AND subject = w.subject AND station = ?1)) "
                "ORDER BY CASE kind WHEN 'people' THEN 0 WHEN 'keys' THEN 0 WHEN 'policy' THEN 1 WHEN 'bay' "
                "THEN 2 WHEN "
                "'item.codes' THEN 3 "
                "WHEN 'label.block' THEN 4 WHEN 'shipment' THEN 5 WHEN 'label' THEN 6 ELSE 7 END, changed"},
        /* What is done with, but for a customer who is still to be told: whom, and of what. */
        {offsetof(struct wish_statements, of_notices),
                "SELECT DISTINCT w.kind, w.merchant, w.subject, w.version, w.data FROM notice AS n JOIN wish "
                "AS "
                "w ON w.kind IN ('shipment', 'contact') AND w.merchant = n.merchant AND w.subject = "
                "n.shipment "
                "AND w.station IN (0, ?1) WHERE n.station = ?1 AND n.state IN ('reserved', 'sending') AND "
                "w.open = 0 AND (w.station = ?1 OR NOT EXISTS (SELECT 1 FROM wish WHERE kind = w.kind AND "
                "merchant = w.merchant AND subject = w.subject AND station = ?1)) ORDER BY w.kind = "
                "'contact'"},
        /* Nobody is to be told by it: it says which address is meant, for as long as the box may have it. */
        {offsetof(struct wish_statements, of_withdrawn),
                "SELECT w.kind, w.merchant, w.subject, w.version, w.data FROM withdrawn AS n JOIN wish AS w "
                "ON "
                "w.kind = 'contact' AND w.merchant = n.merchant AND w.subject = n.shipment AND w.station IN "
                "(0, ?1) "
                "WHERE n.station = ?1 AND w.open = 0 AND unixepoch(w.data ->> '$.delete_by') > unixepoch() "
                "AND NOT "
                "EXISTS (SELECT 1 FROM notice WHERE merchant = n.merchant AND shipment = n.shipment AND "
                "station = ?1 "
                "AND state IN ('reserved', 'sending')) ORDER BY w.changed"},
};
/* The stations of the same store as ?1. */
#define OF_SITE                                                                                              \
        "(SELECT o.station FROM station o, station me WHERE me.station = ?1 AND substr(o.name, 1, "          \
        "instr(o.name, '/')) = substr(me.name, 1, instr(me.name, '/')))"

static const struct store_sql known_statements[] = {
        {offsetof(struct snapshot_statements, merchants),
                "SELECT merchant FROM parcel WHERE station = ?1 AND changed >= ?2 UNION "
                "SELECT merchant FROM counter_parcel WHERE station = ?1 AND changed >= ?2 UNION "
                "SELECT merchant FROM withdrawn WHERE station = ?1 UNION "
                "SELECT merchant FROM redeemed WHERE station IN " OF_SITE},
        {offsetof(struct snapshot_statements, withdrawn),
                "SELECT shipment, at FROM withdrawn WHERE station = ?1 AND merchant = ?2 AND shipment > ?3 "
                "ORDER BY shipment LIMIT ?4"},
        {offsetof(struct snapshot_statements, counts),
                "SELECT ledger, upto, (SELECT id FROM event WHERE event.source = source.source AND sequence "
                "= upto) FROM source WHERE station = ?1 AND lane = 'fact' ORDER BY source DESC LIMIT ?2"},
        /* Its codes, where its wish is not told: an open one names them itself. What lies at a counter was perhaps packed here. */
        {offsetof(struct snapshot_statements, parcels),
                "SELECT parcel, shipment, piece, number, state, at, carrier, bay, bench, "
                "(SELECT data -> '$.open_codes' FROM wish WHERE kind = 'shipment' AND merchant = ?2 AND "
                "subject = shipment AND wish.station IN (0, ?1) AND open = 0 LIMIT 1), NULL AS shelf "
                "FROM parcel WHERE station = ?1 AND merchant = ?2 "
                "AND changed >= ?3 AND parcel > ?4 AND NOT EXISTS (SELECT 1 FROM counter_parcel c WHERE "
                "c.parcel = parcel.parcel AND c.station = ?1) UNION ALL "
                "SELECT parcel, shipment, piece, number, state, at, NULL, NULL, bench, "
                "(SELECT data -> '$.open_codes' FROM wish WHERE kind = 'shipment' AND merchant = ?2 AND "
                "subject = shipment AND wish.station IN (0, ?1) AND open = 0 LIMIT 1), shelf "
                "FROM counter_parcel WHERE station = ?1 AND merchant = ?2 "
                "AND changed >= ?3 AND parcel > ?4 ORDER BY parcel LIMIT ?5"},
        {offsetof(struct snapshot_statements, pickups),
                "SELECT shipment, ready, keep_until, partial, paid FROM pickup WHERE merchant = ?1 AND "
                "station = ?2 AND changed >= ?3 AND shipment > ?4 ORDER BY shipment LIMIT ?5"},
        {offsetof(struct snapshot_statements, units),
                "SELECT code, serial, parcel FROM unit WHERE merchant = ?1 AND parcel = ?2"},
        {offsetof(struct snapshot_statements, notices),
                "SELECT notice, shipment, kind, generation, state, at, refused "
                "FROM notice WHERE merchant = ?1 AND station = ?2 "
                "AND notice > ?3 ORDER BY notice LIMIT ?4"},
        /* Of offers that are over nobody asks any more. */
        {offsetof(struct snapshot_statements, coupons),
                "SELECT n, offer, coupon, nullif(station, ?1), (SELECT substr(name, instr(name, '/') + 1) "
                "FROM station s WHERE s.station = r.station), bench, at FROM redeemed r WHERE merchant = ?2 "
                "AND n > ?3 AND station IN " OF_SITE
                " AND NOT EXISTS (SELECT 1 FROM wish WHERE kind = 'offer' AND merchant = ?2 AND subject = "
                "offer AND unixepoch(data ->> '$.until') < ?4) ORDER BY n LIMIT ?5"},
        {offsetof(struct snapshot_statements, refused),
                "SELECT aside, source.name, ledger, sequence, reason FROM aside JOIN source USING (source) "
                "WHERE station = ?1 AND kind = 'refused' AND told = 0 ORDER BY aside"},
        {offsetof(struct snapshot_statements, told), "UPDATE aside SET told = 1 WHERE aside = ?1"},
};

int storage_prepare_snapshots(struct storage *s) {
        int r = store_prepare_all(s->store, &s->wishes, statements, ELEMENTSOF(statements));

        return r < 0 ? r
                     : store_prepare_all(
                               s->store, &s->snapshots, known_statements, ELEMENTSOF(known_statements));
}

struct snapshot {
        struct storage *storage;
        int64_t station, now_usec;
        char id[UUID_TEXT_MAX];
        int64_t n;         /* commands between begin and end */
        struct str counts; /* JSON: which facts of the station it holds */
};

static int append(struct snapshot *snap, const struct storage_document *doc) {
        snap->n++;
        return storage_append_command(snap->storage, snap->station, doc, snap->now_usec);
}

static int append_text(struct snapshot *snap, const char *type, const char *merchant, const char *subject,
        const struct str *text) {
        if (text->error < 0)
                return text->error;
        return append(snap, &(struct storage_document){.kind = type,
                                    .merchant = merchant,
                                    .subject = subject,
                                    .data = text->data,
                                    .n_data = text->len});
}

static int append_end(struct snapshot *snap, const char *type, bool with_n) {
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_int(&w, "v", 1);
        json_write_string(&w, "snapshot", snap->id);
        if (with_n)
                json_write_int(&w, "n", snap->n);
        json_write_end_object(&w);
        return append_text(snap, type, "", "snapshot", &text);
}

static int append_wishes(struct snapshot *snap, struct store_stmt *wishes) {
        _cleanup_reset_ struct store_stmt *q = wishes;
        int r;

        store_bind_int64(q, 1, snap->station);
        while ((r = store_step(q)) == 0) {
                r = append(snap, &(struct storage_document){
                                         .kind = store_column_text(q, 0),
                                         .merchant = store_column_text(q, 1),
                                         .subject = store_column_text(q, 2),
                                         .data = store_column_text(q, 4),
                                         .n_data = store_column_bytes(q, 4),
                                 });
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

/* ---- known ---- */

struct page {
        struct str text, units;
        struct json_writer w, units_w;
};

static int write_counts(struct snapshot *snap) {
        _cleanup_reset_ struct store_stmt *q = &snap->storage->snapshots.counts;
        struct json_writer w;
        int r;

        json_writer_init(&w, &snap->counts);
        json_write_array(&w, NULL);
        store_bind_int64(q, 1, snap->station);
        store_bind_int64(q, 2, COUNTS_MAX);
        while ((r = store_step(q)) == 0) {
                json_write_object(&w, NULL);
                json_write_string(&w, "ledger", store_column_text(q, 0));
                json_write_int(&w, "upto", store_column_int64(q, 1));
                if (store_column_text(q, 2))
                        json_write_string(&w, "upto_id", store_column_text(q, 2));
                json_write_end_object(&w);
        }
        json_write_end_array(&w);
        return r == STORE_E_DONE ? snap->counts.error : r;
}

static void page_begin(const struct snapshot *snap, struct page *p, const char *merchant, const char *list) {
        json_writer_init(&p->w, &p->text);
        json_write_object(&p->w, NULL);
        json_write_int(&p->w, "v", 1);
        json_write_string(&p->w, "merchant", merchant);
        json_write_raw(&p->w, "counts", snap->counts.data);
        json_write_array(&p->w, list);
}

static bool page_is_full(const struct page *p) {
        return p->text.len + p->units.len >= KNOWN_BYTES;
}

static void page_deinit(struct page *p) {
        str_deinit(&p->text);
        str_deinit(&p->units);
}

static int page_end(struct snapshot *snap, struct page *p, const char *merchant) {
        json_write_end_array(&p->w);
        if (p->units.len > 0) {
                json_write_end_array(&p->units_w);
                json_write_raw(&p->w, "units", p->units.data);
        }
        json_write_end_object(&p->w);
        if (p->units.error < 0)
                return p->units.error;
        return append_text(snap, "known", merchant, merchant, &p->text);
}

static int write_units(struct storage *s, struct page *p, const char *merchant, const char *parcel) {
        struct store_stmt *q = &s->snapshots.units;
        int r;

        store_bind_text(q, 1, merchant);
        store_bind_text(q, 2, parcel);
        while ((r = store_step(q)) == 0) {
                if (p->units.len == 0) {
                        json_writer_init(&p->units_w, &p->units);
                        json_write_array(&p->units_w, NULL);
                }
                json_write_object(&p->units_w, NULL);
                json_write_string(&p->units_w, "code", store_column_text(q, 0));
                json_write_string(&p->units_w, "serial", store_column_text(q, 1));
                json_write_string(&p->units_w, "parcel", store_column_text(q, 2));
                json_write_end_object(&p->units_w);
        }
        return r == STORE_E_DONE ? 0 : r;
}

static void write_text(struct json_writer *w, const char *key, const char *text) {
        if (text && *text)
                json_write_string(w, key, text);
}

static void write_parcel(struct json_writer *w, const struct store_stmt *q) {
        json_write_object(w, NULL);
        json_write_string(w, "parcel", store_column_text(q, 0));
        json_write_string(w, "shipment", store_column_text(q, 1));
        json_write_int(w, "piece", store_column_int64(q, 2));
        write_text(w, "number", store_column_text(q, 3));
        json_write_string(w, "state", store_column_text(q, 4));
        json_write_string(w, "at", store_column_text(q, 5));
        write_text(w, "carrier", store_column_text(q, 6));
        if (strcmp(store_column_text(q, 4), "ready") == 0)
                write_text(w, "bay", store_column_text(q, 7));
        write_text(w, "bench", store_column_text(q, 8));
        write_text(w, "shelf", store_column_text(q, 10));
        if (store_column_text(q, 9))
                json_write_raw(w, "codes", store_column_text(q, 9));
        json_write_end_object(w);
}

struct key { /* of the last row of a page */
        char text[ENVELOPE_SUBJECT_MAX + 1];
};

/* Binds what both queries of pages have in common: ?1 and ?2 in their own order, behind which key, how many. */
static void bind_page(struct store_stmt *q, int i, const struct key *after) {
        store_bind_text(q, i, after->text);
        store_bind_int64(q, i + 1, KNOWN_ROWS);
}

/* One page behind parcel @after, which moves on. @np: how many were in it; 0 is the end. */
static int append_parcels(struct snapshot *snap, const char *merchant, struct key *after, unsigned *np) {
        _cleanup_reset_ struct store_stmt *q = &snap->storage->snapshots.parcels;
        _cleanup_(page_deinit) struct page page = {0};
        struct key last = *after; /* the one that is bound must not change under the query */
        int r = 0;

        *np = 0;
        page_begin(snap, &page, merchant, "parcels");
        store_bind_int64(q, 1, snap->station);
        store_bind_text(q, 2, merchant);
        store_bind_int64(q, 3, snap->now_usec - KNOWN_USEC);
        bind_page(q, 4, after);
        while (!page_is_full(&page) && (r = store_step(q)) == 0) {
                (void) copy_text(last.text, sizeof(last.text), store_column_text(q, 0));
                write_parcel(&page.w, q);
                (*np)++;
                r = write_units(snap->storage, &page, merchant, last.text);
                if (r < 0)
                        return r;
        }
        if (r != STORE_E_DONE && r != 0)
                return r;
        *after = last;
        return *np > 0 ? page_end(snap, &page, merchant) : 0;
}

static void write_notice(struct json_writer *w, const struct store_stmt *q) {
        json_write_object(w, NULL);
        json_write_string(w, "notice", store_column_text(q, 0));
        json_write_string(w, "shipment", store_column_text(q, 1));
        json_write_string(w, "kind", store_column_text(q, 2));
        json_write_int(w, "generation", store_column_int64(q, 3));
        json_write_string(w, "state", store_column_text(q, 4));
        json_write_string(w, "at", store_column_text(q, 5));
        if (store_column_text(q, 6))
                json_write_raw(w, "refused", store_column_text(q, 6));
        json_write_end_object(w);
}

static int append_notices(struct snapshot *snap, const char *merchant, struct key *after, unsigned *np) {
        _cleanup_reset_ struct store_stmt *q = &snap->storage->snapshots.notices;
        _cleanup_(page_deinit) struct page page = {0};
        struct key last = *after;
        int r = 0;

        *np = 0;
        page_begin(snap, &page, merchant, "notices");
        store_bind_text(q, 1, merchant);
        store_bind_int64(q, 2, snap->station);
        bind_page(q, 3, after);
        while (!page_is_full(&page) && (r = store_step(q)) == 0) {
                (void) copy_text(last.text, sizeof(last.text), store_column_text(q, 0));
                write_notice(&page.w, q);
                (*np)++;
        }
        if (r != STORE_E_DONE && r != 0)
                return r;
        *after = last;
        return *np > 0 ? page_end(snap, &page, merchant) : 0;
}

static void write_pickup(struct json_writer *w, const struct store_stmt *q) {
        json_write_object(w, NULL);
        json_write_string(w, "shipment", store_column_text(q, 0));
        json_write_string(w, "ready", store_column_text(q, 1));
        write_text(w, "keep_until", store_column_text(q, 2));
        json_write_bool(w, "partial", store_column_int64(q, 3) != 0);
        json_write_bool(w, "paid", store_column_int64(q, 4) != 0);
        json_write_end_object(w);
}

static int append_pickups(struct snapshot *snap, const char *merchant, struct key *after, unsigned *np) {
        _cleanup_reset_ struct store_stmt *q = &snap->storage->snapshots.pickups;
        _cleanup_(page_deinit) struct page page = {0};
        struct key last = *after;
        int r;

        *np = 0;
        page_begin(snap, &page, merchant, "pickups");
        store_bind_text(q, 1, merchant);
        store_bind_int64(q, 2, snap->station);
        store_bind_int64(q, 3, snap->now_usec - KNOWN_USEC);
        bind_page(q, 4, after);
        while ((r = store_step(q)) == 0) {
                (void) copy_text(last.text, sizeof(last.text), store_column_text(q, 0));
                write_pickup(&page.w, q);
                (*np)++;
        }
        if (r != STORE_E_DONE)
                return r;
        *after = last;
        return *np > 0 ? page_end(snap, &page, merchant) : 0;
}

static int append_withdrawn(struct snapshot *snap, const char *merchant, struct key *after, unsigned *np) {
        _cleanup_reset_ struct store_stmt *q = &snap->storage->snapshots.withdrawn;
        _cleanup_(page_deinit) struct page page = {0};
        struct key last = *after;
        int r;

        *np = 0;
        page_begin(snap, &page, merchant, "withdrawn");
        store_bind_int64(q, 1, snap->station);
        store_bind_text(q, 2, merchant);
        bind_page(q, 3, after);
        while ((r = store_step(q)) == 0) {
                (void) copy_text(last.text, sizeof(last.text), store_column_text(q, 0));
                json_write_object(&page.w, NULL);
                json_write_string(&page.w, "shipment", store_column_text(q, 0));
                json_write_string(&page.w, "at", store_column_text(q, 1));
                json_write_end_object(&page.w);
                (*np)++;
        }
        if (r != STORE_E_DONE)
                return r;
        *after = last;
        return *np > 0 ? page_end(snap, &page, merchant) : 0;
}

/* @after: the number of the last one, which moves on */
static int append_coupons(struct snapshot *snap, const char *merchant, int64_t *after, unsigned *np) {
        _cleanup_reset_ struct store_stmt *q = &snap->storage->snapshots.coupons;
        _cleanup_(page_deinit) struct page page = {0};
        int64_t last = *after;
        int r;

        *np = 0;
        page_begin(snap, &page, merchant, "redeemed");
        store_bind_int64(q, 1, snap->station);
        store_bind_text(q, 2, merchant);
        store_bind_int64(q, 3, *after);
        store_bind_int64(q, 4, (snap->now_usec - KNOWN_USEC) / (int64_t) USEC_PER_SEC);
        store_bind_int64(q, 5, KNOWN_ROWS / 2); /* each is longer than a notice */
        while ((r = store_step(q)) == 0) {
                last = store_column_int64(q, 0);
                json_write_object(&page.w, NULL);
                json_write_string(&page.w, "offer", store_column_text(q, 1));
                json_write_string(&page.w, "coupon", store_column_text(q, 2));
                if (store_column_text(q, 3)) /* another's */
                        write_text(&page.w, "station", store_column_text(q, 4));
                write_text(&page.w, "bench", store_column_text(q, 5));
                json_write_string(&page.w, "at", store_column_text(q, 6));
                json_write_end_object(&page.w);
                (*np)++;
        }
        if (r != STORE_E_DONE)
                return r;
        *after = last;
        return *np > 0 ? page_end(snap, &page, merchant) : 0;
}

static int append_known(struct snapshot *snap, const char *merchant) {
        struct key after = {""};
        int64_t last_coupon = 0;
        unsigned n;
        int r;

        /* What has been ready before its parcels are told: nobody is to be told of them again. */
        do
                r = append_pickups(snap, merchant, &after, &n);
        while (r == 0 && n == KNOWN_ROWS);
        after.text[0] = '\0';
        if (r < 0)
                return r;

        do
                r = append_parcels(snap, merchant, &after, &n);
        while (r == 0 && n > 0);
        after.text[0] = '\0';
        if (r < 0)
                return r;
        do
                r = append_notices(snap, merchant, &after, &n);
        while (r == 0 && n > 0);
        if (r < 0)
                return r;
        after.text[0] = '\0';
        do
                r = append_withdrawn(snap, merchant, &after, &n);
        while (r == 0 && n == KNOWN_ROWS);
        if (r < 0)
                return r;
        do
                r = append_coupons(snap, merchant, &last_coupon, &n);
        while (r == 0 && n > 0);
        return r;
}

static int append_all_known(struct snapshot *snap) {
        _cleanup_reset_ struct store_stmt *q = &snap->storage->snapshots.merchants;
        int r;

        store_bind_int64(q, 1, snap->station);
        store_bind_int64(q, 2, snap->now_usec - KNOWN_USEC);
        while ((r = store_step(q)) == 0) {
                char merchant[NAME_TEXT_MAX];

                (void) copy_text(merchant, sizeof(merchant), store_column_text(q, 0));
                r = append_known(snap, merchant);
                if (r < 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

/* ---- facts that were passed over ---- */

static int tell_refused(struct storage *s, int64_t station, const struct store_stmt *q, int64_t now_usec) {
        _cleanup_str_ struct str text = STR_INIT;
        char sequence[24];
        struct json_writer w;

        (void) snprintf(sequence, sizeof(sequence), "%lld", (long long) store_column_int64(q, 3));
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_int(&w, "v", 1);
        json_write_string(&w, "source", store_column_text(q, 1));
        json_write_string(&w, "sequence", sequence);
        json_write_string(&w, "reason", store_column_text(q, 4));
        json_write_end_object(&w);
        if (text.error < 0)
                return text.error;
        return storage_append_command(s, station,
                &(struct storage_document){.kind = "fact.refused",
                        .merchant = "",
                        .subject = store_column_text(q, 2),
                        .data = text.data,
                        .n_data = text.len},
                now_usec);
}

static int mark_told(struct storage *s, int64_t aside) {
        store_bind_int64(&s->snapshots.told, 1, aside);
        return store_run(&s->snapshots.told);
}

int storage_tell_refused(struct storage *s, int64_t station, int64_t now_usec, int64_t *np) {
        _cleanup_reset_ struct store_stmt *q = &s->snapshots.refused;
        int r;

        *np = 0;
        store_bind_int64(q, 1, station);
        while ((r = store_step(q)) == 0) {
                r = tell_refused(s, station, q, now_usec);
                if (r == STORAGE_E_NONE)
                        return 0; /* nobody is there to be told: with the snapshot of the first who comes */
                if (r == 0)
                        r = mark_told(s, store_column_int64(q, 0));
                if (r < 0)
                        return r;
                (*np)++;
        }
        return r == STORE_E_DONE ? 0 : r;
}

/* ---- the whole ---- */

int storage_write_snapshot(struct storage *s, int64_t station, int64_t now_usec) {
        struct snapshot snap = {.storage = s, .station = station, .now_usec = now_usec};
        int64_t n_refused = 0;
        int r = uuid7_make(&s->ids, now_usec, snap.id);

        if (r == 0)
                r = append_end(&snap, "snapshot.begin", false);
        snap.n = 0;
        if (r == 0)
                r = append_wishes(&snap, &snap.storage->wishes.of_station);
        if (r == 0)
                r = append_wishes(&snap, &snap.storage->wishes.of_notices);
        if (r == 0)
                r = append_wishes(&snap, &snap.storage->wishes.of_withdrawn);
        if (r == 0)
                r = write_counts(&snap);
        if (r == 0)
                r = append_all_known(&snap);
        str_deinit(&snap.counts);
        if (r == 0)
                r = storage_tell_refused(s, station, now_usec, &n_refused);
        snap.n += n_refused;
        return r == 0 ? append_end(&snap, "snapshot.end", true) : r;
}

int storage_snapshot(struct storage *s, const char *station, int64_t now_usec) {
        struct storage_stream stream;
        int64_t id;
        int r = storage_station(s, station, &id);

        if (r == 0)
                r = storage_current_stream(s, id, &stream);
        return r == 0 ? storage_write_snapshot(s, id, now_usec) : r;
}
