/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/printer/escpos.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/safe-text.h"

#define ADD(out, command) str_add_n(out, command, sizeof(command) - 1)
#define BEGIN                                                                                                \
        "\x1b@\x1bR\x08\x1bt\x01\x1c&\x1c\x43\x01" /* as switched on; Japan, katakana, kanji in Shift_JIS */
#define LARGE  "\x1b!\x30\x1c!\x0c"
#define USUAL  "\x1b!\x00\x1c!\x00"
#define CENTRE "\x1b\x61\x01"
#define LEFT   "\x1b\x61\x00"
#define FEED   "\x1b\x64\x04"
#define CUT    "\x1dVB\x00" /* feeds to the knife, which leaves a bit standing */
#define GETA   "\x81\xac"

#define QR_MODULES_MAX 177 /* of version 40 */
#define QR_QUIET       4   /* modules of nothing around it */
#define QR_DOTS_WIDE   360 /* fits on paper of 58 mm */
#define QR_DOT_MAX     6   /* 0.75 mm at 203 dpi */
#define QR_DOT_MIN     2

/* ---- letters ---- */

static void add_letter(iconv_t letters, const char c[4], size_t n, struct str *out) {
        char in[4], to[4], *from = in, *at = to;
        size_t left = n, room = sizeof(to);

        memcpy(in, c, n);
        if (n == 1)
                str_add_char(out, (unsigned char) *c < 0x20 || *c == 0x7f ? ' ' : *c);
        else if (iconv(letters, &from, &left, &at, &room) != (size_t) -1 && at > to &&
                 (unsigned char) to[0] >= 0x20)
                str_add_n(out, to, (size_t) (at - to));
        else
                ADD(out, GETA);
        (void) iconv(letters, NULL, NULL, NULL, NULL);
}

/* ---- a code that was drawn ---- */

/* Which halves of a character are black: 1 the upper, 2 the lower; -1: it draws nothing. */
static int halves_of(const char *c, size_t n) {
        if (n == 1 && *c == ' ')
                return 0;
        if (n != 3 || memcmp(c, "\xe2\x96", 2) != 0)
                return -1;
        return c[2] == '\x88' ? 3 : c[2] == '\x80' ? 1 : c[2] == '\x84' ? 2 : -1;
}

struct drawing {
        unsigned char halves[(QR_MODULES_MAX + 1) / 2][QR_MODULES_MAX];
        size_t lines, wide; /* modules */
};

/* One line from @text to @end. Return: it is drawn, and holds more than nothing. */
static bool read_line(const char *text, const char *end, unsigned char *halves, size_t *widep) {
        size_t i = 0, wide = 0;

        while (text < end) {
                size_t n = utf8_sequence(text, (size_t) (end - text));
                int h = halves_of(text, n ? n : 1);

                if (h < 0 || i == QR_MODULES_MAX)
                        return false;
                halves[i++] = (unsigned char) h;
                if (h > 0)
                        wide = i;
                text += n ? n : 1;
        }
        *widep = wide;
        return wide > 0;
}

/* Return: where the drawing that begins at @text ends; @text when there is none. */
static const char *read_drawing(const char *text, const char *end, struct drawing *d) {
        *d = (struct drawing){0};
        while (text < end && d->lines < ELEMENTSOF(d->halves)) {
                const char *stop = memchr(text, '\n', (size_t) (end - text)) ?: end;
                size_t wide = 0;

                if (!read_line(text, stop, d->halves[d->lines], &wide))
                        break;
                d->wide = wide > d->wide ? wide : d->wide;
                d->lines++;
                text = stop < end ? stop + 1 : end;
        }
        return text;
}

static bool is_black(const struct drawing *d, size_t x, size_t y) {
        if (x < QR_QUIET || y < QR_QUIET || x - QR_QUIET >= d->wide || y - QR_QUIET >= 2 * d->lines)
                return false;
        x -= QR_QUIET;
        y -= QR_QUIET;
        return d->halves[y / 2][x] & (y % 2 ? 2 : 1);
}

static void add_picture(const struct drawing *d, struct str *out) {
        size_t wide = d->wide + 2 * QR_QUIET, high = 2 * d->lines + 2 * QR_QUIET, dot = QR_DOTS_WIDE / wide;
        size_t n_row;

        dot = dot > QR_DOT_MAX ? QR_DOT_MAX : dot < QR_DOT_MIN ? QR_DOT_MIN : dot;
        n_row = (wide * dot + 7) / 8;
        ADD(out, CENTRE);
        str_add_n(out,
                (const char[]){'\x1d', 'v', '0', 0, (char) (n_row & 0xff), (char) (n_row >> 8),
                        (char) (high * dot & 0xff), (char) (high * dot >> 8)},
                8);
        for (size_t y = 0; y < high * dot; y++)
                for (size_t i = 0; i < n_row; i++) {
                        unsigned byte = 0;

                        for (size_t bit = 0; bit < 8; bit++)
                                if (is_black(d, (8 * i + bit) / dot, y / dot))
                                        byte |= 0x80U >> bit;
                        str_add_char(out, (char) byte);
                }
        ADD(out, LEFT);
}

/* ---- the page ---- */

static void add_line(iconv_t letters, const char *line, struct str *out) {
        char c[4];
        size_t n;

        while ((n = safe_text_next(&line, c)) > 0)
                add_letter(letters, c, n, out);
        str_add_char(out, '\n');
}

/* Return: 0, -ENOMEM. */
static int add_text(iconv_t letters, const char *text, size_t n, struct str *out) {
        _autofree_ struct drawing *drawing = malloc(sizeof(*drawing));
        _cleanup_str_wiped_ struct str line = STR_INIT;
        const char *end = text + n;

        if (!drawing)
                return -ENOMEM;
        while (text < end && !line.error) {
                const char *behind = read_drawing(text, end, drawing), *stop;

                if (behind > text) {
                        add_picture(drawing, out);
                        text = behind;
                        continue;
                }
                stop = memchr(text, '\n', (size_t) (end - text)) ?: end;
                str_clear(&line);
                for (const char *c = text; c < stop; c++)
                        str_add_char(&line, *c ? *c : ' ');
                add_line(letters, line.data ? line.data : "", out);
                text = stop < end ? stop + 1 : end;
        }
        return line.error;
}

int escpos_write(const struct escpos_page *page, struct str *out) {
        iconv_t letters;
        int r;

        if (page->n > ESCPOS_TEXT_MAX)
                return -EMSGSIZE;
        letters = iconv_open("CP932", "UTF-8");
        if (letters == (iconv_t) -1) /* NOLINT(performance-no-int-to-ptr): as POSIX has it */
                return errno == ENOMEM ? -ENOMEM : -ENOSYS;
        ADD(out, BEGIN);
        if (page->is_again) {
                ADD(out, CENTRE LARGE);
                add_line(letters, "再発行 REPRINT", out);
                ADD(out, USUAL LEFT);
        }
        r = add_text(letters, page->text, page->n, out);
        if (*page->number) {
                str_add(out, "\n");
                add_line(letters, page->number, out);
        }
        ADD(out, FEED CUT);
        (void) iconv_close(letters);
        return r < 0 ? r : out->error;
}
