/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The connection as the files of this folder see it. */
#include "firmware/store/store.h"

#include <sqlite3.h>
#include <sys/types.h>

#define STORE_PAGE_BYTES                                                                                     \
        2048 /* of new files: a commit checksums, writes and syncs whole pages, and changes little in each */
#define STORE_META_MAX 256

enum store_role { STORE_ROLE_WRITER, STORE_ROLE_READER, STORE_ROLE_SCRATCH };

/* Statements of every connection; made at open. */
enum store_own {
        STORE_OWN_BEGIN,
        STORE_OWN_BEGIN_READ,
        STORE_OWN_COMMIT,
        STORE_OWN_ROLLBACK,
        STORE_OWN_SAVEPOINT,
        STORE_OWN_RELEASE,
        STORE_OWN_ROLLBACK_TO,
        N_STORE_OWN,
};

struct store {
        sqlite3 *db;
        char *path;
        enum store_role role;
        int lock_fd; /* writer: flock on "<path>.lock"; -1 otherwise */
        char log_id[HEX_ID_MAX];
        char machine_id[HEX_ID_MAX]; /* of this machine, "" when unknown */
        bool of_this_machine, checked;
        int version;
        dev_t device; /* which file is open, to see that it was replaced */
        ino_t inode;

        int failure;            /* sticky: -EIO, -EBADMSG */
        bool in_transaction;    /* between begin and commit as the caller sees it */
        int transaction_error;  /* what ended the transaction below the caller's feet */
        int64_t changes_before; /* rows changed by this connection when the transaction began */
        uint64_t n_undone;
        bool lent; /* in the committer's hand: every other use is a mistake */

        sqlite3_stmt *own[N_STORE_OWN];
        struct store_stmt meta_get, meta_put;
        struct store_stmt log_append, log_read, log_head, log_trim;
        struct store_stmt cursor_get, cursor_put;

        unsigned page_bytes;
        unsigned wal_frames, wal_frames_back; /* in the WAL, and of these already in the database file */
        unsigned wal_frames_tried;            /* in the WAL when it was last tried to write them back */
};

/* A SQLite result code -> our codes; makes the store suspect where that is due. The original text goes to
 * debug. */
int store_translate(struct store *s, int rc, const char *doing);
/* Its text for @d, with file name. Return: @error. */
int store_refuse(struct store *s, struct diag *d, int error, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

int store_new(struct store **sp, const char *path, enum store_role role);
/* Pragmas and limits that every connection has. */
int store_configure(struct store *s, const struct store_options *options);
int store_prepare_own(struct store *s);
/* One number of "PRAGMA x". */
int store_pragma_int(struct store *s, const char *sql, int64_t *valuep);

/* Fresh file: application id, meta, cursor, log. Then the migrations above user_version, one transaction
 * each. */
int store_migrate(struct store *s, const struct store_schema *schema, struct diag *d);
int store_quick_check(struct store *s, int budget_ms, struct diag *d);
int store_read_identity(struct store *s);
void store_watch_wal(struct store *s);
int store_fill_wal(struct store *s, size_t bytes);

/* For the committer, while the connection is lent to it. */
int store_commit_lent(struct store *s);
int store_checkpoint_lent(struct store *s);
/* Prepare on first use. */
int store_prepare_once(struct store *s, struct store_stmt *q, const char *sql);
