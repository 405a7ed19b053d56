/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/writer-runs.h"

#include "firmware/base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SIZE 600
#define LINE_SIZE 256

/* proc_locks(5): "1: FLOCK  ADVISORY  WRITE 708 fe:01:1234 0 EOF"; who waits for one has an arrow: "1: -> FLOCK …" */
int writer_in_locks(FILE *locks, unsigned long inode) {
        char line[LINE_SIZE];

        while (fgets(line, sizeof(line), locks)) {
                const char *number = strstr(line, ": FLOCK ") ? strrchr(line, ':') : NULL;

                if (number && strtoul(number + 1, NULL, 10) == inode)
                        return 1;
        }
        return 0;
}

int writer_runs(const char *database) {
        _autofclose_ FILE *locks = NULL;
        char path[PATH_SIZE];
        struct stat st;
        int n = snprintf(path, sizeof(path), "%s.lock", database);

        if (n < 0 || (size_t) n >= sizeof(path))
                return -ENAMETOOLONG;
        if (stat(path, &st) < 0)
                return errno == ENOENT ? 0 : -errno;
        locks = fopen("/proc/locks", "re");
        if (!locks)
                return -errno;
        return writer_in_locks(locks, st.st_ino);
}
