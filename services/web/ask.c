/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "firmware/base/wire.h"

/* The station serves few callers at once, and has others to serve than us. One count for the program: its value is nobody's state. */
static atomic_int asking;

static int connect_to(const char *path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _autoclose_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0)
                return -errno;
        if (!copy_text(address.sun_path, sizeof(address.sun_path), path))
                return -ENAMETOOLONG;
        if (connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        return take_fd(fd);
}

/* Return: 0 there is something to read, or the end; ASK_E_SILENT. */
static int wait_readable(int fd, uint64_t until_usec) {
        struct pollfd p = {.fd = fd, .events = POLLIN};

        for (;;) {
                uint64_t now = monotonic_usec();
                int n = now < until_usec ? poll(&p, 1, (int) ((until_usec - now) / USEC_PER_MSEC) + 1) : 0;

                if (n > 0)
                        return 0;
                if (n == 0 || errno != EINTR)
                        return ASK_E_SILENT;
        }
}

static int read_answer(int fd, uint64_t until_usec, struct json **answerp) {
        struct wire_reader in = {0};
        const char *line;
        size_t n_line;
        int r = WIRE_E_MORE;

        while (r == WIRE_E_MORE) {
                char bytes[4096];
                ssize_t n;

                r = wait_readable(fd, until_usec);
                if (r != 0)
                        break;
                n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
                if (n < 0 && (errno == EAGAIN || errno == EINTR))
                        r = WIRE_E_MORE;
                else if (n <= 0 || wire_reader_feed(&in, bytes, (size_t) n) < 0)
                        r = ASK_E_SILENT;
                else
                        r = wire_reader_next(&in, &line, &n_line);
        }
        if (r == 0)
                r = json_parse(line, n_line, answerp, NULL) < 0 ? ASK_E_SILENT : 0;
        wire_reader_deinit(&in);
        return r;
}

static int ask(const char *path, const char *line, int timeout_ms, struct json **answerp) {
        const uint64_t until_usec = monotonic_usec() + (uint64_t) timeout_ms * USEC_PER_MSEC;
        _cleanup_str_ struct str text = STR_INIT;
        _autoclose_ int fd = connect_to(path);

        if (fd < 0)
                return ASK_E_AWAY;
        str_add(&text, line);
        str_add_char(&text, '\n');
        if (text.error)
                return text.error;
        if (send(fd, text.data, text.len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t) text.len)
                return ASK_E_SILENT; /* it takes less than one line: it does not read */
        return read_answer(fd, until_usec, answerp);
}

int screen_ask(const char *path, const char *line, int timeout_ms, struct json **answerp) {
        int r = ASK_E_BUSY;

        if (atomic_fetch_add(&asking, 1) < ASK_MAX)
                r = ask(path, line, timeout_ms, answerp);
        (void) atomic_fetch_sub(&asking, 1);
        return r;
}
