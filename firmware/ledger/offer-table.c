/* SPDX-License-Identifier: Apache-2.0 */
/* What a customer shows at a counter: a code that the OMS signed, an offer, a till's receipt; and what was used before. */
#include "firmware/ledger/ledger-private.h"

#include "firmware/base/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct store_sql offer_sql[] = {
        LEDGER_SQL(offers.redeemed_put,
                "INSERT INTO redeemed (merchant, offer, coupon, station, bench, at_usec, at_offset, pos) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (merchant, offer, coupon) DO UPDATE SET "
                "station = excluded.station, bench = excluded.bench, at_usec = excluded.at_usec, at_offset = "
                "excluded.at_offset, pos = excluded.pos"),
        LEDGER_SQL(offers.redeemed_get,
                "SELECT bench, at_usec, at_offset, station FROM redeemed WHERE merchant = ?1 AND "
                "offer = ?2 AND coupon = ?3"),
        LEDGER_SQL(offers.redeemed_delete, "DELETE FROM redeemed WHERE pos = ?1"),
        LEDGER_SQL(offers.receipt_put,
                "INSERT INTO receipt (merchant, shipment, code, pos) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT DO NOTHING"),
        LEDGER_SQL(offers.receipt_get,
                "SELECT r.merchant, r.shipment, f.time, f.bench FROM receipt r JOIN fact f ON f.pos = r.pos "
                "WHERE r.code = ?1 ORDER BY r.pos"),
        LEDGER_SQL(offers.receipts_delete, "DELETE FROM receipt WHERE merchant = ?1 AND shipment = ?2"),
};
const struct statement_group offer_statements = {offer_sql, ELEMENTSOF(offer_sql)};

/* ---- signatures ---- */

int world_key(void *u, const char *kid, const char *use, struct world_key *key) {
        struct ledger *l = u;
        _cleanup_(json_freep) struct json *doc = NULL;
        int64_t pos = 0;
        int r = wish_get(l, "keys", "keys", NULL, &pos);

        if (r == 0)
                r = fact_document(l, pos, &doc, NULL);
        for (const struct json *e = json_first(json_get(doc, "keys")); e && r == 0; e = json_next(e)) {
                if (strcmp(json_get_string(e, "kid", ""), kid) != 0 ||
                        strcmp(json_get_string(e, "use", ""), use) != 0)
                        continue;
                *key = (struct world_key){0};
                if (hex_decode(json_get_string(e, "ed25519", ""), key->ed25519, sizeof(key->ed25519)) < 0)
                        return WORLD_E_NONE;
                (void) time_parse(
                        json_get_string(e, "not_after", ""), &key->not_after_usec, NULL); /* absent: 0 */
                return 0;
        }
        return r < 0 ? r : WORLD_E_NONE;
}

bool world_verify(void *u, const uint8_t key[32], const void *bytes, size_t n, const uint8_t signature[64]) {
        const struct ledger *l = u;

        return l->hooks.verify && l->hooks.verify(l->hooks.userdata, key, bytes, n, signature);
}

/* ---- offers ---- */

/* The newest fact that says so stands: so a table made anew after a purge is the same. */
int offer_redeemed(struct ledger *l, const struct row *row, const struct offer_coupon *c) {
        return statement_do(&l->offers.redeemed_put, "tttttlil", row->merchant, c->offer, c->coupon,
                c->station, c->bench, c->at_usec, c->at_offset_sec, row->pos);
}

int offer_forget(struct ledger *l, int64_t pos) {
        return statement_do(&l->offers.redeemed_delete, "l", pos);
}

int world_offer(void *u, const char *merchant, const char *offer, struct world_offer *out) {
        struct ledger *l = u;
        _cleanup_(json_freep) struct json *doc = NULL;
        char subject[NAME_SIZE + ID_SIZE];
        int64_t pos = 0;
        int r;

        (void) snprintf(subject, sizeof(subject), "%s/%s", merchant, offer);
        r = wish_get(l, "offer", subject, NULL, &pos);
        if (r == 0)
                r = fact_document(l, pos, &doc, NULL);
        if (r != 0)
                return r < 0 ? r : WORLD_E_NONE;
        *out = (struct world_offer){.cancelled = json_get_bool(doc, "cancelled", false)};
        (void) copy_text(out->kind, sizeof(out->kind), json_get_string(doc, "kind", ""));
        world_put_words(json_get(doc, "headline"), "", out->headline_ja, out->headline_en);
        world_put_words(json_get(doc, "terms"), "", out->terms_ja, out->terms_en);
        (void) time_parse(json_get_string(doc, "until", ""), &out->until_usec, NULL); /* absent: 0 */
        return 0;
}

int world_redeemed(
        void *u, const char *merchant, const char *offer, const char *coupon, struct world_redeemed *out) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->offers.redeemed_get;
        int r = statement_first(q, "ttt", merchant, offer, coupon);

        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        *out = (struct world_redeemed){
                .at_usec = store_column_int64(q, 1), .at_offset_sec = (int) store_column_int64(q, 2)};
        return statement_copy(q, 0, out->bench, sizeof(out->bench)) &&
                               statement_copy(q, 3, out->station, sizeof(out->station))
                       ? 0
                       : -EBADMSG;
}

/* ---- receipts ---- */

int receipt_put(struct ledger *l, const char *merchant, const char *shipment, const char *code, int64_t pos) {
        return statement_do(&l->offers.receipt_put, "tttl", merchant, shipment, code, pos);
}

int receipts_delete(struct ledger *l, const char *merchant, const char *shipment) {
        return statement_do(&l->offers.receipts_delete, "tt", merchant, shipment);
}

int world_receipt(
        void *u, const char *code, int (*each)(void *eu, const struct world_receipt *used), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->offers.receipt_get;
        int r;

        statement_bind(q, "t", code);
        while ((r = store_step(q)) == 0) {
                struct world_receipt used = {0};
                const char *time = store_column_text(q, 2);

                if (!statement_copy(q, 0, used.merchant, sizeof(used.merchant)) ||
                        !statement_copy(q, 1, used.shipment, sizeof(used.shipment)) ||
                        !statement_copy(q, 3, used.bench, sizeof(used.bench)) || !time ||
                        time_parse(time, &used.at_usec, &used.at_offset_sec) < 0)
                        return -EBADMSG;
                r = each(eu, &used);
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}
