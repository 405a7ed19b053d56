/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/part-text.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "firmware/base/cleanup.h"

static int hex_digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        c = (char) (c | 0x20);
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void undo_quoted(const char *bytes, size_t n, struct str *out) {
        for (size_t i = 0; i < n; i++) {
                if (bytes[i] != '=') {
                        str_add_char(out, bytes[i]);
                } else if (i + 1 < n && bytes[i + 1] == '\n') {
                        i += 1;
                } else if (i + 2 < n && bytes[i + 1] == '\r' && bytes[i + 2] == '\n') {
                        i += 2;
                } else if (i + 2 < n && hex_digit(bytes[i + 1]) >= 0 && hex_digit(bytes[i + 2]) >= 0) {
                        str_add_char(out, (char) (hex_digit(bytes[i + 1]) << 4 | hex_digit(bytes[i + 2])));
                        i += 2;
                }
        }
}

static int base64_value(char c) {
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const char *at = c ? strchr(digits, c) : NULL;

        return at ? (int) (at - digits) : -1;
}

static void undo_base64(const char *bytes, size_t n, struct str *out) {
        uint32_t bits = 0;
        int n_bits = 0;

        for (size_t i = 0; i < n; i++) {
                int value = base64_value(bytes[i]);

                if (value < 0)
                        continue; /* ends of lines, padding, rubbish */
                bits = bits << 6 | (uint32_t) value;
                n_bits += 6;
                if (n_bits >= 8) {
                        n_bits -= 8;
                        str_add_char(out, (char) (bits >> n_bits & 0xff));
                }
        }
}

/* Those in which bounces come. Of the converters that a mail could otherwise choose there are hundreds, seldom used. NULL: none. */
static const char *converter_of(const char *charset) {
        static const char *const table[][2] = {
                {"iso-2022-jp", "ISO-2022-JP"},
                {"shift_jis", "CP932"},
                {"shift-jis", "CP932"},
                {"x-sjis", "CP932"},
                {"windows-31j", "CP932"},
                {"cp932", "CP932"},
                {"euc-jp", "EUC-JP"},
                {"iso-8859-1", "ISO-8859-1"},
                {"windows-1252", "CP1252"},
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcasecmp(charset, table[i][0]) == 0)
                        return table[i][1];
        return NULL;
}

static void convert(const char *charset, const struct str *from, struct str *out) {
        iconv_t letters = iconv_open("UTF-8", charset);
        char *at = from->data, to[1024];
        size_t left = from->len;

        if (letters == (iconv_t) -1) { /* NOLINT(performance-no-int-to-ptr): as POSIX has it */
                str_add_n(out, from->data, from->len);
                return;
        }
        while (left > 0) {
                char *end = to;
                size_t room = sizeof(to), r = iconv(letters, &at, &left, &end, &room);

                str_add_n(out, to, (size_t) (end - to));
                if (r != (size_t) -1 || errno == E2BIG)
                        continue;
                if (errno == EINVAL)
                        break; /* cut within a letter */
                str_add_char(out, '?');
                at++;
                left--;
        }
        (void) iconv_close(letters);
}

void part_text(const char *encoding, const char *charset, const char *bytes, size_t n, struct str *out) {
        _cleanup_str_wiped_ struct str plain = STR_INIT;

        if (n > PART_TEXT_MAX)
                n = PART_TEXT_MAX;
        if (strcasecmp(encoding, "quoted-printable") == 0)
                undo_quoted(bytes, n, &plain);
        else if (strcasecmp(encoding, "base64") == 0)
                undo_base64(bytes, n, &plain);
        else
                str_add_n(&plain, bytes, n);
        if (plain.error)
                out->error = plain.error;
        else if (plain.len > 0 && converter_of(charset))
                convert(converter_of(charset), &plain, out);
        else
                str_add_n(out, plain.data ? plain.data : "", plain.len);
}
