/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/hidpos/decoder.h"

#include <string.h>

struct part { /* what one report carries */
        char aim[4];
        const uint8_t *data;
        size_t n;
        bool more;
};

static uint8_t byte_at(const uint8_t *report, size_t n, size_t i) {
        return i < n ? report[i] : 0;
}

/* "]", a letter, and a character that modifies it. */
static bool is_aim(const char *aim) {
        bool letter = (aim[1] >= 'A' && aim[1] <= 'Z') || (aim[1] >= 'a' && aim[1] <= 'z');

        return aim[0] == ']' && letter && aim[2] > ' ' && aim[2] <= '~';
}

static bool read_aim(char *aim, const uint8_t *report, size_t n, size_t at) {
        for (size_t i = 0; i < 3; i++)
                aim[i] = (char) byte_at(report, n, at + i);
        aim[3] = '\0';
        if (is_aim(aim))
                return true;
        aim[0] = '\0';
        return false;
}

/* Return: false when the report says more than it holds. */
static bool read_part(struct part *p, const struct hidpos_layout *l, const uint8_t *report, size_t n) {
        size_t at = l->data_at, room = l->n_data;

        *p = (struct part){.more = l->has_more && (byte_at(report, n, l->more_at) & l->more_mask)};
        if (l->has_aim && !read_aim(p->aim, report, n, l->aim_at) &&
                read_aim(p->aim, report, n, l->aim_at + 1U))
                at++;
        if (at > n)
                at = n;
        if (room > n - at)
                room = n - at;
        p->data = report + at;
        p->n = l->has_count ? byte_at(report, n, l->count_at) : strnlen((const char *) p->data, room);
        return p->n <= room;
}

static void hidpos_decoder_clear(struct hidpos_decoder *d) {
        scan_text_clear(&d->scan);
        d->delivered = false;
        d->in_code = false;
        d->ended = false;
        d->aim[0] = '\0';
}

/* Some scanners are also set to send the identifier as text. */
static void begin(struct hidpos_decoder *d, const struct part *p) {
        memcpy(d->aim, p->aim, sizeof(d->aim));
        if (*p->aim && !(p->n >= 3 && memcmp(p->data, p->aim, 3) == 0))
                for (size_t i = 0; i < 3; i++)
                        scan_text_add(&d->scan, (uint8_t) p->aim[i]);
}

static void add(struct hidpos_decoder *d, const struct part *p) {
        for (size_t i = 0; i < p->n; i++) {
                uint8_t byte = p->data[i];

                if (byte == '\r' || byte == '\n' || byte == '\t')
                        d->ended = true;
                else if (d->ended)
                        scan_text_refuse(&d->scan, SCAN_REFUSED_CONTROL);
                else
                        scan_text_add(&d->scan, byte);
        }
}

static bool has_text(const struct hidpos_decoder *d) {
        return d->scan.n > (*d->aim && strncmp(d->scan.bytes, d->aim, 3) == 0 ? 3U : 0U);
}

static int finish(struct hidpos_decoder *d, const struct scan_text **scanp, enum scan_refusal *whyp) {
        if (d->scan.refused != SCAN_REFUSED_NONE) {
                *whyp = d->scan.refused;
                hidpos_decoder_clear(d);
                return HIDPOS_E_REFUSED;
        }
        if (!has_text(d)) {
                hidpos_decoder_clear(d);
                return HIDPOS_E_PENDING;
        }
        d->in_code = false;
        d->delivered = true;
        *scanp = &d->scan;
        return 0;
}

int hidpos_decoder_feed(struct hidpos_decoder *d, const uint8_t *report, size_t n,
        const struct scan_text **scanp, enum scan_refusal *whyp) {
        struct part p;

        if (d->delivered)
                hidpos_decoder_clear(d);
        if (n == 0 || (d->layout.report_id != 0 && report[0] != d->layout.report_id))
                return HIDPOS_E_PENDING;
        if (!read_part(&p, &d->layout, report, n)) {
                scan_text_refuse(&d->scan, SCAN_REFUSED_UNFINISHED);
                p.n = 0;
        }
        /* Another kind of symbol in the middle of one: a report between them is missing. */
        if (d->in_code && *p.aim && strcmp(p.aim, d->aim) != 0)
                scan_text_refuse(&d->scan, SCAN_REFUSED_UNFINISHED);
        if (!d->in_code)
                begin(d, &p);
        add(d, &p);
        d->in_code = p.more;
        return p.more ? HIDPOS_E_PENDING : finish(d, scanp, whyp);
}

bool hidpos_decoder_is_pending(const struct hidpos_decoder *d) {
        return !d->delivered && (d->in_code || !scan_text_is_empty(&d->scan));
}

void hidpos_decoder_distrust(struct hidpos_decoder *d, enum scan_refusal why) {
        if (d->delivered)
                hidpos_decoder_clear(d);
        scan_text_refuse(&d->scan, why);
}

enum scan_refusal hidpos_decoder_abandon(struct hidpos_decoder *d, enum scan_refusal why) {
        bool pending = hidpos_decoder_is_pending(d);

        if (pending && d->scan.refused != SCAN_REFUSED_NONE)
                why = d->scan.refused;
        hidpos_decoder_clear(d);
        return pending ? why : SCAN_REFUSED_NONE;
}
