/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/callers.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/wire.h"

#define CALLERS_MAX     32
#define CALLERS_OF_USER 12           /* a program gone wild must not shut out the others, nor root's CLI */
#define OUT_MAX         (256 * 1024) /* a caller that lets more pile up is cut */
#define TURN_BYTES      512          /* read of one caller before a scanner's turn comes again */

struct caller {
        struct callers *callers;
        int fd; /* owned */
        uid_t uid;
        uint64_t id;
        sd_event_source *io;
        struct wire_reader in;
        struct str out; /* not yet taken by the socket */
        bool broken, follows[N_CALLERS_STREAMS];
        struct caller *next;
};

struct callers {
        sd_event *event;
        sd_event_source *io;
        int fd; /* owned */
        char *path;
        struct callers_callbacks callbacks;
        struct caller *callers;
        size_t n_callers;
        uint64_t last_id;
};

static struct caller *caller_free(struct caller *c) {
        (void) sd_event_source_disable_unref(c->io);
        if (c->fd >= 0)
                (void) close(c->fd);
        wire_reader_deinit(&c->in);
        str_deinit(&c->out);
        free(c);
        return NULL;
}

static struct caller *find(struct callers *c, uint64_t id) {
        for (struct caller *k = c->callers; k; k = k->next)
                if (k->id == id)
                        return k;
        return NULL;
}

/* Broken callers go when nobody is in the middle of using them. */
static void sweep(struct callers *c) {
        for (struct caller **kp = &c->callers; *kp;) {
                struct caller *k = *kp;

                if (!k->broken) {
                        kp = &k->next;
                        continue;
                }
                *kp = k->next;
                (void) caller_free(k);
                c->n_callers--;
        }
}

static void flush(struct caller *k) {
        size_t done = 0;

        while (done < k->out.len && !k->broken) {
                ssize_t n = send(k->fd, k->out.data + done, k->out.len - done, MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        break;
                if (n < 0)
                        k->broken = true;
                else
                        done += (size_t) n;
        }
        if (done) {
                memmove(k->out.data, k->out.data + done, k->out.len - done);
                k->out.len -= done;
                k->out.data[k->out.len] = '\0';
        }
        if (sd_event_source_set_io_events(k->io, k->out.len ? EPOLLIN | EPOLLOUT : EPOLLIN) < 0)
                k->broken = true;
}

static void put(struct caller *k, const char *line) {
        if (k->broken)
                return;
        str_add(&k->out, line);
        str_add_char(&k->out, '\n');
        if (k->out.error || k->out.len > OUT_MAX) {
                k->broken = true;
                (void) shutdown(k->fd, SHUT_RDWR); /* wakes the loop, which sweeps it */
        } else {
                flush(k);
        }
}

void callers_answer(struct callers *c, uint64_t token, const char *line) {
        struct caller *k = find(c, token);

        if (k)
                put(k, line);
}

void callers_answer_error(struct callers *c, uint64_t token, const char *error) {
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", false);
        json_write_string(&w, "error", error);
        json_write_end_object(&w);
        callers_answer(c, token, line.data ? line.data : "{\"ok\":false,\"error\":\"out of memory\"}");
}

void callers_follow(struct callers *c, uint64_t token, enum callers_stream stream) {
        struct caller *k = find(c, token);

        if (k)
                k->follows[stream] = true;
}

void callers_tell(struct callers *c, enum callers_stream stream, const char *line) {
        for (struct caller *k = c->callers; k; k = k->next)
                if (k->follows[stream])
                        put(k, line);
}

bool callers_has_followers(const struct callers *c, enum callers_stream stream) {
        for (const struct caller *k = c->callers; k; k = k->next)
                if (k->follows[stream] && !k->broken)
                        return true;
        return false;
}

static void request(struct caller *k, const char *line, size_t n) {
        struct callers *c = k->callers;
        struct request_caller who = {
                .token = k->id, .uid = k->uid, .may_act = k->uid == 0 || k->uid == geteuid()};
        _cleanup_(json_freep) struct json *doc = NULL;
        struct diag diag = {0};
        const char *verb;

        if (json_parse(line, n, &doc, &diag) < 0) {
                callers_answer_error(c, k->id, *diag.text ? diag.text : "not JSON");
                return;
        }
        verb = json_get_string(doc, "verb", NULL);
        if (!verb)
                callers_answer_error(c, k->id, "verb: missing");
        else
                c->callbacks.on_request(c->callbacks.userdata, &who, verb, doc);
}

/*
 * One piece only: what is left wakes the loop again, behind the scanners. With 64 KiB in a turn, callers that ask in the shortest words as
 * fast as they can made every second scan wait for more than 30 ms; with this, for 2.
 */
static void read_caller(struct caller *k) {
        char bytes[TURN_BYTES];
        ssize_t n = recv(k->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        const char *line;
        size_t len;

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (n <= 0 || wire_reader_feed(&k->in, bytes, (size_t) n) < 0) {
                k->broken = true;
                return;
        }
        while (!k->broken && wire_reader_next(&k->in, &line, &len) == 0)
                request(k, line, len);
}

static int callers_on_caller(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct caller *k = userdata;
        struct callers *c = k->callers;

        (void) source;
        (void) fd;
        if (revents & EPOLLOUT)
                flush(k);
        if (revents & (EPOLLIN | EPOLLHUP | EPOLLERR))
                read_caller(k);
        sweep(c);
        return 0;
}

static size_t count_of(const struct callers *c, uid_t uid) {
        size_t n = 0;

        for (const struct caller *k = c->callers; k; k = k->next)
                n += k->uid == uid && !k->broken;
        return n;
}

static int caller_new(struct callers *c, int fd) {
        struct caller *k = calloc(1, sizeof(*k));
        struct ucred cred;
        socklen_t size = sizeof(cred);
        int r;

        if (!k) {
                (void) close(fd);
                return -ENOMEM;
        }
        k->fd = fd;
        k->callers = c;
        k->id = ++c->last_id;
        r = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0 ? -errno : 0;
        if (r == 0 && cred.uid != 0 && cred.uid != geteuid() && count_of(c, cred.uid) >= CALLERS_OF_USER)
                r = -EUSERS;
        if (r == 0) {
                k->uid = cred.uid;
                r = sd_event_add_io(c->event, &k->io, fd, EPOLLIN, callers_on_caller, k);
        }
        if (r == 0) /* behind the scanners: sd-event runs lower numbers first */
                r = sd_event_source_set_priority(k->io, SD_EVENT_PRIORITY_IDLE);
        if (r < 0) {
                (void) caller_free(k);
                return r;
        }
        k->next = c->callers;
        c->callers = k;
        c->n_callers++;
        return 0;
}

static int callers_on_connection(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct callers *c = userdata;
        int caller = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        (void) source;
        (void) revents;
        if (caller < 0)
                return 0; /* gone again, or out of descriptors: the next wakeup tries again */
        sweep(c);
        if (c->n_callers >= CALLERS_MAX) {
                (void) close(caller);
                return 0;
        }
        (void) caller_new(
                c, caller); /* a caller that cannot be served is closed, which is all it can be told */
        return 0;
}

/* A socket file that nobody answers is left by a station that was killed. */
static int clear_path(const struct sockaddr_un *address) {
        _autoclose_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd < 0)
                return -errno;
        if (connect(fd, (const struct sockaddr *) address, sizeof(*address)) == 0)
                return -EADDRINUSE;
        if (errno == ENOENT)
                return 0;
        return unlink(address->sun_path) < 0 && errno != ENOENT ? -errno : 0;
}

static int open_socket(struct callers *c) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        mode_t mask;
        int r;

        if (!copy_text(address.sun_path, sizeof(address.sun_path), c->path))
                return -ENAMETOOLONG;
        r = clear_path(&address);
        if (r < 0)
                return r;
        c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (c->fd < 0)
                return -errno;
        mask = umask(0117);
        r = bind(c->fd, (const struct sockaddr *) &address, sizeof(address)) < 0 ? -errno : 0;
        (void) umask(mask);
        if (r < 0)
                return r;
        return listen(c->fd, 16) < 0 ? -errno : 0;
}

int callers_new(
        struct callers **cp, sd_event *event, const char *path, const struct callers_callbacks *callbacks) {
        _cleanup_(callers_freep) struct callers *c = calloc(1, sizeof(*c));
        int r;

        if (!c)
                return -ENOMEM;
        c->fd = -1;
        c->event = sd_event_ref(event);
        c->callbacks = *callbacks;
        c->path = strdup(path);
        if (!c->path)
                return -ENOMEM;
        r = open_socket(c);
        if (r < 0)
                return r;
        r = sd_event_add_io(event, &c->io, c->fd, EPOLLIN, callers_on_connection, c);
        if (r < 0)
                return r;
        r = sd_event_source_set_priority(c->io, SD_EVENT_PRIORITY_IDLE);
        if (r < 0)
                return r;
        *cp = take_ptr(c);
        return 0;
}

struct callers *callers_free(struct callers *c) {
        if (!c)
                return NULL;
        while (c->callers) {
                struct caller *k = c->callers;

                c->callers = k->next;
                (void) caller_free(k);
        }
        (void) sd_event_source_disable_unref(c->io);
        if (c->fd >= 0) {
                (void) close(c->fd);
                (void) unlink(c->path);
        }
        free(c->path);
        (void) sd_event_unref(c->event);
        free(c);
        return NULL;
}
