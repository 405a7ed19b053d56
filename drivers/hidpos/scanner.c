/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/hidpos/scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "drivers/attach.h"
#include "drivers/hidpos/decoder.h"
#include "drivers/timer.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/time.h"

#define QUEUE_FULL       63 /* reports that wait in the kernel for a reader: one less than HIDRAW_BUFFER_SIZE */
#define REDIRECT_TO_HERE 1
#define REDIRECT_ID      0xFE /* of Honeywell's, also of those that do not list it */

struct hidpos_scanner {
        struct scan_sink sink;  /* callbacks borrowed; outlive the scanner */
        struct plug_rule match; /* a copy */
        struct attach attach;
        int64_t priority;
        sd_event *event; /* a reference */
        struct udev *udev;
        struct plug_watch watch;
        int fd;                /* owned; -1 while down */
        uint64_t trusted_usec; /* CLOCK_MONOTONIC from when on a first report is a head */
        sd_event_source *io;
        sd_event_source *silence;
        struct hidpos_decoder decoder;
};

static void hidpos_scanner_abandon(struct hidpos_scanner *s, enum scan_refusal why) {
        why = hidpos_decoder_abandon(&s->decoder, why);
        if (why != SCAN_REFUSED_NONE)
                s->sink.on_refused(s->sink.userdata, why);
}

static void hidpos_scanner_close(struct hidpos_scanner *s) {
        s->io = sd_event_source_disable_unref(s->io);
        closep(&s->fd);
        s->fd = -1;
        plug_watch_give_syspath(&s->watch, NULL);
        timer_disarm(s->silence);
}

static void hidpos_scanner_on_close(void *userdata) {
        struct hidpos_scanner *s = userdata;

        hidpos_scanner_close(s);
        hidpos_scanner_abandon(s, SCAN_REFUSED_UNPLUGGED);
}

static void hidpos_scanner_feed(struct hidpos_scanner *s, const uint8_t *report, size_t n) {
        uint64_t usec = monotonic_usec();
        const struct scan_text *scan;
        enum scan_refusal why;
        int r;

        if (usec < s->trusted_usec && !hidpos_decoder_is_pending(&s->decoder))
                hidpos_decoder_distrust(&s->decoder, SCAN_REFUSED_UNFINISHED);
        r = hidpos_decoder_feed(&s->decoder, report, n, &scan, &why);
        if (r == 0)
                s->sink.on_scan(s->sink.userdata, scan->bytes, scan->n, usec);
        else if (r == HIDPOS_E_REFUSED)
                s->sink.on_refused(s->sink.userdata, why);
}

/* The queue was full when we came: behind its last report others may be missing, and what follows may be a tail. */
static void hidpos_scanner_miss(struct hidpos_scanner *s) {
        (void) hidpos_decoder_abandon(&s->decoder, SCAN_REFUSED_DROPPED);
        s->sink.on_refused(s->sink.userdata, SCAN_REFUSED_DROPPED);
        s->trusted_usec = monotonic_usec() + SCAN_GAP_USEC;
}

/* Return: true when any report came. */
static bool hidpos_scanner_read(struct hidpos_scanner *s, uint32_t revents) {
        uint8_t report[HIDPOS_REPORT_MAX];
        unsigned int n_reports = 0;

        while (n_reports < QUEUE_FULL) {
                ssize_t n = read(s->fd, report, sizeof(report));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN) {
                        if (revents & (EPOLLHUP | EPOLLERR))
                                attach_lost(&s->attach, -ENODEV); /* or the loop would turn for ever */
                        break;
                }
                if (n <= 0) {
                        attach_lost(&s->attach, n < 0 ? -errno : -ENODEV);
                        return n_reports > 0;
                }
                hidpos_scanner_feed(s, report, (size_t) n);
                n_reports++;
        }
        if (s->fd < 0)
                return n_reports > 0;
        if (n_reports == QUEUE_FULL)
                hidpos_scanner_miss(s);
        if (hidpos_decoder_is_pending(&s->decoder))
                (void) (n_reports > 0 ? timer_arm(s->silence, SCAN_GAP_USEC)
                                      : 0); /* fails only when forked */
        else
                timer_disarm(s->silence);
        return n_reports > 0;
}

static int hidpos_scanner_on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        (void) source;
        (void) fd;
        (void) hidpos_scanner_read(userdata, revents);
        return 0;
}

/* Silence is when the timer is due and nothing is there to read: the loop may have been late. */
static int hidpos_scanner_on_silence(sd_event_source *source, uint64_t usec, void *userdata) {
        struct hidpos_scanner *s = userdata;
        (void) source;
        (void) usec;

        if (s->fd >= 0 && !hidpos_scanner_read(s, 0))
                hidpos_scanner_abandon(s, SCAN_REFUSED_UNFINISHED);
        return 0;
}

static uint8_t redirect_id_of(const struct plug_device *d, const struct hidpos_layout *l) {
        bool honeywell = d->vendor == 0x0c2e || d->vendor == 0x23d0; /* the second was Metrologic */

        return l->redirect_id || !honeywell || l->report_id == 0 ? l->redirect_id : REDIRECT_ID;
}

/* Opens the one device in POS mode that fits. Return: 0, or as hidpos_scanner_new() says of the sink. */
static int hidpos_scanner_choose(struct hidpos_scanner *s) {
        _cleanup_(plug_devices_deinit) struct plug_devices found = {0};
        struct plug_device *chosen = NULL;
        struct hidpos_layout layout;
        int error = -ENODEV;
        int r = plug_find(&s->match, PLUG_HIDRAW, s->udev, &found);

        if (r < 0)
                return r;
        for (size_t i = 0; i < found.n; i++) {
                struct hidpos_layout l;

                r = hidpos_layout_load(&l, found.list[i].function);
                if (r == HIDPOS_E_UNREADABLE)
                        error = -ENOTSUP;
                if (r != 0 || (chosen && strcmp(chosen->unit, found.list[i].unit) == 0))
                        continue;
                if (chosen)
                        return -ENOTUNIQ;
                chosen = &found.list[i];
                layout = l;
        }
        if (!chosen)
                return error;
        s->fd = open(chosen->devnode, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (s->fd < 0)
                return -errno;
        plug_watch_give_syspath(&s->watch, take_ptr(chosen->syspath));
        layout.redirect_id = redirect_id_of(chosen, &layout);
        s->decoder = (struct hidpos_decoder){.layout = layout};
        return 0;
}

static void hidpos_scanner_redirect(const struct hidpos_scanner *s) {
        uint8_t report[] = {s->decoder.layout.redirect_id, REDIRECT_TO_HERE};

        if (report[0] == 0)
                return;
        /* One that stalls may have been set before, or send its scans here anyway. */
        if (ioctl(s->fd, HIDIOCSFEATURE(sizeof(report)), report) < 0)
                log_debug("%s: does not take where its scans are to go: %m", s->watch.syspath);
}

static int hidpos_scanner_on_open(void *userdata) {
        struct hidpos_scanner *s = userdata;
        int r = hidpos_scanner_choose(s);

        if (r < 0)
                return r;
        hidpos_scanner_redirect(s);
        s->trusted_usec = monotonic_usec() + SCAN_GAP_USEC;
        r = sd_event_add_io(s->event, &s->io, s->fd, EPOLLIN, hidpos_scanner_on_readable, s);
        if (r < 0)
                return r;
        r = sd_event_source_set_priority(s->io, s->priority);
        return r < 0 ? r : 0;
}

static void hidpos_scanner_on_state(void *userdata, enum device_state state, int error) {
        struct hidpos_scanner *s = userdata;

        s->sink.on_state(s->sink.userdata, state, error);
}

int hidpos_scanner_new(struct hidpos_scanner **sp, sd_event *event, const struct hidpos_config *config,
        struct scan_sink sink) {
        _cleanup_(hidpos_scanner_freep) struct hidpos_scanner *s = calloc(1, sizeof(*s));
        const struct attach_config attach = {.priority = config->priority, .retry_usec = config->retry_usec};
        const struct attach_ops ops = {
                hidpos_scanner_on_open, hidpos_scanner_on_close, hidpos_scanner_on_state, s};
        int r;

        if (!s)
                return -ENOMEM;
        s->fd = -1;
        s->sink = sink;
        s->event = sd_event_ref(event);
        s->priority = config->priority;
        r = plug_rule_copy(&s->match, &config->match);
        if (r < 0)
                return r;
        s->udev = udev_new();
        if (!s->udev)
                return -ENOMEM;
        r = plug_watch_init(&s->watch, event, s->udev, PLUG_HIDRAW, &s->attach);
        if (r < 0)
                return r;
        r = timer_new(&s->silence, event, s->priority - 1, hidpos_scanner_on_silence, s);
        if (r < 0)
                return r;
        r = attach_init(&s->attach, event, &attach, &ops);
        if (r < 0)
                return r;
        *sp = take_ptr(s);
        return 0;
}

struct hidpos_scanner *hidpos_scanner_free(struct hidpos_scanner *s) {
        if (!s)
                return NULL;
        hidpos_scanner_close(s);
        (void) sd_event_source_disable_unref(s->silence);
        attach_deinit(&s->attach);
        (void) sd_event_unref(s->event);
        plug_watch_deinit(&s->watch);
        (void) udev_unref(s->udev);
        plug_rule_deinit(&s->match);
        free(s);
        return NULL;
}
