/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/body.h"

#include <string.h>

#include "firmware/base/bytes.h"
#include "services/notify/mail/mime.h"

#define LINE_BYTES 57 /* whose base64 is MIME_LINE_MAX */

const char *body_encoding_to_str(enum body_encoding e) {
        return e == BODY_BASE64 ? "base64" : "quoted-printable";
}

/* What is no printable ASCII, nor a line's end; and the sign that begins hex. A table, for it is asked of each byte. */
static const bool in_hex[256] = {
        [0 ... '\n' - 1] = true, ['\n' + 1 ... ' ' - 1] = true, ['='] = true, ['~' + 1 ... 255] = true};

static bool is_literal(char c) {
        return !in_hex[(unsigned char) c] && c != '\n';
}

/* Three bytes for one that must be written in hex, against four for three of all. */
enum body_encoding body_pick(const char *text) {
        size_t n = strlen(text), n_hex = 0;

        for (size_t i = 0; i < n; i++)
                n_hex += in_hex[(unsigned char) text[i]];
        return n_hex * 6 > n ? BODY_BASE64 : BODY_QUOTED_PRINTABLE;
}

/* ---- base64 ---- */

struct lines { /* bytes on their way into base64 lines; nothing personal is copied to the heap but into @out */
        struct str *out;
        uint8_t bytes[LINE_BYTES];
        size_t used;
};

static void flush(struct lines *l) {
        if (l->used == 0)
                return;
        base64_encode(l->bytes, l->used, l->out);
        str_add(l->out, "\r\n");
        l->used = 0;
}

static void add_some(struct lines *l, const char *text, size_t n) {
        while (n > 0) {
                size_t room = sizeof(l->bytes) - l->used, part = n < room ? n : room;

                memcpy(l->bytes + l->used, text, part);
                l->used += part;
                text += part;
                n -= part;
                if (l->used == sizeof(l->bytes))
                        flush(l);
        }
}

static void add_base64(struct str *out, const char *text) {
        struct lines l = {.out = out};

        while (*text) {
                size_t n = strcspn(text, "\n");

                add_some(&l, text, n);
                text += n;
                if (*text == '\n') {
                        add_some(&l, "\r\n", 2);
                        text++;
                }
        }
        flush(&l);
        explicit_bzero(&l, sizeof(l));
}

void body_add_bytes(struct str *out, const uint8_t *bytes, size_t n) {
        for (size_t i = 0; i < n; i += LINE_BYTES) {
                base64_encode(bytes + i, n - i < LINE_BYTES ? n - i : LINE_BYTES, out);
                str_add(out, "\r\n");
        }
}

/* ---- quoted-printable ---- */

/*
 * A space before the end of a line would be lost, a line "From …" is altered by some stores, and one that begins with a dot
 * by bad relays: those go in hex.
 */
static bool goes_in_hex(const char *text, size_t column) {
        if (!is_literal(*text))
                return true;
        if (*text == ' ')
                return text[1] == '\n' || text[1] == '\0';
        return column == 0 && (*text == '.' || strncmp(text, "From ", 5) == 0);
}

/* How many characters at @text go as they are on the rest of this line, before its last column. */
static size_t literal_run(const char *text, size_t column) {
        size_t room = column < MIME_LINE_MAX - 1 ? MIME_LINE_MAX - 1 - column : 0, n = 0;

        while (n < room && !goes_in_hex(text + n, column + n))
                n++;
        return n;
}

static void add_quoted(struct str *out, const char *text) {
        size_t column = 0;

        while (*text) {
                size_t n = literal_run(text, column);
                bool last;

                if (n > 0) {
                        str_add_n(out, text, n);
                        column += n;
                        text += n;
                        continue;
                }
                if (*text == '\n') {
                        str_add(out, "\r\n");
                        column = 0;
                        text++;
                        continue;
                }
                last = text[1] == '\n' || text[1] == '\0';
                n = goes_in_hex(text, column) ? 3 : 1;
                if (column + n >
                        MIME_LINE_MAX - (last ? 0U : 1U)) { /* room for the "=" that ends a broken line */
                        str_add(out, "=\r\n");
                        column = 0;
                        continue;
                }
                if (n == 3)
                        str_addf(out, "=%02X", (unsigned char) *text);
                else
                        str_add_char(out, *text);
                column += n;
                text++;
        }
        if (column > 0)
                str_add(out, "=\r\n"); /* the text has no line end here, and the part needs one */
}

void body_add_text(struct str *out, enum body_encoding encoding, const char *text) {
        if (encoding == BODY_BASE64)
                add_base64(out, text);
        else
                add_quoted(out, text);
}
