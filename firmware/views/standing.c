/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/standing.h"

#include "firmware/domain/waybill.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct standing {
        struct facts *facts; /* borrowed */
        struct store_stmt open, state, pull, of_shipment, pickups;
        struct store_stmt shipments, codes, numbers, parcels, serials, gone, gone_serials;
        struct store_stmt orders; /* none while the ledger is an older one */
        struct store_stmt bays, benches, waiting, asking, owing, notices, notices_of, conflicts, counts,
                lanes;
};

#define PARCEL                                                                                                                              \
        "SELECT id, merchant, shipment, piece, pieces, state, bench, actor, carrier, number, bay, shelf, "                                  \
        "reason, pull_reason, how, unverified, partial, since_usec, since_offset, " /* A changed label is known before it is on the box. */ \
        "CASE WHEN pull_reason = '' THEN '' ELSE ifnull((SELECT f.data ->> 'number' FROM fact f WHERE "                                     \
        "f.subject = parcel.id AND f.type = 'parcel.ready' ORDER BY f.pos DESC LIMIT 1), '') END "                                          \
        "FROM parcel "
/* The words of the partial index, so that it is used. */
#define LIVING "state <> 'shipped' AND state <> 'voided' "
/* Told, or perhaps told, not true any more, and nothing was told since that puts it right. */
#define OWES                                                                                                 \
        "n.correction = 1 AND n.state <> 'reserved' AND NOT EXISTS (SELECT 1 FROM notice o WHERE "           \
        "o.merchant "                                                                                        \
        "= n.merchant AND o.shipment = n.shipment AND o.kind = n.kind AND o.generation > n.generation AND "  \
        "o.state IN ('accepted', 'delivered', 'unknown'))"
#define NOTICE                                                                                               \
        "SELECT id, merchant, shipment, kind, state, channel, reason, generation, attempts, " OWES ", "      \
        "not_before_usec, expires_usec, pos, changed_pos FROM notice n "
/* Columns: by, merchant, shipment, parcel, state, bench, dead, gone, at, offset. */
#define SHIPMENT_MATCH ", s.merchant, s.id, '', s.stage, '', 0, 0, s.closed_usec, 0 "
#define PARCEL_MATCH   "ifnull(p.state, ''), ifnull(p.bench, ''), "

static const struct store_sql standing_sql[] = {
        {offsetof(struct standing, open),
                PARCEL "WHERE state IN ('open', 'packed') AND " LIVING "ORDER BY since_usec, id"},
        {offsetof(struct standing, state), PARCEL "WHERE state = ?1 AND " LIVING "ORDER BY since_usec, id"},
        {offsetof(struct standing, pull), PARCEL "WHERE pull_reason <> '' ORDER BY bay, since_usec, id"},
        {offsetof(struct standing, of_shipment),
                PARCEL "WHERE merchant = ?1 AND shipment = ?2 ORDER BY piece, opened_pos, id"},
        /* Merchants are few: one look-up for each, instead of a scan over all shipments. */
        {offsetof(struct standing, shipments),
                "WITH RECURSIVE m(x) AS (SELECT min(merchant) FROM shipment UNION ALL "
                "SELECT (SELECT min(merchant) FROM shipment WHERE merchant > x) FROM m WHERE x IS NOT NULL) "
                "SELECT 'shipment'" SHIPMENT_MATCH
                "FROM m JOIN shipment s ON s.merchant = m.x AND s.id = ?1"},
        {offsetof(struct standing, codes), "SELECT DISTINCT 'code'" SHIPMENT_MATCH "FROM open_code o "
                                           "JOIN shipment s ON s.merchant = o.merchant AND s.id = o.shipment "
                                           "WHERE o.code IN (?1, ?2) AND s.id <> ?1"},
        {offsetof(struct standing, numbers),
                "SELECT 'number', n.merchant, n.shipment, n.parcel, " PARCEL_MATCH
                "n.dead, 0, ifnull(p.since_usec, 0), ifnull(p.since_offset, 0) "
                "FROM number n LEFT JOIN parcel p ON p.id = n.parcel WHERE n.number IN (?1, ?2) ORDER BY "
                "n.dead"},
        {offsetof(struct standing, parcels),
                "SELECT 'parcel', p.merchant, p.shipment, p.id, " PARCEL_MATCH
                "0, 0, p.since_usec, p.since_offset FROM parcel p WHERE p.id = ?1"},
        {offsetof(struct standing, serials),
                "SELECT 'serial', u.merchant, u.shipment, u.parcel, " PARCEL_MATCH
                "0, 0, ifnull(p.since_usec, 0), ifnull(p.since_offset, 0) FROM unit u LEFT JOIN parcel p "
                "ON p.id = u.parcel WHERE u.serial = ?1"},
        {offsetof(struct standing, gone_serials),
                "SELECT 'serial', t.merchant, t.shipment, t.parcel, t.state, t.bench, 0, 1, t.at_usec, "
                "t.at_offset FROM tombstone_unit u JOIN tombstone t ON t.id = u.tombstone WHERE u.serial = "
                "?1 ORDER BY t.at_usec DESC"},
        {offsetof(struct standing, gone),
                "SELECT DISTINCT CASE a.kind WHEN 'dead' THEN 'number' ELSE a.kind END, t.merchant, "
                "t.shipment, "
                "t.parcel, t.state, t.bench, a.kind = 'dead', 1, t.at_usec, t.at_offset FROM tombstone_alias "
                "a "
                "JOIN tombstone t ON t.id = a.tombstone WHERE a.alias IN (?1, ?2) ORDER BY t.at_usec DESC, "
                "1"},
        {offsetof(struct standing, bays),
                "WITH b(bay) AS (SELECT subject FROM wish WHERE type = 'bay' UNION "
                "SELECT bay FROM parcel WHERE state = 'ready' AND " LIVING ") SELECT b.bay, "
                "(SELECT count(*) FROM parcel WHERE state = 'ready' AND bay = b.bay AND " LIVING "), "
                "(SELECT count(*) FROM parcel WHERE bay = b.bay AND pull_reason <> ''), "
                "ifnull((SELECT f.data FROM wish w JOIN fact f ON f.pos = w.pos WHERE w.type = 'bay' "
                "AND w.subject = b.bay), '') FROM b ORDER BY b.bay"},
        {offsetof(struct standing, benches),
                "SELECT b.name, b.person, b.role, b.parcel, ifnull(p.merchant, ''), ifnull(p.shipment, ''), "
                "ifnull(p.state, ''), ifnull(n.call, ''), ifnull(p.piece, 0), ifnull(p.pieces, 0), "
                "ifnull(p.carrier, ''), ifnull(p.number, ''), ifnull(p.bay, ''), ifnull(k.lang, '') "
                "FROM bench b "
                "LEFT JOIN parcel p ON p.id = b.parcel LEFT JOIN person n ON n.person = b.person "
                "LEFT JOIN person_pin k ON k.person = b.person ORDER BY b.name"},
        {offsetof(struct standing, pickups),
                "SELECT merchant, shipment, ready_usec, ready_offset, keep_until_usec, partial, paid, "
                "(SELECT "
                "count(*) FROM parcel p WHERE p.merchant = k.merchant AND p.shipment = k.shipment AND "
                "p.state IN "
                "('arrived', 'shelved', 'missing')) AS waiting FROM pickup k WHERE open = 1 "
                "ORDER BY keep_until_usec = 0, keep_until_usec, ready_usec, merchant, shipment"},
        {offsetof(struct standing, waiting), NOTICE "WHERE state = 'reserved' ORDER BY not_before_usec, id"},
        {offsetof(struct standing, asking),
                "SELECT n.id, n.merchant, n.shipment, n.kind, ifnull(f.time, ''), ifnull(f.data -> 'data', "
                "''), "
                "n.expires_usec FROM notice n LEFT JOIN fact f ON f.pos = n.pos AND f.type = "
                "'notice.reserved' "
                "WHERE n.state = 'reserved' AND n.reason = 'no-approval' ORDER BY n.expires_usec, n.id"},
        {offsetof(struct standing, owing), NOTICE "WHERE " OWES " ORDER BY changed_pos, id"},
        {offsetof(struct standing, notices), NOTICE "ORDER BY changed_pos DESC, id LIMIT ?1"},
        {offsetof(struct standing, notices_of),
                NOTICE "WHERE merchant = ?1 AND shipment = ?2 ORDER BY kind, generation"},
        {offsetof(struct standing, conflicts),
                "SELECT c.pos, f.time, c.merchant, c.shipment, c.kind, c.parcel, c.text "
                "FROM conflict c JOIN fact f ON f.pos = c.pos ORDER BY c.pos DESC"},
        {offsetof(struct standing, counts),
                "SELECT (SELECT count(*) FROM parcel WHERE state IN ('open', 'packed') AND " LIVING "), "
                "(SELECT count(*) FROM parcel WHERE state = 'parked' AND " LIVING "), "
                "(SELECT count(*) FROM parcel WHERE state = 'ready' AND " LIVING "), "
                "(SELECT count(*) FROM parcel WHERE state = 'pulled' AND " LIVING "), "
                "(SELECT count(*) FROM parcel WHERE pull_reason <> ''), "
                "(SELECT count(*) FROM notice WHERE state = 'reserved'), (SELECT count(*) FROM conflict), "
                "(SELECT count(*) FROM notice n WHERE " OWES "), "
                "(SELECT count(*) FROM notice WHERE state = 'reserved' AND reason = 'no-approval')"},
        {offsetof(struct standing, lanes), "WITH l AS (SELECT lane, gone, (SELECT ifnull(max(seq), 0) FROM "
                                           "fact f WHERE f.lane = lane.lane) AS "
                                           "head FROM lane) SELECT lane, head, head - gone FROM l"},
};

/* An order that is a code of its shipment, as for pickups, was found as that. */
#define ORDERS_SINCE 8
static const struct store_sql orders_sql[] = {
        {offsetof(struct standing, orders),
                "SELECT 'order'" SHIPMENT_MATCH
                "FROM shipment_order o JOIN shipment s ON s.merchant = o.merchant AND s.id = o.shipment "
                "WHERE o.number = ?1 AND s.id <> ?1 AND NOT EXISTS (SELECT 1 FROM open_code c WHERE c.code = "
                "?1 AND c.merchant = o.merchant AND c.shipment = o.shipment) ORDER BY s.closed_usec > 0, "
                "s.closed_usec DESC, s.merchant, s.id"},
};

int standing_open(struct standing **sp, struct facts *facts) {
        _cleanup_(standing_closep) struct standing *s = calloc(1, sizeof(*s));
        int r;

        if (!s)
                return -ENOMEM;
        s->facts = facts;
        r = store_prepare_all(facts_store(facts), s, standing_sql, ELEMENTSOF(standing_sql));
        if (r == 0 && store_version(facts_store(facts)) >= ORDERS_SINCE)
                r = store_prepare_all(facts_store(facts), s, orders_sql, ELEMENTSOF(orders_sql));
        if (r != 0)
                return r;
        *sp = take_ptr(s);
        return 0;
}

struct standing *standing_close(struct standing *s) {
        if (!s)
                return NULL;
        store_finish_all(s, standing_sql, ELEMENTSOF(standing_sql));
        store_finish_all(s, orders_sql, ELEMENTSOF(orders_sql));
        free(s);
        return NULL;
}

static int int_of(const struct store_stmt *q, int i) {
        return (int) store_column_int64(q, i);
}

/* What ends a list: a callback that has enough is no failure. */
static int ended(int r) {
        return r == STORE_E_DONE ? 0 : r;
}

/* ---- parcels ---- */

static int hand_out_parcels(struct store_stmt *query, standing_parcel_fn fn, void *userdata) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_parcel p = {
                        .id = store_column_str(q, 0),
                        .merchant = store_column_str(q, 1),
                        .shipment = store_column_str(q, 2),
                        .piece = int_of(q, 3),
                        .pieces = int_of(q, 4),
                        .state = store_column_str(q, 5),
                        .bench = store_column_str(q, 6),
                        .actor = store_column_str(q, 7),
                        .carrier = store_column_str(q, 8),
                        .number = store_column_str(q, 9),
                        .bay = store_column_str(q, 10),
                        .shelf = store_column_str(q, 11),
                        .reason = store_column_str(q, 12),
                        .pull_reason = store_column_str(q, 13),
                        .how = store_column_str(q, 14),
                        .unverified = int_of(q, 15) != 0,
                        .partial = int_of(q, 16) != 0,
                        .since_usec = store_column_int64(q, 17),
                        .since_offset_sec = int_of(q, 18),
                        .on_box = store_column_str(q, 19),
                };

                r = fn(&p, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return ended(r);
}

int standing_parcels(struct standing *s, enum standing_which which, standing_parcel_fn fn, void *userdata) {
        static const char *const states[] = {[STANDING_PARKED] = "parked",
                [STANDING_READY] = "ready",
                [STANDING_PULLED] = "pulled",
                [STANDING_EXPECTED] = "expected",
                [STANDING_ARRIVED] = "arrived",
                [STANDING_SHELVED] = "shelved",
                [STANDING_MISSING] = "missing",
                [STANDING_EXPIRED] = "expired"};

        if (which == STANDING_OPEN)
                return hand_out_parcels(&s->open, fn, userdata);
        if (which == STANDING_PULL)
                return hand_out_parcels(&s->pull, fn, userdata);
        store_bind_text(&s->state, 1, states[which]);
        return hand_out_parcels(&s->state, fn, userdata);
}

int standing_parcels_of(struct standing *s, const char *merchant, const char *shipment, standing_parcel_fn fn,
        void *userdata) {
        store_bind_text(&s->of_shipment, 1, merchant);
        store_bind_text(&s->of_shipment, 2, shipment);
        return hand_out_parcels(&s->of_shipment, fn, userdata);
}

/* ---- what a person means by a text ---- */

/* Return: 0, 1 the callback has enough, or as the header. */
static int hand_out_matches(struct store_stmt *query, const char *const keys[2],
        int (*fn)(const struct standing_match *m, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r;

        store_bind_text(q, 1, keys[0]);
        if (keys[1])
                store_bind_text(q, 2, keys[1]);
        while ((r = store_step(q)) == 0) {
                struct standing_match m = {
                        .by = store_column_str(q, 0),
                        .merchant = store_column_str(q, 1),
                        .shipment = store_column_str(q, 2),
                        .parcel = store_column_str(q, 3),
                        .state = store_column_str(q, 4),
                        .bench = store_column_str(q, 5),
                        .dead = int_of(q, 6) != 0,
                        .gone = int_of(q, 7) != 0,
                        .at_usec = store_column_int64(q, 8),
                        .at_offset_sec = int_of(q, 9),
                };

                r = fn(&m, userdata);
                if (r != 0)
                        return r < 0 ? r : 1;
        }
        return ended(r);
}

int standing_find(struct standing *s, const char *text,
        int (*fn)(const struct standing_match *m, void *userdata), void *userdata) {
        char number[WAYBILL_NUMBER_MAX + 1] = "";
        const char *const one[2] = {text, NULL}, *two[2] = {text, number};
        int r;

        if (waybill_normalise("yamato", text, number) != 0) /* the three carriers' numbers have one form */
                number[0] = 0;
        r = hand_out_matches(&s->shipments, one, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->codes, two, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->numbers, two, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->parcels, one, fn, userdata);
        if (r == 0 && store_version(facts_store(s->facts)) >= ORDERS_SINCE)
                r = hand_out_matches(&s->orders, one, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->serials, one, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->gone, two, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->gone_serials, one, fn, userdata);
        return r == 1 ? 0 : r;
}

/* ---- the counter ---- */

int standing_pickups(
        struct standing *s, int (*fn)(const struct standing_pickup *p, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->pickups;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_pickup p = {
                        .merchant = store_column_str(q, 0),
                        .shipment = store_column_str(q, 1),
                        .ready_usec = store_column_int64(q, 2),
                        .ready_offset_sec = (int) store_column_int64(q, 3),
                        .keep_until_usec = store_column_int64(q, 4),
                        .partial = store_column_int64(q, 5) != 0,
                        .paid = store_column_int64(q, 6) != 0,
                        .waiting = (int) store_column_int64(q, 7),
                };

                r = fn(&p, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return ended(r);
}

/* ---- bays and benches ---- */

int standing_bays(
        struct standing *s, int (*fn)(const struct standing_bay *b, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->bays;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_bay b = {
                        .bay = store_column_str(q, 0),
                        .ready = store_column_int64(q, 1),
                        .pull = store_column_int64(q, 2),
                        .data = store_column_str(q, 3),
                };

                r = fn(&b, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return ended(r);
}

int standing_benches(
        struct standing *s, int (*fn)(const struct standing_bench *b, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->benches;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_bench b = {
                        .bench = store_column_str(q, 0),
                        .person = store_column_str(q, 1),
                        .role = store_column_str(q, 2),
                        .parcel = store_column_str(q, 3),
                        .merchant = store_column_str(q, 4),
                        .shipment = store_column_str(q, 5),
                        .state = store_column_str(q, 6),
                        .call = store_column_str(q, 7),
                        .piece = int_of(q, 8),
                        .pieces = int_of(q, 9),
                        .carrier = store_column_str(q, 10),
                        .number = store_column_str(q, 11),
                        .bay = store_column_str(q, 12),
                        .lang = store_column_str(q, 13),
                };

                r = fn(&b, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return ended(r);
}

/* ---- notices and conflicts ---- */

static int hand_out_notices(struct store_stmt *query, standing_notice_fn fn, void *userdata) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_notice n = {
                        .id = store_column_str(q, 0),
                        .merchant = store_column_str(q, 1),
                        .shipment = store_column_str(q, 2),
                        .kind = store_column_str(q, 3),
                        .state = store_column_str(q, 4),
                        .channel = store_column_str(q, 5),
                        .reason = store_column_str(q, 6),
                        .generation = int_of(q, 7),
                        .attempts = int_of(q, 8),
                        .correction = int_of(q, 9) != 0,
                        .not_before_usec = store_column_int64(q, 10),
                        .expires_usec = store_column_int64(q, 11),
                        .pos = store_column_int64(q, 12),
                        .changed_pos = store_column_int64(q, 13),
                };

                r = fn(&n, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return ended(r);
}

int standing_notices_waiting(struct standing *s, standing_notice_fn fn, void *userdata) {
        return hand_out_notices(&s->waiting, fn, userdata);
}

int standing_notices_asking(
        struct standing *s, int (*fn)(const struct standing_asking *n, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->asking;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_asking n = {
                        .id = store_column_str(q, 0),
                        .merchant = store_column_str(q, 1),
                        .shipment = store_column_str(q, 2),
                        .kind = store_column_str(q, 3),
                        .since = store_column_str(q, 4),
                        .data = store_column_str(q, 5),
                        .expires_usec = store_column_int64(q, 6),
                };

                r = fn(&n, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return ended(r);
}

int standing_notices_owing(struct standing *s, standing_notice_fn fn, void *userdata) {
        return hand_out_notices(&s->owing, fn, userdata);
}

int standing_notices(struct standing *s, int max, standing_notice_fn fn, void *userdata) {
        store_bind_int64(&s->notices, 1, max);
        return hand_out_notices(&s->notices, fn, userdata);
}

int standing_notices_of(struct standing *s, const char *merchant, const char *shipment, standing_notice_fn fn,
        void *userdata) {
        store_bind_text(&s->notices_of, 1, merchant);
        store_bind_text(&s->notices_of, 2, shipment);
        return hand_out_notices(&s->notices_of, fn, userdata);
}

int standing_conflicts(
        struct standing *s, int (*fn)(const struct standing_conflict *c, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->conflicts;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_conflict c = {
                        .pos = store_column_int64(q, 0),
                        .time = store_column_str(q, 1),
                        .merchant = store_column_str(q, 2),
                        .shipment = store_column_str(q, 3),
                        .kind = store_column_str(q, 4),
                        .parcel = store_column_str(q, 5),
                        .text = store_column_str(q, 6),
                };

                r = fn(&c, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return ended(r);
}

/* ---- counts ---- */

static int count_lanes(struct standing *s, struct standing_counts *c) {
        _cleanup_reset_ struct store_stmt *q = &s->lanes;
        int r;

        while ((r = store_step(q)) == 0) {
                int64_t lane = store_column_int64(q, 0);

                if (lane < 0 || lane >= N_LANES)
                        return -EBADMSG;
                c->heads[lane] = (uint64_t) store_column_int64(q, 1);
                c->rows[lane] = (uint64_t) store_column_int64(q, 2);
        }
        return ended(r);
}

int standing_count(struct standing *s, struct standing_counts *out) {
        _cleanup_reset_ struct store_stmt *q = &s->counts;
        struct standing_counts c = {0};
        int r = count_lanes(s, &c);

        if (r == 0)
                r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? -EBADMSG : r; /* it always has a row */
        c.open = store_column_int64(q, 0);
        c.parked = store_column_int64(q, 1);
        c.ready = store_column_int64(q, 2);
        c.pulled = store_column_int64(q, 3);
        c.pull = store_column_int64(q, 4);
        c.notices_waiting = store_column_int64(q, 5);
        c.conflicts = store_column_int64(q, 6);
        c.corrections = store_column_int64(q, 7);
        c.notices_asking = store_column_int64(q, 8);
        *out = c;
        return 0;
}
