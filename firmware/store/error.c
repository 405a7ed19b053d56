/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/log.h"
#include "firmware/base/str.h"
#include "firmware/store/store-private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* What a reader may meet while the writer is away, starting or recovering; none of it is a fault. */
static bool is_not_yet(int rc) {
        switch (rc & 0xff) {
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_BUSY:
        case SQLITE_PROTOCOL:
                return true;
        default:
                return false;
        }
}

static int translate_io(const struct store *s, int rc) {
        int error = sqlite3_system_errno(s->db);

        if (rc == SQLITE_IOERR_NOMEM)
                return -ENOMEM;
        /* SQLite calls only ENOSPC in write() "full"; a quota and a WAL index that cannot grow are the same
         * to us. */
        if (rc != SQLITE_IOERR_FSYNC && (error == ENOSPC || error == EDQUOT))
                return -ENOSPC;
        return -EIO;
}

static int translate_code(const struct store *s, int rc) {
        switch (rc & 0xff) {
        case SQLITE_OK:
                return 0;
        case SQLITE_FULL:
                return -ENOSPC;
        case SQLITE_IOERR:
                return translate_io(s, rc);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
                return -EBADMSG;
        case SQLITE_NOMEM:
                return -ENOMEM;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
                return -EBUSY;
        case SQLITE_CANTOPEN:
                return -ENOENT;
        case SQLITE_READONLY:
                return -EROFS;
        case SQLITE_PERM:
        case SQLITE_AUTH:
                return -EPERM;
        case SQLITE_TOOBIG:
                return -EMSGSIZE;
        case SQLITE_INTERRUPT:
                return -EINTR;
        case SQLITE_CONSTRAINT:
                if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
                        rc == SQLITE_CONSTRAINT_ROWID)
                        return STORE_E_EXISTS;
                return -EINVAL;
        default: /* ERROR, MISUSE, RANGE, SCHEMA, MISMATCH: the statement is wrong */
                return -EINVAL;
        }
}

/* A statement that was not reset holds its table: our own mistake, said with its text so that it is found at once. */
static void name_open_statements(struct store *s) {
        for (sqlite3_stmt *q = sqlite3_next_stmt(s->db, NULL); q; q = sqlite3_next_stmt(s->db, q))
                if (sqlite3_stmt_busy(q))
                        log_error("store %s: a statement was left open: %s", s->path, sqlite3_sql(q));
}

int store_translate(struct store *s, int rc, const char *doing) {
        int r;

        if (rc == SQLITE_OK)
                return 0;
        if (s->role == STORE_ROLE_READER && is_not_yet(rc))
                return STORE_E_NOT_YET;
        r = translate_code(s, rc);
        if (r == STORE_E_EXISTS)
                return r;
        log_debug("store %s: %s: %s (%d)", s->path, doing, sqlite3_errmsg(s->db), rc);
        if ((rc & 0xff) == SQLITE_LOCKED)
                name_open_statements(s);
        /* A reader's trouble passes with the next read; what the writer could not write or sync does not. */
        if (s->role != STORE_ROLE_READER && (r == -EIO || r == -EBADMSG) && s->failure == 0)
                s->failure = r;
        return r;
}

int store_refuse(struct store *s, struct diag *d, int error, const char *format, ...) {
        char text[DIAG_TEXT_MAX];
        va_list ap;

        if (!d)
                return error;
        va_start(ap, format);
        (void) vsnprintf(text, sizeof(text), format, ap); /* a cut text is still a text */
        va_end(ap);
        (void) copy_text(d->file, sizeof(d->file), s->path); /* cut likewise */
        diag_set(d, 0, 0, NULL, "%s", text);
        return error;
}
