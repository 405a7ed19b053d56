/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/survey.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"

const char *survey_looks_to_str(enum survey_looks looks) {
        static const char *const words[] = {"keyboard", "pos", "serial", "gpio", "printer", "network"};

        return (unsigned int) looks < ELEMENTSOF(words) ? words[looks] : "invalid";
}

/* The first thing that is wrong stays: it is what to do first. */
static void __attribute__((format(printf, 3, 4)))
say_wrong(char *text, size_t size, const char *format, ...) {
        va_list ap;

        if (*text)
                return;
        va_start(ap, format);
        (void) vsnprintf(text, size, format, ap);
        va_end(ap);
}

#define WRONG(it, ...) say_wrong((it)->wrong, sizeof((it)->wrong), __VA_ARGS__)

/* Honeywell and Metrologic, Zebra, Datalogic. */
static bool makes_scanners(uint16_t vendor) {
        return vendor == 0x0c2e || vendor == 0x23d0 || vendor == 0x05e0 || vendor == 0x05f9;
}

/* ---- one rule ---- */

static bool fits(const struct survey_rule *r, const struct survey_device *d) {
        if (d->looks != r->wants)
                return false;
        return r->wants == SURVEY_GPIO ? strcmp(d->is->name, r->chip) == 0 : plug_rule_fits(&r->plug, d->is);
}

static void add_user(struct survey_device *d, const struct survey_rule *r) {
        size_t used = strlen(d->users);

        (void) snprintf(d->users + used, sizeof(d->users) - used, "%s%s%s%s", used ? ", " : "", r->bench,
                *r->bench ? "/" : "", r->name);
        d->n_users++;
}

/* What fits but for being set to something else; NULL: nothing. */
static const struct survey_device *find_other(
        const struct survey *s, const struct survey_rule *r, enum survey_looks looks) {
        struct survey_rule other = *r;

        other.wants = looks;
        other.plug.path = NULL;
        if (plug_rule_is_empty(&other.plug))
                return NULL;
        for (size_t i = 0; i < s->n_devices; i++)
                if (fits(&other, &s->devices[i]))
                        return &s->devices[i];
        return NULL;
}

static const struct survey_device *find_other_serial(const struct survey *s, const struct survey_rule *r) {
        struct survey_rule other = *r;

        other.plug.serial = NULL;
        return r->plug.serial ? find_other(s, &other, r->wants) : NULL;
}

static void judge_missing_scanner(const struct survey *s, struct survey_rule *r) {
        const struct survey_device *pos = find_other(s, r, SURVEY_POS),
                                   *keys = find_other(s, r, SURVEY_KEYBOARD),
                                   *port = find_other(s, r, SURVEY_SERIAL), *twin = find_other_serial(s, r);

        if (r->wants == SURVEY_KEYBOARD && pos)
                WRONG(r,
                        "it is plugged in (%s), in POS mode: write `driver: hidpos`, or set it to USB "
                        "keyboard",
                        pos->is->devnode);
        if (r->wants == SURVEY_POS && keys)
                WRONG(r,
                        "it is plugged in (%s), but types like a keyboard: set it to USB HID POS by its "
                        "manual's code, or write `driver: wedge`",
                        keys->is->devnode);
        if (port)
                WRONG(r,
                        "it is plugged in (%s), as a serial port: write `driver: serial`, or set it to USB "
                        "keyboard or USB HID POS",
                        port->is->devnode);
        if (twin)
                WRONG(r, "only one with serial number %s is plugged in (%s): correct `serial`",
                        *twin->is->serial ? twin->is->serial : "\"\"", twin->is->devnode);
        WRONG(r, "nothing that fits is plugged in: look at its cable, or let `okuru devices pair` write the "
                 "rule anew");
}

static void judge_missing_port(struct survey_rule *r) {
        if (r->wants == SURVEY_PRINTER)
                WRONG(r, "there is no %s: look at its power and cable; CUPS must not have this printer",
                        r->plug.path);
        WRONG(r, "there is no %s: look at its power and cable", r->plug.path);
}

static void judge_missing_chip(const struct survey *s, struct survey_rule *r) {
        char there[160] = "";
        size_t used = 0;

        for (size_t i = 0; i < s->n_devices && used < sizeof(there); i++)
                if (s->devices[i].looks == SURVEY_GPIO && *s->devices[i].is->name)
                        used += (size_t) snprintf(there + used, sizeof(there) - used, "%s%s",
                                used ? ", " : "", s->devices[i].is->name);
        WRONG(r, "there is no GPIO chip with the label %s%s%s", r->chip,
                *there ? "; there is " : ", nor any other", there);
}

/* A name that the kernel gives in the order of plugging. */
static bool moves(const char *path) {
        return strncmp(path, "/dev/ttyACM", 11) == 0 || strncmp(path, "/dev/ttyUSB", 11) == 0 ||
               strncmp(path, "/dev/hidraw", 11) == 0 || strncmp(path, "/dev/input/event", 16) == 0;
}

static size_t count_printers(const struct survey *s) {
        size_t n = 0;

        for (size_t i = 0; i < s->n_devices; i++)
                n += s->devices[i].looks == SURVEY_PRINTER;
        return n;
}

/* The device that the rule means; each that fits hears of it. NULL: none fits. */
static const struct survey_device *find_meant(struct survey *s, struct survey_rule *r) {
        const struct survey_device *first = NULL;

        for (size_t i = 0; i < s->n_devices; i++) {
                struct survey_device *d = &s->devices[i];

                if (!fits(r, d))
                        continue;
                if (!first || strcmp(first->is->unit, d->is->unit) == 0)
                        first = first ? first : d;
                else
                        WRONG(r,
                                "%s (serial number %s) and %s (%s) both fit, and neither is taken: add "
                                "`serial:`, or a `path:` by port",
                                first->is->devnode, *first->is->serial ? first->is->serial : "none",
                                d->is->devnode, *d->is->serial ? d->is->serial : "none");
                add_user(d, r);
        }
        return first;
}

static void judge_missing(const struct survey *s, struct survey_rule *r) {
        if (r->wants == SURVEY_GPIO)
                judge_missing_chip(s, r);
        else if (!r->is_scanner)
                judge_missing_port(r);
        else
                judge_missing_scanner(s, r);
}

static void judge_found(struct survey_rule *r, const struct survey_device *d) {
        if (!*r->wrong)
                r->is = d->is;
        if (*d->closed)
                WRONG(r, "%s: %s", d->is->devnode, d->closed);
        if (*d->held)
                WRONG(r, "%s is held by %s: end that, or keep it away from this device", d->is->devnode,
                        d->held);
        if (d->unreadable)
                WRONG(r,
                        "%s does not say where its data lies: set it to USB keyboard, and write `driver: "
                        "wedge`",
                        d->is->devnode);
}

/* A path that leads to another device some day. */
static void judge_path(const struct survey *s, struct survey_rule *r) {
        if (r->wants == SURVEY_PRINTER && strncmp(r->plug.path, "/dev/usb/lp", 11) == 0 &&
                count_printers(s) > 1)
                WRONG(r,
                        "several printers are plugged in, and %s is whichever came first: write its link in "
                        "/dev/okuru/by-path",
                        r->plug.path);
        if (r->plug.path && moves(r->plug.path))
                WRONG(r,
                        "%s is another device after the next start, maybe: write one of its links in "
                        "/dev/serial/by-id, /dev/input/by-id or /dev/okuru/by-path",
                        r->plug.path);
}

static void judge_plugged(struct survey *s, struct survey_rule *r, bool (*exists)(const char *path)) {
        const struct survey_device *meant = find_meant(s, r);

        if (!meant && (r->wants == SURVEY_SERIAL || r->wants == SURVEY_PRINTER) && exists(r->plug.path))
                return; /* one that is soldered in, or a pseudo-terminal */
        if (meant)
                judge_found(r, meant);
        else
                judge_missing(s, r);
        judge_path(s, r);
}

/* What only who uses it knows. */
static void judge_state(const struct survey *s, struct survey_rule *r) {
        switch (r->state) {
        case SURVEY_STATE_UP:
        case SURVEY_STATE_NOT_ASKED:
                return;
        case SURVEY_STATE_DOWN:
                if (s->station == SURVEY_STATION_ANSWERS)
                        WRONG(r, "the station says that it is down: %s", r->reason);
                else
                        WRONG(r, "%s port %u cannot be reached: %s: see its power, cable and address",
                                r->host, r->port, r->reason);
                return;
        default:
                WRONG(r, "the running station does not know it: `systemctl restart okuru-station` lets it "
                         "read the board "
                         "file again");
        }
}

static void judge_rule(struct survey *s, struct survey_rule *r, bool (*exists)(const char *path)) {
        if (r->wants != SURVEY_NETWORK)
                judge_plugged(s, r, exists);
        judge_state(s, r);
        if (*r->hint)
                WRONG(r, "it is set wrong, says what it scanned: %s", r->hint);
}

/* ---- one device ---- */

static void judge_device(struct survey_device *d) {
        if (d->n_users > 1 && d->looks != SURVEY_GPIO)
                WRONG(d, "two rules mean it (%s), and only one gets it: make one of them narrower", d->users);
        if (d->n_users > 0)
                return;
        if (d->looks == SURVEY_KEYBOARD && makes_scanners(d->is->vendor))
                WRONG(d, "a scanner that no rule means: what it scans is typed into the console. "
                         "`okuru devices pair` writes the rule");
        else if (d->looks == SURVEY_KEYBOARD)
                (void) snprintf(
                        d->note, sizeof(d->note), "no rule means it; fine when it is a person's keyboard");
        else if (d->looks == SURVEY_POS)
                WRONG(d, "a scanner that no rule means: `okuru devices pair` writes the rule");
        else
                (void) snprintf(d->note, sizeof(d->note), "no rule means it");
}

void survey_judge(struct survey *s, bool (*exists)(const char *path)) {
        for (size_t i = 0; i < s->n_rules; i++)
                judge_rule(s, &s->rules[i], exists);
        for (size_t i = 0; i < s->n_devices; i++)
                judge_device(&s->devices[i]);
}

void survey_deinit(struct survey *s) {
        plug_devices_deinit(&s->plugged);
        free(s->rules);
        s->rules = NULL;
        s->n_rules = s->n_devices = 0;
}
