/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/store/store-private.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

static const char *const own_sql[N_STORE_OWN] = {
        [STORE_OWN_BEGIN] = "BEGIN IMMEDIATE",
        [STORE_OWN_BEGIN_READ] = "BEGIN",
        [STORE_OWN_COMMIT] = "COMMIT",
        [STORE_OWN_ROLLBACK] = "ROLLBACK",
        [STORE_OWN_SAVEPOINT] = "SAVEPOINT input",
        [STORE_OWN_RELEASE] = "RELEASE input",
        [STORE_OWN_ROLLBACK_TO] = "ROLLBACK TO input",
};

int store_prepare_own(struct store *s) {
        for (size_t i = 0; i < N_STORE_OWN; i++) {
                int rc = sqlite3_prepare_v3(
                        s->db, own_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s->own[i], NULL);

                if (rc != SQLITE_OK)
                        return store_translate(s, rc, own_sql[i]);
        }
        return 0;
}

static int run_own(struct store *s, enum store_own which) {
        int rc = sqlite3_step(s->own[which]);
        int r = rc == SQLITE_DONE ? 0 : store_translate(s, rc, own_sql[which]);

        (void) sqlite3_reset(s->own[which]); /* repeats the error of the step */
        return r;
}

int store_begin(struct store *s) {
        int r;

        assert(!s->lent);
        assert(!s->in_transaction);
        if (s->failure < 0)
                return s->failure;
        r = run_own(s, STORE_OWN_BEGIN);
        if (r != 0)
                return r;
        s->in_transaction = true;
        s->transaction_error = 0;
        s->changes_before = sqlite3_total_changes64(s->db);
        return 0;
}

static void roll_back(struct store *s) {
        s->n_undone += sqlite3_total_changes64(s->db) != s->changes_before;
        if (!sqlite3_get_autocommit(s->db))
                (void) run_own(s, STORE_OWN_ROLLBACK); /* fails only when SQLite rolled back before us */
        s->in_transaction = false;
        s->transaction_error = 0;
}

int store_commit_lent(struct store *s) {
        int r = s->failure < 0 ? s->failure : s->transaction_error;

        assert(s->in_transaction);
        if (r == 0)
                r = run_own(s, STORE_OWN_COMMIT);
        if (r != 0) {
                roll_back(s);
                return r;
        }
        s->in_transaction = false;
        return 0;
}

int store_commit(struct store *s) {
        assert(!s->lent);
        return store_commit_lent(s);
}

void store_rollback(struct store *s) {
        assert(!s->lent);
        roll_back(s);
}

uint64_t store_n_undone(const struct store *s) {
        return s->n_undone;
}

int64_t store_n_changes(const struct store *s) {
        return sqlite3_total_changes64(s->db);
}

bool store_in_transaction(const struct store *s) {
        return s->in_transaction;
}

static int step_savepoint(struct store *s, enum store_own which) {
        int r;

        assert(!s->lent);
        assert(s->in_transaction);
        if (s->failure < 0)
                return s->failure;
        if (s->transaction_error < 0)
                return s->transaction_error;
        r = run_own(s, which);
        if (r < 0 && sqlite3_get_autocommit(s->db))
                s->transaction_error = r;
        return r;
}

int store_savepoint(struct store *s) {
        return step_savepoint(s, STORE_OWN_SAVEPOINT);
}

int store_release(struct store *s) {
        return step_savepoint(s, STORE_OWN_RELEASE);
}

int store_rollback_to(struct store *s) {
        int r = step_savepoint(s, STORE_OWN_ROLLBACK_TO);

        s->n_undone++;
        /* ROLLBACK TO leaves the savepoint open. */
        return r != 0 ? r : step_savepoint(s, STORE_OWN_RELEASE);
}

bool store_reader_is_stale(const struct store *s) {
        struct stat st;

        if (s->role != STORE_ROLE_READER)
                return false;
        return stat(s->path, &st) < 0 || st.st_ino != s->inode || st.st_dev != s->device;
}

int store_read_begin(struct store *s) {
        char log_id[HEX_ID_MAX];
        int r;

        assert(!s->lent);
        assert(!s->in_transaction);
        if (s->failure < 0)
                return s->failure;
        if (store_reader_is_stale(s))
                return STORE_E_STALE;
        r = run_own(s, STORE_OWN_BEGIN_READ);
        if (r != 0)
                return r;
        /* BEGIN alone fixes nothing: the first read does. Reading the log id also sees a file overwritten in
         * place. */
        r = store_meta_get(s, "log_id", log_id, sizeof(log_id));
        if (r == 0 && strcmp(log_id, s->log_id) == 0)
                return 0;
        store_read_end(s);
        return r < 0 || r == STORE_E_NOT_YET ? r : STORE_E_STALE;
}

void store_read_end(struct store *s) {
        assert(!s->in_transaction);
        if (!sqlite3_get_autocommit(s->db))
                (void) run_own(s, STORE_OWN_COMMIT); /* nothing was written, so nothing can be lost */
}
