/* SPDX-License-Identifier: Apache-2.0 */
/* What waits at the counter, and what customers were told of it. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <string.h>

static const struct store_sql world_pickup_sql[] = {
        LEDGER_SQL(world_pickup.crate,
                "SELECT id FROM parcel WHERE crate = ?1 AND crate <> '' ORDER BY piece, id"),
        LEDGER_SQL(world_pickup.pickups_due,
                "SELECT merchant, shipment FROM pickup k WHERE open = 1 AND keep_until_usec > 0 AND "
                "keep_until_usec <= ?1 AND EXISTS (SELECT 1 FROM parcel p WHERE p.merchant = k.merchant AND "
                "p.shipment = k.shipment AND p.state IN ('arrived', 'shelved', 'missing')) "
                "ORDER BY keep_until_usec LIMIT 50"),
        /* Behind the key alone: the index of days would have all of them sorted for each few. */
        LEDGER_SQL(world_pickup.pickups_waiting,
                "SELECT merchant, shipment FROM pickup k WHERE (merchant, shipment) > (?1, ?2) AND +open = 1 "
                "AND ready_usec < ?4 AND +keep_until_usec > ?5 AND EXISTS (SELECT 1 FROM parcel p WHERE "
                "p.merchant = k.merchant AND p.shipment = k.shipment AND p.state = 'shelved') AND NOT EXISTS "
                "(SELECT 1 FROM notice n WHERE n.merchant = k.merchant AND n.shipment = k.shipment AND "
                "n.kind = 'last-day' AND n.state <> 'cancelled') ORDER BY merchant, shipment LIMIT ?3"),
        LEDGER_SQL(world_pickup.notice,
                "SELECT id, state, generation, reason FROM notice WHERE merchant = ?1 AND shipment = ?2 AND "
                "kind = ?3 ORDER BY generation DESC LIMIT 1"),
        LEDGER_SQL(world_pickup.notice_pos,
                "SELECT pos, id FROM notice WHERE merchant = ?1 AND shipment = ?2 AND kind = ?3 "
                "ORDER BY generation DESC LIMIT 1"),
        LEDGER_SQL(world_pickup.notice_by_id,
                "SELECT merchant, shipment, kind, generation, state, reason FROM notice WHERE id = ?1"),
        LEDGER_SQL(world_pickup.resends_asked,
                "SELECT count(*) FROM fact WHERE subject = ?1 AND merchant = ?2 AND "
                "type = 'notice.resend-asked' "
                "AND data ->> 'kind' = ?3 AND substr(time, 1, 10) = ?4"),
};
const struct statement_group world_pickup_statements = {world_pickup_sql, ELEMENTSOF(world_pickup_sql)};

/* Rows of merchant and shipment. */
static int tell_refs(struct store_stmt *q, int (*each)(void *eu, const struct shipment_ref *ref), void *eu) {
        int r;

        while ((r = store_step(q)) == 0) {
                struct shipment_ref ref;

                if (!statement_copy(q, 0, ref.merchant, sizeof(ref.merchant)) ||
                        !statement_copy(q, 1, ref.shipment, sizeof(ref.shipment)))
                        return -EBADMSG;
                r = each(eu, &ref);
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int world_pickups_due(
        void *u, int64_t until_usec, int (*each)(void *eu, const struct shipment_ref *ref), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_pickup.pickups_due;

        statement_bind(q, "l", until_usec);
        return tell_refs(q, each, eu);
}

int world_pickups_waiting(void *u, const struct shipment_ref *from, int max, int64_t before_usec,
        int64_t now_usec, int (*each)(void *eu, const struct shipment_ref *ref), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_pickup.pickups_waiting;

        statement_bind(q, "ttill", from->merchant, from->shipment, max, before_usec, now_usec);
        return tell_refs(q, each, eu);
}

int world_crate(void *u, const char *crate, int (*each)(void *eu, const char *parcel), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_pickup.crate;
        int r;

        statement_bind(q, "t", crate);
        while ((r = store_step(q)) == 0) {
                r = each(eu, store_column_text(q, 0));
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int count_asked(struct ledger *l, const char *merchant, const char *shipment, const char *kind,
        const struct stamp *now, int *np) {
        _cleanup_reset_ struct store_stmt *q = &l->world_pickup.resends_asked;
        char day[TIME_TEXT_MAX];
        int r;

        (void) time_format(now->wall_usec, now->offset_sec, day);
        day[strlen("2026-01-31")] = '\0';
        r = statement_first(q, "tttt", shipment, merchant, kind, day);
        *np = r == 0 ? (int) store_column_int64(q, 0) : 0;
        return r;
}

int world_notice(void *u, const char *merchant, const char *shipment, const char *kind,
        const struct stamp *now, struct notice_known *out) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_pickup.notice;
        int r = statement_first(q, "ttt", merchant, shipment, kind);

        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        *out = (struct notice_known){.generation = (int) store_column_int64(q, 2)};
        (void) copy_text(out->reason, sizeof(out->reason),
                store_column_str(q, 3)); /* a longer one is no word of ours */
        if (!statement_copy(q, 0, out->id, sizeof(out->id)) || !store_column_text(q, 1) ||
                notice_state_from_str(store_column_text(q, 1), &out->state) < 0)
                return -EBADMSG;
        return count_asked(l, merchant, shipment, kind, now, &out->asked_today);
}

int world_notice_data(
        void *u, const char *merchant, const char *shipment, const char *kind, struct json **datap) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_pickup.notice_pos;
        _cleanup_(json_freep) struct json *doc = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        const struct json *data;
        size_t n_bytes = 0;
        int r = statement_first(q, "ttt", merchant, shipment, kind);

        *datap = NULL;
        if (r == 0)
                r = fact_document(l, store_column_int64(q, 0), &doc, &n_bytes);
        if (r != 0)
                return r < 0 ? r : WORLD_E_NONE; /* none, or purged */
        if (strcmp(json_get_string(doc, "notice", ""), store_column_text(q, 1)) != 0)
                return WORLD_E_NONE; /* a snapshot told of it */
        data = json_get(doc, "data");
        if (!data)
                return 0;
        json_print(data, &text);
        return text.error ? text.error : json_parse(text.data, text.len, datap, NULL);
}

int world_notice_by_id(void *u, const char *id, struct notice_named *out) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_pickup.notice_by_id;
        int r = statement_first(q, "t", id);

        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        *out = (struct notice_named){.generation = (int) store_column_int64(q, 3),
                .asks_approval = strcmp(store_column_str(q, 5), NOTICE_NO_APPROVAL) == 0};
        if (!statement_copy(q, 0, out->merchant, sizeof(out->merchant)) ||
                !statement_copy(q, 1, out->shipment, sizeof(out->shipment)) ||
                !statement_copy(q, 2, out->kind, sizeof(out->kind)) ||
                notice_state_from_str(store_column_str(q, 4), &out->state) < 0)
                return -EBADMSG;
        return 0;
}
