/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/store/faultvfs.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct fault_file {
        sqlite3_file base;
        struct fault_plan *plan;
        sqlite3_file *real; /* in the memory behind this struct */
};

struct fault_vfs {
        sqlite3_vfs base;
        struct fault_plan *plan;
        sqlite3_vfs *real;
};

static sqlite3_file *real_of(sqlite3_file *f) {
        return ((struct fault_file *) f)->real;
}

static struct fault_plan *plan_of(sqlite3_file *f) {
        return ((struct fault_file *) f)->plan;
}

static int64_t now_ms(void) {
        return (int64_t) (monotonic_usec() / USEC_PER_MSEC);
}

/* The word in the plan's file; "" without one. */
static void read_word(const struct fault_plan *plan, char word[16]) {
        FILE *f = plan->file ? fopen(plan->file, "re") : NULL;

        word[0] = 0;
        if (!f)
                return;
        if (fscanf(f, "%15s", word) != 1)
                word[0] = 0;
        (void) fclose(f); /* it was only read */
}

static int delay_ms(const struct fault_plan *plan) {
        char word[16], *end;
        long ms;

        read_word(plan, word);
        ms = strtol(word, &end, 10);
        return end == word ? plan->sync_delay_ms : (int) ms;
}

/* In slices, so that a test can end a delay that is going on. */
static void wait_for_disk(const struct fault_plan *plan) {
        const struct timespec slice = {.tv_nsec = 5000000};
        int64_t start = now_ms();

        while (now_ms() - start < delay_ms(plan))
                (void) nanosleep(&slice, NULL); /* an interrupted slice is a shorter one */
}

static bool file_says(const struct fault_plan *plan, const char *what) {
        char word[16];

        read_word(plan, word);
        return strcmp(word, what) == 0;
}

/* True when the count-down ends with this call. */
static bool count_down(atomic_int *n) {
        int before = atomic_load(n);

        return before > 0 && atomic_fetch_sub(n, 1) == 1;
}

static int fault_sync(sqlite3_file *f, int flags) {
        struct fault_plan *plan = plan_of(f);

        atomic_fetch_add(&plan->n_syncs, 1);
        wait_for_disk(plan);
        if (count_down(&plan->fail_sync_in) || file_says(plan, "eio"))
                return SQLITE_IOERR_FSYNC;
        return real_of(f)->pMethods->xSync(real_of(f), flags);
}

static bool write_fails(struct fault_plan *plan) {
        int left;

        if (file_says(plan, "full"))
                return true;
        if (!count_down(&plan->fail_write_in))
                return false;
        /* Armed again for the next write, until the number of failures is used up. */
        left = atomic_load(&plan->fail_writes);
        if (left < 0 || left > 1)
                atomic_store(&plan->fail_write_in, 1);
        if (left > 1)
                atomic_store(&plan->fail_writes, left - 1);
        return true;
}

static int fault_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at) {
        struct fault_plan *plan = plan_of(f);

        atomic_fetch_add(&plan->n_writes, 1);
        if (write_fails(plan))
                return plan->full || plan->file ? SQLITE_FULL : SQLITE_IOERR_WRITE;
        return real_of(f)->pMethods->xWrite(real_of(f), bytes, n, at);
}

/* All else goes straight through. */
static int fault_close(sqlite3_file *f) {
        return real_of(f)->pMethods->xClose(real_of(f));
}
static int fault_read(sqlite3_file *f, void *bytes, int n, sqlite3_int64 at) {
        return real_of(f)->pMethods->xRead(real_of(f), bytes, n, at);
}
static int fault_truncate(sqlite3_file *f, sqlite3_int64 size) {
        return real_of(f)->pMethods->xTruncate(real_of(f), size);
}
static int fault_file_size(sqlite3_file *f, sqlite3_int64 *sizep) {
        return real_of(f)->pMethods->xFileSize(real_of(f), sizep);
}
static int fault_lock(sqlite3_file *f, int level) {
        return real_of(f)->pMethods->xLock(real_of(f), level);
}
static int fault_unlock(sqlite3_file *f, int level) {
        return real_of(f)->pMethods->xUnlock(real_of(f), level);
}
static int fault_check_lock(sqlite3_file *f, int *heldp) {
        return real_of(f)->pMethods->xCheckReservedLock(real_of(f), heldp);
}
static int fault_control(sqlite3_file *f, int op, void *argument) {
        return real_of(f)->pMethods->xFileControl(real_of(f), op, argument);
}
static int fault_sector_size(sqlite3_file *f) {
        return real_of(f)->pMethods->xSectorSize(real_of(f));
}
static int fault_characteristics(sqlite3_file *f) {
        return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}
static int fault_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **mapp) {
        return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, mapp);
}
static int fault_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
        return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}
static void fault_shm_barrier(sqlite3_file *f) {
        real_of(f)->pMethods->xShmBarrier(real_of(f));
}
static int fault_shm_unmap(sqlite3_file *f, int delete_it) {
        return real_of(f)->pMethods->xShmUnmap(real_of(f), delete_it);
}

static const sqlite3_io_methods methods = {
        .iVersion = 2,
        .xClose = fault_close,
        .xRead = fault_read,
        .xWrite = fault_write,
        .xTruncate = fault_truncate,
        .xSync = fault_sync,
        .xFileSize = fault_file_size,
        .xLock = fault_lock,
        .xUnlock = fault_unlock,
        .xCheckReservedLock = fault_check_lock,
        .xFileControl = fault_control,
        .xSectorSize = fault_sector_size,
        .xDeviceCharacteristics = fault_characteristics,
        .xShmMap = fault_shm_map,
        .xShmLock = fault_shm_lock,
        .xShmBarrier = fault_shm_barrier,
        .xShmUnmap = fault_shm_unmap,
};

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags) {
        struct fault_vfs *v = (struct fault_vfs *) vfs;
        struct fault_file *file = (struct fault_file *) f;
        int rc;

        file->plan = v->plan;
        file->real = (sqlite3_file *) (file + 1);
        rc = v->real->xOpen(v->real, name, file->real, flags, out_flags);
        /* SQLite calls xClose after a failed open only when there are methods. */
        file->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
        return rc;
}

int faultvfs_register(const char *name, struct fault_plan *plan) {
        sqlite3_vfs *real = sqlite3_vfs_find(NULL);
        struct fault_vfs *v = real ? calloc(1, sizeof(*v)) : NULL;

        if (!v)
                return -ENOMEM;
        /* All the other methods work on names and never look at the struct that they are called with. */
        v->base = *real;
        v->base.pNext = NULL;
        v->base.zName = name;
        v->base.szOsFile = (int) sizeof(struct fault_file) + real->szOsFile;
        v->base.xOpen = fault_open;
        v->plan = plan;
        v->real = real;
        return sqlite3_vfs_register(&v->base, 0) == SQLITE_OK ? 0 : -ENOMEM;
}

const char *faultvfs_from_environment(void) {
        static struct fault_plan plan; /* a VFS is one per process, and so is its plan */

        if (!plan.file) {
                plan.file = getenv("OKURU_TEST_STORAGE");
                if (!plan.file || faultvfs_register("okuru-fault", &plan) < 0)
                        return NULL;
        }
        return "okuru-fault";
}
