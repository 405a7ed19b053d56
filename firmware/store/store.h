/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One SQLite database under the project's open rules: one writer that commits durably, and readers that can
 * never be in its way. The only folder that knows sqlite3. Not thread-safe: a connection is in exactly one
 * hand at a time (see committer.h).
 *
 * Writer: WAL, synchronous=FULL read back, no automatic checkpoint, the WAL kept at close (PERSIST_WAL),
 * DEFENSIVE, untrusted schema, no extensions, lowered limits; a lock beside the file keeps a second writer
 * out. Every write needs a transaction. Reader: mode=ro and readonly_shm=1, so that it makes no file and owns
 * no WAL, also as root; it never checkpoints.
 *
 * Storage suspect: after an I/O error of the writer (fsync above all) or a corrupt page the store answers
 * -EIO or -EBADMSG to everything until it is opened anew. SQLite itself would say OK to the next commit.
 *
 * Source: https://sqlite.org/wal.html (read-only databases, persistent WAL), pragma.html,
 * c3ref/c_fcntl_begin_atomic_write.html; measured on 3.40.1: after EIO in fsync one commit fails with 1034
 * and the next ones succeed.
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/diag.h"
#include "firmware/base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Positive outcomes; each function names those it can have. */
enum {
        STORE_E_DONE = 1, /* no further row */
        STORE_E_EXISTS,   /* a row with this key is there already; the statement changed nothing */
        STORE_E_NOT_YET,  /* the database (or its WAL) is not there yet, or not readable yet: come again later
                           */
        STORE_E_STALE,    /* the file was replaced by another one: close and open anew */
        STORE_E_OTHER_LOG, /* the cursor stands in another log than asked for */
        STORE_E_NONE,      /* nothing of that name */
};

struct store; /* a connection */

struct store_migration {
        int number;       /* 1, 2, 3 … without gaps */
        const char *name; /* the file's name without .sql, e.g. "0001-facts" */
        const char *sql;  /* statements; no BEGIN, COMMIT or PRAGMA */
};

/* What a database is. okuru_embed_sql() of CMake makes the array from schema/NNNN-*.sql. */
struct store_schema {
        const char *name;        /* for messages, e.g. "ledger" */
        uint32_t application_id; /* PRAGMA application_id; never 0, one per kind of database */
        const struct store_migration *migrations;
        size_t n_migrations;
        bool has_log; /* the table of log.h is wanted */
};

struct store_options {
        int check_ms;  /* quick_check at open: 0 none, -1 all of it, else table by table until so many ms are
                          over */
        int cache_kib; /* page cache; 0 for 1024 */
        size_t wal_bytes; /* room written into the WAL at open, so that commits overwrite and do not grow it;
                             0 none */
        const char *vfs;  /* NULL: the default one; faultvfs.h in tests */
        const char *machine_id; /* NULL: /etc/machine-id */
};

/**
 * store_open_writer() - open as the one writer; make the file when there is none; bring its schema up to date
 * @path:    its folder must belong to the effective user and be writable by nobody else (-EPERM); the file
 * gets mode 0640
 * @options: NULL for none
 * @d:       NULL, or told in words why not
 *
 * Return: 0; -EBUSY another writer has it; -ENOTSUP written by a newer version; -EMEDIUMTYPE not a database
 * of this kind; -EBADMSG damaged; -EPERM folder or file belong to somebody else; -EINVAL a migration failed
 * (the file is as it was before that migration); -EIO, -ENOSPC, -ENOMEM, other -errno.
 */
int store_open_writer(struct store **sp, const char *path, const struct store_schema *schema,
        const struct store_options *options, struct diag *d);

/**
 * store_open_reader() - open read-only beside a writer, which may be up, killed or stopped
 * @application_id: kind of database that is expected
 * @version_min, @version_max: schema versions (number of the last migration) that the caller can read
 *
 * Return: 0; STORE_E_NOT_YET: no file, no WAL, no permission, or older than @version_min; -ENOTSUP newer than
 * @version_max; -EMEDIUMTYPE another kind; -EBADMSG damaged; -EIO, -ENOMEM.
 */
int store_open_reader(struct store **sp, const char *path, uint32_t application_id, int version_min,
        int version_max, struct diag *d);

/* In memory, with the schema, gone at close: for a rebuild that is compared, and for tests. Return: as
 * store_open_writer(). */
int store_open_scratch(struct store **sp, const struct store_schema *schema, struct diag *d);

/* Rolls back what is open. Statements must be finished before. Return: NULL. */
struct store *store_close(struct store *s);
static inline void store_closep(struct store **p) {
        *p = store_close(*p);
}

/* The random id made with the database: 32 hex digits. Borrowed until close. */
const char *store_log_id(const struct store *s);
const char *store_path(const struct store *s);
int store_version(const struct store *s);
/* False when the database was made on another machine (a disk that moved, a copied image). */
bool store_is_of_this_machine(const struct store *s);
/* True when quick_check at open saw every table within its time. */
bool store_is_checked(const struct store *s);
/* 0, or the sticky error after which the store refuses everything. */
int store_failure(const struct store *s);

/* ---- statements ---- */

/* Prepared once, beside the connection; zero is valid (not prepared). */
struct store_stmt {
        struct sqlite3_stmt *handle;
        struct store *store;
        int error; /* of a bind; told by the next step */
        bool writes;
};

/**
 * store_prepare() - compile one statement
 * @q: finish with store_finish() before the store is closed
 *
 * Return: 0, -EINVAL the text is wrong (said at debug), STORE_E_NOT_YET on a reader, -ENOMEM, -EIO.
 */
int store_prepare(struct store *s, struct store_stmt *q, const char *sql);
void store_finish(struct store_stmt *q); /* twice is harmless */

struct store_sql {
        size_t offset; /* of the struct store_stmt within the target */
        const char *sql;
};
/* A struct of statements from a table. On failure all are finished. Return: as store_prepare(). */
int store_prepare_all(struct store *s, void *target, const struct store_sql *table, size_t n);
void store_finish_all(void *target, const struct store_sql *table, size_t n);

/* Parameters are numbered from 1. Text and blobs are borrowed until the statement is reset; NULL binds NULL.
 */
void store_bind_text(struct store_stmt *q, int i, const char *text);
void store_bind_text_n(struct store_stmt *q, int i, const char *text, size_t n);
void store_bind_blob(struct store_stmt *q, int i, const void *bytes, size_t n);
void store_bind_int64(struct store_stmt *q, int i, int64_t value);
void store_bind_null(struct store_stmt *q, int i);

/**
 * store_step() - the next row
 *
 * After any return but 0 the statement is reset and its parameters are NULL again. Leave a loop early only
 * with _cleanup_reset_ or store_reset().
 *
 * Return: 0 there is a row; STORE_E_DONE; STORE_E_EXISTS unique or primary key is taken; STORE_E_NOT_YET on a
 * reader; -EINVAL another constraint, or a write outside of a transaction; -ENOSPC; -EIO; -EBADMSG; -ENOMEM.
 * When the error took the whole transaction with it (full disk, I/O), further writes and the commit return
 * the same error.
 */
int store_step(struct store_stmt *q);
/* Steps to the end, ignoring rows. Return: 0 instead of STORE_E_DONE, all else as store_step(). */
int store_run(struct store_stmt *q);
void store_reset(struct store_stmt *q);
static inline void store_resetp(struct store_stmt **p) {
        if (*p)
                store_reset(*p);
}
/* _cleanup_reset_ struct store_stmt *q = &ledger->find; is reset when the scope ends. */
#define _cleanup_reset_ _cleanup_(store_resetp)

/* Columns are numbered from 0. Text and blobs are borrowed until the next step or reset; NULL for NULL. */
int64_t store_column_int64(const struct store_stmt *q, int i); /* NULL gives 0 */
const char *store_column_text(const struct store_stmt *q, int i);
const char *store_column_str(const struct store_stmt *q, int i); /* the same, "" for NULL */
size_t store_column_bytes(const struct store_stmt *q, int i); /* call after store_column_text() or _blob() */
const void *store_column_blob(const struct store_stmt *q, int i);
bool store_column_is_null(const struct store_stmt *q, int i);

int64_t store_changes(const struct store *s);    /* rows changed by the last INSERT, UPDATE, DELETE */
int64_t store_last_rowid(const struct store *s); /* of the last INSERT */

/* Several statements without parameters, once, not on the hot path. Return: as store_step(), 0 when done. */
int store_exec(struct store *s, const char *sql);

/* ---- transactions ---- */

/* BEGIN IMMEDIATE. Return: 0, -EIO …; -EBUSY when somebody broke the rule of one writer. */
int store_begin(struct store *s);
/**
 * store_commit() - make it durable: one sync of the WAL
 *
 * The transaction is over afterwards, whatever is returned. After -EIO it is unknown whether it lasts: only
 * the file, opened anew, can tell.
 *
 * Return: 0; -ENOSPC full, nothing changed; -EIO storage suspect; -EBADMSG damaged; or the error that ended
 * the transaction.
 */
int store_commit(struct store *s);
void store_rollback(struct store *s); /* harmless without a transaction */
bool store_in_transaction(const struct store *s);
/* Another number than before: something that was written was taken back, and what was read of it is worth nothing. */
uint64_t store_n_undone(const struct store *s);
/* Rows ever changed through this connection: the same number as before, nothing was written. */
int64_t store_n_changes(const struct store *s);

/* One input's part of a transaction; they nest. Return: 0, or the error that ended the transaction. */
int store_savepoint(struct store *s);
int store_release(struct store *s);     /* keep it */
int store_rollback_to(struct store *s); /* undo it; the savepoint is gone too */

/**
 * store_read_begin() - fix one state of the database for several reads; finish soon, an open read keeps the
 * WAL growing
 *
 * Return: 0; on a reader STORE_E_NOT_YET or STORE_E_STALE; -EBADMSG, -EIO.
 */
int store_read_begin(struct store *s);
void store_read_end(struct store *s); /* harmless without store_read_begin() */
/* True when @path names another file (or none) than the one that is open. */
bool store_reader_is_stale(const struct store *s);

/* ---- small facts of the database itself ---- */

/* Return: 0 with @value filled, STORE_E_NONE, -ENAMETOOLONG when @size is too small, or as store_step(). */
int store_meta_get(struct store *s, const char *key, char *value, size_t size);
int store_meta_put(struct store *s, const char *key, const char *value); /* within a transaction */

/* ---- WAL ---- */

#define STORE_WAL_CHECKPOINT_BYTES (4 * 1024 * 1024) /* past this a checkpoint is due, idle or not */
#define STORE_WAL_IDLE_BYTES                                                                                 \
        (256 * 1024) /* below this idling is no reason: it costs the next commit a second sync */
#define STORE_WAL_IDLE_USEC 200000

/* Checkpoints are tried each 4 MiB: with so much left over, a reader does not finish and lets nothing be written back. */
#define STORE_WAL_HELD_BYTES (32 * 1024 * 1024)

/* Bytes in the WAL that are not yet in the database file. No system call. */
uint64_t store_wal_bytes(const struct store *s);
/* Of these, what came since the last checkpoint: what a reader holds back is not tried again after each commit. */
uint64_t store_wal_untried_bytes(const struct store *s);
/* Whether a checkpoint is worth it now; @idle_usec: how long nobody has asked for a commit. */
bool store_checkpoint_is_due(const struct store *s, uint64_t idle_usec);
/* Return: 0 (also when a reader held it back: see store_wal_bytes()), -EIO, -ENOSPC, -EBADMSG. Not within a
 * transaction. */
int store_checkpoint_passive(struct store *s);
