/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/control.h"
#include "firmware/base/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define GULP_BYTES  262144
#define CHUNK_BYTES 32768

struct client {
        struct control *control;
        int fd; /* owned; -1: free slot */
        sd_event_source *io;
        struct wire_reader in;
        struct str out;
        size_t sent; /* of out */
};

struct control {
        struct control_handler handler;
        sd_event *event; /* borrowed */
        sd_event_source *listener;
        int fd;
        char path[sizeof(((struct sockaddr_un *) 0)->sun_path)];
        struct client clients[CONTROL_CLIENTS];
};

static void client_close(struct client *c) {
        c->io = sd_event_source_disable_unref(c->io);
        wire_reader_deinit(&c->in);
        c->in = (struct wire_reader){0};
        str_deinit(&c->out);
        closep(&c->fd);
        c->fd = -1;
        c->sent = 0;
}

/* Return: 0, or -errno: close it. */
static int client_flush(struct client *c) {
        while (c->sent < c->out.len) {
                ssize_t n =
                        send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        break;
                if (n < 0)
                        return -errno;
                c->sent += (size_t) n;
        }
        if (c->sent == c->out.len) {
                str_clear(&c->out);
                c->sent = 0;
        }
        if (c->out.len - c->sent > CONTROL_OUT_BYTES)
                return -ENOBUFS;
        return sd_event_source_set_io_events(c->io, c->out.len > c->sent ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* Return: 0, or -errno: close it. */
static int client_handle(struct client *c) {
        const struct control_handler *h = &c->control->handler;
        size_t before = c->out.len;
        const char *line;
        size_t n;
        int r = 0;

        while (r == 0 && wire_reader_next(&c->in, &line, &n) == 0)
                r = h->on_request(line, n, &c->out, h->userdata);
        if (r == 0)
                r = h->on_end(h->userdata);
        if (r < 0 && c->out.len > before)
                c->out.len = before; /* what was not committed is not answered */
        return r < 0 ? r : c->out.error;
}

/* Return: 0 more may come; 1 at the end; -errno. */
static int client_read(struct client *c) {
        char bytes[CHUNK_BYTES];

        for (size_t total = 0; total < GULP_BYTES;) {
                ssize_t n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
                int r;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return errno == EAGAIN ? 0 : -errno;
                if (n == 0)
                        return 1;
                r = wire_reader_feed(&c->in, bytes, (size_t) n);
                if (r < 0)
                        return r;
                total += (size_t) n;
        }
        return 0;
}

static int client_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct client *c = userdata;
        int end = 0, r = 0;

        (void) source;
        (void) fd;
        if (revents & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
                end = client_read(c);
                r = client_handle(c); /* also what came before the end */
        }
        if (r == 0)
                r = client_flush(c);
        if (r < 0 || end != 0)
                client_close(c);
        return 0;
}

static int on_connect(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct control *c = userdata;
        _autoclose_ int accepted = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        (void) source;
        (void) revents;
        if (accepted < 0)
                return 0;
        for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
                struct client *client = &c->clients[i];

                if (client->fd >= 0)
                        continue;
                if (sd_event_add_io(c->event, &client->io, accepted, EPOLLIN, client_on_io, client) < 0)
                        return 0;
                client->fd = take_fd(accepted);
                return 0;
        }
        return 0; /* all taken: this one is turned away */
}

static int listen_at(struct control *c, const char *path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _autoclose_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0)
                return -errno;
        if (!copy_text(address.sun_path, sizeof(address.sun_path), path))
                return -ENAMETOOLONG;
        /* The database's lock says that no other `serve` is alive. */
        if (unlink(path) < 0 && errno != ENOENT)
                return -errno;
        if (bind(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        (void) copy_text(c->path, sizeof(c->path), path);
        if (chmod(path, 0660) < 0 || listen(fd, CONTROL_CLIENTS) < 0)
                return -errno;
        c->fd = take_fd(fd);
        return 0;
}

int control_new(
        struct control **cp, sd_event *event, const char *path, const struct control_handler *handler) {
        _cleanup_(control_freep) struct control *c = calloc(1, sizeof(*c));
        int r;

        if (!c)
                return -ENOMEM;
        c->handler = *handler;
        c->event = event;
        c->fd = -1;
        for (size_t i = 0; i < CONTROL_CLIENTS; i++)
                c->clients[i] = (struct client){.control = c, .fd = -1};
        r = listen_at(c, path);
        if (r == 0)
                r = sd_event_add_io(event, &c->listener, c->fd, EPOLLIN, on_connect, c);
        if (r < 0)
                return r;
        *cp = take_ptr(c);
        return 0;
}

struct control *control_free(struct control *c) {
        if (!c)
                return NULL;
        for (size_t i = 0; i < CONTROL_CLIENTS; i++)
                client_close(&c->clients[i]);
        c->listener = sd_event_source_disable_unref(c->listener);
        closep(&c->fd);
        if (*c->path)
                (void) unlink(c->path); /* it would only be refused */
        free(c);
        return NULL;
}
