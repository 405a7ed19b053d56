/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/store/store-private.h"

#include <assert.h>
#include <errno.h>

int store_prepare(struct store *s, struct store_stmt *q, const char *sql) {
        sqlite3_stmt *handle = NULL;
        int rc;

        assert(!s->lent);
        assert(!q->handle);
        if (s->failure < 0)
                return s->failure;
        rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
        if (rc != SQLITE_OK)
                return store_translate(s, rc, sql);
        if (!handle)
                return -EINVAL; /* a comment only */
        *q = (struct store_stmt){.handle = handle, .store = s, .writes = !sqlite3_stmt_readonly(handle)};
        return 0;
}

int store_prepare_once(struct store *s, struct store_stmt *q, const char *sql) {
        return q->handle ? 0 : store_prepare(s, q, sql);
}

void store_finish(struct store_stmt *q) {
        (void) sqlite3_finalize(q->handle); /* repeats the error of the last step, which was told then */
        *q = (struct store_stmt){0};
}

static struct store_stmt *statement_at(void *target, size_t offset) {
        return (struct store_stmt *) (void *) ((char *) target + offset);
}

int store_prepare_all(struct store *s, void *target, const struct store_sql *table, size_t n) {
        for (size_t i = 0; i < n; i++) {
                int r = store_prepare(s, statement_at(target, table[i].offset), table[i].sql);

                if (r != 0) {
                        store_finish_all(target, table, i);
                        return r;
                }
        }
        return 0;
}

void store_finish_all(void *target, const struct store_sql *table, size_t n) {
        for (size_t i = 0; i < n; i++)
                store_finish(statement_at(target, table[i].offset));
}

static void bound(struct store_stmt *q, int rc) {
        assert(rc != SQLITE_RANGE &&
                rc != SQLITE_MISUSE); /* no such parameter; or not reset since the last row */
        if (rc != SQLITE_OK && q->error == 0)
                q->error = rc == SQLITE_TOOBIG ? -EMSGSIZE : -ENOMEM;
}

void store_bind_text_n(struct store_stmt *q, int i, const char *text, size_t n) {
        bound(q, sqlite3_bind_text64(q->handle, i, text, n, SQLITE_STATIC, SQLITE_UTF8));
}

void store_bind_text(struct store_stmt *q, int i, const char *text) {
        bound(q, sqlite3_bind_text(q->handle, i, text, -1, SQLITE_STATIC));
}

void store_bind_blob(struct store_stmt *q, int i, const void *bytes, size_t n) {
        bound(q, sqlite3_bind_blob64(q->handle, i, bytes, n, SQLITE_STATIC));
}

void store_bind_int64(struct store_stmt *q, int i, int64_t value) {
        bound(q, sqlite3_bind_int64(q->handle, i, value));
}

void store_bind_null(struct store_stmt *q, int i) {
        bound(q, sqlite3_bind_null(q->handle, i));
}

/* Why this statement may not even be tried; 0 when it may. */
static int step_forbidden(const struct store_stmt *q) {
        const struct store *s = q->store;

        if (s->failure < 0)
                return s->failure;
        if (q->error < 0)
                return q->error;
        if (!q->writes)
                return 0;
        /* Once SQLite rolled back by itself, a write would silently become a transaction of its own. */
        if (s->transaction_error < 0)
                return s->transaction_error;
        return s->in_transaction ? 0 : -EINVAL;
}

int store_step(struct store_stmt *q) {
        struct store *s = q->store;
        int rc, r;

        assert(!s->lent);
        r = step_forbidden(q);
        if (r < 0) {
                store_reset(q);
                return r;
        }
        rc = sqlite3_step(q->handle);
        if (rc == SQLITE_ROW)
                return 0;
        r = rc == SQLITE_DONE ? STORE_E_DONE : store_translate(s, rc, sqlite3_sql(q->handle));
        if (r < 0 && s->in_transaction && s->transaction_error == 0 && sqlite3_get_autocommit(s->db))
                s->transaction_error = r;
        store_reset(q);
        return r;
}

int store_run(struct store_stmt *q) {
        int r;

        do
                r = store_step(q);
        while (r == 0);
        return r == STORE_E_DONE ? 0 : r;
}

void store_reset(struct store_stmt *q) {
        if (!q->handle)
                return;
        (void) sqlite3_reset(q->handle);          /* repeats the error of the last step */
        (void) sqlite3_clear_bindings(q->handle); /* always OK; what was bound is no longer ours to read */
        q->error = 0;
}

int64_t store_column_int64(const struct store_stmt *q, int i) {
        return sqlite3_column_int64(q->handle, i);
}

const char *store_column_text(const struct store_stmt *q, int i) {
        return (const char *) sqlite3_column_text(q->handle, i);
}

const char *store_column_str(const struct store_stmt *q, int i) {
        const char *text = store_column_text(q, i);

        return text ? text : "";
}

size_t store_column_bytes(const struct store_stmt *q, int i) {
        return (size_t) sqlite3_column_bytes(q->handle, i);
}

const void *store_column_blob(const struct store_stmt *q, int i) {
        return sqlite3_column_blob(q->handle, i);
}

bool store_column_is_null(const struct store_stmt *q, int i) {
        return sqlite3_column_type(q->handle, i) == SQLITE_NULL;
}

int64_t store_changes(const struct store *s) {
        return sqlite3_changes64(s->db);
}

int64_t store_last_rowid(const struct store *s) {
        return sqlite3_last_insert_rowid(s->db);
}

int store_exec(struct store *s, const char *sql) {
        while (*sql) {
                sqlite3_stmt *handle = NULL;
                struct store_stmt q;
                int r;

                assert(!s->lent);
                if (s->failure < 0)
                        return s->failure;
                r = store_translate(s, sqlite3_prepare_v2(s->db, sql, -1, &handle, &sql), "exec");
                if (r != 0)
                        return r;
                if (!handle)
                        continue; /* white space or a comment */
                q = (struct store_stmt){
                        .handle = handle, .store = s, .writes = !sqlite3_stmt_readonly(handle)};
                r = store_run(&q);
                store_finish(&q);
                if (r != 0)
                        return r;
        }
        return 0;
}
