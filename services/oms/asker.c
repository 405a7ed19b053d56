/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/asker.h"
#include "firmware/base/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define WINDOW                                                                                               \
        64 /* requests without answer; few enough that neither side's socket buffer fills with answers */

struct asker {
        int fd; /* owned; blocking */
        struct wire_reader in;
        uint64_t tags[WINDOW]; /* a ring */
        size_t first, n;
};

int asker_new(struct asker **ap, const char *path) {
        _cleanup_(asker_freep) struct asker *a = calloc(1, sizeof(*a));
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        if (!a)
                return -ENOMEM;
        a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (a->fd < 0)
                return -errno;
        if (!copy_text(address.sun_path, sizeof(address.sun_path), path))
                return -ENAMETOOLONG;
        if (connect(a->fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        *ap = take_ptr(a);
        return 0;
}

struct asker *asker_free(struct asker *a) {
        if (!a)
                return NULL;
        wire_reader_deinit(&a->in);
        closep(&a->fd);
        free(a);
        return NULL;
}

static int read_more(struct asker *a) {
        char bytes[16384];
        ssize_t n;

        do
                n = recv(a->fd, bytes, sizeof(bytes), 0);
        while (n < 0 && errno == EINTR);
        if (n <= 0)
                return n < 0 ? -errno : -EPIPE;
        return wire_reader_feed(&a->in, bytes, (size_t) n);
}

/* Waits for one answer. */
static int take_answer(struct asker *a, asker_fn fn, void *userdata) {
        _cleanup_(json_freep) struct json *answer = NULL;
        const char *line;
        uint64_t tag;
        size_t n;
        int r = 0;

        while (wire_reader_next(&a->in, &line, &n) == WIRE_E_MORE) {
                r = read_more(a);
                if (r < 0)
                        return r;
        }
        r = json_parse(line, n, &answer, NULL);
        if (r < 0)
                return r;
        tag = a->tags[a->first];
        a->first = (a->first + 1) % WINDOW;
        a->n--;
        return fn(answer, tag, userdata);
}

static int send_all(int fd, const char *bytes, size_t n) {
        while (n > 0) {
                ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

                if (sent < 0 && errno == EINTR)
                        continue;
                if (sent < 0)
                        return -errno;
                bytes += sent;
                n -= (size_t) sent;
        }
        return 0;
}

int asker_ask(struct asker *a, const struct str *request, uint64_t tag, asker_fn fn, void *userdata) {
        int r = request->error;

        if (r == 0 && request->len >= WIRE_LINE_MAX)
                return -EMSGSIZE;
        while (r == 0 && a->n == WINDOW)
                r = take_answer(a, fn, userdata);
        if (r == 0)
                r = send_all(a->fd, request->data, request->len);
        if (r == 0)
                r = send_all(a->fd, "\n", 1);
        if (r != 0)
                return r;
        a->tags[(a->first + a->n) % WINDOW] = tag;
        a->n++;
        return 0;
}

int asker_finish(struct asker *a, asker_fn fn, void *userdata) {
        int r = 0;

        while (r == 0 && a->n > 0)
                r = take_answer(a, fn, userdata);
        return r;
}
