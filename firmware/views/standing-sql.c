/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of standing.h as statements; the columns of each stand in the order in which its reader takes them. */
#include "firmware/views/standing-internal.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

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
                "SELECT n.id, n.merchant, n.shipment, n.kind, ifnull(f.time, ''), "
                "coalesce(c.data -> 'data', f.data -> 'data', ''), "
                "n.expires_usec FROM notice n LEFT JOIN fact f ON f.pos = n.pos AND f.type = "
                "'notice.reserved' LEFT JOIN fact c ON c.pos = n.changed_pos AND c.type = 'notice.corrected' "
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
        if (r == 0 && store_version(facts_store(facts)) >= STANDING_ORDERS_SINCE)
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
