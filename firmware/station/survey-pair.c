/* SPDX-License-Identifier: Apache-2.0 */
/* A scanner that no rule means yet is asked for by its own voice: whichever of them speaks first is the new one. */
#include "firmware/station/survey.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "drivers/hidpos/scanner.h"
#include "drivers/serial/probe.h"
#include "drivers/timer.h"
#include "drivers/wedge/scanner.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/say.h"
#include "firmware/base/time.h"

#define PAIR_USEC (60 * USEC_PER_SEC)

struct ear { /* one device that is listened to */
        struct pair *pair;
        const struct survey_device *device;
        struct wedge_scanner *wedge;
        struct hidpos_scanner *hidpos;
        struct serial_probe *serial;
};

struct pair {
        sd_event *event; /* borrowed */
        struct ear ears[PLUG_DEVICES_MAX];
        size_t n_ears;
        struct survey_heard heard; /* its device NULL: nothing yet */
};

static void hear(struct ear *e, const char *text) {
        if (e->pair->heard.device)
                return;
        e->pair->heard.device = e->device;
        (void) copy_text(e->pair->heard.text, sizeof(e->pair->heard.text), text);
        (void) sd_event_exit(e->pair->event, 0);
}

static void on_scan(void *userdata, const char *bytes, size_t n, uint64_t mono_usec) {
        struct ear *e = userdata;

        (void) mono_usec;
        (void) n;
        hear(e, bytes);
}

static void on_serial_scan(
        void *userdata, const char *text, unsigned int baud, struct serial_framing framing) {
        struct ear *e = userdata;

        e->pair->heard.baud = baud;
        e->pair->heard.framing = framing;
        hear(e, text);
}

static void on_serial_trouble(void *userdata, int why, unsigned int baud) {
        const struct ear *e = userdata;
        const char *node = e->device->is->devnode;

        if (why == SERIAL_PROBE_E_SUFFIXLESS)
                (void) printf(
                        "%s: nothing comes behind the code: set the scanner to send a suffix, CR; and scan "
                        "again\n",
                        node);
        else if (why == SERIAL_PROBE_E_GARBAGE)
                (void) printf("%s: cannot be read at this speed; %u is tried now: scan again\n", node, baud);
        else
                (void) printf("%s cannot be listened to: %s\n", node, strerror(-why));
        (void) fflush(stdout);
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
        int r;

        *e = (struct ear){.pair = p, .device = d};
        p->n_ears++;
        switch (d->looks) {
        case SURVEY_KEYBOARD:
                return wedge_scanner_new(&e->wedge, p->event, &wedge, sink);
        case SURVEY_POS:
                return hidpos_scanner_new(&e->hidpos, p->event, &hidpos, sink);
        case SURVEY_SERIAL:
                r = serial_probe_new(&e->serial, p->event, d->is->devnode,
                        (struct serial_probe_sink){on_serial_scan, on_serial_trouble, e});
                if (r < 0)
                        on_serial_trouble(e, r, 0);
                return 0; /* the others are listened to all the same */
        default:
                p->n_ears--;
                return 0;
        }
}

static void pair_deinit(struct pair *p) {
        for (size_t i = 0; i < p->n_ears; i++) {
                (void) wedge_scanner_free(p->ears[i].wedge);
                (void) hidpos_scanner_free(p->ears[i].hidpos);
                (void) serial_probe_free(p->ears[i].serial);
        }
}

static int print_rule(const struct survey *s, const struct survey_heard *heard) {
        _cleanup_str_ struct str rule = STR_INIT;

        survey_write_rule(&rule, s, heard);
        if (rule.error)
                return rule.error;
        (void) printf(
                "\nHeard by %s. Write this below `scanners:` of its bench in the board file, give it a name "
                "that people there know,\nand `systemctl restart okuru-station`:\n\n%s",
                heard->device->is->devnode, rule.data);
        return 0;
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
        return r < 0 ? r : p->heard.device ? 0 : 1;
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
                r = print_rule(&s, &p.heard);
        else if (r == 1)
                (void) printf(p.n_ears ? "Nothing was scanned.\n"
                                       : "Nothing is plugged in that no rule means: see `okuru devices`.\n");
        survey_deinit(&s);
        return r;
}
