/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/bell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "firmware/base/log.h"
#include "firmware/base/str.h"
#include "firmware/base/wire.h"

#define READS_MAX 16 /* of one wake-up */

struct bell {
        sd_event *event; /* borrowed */
        struct sockaddr_un address;
        int fd;              /* owned; -1 while not connected */
        sd_event_source *io; /* owned */
        struct wire_reader lines;
        void (*on_bell)(void *userdata);
        void *userdata;
};

static void disconnect(struct bell *b) {
        b->io = sd_event_source_disable_unref(b->io);
        closep(&b->fd);
        b->fd = -1;
        wire_reader_deinit(&b->lines);
        b->lines = (struct wire_reader){0};
}

int bell_new(struct bell **bp, sd_event *event, const char *path, void (*on_bell)(void *userdata),
        void *userdata) {
        struct bell *b = calloc(1, sizeof(*b));

        if (!b)
                return -ENOMEM;
        *b = (struct bell){.event = event, .fd = -1, .on_bell = on_bell, .userdata = userdata};
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

/* Verdicts for screens and answers to our own words pass by; only that it rang matters, the ledger says the rest. */
static bool is_bell(const char *line) {
        return strncmp(line, "{\"bell\":", 8) == 0;
}

/* Return: 0, -EAGAIN, other -errno when the connection is over. */
static int read_lines(struct bell *b, bool *rangp) {
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
                *rangp |= is_bell(line);
        return r;
}

static int bell_on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct bell *b = userdata;
        bool rang = false;
        int r = 0;

        (void) source;
        (void) fd;
        (void) revents;
        for (int i = 0; i < READS_MAX && r == 0; i++)
                r = read_lines(b, &rang);
        if (r < 0 && r != -EAGAIN && r != -EINTR) {
                log_debug("station: control socket closed: %s", strerror(-r));
                disconnect(b);
        }
        if (rang)
                b->on_bell(b->userdata);
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
        (void) sd_event_source_set_description(b->io, "bell"); /* for sd-event's own log only */
        say(b, "{\"verb\":\"follow\"}\n");
        return 0;
}

void bell_on_tick(struct bell *b) {
        if (b->fd < 0 && *b->address.sun_path && connect_now(b) < 0)
                disconnect(b);
}
