/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/slip.h"

#include <string.h>

#define COLUMNS_MIN 16

size_t slip_width(const char *c, size_t n) {
        const unsigned char *b = (const unsigned char *) c;
        unsigned u;

        if (n < 3)
                return 1;
        if (n == 4)
                return 2; /* emoji and rare kanji */
        u = ((b[0] & 0x0fU) << 12) | ((b[1] & 0x3fU) << 6) | (b[2] & 0x3fU);
        return (u >= 0x1100 && u <= 0x115f) || (u >= 0x2e80 && u <= 0xa4cf) || (u >= 0xac00 && u <= 0xd7a3) ||
                               (u >= 0xf900 && u <= 0xfaff) || (u >= 0xfe30 && u <= 0xfe6f) ||
                               (u >= 0xff00 && u <= 0xff60) || (u >= 0xffe0 && u <= 0xffe6) || u == 0x25a0 ||
                               u == 0x203b || u == 0x2026 || u == 0x2015
                       ? 2
                       : 1;
}

size_t slip_columns(const char *text) {
        size_t most = 0, used = 0;

        for (const char *c = text; *c;) {
                size_t n = utf8_sequence(c, strnlen(c, 4));

                n = n ? n : 1;
                used = *c == '\n' ? 0 : used + slip_width(c, n);
                most = used > most ? used : most;
                c += n;
        }
        return most;
}

static bool may_not_begin(const char *c, size_t n) {
        static const char marks[] = "、。，．・：；？！）」』】〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ";

        for (const char *m = marks; *m; m += utf8_sequence(m, 4))
                if (n == utf8_sequence(m, 4) && memcmp(m, c, n) == 0)
                        return true;
        return false;
}

/* Return: where the first line of @text ends, at most @end. */
static const char *find_break(const char *text, const char *end, size_t columns) {
        const char *blank = NULL, *c = text;
        size_t used = 0;

        while (c < end) {
                size_t n = utf8_sequence(c, (size_t) (end - c)), width;

                n = n ? n : 1;
                width = slip_width(c, n);
                if (used + width > columns)
                        break;
                if (*c == ' ' && c > text)
                        blank = c;
                used += width;
                c += n;
        }
        if (c == end)
                return end;
        if (blank && (unsigned char) *c < 0x80 && (unsigned char) c[-1] < 0x80)
                return blank;
        return c;
}

static void wrap_line(const char *text, const char *end, size_t columns, struct str *out) {
        do {
                const char *at = find_break(text, end, columns);

                /* No line begins with 、 or 」: the character before goes with it. */
                if (at < end && may_not_begin(at, utf8_sequence(at, (size_t) (end - at)))) {
                        const char *before = at - 1;

                        while (before > text && ((unsigned char) *before & 0xc0) == 0x80)
                                before--;
                        at = before > text ? before : at;
                }
                str_add_n(out, text, (size_t) (at - text));
                str_add(out, "\n");
                text = at;
                while (text < end && *text == ' ' && at < end)
                        text++;
        } while (text < end);
}

void slip_wrap(const char *text, size_t columns, struct str *out) {
        columns = columns < COLUMNS_MIN ? COLUMNS_MIN : columns;
        while (*text) {
                const char *end = text + strcspn(text, "\n");

                wrap_line(text, end, columns, out);
                text = *end ? end + 1 : end;
        }
}
