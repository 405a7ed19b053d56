/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/picture-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"

#define BESIDE ".incoming" /* no picture's name */

int picture_folder_open(const char *path, int *fdp) {
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return -errno;
        *fdp = fd;
        return 0;
}

void picture_folder_remove(int fd, const char *name) {
        (void) unlinkat(fd, name, 0); /* what stays is found by the next scan */
}

static void judge_file(int fd, const char *name, struct pictures *p) {
        struct stat st;

        if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return;
        if (!S_ISREG(st.st_mode) || st.st_size < 1 || st.st_size > PICTURE_BYTES_MAX ||
                !pictures_found(p, name, (uint32_t) st.st_size))
                picture_folder_remove(fd, name);
}

int picture_folder_scan(int fd, struct pictures *p) {
        int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const struct dirent *e;
        DIR *dir;
        int r;

        if (again < 0)
                return -errno;
        dir = fdopendir(again);
        if (!dir) {
                r = -errno;
                (void) close(again);
                return r;
        }
        picture_folder_remove(fd, BESIDE);
        errno = 0;
        while ((e = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): a stream of its own */
                if (picture_name_is_valid(e->d_name))
                        judge_file(fd, e->d_name, p);
                errno = 0;
        }
        r = -errno;
        (void) closedir(dir);
        return r;
}

static int write_beside(int fd, const void *bytes, size_t n) {
        _autoclose_ int file =
                openat(fd, BESIDE, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640);
        int r;

        if (file < 0)
                return -errno;
        r = file_write_all(file, bytes, n);
        return r == 0 && fsync(file) < 0 ? -errno : r;
}

int picture_folder_keep(int fd, const char *name, const void *bytes, size_t n) {
        int r = write_beside(fd, bytes, n);

        if (r == 0 && renameat(fd, BESIDE, fd, name) < 0)
                r = -errno;
        if (r < 0) {
                picture_folder_remove(fd, BESIDE);
                return r;
        }
        return fsync(fd) < 0 ? -errno : 0;
}
