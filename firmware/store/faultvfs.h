/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A disk that is slow, full or broken on demand: a shim over SQLite's default VFS. In builds with OKURU_TEST_CLOCK only.
 *
 * Unit tests register a plan by name (store_options.vfs). Whole programs read the file that the environment variable
 * OKURU_TEST_STORAGE names at each sync and write: "7000" delays syncs by 7,000 ms (a smaller number ends a delay that is
 * going on), "eio" fails syncs, "full" fails writes; no file or an empty one changes nothing.
 *
 * Source: https://sqlite.org/vfs.html ("Multiple VFSes", shims)
 */
#include <stdatomic.h>

struct fault_plan {
        atomic_int
                fail_sync_in; /* 1: the next sync fails with EIO, 2: the one after …; 0 none. Counts down. */
        atomic_int fail_write_in; /* the same for writes */
        atomic_int fail_writes;   /* how many writes fail from there on; 0 counts as 1, -1 for ever */
        atomic_int full;          /* failing writes say "disk full" instead of EIO */
        atomic_int sync_delay_ms;
        atomic_int n_syncs, n_writes; /* seen so far */
        const char *file;             /* as OKURU_TEST_STORAGE; NULL none. Set before use. */
};

/* @name, @plan: borrowed until the process ends. Return: 0, -ENOMEM. */
int faultvfs_register(const char *name, struct fault_plan *plan);

/* The name of the VFS that OKURU_TEST_STORAGE asks for, registered once; NULL when it does not. */
const char *faultvfs_from_environment(void);
