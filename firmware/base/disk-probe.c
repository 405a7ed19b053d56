/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/disk-probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define BLOCK 4096

static int compare_usec(const void *a, const void *b) {
        int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

        return (x > y) - (x < y);
}

static int write_once(int fd) {
        static const char block[BLOCK] = "okuru";

        return pwrite(fd, block, sizeof(block), 0) != sizeof(block) || fdatasync(fd) < 0 ? -errno : 0;
}

/* Return: how many, -errno. */
static int measure(int fd, uint64_t limit_usec, atomic_bool *stop, int64_t usec[DISK_PROBE_ROUNDS]) {
        const uint64_t begin = monotonic_usec();
        int r = write_once(fd); /* the first makes the file grow */

        for (int i = 0; r == 0; i++) {
                uint64_t now = monotonic_usec();

                if (i == DISK_PROBE_ROUNDS || now - begin >= limit_usec || (stop && atomic_load(stop)))
                        return i;
                r = write_once(fd);
                usec[i] = (int64_t) (monotonic_usec() - now);
        }
        return r;
}

int disk_probe(const char *folder, uint64_t limit_usec, atomic_bool *stop, struct disk_probe *out) {
        _autoclose_ int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        int64_t usec[DISK_PROBE_ROUNDS];
        int n = fd < 0 ? -errno : measure(fd, limit_usec, stop, usec);

        if (n <= 0)
                return n < 0 ? n : -ECANCELED;
        qsort(usec, (size_t) n, sizeof(*usec), compare_usec);
        *out = (struct disk_probe){
                .n = n, .p50_usec = usec[n / 2], .p99_usec = usec[n * 99 / 100], .max_usec = usec[n - 1]};
        return 0;
}
