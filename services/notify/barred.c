/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/barred.h"

#include <errno.h>
#include <stdlib.h>

#include "firmware/base/str.h"

struct barred {
        struct seal_lookup key;
        struct store_stmt ask, put, lift, clamp, purge;
};

static const struct store_sql barred_sql[] = {
        {offsetof(struct barred, ask), "SELECT 1 FROM barred WHERE address = ?1 LIMIT 1"},
        {offsetof(struct barred, put),
                "INSERT INTO barred (address, merchant, shipment, version, at_usec) VALUES (?1, ?2, ?3, ?4, "
                "?5) "
                "ON CONFLICT DO UPDATE SET version = max(version, excluded.version), at_usec = max(at_usec, "
                "excluded.at_usec)"},
        {offsetof(struct barred, lift), "DELETE FROM barred WHERE address IN (SELECT address FROM barred "
                                        "WHERE merchant = ?1 AND shipment = ?2 "
                                        "AND version < ?3)"},
        {offsetof(struct barred, clamp), "UPDATE barred SET at_usec = ?1 WHERE at_usec > ?1"},
        {offsetof(struct barred, purge), "DELETE FROM barred WHERE at_usec < ?1"},
};

int barred_open(struct barred **bp, struct store *store, const struct seal_keypair *secret) {
        _cleanup_(barred_closep) struct barred *b = calloc(1, sizeof(*b));
        int r;

        if (!b)
                return -ENOMEM;
        seal_lookup_derive(secret, "refused-address", &b->key);
        r = store_prepare_all(store, b, barred_sql, ELEMENTSOF(barred_sql));
        if (r != 0)
                return r;
        *bp = take_ptr(b);
        return 0;
}

struct barred *barred_close(struct barred *b) {
        if (!b)
                return NULL;
        store_finish_all(b, barred_sql, ELEMENTSOF(barred_sql));
        seal_wipe(&b->key, sizeof(b->key));
        free(b);
        return NULL;
}

void barred_hash(const struct barred *b, const char *channel, const char *address, char hash[SEAL_HASH_MAX]) {
        char text[1024];
        size_t n = 0;

        for (const char *p = channel; *p && n < sizeof(text) - 1; p++)
                text[n++] = *p;
        text[n++] = '\0';
        for (const char *p = address; *p && n < sizeof(text); p++)
                text[n++] = *p >= 'A' && *p <= 'Z' ? (char) (*p - 'A' + 'a') : *p;
        seal_lookup_hash(&b->key, text, n, hash);
        seal_wipe(text, sizeof(text));
}

int barred_ask(struct barred *b, const char *hash) {
        int r;

        store_bind_text(&b->ask, 1, hash);
        r = store_step(&b->ask);
        store_reset(&b->ask);
        return r == STORE_E_DONE ? BARRED_E_NOT : r;
}

int barred_put(struct barred *b, const char *hash, const char *merchant, const char *shipment,
        int64_t version, int64_t at_usec) {
        store_bind_text(&b->put, 1, hash);
        store_bind_text(&b->put, 2, merchant);
        store_bind_text(&b->put, 3, shipment);
        store_bind_int64(&b->put, 4, version);
        store_bind_int64(&b->put, 5, at_usec);
        return store_run(&b->put);
}

int barred_lift(struct barred *b, const char *merchant, const char *shipment, int64_t version) {
        store_bind_text(&b->lift, 1, merchant);
        store_bind_text(&b->lift, 2, shipment);
        store_bind_int64(&b->lift, 3, version);
        return store_run(&b->lift);
}

int barred_purge(struct barred *b, const struct stamp *now) {
        int r;

        if (now->clock != CLOCK_QUALITY_SYNCED)
                return 0;
        store_bind_int64(&b->clamp, 1, now->wall_usec); /* written by a clock that was ahead */
        r = store_run(&b->clamp);
        if (r != 0)
                return r;
        store_bind_int64(&b->purge, 1, now->wall_usec - BARRED_KEEP_DAYS * 86400LL * (int64_t) USEC_PER_SEC);
        return store_run(&b->purge);
}
