/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/str.h"
#include "firmware/store/store-private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

int store_new(struct store **sp, const char *path, enum store_role role) {
        struct store *s = calloc(1, sizeof(*s));

        if (!s)
                return -ENOMEM;
        /* Nobody asks how much memory SQLite uses: counting it takes a mutex at each allocation. Refused after the first open. */
        (void) sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        s->lock_fd = -1;
        s->role = role;
        s->path = strdup(path);
        if (!s->path) {
                free(s);
                return -ENOMEM;
        }
        *sp = s;
        return 0;
}

static void finish_statements(struct store *s) {
        struct store_stmt *const statements[] = {&s->meta_get, &s->meta_put, &s->log_append, &s->log_read,
                &s->log_head, &s->log_trim, &s->cursor_get, &s->cursor_put};

        for (size_t i = 0; i < ELEMENTSOF(statements); i++)
                store_finish(statements[i]);
        for (size_t i = 0; i < N_STORE_OWN; i++)
                (void) sqlite3_finalize(s->own[i]); /* repeats an error that was told */
}

struct store *store_close(struct store *s) {
        if (!s)
                return NULL;
        if (s->db) {
                int rc;

                store_rollback(s);
                finish_statements(s);
                /* What a suspect disk says about the WAL is not copied into the database; the next open verifies it. */
                if (s->failure < 0)
                        (void) sqlite3_db_config(
                                s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL); /* a known switch */
                rc = sqlite3_close(s->db);
                assert(rc == SQLITE_OK); /* a caller's statement was not finished */
                (void) rc;
        }
        /* The lock goes last: until here the connection may write the checkpoint of its close. */
        closep(&s->lock_fd);
        free(s->path);
        free(s);
        return NULL;
}

int store_pragma_int(struct store *s, const char *sql, int64_t *valuep) {
        sqlite3_stmt *q = NULL;
        int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);

        if (rc == SQLITE_OK)
                rc = sqlite3_step(q);
        if (rc == SQLITE_ROW && valuep)
                *valuep = sqlite3_column_int64(q, 0);
        if (rc == SQLITE_ROW || rc == SQLITE_DONE)
                rc = SQLITE_OK;
        rc = store_translate(s, rc, sql);
        (void) sqlite3_finalize(q); /* repeats rc */
        return rc;
}

/* 32 hex digits and a newline; "" when there is none (a container, a first boot). */
static void read_machine_id(struct store *s) {
        _autoclose_ int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
        char text[HEX_ID_MAX] = "";

        if (fd >= 0 && read(fd, text, sizeof(text) - 1) == (ssize_t) sizeof(text) - 1 &&
                hex_id_is_valid(text))
                (void) copy_text(s->machine_id, sizeof(s->machine_id), text); /* same size */
}

static const struct {
        int limit, value;
} limits[] = {
        {SQLITE_LIMIT_LENGTH, 4 * 1024 * 1024}, /* one value or row: the largest message is far below */
        {SQLITE_LIMIT_SQL_LENGTH, 256 * 1024},  /* migrations are our longest texts */
        {SQLITE_LIMIT_COLUMN, 100},
        {SQLITE_LIMIT_EXPR_DEPTH, 100},
        {SQLITE_LIMIT_COMPOUND_SELECT, 50},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 250},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 4},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
};

static const struct {
        int config, on;
} switches[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0}, /* "x" is a column and never a text: a typing mistake shows */
        {SQLITE_DBCONFIG_DQS_DDL, 0},
};

int store_configure(struct store *s, const struct store_options *options) {
        char cache[48];
        int64_t ignored = 0;
        int r = 0;

        for (size_t i = 0; i < ELEMENTSOF(switches) && r == 0; i++) {
                int now = -1;

                r = store_translate(
                        s, sqlite3_db_config(s->db, switches[i].config, switches[i].on, &now), "db_config");
                if (r == 0 && now != switches[i].on)
                        r = -EINVAL;
        }
        for (size_t i = 0; i < ELEMENTSOF(limits); i++)
                (void) sqlite3_limit(s->db, limits[i].limit, limits[i].value); /* returns the value before */

        (void) sqlite3_snprintf(sizeof(cache), cache, "PRAGMA cache_size=-%d",
                options && options->cache_kib ? options->cache_kib : 1024);
        if (r == 0)
                r = store_pragma_int(s, cache, &ignored);
        if (r == 0)
                r = store_pragma_int(s, "PRAGMA mmap_size=0", &ignored);
        if (r == 0)
                r = store_pragma_int(s, "PRAGMA temp_store=MEMORY", &ignored);
        /* What was erased (contact data above all) is overwritten, whatever Debian's build has as default. */
        if (r == 0)
                r = store_pragma_int(s, "PRAGMA secure_delete=ON", &ignored);
        /* A WAL that a reader made grow is cut back when it begins anew. */
        if (r == 0 && s->role == STORE_ROLE_WRITER)
                r = store_pragma_int(s, "PRAGMA journal_size_limit=4194304", &ignored);
        if (options && options->machine_id)
                (void) copy_text(s->machine_id, sizeof(s->machine_id),
                        options->machine_id); /* longer is no machine id */
        else
                read_machine_id(s);
        return r;
}

const char *store_log_id(const struct store *s) {
        return s->log_id;
}

const char *store_path(const struct store *s) {
        return s->path;
}

int store_version(const struct store *s) {
        return s->version;
}

bool store_is_of_this_machine(const struct store *s) {
        return s->of_this_machine;
}

bool store_is_checked(const struct store *s) {
        return s->checked;
}

int store_failure(const struct store *s) {
        return s->failure;
}
