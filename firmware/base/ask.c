/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/ask.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "firmware/base/wire.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* An answer comes after the commit: a disk that hangs lets it wait, and the station says so at its lights after 20 s. */
#define ANSWER_TIMEOUT_MS 60000

struct ask {
        int fd; /* owned */
        struct wire_reader reader;
};

int ask_open(struct ask **ap, const char *socket_path) {
        _cleanup_(ask_closep) struct ask *a = calloc(1, sizeof(*a));
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        if (!a)
                return -ENOMEM;
        a->fd = -1;
        if (!copy_text(address.sun_path, sizeof(address.sun_path), socket_path))
                return -ENAMETOOLONG;
        a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (a->fd < 0)
                return -errno;
        if (connect(a->fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        *ap = take_ptr(a);
        return 0;
}

struct ask *ask_close(struct ask *a) {
        if (!a)
                return NULL;
        closep(&a->fd);
        wire_reader_deinit(&a->reader);
        free(a);
        return NULL;
}

static int send_all(int fd, const char *bytes, size_t n) {
        while (n > 0) {
                ssize_t done = send(fd, bytes, n, MSG_NOSIGNAL);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done < 0)
                        return -errno;
                bytes += done;
                n -= (size_t) done;
        }
        return 0;
}

int ask_send(struct ask *a, const char *request) {
        int r = send_all(a->fd, request, strlen(request));

        return r < 0 ? r : send_all(a->fd, "\n", 1);
}

static int64_t now_ms(void) {
        return (int64_t) (monotonic_usec() / USEC_PER_MSEC);
}

/* Return: 0 when bytes came, ASK_E_SILENT, -errno. */
static int receive(struct ask *a, int64_t until_ms) {
        struct pollfd p = {.fd = a->fd, .events = POLLIN};
        int64_t left = until_ms - now_ms();
        char bytes[4096];
        ssize_t n;
        int r = poll(&p, 1, left > 0 ? (int) left : 0);

        if (r < 0)
                return errno == EINTR ? 0 : -errno;
        if (r == 0)
                return ASK_E_SILENT;
        n = recv(a->fd, bytes, sizeof(bytes), 0);
        if (n < 0)
                return errno == EINTR ? 0 : -errno;
        return n == 0 ? -ECONNRESET : wire_reader_feed(&a->reader, bytes, (size_t) n);
}

int ask_next(struct ask *a, int timeout_ms, struct json **linep) {
        int64_t until_ms = now_ms() + timeout_ms;
        const char *line;
        size_t n;

        while (wire_reader_next(&a->reader, &line, &n) == WIRE_E_MORE) {
                int r = receive(a, until_ms);

                if (r != 0)
                        return r;
        }
        return json_parse(line, n, linep, NULL);
}

static int fail(struct diag *d, const char *socket_path, int r) {
        (void) copy_text(d->file, sizeof(d->file), socket_path); /* cut is better than nothing */
        switch (r) {
        case -ENOENT:
        case -ECONNREFUSED:
                diag_set(d, 0, 0, NULL, "no station answers: okuru-station is not running");
                return r;
        case -EACCES:
        case -EPERM:
                diag_set(d, 0, 0, NULL, "not allowed: only root and group okuru may ask the station");
                return r;
        case ASK_E_SILENT:
                diag_set(d, 0, 0, NULL, "the station took the request and does not answer");
                return -ETIMEDOUT;
        default:
                diag_set(d, 0, 0, NULL, "%s", strerror(-r));
                return r;
        }
}

int ask_station(const char *socket_path, const char *request, struct json **answerp, struct diag *d) {
        return ask_station_within(socket_path, request, ANSWER_TIMEOUT_MS, answerp, d);
}

int ask_station_within(
        const char *socket_path, const char *request, int timeout_ms, struct json **answerp, struct diag *d) {
        _cleanup_(ask_closep) struct ask *a = NULL;
        _cleanup_(json_freep) struct json *answer = NULL;
        int r = ask_open(&a, socket_path);

        assert(r != 0 || a);
        if (r == 0)
                r = ask_send(a, request);
        if (r == 0)
                r = ask_next(a, timeout_ms, &answer);
        if (r != 0)
                return fail(d, socket_path, r);
        if (!json_get_bool(answer, "ok", false)) {
                diag_set(d, 0, 0, NULL, "the station refuses: %s",
                        json_get_string(answer, "error", "no reason given"));
                return -EBADMSG;
        }
        *answerp = take_ptr(answer);
        return 0;
}
