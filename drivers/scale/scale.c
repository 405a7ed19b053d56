/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/scale/scale.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "drivers/attach.h"
#include "drivers/timer.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define READS_PER_TURN 4 /* of 256 bytes: a flooding device must not starve the benches */

struct scale {
        struct scale_sink sink; /* callbacks borrowed; outlive the scale */
        char *path;             /* owned */
        speed_t speed;
        enum tty_frame frame;
        struct scale_settings settings;
        int64_t priority;
        struct attach attach;
        sd_event *event; /* a reference */
        int fd;          /* owned; -1 while down */
        sd_event_source *io;
        sd_event_source *due; /* of the session */
        struct scale_session session;
        int error; /* why it is not open */
        bool told;
        enum device_state told_state;
        int told_error;
        enum scale_trouble told_trouble;
        int64_t told_grams;
};

static void scale_tell(struct scale *s) {
        bool is_open = s->fd >= 0;
        enum scale_trouble trouble = is_open ? s->session.trouble : SCALE_WELL;
        enum device_state state = is_open && trouble == SCALE_WELL ? DEVICE_UP : DEVICE_DOWN;
        int error = is_open ? 0 : s->error;
        int64_t grams = scale_get_grams(s, monotonic_usec());

        if (is_open && !s->session.known)
                return; /* something is plugged in; whether it is a scale is heard soon */
        if (!s->told || s->told_state != state || s->told_error != error || s->told_trouble != trouble) {
                s->told = true;
                s->told_state = state;
                s->told_error = error;
                s->told_trouble = trouble;
                s->sink.on_state(s->sink.userdata, state, error, trouble);
        }
        if (grams != s->told_grams) {
                s->told_grams = grams;
                s->sink.on_weight(s->sink.userdata);
        }
}

static void scale_arm(struct scale *s) {
        uint64_t now = monotonic_usec(), due = scale_session_due(&s->session);

        if (due == UINT64_MAX)
                timer_disarm(s->due);
        else
                (void) timer_arm(s->due, due > now ? due - now : 0); /* fails only when forked */
}

static void scale_on_close(void *userdata) {
        struct scale *s = userdata;

        s->io = sd_event_source_disable_unref(s->io);
        closep(&s->fd);
        s->fd = -1;
        timer_disarm(s->due);
        scale_rest_forget(&s->session.rest);
}

static void scale_lost(struct scale *s, int error) {
        attach_lost(&s->attach, error);
}

/* A few bytes into an empty queue; of what does not go at once the rest is not sent either: the next question is whole. */
static int scale_send_question(const struct scale *s) {
        char bytes[SCALE_ASK_SIZE + 1];
        size_t n = scale_ask(&s->settings.format, bytes);
        ssize_t written = write(s->fd, bytes, n);

        return written < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
}

static void scale_read_some(struct scale *s, uint32_t revents) {
        uint8_t buf[256];

        for (unsigned int i = 0; i < READS_PER_TURN; i++) {
                ssize_t n = read(s->fd, buf, sizeof(buf));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN) {
                        if (revents & (EPOLLHUP | EPOLLERR))
                                scale_lost(s, -EIO); /* or the loop would turn for ever */
                        break;
                }
                if (n <= 0) {
                        scale_lost(s, n < 0 ? -errno : -EIO);
                        break;
                }
                scale_session_feed(&s->session, buf, (size_t) n, monotonic_usec());
        }
        if (s->fd < 0)
                return;
        scale_tell(s);
        scale_arm(s);
}

static int scale_on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        (void) source;
        (void) fd;
        scale_read_some(userdata, revents);
        return 0;
}

static int scale_on_due(sd_event_source *source, uint64_t usec, void *userdata) {
        struct scale *s = userdata;
        (void) source;
        (void) usec;

        if (s->fd < 0)
                return 0;
        /* If the loop was late, the frame may have waited in the kernel all the time: it counts first. */
        scale_read_some(s, 0);
        if (s->fd < 0)
                return 0;
        if (scale_session_time(&s->session, monotonic_usec())) {
                int r = scale_send_question(s);

                if (r < 0) {
                        scale_lost(s, r);
                        return 0;
                }
        }
        scale_tell(s);
        scale_arm(s);
        return 0;
}

static int scale_on_open(void *userdata) {
        struct scale *s = userdata;
        int r = tty_open(s->path, O_RDWR, s->speed, &s->fd);

        if (r == 0)
                r = tty_set_frame(s->fd, s->frame);
        if (r < 0)
                return r;
        r = sd_event_add_io(s->event, &s->io, s->fd, EPOLLIN, scale_on_readable, s);
        if (r >= 0)
                r = sd_event_source_set_priority(s->io, s->priority);
        if (r < 0)
                return r;
        scale_session_begin(&s->session, &s->settings, monotonic_usec());
        scale_arm(s);
        return 0;
}

/* Open is not up: what is there must speak like a scale first. */
static void scale_on_attach(void *userdata, enum device_state state, int error) {
        struct scale *s = userdata;

        s->error = error;
        if (state == DEVICE_DOWN)
                scale_tell(s);
}

int scale_new(struct scale **sp, sd_event *event, const struct scale_config *config, struct scale_sink sink) {
        _cleanup_(scale_freep) struct scale *s = calloc(1, sizeof(*s));
        const struct attach_config attach = {.priority = config->priority, .retry_usec = config->retry_usec};
        const struct attach_ops ops = {scale_on_open, scale_on_close, scale_on_attach, s};
        int r;

        if (!s)
                return -ENOMEM;
        s->fd = -1;
        s->sink = sink;
        s->event = sd_event_ref(event);
        s->priority = config->priority;
        s->frame = config->frame;
        s->settings = config->settings;
        scale_session_begin(&s->session, &s->settings, 0);
        s->path = strdup(config->path);
        if (!s->path)
                return -ENOMEM;
        r = tty_speed_from_baud(config->baud, &s->speed);
        if (r >= 0)
                r = timer_new(&s->due, event, s->priority - 1, scale_on_due,
                        s); /* a flood must not put it off: it reads first */
        if (r >= 0)
                r = attach_init(&s->attach, event, &attach, &ops);
        if (r < 0)
                return r;
        *sp = take_ptr(s);
        return 0;
}

struct scale *scale_free(struct scale *s) {
        if (!s)
                return NULL;
        scale_on_close(s);
        (void) sd_event_source_disable_unref(s->due);
        attach_deinit(&s->attach);
        (void) sd_event_unref(s->event);
        free(s->path);
        free(s);
        return NULL;
}

int64_t scale_get_grams(const struct scale *s, uint64_t now_usec) {
        if (s->fd < 0 || s->session.trouble != SCALE_WELL)
                return 0;
        return scale_rest_grams(&s->session.rest, &s->settings.rest, now_usec);
}
