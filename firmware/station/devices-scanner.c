/* SPDX-License-Identifier: Apache-2.0 */
/* A scanner by its driver: its configuration in the driver's words, and what it says on its way up. */
#include "firmware/station/devices-internal.h"

#include "drivers/hidpos/scanner.h"
#include "drivers/serial/scanner.h"
#include "drivers/wedge/scanner.h"

static void scanner_on_scan(void *userdata, const char *bytes, size_t n, uint64_t mono_usec) {
        struct scanner *s = userdata;

        scanner_hint_on_scan(&s->hint, bytes);
        device_on_scan(&s->is, bytes, n, mono_usec);
}

static void scanner_on_refused(void *userdata, enum scan_refusal why) {
        struct scanner *s = userdata;

        device_on_lost(&s->is, scanner_hint_on_refused(&s->hint, why, s->config->driver != SCANNER_HIDPOS));
}

static void scanner_on_state(void *userdata, enum device_state state, int error) {
        struct scanner *s = userdata;

        if (state == DEVICE_UP)
                scanner_hint_forget(&s->hint);
        device_on_state(&s->is, state, error);
}

static int open_serial(struct scanner *s, sd_event *event, const struct scan_sink *sink) {
        struct serial_config config = {
                .path = s->config->path,
                .baud = (unsigned int) s->config->baud,
                .framing = {.suffix = (enum serial_suffix) s->config->suffix, .stx_prefix = s->config->stx},
                .priority = SD_EVENT_PRIORITY_IMPORTANT,
        };

        return serial_scanner_new(&s->serial, event, &config, *sink);
}

static struct plug_rule rule_of(const struct scanner_config *config) {
        return (struct plug_rule){.vendor = (uint16_t) config->vendor,
                .product = (uint16_t) config->product,
                .serial = *config->serial ? config->serial : NULL,
                .path = *config->path ? config->path : NULL};
}

static int open_wedge(struct scanner *s, sd_event *event, const struct scan_sink *sink) {
        struct wedge_config config = {
                .match = rule_of(s->config),
                .layout = s->config->layout == SCANNER_LAYOUT_JIS ? WEDGE_LAYOUT_JIS : WEDGE_LAYOUT_US,
                .priority = SD_EVENT_PRIORITY_IMPORTANT,
        };

        return wedge_scanner_new(&s->wedge, event, &config, *sink);
}

static int open_hidpos(struct scanner *s, sd_event *event, const struct scan_sink *sink) {
        struct hidpos_config config = {.match = rule_of(s->config), .priority = SD_EVENT_PRIORITY_IMPORTANT};

        return hidpos_scanner_new(&s->hidpos, event, &config, *sink);
}

static const struct {
        const char *name;
        int (*open)(struct scanner *s, sd_event *event, const struct scan_sink *sink);
} scanner_drivers[] = {
        [SCANNER_SERIAL] = {"serial", open_serial},
        [SCANNER_WEDGE] = {"wedge", open_wedge},
        [SCANNER_HIDPOS] = {"hidpos", open_hidpos},
};

int scanner_open(struct scanner *s, sd_event *event, const struct scanner_config *config) {
        struct scan_sink sink = {scanner_on_scan, scanner_on_refused, scanner_on_state, s};

        s->config = config;
        s->is.name = config->name;
        s->is.driver = scanner_drivers[config->driver].name;
        return scanner_drivers[config->driver].open(s, event, &sink);
}

void scanner_close(struct scanner *s) {
        (void) serial_scanner_free(s->serial);
        (void) wedge_scanner_free(s->wedge);
        (void) hidpos_scanner_free(s->hidpos);
}
