/* SPDX-License-Identifier: Apache-2.0 */
/* libgpiod's API v2 (Debian 13, and Debian 12's backports): one request holds all lines, each with settings of its own. */
#include <errno.h>
#include <glob.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/gpio/lines.h"
#include "firmware/base/cleanup.h"

#define EDGES_AT_ONCE 64

struct gpio_lines {
        struct gpiod_line_request *request;    /* owned */
        struct gpiod_edge_event_buffer *edges; /* owned; NULL for outputs */
        size_t n;
        enum gpiod_line_value values[GPIO_LINES_MAX];
};

DEFINE_FREEP(struct gpiod_chip *, gpiod_chip_close)
DEFINE_FREEP(struct gpiod_chip_info *, gpiod_chip_info_free)
DEFINE_FREEP(struct gpiod_line_settings *, gpiod_line_settings_free)
DEFINE_FREEP(struct gpiod_line_config *, gpiod_line_config_free)
DEFINE_FREEP(struct gpiod_request_config *, gpiod_request_config_free)

static int or_io(void) {
        return errno > 0 ? -errno : -EIO;
}

static struct gpiod_chip *open_if_labelled(const char *path, const char *label) {
        _cleanup_(gpiod_chip_closep) struct gpiod_chip *chip = NULL;
        _cleanup_(gpiod_chip_info_freep) struct gpiod_chip_info *info = NULL;

        if (!gpiod_is_gpiochip_device(path))
                return NULL;
        chip = gpiod_chip_open(path);
        info = chip ? gpiod_chip_get_info(chip) : NULL;
        return info && strcmp(gpiod_chip_info_get_label(info), label) == 0 ? take_ptr(chip) : NULL;
}

/* v2 opens by path only. */
static struct gpiod_chip *open_by_label(const char *label) {
        struct gpiod_chip *chip = NULL;
        glob_t nodes;

        if (glob("/dev/gpiochip*", 0, NULL, &nodes) != 0)
                return NULL;
        for (size_t i = 0; i < nodes.gl_pathc && !chip; i++)
                chip = open_if_labelled(nodes.gl_pathv[i], label);
        globfree(&nodes);
        return chip;
}

static int add_line(struct gpiod_line_config *config, unsigned int offset, bool active_low, bool is_output) {
        _cleanup_(gpiod_line_settings_freep) struct gpiod_line_settings *settings = gpiod_line_settings_new();

        if (!settings)
                return -ENOMEM;
        errno = 0;
        gpiod_line_settings_set_active_low(settings, active_low);
        if (gpiod_line_settings_set_direction(
                    settings, is_output ? GPIOD_LINE_DIRECTION_OUTPUT : GPIOD_LINE_DIRECTION_INPUT) < 0 ||
                (!is_output && gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH) < 0) ||
                gpiod_line_config_add_line_settings(config, &offset, 1, settings) < 0)
                return or_io();
        return 0;
}

/* Return: -1 when there is no such line. */
static int offset_of(struct gpiod_chip *c, const char *name) {
        int offset = gpiod_chip_get_line_offset_from_name(c, name);
        struct gpiod_line_info *info;

        if (offset >= 0 || gpio_line_number(name) < 0)
                return offset;
        info = gpiod_chip_get_line_info(c, (unsigned int) gpio_line_number(name));
        if (!info)
                return -1;
        gpiod_line_info_free(info);
        return gpio_line_number(name);
}

int gpio_lines_open(struct gpio_lines **lp, const char *chip, const struct gpio_line *lines, size_t n,
        bool is_output, size_t *missingp) {
        _cleanup_(gpio_lines_freep) struct gpio_lines *l = calloc(1, sizeof(*l));
        _cleanup_(gpiod_line_config_freep) struct gpiod_line_config *config = gpiod_line_config_new();
        _cleanup_(gpiod_request_config_freep) struct gpiod_request_config *how = gpiod_request_config_new();
        _cleanup_(gpiod_chip_closep) struct gpiod_chip *c = NULL;

        if (!l || !config || !how)
                return -ENOMEM;
        c = open_by_label(chip);
        if (!c)
                return -ENODEV;
        for (size_t i = 0; i < n; i++) {
                int offset = offset_of(c, lines[i].name);
                int r;

                if (offset < 0) {
                        *missingp = i;
                        return -ENOENT;
                }
                r = add_line(config, (unsigned int) offset, lines[i].active_low, is_output);
                if (r < 0)
                        return r;
        }
        gpiod_request_config_set_consumer(how, "okuru");
        errno = 0;
        l->n = n;
        l->request = gpiod_chip_request_lines(c, how, config);
        if (!l->request)
                return or_io();
        l->edges = is_output ? NULL : gpiod_edge_event_buffer_new(EDGES_AT_ONCE);
        if (!is_output && !l->edges)
                return -ENOMEM;
        *lp = take_ptr(l);
        return 0;
}

struct gpio_lines *gpio_lines_free(struct gpio_lines *l) {
        if (!l)
                return NULL;
        if (l->edges)
                gpiod_edge_event_buffer_free(l->edges);
        if (l->request)
                gpiod_line_request_release(l->request);
        free(l);
        return NULL;
}

int gpio_lines_set(struct gpio_lines *l, uint32_t values) {
        for (size_t i = 0; i < l->n; i++)
                l->values[i] = values >> i & 1 ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
        errno = 0;
        return gpiod_line_request_set_values(l->request, l->values) < 0 ? or_io() : 0;
}

int gpio_lines_get(struct gpio_lines *l, uint32_t *valuesp) {
        uint32_t values = 0;

        errno = 0;
        if (gpiod_line_request_get_values(l->request, l->values) < 0)
                return or_io();
        for (size_t i = 0; i < l->n; i++)
                values |= (uint32_t) (l->values[i] == GPIOD_LINE_VALUE_ACTIVE) << i;
        *valuesp = values;
        return 0;
}

int gpio_lines_get_fd(const struct gpio_lines *l) {
        return l->edges ? gpiod_line_request_get_fd(l->request) : -1;
}

int gpio_lines_drain(struct gpio_lines *l) {
        int n_edges = 0;

        for (;;) {
                int r = gpiod_line_request_wait_edge_events(l->request, 0);

                if (r == 0)
                        return n_edges;
                errno = 0;
                if (r > 0)
                        r = gpiod_line_request_read_edge_events(l->request, l->edges, EDGES_AT_ONCE);
                if (r < 0)
                        return or_io();
                n_edges += r;
                if (n_edges >= EDGES_AT_ONCE)
                        return n_edges; /* a line that never rests must not hold the loop */
        }
}
