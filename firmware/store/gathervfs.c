/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/store/gathervfs.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GATHER_BYTES (128 * 1024) /* a commit of many scans; one that is larger goes in several pieces */

struct gather_file {
        sqlite3_file base;
        sqlite3_file *real; /* in the memory behind this struct */
        char *bytes;        /* owned; NULL before the first write */
        int n;              /* of them, for the file from @at on */
        sqlite3_int64 at;
};

struct gather_vfs {
        sqlite3_vfs base;
        sqlite3_vfs *real;
        char name[64];
};

static struct gather_file *file_of(sqlite3_file *f) {
        return (struct gather_file *) f;
}

static sqlite3_file *real_of(sqlite3_file *f) {
        return file_of(f)->real;
}

/* What could not be written is forgotten: SQLite writes all of the transaction again, or nothing. */
static int flush(struct gather_file *f) {
        int n = f->n;

        f->n = 0;
        return n > 0 ? f->real->pMethods->xWrite(f->real, f->bytes, n, f->at) : SQLITE_OK;
}

static int gather_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at) {
        struct gather_file *f = file_of(file);

        if (f->n > 0 && (at != f->at + f->n || n > GATHER_BYTES - f->n)) {
                int rc = flush(f);

                if (rc != SQLITE_OK)
                        return rc;
        }
        if (!f->bytes)
                f->bytes = malloc(GATHER_BYTES);
        if (!f->bytes || n > GATHER_BYTES)
                return f->real->pMethods->xWrite(f->real, bytes, n, at);
        if (f->n == 0)
                f->at = at;
        memcpy(f->bytes + f->n, bytes, (size_t) n);
        f->n += n;
        return SQLITE_OK;
}

static int gather_sync(sqlite3_file *f, int flags) {
        int rc = flush(file_of(f));

        return rc == SQLITE_OK ? real_of(f)->pMethods->xSync(real_of(f), flags) : rc;
}

static int gather_read(sqlite3_file *f, void *bytes, int n, sqlite3_int64 at) {
        int rc = flush(file_of(f));

        return rc == SQLITE_OK ? real_of(f)->pMethods->xRead(real_of(f), bytes, n, at) : rc;
}

static int gather_truncate(sqlite3_file *f, sqlite3_int64 size) {
        int rc = flush(file_of(f));

        return rc == SQLITE_OK ? real_of(f)->pMethods->xTruncate(real_of(f), size) : rc;
}

static int gather_file_size(sqlite3_file *f, sqlite3_int64 *sizep) {
        int rc = flush(file_of(f));

        return rc == SQLITE_OK ? real_of(f)->pMethods->xFileSize(real_of(f), sizep) : rc;
}

/* What was never synced was never promised. */
static int gather_close(sqlite3_file *f) {
        free(file_of(f)->bytes);
        file_of(f)->bytes = NULL;
        return real_of(f)->pMethods->xClose(real_of(f));
}

/* All else goes straight through. A WAL has no shared memory of its own. */
static int gather_lock(sqlite3_file *f, int level) {
        return real_of(f)->pMethods->xLock(real_of(f), level);
}
static int gather_unlock(sqlite3_file *f, int level) {
        return real_of(f)->pMethods->xUnlock(real_of(f), level);
}
static int gather_check_lock(sqlite3_file *f, int *heldp) {
        return real_of(f)->pMethods->xCheckReservedLock(real_of(f), heldp);
}
static int gather_control(sqlite3_file *f, int op, void *argument) {
        return real_of(f)->pMethods->xFileControl(real_of(f), op, argument);
}
static int gather_sector_size(sqlite3_file *f) {
        return real_of(f)->pMethods->xSectorSize(real_of(f));
}
static int gather_characteristics(sqlite3_file *f) {
        return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static const sqlite3_io_methods methods = {
        .iVersion = 1,
        .xClose = gather_close,
        .xRead = gather_read,
        .xWrite = gather_write,
        .xTruncate = gather_truncate,
        .xSync = gather_sync,
        .xFileSize = gather_file_size,
        .xLock = gather_lock,
        .xUnlock = gather_unlock,
        .xCheckReservedLock = gather_check_lock,
        .xFileControl = gather_control,
        .xSectorSize = gather_sector_size,
        .xDeviceCharacteristics = gather_characteristics,
};

/* Every other file is opened as if we were not there. */
static int gather_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
        struct gather_vfs *v = (struct gather_vfs *) vfs;
        struct gather_file *f = file_of(file);
        int rc;

        if (!(flags & SQLITE_OPEN_WAL))
                return v->real->xOpen(v->real, name, file, flags, out_flags);
        *f = (struct gather_file){.real = (sqlite3_file *) (f + 1)};
        rc = v->real->xOpen(v->real, name, f->real, flags, out_flags);
        /* SQLite calls xClose after a failed open only when there are methods. */
        f->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
        return rc;
}

const char *gathervfs_over(const char *base) {
        sqlite3_vfs *real = sqlite3_vfs_find(base), *known;
        struct gather_vfs *v;
        char name[sizeof(v->name)];

        if (!real)
                return NULL;
        (void) snprintf(name, sizeof(name), "okuru-gather-%s", real->zName);
        known = sqlite3_vfs_find(name);
        if (known)
                return known->zName;
        v = calloc(1, sizeof(*v));
        if (!v)
                return NULL;
        /* All the other methods work on names and never look at the struct that they are called with. */
        v->base = *real;
        v->base.pNext = NULL;
        memcpy(v->name, name, sizeof(name));
        v->base.zName = v->name;
        v->base.szOsFile = (int) sizeof(struct gather_file) + real->szOsFile;
        v->base.xOpen = gather_open;
        v->real = real;
        return sqlite3_vfs_register(&v->base, 0) == SQLITE_OK ? v->base.zName : NULL;
}
