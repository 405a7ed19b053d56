/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/scale/frame.h"

#include <string.h>
#include <strings.h>

#include "firmware/base/cleanup.h"

#define STX        0x02
#define ETX        0x03
#define LF         0x0A
#define CR         0x0D
#define DIGITS_MAX 9 /* what no scale has more of; their milligrams fit 64 bits in any unit */

int64_t scale_unit_mg(const char *unit, size_t n) {
        static const struct {
                const char *name;
                int64_t mg;
        } units[] = {{"mg", 1}, {"g", 1000}, {"kg", 1000000}};

        for (size_t i = 0; i < ELEMENTSOF(units); i++)
                if (strlen(units[i].name) == n && strncasecmp(units[i].name, unit, n) == 0)
                        return units[i].mg;
        return 0;
}

/* ---- one frame ---- */

struct span {
        const char *p;
        size_t n;
};

static void skip_spaces(struct span *s) {
        while (s->n > 0 && *s->p == ' ') {
                s->p++;
                s->n--;
        }
}

static void drop_spaces_behind(struct span *s) {
        while (s->n > 0 && s->p[s->n - 1] == ' ')
                s->n--;
}

/* Columns count from 1; those that are not there are empty. */
static struct span columns(const char *frame, size_t n, size_t at, size_t width) {
        struct span s = {frame + n, 0};

        if (at - 1 < n) {
                s.p = frame + at - 1;
                s.n = n - (at - 1) < width ? n - (at - 1) : width;
        }
        return s;
}

struct number {
        bool negative;
        int64_t digits;
        unsigned int n_digits, n_decimals;
        bool has_point;
};

/* A number from the front of @s: spaces, sign, spaces, digits with at most one point. Return: false when there is none. */
static bool take_number(struct span *s, struct number *out) {
        struct number x = {0};

        skip_spaces(s);
        if (s->n > 0 && (*s->p == '+' || *s->p == '-')) {
                x.negative = *s->p == '-';
                s->p++;
                s->n--;
                skip_spaces(s);
        }
        for (; s->n > 0; s->p++, s->n--) {
                if ((*s->p == '.' || *s->p == ',') && !x.has_point && x.n_digits > 0) {
                        x.has_point = true;
                } else if (*s->p >= '0' && *s->p <= '9' && x.n_digits < DIGITS_MAX) {
                        x.digits = x.digits * 10 + (*s->p - '0');
                        x.n_digits++;
                        x.n_decimals += x.has_point;
                } else {
                        break;
                }
        }
        *out = x;
        return x.n_digits > 0 && !(s->n > 0 && *s->p >= '0' && *s->p <= '9');
}

static int64_t number_mg(const struct number *x, unsigned int decimals, int64_t unit_mg) {
        int64_t mg = x->digits * unit_mg;

        for (unsigned int i = x->has_point ? x->n_decimals : decimals; i > 0; i--)
                mg /= 10;
        return x->negative ? -mg : mg;
}

/* Could it be some unit: a few letters, or a percent sign? Two frames glued together are not. */
static bool looks_like_unit(const struct span *s) {
        for (size_t i = 0; i < s->n; i++)
                if (!((s->p[i] >= 'a' && s->p[i] <= 'z') || (s->p[i] >= 'A' && s->p[i] <= 'Z') ||
                            s->p[i] == '%'))
                        return false;
        return s->n <= 3;
}

static void read_weight(const struct scale_format *f, const char *frame, size_t n, size_t behind,
        enum scale_what what, struct scale_reading *out) {
        struct span weight = f->weight_at ? columns(frame, n, f->weight_at, f->weight_width)
                                          : (struct span){frame + behind, n - behind};
        struct span unit;
        struct number x;
        int64_t unit_mg;

        if (!take_number(&weight, &x))
                return;
        unit = f->unit_at     ? columns(frame, n, f->unit_at, f->unit_width)
               : f->weight_at ? columns(frame, n, f->weight_at + f->weight_width, SCALE_FRAME_MAX)
                              : weight;
        skip_spaces(&weight);
        if (f->weight_at && weight.n > 0)
                return; /* not all of its columns are a number */
        if (!f->weight_at && f->unit_at && weight.n > 0 && weight.p < unit.p)
                return;
        skip_spaces(&unit);
        drop_spaces_behind(&unit);
        if (!looks_like_unit(&unit))
                return;
        unit_mg = unit.n > 0 ? scale_unit_mg(unit.p, unit.n) : scale_unit_mg(f->unit, strlen(f->unit));
        out->what = unit_mg > 0 ? what : SCALE_OTHER_UNIT;
        if (unit_mg > 0)
                out->mg = number_mg(&x, f->decimals, unit_mg);
}

static bool mark_fits(const struct scale_mark *m, const char *frame, size_t n) {
        size_t length = strlen(m->text);

        if (m->at > 0)
                return m->at - 1 + length <= n && memcmp(frame + m->at - 1, m->text, length) == 0;
        return length == 0 || memmem(frame, n, m->text, length);
}

static const struct scale_mark *find_mark(const struct scale_format *f, const char *frame, size_t n) {
        for (size_t i = 0; i < f->n_marks; i++)
                if (mark_fits(&f->marks[i], frame, n))
                        return &f->marks[i];
        return NULL;
}

void scale_read(const struct scale_format *f, const char *frame, size_t n, struct scale_reading *out) {
        const struct scale_mark *m = find_mark(f, frame, n);
        size_t behind = m && m->at == 1 ? strlen(m->text) : 0;

        *out = (struct scale_reading){.what = SCALE_UNREADABLE};
        if (!m && f->n_marks > 0)
                return;
        switch (m ? m->means : SCALE_MEANS_WEIGHT) {
        case SCALE_MEANS_STABLE:
                read_weight(f, frame, n, behind, SCALE_RESTING, out);
                break;
        case SCALE_MEANS_WEIGHT:
                read_weight(f, frame, n, behind, SCALE_WEIGHT, out);
                break;
        case SCALE_MEANS_MOVING:
                out->what = SCALE_MOVING;
                break;
        case SCALE_MEANS_OVERLOAD:
                out->what = SCALE_OVER;
                break;
        case SCALE_MEANS_IGNORE:
                out->what = SCALE_NOTHING;
                break;
        }
}

/* ---- bytes into frames ---- */

static void clear(struct scale_framer *r) {
        r->n = 0;
        r->bytes[0] = '\0';
        r->spoilt = r->in_frame = r->ended = false;
}

bool scale_framer_is_pending(const struct scale_framer *r) {
        return !r->ended && (r->n > 0 || r->spoilt || r->in_frame);
}

void scale_framer_spoil(struct scale_framer *r) {
        clear(r);
        r->spoilt = true;
}

static void add(struct scale_framer *r, const struct scale_format *f, uint8_t byte) {
        if (r->spoilt || (f->stx && !r->in_frame))
                return;
        if (r->n == SCALE_FRAME_MAX) {
                r->spoilt = true;
                return;
        }
        r->bytes[r->n++] = (char) byte;
}

/* Handed out until the next byte: that one clears it. */
static bool end(struct scale_framer *r, const struct scale_format *f) {
        bool spoilt = r->spoilt;

        if (f->end != SCALE_END_CR && f->end != SCALE_END_ETX && r->n > 0 && r->bytes[r->n - 1] == '\r')
                r->n--;
        if ((r->n == 0 && !spoilt) || (f->stx && !r->in_frame && !spoilt)) {
                clear(r);
                return false;
        }
        r->bytes[r->n] = '\0';
        r->in_frame = false;
        r->ended = true;
        return true;
}

bool scale_framer_feed(struct scale_framer *r, const struct scale_format *f, uint8_t byte) {
        static const uint8_t ends[] = {[SCALE_END_CR] = CR,
                [SCALE_END_LF] = LF,
                [SCALE_END_CRLF] = LF,
                [SCALE_END_ETX] = ETX,
                [SCALE_END_NONE] = LF};
        bool swallows_lf = r->swallows_lf;

        if (r->ended)
                clear(r);
        r->swallows_lf = false;
        if (byte == STX && f->stx) {
                clear(r);
                r->in_frame = true;
                return false;
        }
        if (byte == ends[f->end]) {
                r->swallows_lf = byte == CR;
                return end(r, f);
        }
        if (!(byte == LF && swallows_lf))
                add(r, f, byte);
        return false;
}
