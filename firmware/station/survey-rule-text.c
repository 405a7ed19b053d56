/* SPDX-License-Identifier: Apache-2.0 */
/* The rule that a board file wants for a scanner that was heard. Pure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/barcode.h"
#include "firmware/station/survey.h"

/* The last link below @folder; "" when there is none. */
static void link_below(const char *links, const char *folder, char *out, size_t size) {
        _autofree_ char *copy = strdup(links);

        *out = '\0';
        for (char *rest = copy, *link; rest && (link = strsep(&rest, " "));)
                if (strncmp(link, folder, strlen(folder)) == 0)
                        (void) snprintf(out, size, "%s", link);
}

/* A serial number is the device's word: only a tame one is written into a file. */
static bool is_tame(const char *serial) {
        return *serial &&
               serial[strspn(serial, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_")] ==
                       '\0';
}

/* Another of its kind, which its serial number does not tell it from. */
static bool has_twin(const struct survey *s, const struct survey_device *d) {
        for (size_t i = 0; i < s->n_devices; i++) {
                const struct plug_device *o = s->devices[i].is;

                if (s->devices[i].looks == d->looks && o->vendor == d->is->vendor &&
                        o->product == d->is->product && strcmp(o->unit, d->is->unit) != 0 &&
                        (!is_tame(d->is->serial) || strcmp(o->serial, d->is->serial) == 0))
                        return true;
        }
        return false;
}

static void add_usb_rule(
        struct str *out, const struct survey *s, const struct survey_device *d, const char *folder) {
        char link[256];

        link_below(d->is->links, folder, link, sizeof(link));
        if ((d->is->vendor == 0 || has_twin(s, d)) && *link) {
                str_addf(out, "        path: %s # its port: nothing else tells it from its twin\n", link);
                return;
        }
        if (d->is->vendor == 0) {
                str_addf(out,
                        "        path: %s # ATTENTION: nothing else tells it, and this may be another one "
                        "after the next start\n",
                        d->is->devnode);
                return;
        }
        str_addf(out, "        vendor: 0x%04x\n        product: 0x%04x\n", d->is->vendor, d->is->product);
        if (is_tame(d->is->serial))
                str_addf(out, "        serial: \"%s\"\n", d->is->serial);
}

static void add_layout(struct str *out, const char *text) {
        switch (barcode_layout_hint(text)) {
        case BARCODE_LAYOUT_JIS:
                str_addf(out, "        layout: jis # told from this scan\n");
                return;
        case BARCODE_LAYOUT_CASE:
        case BARCODE_LAYOUT_OTHER:
                str_addf(out, "        layout: us  # ATTENTION: it types in no layout that is known here: "
                              "set it to US\n");
                return;
        default:
                str_addf(out, "        layout: us  # jis when codes with ] [ : = _ are read wrongly\n");
        }
}

void survey_write_rule(struct str *out, const struct survey *s, const struct survey_heard *heard) {
        static const char *const suffixes[] = {"cr", "lf", "crlf", "etx"};
        const struct survey_device *d = heard->device;
        char link[256];

        str_add(out, "      - name: hand\n");
        switch (d->looks) {
        case SURVEY_KEYBOARD:
                str_add(out, "        driver: wedge\n");
                add_usb_rule(out, s, d, "/dev/input/by-path/");
                add_layout(out, heard->text);
                break;
        case SURVEY_POS:
                str_add(out, "        driver: hidpos\n");
                add_usb_rule(out, s, d, "/dev/okuru/by-path/");
                break;
        default:
                link_below(d->is->links, "/dev/serial/by-id/", link, sizeof(link));
                str_addf(out,
                        "        driver: serial\n        path: %s\n        baud: %u\n        suffix: %s\n%s",
                        *link ? link : d->is->devnode, heard->baud, suffixes[heard->framing.suffix],
                        heard->framing.stx_prefix ? "        stx: true\n" : "");
        }
}
