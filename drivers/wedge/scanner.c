/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/wedge/scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <libevdev/libevdev.h>
#include <linux/input.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "drivers/attach.h"
#include "drivers/plug.h"
#include "drivers/timer.h"
#include "drivers/wedge/decoder.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define EVENTS_PER_TURN 4096

struct wedge_scanner {
        struct scan_sink sink;  /* callbacks borrowed; outlive the scanner */
        struct plug_rule match; /* a copy */
        struct attach attach;
        int64_t priority;
        sd_event *event; /* a reference */
        struct udev *udev;
        struct plug_watch watch;
        int fd; /* owned; -1 while down */
        struct libevdev *evdev;
        uint64_t settle_usec;  /* as configured */
        uint64_t trusted_usec; /* CLOCK_MONOTONIC from when on a first key is a head */
        bool kernel_time;      /* events carry CLOCK_MONOTONIC */
        sd_event_source *io;
        sd_event_source *silence;
        sd_event_source *more; /* libevdev still holds events that no epoll will tell of */
        struct wedge_decoder decoder;
};

DEFINE_FREEP(struct libevdev *, libevdev_free)

static void wedge_scanner_abandon(struct wedge_scanner *s, enum scan_refusal why) {
        why = wedge_decoder_abandon(&s->decoder, why);
        if (why != SCAN_REFUSED_NONE)
                s->sink.on_refused(s->sink.userdata, why);
}

static void wedge_scanner_close(struct wedge_scanner *s) {
        s->io = sd_event_source_disable_unref(s->io);
        libevdev_free(take_ptr(s->evdev));
        closep(&s->fd);
        s->fd = -1;
        plug_watch_give_syspath(&s->watch, NULL);
        timer_disarm(s->silence);
        if (s->more)
                (void) sd_event_source_set_enabled(s->more, SD_EVENT_OFF); /* fails only when forked */
}

static void wedge_scanner_on_close(void *userdata) {
        struct wedge_scanner *s = userdata;

        wedge_scanner_close(s);
        wedge_scanner_abandon(s, SCAN_REFUSED_UNPLUGGED);
}

static void wedge_scanner_feed(struct wedge_scanner *s, const struct input_event *ev) {
        uint64_t usec = s->kernel_time
                                ? (uint64_t) ev->input_event_sec * 1000000 + (uint64_t) ev->input_event_usec
                                : monotonic_usec();
        const struct scan_text *scan;
        enum scan_refusal why;
        int r;

        if (ev->type != EV_KEY)
                return;
        if (usec < s->trusted_usec && ev->value == 1 && !wedge_decoder_is_pending(&s->decoder))
                wedge_decoder_distrust(&s->decoder, SCAN_REFUSED_UNFINISHED);
        r = wedge_decoder_feed(&s->decoder, ev->code, ev->value, usec, &scan, &why);
        if (r == 0)
                s->sink.on_scan(s->sink.userdata, scan->bytes, scan->n, usec);
        else if (r == WEDGE_E_REFUSED)
                s->sink.on_refused(s->sink.userdata, why);
}

/* Return: 0 when all is read, -EAGAIN when there is more, otherwise the error that ends the device. */
static int wedge_scanner_read(struct wedge_scanner *s, bool *anyp) {
        unsigned int flag = LIBEVDEV_READ_FLAG_NORMAL;
        struct input_event ev;

        for (unsigned int i = 0; i < EVENTS_PER_TURN; i++) {
                int r = libevdev_next_event(s->evdev, flag, &ev);

                if (r == LIBEVDEV_READ_STATUS_SUCCESS) {
                        wedge_scanner_feed(s, &ev);
                        *anyp = true;
                } else if (r == LIBEVDEV_READ_STATUS_SYNC && flag == LIBEVDEV_READ_FLAG_NORMAL) {
                        /* The kernel's queue overflowed; a scan with a hole must not be delivered. */
                        wedge_decoder_skip(&s->decoder);
                        s->sink.on_refused(s->sink.userdata, SCAN_REFUSED_DROPPED);
                        flag = LIBEVDEV_READ_FLAG_SYNC;
                } else if (r == LIBEVDEV_READ_STATUS_SYNC) {
                        wedge_scanner_feed(s,
                                &ev); /* which keys are held now; the text of a skipped scan stays dropped */
                } else if (r == -EAGAIN && flag == LIBEVDEV_READ_FLAG_SYNC) {
                        flag = LIBEVDEV_READ_FLAG_NORMAL;
                } else if (r == -EAGAIN) {
                        return 0;
                } else if (r != -EINTR) {
                        return r;
                }
        }
        return -EAGAIN;
}

/* Return: true when any event came. */
static bool wedge_scanner_turn(struct wedge_scanner *s) {
        bool any = false;
        int r = wedge_scanner_read(s, &any);

        if (r < 0 && r != -EAGAIN) {
                attach_lost(&s->attach, r);
                return any;
        }
        /* These fail only when forked. */
        if (r == -EAGAIN)
                (void) sd_event_source_set_enabled(s->more, SD_EVENT_ONESHOT);
        if (!wedge_decoder_is_pending(&s->decoder))
                timer_disarm(s->silence);
        else if (any)
                (void) timer_arm(s->silence, SCAN_GAP_USEC);
        return any;
}

static int wedge_scanner_on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct wedge_scanner *s = userdata;
        (void) source;
        (void) fd;

        if (!wedge_scanner_turn(s) && s->fd >= 0 && (revents & (EPOLLHUP | EPOLLERR)))
                attach_lost(&s->attach, -ENODEV); /* or the loop would turn for ever */
        return 0;
}

static int wedge_scanner_on_more(sd_event_source *source, void *userdata) {
        struct wedge_scanner *s = userdata;
        (void) source;

        if (s->fd >= 0)
                (void) wedge_scanner_turn(s);
        return 0;
}

/* If the loop was late, events wait with their own times, and the decoder judges by those. */
static int wedge_scanner_on_silence(sd_event_source *source, uint64_t usec, void *userdata) {
        struct wedge_scanner *s = userdata;
        (void) source;
        (void) usec;

        if (s->fd >= 0 && !wedge_scanner_turn(s))
                wedge_scanner_abandon(s, SCAN_REFUSED_UNFINISHED);
        return 0;
}

/* Can it type a code? A scanner may show further devices, for a trigger or for volume keys. */
static bool evdev_types(const struct libevdev *evdev) {
        return libevdev_has_event_code(evdev, EV_KEY, KEY_1) &&
               libevdev_has_event_code(evdev, EV_KEY, KEY_0) &&
               (libevdev_has_event_code(evdev, EV_KEY, KEY_ENTER) ||
                       libevdev_has_event_code(evdev, EV_KEY, KEY_KPENTER) ||
                       libevdev_has_event_code(evdev, EV_KEY, KEY_TAB));
}

/* Return: 0, -ENOTSUP when it does not type, -errno. */
static int evdev_open(const char *devnode, int *fdp, struct libevdev **evdevp) {
        _cleanup_(libevdev_freep) struct libevdev *evdev = NULL;
        _autoclose_ int fd = open(devnode, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        int r;

        if (fd < 0)
                return -errno;
        r = libevdev_new_from_fd(fd, &evdev);
        if (r < 0)
                return r;
        if (!evdev_types(evdev))
                return -ENOTSUP;
        *fdp = take_fd(fd);
        *evdevp = take_ptr(evdev);
        return 0;
}

/* Opens the one device that fits and types. Return: 0, -ENODEV, -ENOTUNIQ, or why the one that fits cannot be opened. */
static int wedge_scanner_choose(struct wedge_scanner *s) {
        _cleanup_(plug_devices_deinit) struct plug_devices found = {0};
        const char *unit = NULL;
        int error = -ENODEV;
        int r = plug_find(&s->match, PLUG_INPUT, s->udev, &found);

        if (r < 0)
                return r;
        for (size_t i = 0; i < found.n; i++) {
                _cleanup_(libevdev_freep) struct libevdev *evdev = NULL;
                _autoclose_ int fd = -1;

                r = evdev_open(found.list[i].devnode, &fd, &evdev);
                if (r < 0) {
                        error = r == -ENOTSUP ? error : r;
                        continue;
                }
                if (unit && strcmp(unit, found.list[i].unit) != 0)
                        return -ENOTUNIQ;
                if (unit)
                        continue; /* a second keyboard of the same scanner */
                unit = found.list[i].unit;
                s->fd = take_fd(fd);
                s->evdev = take_ptr(evdev);
                plug_watch_give_syspath(&s->watch, take_ptr(found.list[i].syspath));
        }
        return unit ? 0 : error;
}

static void evdev_mask_misc(int fd) {
        uint8_t none[MSC_CNT / 8 + 1] = {0};
        struct input_mask mask = {.type = EV_MSC, .codes_size = sizeof(none), .codes_ptr = (uintptr_t) none};

        (void) ioctl(fd, EVIOCSMASK,
                &mask); /* before Linux 4.4, or emulated: less of a code fits into the queue */
}

static int wedge_scanner_on_open(void *userdata) {
        struct wedge_scanner *s = userdata;
        int r = wedge_scanner_choose(s);

        if (r < 0)
                return r;
        s->kernel_time = libevdev_set_clock_id(s->evdev, CLOCK_MONOTONIC) == 0;
        evdev_mask_misc(s->fd);
        /* Without the grab its keys would reach the console too: a label could type a command. */
        r = libevdev_grab(s->evdev, LIBEVDEV_GRAB);
        if (r < 0)
                return r;
        s->trusted_usec = monotonic_usec() + s->settle_usec;
        r = sd_event_add_io(s->event, &s->io, s->fd, EPOLLIN, wedge_scanner_on_readable, s);
        if (r < 0)
                return r;
        r = sd_event_source_set_priority(s->io, s->priority);
        return r < 0 ? r : 0;
}

static int wedge_scanner_add_sources(struct wedge_scanner *s) {
        int r = timer_new(&s->silence, s->event, s->priority - 1, wedge_scanner_on_silence, s);

        if (r >= 0)
                r = sd_event_add_defer(s->event, &s->more, wedge_scanner_on_more, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->more, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_source_set_priority(s->more, s->priority);
        return r < 0 ? r : 0;
}

static void wedge_scanner_on_state(void *userdata, enum device_state state, int error) {
        struct wedge_scanner *s = userdata;

        s->sink.on_state(s->sink.userdata, state, error);
}

int wedge_scanner_new(struct wedge_scanner **sp, sd_event *event, const struct wedge_config *config,
        struct scan_sink sink) {
        _cleanup_(wedge_scanner_freep) struct wedge_scanner *s = calloc(1, sizeof(*s));
        const struct attach_config attach = {.priority = config->priority, .retry_usec = config->retry_usec};
        const struct attach_ops ops = {
                wedge_scanner_on_open, wedge_scanner_on_close, wedge_scanner_on_state, s};
        int r;

        if (!s)
                return -ENOMEM;
        s->fd = -1;
        s->sink = sink;
        s->event = sd_event_ref(event);
        s->settle_usec = config->settle_usec ? config->settle_usec : SCAN_GAP_USEC;
        s->priority = config->priority;
        s->decoder.layout = config->layout;
        r = plug_rule_copy(&s->match, &config->match);
        if (r < 0)
                return r;
        s->udev = udev_new();
        if (!s->udev)
                return -ENOMEM;
        r = plug_watch_init(&s->watch, event, s->udev, PLUG_INPUT, &s->attach);
        if (r < 0)
                return r;
        r = wedge_scanner_add_sources(s);
        if (r < 0)
                return r;
        r = attach_init(&s->attach, event, &attach, &ops);
        if (r < 0)
                return r;
        *sp = take_ptr(s);
        return 0;
}

struct wedge_scanner *wedge_scanner_free(struct wedge_scanner *s) {
        if (!s)
                return NULL;
        wedge_scanner_close(s);
        (void) sd_event_source_disable_unref(s->silence);
        attach_deinit(&s->attach);
        (void) sd_event_source_disable_unref(s->more);
        (void) sd_event_unref(s->event);
        plug_watch_deinit(&s->watch);
        (void) udev_unref(s->udev);
        plug_rule_deinit(&s->match);
        free(s);
        return NULL;
}
