/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Death at a chosen step, for programs that are started with LD_PRELOAD. A step is a call with which a program changes what others
 * can see: bytes into a file, a socket, a FIFO or a terminal; a sync; a name that comes or goes. Each has two moments, before it and
 * after it, numbered from 1 over all threads; a write to a place in a file has one in its middle instead of the second, for another
 * step follows it in any case. What lies between two steps (a file made, a lock, a store to shared memory) has happened at the later
 * moment and has not at the earlier.
 *
 *   OKURU_TEST_STEPS      each moment becomes a line of this file: "7 before fdatasync inbox.db-wal"
 *   OKURU_TEST_LAST_STEP  the moment at which the program dies of SIGKILL
 *   OKURU_TEST_POWER      cut: it takes along what it wrote with pwrite (as SQLite does) and did not sync; deaf: that, and the disk
 *                         never heard of a sync
 */
#undef _FILE_OFFSET_BITS /* pwrite and pwrite64 are two names here */
#undef _FORTIFY_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES_MAX 64

/* A file that was written to, by a descriptor of our own that is never closed: closing would drop SQLite's locks. */
struct written {
        dev_t dev;
        ino_t ino;
        int fd;
};

/* What stood at @at before it was written over, and how long the file was; newest first. */
struct before {
        struct before *next;
        const struct written *file;
        off_t at, size;
        size_t n;
        char bytes[];
};

static struct written files[FILES_MAX];
static size_t n_files;
static struct before *unsynced;
static pthread_mutex_t lock =
        PTHREAD_MUTEX_INITIALIZER; /* over the three above, and over each write to a file */
static atomic_long n_moments;
static long last;
static int log_fd = -1;
static bool cut, deaf;

static _Noreturn void give_up(const char *why) {
        (void) dprintf(2, "<0>last-step: %s\n", why);
        abort();
}

__attribute__((constructor)) static void begin(void) {
        const char *path = getenv("OKURU_TEST_STEPS"), *at = getenv("OKURU_TEST_LAST_STEP");
        const char *power = getenv("OKURU_TEST_POWER");

        deaf = power && strcmp(power, "deaf") == 0;
        cut = deaf || (power && strcmp(power, "cut") == 0);
        last = at ? strtol(at, NULL, 10) : 0;
        if (path)
                log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
        if (path && log_fd < 0)
                give_up("no file for the steps");
}

/* ---- what a power cut takes along ---- */

static const struct written *find_file(int fd, const struct stat *st) {
        char path[40];

        for (size_t i = 0; i < n_files; i++)
                if (files[i].dev == st->st_dev && files[i].ino == st->st_ino)
                        return &files[i];
        if (n_files == FILES_MAX)
                give_up("more files than thought of");
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        files[n_files] = (struct written){st->st_dev, st->st_ino, open(path, O_RDWR | O_CLOEXEC)};
        if (files[n_files].fd < 0)
                give_up("what is written cannot be read");
        return &files[n_files++];
}

static void keep_before(int fd, off_t at, size_t n) {
        struct before *b = malloc(sizeof(*b) + n);
        struct stat st;
        ssize_t got;

        if (!b || fstat(fd, &st) < 0)
                give_up("no memory, or no file");
        b->file = find_file(fd, &st);
        b->at = at;
        b->size = st.st_size;
        got = pread(b->file->fd, b->bytes, n, at);
        b->n = got > 0 ? (size_t) got : 0;
        b->next = unsynced;
        unsynced = b;
}

static void forget_synced(int fd) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return;
        for (struct before **bp = &unsynced; *bp;) {
                struct before *b = *bp;

                if (b->file->dev == st.st_dev && b->file->ino == st.st_ino) {
                        *bp = b->next;
                        free(b);
                } else {
                        bp = &b->next;
                }
        }
}

static void lose_unsynced(void) {
        for (const struct before *b = unsynced; b; b = b->next)
                if (syscall(SYS_pwrite64, b->file->fd, b->bytes, b->n, b->at) < 0 ||
                        syscall(SYS_ftruncate, b->file->fd, b->size) < 0)
                        give_up("what was written cannot be undone");
}

/* ---- the moments ---- */

static _Noreturn void die(void) {
        (void) pthread_mutex_lock(&lock);
        lose_unsynced();
        (void) kill(getpid(), SIGKILL);
        for (;;)
                (void) pause();
}

static void moment(const char *when, const char *call, const char *what) {
        long n = atomic_fetch_add(&n_moments, 1) + 1;
        int length, error = errno;
        char line[256];

        if (log_fd >= 0) {
                length = snprintf(line, sizeof(line), "%ld %s %s %s\n", n, when, call, what);
                (void) syscall(SYS_write, log_fd, line, (size_t) length);
        }
        if (n == last)
                die();
        errno = error; /* of the step */
}

/* The last part of the name behind @fd; "" for what nobody else can see: an eventfd, a timer, our own log on stderr. */
static void name_fd(int fd, char name[128]) {
        char path[40], target[512];
        struct stat st;
        ssize_t n;

        name[0] = '\0';
        if (fd <= 2 || fstat(fd, &st) < 0)
                return;
        if (S_ISSOCK(st.st_mode)) {
                (void) strcpy(name, "socket");
                return;
        }
        if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode) && !S_ISDIR(st.st_mode))
                return;
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        n = readlink(path, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = '\0';
        (void) snprintf(name, 128, "%.127s", strrchr(target, '/') ? strrchr(target, '/') + 1 : target);
}

static bool is_undone(const char *name) {
        const char *tail = strrchr(name, '-');

        return cut && !(tail && strcmp(tail, "-shm") ==
                                        0); /* shared memory has no sync, and nothing is read from it again */
}

#define STEP(CALL, WHAT, DO)                                                                                 \
        do {                                                                                                 \
                moment("before", CALL, WHAT);                                                                \
                DO;                                                                                          \
                moment("after", CALL, WHAT);                                                                 \
        } while (0)

/* A step where @fd is something that others can see. */
#define STEP_ON(FD, CALL, DO)                                                                                \
        do {                                                                                                 \
                char name[128];                                                                              \
                                                                                                             \
                name_fd(FD, name);                                                                           \
                if (*name)                                                                                   \
                        STEP(CALL, name, DO);                                                                \
                else                                                                                         \
                        DO;                                                                                  \
        } while (0)

static ssize_t write_at(int fd, const void *bytes, size_t n, off_t at) {
        char name[128];
        ssize_t r;

        name_fd(fd, name);
        moment("before", "pwrite", name);
        (void) pthread_mutex_lock(&lock);
        if (is_undone(name))
                keep_before(fd, at, n);
        if (atomic_load(&n_moments) + 1 == last)
                (void) syscall(SYS_pwrite64, fd, bytes, n / 2,
                        at); /* should another thread take the moment, all of it follows */
        (void) pthread_mutex_unlock(&lock);
        moment("amid", "pwrite", name);
        (void) pthread_mutex_lock(&lock);
        r = syscall(SYS_pwrite64, fd, bytes, n, at);
        (void) pthread_mutex_unlock(&lock);
        return r;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) {
        return write_at(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) {
        return write_at(fd, bytes, n, at);
}

static int cut_to(int fd, off_t size) {
        struct stat st;
        char name[128];
        int r;

        name_fd(fd, name);
        moment("before", "ftruncate", name);
        (void) pthread_mutex_lock(&lock);
        if (is_undone(name) && fstat(fd, &st) == 0)
                keep_before(fd, size, st.st_size > size ? (size_t) (st.st_size - size) : 0);
        r = (int) syscall(SYS_ftruncate, fd, size);
        (void) pthread_mutex_unlock(&lock);
        return r;
}

int ftruncate(int fd, off_t size) {
        return cut_to(fd, size);
}

int ftruncate64(int fd, off64_t size) {
        return cut_to(fd, size);
}

static int sync_to(const char *call, long number, int fd) {
        char name[128];
        int r = 0;

        name_fd(fd, name);
        moment("before", call, name);
        if (!deaf) {
                r = (int) syscall(number, fd);
                (void) pthread_mutex_lock(&lock);
                if (r == 0)
                        forget_synced(fd);
                (void) pthread_mutex_unlock(&lock);
        }
        moment("after", call, name);
        return r;
}

int fdatasync(int fd) {
        return sync_to("fdatasync", SYS_fdatasync, fd);
}

int fsync(int fd) {
        return sync_to("fsync", SYS_fsync, fd);
}

ssize_t write(int fd, const void *bytes, size_t n) {
        ssize_t r;

        STEP_ON(fd, "write", r = syscall(SYS_write, fd, bytes, n));
        return r;
}

ssize_t writev(int fd, const struct iovec *parts, int n) {
        ssize_t r;

        STEP_ON(fd, "writev", r = syscall(SYS_writev, fd, parts, n));
        return r;
}

ssize_t send(int fd, const void *bytes, size_t n, int flags) {
        ssize_t r;

        STEP_ON(fd, "send", r = syscall(SYS_sendto, fd, bytes, n, flags, NULL, 0));
        return r;
}

ssize_t sendto(int fd, const void *bytes, size_t n, int flags, const struct sockaddr *to, socklen_t n_to) {
        ssize_t r;

        STEP_ON(fd, "sendto", r = syscall(SYS_sendto, fd, bytes, n, flags, to, n_to));
        return r;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
        ssize_t r;

        STEP_ON(fd, "sendmsg", r = syscall(SYS_sendmsg, fd, message, flags));
        return r;
}

static const char *last_part(const char *path) {
        return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

int rename(const char *from, const char *to) {
        int r;

        STEP("rename", last_part(to), r = (int) syscall(SYS_rename, from, to));
        return r;
}

int unlink(const char *path) {
        int r;

        STEP("unlink", last_part(path), r = (int) syscall(SYS_unlink, path));
        return r;
}
