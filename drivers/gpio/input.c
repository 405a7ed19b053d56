/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/gpio/input.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "drivers/attach.h"
#include "drivers/gpio/debounce.h"
#include "drivers/gpio/lines.h"
#include "drivers/timer.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define LOOK_USEC                                                                                            \
        USEC_PER_SEC /* kernel 6.1 wakes nobody when a chip goes away, and an edge may have been dropped */

struct gpio_input {
        struct gpio_input_config config; /* its strings are owned below */
        char *chip, *line;
        struct attach attach;
        sd_event *event; /* a reference */
        sd_event_source *io, *timer;
        struct gpio_lines *lines; /* NULL while down */
        struct debounce debounce;
};

static int read_level(struct gpio_input *i, bool edges, bool *changedp) {
        uint64_t now = monotonic_usec(), due;
        uint32_t values;
        int r = gpio_lines_get(i->lines, &values);

        if (r < 0)
                return r;
        *changedp = debounce_feed(&i->debounce, values & 1, edges, now);
        due = debounce_due_usec(&i->debounce);
        if (due == UINT64_MAX)
                return timer_arm(i->timer, LOOK_USEC);
        return timer_arm(i->timer, due > now ? due - now : 0);
}

static void look(struct gpio_input *i) {
        int n_edges = attach_is_up(&i->attach) ? gpio_lines_drain(i->lines) : 0;
        bool changed = false;
        int r = n_edges;

        if (!attach_is_up(&i->attach))
                return;
        if (n_edges >= 0)
                r = read_level(i, n_edges > 0, &changed);
        if (r < 0)
                attach_lost(&i->attach, r);
        else if (changed)
                i->config.on_level(i->config.userdata, i->debounce.level, false);
}

static int input_on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct gpio_input *i = userdata;

        (void) source;
        (void) fd;
        if (revents & (EPOLLHUP | EPOLLERR))
                attach_lost(&i->attach, -ENODEV);
        else
                look(i);
        return 0;
}

static int input_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) source;
        (void) usec;
        look(userdata);
        return 0;
}

static int input_open(void *userdata) {
        struct gpio_input *i = userdata;
        struct gpio_line line = {.name = i->line, .active_low = i->config.active_low};
        uint32_t values = 0;
        size_t missing;
        int r = gpio_lines_open(&i->lines, i->chip, &line, 1, false, &missing);

        if (r == 0)
                r = gpio_lines_get(i->lines, &values);
        if (r == 0)
                r = sd_event_add_io(
                        i->event, &i->io, gpio_lines_get_fd(i->lines), EPOLLIN, input_on_readable, i);
        if (r >= 0)
                r = sd_event_source_set_priority(i->io, i->config.priority);
        if (r >= 0)
                r = timer_arm(i->timer, LOOK_USEC);
        if (r < 0)
                return r;
        debounce_init(
                &i->debounce, i->config.settle_usec ? i->config.settle_usec : GPIO_SETTLE_USEC, values & 1);
        return 0;
}

static void input_close(void *userdata) {
        struct gpio_input *i = userdata;

        timer_disarm(i->timer);
        i->io = sd_event_source_disable_unref(i->io);
        i->lines = gpio_lines_free(i->lines);
}

static void input_on_state(void *userdata, enum device_state state, int error) {
        struct gpio_input *i = userdata;

        i->config.on_state(i->config.userdata, state, error);
        if (state == DEVICE_UP)
                i->config.on_level(i->config.userdata, i->debounce.level, true);
}

int gpio_input_new(struct gpio_input **ip, sd_event *event, const struct gpio_input_config *config) {
        _cleanup_(gpio_input_freep) struct gpio_input *i = calloc(1, sizeof(*i));
        int r;

        if (!i)
                return -ENOMEM;
        i->config = *config;
        i->event = sd_event_ref(event);
        i->chip = strdup(config->chip);
        i->line = strdup(config->line);
        if (!i->chip || !i->line)
                return -ENOMEM;
        r = timer_new(&i->timer, event, config->priority, input_on_time, i);
        if (r == 0)
                r = attach_init(&i->attach, event, &(struct attach_config){.priority = config->priority},
                        &(struct attach_ops){input_open, input_close, input_on_state, i});
        if (r < 0)
                return r;
        *ip = take_ptr(i);
        return 0;
}

struct gpio_input *gpio_input_free(struct gpio_input *i) {
        if (!i)
                return NULL;
        attach_deinit(&i->attach);
        if (i->io)
                (void) sd_event_source_disable_unref(i->io);
        (void) gpio_lines_free(i->lines);
        (void) sd_event_source_disable_unref(i->timer);
        (void) sd_event_unref(i->event);
        free(i->chip);
        free(i->line);
        free(i);
        return NULL;
}
