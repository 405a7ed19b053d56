/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/mail-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/log.h"
#include "services/notify/mail/dsn.h"

#define READ_BYTES 16384

struct mail_folder {
        int new, cur;            /* owned */
        DIR *round;              /* owned; NULL between rounds */
        char name[NAME_MAX + 1]; /* of the mail in hand */
};

struct mail_folder *mail_folder_free(struct mail_folder *f) {
        if (!f)
                return NULL;
        closedirp(&f->round);
        closep(&f->new);
        closep(&f->cur);
        free(f);
        return NULL;
}

int mail_folder_new(struct mail_folder **fp, const char *path) {
        _autoclose_ int top = file_open_folder(AT_FDCWD, path, 0700);
        _autoclose_ int tmp = top < 0 ? top : file_open_folder(top, "tmp", 0700); /* for who delivers */
        struct mail_folder *f;
        int r;

        if (tmp < 0)
                return tmp;
        f = calloc(1, sizeof(*f));
        if (!f)
                return -ENOMEM;
        f->new = file_open_folder(top, "new", 0700);
        f->cur = file_open_folder(top, "cur", 0700);
        r = f->new < 0 ? f->new : f->cur < 0 ? f->cur : 0;
        if (r < 0) {
                (void) mail_folder_free(f);
                return r;
        }
        *fp = f;
        return 0;
}

/* Return: the round's folder; NULL with errno. */
static DIR *begin(struct mail_folder *f) {
        int fd;

        if (f->round)
                return f->round;
        fd = openat(f->new, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        f->round = fd < 0 ? NULL : fdopendir(fd);
        if (!f->round)
                closep(&fd);
        return f->round;
}

static int read_file(int fd, struct str *mail) {
        char bytes[READ_BYTES];

        while (mail->len < DSN_BYTES_MAX) {
                size_t room = DSN_BYTES_MAX - mail->len;
                ssize_t n = read(fd, bytes, room < sizeof(bytes) ? room : sizeof(bytes));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : mail->error;
                str_add_n(mail, bytes, (size_t) n);
        }
        return mail->error;
}

/* A pipe or a link in new/ is nobody's mail. Return: 0, 1 not a mail, -errno. */
static int read_mail(struct mail_folder *f, struct str *mail) {
        _autoclose_ int fd = openat(f->new, f->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        struct stat st;

        if (fd < 0)
                return errno == ENOENT || errno == ELOOP || errno == EACCES || errno == ENXIO ? 1 : -errno;
        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return 1;
        return read_file(fd, mail);
}

static int folder_next(void *userdata, struct str *mail, const char **whyp) {
        struct mail_folder *f = userdata;
        DIR *round = begin(f);
        const struct dirent *e;
        int r = 0;

        while (round && r >= 0) {
                errno = 0;
                e = readdir(round);
                if (!e && errno == 0)
                        return MAILBOX_E_END;
                if (!e)
                        break;
                if (e->d_name[0] == '.')
                        continue;
                (void) copy_text(f->name, sizeof(f->name), e->d_name); /* of its size */
                r = read_mail(f, mail);
                if (r == 0 || r == -ENOMEM)
                        return r;
        }
        log_debug("maildir of bounces: %s", strerror(r < 0 ? -r : errno));
        *whyp = "maildir";
        return MAILBOX_E_DOWN;
}

static int folder_settle(void *userdata, enum mailbox_fate fate, const char **whyp) {
        struct mail_folder *f = userdata;
        char name[NAME_MAX + 8];
        int r = 0;

        if (fate == MAILBOX_REMOVE) {
                r = unlinkat(f->new, f->name, 0);
        } else if (fate == MAILBOX_LEAVE) {
                (void) snprintf(name, sizeof(name), "%s%s", f->name, strstr(f->name, ":2,") ? "" : ":2,");
                r = renameat(f->new, f->name, f->cur, name);
        }
        if (r == 0 || errno == ENOENT)
                return 0;
        *whyp = "maildir";
        return MAILBOX_E_DOWN;
}

static void folder_end(void *userdata) {
        struct mail_folder *f = userdata;

        closedirp(&f->round);
        f->round = NULL;
}

struct mailbox mail_folder_box(struct mail_folder *f) {
        return (struct mailbox){.userdata = f,
                .name = "maildir",
                .next = folder_next,
                .settle = folder_settle,
                .end = folder_end};
}
