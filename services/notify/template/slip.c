/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/slip.h"

#include <string.h>

#define COLUMNS_MIN        16
#define PIECES_TAKEN_ALONG 4 /* 」。 and the word before: with more it is no text */

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

/* Is the character at @c, before @end, one of @marks? */
static bool is_one_of(const char *marks, const char *c, const char *end) {
        size_t n = utf8_sequence(c, (size_t) (end - c));

        for (const char *m = marks; *m && n > 0; m += utf8_sequence(m, 4))
                if (n == utf8_sequence(m, 4) && memcmp(m, c, n) == 0)
                        return true;
        return false;
}

static bool is_ascii(char c) {
        return (unsigned char) c < 0x80;
}

/* Where what is not to be torn begins, of which @at is the end: a character, or a word or an address between blanks. */
static const char *piece_before(const char *text, const char *at) {
        const char *c = at - 1;

        if (is_ascii(*c))
                while (c > text && is_ascii(c[-1]) && c[-1] != ' ')
                        c--;
        else
                while (c > text && ((unsigned char) *c & 0xc0) == 0x80)
                        c--;
        return c;
}

/* No line begins with 、 or 」, and none ends with 「. */
static bool may_break(const char *text, const char *at, const char *end) {
        static const char never_first[] =
                "、。，．・：；？！）」』】〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ",
                          never_last[] = "（「『【〔";

        return !is_one_of(never_first, at, end) && !is_one_of(never_last, piece_before(text, at), at);
}

/* What fits at most. */
static const char *find_end(const char *text, const char *end, size_t columns) {
        const char *c = text;
        size_t used = 0;

        while (c < end) {
                size_t n = utf8_sequence(c, (size_t) (end - c));

                n = n ? n : 1;
                used += slip_width(c, n);
                if (used > columns)
                        break;
                c += n;
        }
        return c;
}

/* Return: where the first line of @text ends, at most @end: torn where it fits only so. */
static const char *find_break(const char *text, const char *end, size_t columns) {
        const char *full = find_end(text, end, columns), *at = full;

        if (full == end || *full == ' ')
                return full;
        if (is_ascii(*at) && is_ascii(at[-1]) && at[-1] != ' ')
                at = piece_before(text, at);
        for (size_t i = 0; i < PIECES_TAKEN_ALONG && at > text && !may_break(text, at, end); i++)
                at = piece_before(text, at);
        return at > text && may_break(text, at, end) ? at : full;
}

static void wrap_line(const char *text, const char *end, size_t columns, struct str *out) {
        do {
                const char *at = find_break(text, end, columns), *last = at;

                while (at < end && last > text && last[-1] == ' ')
                        last--;
                str_add_n(out, text, (size_t) (last - text));
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
