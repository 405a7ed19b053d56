/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/slip-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/printer/escpos.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define FILE_SIZE_MAX (UUID_TEXT_MAX + 8) /* of a name */

void slip_found_deinit(struct slip_found *f) {
        str_wipe(&f->text);
        *f = (struct slip_found){0};
}

/* ---- names ---- */

static void name_of(const char *id, const char *ending, char name[FILE_SIZE_MAX]) {
        (void) snprintf(name, FILE_SIZE_MAX, "%.36s.%s", id, ending);
}

/* @id: set when the file is @ending of a notice. */
static bool is_of(const char *name, const char *ending, char id[UUID_TEXT_MAX]) {
        if (strlen(name) != UUID_TEXT_MAX + strlen(ending) || name[UUID_TEXT_MAX - 1] != '.' ||
                strcmp(name + UUID_TEXT_MAX, ending) != 0)
                return false;
        memcpy(id, name, UUID_TEXT_MAX - 1);
        id[UUID_TEXT_MAX - 1] = '\0';
        return uuid_is_valid(id);
}

static bool is_there(int folder, const char *id, const char *ending) {
        char name[FILE_SIZE_MAX];
        struct stat st;

        name_of(id, ending, name);
        return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Return: descriptor, -errno. */
static int open_part(const char *folder, const char *part) {
        _autoclose_ int top = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        int fd = top < 0 ? -1 : openat(top, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

        return fd < 0 ? -errno : fd;
}

static void close_dirp(DIR **d) {
        if (*d)
                (void) closedir(*d);
}

/* The files of a part. @dp: set on success; owned. Return: its descriptor, borrowed from the list; -errno. */
static int list_part(const char *folder, const char *part, DIR **dp) {
        _autoclose_ int fd = open_part(folder, part);

        if (fd < 0)
                return fd;
        *dp = fdopendir(fd);
        return *dp ? take_fd(fd) : -errno;
}

/* ---- looking ---- */

static int read_text(int folder, const char *id, struct str *text) {
        char name[FILE_SIZE_MAX], part[4096];
        _autoclose_ int fd = -1;
        struct stat st;
        ssize_t n;

        name_of(id, "txt", name);
        fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return errno == ELOOP ? -EMSGSIZE
                                      : -errno; /* a link is no slip, and stands in nobody's way */
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_size > ESCPOS_TEXT_MAX)
                return -EMSGSIZE;
        while ((n = read(fd, part, sizeof(part))) > 0 && text->len <= ESCPOS_TEXT_MAX)
                str_add_n(text, part, (size_t) n);
        explicit_bzero(part, sizeof(part));
        return n < 0 ? -errno : text->len > ESCPOS_TEXT_MAX ? -EMSGSIZE : text->error;
}

static int64_t laid_usec(const struct stat *st) {
        return (int64_t) st->st_mtim.tv_sec * (int64_t) USEC_PER_SEC + st->st_mtim.tv_nsec / 1000;
}

static void count(int folder, const char *id, struct slip_found *f) {
        char name[FILE_SIZE_MAX];
        struct stat st;
        int64_t usec;

        name_of(id, "txt", name);
        if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return;
        if (is_there(folder, id, "stuck")) {
                f->n_stuck++;
                return;
        }
        usec = laid_usec(&st);
        f->n_waiting++;
        if (*f->id && (usec > f->oldest_usec || (usec == f->oldest_usec && strcmp(id, f->id) > 0)))
                return;
        memcpy(f->id, id, UUID_TEXT_MAX);
        f->oldest_usec = usec;
}

int slip_folder_look(const char *folder, bool take, struct slip_found *f) {
        _cleanup_(close_dirp) DIR *d = NULL;
        int fd = list_part(folder, "new", &d);
        char id[UUID_TEXT_MAX];

        if (fd < 0)
                return fd;
        for (const struct dirent *e; errno = 0, (e = readdir(d));)
                if (is_of(e->d_name, "txt", id))
                        count(fd, id, f);
        if (errno > 0)
                return -errno;
        if (!*f->id)
                return SLIP_E_NONE;
        f->is_again = is_there(fd, f->id, "begun");
        return take ? read_text(fd, f->id, &f->text) : 0;
}

/* ---- step by step ---- */

static int make_mark(const char *folder, const char *id, const char *ending) {
        _autoclose_ int fd = open_part(folder, "new"), mark = -1;
        char name[FILE_SIZE_MAX];

        if (fd < 0)
                return fd;
        name_of(id, ending, name);
        mark = openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
        return mark < 0 || fsync(fd) < 0 ? -errno : 0;
}

int slip_folder_begin(const char *folder, const char *id) {
        return make_mark(folder, id, "begun");
}

int slip_folder_give_up(const char *folder, const char *id) {
        return make_mark(folder, id, "stuck");
}

int slip_folder_end(const char *folder, const char *id) {
        _autoclose_ int from = open_part(folder, "new"), to = open_part(folder, "printed");
        char name[FILE_SIZE_MAX];

        if (from < 0 || to < 0)
                return from < 0 ? from : to;
        name_of(id, "txt", name);
        if (renameat(from, name, to, name) < 0 && errno != ENOENT)
                return -errno;
        if (fsync(to) < 0 || fsync(from) < 0)
                return -errno;
        name_of(id, "begun", name); /* last: without it the next one would be a first copy */
        return unlinkat(from, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

/* ---- what is old ---- */

static int remove_one(int folder, const char *id) {
        static const char *const endings[] = {"txt", "begun", "stuck"};
        char name[FILE_SIZE_MAX];

        for (size_t i = 0; i < ELEMENTSOF(endings); i++) {
                name_of(id, endings[i], name);
                if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
                        return -errno;
        }
        return 0;
}

/* Of a slip that is not there any more: between its two steps, slip_folder_end() was cut off. */
static int sweep_marks(const char *folder) {
        static const char *const endings[] = {"begun", "stuck"};
        _cleanup_(close_dirp) DIR *d = NULL;
        int fd = list_part(folder, "new", &d);
        char id[UUID_TEXT_MAX];

        if (fd < 0)
                return fd;
        for (const struct dirent *e; (e = readdir(d));)
                for (size_t i = 0; i < ELEMENTSOF(endings); i++)
                        if (is_of(e->d_name, endings[i], id) && !is_there(fd, id, "txt") &&
                                unlinkat(fd, e->d_name, 0) < 0 && errno != ENOENT)
                                return -errno;
        return 0;
}

static int sweep_part(const char *folder, const char *part, int64_t before_usec) {
        _cleanup_(close_dirp) DIR *d = NULL;
        int fd = list_part(folder, part, &d);
        char id[UUID_TEXT_MAX];
        struct stat st;
        int n = 0, r;

        if (fd < 0)
                return fd;
        for (const struct dirent *e; (e = readdir(d));) {
                if (!is_of(e->d_name, "txt", id) || fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
                        laid_usec(&st) >= before_usec)
                        continue;
                r = remove_one(fd, id);
                if (r < 0)
                        return r;
                n++;
        }
        return n;
}

int slip_folder_sweep(const char *folder, int64_t before_usec) {
        int n = sweep_part(folder, "new", before_usec);
        int m = n < 0 ? 0 : sweep_part(folder, "printed", before_usec);
        int r = n < 0 || m < 0 ? 0 : sweep_marks(folder);

        return n < 0 ? n : m < 0 ? m : r < 0 ? r : n + m;
}
