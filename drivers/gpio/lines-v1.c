/* SPDX-License-Identifier: Apache-2.0 */
/* libgpiod's API v1 (Debian 12): each input has a queue of its own, so an epoll descriptor stands for all of them. */
#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "drivers/gpio/lines.h"
#include "firmware/base/cleanup.h"

#define DRAIN_MAX 64 /* edges of one line in one call: a line that never rests must not hold the loop */

struct gpio_lines {
        struct gpiod_chip *chip; /* owned; NULL until found */
        struct gpiod_line_bulk bulk;
        int epoll_fd; /* owned; -1 for outputs */
};

static int or_io(void) {
        return errno > 0 ? -errno : -EIO; /* the library does not promise to set it */
}

/* The library takes one set of flags for a request and several lines may differ: each line is a request of its own. */
static int request(struct gpio_lines *l, struct gpiod_line *line, bool active_low, bool is_output) {
        struct gpiod_line_request_config config = {
                .consumer = "okuru",
                .request_type =
                        is_output ? GPIOD_LINE_REQUEST_DIRECTION_OUTPUT : GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES,
                .flags = active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0,
        };
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = line};

        errno = 0;
        if (gpiod_line_request(line, &config, 0) < 0)
                return or_io();
        if (!is_output && epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, gpiod_line_event_get_fd(line), &ev) < 0)
                return -errno;
        return 0;
}

int gpio_lines_open(struct gpio_lines **lp, const char *chip, const struct gpio_line *lines, size_t n,
        bool is_output, size_t *missingp) {
        _cleanup_(gpio_lines_freep) struct gpio_lines *l = calloc(1, sizeof(*l));
        int r;

        if (!l)
                return -ENOMEM;
        l->epoll_fd = is_output ? -1 : epoll_create1(EPOLL_CLOEXEC);
        if (!is_output && l->epoll_fd < 0)
                return -errno;
        gpiod_line_bulk_init(&l->bulk);
        l->chip = gpiod_chip_open_by_label(chip);
        if (!l->chip)
                return -ENODEV;
        for (size_t i = 0; i < n; i++) {
                struct gpiod_line *line = gpiod_chip_find_line(l->chip, lines[i].name);
                int number = gpio_line_number(lines[i].name);

                if (!line && number >= 0)
                        line = gpiod_chip_get_line(l->chip, (unsigned int) number);

                if (!line) {
                        *missingp = i;
                        return -ENOENT;
                }
                r = request(l, line, lines[i].active_low, is_output);
                if (r < 0)
                        return r;
                gpiod_line_bulk_add(&l->bulk, line);
        }
        *lp = take_ptr(l);
        return 0;
}

struct gpio_lines *gpio_lines_free(struct gpio_lines *l) {
        if (!l)
                return NULL;
        if (l->chip)
                gpiod_chip_close(l->chip); /* releases its lines */
        closep(&l->epoll_fd);
        free(l);
        return NULL;
}

int gpio_lines_set(struct gpio_lines *l, uint32_t values) {
        for (unsigned int i = 0; i < gpiod_line_bulk_num_lines(&l->bulk); i++) {
                errno = 0;
                if (gpiod_line_set_value(gpiod_line_bulk_get_line(&l->bulk, i), values >> i & 1) < 0)
                        return or_io();
        }
        return 0;
}

int gpio_lines_get(struct gpio_lines *l, uint32_t *valuesp) {
        uint32_t values = 0;

        for (unsigned int i = 0; i < gpiod_line_bulk_num_lines(&l->bulk); i++) {
                int value;

                errno = 0;
                value = gpiod_line_get_value(gpiod_line_bulk_get_line(&l->bulk, i));
                if (value < 0)
                        return or_io();
                values |= (uint32_t) value << i;
        }
        *valuesp = values;
        return 0;
}

int gpio_lines_get_fd(const struct gpio_lines *l) {
        return l->epoll_fd;
}

int gpio_lines_drain(struct gpio_lines *l) {
        struct epoll_event ready[GPIO_LINES_MAX];
        int n_edges = 0;

        for (int turn = 0; turn < DRAIN_MAX; turn++) {
                int n = epoll_wait(l->epoll_fd, ready, GPIO_LINES_MAX, 0);

                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                for (int i = 0; i < n; i++) {
                        struct gpiod_line_event edges[GPIO_LINES_MAX];
                        int r;

                        errno = 0;
                        r = ready[i].events & EPOLLIN
                                    ? gpiod_line_event_read_multiple(ready[i].data.ptr, edges, GPIO_LINES_MAX)
                                    : -1;
                        if (r < 0)
                                return ready[i].events & EPOLLIN ? or_io() : -ENODEV;
                        n_edges += r;
                }
        }
        return n_edges;
}
