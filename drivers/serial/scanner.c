/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/serial/scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

#include "drivers/attach.h"
#include "drivers/timer.h"
#include "drivers/tty.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define READS_PER_TURN 8 /* of 1 KiB: a flooding device must not starve the other benches */

struct serial_scanner {
        struct scan_sink sink; /* callbacks borrowed; outlive the scanner */
        char *path;            /* owned */
        speed_t speed;
        struct attach attach;
        uint64_t settle_usec;  /* as configured */
        uint64_t trusted_usec; /* CLOCK_MONOTONIC from when on a first byte is a head */
        int64_t priority;
        sd_event *event; /* a reference */
        int fd;          /* owned; -1 while down */
        sd_event_source *io;
        sd_event_source *silence;
        struct serial_framer framer;
};

static void serial_scanner_abandon(struct serial_scanner *s, enum scan_refusal why) {
        why = serial_framer_abandon(&s->framer, why);
        if (why != SCAN_REFUSED_NONE)
                s->sink.on_refused(s->sink.userdata, why);
}

static void serial_scanner_close(struct serial_scanner *s) {
        s->io = sd_event_source_disable_unref(s->io);
        closep(&s->fd);
        s->fd = -1;
        timer_disarm(s->silence);
}

static void serial_scanner_on_close(void *userdata) {
        struct serial_scanner *s = userdata;

        serial_scanner_close(s);
        serial_scanner_abandon(s, SCAN_REFUSED_UNPLUGGED);
}

static void serial_scanner_feed(struct serial_scanner *s, const uint8_t *bytes, size_t n, uint64_t usec) {
        for (size_t i = 0; i < n; i++) {
                const struct scan_text *scan;
                enum scan_refusal why;
                int r;

                if (usec < s->trusted_usec && !serial_framer_is_pending(&s->framer))
                        serial_framer_distrust(&s->framer, SCAN_REFUSED_UNFINISHED);
                r = serial_framer_feed(&s->framer, bytes[i], &scan, &why);

                if (r == 0)
                        s->sink.on_scan(s->sink.userdata, scan->bytes, scan->n, usec);
                else if (r == SERIAL_E_REFUSED)
                        s->sink.on_refused(s->sink.userdata, why);
        }
}

/* Return: true when any byte came. */
static bool serial_scanner_read(struct serial_scanner *s, uint32_t revents) {
        uint8_t buf[1024];
        bool any = false;

        for (unsigned int i = 0; i < READS_PER_TURN; i++) {
                ssize_t n = read(s->fd, buf, sizeof(buf));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN) {
                        if (revents & (EPOLLHUP | EPOLLERR))
                                attach_lost(&s->attach, -EIO); /* or the loop would turn for ever */
                        break;
                }
                if (n <= 0) {
                        attach_lost(&s->attach, n < 0 ? -errno : -EIO);
                        return any;
                }
                serial_scanner_feed(s, buf, (size_t) n, monotonic_usec());
                any = true;
        }
        if (s->fd < 0)
                return any;
        if (serial_framer_is_pending(&s->framer))
                (void) (any ? timer_arm(s->silence, SCAN_GAP_USEC) : 0); /* fails only when forked */
        else
                timer_disarm(s->silence);
        return any;
}

static int serial_scanner_on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        (void) source;
        (void) fd;
        (void) serial_scanner_read(userdata, revents);
        return 0;
}

/*
 * Silence is when the timer is due and nothing is there to read. If the loop was late, the rest of the code
 * may have waited in the kernel all the time: then it belongs to this scan.
 */
static int serial_scanner_on_silence(sd_event_source *source, uint64_t usec, void *userdata) {
        struct serial_scanner *s = userdata;
        (void) source;
        (void) usec;

        if (s->fd >= 0 && !serial_scanner_read(s, 0))
                serial_scanner_abandon(s, SCAN_REFUSED_UNFINISHED);
        return 0;
}

static int serial_scanner_on_open(void *userdata) {
        struct serial_scanner *s = userdata;
        uint64_t settle_usec;
        int r = tty_open(s->path, O_RDONLY, s->speed, &s->fd);

        if (r < 0)
                return r;
        r = sd_event_add_io(s->event, &s->io, s->fd, EPOLLIN, serial_scanner_on_readable, s);
        if (r < 0)
                return r;
        settle_usec = s->settle_usec ? s->settle_usec : tty_is_pty(s->fd) ? 0 : SCAN_GAP_USEC;
        s->trusted_usec = monotonic_usec() + settle_usec;
        r = sd_event_source_set_priority(s->io, s->priority);
        return r < 0 ? r : 0;
}

static void serial_scanner_on_state(void *userdata, enum device_state state, int error) {
        struct serial_scanner *s = userdata;

        s->sink.on_state(s->sink.userdata, state, error);
}

int serial_scanner_new(struct serial_scanner **sp, sd_event *event, const struct serial_config *config,
        struct scan_sink sink) {
        _cleanup_(serial_scanner_freep) struct serial_scanner *s = calloc(1, sizeof(*s));
        const struct attach_config attach = {.priority = config->priority, .retry_usec = config->retry_usec};
        const struct attach_ops ops = {
                serial_scanner_on_open, serial_scanner_on_close, serial_scanner_on_state, s};
        int r;

        if (!s)
                return -ENOMEM;
        s->fd = -1;
        s->sink = sink;
        s->event = sd_event_ref(event);
        s->priority = config->priority;
        s->settle_usec = config->settle_usec;
        s->framer.framing = config->framing;
        s->path = strdup(config->path);
        if (!s->path)
                return -ENOMEM;
        r = tty_speed_from_baud(config->baud ? config->baud : 9600, &s->speed);
        if (r < 0)
                return r;
        r = timer_new(&s->silence, event, s->priority - 1, serial_scanner_on_silence, s);
        if (r < 0)
                return r;
        r = attach_init(&s->attach, event, &attach, &ops);
        if (r < 0)
                return r;
        *sp = take_ptr(s);
        return 0;
}

struct serial_scanner *serial_scanner_free(struct serial_scanner *s) {
        if (!s)
                return NULL;
        serial_scanner_close(s);
        (void) sd_event_source_disable_unref(s->silence);
        attach_deinit(&s->attach);
        (void) sd_event_unref(s->event);
        free(s->path);
        free(s);
        return NULL;
}
