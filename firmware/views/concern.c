/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/concern.h"

static const char concern_sql[] =
        "SELECT p.merchant, p.shipment, ifnull(d.data ->> '$.orders[0]', ''), "
        "ifnull(d.data ->> '$.notices.incident', ''), ifnull((SELECT r.data -> 'data' FROM notice n JOIN "
        "fact r ON "
        "r.pos = n.pos AND r.type = 'notice.reserved' WHERE n.merchant = p.merchant AND n.shipment = "
        "p.shipment AND "
        "n.kind = 'incident' ORDER BY n.generation DESC LIMIT 1), ''), s.cancelled "
        "FROM (SELECT DISTINCT merchant, shipment FROM parcel WHERE state IN ('ready', 'shipped') AND "
        "carrier = ?1 "
        "AND (?2 = '' OR bay = ?2) AND (?3 = '' OR merchant = ?3) AND since_usec >= ?4 AND since_usec < ?5) "
        "p "
        "JOIN shipment s ON s.merchant = p.merchant AND s.id = p.shipment "
        "LEFT JOIN fact d ON d.pos = s.doc_pos AND s.doc_pos > 0 ORDER BY p.merchant, p.shipment";

static int hand_out(
        struct store_stmt *q, int (*fn)(const struct concern *c, void *userdata), void *userdata) {
        int r;

        while ((r = store_step(q)) == 0) {
                struct concern c = {
                        .merchant = store_column_str(q, 0),
                        .shipment = store_column_str(q, 1),
                        .order = store_column_str(q, 2),
                        .owner = store_column_str(q, 3),
                        .said = store_column_str(q, 4),
                        .cancelled = store_column_int64(q, 5) != 0,
                };

                r = fn(&c, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int concern_read(struct facts *f, const struct concern_scope *scope,
        int (*fn)(const struct concern *c, void *userdata), void *userdata) {
        struct store_stmt q = {0};
        int r = store_prepare(facts_store(f), &q, concern_sql);

        if (r == 0) {
                store_bind_text(&q, 1, scope->carrier);
                store_bind_text(&q, 2, scope->bay);
                store_bind_text(&q, 3, scope->merchant);
                store_bind_int64(&q, 4, scope->since_usec);
                store_bind_int64(&q, 5, scope->until_usec);
                r = hand_out(&q, fn, userdata);
        }
        store_finish(&q);
        return r;
}
