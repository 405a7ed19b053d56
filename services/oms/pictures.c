/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/domain/picture.h"

/* O_NONBLOCK: a FIFO in the folder must not hang the receiver. */
static int open_file(const char *folder, const char *name, int *fdp) {
        _autofree_ char *path = NULL;
        int fd;

        if (asprintf(&path, "%s/%s", folder, name) < 0) {
                path = NULL; /* undefined after a failure */
                return -ENOMEM;
        }
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return errno == ENOENT || errno == ELOOP || errno == ENXIO ? PICTURES_E_NONE : -errno;
        *fdp = fd;
        return 0;
}

int pictures_read(const char *folder, const char *name, int64_t page, struct picture_page *out) {
        uint8_t bytes[PICTURES_PAGE_BYTES];
        _autoclose_ int fd = -1;
        struct stat st;
        ssize_t n;
        int r;

        if (!*folder || !picture_name_is_valid(name) || page < 1 || page > PICTURES_PAGES_MAX)
                return PICTURES_E_NONE;
        r = open_file(folder, name, &fd);
        if (r != 0)
                return r;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_size < 1 || st.st_size > PICTURE_BYTES_MAX ||
                (page - 1) * PICTURES_PAGE_BYTES >= st.st_size)
                return PICTURES_E_NONE;
        n = pread(fd, bytes, sizeof(bytes), (page - 1) * PICTURES_PAGE_BYTES);
        if (n < 0)
                return -errno;
        out->pages = (unsigned) ((st.st_size + PICTURES_PAGE_BYTES - 1) / PICTURES_PAGE_BYTES);
        base64_encode(bytes, (size_t) n, &out->base64);
        return out->base64.error;
}
