/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/store/reserve.h"

#include "firmware/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define NAME "reserve"

static int open_folder(const char *folder) {
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

static int fill(int folder_fd, size_t bytes) {
        _autoclose_ int fd = openat(folder_fd, NAME, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        int r;

        if (fd < 0)
                return -errno;
        r = -posix_fallocate(fd, 0, (off_t) bytes); /* returns a positive errno */
        if (r < 0)
                return r;
        return fsync(fd) < 0 ? -errno : 0;
}

int store_reserve_create(const char *folder, size_t bytes) {
        _autoclose_ int fd = open_folder(folder);
        struct stat st;
        int r;

        if (fd < 0)
                return fd;
        /* Blocks, not size: a sparse file would reserve nothing. */
        if (fstatat(fd, NAME, &st, AT_SYMLINK_NOFOLLOW) == 0 && (size_t) st.st_blocks * 512 >= bytes)
                return 0;
        r = fill(fd, bytes);
        if (r < 0)
                (void) unlinkat(fd, NAME,
                        0); /* half a reserve would only fill the disk; the error that counts is r */
        return r;
}

int store_reserve_release(const char *folder) {
        _autoclose_ int fd = open_folder(folder);

        if (fd < 0)
                return fd;
        if (unlinkat(fd, NAME, 0) < 0)
                return errno == ENOENT ? STORE_E_NONE : -errno;
        return 0;
}
