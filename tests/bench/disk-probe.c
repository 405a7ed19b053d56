/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limit of everything that is promised on this disk: overwrite 4 KiB of a file that is there already, fdatasync, again.
 *
 *   disk-probe FILE COUNT [GAP_US]     FILE is made, filled and removed; prints {"p50_us":…,"p99_us":…,"n":…}
 *
 * With a gap it rests between two writes, as a packer does: processor and disk are asleep then, and wake late. The file lies where the ledger lies, on the same file system.
 */
#include "tests/bench/samples.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define PAGE  4096
#define PAGES 1024

static int write_page(int fd, size_t i, char fill) {
        char page[PAGE];
        ssize_t n;

        memset(page, fill, sizeof(page));
        n = pwrite(fd, page, sizeof(page), (off_t) (i % PAGES * PAGE));
        if (n < 0)
                return -errno;
        return n == PAGE ? 0 : -EIO;
}

static int measure(int fd, size_t count, useconds_t gap_usec, struct samples *s) {
        int r = 0;

        for (size_t i = 0; i < PAGES && r == 0; i++)
                r = write_page(fd, i, 'p');
        if (r < 0 || fsync(fd) < 0)
                return r < 0 ? r : -errno;
        for (size_t i = 0; i < count && r == 0; i++) {
                uint64_t begun = monotonic_usec();

                r = write_page(fd, i, (char) i);
                if (r == 0 && fdatasync(fd) < 0)
                        r = -errno;
                if (r == 0)
                        r = samples_add(s, monotonic_usec() - begun);
                if (gap_usec > 0)
                        (void) usleep(gap_usec); /* cut short by a signal at worst */
        }
        return r;
}

int main(int argc, char **argv) {
        size_t count = argc >= 3 ? strtoul(argv[2], NULL, 10) : 0;
        useconds_t gap_usec = argc == 4 ? (useconds_t) strtoul(argv[3], NULL, 10) : 0;
        struct samples s = {0};
        int r;

        if (count == 0) {
                (void) fprintf(stderr, "disk-probe FILE COUNT [GAP_US]\n");
                return 2;
        }
        _autoclose_ int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        r = fd < 0 ? -errno : measure(fd, count, gap_usec, &s);
        (void) unlink(argv[1]);
        if (r < 0)
                (void) fprintf(stderr, "disk-probe: %s: %s\n", argv[1], strerror(-r));
        else
                (void) printf("{\"p50_us\":%u,\"p99_us\":%u,\"n\":%zu}\n", samples_at(&s, 50),
                        samples_at(&s, 99), s.n);
        samples_deinit(&s);
        return r < 0 ? 1 : 0;
}
