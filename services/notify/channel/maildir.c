/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/log.h"

#define NAME_MAX_BYTES 64

struct maildir {
        int tmp, new, cur; /* owned */
};

struct maildir *maildir_free(struct maildir *m) {
        if (!m)
                return NULL;
        closep(&m->tmp);
        closep(&m->new);
        closep(&m->cur);
        free(m);
        return NULL;
}

int maildir_new(struct maildir **mp, const char *path) {
        _autoclose_ int top = file_open_folder(AT_FDCWD, path, 0700);
        struct maildir *m;
        int r;

        if (top < 0)
                return top;
        m = malloc(sizeof(*m));
        if (!m)
                return -ENOMEM;
        *m = (struct maildir){file_open_folder(top, "tmp", 0700), file_open_folder(top, "new", 0700),
                file_open_folder(top, "cur", 0700)};
        r = m->tmp < 0 ? m->tmp : m->new < 0 ? m->new : m->cur;
        if (r < 0) {
                (void) maildir_free(m);
                return r;
        }
        *mp = m;
        return 0;
}

static void name_of(const char *notice, char name[NAME_MAX_BYTES]) {
        (void) snprintf(name, NAME_MAX_BYTES, "%s.okuru", notice);
}

/* The mail without its CRs; every CR in it stands before an LF. */
static int write_mail(int fd, const struct str *mail) {
        const char *p = mail->data, *end = mail->data + mail->len;
        int r = 0;

        while (p < end && r == 0) {
                const char *cr = memchr(p, '\r', (size_t) (end - p));

                r = file_write_all(fd, p, (size_t) ((cr ? cr : end) - p));
                p = cr ? cr + 1 : end;
        }
        return r;
}

static int deliver(struct maildir *m, const struct courier_job *job) {
        char name[NAME_MAX_BYTES];
        _autoclose_ int fd = -1;
        int r;

        name_of(job->notice, name);
        fd = openat(m->tmp, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        r = write_mail(fd, &job->content);
        if (r < 0)
                return r;
        if (fsync(fd) < 0 || renameat(m->tmp, name, m->new, name) < 0)
                return -errno;
        return fsync(m->new) < 0 ? -errno : 0;
}

/* In cur/ a reader has added what it thinks of it behind a colon. */
static int is_in_cur(struct maildir *m, const char *name) {
        _autoclose_ int fd = openat(m->cur, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(closedirp) DIR *d = fd < 0 ? NULL : fdopendir(fd);
        const struct dirent *e;
        size_t n = strlen(name);

        if (!d)
                return -1;
        fd = -1; /* the stream has it */
        while ((e = readdir(d)))
                if (strncmp(e->d_name, name, n) == 0 && (e->d_name[n] == '\0' || e->d_name[n] == ':'))
                        return 1;
        return 0;
}

static int maildir_was_taken(void *userdata, const char *notice) {
        struct maildir *m = userdata;
        char name[NAME_MAX_BYTES];
        struct stat st;

        name_of(notice, name);
        if (fstatat(m->new, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
                return 1;
        return errno == ENOENT ? is_in_cur(m, name) : -1;
}

static void maildir_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        int r = deliver(userdata, job);

        if (r < 0)
                log_debug("maildir: %s", strerror(-r));
        *answer = r < 0 ? (struct courier_answer){.result = COURIER_ROUTE_DOWN, .reason = "maildir"}
                        : (struct courier_answer){.result = COURIER_ACCEPTED, .reason = ""};
}

struct courier maildir_courier(struct maildir *m) {
        return (struct courier){.userdata = m,
                .name = "maildir",
                .repeat = COURIER_REPEAT_SAFE,
                .send = maildir_send,
                .was_taken = maildir_was_taken};
}
