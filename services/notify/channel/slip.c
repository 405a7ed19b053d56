/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/slip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/log.h"
#include "firmware/base/safe-text.h"

#define NAME_SIZE_MAX 64

struct slip {
        int new, printed; /* owned */
        int columns;
};

struct slip *slip_free(struct slip *s) {
        if (!s)
                return NULL;
        closep(&s->new);
        closep(&s->printed);
        free(s);
        return NULL;
}

int slip_new(struct slip **sp, const char *folder, int columns) {
        _autoclose_ int top = -1;
        struct slip *s;
        int r;

        if (columns < SLIP_COLUMNS_MIN || columns > SLIP_COLUMNS_MAX)
                return -EINVAL;
        top = file_open_folder(AT_FDCWD, folder, 0750);
        if (top < 0)
                return top;
        s = malloc(sizeof(*s));
        if (!s)
                return -ENOMEM;
        *s = (struct slip){
                file_open_folder(top, "new", 0750), file_open_folder(top, "printed", 0750), columns};
        r = s->new < 0 ? s->new : s->printed;
        if (r < 0) {
                (void) slip_free(s);
                return r;
        }
        *sp = s;
        return 0;
}

/* ---- the text ---- */

/* Half-width: ASCII, Latin, half-width katakana, and the half blocks that a QR code is drawn with; the rest is printed full-width by
 * Japanese printers. */
static int width_of(const char *c, size_t n) {
        const unsigned char *b = (const unsigned char *) c;

        if (n < 3)
                return 1;
        if (n == 3 && b[0] == 0xef && ((b[1] == 0xbd && b[2] >= 0xa1) || (b[1] == 0xbe && b[2] <= 0x9f)))
                return 1;
        if (n == 3 && b[0] == 0xe2 && b[1] == 0x96 && b[2] <= 0x9f)
                return 1;
        return 2;
}

void slip_write(const char *text, int columns, struct str *out) {
        int column = 0;
        char c[4];
        size_t n;

        for (;;) {
                bool ends = *text == '\n';
                int width;

                n = safe_text_next(&text, c);
                if (n == 0)
                        break;
                width = width_of(c, n);
                if (!ends && column + width > columns) {
                        str_add_char(out, '\n');
                        column = 0;
                }
                if (ends)
                        str_add_char(out, '\n');
                else
                        str_add_n(out, c, n);
                column = ends ? 0 : column + width;
        }
        if (column > 0)
                str_add_char(out, '\n');
}

/* ---- the file ---- */

static void name_of(const char *notice, const char *ending, char name[NAME_SIZE_MAX]) {
        (void) snprintf(name, NAME_SIZE_MAX, "%s%s", notice, ending);
}

static int write_file(int folder, const char *name, const struct str *text) {
        _autoclose_ int fd =
                openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
        int r = fd < 0 ? -errno : file_write_all(fd, text->data, text->len);

        return r == 0 && fsync(fd) < 0 ? -errno : r;
}

static bool is_there(int folder, const char *name) {
        struct stat st;

        return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int lay(struct slip *s, const struct courier_job *job) {
        _cleanup_str_wiped_ struct str text = STR_INIT;
        char name[NAME_SIZE_MAX], part[NAME_SIZE_MAX];
        int r;

        name_of(job->notice, ".txt", name);
        name_of(job->notice, ".part", part);
        if (is_there(s->printed, name))
                return 0;
        slip_write(job->content.data ? job->content.data : "", s->columns, &text);
        r = text.error ? text.error : write_file(s->new, part, &text);
        if (r < 0)
                return r;
        if (renameat(s->new, part, s->new, name) < 0 || fsync(s->new) < 0)
                return -errno;
        return 0;
}

static void slip_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        int r = uuid_is_valid(job->notice) ? lay(userdata, job) : -EINVAL;

        if (r < 0)
                log_debug("slip: %s", strerror(-r));
        *answer = r < 0 ? (struct courier_answer){.result = COURIER_ROUTE_DOWN, .reason = "spool"}
                        : (struct courier_answer){.result = COURIER_ACCEPTED, .reason = ""};
}

static int slip_was_taken(void *userdata, const char *notice) {
        struct slip *s = userdata;
        char name[NAME_SIZE_MAX];

        name_of(notice, ".txt", name);
        return is_there(s->new, name) || is_there(s->printed, name);
}

struct courier slip_courier(struct slip *s) {
        return (struct courier){.userdata = s,
                .name = "slip",
                .repeat = COURIER_REPEAT_SAFE,
                .send = slip_send,
                .was_taken = slip_was_taken};
}
