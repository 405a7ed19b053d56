/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/wording-store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wording_store {
        struct store *store; /* borrowed */
        bool writes;
        struct store_stmt current, pack, edition, newest, by_hash, next_merchant, logo_hash, logo;
        struct store_stmt insert, publish, note, withdraw, purge, put_logo, drop_logo;
};

static const struct store_sql reading_sql[] = {
        {offsetof(struct wording_store, current),
                "SELECT wording FROM published WHERE kind = ?2 AND language = ?3 AND merchant = "
                "coalesce((SELECT merchant FROM published WHERE merchant = ?1 AND kind = ?2 AND "
                "language = ?3), '')"},
        {offsetof(struct wording_store, pack), "SELECT pack FROM wording WHERE id = ?1"},
        {offsetof(struct wording_store, edition),
                "SELECT source, wording FROM edition WHERE file = ?1 AND version = ?2"},
        {offsetof(struct wording_store, newest),
                "SELECT source, wording FROM edition WHERE file = ?1 ORDER BY version DESC LIMIT 1"},
        {offsetof(struct wording_store, by_hash), "SELECT id FROM wording WHERE hash = ?1"},
        {offsetof(struct wording_store, next_merchant),
                "SELECT min(merchant) FROM (SELECT merchant FROM published UNION SELECT merchant FROM logo) "
                "WHERE merchant > ?1"},
        {offsetof(struct wording_store, logo_hash),
                "SELECT hash, merchant FROM logo WHERE merchant = "
                "coalesce((SELECT merchant FROM logo WHERE merchant = ?1), '')"},
        {offsetof(struct wording_store, logo), "SELECT bytes FROM logo WHERE merchant = ?1"},
};
static const struct store_sql writing_sql[] = {
        {offsetof(struct wording_store, insert), "INSERT INTO wording (hash, pack) VALUES (?1, ?2)"},
        {offsetof(struct wording_store, publish),
                "INSERT INTO published (merchant, kind, language, wording) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT DO UPDATE SET wording = excluded.wording WHERE wording <> excluded.wording"},
        {offsetof(struct wording_store, note),
                "INSERT INTO edition (file, version, source, wording, at_usec) VALUES (?1, ?2, ?3, ?4, ?5) "
                "ON CONFLICT DO UPDATE SET source = excluded.source, wording = excluded.wording, "
                "at_usec = excluded.at_usec WHERE wording <> excluded.wording"},
        {offsetof(struct wording_store, withdraw), "DELETE FROM published WHERE merchant = ?1"},
        {offsetof(struct wording_store, put_logo),
                "INSERT INTO logo (merchant, hash, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET "
                "hash = excluded.hash, bytes = excluded.bytes WHERE hash <> excluded.hash"},
        {offsetof(struct wording_store, drop_logo), "DELETE FROM logo WHERE merchant = ?1"},
        {offsetof(struct wording_store, purge),
                "DELETE FROM wording WHERE id IN (SELECT id FROM wording EXCEPT SELECT wording FROM "
                "published "
                "EXCEPT SELECT wording FROM edition) AND NOT EXISTS (SELECT 1 FROM notice "
                "WHERE words_ja = wording.id OR words_en = wording.id)"},
};

int wording_store_open(struct wording_store **wp, struct store *store, bool writes) {
        _cleanup_(wording_store_closep) struct wording_store *w = calloc(1, sizeof(*w));
        int r;

        if (!w)
                return -ENOMEM;
        w->store = store;
        w->writes = writes;
        r = store_prepare_all(store, w, reading_sql, ELEMENTSOF(reading_sql));
        if (r == 0 && writes)
                r = store_prepare_all(store, w, writing_sql, ELEMENTSOF(writing_sql));
        if (r != 0)
                return r;
        *wp = take_ptr(w);
        return 0;
}

struct wording_store *wording_store_close(struct wording_store *w) {
        if (!w)
                return NULL;
        store_finish_all(w, reading_sql, ELEMENTSOF(reading_sql));
        store_finish_all(w, writing_sql, ELEMENTSOF(writing_sql));
        free(w);
        return NULL;
}

static const char *code_of(enum template_language language) {
        return language == TEMPLATE_EN ? "en" : "ja";
}

static void hash_of(const char *text, size_t n, char hash[SEAL_HASH_MAX]) {
        seal_sha256(text, n, hash);
}

/* @column of the one row. */
static int read_id(struct store_stmt *query, int column, int64_t *idp) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r = store_step(q);

        if (r == 0)
                *idp = store_column_int64(q, column);
        return r == STORE_E_DONE ? WORDING_STORE_E_NONE : r;
}

int wording_store_current(struct wording_store *w, const struct wording_name *name, int64_t *idp) {
        store_bind_text(&w->current, 1, name->merchant);
        store_bind_text(&w->current, 2, name->kind);
        store_bind_text(&w->current, 3, code_of(name->language));
        return read_id(&w->current, 0, idp);
}

int wording_store_pack(struct wording_store *w, int64_t id, struct str *pack) {
        _cleanup_reset_ struct store_stmt *q = &w->pack;
        int r;

        store_bind_int64(q, 1, id);
        r = store_step(q);
        if (r == 0)
                str_add(pack, store_column_str(q, 0));
        return r == STORE_E_DONE ? WORDING_STORE_E_NONE : r == 0 ? pack->error : r;
}

int wording_store_edition(struct wording_store *w, const char *file, int version, int64_t *idp) {
        struct store_stmt *q = version > 0 ? &w->edition : &w->newest;

        store_bind_text(q, 1, file);
        if (version > 0)
                store_bind_int64(q, 2, version);
        return read_id(q, 1, idp);
}

int wording_store_ask(struct wording_store *w, const char *file, int version, const char *source) {
        _cleanup_reset_ struct store_stmt *q = &w->edition;
        char hash[SEAL_HASH_MAX];
        int r;

        hash_of(source, strlen(source), hash);
        store_bind_text(q, 1, file);
        store_bind_int64(q, 2, version);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? 0 : r;
        return strcmp(store_column_str(q, 0), hash) == 0 ? 0 : WORDING_STORE_E_TAKEN;
}

int wording_store_put(struct wording_store *w, const struct str *pack, int64_t *idp) {
        char hash[SEAL_HASH_MAX];
        int r;

        hash_of(pack->data, pack->len, hash);
        store_bind_text(&w->by_hash, 1, hash);
        r = read_id(&w->by_hash, 0, idp);
        if (r != WORDING_STORE_E_NONE)
                return r;
        store_bind_text(&w->insert, 1, hash);
        store_bind_text_n(&w->insert, 2, pack->data, pack->len);
        r = store_run(&w->insert);
        if (r == 0)
                *idp = store_last_rowid(w->store);
        return r;
}

static int run_and_see(struct wording_store *w, struct store_stmt *q, bool *changedp) {
        int r = store_run(q);

        *changedp |= r == 0 && store_changes(w->store) > 0;
        return r;
}

int wording_store_publish(
        struct wording_store *w, const struct wording_name *name, int64_t id, bool *changedp) {
        store_bind_text(&w->publish, 1, name->merchant);
        store_bind_text(&w->publish, 2, name->kind);
        store_bind_text(&w->publish, 3, code_of(name->language));
        store_bind_int64(&w->publish, 4, id);
        return run_and_see(w, &w->publish, changedp);
}

int wording_store_note(struct wording_store *w, const char *file, int version, const char *source, int64_t id,
        int64_t at_usec, bool *changedp) {
        char hash[SEAL_HASH_MAX];

        hash_of(source, strlen(source), hash);
        store_bind_text(&w->note, 1, file);
        store_bind_int64(&w->note, 2, version);
        store_bind_text(&w->note, 3, hash);
        store_bind_int64(&w->note, 4, id);
        store_bind_int64(&w->note, 5, at_usec);
        return run_and_see(w, &w->note, changedp);
}

int wording_store_next_merchant(
        struct wording_store *w, const char *after, char merchant[WORDING_MERCHANT_MAX]) {
        _cleanup_reset_ struct store_stmt *q = &w->next_merchant;
        int r;

        store_bind_text(q, 1, after);
        r = store_step(q);
        if (r != 0)
                return r;
        if (store_column_is_null(q, 0))
                return WORDING_STORE_E_NONE;
        return copy_text(merchant, WORDING_MERCHANT_MAX, store_column_str(q, 0)) ? 0 : -EBADMSG;
}

int wording_store_withdraw(struct wording_store *w, const char *merchant, bool *changedp) {
        store_bind_text(&w->withdraw, 1, merchant);
        return run_and_see(w, &w->withdraw, changedp);
}

int wording_store_put_logo(
        struct wording_store *w, const char *merchant, const void *bytes, size_t n, bool *changedp) {
        struct store_stmt *q = n > 0 ? &w->put_logo : &w->drop_logo;
        char hash[SEAL_HASH_MAX];

        store_bind_text(q, 1, merchant);
        if (n > 0) {
                seal_sha256(bytes, n, hash);
                store_bind_text(q, 2, hash);
                store_bind_blob(q, 3, bytes, n);
        }
        return run_and_see(w, q, changedp);
}

/* Whose it is. Return: 0 with @hash changed, STORE_E_EXISTS it is the same. */
static int find_logo(struct wording_store *w, const char *merchant, char hash[SEAL_HASH_MAX],
        char owner[WORDING_MERCHANT_MAX]) {
        _cleanup_reset_ struct store_stmt *q = &w->logo_hash;
        int r;

        store_bind_text(q, 1, merchant);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? WORDING_STORE_E_NONE : r;
        if (strcmp(store_column_str(q, 0), hash) == 0)
                return STORE_E_EXISTS;
        return copy_text(hash, SEAL_HASH_MAX, store_column_str(q, 0)) &&
                               copy_text(owner, WORDING_MERCHANT_MAX, store_column_str(q, 1))
                       ? 0
                       : -EBADMSG;
}

int wording_store_logo(
        struct wording_store *w, const char *merchant, char hash[SEAL_HASH_MAX], struct str *bytes) {
        _cleanup_reset_ struct store_stmt *q = &w->logo;
        char owner[WORDING_MERCHANT_MAX];
        const char *blob;
        int r = find_logo(w, merchant, hash, owner);

        if (r != 0)
                return r == STORE_E_EXISTS ? 0 : r;
        store_bind_text(q, 1, owner);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? WORDING_STORE_E_NONE : r;
        blob = store_column_blob(q, 0);
        str_clear(bytes);
        str_add_n(bytes, blob, store_column_bytes(q, 0));
        return bytes->error;
}

int wording_store_purge(struct wording_store *w) {
        return store_run(&w->purge);
}
