/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/bell.h"

#include "firmware/base/log.h"
#include "firmware/base/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define READS_MAX 16 /* of one wake-up */

struct bell {
        sd_event *event; /* borrowed */
        struct sockaddr_un address;
        int fd;              /* owned; -1 while not connected */
        sd_event_source *io; /* owned */
        struct wire_reader lines;
        struct bell_callbacks callbacks;
};

static void disconnect(struct bell *b) {
        b->io = sd_event_source_disable_unref(b->io);
        closep(&b->fd);
        b->fd = -1;
        wire_reader_deinit(&b->lines);
        b->lines = (struct wire_reader){0};
}

int bell_new(struct bell **bp, sd_event *event, const char *path, const struct bell_callbacks *callbacks) {
        struct bell *b = calloc(1, sizeof(*b));

        if (!b)
                return -ENOMEM;
        b->event = event;
        b->fd = -1;
        b->callbacks = *callbacks;
        b->address.sun_family = AF_UNIX;
        if (!copy_text(b->address.sun_path, sizeof(b->address.sun_path), path)) {
                free(b);
                return -EINVAL;
        }
        *bp = b;
        return 0;
}

struct bell *bell_free(struct bell *b) {
        if (!b)
                return NULL;
        disconnect(b);
        free(b);
        return NULL;
}

/* A line that does not fit the socket's buffer is not worth waiting for: the other side is not reading. */
static void say(struct bell *b, const char *line) {
        size_t n = strlen(line);

        if (b->fd >= 0 && send(b->fd, line, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t) n)
                disconnect(b);
}

void bell_poke(struct bell *b) {
        say(b, "{\"verb\":\"poke\"}\n");
}

void bell_ask_status(struct bell *b) {
        say(b, "{\"verb\":\"status\"}\n");
}

static void hear(struct bell *b, const char *line, size_t n) {
        _cleanup_(json_freep) struct json *doc = NULL;

        if (strncmp(line, "{\"verdict\":", 11) == 0 && !b->callbacks.on_verdict)
                return; /* for screens; many */
        if (json_parse(line, n, &doc, NULL) < 0)
                return;
        if (b->callbacks.on_verdict && json_get(doc, "verdict"))
                b->callbacks.on_verdict(doc, b->callbacks.userdata);
        else if (json_get(doc, "bell"))
                b->callbacks.on_bell(b->callbacks.userdata);
        else if (b->callbacks.on_status && json_get(doc, "benches"))
                b->callbacks.on_status(doc, b->callbacks.userdata);
}

static int read_lines(struct bell *b) {
        char bytes[4096];
        const char *line;
        size_t n_line;
        ssize_t n = recv(b->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        int r;

        if (n == 0)
                return -ECONNRESET;
        if (n < 0)
                return -errno;
        r = wire_reader_feed(&b->lines, bytes, (size_t) n);
        while (r == 0 && wire_reader_next(&b->lines, &line, &n_line) == 0)
                hear(b, line, n_line);
        return r;
}

static int bell_on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct bell *b = userdata;
        int r = 0;

        (void) source;
        (void) fd;
        (void) revents;
        for (int i = 0; i < READS_MAX && r == 0 && b->fd >= 0; i++)
                r = read_lines(b);
        if (r < 0 && r != -EAGAIN && r != -EINTR) {
                log_debug("station: control socket closed: %s", strerror(-r));
                disconnect(b);
                if (b->callbacks.on_gone)
                        b->callbacks.on_gone(b->callbacks.userdata);
        }
        return 0;
}

static int connect_now(struct bell *b) {
        int r;

        b->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (b->fd < 0)
                return -errno;
        if (connect(b->fd, (const struct sockaddr *) &b->address, sizeof(b->address)) < 0)
                return -errno;
        r = sd_event_add_io(b->event, &b->io, b->fd, EPOLLIN, bell_on_readable, b);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(b->io, "bell");
        say(b, "{\"verb\":\"follow\"}\n");
        if (b->callbacks.on_status)
                bell_ask_status(b);
        return 0;
}

void bell_on_tick(struct bell *b) {
        if (b->fd < 0 && *b->address.sun_path && connect_now(b) < 0)
                disconnect(b);
}
