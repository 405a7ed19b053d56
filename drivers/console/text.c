/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/console/text.h"

#include <string.h>

#include "firmware/base/cleanup.h"

/* U+0080-9F (C1), U+200E-F and U+202A-E and U+2066-9 (direction), U+2028-9 (line and paragraph). */
static bool moves_a_terminal(const char *p, size_t n) {
        unsigned char a = (unsigned char) p[0], b = n > 1 ? (unsigned char) p[1] : 0,
                      c = n > 2 ? (unsigned char) p[2] : 0;

        if (n == 1)
                return a < 0x20 || a == 0x7F;
        if (n == 2)
                return a == 0xC2 && b < 0xA0;
        if (n != 3 || a != 0xE2)
                return false;
        return (b == 0x80 && (c == 0x8E || c == 0x8F || (c >= 0xA8 && c <= 0xAE))) ||
               (b == 0x81 && c >= 0xA6 && c <= 0xA9);
}

void console_add_text(struct str *out, const char *text) {
        for (const char *p = text; *p;) {
                size_t n = utf8_sequence(p, strnlen(p, 4));

                if (n > 0 && !moves_a_terminal(p, n)) {
                        str_add_n(out, p, n);
                        p += n;
                        continue;
                }
                for (n = n > 0 ? n : 1; n > 0; n--)
                        str_addf(out, "\\x%02X", (unsigned char) *p++);
        }
}

void console_write_text(struct json_writer *w, const char *key, const char *text) {
        _cleanup_str_ struct str escaped = STR_INIT;

        if (utf8_is_valid(text, strlen(text))) {
                json_write_string(w, key, text);
                return;
        }
        console_add_text(&escaped, text);
        json_write_string(w, key, escaped.data);
}
