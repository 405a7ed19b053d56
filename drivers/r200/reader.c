/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/r200/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "drivers/attach.h"
#include "drivers/timer.h"
#include "drivers/tty.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define READS_PER_TURN 8     /* of 1 KiB: a flooding device must not starve the benches */
#define GAP_USEC       50000 /* silence after which the rest of a frame does not come any more */
#define POWER_MAX_CDBM 3300

struct r200_reader {
        struct tag_sink sink; /* callbacks borrowed; outlive the reader */
        char *path;           /* owned */
        speed_t speed;
        struct r200_settings settings;
        int64_t priority;
        struct attach attach;
        sd_event *event; /* a reference */
        int fd;          /* owned; -1 while down */
        sd_event_source *io;
        sd_event_source *due; /* of the session */
        sd_event_source *gap;
        struct r200_decoder decoder;
        struct r200_session session;
};

static void r200_reader_close(struct r200_reader *r) {
        r->io = sd_event_source_disable_unref(r->io);
        closep(&r->fd);
        r->fd = -1;
        timer_disarm(r->due);
        timer_disarm(r->gap);
}

static void r200_reader_on_close(void *userdata) {
        r200_reader_close(userdata);
}

static void r200_reader_arm(struct r200_reader *r) {
        uint64_t now = monotonic_usec();

        if (r->session.due == UINT64_MAX)
                timer_disarm(r->due);
        else
                (void) timer_arm(
                        r->due, r->session.due > now ? r->session.due - now : 0); /* fails only when forked */
}

/* A few bytes into an empty queue: what does not go at once never will. Return: 0 or -errno. */
static int r200_reader_send(const struct r200_reader *r, const struct r200_out *out) {
        ssize_t n = out->n > 0 ? write(r->fd, out->bytes, out->n) : 0;

        if (n < 0)
                return -errno;
        return (size_t) n == out->n ? 0 : -EIO;
}

/* An inventory ends with the line that it ran on. */
static void r200_reader_line_lost(struct r200_reader *r, int error) {
        bool was_running = r->session.state == R200_RUNNING || r->session.state == R200_STOPPING;

        r->session.state = R200_LOST;
        if (was_running)
                r->sink.on_inventory(r->sink.userdata, false, monotonic_usec());
        attach_lost(&r->attach, error);
}

/* All that a step of the session asks for. Return: false when the line is closed now. */
static bool r200_reader_obey(struct r200_reader *r, const struct r200_out *out) {
        int error = r200_reader_send(r, out);

        if (out->has_notice)
                r->sink.on_notice(r->sink.userdata, out->notice, out->words);
        if (out->has_ended)
                r->sink.on_inventory(r->sink.userdata, false, monotonic_usec());
        if (out->lost < 0) {
                attach_lost(&r->attach, out->lost);
                return false;
        }
        if (error < 0) {
                r200_reader_line_lost(r, error);
                return false;
        }
        if (out->is_up)
                attach_up(&r->attach);
        if (out->has_begun)
                r->sink.on_inventory(r->sink.userdata, true, monotonic_usec());
        if (r->fd < 0) /* whoever was told has stopped an inventory, and the line was dead */
                return false;
        r200_reader_arm(r);
        return true;
}

static void r200_reader_tell(struct r200_reader *r, const struct r200_tag *tag, uint64_t usec) {
        const struct tag_read read = {
                .epc = tag->epc,
                .n_epc = tag->n_epc,
                .n_epc_bits = 8 * tag->n_epc,
                .has_pc = true,
                .pc = tag->pc,
                .antenna = 1,
                .rssi_dbm = tag->rssi_dbm,
                .n_reads = 1,
                .first_usec = usec,
                .last_usec = usec,
                .mono_usec = usec,
        };

        r->sink.on_read(r->sink.userdata, &read);
}

/* Return: false when the line is closed now. */
static bool r200_reader_take_frames(struct r200_reader *r, uint64_t usec) {
        struct r200_frame frame;

        while (r200_decoder_next(&r->decoder, &frame) == 0) {
                struct r200_out out = {0};
                struct r200_tag tag;

                if (r200_session_frame(&r->session, &frame, usec, &out, &tag))
                        r200_reader_tell(r, &tag, usec);
                if (r->fd < 0 || !r200_reader_obey(r, &out))
                        return false;
        }
        return true;
}

static bool r200_reader_feed(struct r200_reader *r, const uint8_t *bytes, size_t n) {
        uint64_t usec = monotonic_usec();

        while (n > 0) {
                size_t taken = r200_decoder_push(&r->decoder, bytes, n);

                bytes += taken;
                n -= taken;
                if (!r200_reader_take_frames(r, usec))
                        return false;
        }
        return true;
}

static void r200_reader_read(struct r200_reader *r, uint32_t revents) {
        uint8_t buf[1024];

        for (unsigned int i = 0; i < READS_PER_TURN; i++) {
                ssize_t n = read(r->fd, buf, sizeof(buf));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN) {
                        if (revents & (EPOLLHUP | EPOLLERR))
                                r200_reader_line_lost(r, -EIO); /* or the loop would turn for ever */
                        break;
                }
                if (n <= 0) {
                        r200_reader_line_lost(r, n < 0 ? -errno : -EIO);
                        break;
                }
                if (!r200_reader_feed(r, buf, (size_t) n))
                        return;
        }
        if (r->fd >= 0 && r200_decoder_is_pending(&r->decoder))
                (void) timer_arm(r->gap, GAP_USEC); /* fails only when forked */
        else
                timer_disarm(r->gap);
}

static int r200_reader_on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        (void) source;
        (void) fd;
        r200_reader_read(userdata, revents);
        return 0;
}

/* The rest of a frame did not come: look for others inside of what is there. */
static int r200_reader_on_gap(sd_event_source *source, uint64_t usec, void *userdata) {
        struct r200_reader *r = userdata;
        (void) source;
        (void) usec;

        while (r->fd >= 0 && r200_decoder_is_pending(&r->decoder)) {
                r200_decoder_skip(&r->decoder);
                if (!r200_reader_take_frames(r, monotonic_usec()))
                        break;
        }
        return 0;
}

static int r200_reader_on_due(sd_event_source *source, uint64_t usec, void *userdata) {
        struct r200_reader *r = userdata;
        struct r200_out out = {0};
        (void) source;
        (void) usec;

        if (r->fd < 0)
                return 0;
        r200_session_time(&r->session, monotonic_usec(), &out);
        (void) r200_reader_obey(r, &out);
        return 0;
}

static int r200_reader_on_open(void *userdata) {
        struct r200_reader *r = userdata;
        struct r200_out out = {0};
        int e = tty_open(r->path, O_RDWR, r->speed, &r->fd);

        if (e < 0)
                return e;
        e = sd_event_add_io(r->event, &r->io, r->fd, EPOLLIN, r200_reader_on_readable, r);
        if (e >= 0)
                e = sd_event_source_set_priority(r->io, r->priority);
        if (e < 0)
                return e;
        r200_decoder_clear(&r->decoder);
        r200_session_begin(&r->session, &r->settings, monotonic_usec(), &out);
        e = r200_reader_send(r, &out);
        if (e < 0)
                return e;
        r200_reader_arm(r);
        return ATTACH_E_PENDING;
}

static void r200_reader_on_state(void *userdata, enum device_state state, int error) {
        struct r200_reader *r = userdata;

        r->sink.on_state(r->sink.userdata, state, error);
}

static bool power_is_possible(int power_cdbm) {
        return power_cdbm == R200_POWER_KEEP || (power_cdbm >= 0 && power_cdbm <= POWER_MAX_CDBM);
}

int r200_reader_new(
        struct r200_reader **rp, sd_event *event, const struct r200_config *config, struct tag_sink sink) {
        _cleanup_(r200_reader_freep) struct r200_reader *r = calloc(1, sizeof(*r));
        const struct attach_config attach = {.priority = config->priority,
                .retry_usec = config->retry_usec,
                .retry_max_usec = config->retry_max_usec};
        const struct attach_ops ops = {r200_reader_on_open, r200_reader_on_close, r200_reader_on_state, r};
        int e;

        if (!r)
                return -ENOMEM;
        r->fd = -1;
        r->sink = sink;
        r->event = sd_event_ref(event);
        r->priority = config->priority;
        r->settings = config->settings;
        r->session.wanted = config->inventory;
        r->session.state = R200_LOST;
        r->path = strdup(config->path);
        if (!r->path)
                return -ENOMEM;
        if (!power_is_possible(config->settings.power_cdbm))
                return -EINVAL;
        e = tty_speed_from_baud(config->baud ? config->baud : 115200, &r->speed);
        if (e >= 0)
                e = timer_new(&r->due, event, r->priority - 1, r200_reader_on_due, r);
        if (e >= 0)
                e = timer_new(&r->gap, event, r->priority + 1, r200_reader_on_gap,
                        r); /* what is there to read goes first */
        if (e >= 0)
                e = attach_init(&r->attach, event, &attach, &ops);
        if (e < 0)
                return e;
        *rp = take_ptr(r);
        return 0;
}

struct r200_reader *r200_reader_free(struct r200_reader *r) {
        if (!r)
                return NULL;
        r200_reader_close(r);
        (void) sd_event_source_disable_unref(r->due);
        (void) sd_event_source_disable_unref(r->gap);
        attach_deinit(&r->attach);
        (void) sd_event_unref(r->event);
        free(r->path);
        free(r);
        return NULL;
}

void r200_reader_set_inventory(struct r200_reader *r, bool is_wanted) {
        struct r200_out out = {0};

        r200_session_want(&r->session, is_wanted, monotonic_usec(), &out);
        if (r->fd >= 0)
                (void) r200_reader_obey(r, &out);
}

const char *r200_reader_get_info(const struct r200_reader *r) {
        return r->session.info;
}
