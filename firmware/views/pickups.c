/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/pickups.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

struct pickups {
        struct store_stmt in, notice, crate, offer;
};

#define NOTICE                                                                                               \
        "ifnull(n.id, ''), ifnull(n.state, ''), ifnull(n.channel, ''), ifnull(n.reason, ''), "               \
        "ifnull((SELECT time FROM fact WHERE pos = n.changed_pos), ''), ifnull(n.generation, 0), "           \
        "ifnull(n.attempts, 0) "
#define NEWEST(MERCHANT, SHIPMENT)                                                                           \
        "(SELECT id FROM notice WHERE merchant = " MERCHANT " AND shipment = " SHIPMENT                      \
        " AND kind = 'pickup-ready' ORDER BY generation DESC LIMIT 1)"

static const struct store_sql pickups_sql[] = {
        /* The words of the partial index, so that it is used. */
        {offsetof(struct pickups, in),
                "WITH g AS (SELECT merchant, shipment, group_concat(DISTINCT shelf) AS shelves, count(*) AS "
                "here, min(since_usec) AS since, since_offset AS offset FROM parcel WHERE state = ?1 AND "
                "state <> 'shipped' AND state <> 'voided' GROUP BY merchant, shipment) "
                "SELECT g.merchant, g.shipment, ifnull(f.data ->> '$.orders[0]', ''), ifnull(g.shelves, ''), "
                "g.here, (SELECT count(*) FROM parcel q WHERE q.merchant = g.merchant AND q.shipment = "
                "g.shipment AND q.state <> ?1 AND q.state IN ('expected', 'arrived', 'missing')), "
                "k.ready_usec IS NOT NULL, ifnull(k.partial, 0), ifnull(s.held, 0), ifnull(s.cancelled, 0), "
                "CASE ifnull(k.paid, 0) WHEN 0 THEN ifnull(f.data ->> '$.pickup.unpaid', 0) ELSE 0 END, "
                "g.since, g.offset, ifnull(k.keep_until_usec, 0), " NOTICE
                ", ifnull(f.data -> '$.orders', '[]'), ifnull(k.ready_usec, 0) "
                "FROM g LEFT JOIN shipment s ON s.merchant = g.merchant AND s.id = g.shipment "
                "LEFT JOIN fact f ON f.pos = s.doc_pos "
                "LEFT JOIN pickup k ON k.merchant = g.merchant AND k.shipment = g.shipment "
                "LEFT JOIN notice n ON n.id = " NEWEST("g.merchant",
                        "g.shipment") " ORDER BY ifnull(k.keep_until_usec, 0), g.since, g.shipment"},
        {offsetof(struct pickups, notice), "SELECT " NOTICE "FROM notice n WHERE n.id = " NEWEST("?1", "?2")},
        {offsetof(struct pickups, crate),
                "SELECT p.merchant, p.shipment, ifnull(f.data ->> '$.orders[0]', ''), p.id, p.number, "
                "p.state, p.shelf "
                "FROM parcel p LEFT JOIN shipment s ON s.merchant = p.merchant AND s.id = p.shipment "
                "LEFT JOIN fact f ON f.pos = s.doc_pos WHERE p.crate = ?1 AND p.crate <> '' ORDER BY "
                "p.piece, p.id"},
        {offsetof(struct pickups, offer),
                "SELECT f.data ->> '$.kind', f.data ->> '$.headline.ja', f.data ->> '$.headline.en', "
                "f.data ->> '$.terms.ja', f.data ->> '$.terms.en', f.data ->> '$.until' "
                "FROM wish w JOIN fact f ON f.pos = w.pos WHERE w.type = 'offer' AND w.subject = ?1 || '/' "
                "|| ?2"},
};

int pickups_open(struct pickups **pp, struct facts *facts) {
        _cleanup_(pickups_closep) struct pickups *p = calloc(1, sizeof(*p));
        int r;

        if (!p)
                return -ENOMEM;
        r = store_prepare_all(facts_store(facts), p, pickups_sql, ELEMENTSOF(pickups_sql));
        if (r != 0)
                return r;
        *pp = take_ptr(p);
        return 0;
}

struct pickups *pickups_close(struct pickups *p) {
        if (!p)
                return NULL;
        store_finish_all(p, pickups_sql, ELEMENTSOF(pickups_sql));
        free(p);
        return NULL;
}

static struct pickups_notice notice_of(const struct store_stmt *q, int i) {
        return (struct pickups_notice){
                .id = store_column_str(q, i),
                .state = store_column_str(q, i + 1),
                .channel = store_column_str(q, i + 2),
                .reason = store_column_str(q, i + 3),
                .at = store_column_str(q, i + 4),
                .generation = (int) store_column_int64(q, i + 5),
                .attempts = (int) store_column_int64(q, i + 6),
        };
}

int pickups_in(struct pickups *p, enum parcel_state state,
        int (*fn)(const struct pickups_row *row, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &p->in;
        int r;

        store_bind_text(q, 1, parcel_state_to_str(state));
        while ((r = store_step(q)) == 0) {
                struct pickups_row row = {
                        .merchant = store_column_str(q, 0),
                        .shipment = store_column_str(q, 1),
                        .order = store_column_str(q, 2),
                        .shelves = store_column_str(q, 3),
                        .here = (int) store_column_int64(q, 4),
                        .away = (int) store_column_int64(q, 5),
                        .is_ready = store_column_int64(q, 6) != 0,
                        .partial = store_column_int64(q, 7) != 0,
                        .held = store_column_int64(q, 8) != 0,
                        .cancelled = store_column_int64(q, 9) != 0,
                        .unpaid_yen = store_column_int64(q, 10),
                        .since_usec = store_column_int64(q, 11),
                        .since_offset_sec = (int) store_column_int64(q, 12),
                        .keep_until_usec = store_column_int64(q, 13),
                        .notice = notice_of(q, 14),
                        .orders = store_column_str(q, 21),
                        .ready_usec = store_column_int64(q, 22),
                };

                r = fn(&row, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int pickups_notice(struct pickups *p, const char *merchant, const char *shipment,
        int (*fn)(const struct pickups_notice *n, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &p->notice;
        struct pickups_notice n;
        int r;

        store_bind_text(q, 1, merchant);
        store_bind_text(q, 2, shipment);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? 0 : r;
        n = notice_of(q, 0);
        r = fn(&n, userdata);
        return r < 0 ? r : 0;
}

int pickups_crate(struct pickups *p, const char *crate,
        int (*fn)(const struct pickups_parcel *parcel, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &p->crate;
        int r;

        store_bind_text(q, 1, crate);
        while ((r = store_step(q)) == 0) {
                struct pickups_parcel parcel = {
                        .merchant = store_column_str(q, 0),
                        .shipment = store_column_str(q, 1),
                        .order = store_column_str(q, 2),
                        .parcel = store_column_str(q, 3),
                        .number = store_column_str(q, 4),
                        .state = store_column_str(q, 5),
                        .shelf = store_column_str(q, 6),
                };

                r = fn(&parcel, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int pickups_offer(struct pickups *p, const char *merchant, const char *offer,
        int (*fn)(const struct pickups_offer *o, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &p->offer;
        struct pickups_offer o;
        int r;

        store_bind_text(q, 1, merchant);
        store_bind_text(q, 2, offer);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? 0 : r;
        o = (struct pickups_offer){
                .kind = store_column_str(q, 0),
                .headline_ja = store_column_str(q, 1),
                .headline_en = store_column_str(q, 2),
                .terms_ja = store_column_str(q, 3),
                .terms_en = store_column_str(q, 4),
                .until = store_column_str(q, 5),
        };
        r = fn(&o, userdata);
        return r < 0 ? r : 0;
}
