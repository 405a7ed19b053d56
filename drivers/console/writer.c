/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/console/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>

#include "firmware/base/cleanup.h"

#define OPEN_FLAGS (O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static void console_writer_take(struct console_writer *w, int fd, const struct stat *st) {
        w->fd = fd;
        w->is_fifo = S_ISFIFO(st->st_mode);
        w->is_socket = S_ISSOCK(st->st_mode);
        w->is_tty = S_ISCHR(st->st_mode) && isatty(fd);
}

/* Non-blocking is a flag of the open description, which the shell and its other programs share: so we open our own. */
static int fd_open_anew(int fd, const struct stat *st) {
        char path[32];
        int own;

        if (S_ISREG(st->st_mode) || S_ISSOCK(st->st_mode)) {
                own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        } else {
                (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
                own = open(path, OPEN_FLAGS);
        }
        return own < 0 ? -errno : own;
}

int console_writer_init(struct console_writer *w, const struct console_target *target) {
        struct stat st;
        int fd;

        *w = (struct console_writer){.fd = -1, .flags = OPEN_FLAGS | (target->create ? O_CREAT : 0)};
        if (target->path) {
                w->path = strdup(target->path);
                return w->path ? 0 : -ENOMEM;
        }
        if (fstat(target->fd, &st) < 0)
                return -errno;
        fd = fd_open_anew(target->fd, &st);
        if (fd < 0)
                return fd;
        console_writer_take(w, fd, &st);
        return 0;
}

static void console_writer_close(struct console_writer *w) {
        closep(&w->fd);
        w->fd = -1;
        w->torn = false;
}

void console_writer_deinit(struct console_writer *w) {
        console_writer_close(w);
        free(take_ptr(w->path));
}

/* Is this the way a reader that is not there, or no longer, shows itself? */
static bool is_absence(int error) {
        switch (-error) {
        case ENOENT:
        case ENXIO:
        case ENODEV:
        case EIO:
        case EPIPE:
        case ECONNRESET:
        case ENOTCONN:
        case ECONNREFUSED:
                return true;
        default:
                return false;
        }
}

int console_writer_open(struct console_writer *w) {
        _autoclose_ int fd = -1;
        struct stat st;

        if (w->fd >= 0)
                return 0;
        if (!w->path)
                return CONSOLE_E_DROPPED; /* the fd that was given has lost its other side for good */
        fd = open(w->path, w->flags, 0640);
        if (fd < 0 || fstat(fd, &st) < 0)
                return is_absence(-errno) ? CONSOLE_E_DROPPED : -errno;
        console_writer_take(w, fd, &st);
        (void) take_fd(fd);
        return 0;
}

/* writev() that a closed FIFO answers with EPIPE only; send()'s MSG_NOSIGNAL is for sockets. */
static ssize_t fifo_writev(int fd, const struct iovec *iov, int n_iov) {
        const struct timespec at_once = {0};
        sigset_t pipe_only, before, pending;
        bool was_pending;
        ssize_t n;
        int error;

        (void) sigemptyset(&pipe_only); /* these fail only for signals that there are not */
        (void) sigaddset(&pipe_only, SIGPIPE);
        (void) sigpending(&pending);
        was_pending = sigismember(&pending, SIGPIPE) == 1;
        (void) pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
        n = writev(fd, iov, n_iov);
        error = errno;
        if (n < 0 && error == EPIPE && !was_pending)
                (void) sigtimedwait(&pipe_only, NULL, &at_once); /* EAGAIN when it is ignored anyway */
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        errno = error;
        return n;
}

static ssize_t console_writer_writev(struct console_writer *w, const struct iovec *iov, int n_iov) {
        if (w->is_socket) {
                struct msghdr m = {.msg_iov = (struct iovec *) iov, .msg_iovlen = (size_t) n_iov};

                return sendmsg(w->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        return w->is_fifo ? fifo_writev(w->fd, iov, n_iov) : writev(w->fd, iov, n_iov);
}

/* Return: 0, CONSOLE_E_DROPPED, or -errno of the write. */
static int console_writer_try(struct console_writer *w, const char *line, size_t n) {
        struct iovec iov[2] = {{(char[]){'\n'}, 1}, {(char *) line, n}};
        size_t n_total = n + (w->torn ? 1 : 0);
        ssize_t written;

        do
                written = console_writer_writev(w, w->torn ? iov : iov + 1, w->torn ? 2 : 1);
        while (written < 0 && errno == EINTR);

        if (written == (ssize_t) n_total) {
                w->torn = false;
                return 0;
        }
        if (written > 0) {
                w->torn = !(w->torn && written == 1); /* our newline alone has mended it */
                return CONSOLE_E_DROPPED;
        }
        if (written == 0 || errno == EAGAIN)
                return CONSOLE_E_DROPPED;
        return -errno;
}

int console_writer_put(struct console_writer *w, const char *line, size_t n) {
        int r = 0;

        /* Twice: the first write after a reader went away and another came tells us that the old one is gone. */
        for (unsigned int i = 0; i < 2; i++) {
                r = console_writer_open(w);
                if (r != 0)
                        break;
                r = console_writer_try(w, line, n);
                if (r >= 0 || !is_absence(r))
                        break;
                console_writer_close(w);
                r = CONSOLE_E_DROPPED;
        }
        if (r != 0)
                w->n_dropped++;
        return r;
}
