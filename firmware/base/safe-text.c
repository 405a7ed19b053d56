/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/safe-text.h"

#include <string.h>

#include "firmware/base/str.h"

static bool is_ascii_control(const unsigned char *b) {
        return b[0] < 0x20 || b[0] == 0x7f;
}

/* C1; U+061C; U+200E-200F; U+2028-202E; U+2066-2069: they break lines, or show the text behind them in another order. */
static bool is_wide_control(const unsigned char *b, size_t n) {
        if (n == 2)
                return (b[0] == 0xc2 && b[1] < 0xa0) || (b[0] == 0xd8 && b[1] == 0x9c);
        if (n != 3 || b[0] != 0xe2)
                return false;
        return (b[1] == 0x80 && (b[2] == 0x8e || b[2] == 0x8f || (b[2] >= 0xa8 && b[2] <= 0xae))) ||
               (b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9);
}

/* U+FDD0-FDEF and the last two of each plane: no text holds them, and HTML must not. */
static bool is_noncharacter(const unsigned char *b, size_t n) {
        if (n == 3 && b[0] == 0xef && b[1] == 0xb7)
                return b[2] >= 0x90 && b[2] <= 0xaf;
        if (n == 3)
                return b[0] == 0xef && b[1] == 0xbf && b[2] >= 0xbe;
        return n == 4 && (b[1] & 0x0f) == 0x0f && b[2] == 0xbf && b[3] >= 0xbe;
}

size_t safe_text_next(const char **textp, char c[4]) {
        const unsigned char *b = (const unsigned char *) *textp;
        size_t n;

        if (*b == '\0')
                return 0;
        if (*b >= 0x20 && *b < 0x7f) {
                c[0] = **textp;
                *textp += 1;
                return 1;
        }
        n = utf8_sequence(*textp, 4); /* a NUL continues no sequence, so none is read beyond it */
        if (n == 0 || is_noncharacter(b, n)) {
                *textp += n ? n : 1;
                memcpy(c, "\xef\xbf\xbd", 3);
                return 3;
        }
        *textp += n;
        if (is_ascii_control(b) || is_wide_control(b, n)) {
                c[0] = ' ';
                return 1;
        }
        memcpy(c, b, n);
        return n;
}
