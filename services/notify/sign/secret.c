/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/sign/secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/base/str.h"
#include "firmware/seal/seal.h"

static int refuse(struct diag *d, const char *path, int error, const char *text) {
        diag_set(d, 0, 0, "", "%s", text);
        if (d)
                (void) copy_text(d->file, sizeof(d->file), path);
        return error;
}

static bool others_may_read(const struct stat *st) {
        mode_t bits = st->st_mode & 077;

        if (st->st_uid == 0 && geteuid() != 0)
                bits &= (mode_t) ~040;
        return bits != 0;
}

/* One more than SECRET_MAX is asked for, so that a longer file is seen to be one. */
static int read_all(int fd, struct secret *s) {
        while (s->n <= SECRET_MAX) {
                ssize_t n = read(fd, s->text + s->n, SECRET_MAX + 1 - s->n);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                s->n += (size_t) n;
        }
        return 0;
}

int secret_load(const char *path, struct secret *s, struct diag *d) {
        _cleanup_secret_ struct secret fresh = {0};
        _autoclose_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        struct stat st = {0};
        int r;

        if (fd < 0 || fstat(fd, &st) < 0)
                return refuse(d, path, -errno, strerror(errno));
        if (!S_ISREG(st.st_mode))
                return refuse(d, path, -EINVAL, "not a plain file");
        if (others_may_read(&st))
                return refuse(d, path, -EPERM, "others may read this secret: its mode must be 0400 or 0600");
        fresh.text = calloc(1, SECRET_MAX + 2);
        if (!fresh.text)
                return -ENOMEM;
        r = read_all(fd, &fresh);
        if (r < 0)
                return refuse(d, path, r, strerror(-r));
        if (fresh.n == 0 || fresh.n > SECRET_MAX || memchr(fresh.text, '\0', fresh.n))
                return refuse(d, path, -EBADMSG, "empty, too long, or no text");
        *s = fresh;
        fresh = (struct secret){0};
        return 0;
}

int secret_load_line(const char *path, struct secret *s, struct diag *d) {
        _cleanup_secret_ struct secret fresh = {0};
        int r = secret_load(path, &fresh, d);

        if (r < 0)
                return r;
        assert(fresh.text && fresh.n > 0); /* it refuses an empty one */
        if (fresh.text[fresh.n - 1] == '\n')
                fresh.text[--fresh.n] = '\0';
        if (fresh.n > 0 && fresh.text[fresh.n - 1] == '\r')
                fresh.text[--fresh.n] = '\0';
        if (fresh.n == 0 || !utf8_is_valid(fresh.text, fresh.n) || !text_is_one_line(fresh.text))
                return refuse(d, path, -EBADMSG, "wanted one line of text");
        *s = fresh;
        fresh = (struct secret){0};
        return 0;
}

void secret_deinit(struct secret *s) {
        if (s->text)
                seal_wipe(s->text, SECRET_MAX + 2);
        free(s->text);
        *s = (struct secret){0};
}
