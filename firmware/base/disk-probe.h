/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How long a commit's last step takes: one block overwritten and synced, again and again, in a file without a name on that file system. Nothing is
 * left, whatever happens. Takes as long as the disk does: for a thread, or a program, that nobody waits for.
 *
 * Source: open(2), O_TMPFILE; fdatasync(2). The figures to expect are in firmware/docs/guides/install.md.
 */
#include <stdatomic.h>
#include <stdint.h>

#define DISK_PROBE_ROUNDS    200
#define DISK_PROBE_SLOW_USEC 50000 /* p99; above it a packer feels every scan */
#define DISK_PROBE_FAST_USEC 20    /* p50; below it, it may keep nothing */

struct disk_probe {
        int n; /* rounds that were measured */
        int64_t p50_usec, p99_usec, max_usec;
};
/**
 * disk_probe() - measure
 * @folder:     on the file system in question; must be writable
 * @limit_usec: no round begins later than this
 * @stop:       NULL, or set by another thread: no round begins any more
 *
 * Return: 0, also with fewer rounds; -ECANCELED not one was measured; -errno.
 */
int disk_probe(const char *folder, uint64_t limit_usec, atomic_bool *stop, struct disk_probe *out);
