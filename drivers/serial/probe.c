/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/serial/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "drivers/timer.h"
#include "drivers/tty.h"
#include "firmware/base/cleanup.h"

#define SILENCE_USEC 150000 /* longer than within a code at the slowest of the speeds */
#define STX          0x02
#define ETX          0x03

/* ---- what one scan says ---- */

/* The suffix is cut off. Return: false when there is none. */
static bool cut_suffix(const uint8_t *bytes, size_t *np, enum serial_suffix *suffix) {
        size_t n = *np;

        if (n >= 2 && bytes[n - 2] == '\r' && bytes[n - 1] == '\n') {
                *suffix = SERIAL_SUFFIX_CRLF;
                *np = n - 2;
                return true;
        }
        if (n >= 1 && bytes[n - 1] == '\r')
                *suffix = SERIAL_SUFFIX_CR;
        else if (n >= 1 && bytes[n - 1] == '\n')
                *suffix = SERIAL_SUFFIX_LF;
        else if (n >= 1 && bytes[n - 1] == ETX)
                *suffix = SERIAL_SUFFIX_ETX;
        else
                return false;
        *np = n - 1;
        return true;
}

int serial_probe_read(
        const uint8_t *bytes, size_t n, struct scan_text *scan, struct serial_framing *framing) {
        struct serial_framing found = {.stx_prefix = n > 0 && bytes[0] == STX};
        bool has_end = cut_suffix(bytes, &n, &found.suffix);

        scan_text_clear(scan);
        for (size_t i = found.stx_prefix; i < n; i++)
                scan_text_add(scan, bytes[i]);
        if (scan->refused != SCAN_REFUSED_NONE || scan->n == 0)
                return SERIAL_PROBE_E_GARBAGE;
        if (!has_end)
                return SERIAL_PROBE_E_SUFFIXLESS;
        *framing = found;
        return 0;
}

unsigned int serial_probe_next_baud(unsigned int baud) {
        static const unsigned int usual[] = {9600, 115200, 38400, 19200, 57600, 4800, 2400};

        for (size_t i = 0; i + 1 < ELEMENTSOF(usual); i++)
                if (usual[i] == baud)
                        return usual[i + 1];
        return usual[0];
}

/* ---- the port ---- */

struct serial_probe {
        struct serial_probe_sink sink;
        sd_event *event; /* a reference */
        char *path;      /* owned */
        unsigned int baud;
        int fd; /* owned; -1 when it is closed */
        sd_event_source *io, *silence;
        uint8_t bytes[2 * SCAN_TEXT_MAX];
        size_t n;
};

static void probe_close(struct serial_probe *p) {
        p->io = sd_event_source_disable_unref(p->io);
        closep(&p->fd);
        p->fd = -1;
        p->n = 0;
}

static int probe_on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct serial_probe *p = userdata;
        uint8_t rest[64];
        bool is_full = p->n == sizeof(p->bytes);
        ssize_t n =
                read(fd, is_full ? rest : p->bytes + p->n, is_full ? sizeof(rest) : sizeof(p->bytes) - p->n);
        (void) source;

        if (n < 0 && (errno == EINTR || errno == EAGAIN) && !(revents & (EPOLLHUP | EPOLLERR)))
                return 0;
        if (n <= 0) {
                probe_close(p);
                p->sink.on_trouble(p->sink.userdata, n < 0 ? -errno : -EIO, p->baud);
                return 0;
        }
        if (!is_full)
                p->n += (size_t) n;
        (void) timer_arm(p->silence, SILENCE_USEC); /* fails only when forked */
        return 0;
}

static int probe_open(struct serial_probe *p) {
        speed_t speed;
        int r = tty_speed_from_baud(p->baud, &speed);

        if (r == 0)
                r = tty_open(p->path, O_RDONLY, speed, &p->fd);
        if (r == 0)
                r = sd_event_add_io(p->event, &p->io, p->fd, EPOLLIN, probe_on_readable, p);
        return r < 0 ? r : 0;
}

static int probe_on_silence(sd_event_source *source, uint64_t usec, void *userdata) {
        struct serial_probe *p = userdata;
        struct scan_text scan = {0};
        struct serial_framing framing;
        int r = serial_probe_read(p->bytes, p->n, &scan, &framing);
        (void) source;
        (void) usec;

        p->n = 0;
        if (r == 0) {
                p->sink.on_scan(p->sink.userdata, scan.bytes, p->baud, framing);
                return 0;
        }
        if (r == SERIAL_PROBE_E_GARBAGE && p->fd >= 0) {
                int error;

                probe_close(p);
                p->baud = serial_probe_next_baud(p->baud);
                error = probe_open(p);
                r = error < 0 ? error : r;
        }
        p->sink.on_trouble(p->sink.userdata, r, p->baud);
        return 0;
}

int serial_probe_new(
        struct serial_probe **pp, sd_event *event, const char *path, struct serial_probe_sink sink) {
        struct serial_probe *p = calloc(1, sizeof(*p));
        int r;

        if (!p)
                return -ENOMEM;
        p->sink = sink;
        p->fd = -1;
        p->event = sd_event_ref(event);
        p->baud = serial_probe_next_baud(0);
        p->path = strdup(path);
        r = p->path ? timer_new(&p->silence, event, 0, probe_on_silence, p) : -ENOMEM;
        if (r >= 0)
                r = probe_open(p);
        if (r < 0) {
                (void) serial_probe_free(p);
                return r;
        }
        *pp = p;
        return 0;
}

struct serial_probe *serial_probe_free(struct serial_probe *p) {
        if (!p)
                return NULL;
        probe_close(p);
        (void) sd_event_source_disable_unref(p->silence);
        (void) sd_event_unref(p->event);
        free(p->path);
        free(p);
        return NULL;
}
