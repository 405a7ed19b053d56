/* SPDX-License-Identifier: Apache-2.0 */
/* What a customer may be found by. The texts are hashed by whoever holds the key: none of them is ever here. */
#include "firmware/ledger/ledger-private.h"

#include "firmware/base/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct store_sql lookup_sql[] = {
        LEDGER_SQL(lookups.put,
                "INSERT INTO pickup_lookup (purpose, hash, merchant, shipment, delete_by) VALUES "
                "(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"),
        LEDGER_SQL(lookups.find,
                "SELECT merchant, shipment FROM pickup_lookup WHERE purpose = ?1 AND hash = ?2 "
                "ORDER BY merchant, shipment"),
        LEDGER_SQL(lookups.erase, "DELETE FROM pickup_lookup WHERE merchant = ?1 AND shipment = ?2"),
        LEDGER_SQL(lookups.expire, "DELETE FROM pickup_lookup WHERE delete_by > 0 AND delete_by < ?1"),
        LEDGER_SQL(lookups.tries_put,
                "INSERT INTO counter (bench, tries, pos) VALUES (?1, ?2, ?3) ON CONFLICT "
                "(bench) DO UPDATE SET tries = excluded.tries, pos = excluded.pos"),
        LEDGER_SQL(lookups.tries_drop, "DELETE FROM counter WHERE bench = ?1"),
        LEDGER_SQL(lookups.tries_get, "SELECT tries FROM counter WHERE bench = ?1"),
        LEDGER_SQL(lookups.redeemed_put,
                "INSERT INTO redeemed (merchant, offer, coupon, station, bench, at_usec, at_offset, pos) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (merchant, offer, coupon) DO UPDATE SET "
                "station = excluded.station, bench = excluded.bench, at_usec = excluded.at_usec, at_offset = "
                "excluded.at_offset, pos = excluded.pos"),
        LEDGER_SQL(lookups.redeemed_get,
                "SELECT bench, at_usec, at_offset, station FROM redeemed WHERE merchant = ?1 AND "
                "offer = ?2 AND coupon = ?3"),
        LEDGER_SQL(lookups.redeemed_delete, "DELETE FROM redeemed WHERE pos = ?1"),
        LEDGER_SQL(lookups.receipt_put,
                "INSERT INTO receipt (merchant, shipment, code, pos) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT DO NOTHING"),
        LEDGER_SQL(lookups.receipt_get,
                "SELECT r.merchant, r.shipment, f.time, f.bench FROM receipt r JOIN fact f ON f.pos = r.pos "
                "WHERE r.code = ?1 ORDER BY r.pos"),
        LEDGER_SQL(lookups.receipts_delete, "DELETE FROM receipt WHERE merchant = ?1 AND shipment = ?2"),
};
const struct statement_group lookup_statements = {lookup_sql, ELEMENTSOF(lookup_sql)};

void ledger_set_hooks(struct ledger *l, const struct ledger_hooks *hooks) {
        l->hooks = *hooks;
}

int ledger_lookup_put(struct ledger *l, const char *purpose, const char *hash, const char *merchant,
        const char *shipment, int64_t delete_by_usec) {
        return statement_do(&l->lookups.put, "ttttl", purpose, hash, merchant, shipment, delete_by_usec);
}

int ledger_lookup_erase(struct ledger *l, const char *merchant, const char *shipment) {
        return statement_do(&l->lookups.erase, "tt", merchant, shipment);
}

int lookup_expire(struct ledger *l, int64_t before_usec) {
        return statement_do(&l->lookups.expire, "l", before_usec);
}

int lookup_tries_put(struct ledger *l, const char *bench, int tries, int64_t pos) {
        return tries > 0 ? statement_do(&l->lookups.tries_put, "til", bench, tries, pos)
                         : statement_do(&l->lookups.tries_drop, "t", bench);
}

int ledger_wrong_tries(struct ledger *l, const char *bench, int *triesp) {
        int64_t tries = 0;
        int r = statement_int64(&l->lookups.tries_get, &tries, "t", bench);

        *triesp = r == 0 ? (int) tries : 0;
        return r < 0 ? r : 0;
}

/* ---- what deciding code asks ---- */

int world_lookup(
        void *u, const char *purpose, const char *text, struct shipment_ref *refs, size_t max, size_t *n) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->lookups.find;
        char hash[LEDGER_HASH_SIZE];
        int r;

        *n = 0;
        if (!l->hooks.hash || !l->hooks.hash(l->hooks.userdata, purpose, text, hash))
                return 0;
        statement_bind(q, "tt", purpose, hash);
        while (*n < max && (r = store_step(q)) == 0) {
                if (!statement_copy(q, 0, refs[*n].merchant, sizeof(refs->merchant)) ||
                        !statement_copy(q, 1, refs[*n].shipment, sizeof(refs->shipment)))
                        return -EBADMSG;
                (*n)++;
        }
        return *n == max || r == STORE_E_DONE ? 0 : r;
}

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

/* ---- offers ---- */

/* The newest fact that says so stands: so a table made anew after a purge is the same. */
int offer_redeemed(struct ledger *l, const struct row *row, const struct offer_coupon *c) {
        return statement_do(&l->lookups.redeemed_put, "tttttlil", row->merchant, c->offer, c->coupon,
                c->station, c->bench, c->at_usec, c->at_offset_sec, row->pos);
}

int offer_forget(struct ledger *l, int64_t pos) {
        return statement_do(&l->lookups.redeemed_delete, "l", pos);
}

static void put_words(
        char to[WORLD_NAME_SIZE], const struct json *names, const char *key, const char *otherwise) {
        const char *text = json_get_string(names, key, otherwise);
        size_t n = utf8_cut(text, WORLD_NAME_SIZE - 1);

        memcpy(to, text, n);
        to[n] = '\0';
}

int world_offer(void *u, const char *merchant, const char *offer, struct world_offer *out) {
        struct ledger *l = u;
        _cleanup_(json_freep) struct json *doc = NULL;
        const struct json *headline, *terms;
        char subject[NAME_SIZE + ID_SIZE];
        int64_t pos = 0;
        int r;

        (void) snprintf(subject, sizeof(subject), "%s/%s", merchant, offer);
        r = wish_get(l, "offer", subject, NULL, &pos);
        if (r == 0)
                r = fact_document(l, pos, &doc, NULL);
        if (r != 0)
                return r < 0 ? r : WORLD_E_NONE;
        headline = json_get(doc, "headline");
        terms = json_get(doc, "terms");
        *out = (struct world_offer){.cancelled = json_get_bool(doc, "cancelled", false)};
        (void) copy_text(out->kind, sizeof(out->kind), json_get_string(doc, "kind", ""));
        put_words(out->headline_ja, headline, "ja", "");
        put_words(out->headline_en, headline, "en", out->headline_ja);
        put_words(out->terms_ja, terms, "ja", "");
        put_words(out->terms_en, terms, "en", out->terms_ja);
        (void) time_parse(json_get_string(doc, "until", ""), &out->until_usec, NULL); /* absent: 0 */
        return 0;
}

int world_redeemed(
        void *u, const char *merchant, const char *offer, const char *coupon, struct world_redeemed *out) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->lookups.redeemed_get;
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
        return statement_do(&l->lookups.receipt_put, "tttl", merchant, shipment, code, pos);
}

int receipts_delete(struct ledger *l, const char *merchant, const char *shipment) {
        return statement_do(&l->lookups.receipts_delete, "tt", merchant, shipment);
}

int world_receipt(
        void *u, const char *code, int (*each)(void *eu, const struct world_receipt *used), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->lookups.receipt_get;
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

bool world_verify(void *u, const uint8_t key[32], const void *bytes, size_t n, const uint8_t signature[64]) {
        const struct ledger *l = u;

        return l->hooks.verify && l->hooks.verify(l->hooks.userdata, key, bytes, n, signature);
}
