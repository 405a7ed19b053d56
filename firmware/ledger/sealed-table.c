/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed boxes of personal data: outside the facts, gone at once when they must. The store overwrites what it deletes. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <string.h>

static const struct store_sql sealed_sql[] = {
        LEDGER_SQL(sealed.put, "INSERT INTO sealed (ref, kind, merchant, subject, box, hash, delete_by) "
                               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                               "ON CONFLICT (ref) DO NOTHING"),
        LEDGER_SQL(sealed.get,
                "SELECT ref, kind, merchant, subject, box, hash, delete_by FROM sealed WHERE ref = ?1"),
        LEDGER_SQL(sealed.ref, "SELECT ref FROM sealed WHERE merchant = ?1 AND subject = ?2 AND kind = ?3 "
                               "ORDER BY ref DESC LIMIT 1"),
        LEDGER_SQL(sealed.erase, "DELETE FROM sealed WHERE merchant = ?1 AND subject = ?2"),
        LEDGER_SQL(sealed.erase_kind,
                "DELETE FROM sealed WHERE merchant = ?1 AND subject = ?2 AND (kind = ?3 OR "
                "(?3 = 'contact' AND kind = 'withdrawn'))"),
        LEDGER_SQL(sealed.supersede,
                "DELETE FROM sealed WHERE merchant = ?1 AND subject = ?2 AND kind = 'contact' AND ref <> ?3"),
        LEDGER_SQL(sealed.set_aside,
                "UPDATE sealed SET kind = 'withdrawn' WHERE merchant = ?1 AND subject = ?2 AND kind = "
                "'contact' "
                "AND ref <> ?3 AND EXISTS (SELECT 1 FROM fact JOIN shipment ON shipment.merchant = ?1 AND "
                "shipment.id = ?2 WHERE fact.subject = ?2 AND fact.merchant = ?1 AND fact.type = "
                "'consent.changed' "
                "AND fact.pos > shipment.contact_pos)"),
        LEDGER_SQL(sealed.prune_labels,
                "DELETE FROM sealed WHERE merchant = ?1 AND subject = ?2 AND kind = 'label' AND ref NOT IN "
                "(SELECT ref FROM label WHERE merchant = ?1 AND shipment = ?2)"),
        LEDGER_SQL(sealed.expire, "DELETE FROM sealed WHERE ref IN (SELECT ref FROM sealed WHERE delete_by > "
                                  "0 AND delete_by < ?1 LIMIT ?2)"),
};
const struct statement_group sealed_statements = {sealed_sql, ELEMENTSOF(sealed_sql)};

int ledger_sealed_put(struct ledger *l, const struct ledger_sealed *s) {
        struct store_stmt *q = &l->sealed.put;

        statement_bind(q, "tttt", s->ref, s->kind, s->merchant, s->subject);
        store_bind_blob(q, 5, s->box, s->n_box);
        store_bind_text(q, 6, s->hash);
        store_bind_int64(q, 7, s->delete_by_usec);
        return store_run(q);
}

int ledger_sealed_get(struct ledger *l, const char *ref, struct ledger_sealed *s) {
        struct store_stmt *q = &l->sealed.get;
        int r;

        store_reset(q); /* texts that were lent before end here */
        r = statement_first(q, "t", ref);
        if (r != 0)
                return r == STORE_E_DONE ? LEDGER_E_NONE : r;
        *s = (struct ledger_sealed){
                .ref = store_column_text(q, 0),
                .kind = store_column_text(q, 1),
                .merchant = store_column_text(q, 2),
                .subject = store_column_text(q, 3),
                .box = store_column_blob(q, 4),
                .n_box = store_column_bytes(q, 4),
                .hash = store_column_text(q, 5),
                .delete_by_usec = store_column_int64(q, 6),
        };
        return 0;
}

int ledger_sealed_ref(struct ledger *l, const char *kind, const char *merchant, const char *subject,
        char ref[UUID_TEXT_MAX]) {
        _cleanup_reset_ struct store_stmt *q = &l->sealed.ref;
        int r = statement_first(q, "ttt", merchant, subject, kind);

        if (r != 0)
                return r == STORE_E_DONE ? LEDGER_E_NONE : r;
        return statement_copy(q, 0, ref, UUID_TEXT_MAX) ? 0 : -EBADMSG;
}

void ledger_sealed_done(struct ledger *l) {
        store_reset(&l->sealed.get);
}

int ledger_sealed_erase(struct ledger *l, const char *kind, const char *merchant, const char *subject) {
        int r = 0;

        store_reset(&l->sealed.get);
        if (!kind || strcmp(kind, "contact") == 0) /* what it was found by goes with it */
                r = ledger_lookup_erase(l, merchant, subject);
        if (r != 0)
                return r;
        if (!kind)
                return statement_do(&l->sealed.erase, "tt", merchant, subject);
        return statement_do(&l->sealed.erase_kind, "ttt", merchant, subject, kind);
}

int sealed_supersede(struct ledger *l, const char *merchant, const char *shipment, const char *ref) {
        int r;

        store_reset(&l->sealed.get);
        r = statement_do(&l->sealed.set_aside, "ttt", merchant, shipment, ref);
        if (r != 0)
                return r;
        return statement_do(&l->sealed.supersede, "ttt", merchant, shipment, ref);
}

int sealed_prune_labels(struct ledger *l, const char *merchant, const char *shipment) {
        store_reset(&l->sealed.get);
        return statement_do(&l->sealed.prune_labels, "tt", merchant, shipment);
}

int ledger_sealed_expire(struct ledger *l, const struct stamp *now, int max, int *np) {
        int r;

        *np = 0;
        if (now->clock != CLOCK_QUALITY_SYNCED)
                return 0;
        store_reset(&l->sealed.get);
        r = statement_do(&l->sealed.expire, "li", now->wall_usec, max);
        if (r == 0)
                *np = (int) store_changes(l->store);
        return r == 0 ? lookup_expire(l, now->wall_usec) : r;
}
