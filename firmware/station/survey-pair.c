/* SPDX-License-Identifier: Apache-2.0 */
/* A scanner that no rule means yet is asked for by its own voice: whichever of them speaks first is the new one. */
#include "firmware/station/survey.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "drivers/hidpos/scanner.h"
#include "drivers/serial/scanner.h"
#include "drivers/timer.h"
#include "drivers/wedge/scanner.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/say.h"
#include "firmware/base/time.h"
#include "firmware/domain/barcode.h"

#define PAIR_USEC (60 * USEC_PER_SEC)

struct ear { /* one device that is listened to */
        struct pair *pair;
        const struct survey_device *device;
        struct wedge_scanner *wedge;
        struct hidpos_scanner *hidpos;
        struct serial_scanner *serial;
};

struct pair {
        sd_event *event; /* borrowed */
        struct ear ears[PLUG_DEVICES_MAX];
        size_t n_ears;
        const struct survey_device *heard;
        char text[SCAN_TEXT_MAX + 1];
};

static void on_scan(void *userdata, const char *bytes, size_t n, uint64_t mono_usec) {
        struct ear *e = userdata;

        (void) mono_usec;
        if (e->pair->heard)
                return;
        e->pair->heard = e->device;
        memcpy(e->pair->text, bytes, n + 1);
        (void) sd_event_exit(e->pair->event, 0);
}

static void on_refused(void *userdata, enum scan_refusal why) {
        const struct ear *e = userdata;

        (void) printf("%s: not a whole code (%s)%s\n", e->device->is->devnode, scan_refusal_to_str(why),
                why == SCAN_REFUSED_UNFINISHED && e->device->looks != SURVEY_POS
                        ? ": set the scanner to send a suffix, CR or ENTER; and scan again"
                        : "; scan again");
}

static void on_state(void *userdata, enum device_state state, int error) {
        const struct ear *e = userdata;

        if (state == DEVICE_DOWN)
                (void) printf("%s cannot be listened to: %s\n", e->device->is->devnode, strerror(-error));
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) source;
        (void) usec;
        return sd_event_exit(userdata, 0);
}

static int listen_to(struct pair *p, const struct survey_device *d) {
        struct ear *e = &p->ears[p->n_ears];
        struct scan_sink sink = {on_scan, on_refused, on_state, e};
        struct wedge_config wedge = {.match = {.path = d->is->devnode}};
        struct hidpos_config hidpos = {.match = {.path = d->is->devnode}};
        struct serial_config serial = {.path = d->is->devnode};

        *e = (struct ear){.pair = p, .device = d};
        p->n_ears++;
        switch (d->looks) {
        case SURVEY_KEYBOARD:
                return wedge_scanner_new(&e->wedge, p->event, &wedge, sink);
        case SURVEY_POS:
                return hidpos_scanner_new(&e->hidpos, p->event, &hidpos, sink);
        case SURVEY_SERIAL:
                return serial_scanner_new(&e->serial, p->event, &serial, sink);
        default:
                p->n_ears--;
                return 0;
        }
}

static void pair_deinit(struct pair *p) {
        for (size_t i = 0; i < p->n_ears; i++) {
                (void) wedge_scanner_free(p->ears[i].wedge);
                (void) hidpos_scanner_free(p->ears[i].hidpos);
                (void) serial_scanner_free(p->ears[i].serial);
        }
}

/* ---- the rule ---- */

/* The last link below @folder; "" when there is none. */
static void link_below(const char *links, const char *folder, char *out, size_t size) {
        _autofree_ char *copy = strdup(links);

        *out = '\0';
        for (char *rest = copy, *link; rest && (link = strsep(&rest, " "));)
                if (strncmp(link, folder, strlen(folder)) == 0)
                        (void) snprintf(out, size, "%s", link);
}

static bool has_twin(const struct survey *s, const struct survey_device *d) {
        for (size_t i = 0; i < s->n_devices; i++) {
                const struct plug_device *o = s->devices[i].is;

                if (s->devices[i].looks == d->looks && o->vendor == d->is->vendor &&
                        o->product == d->is->product && strcmp(o->unit, d->is->unit) != 0 &&
                        strcmp(o->serial, d->is->serial) == 0)
                        return true;
        }
        return false;
}

/* A serial number is the device's word: only a tame one is written into a file. */
static bool is_tame(const char *serial) {
        return *serial &&
               serial[strspn(serial, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_")] ==
                       '\0';
}

static void print_usb_rule(const struct survey *s, const struct survey_device *d, const char *folder) {
        char link[256];

        link_below(d->is->links, folder, link, sizeof(link));
        if ((d->is->vendor == 0 || has_twin(s, d)) && *link) {
                (void) printf("        path: %s # its port: nothing else tells it from its twin\n", link);
                return;
        }
        (void) printf("        vendor: 0x%04x\n        product: 0x%04x\n", d->is->vendor, d->is->product);
        if (is_tame(d->is->serial))
                (void) printf("        serial: \"%s\"\n", d->is->serial);
}

static void print_layout(const char *text) {
        switch (barcode_layout_hint(text)) {
        case BARCODE_LAYOUT_JIS:
                (void) printf("        layout: jis # told from this scan\n");
                return;
        case BARCODE_LAYOUT_CASE:
        case BARCODE_LAYOUT_OTHER:
                (void) printf("        layout: us  # ATTENTION: it types in no layout that is known here: "
                              "set it to US\n");
                return;
        default:
                (void) printf("        layout: us  # jis when codes with ] [ : = _ are read wrongly\n");
        }
}

static void print_rule(const struct survey *s, const struct survey_device *d, const char *text) {
        char link[256];

        (void) printf(
                "\nHeard by %s. Write this below `scanners:` of its bench in the board file, give it a name "
                "that people there know,\nand `systemctl restart okuru-station`:\n\n      - name: hand\n",
                d->is->devnode);
        switch (d->looks) {
        case SURVEY_KEYBOARD:
                (void) printf("        driver: wedge\n");
                print_usb_rule(s, d, "/dev/input/by-path/");
                print_layout(text);
                break;
        case SURVEY_POS:
                (void) printf("        driver: hidpos\n");
                print_usb_rule(s, d, "/dev/okuru/by-path/");
                break;
        default:
                link_below(d->is->links, "/dev/serial/by-id/", link, sizeof(link));
                (void) printf(
                        "        driver: serial\n        path: %s\n        baud: 9600\n        suffix: cr\n",
                        *link ? link : d->is->devnode);
        }
}

/* Return: 0 with what was heard, 1 when nothing was. */
static int listen_for_one(struct pair *p, const struct survey *s) {
        _cleanup_(sd_event_unrefp) sd_event *event = NULL;
        sd_event_source *timeout = NULL;
        int r = sd_event_new(&event);

        p->event = event;
        if (r >= 0)
                r = timer_new(&timeout, event, 0, on_timeout, event);
        if (r >= 0)
                r = timer_arm(timeout, PAIR_USEC);
        for (size_t i = 0; i < s->n_devices && r >= 0; i++)
                if (s->devices[i].n_users == 0)
                        r = listen_to(p, &s->devices[i]);
        if (r >= 0 && p->n_ears > 0) {
                (void) printf("Scan any code with the new scanner, within a minute ...\n");
                (void) fflush(stdout);
                r = sd_event_loop(event);
        }
        pair_deinit(p);
        (void) sd_event_source_disable_unref(timeout);
        return r < 0 ? r : p->heard ? 0 : 1;
}

static bool file_exists(const char *path) {
        return access(path, F_OK) == 0;
}

int survey_pair(const struct station_config *config) {
        struct survey s = {0};
        struct pair p = {0};
        int r = survey_look(&s);

        if (r == 0)
                r = survey_want(&s, config);
        if (r == 0) {
                survey_judge(&s, file_exists);
                r = listen_for_one(&p, &s);
        }
        if (r == 0)
                print_rule(&s, p.heard, p.text);
        else if (r == 1)
                (void) printf(p.n_ears ? "Nothing was scanned.\n"
                                       : "Nothing is plugged in that no rule means: see `okuru devices`.\n");
        survey_deinit(&s);
        return r;
}
