/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of goods, from the folder that okuru-sync fills. A name is 64 hex digits and nothing else, so no path is made of what a
 * browser says; and what is served is a picture by its first bytes, or not there.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/web/picture.h"

#include "firmware/base/cleanup.h"

/* O_NONBLOCK: a FIFO in its place must not hold a thread. Return: a descriptor, -errno. */
static int open_file(const char *folder, const char *name) {
        _autoclose_ int dir = -1;
        int fd;

        if (!*folder || !picture_name_is_valid(name))
                return -ENOENT;
        dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (dir < 0)
                return -errno;
        fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

bool picture_is_here(const char *folder, const char *name) {
        _autoclose_ int fd = open_file(folder, name);

        return fd >= 0;
}

int64_t picture_folder_changed(const char *folder) {
        struct stat st;

        if (!*folder || stat(folder, &st) < 0)
                return 0;
        return (int64_t) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static int read_all(int fd, size_t n, struct str *out) {
        char block[4096];

        while (out->len < n) {
                ssize_t got = read(fd, block, sizeof(block));

                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        return got < 0 ? -errno : -EIO; /* shorter than it was a moment ago */
                str_add_n(out, block, (size_t) got);
                if (out->error)
                        return out->error;
        }
        return 0;
}

int picture_read(const char *folder, const char *name, struct str *out, const char **typep) {
        _autoclose_ int fd = open_file(folder, name);
        struct stat st;
        int r;

        if (fd < 0)
                return fd == -ENOENT || fd == -ELOOP ? PICTURE_E_NONE : fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_size < 1 || st.st_size > PICTURE_BYTES_MAX)
                return PICTURE_E_NONE;
        r = read_all(fd, (size_t) st.st_size, out);
        if (r < 0)
                return r;
        *typep = picture_media_type((const uint8_t *) out->data, out->len);
        return *typep ? 0 : PICTURE_E_NONE;
}
