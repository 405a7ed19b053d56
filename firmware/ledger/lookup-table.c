/* SPDX-License-Identifier: Apache-2.0 */
/* What a customer may be found by. The texts are hashed by whoever holds the key: none of them is ever here. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>

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
