/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another machine, for programs that are started with LD_PRELOAD: the folder that OKURU_TEST_MACHINE names may hold boot_id and
 * machine-id, which are opened instead of the kernel's and systemd's; OKURU_TEST_LATER_SEC sets its wall clock ahead, so that
 * it seems to have booted that much later. What the two have in common (the monotonic clocks) stays as it is: timers stand on it.
 */
#undef _FILE_OFFSET_BITS /* open and open64 are two names here, and none is inline */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int open_fn(const char *path, int flags, ...);
typedef FILE *fopen_fn(const char *path, const char *mode);
typedef int clock_gettime_fn(clockid_t clock, struct timespec *ts);

int __open_2(
        const char *path, int flags); /* NOLINT(bugprone-reserved-identifier): what fortified programs call */
int __open64_2(const char *path, int flags); /* NOLINT(bugprone-reserved-identifier) */

static const char *elsewhere(const char *path, char room[512]) {
        const char *folder = getenv("OKURU_TEST_MACHINE");
        const char *name = strcmp(path, "/etc/machine-id") == 0                   ? "machine-id"
                           : strcmp(path, "/proc/sys/kernel/random/boot_id") == 0 ? "boot_id"
                                                                                  : NULL;

        if (!folder || !name)
                return path;
        (void) snprintf(room, 512, "%s/%s", folder, name);
        return room;
}

static int open_as(const char *symbol, const char *path, int flags, mode_t mode) {
        char room[512];
        open_fn *real;

        *(void **) &real = dlsym(RTLD_NEXT, symbol);
        return real(elsewhere(path, room), flags, mode);
}

#define OPEN(NAME)                                                                                           \
        int NAME(const char *path, int flags, ...) {                                                         \
                mode_t mode = 0;                                                                             \
                va_list ap;                                                                                  \
                                                                                                             \
                va_start(ap, flags);                                                                         \
                if (flags & (O_CREAT | O_TMPFILE))                                                           \
                        mode = va_arg(ap, mode_t);                                                           \
                va_end(ap);                                                                                  \
                return open_as(#NAME, path, flags, mode);                                                    \
        }
OPEN(open)
OPEN(open64)

int __open_2(const char *path, int flags) {
        return open_as("open", path, flags, 0);
}

int __open64_2(const char *path, int flags) {
        return open_as("open64", path, flags, 0);
}

static FILE *fopen_as(const char *symbol, const char *path, const char *mode) {
        char room[512];
        fopen_fn *real;

        *(void **) &real = dlsym(RTLD_NEXT, symbol);
        return real(elsewhere(path, room), mode);
}

FILE *fopen(const char *path, const char *mode) {
        return fopen_as("fopen", path, mode);
}

FILE *fopen64(const char *path, const char *mode) {
        return fopen_as("fopen64", path, mode);
}

int clock_gettime(clockid_t clock, struct timespec *ts) {
        const char *later = getenv("OKURU_TEST_LATER_SEC");
        clock_gettime_fn *real;
        int r;

        *(void **) &real = dlsym(RTLD_NEXT, "clock_gettime");
        r = real(clock, ts);
        if (r == 0 && later && clock == CLOCK_REALTIME)
                ts->tv_sec += strtol(later, NULL, 10);
        return r;
}
