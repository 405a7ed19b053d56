/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/words.h"

#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/safe-text.h"
#include "services/notify/mail/mime.h"

#define WORD_HEAD      "=?UTF-8?B?"
#define WORD_TAIL      "?="
#define WORD_FRAME     12 /* bytes of head and tail */
#define WORD_BYTES_MAX 45 /* whose base64 and frame are 72 of the 75 allowed */
#define WORD_BYTES_MIN 6  /* less than this on the rest of a line: begin the next one */
#define PLAIN_MAX      60
#define PIECE_MAX      50 /* bytes of a parameter's value on one line */
#define PIECES_MAX     24 /* a longer name is cut: no file is called so */

bool words_are_plain(const char *text) {
        size_t n = strnlen(text, PLAIN_MAX + 1);

        if (n > PLAIN_MAX || strstr(text, "=?") || !ascii_is_printable(text))
                return false;
        return n == 0 ||
               (text[0] != ' ' && text[n - 1] != ' ' && !strpbrk(text, "\"\\<>") && !strstr(text, "  "));
}

void words_fold(struct str *out, size_t *columnp) {
        str_add(out, "\r\n ");
        *columnp = 1;
}

/* Bytes that a word may hold on the rest of this line. */
static size_t word_room(size_t column) {
        size_t used = column + WORD_FRAME, room;

        if (used >= MIME_LINE_MAX)
                return 0;
        room = (MIME_LINE_MAX - used) / 4 * 3;
        return room < WORD_BYTES_MAX ? room : WORD_BYTES_MAX;
}

static void add_word(struct str *out, const char *bytes, size_t n, size_t *columnp) {
        size_t before = out->len;

        str_add(out, WORD_HEAD);
        base64_encode((const uint8_t *) bytes, n, out);
        str_add(out, WORD_TAIL);
        *columnp += out->len - before;
}

void words_add(struct str *out, const char *text, size_t *columnp) {
        char word[WORD_BYTES_MAX], c[4];
        size_t used = 0, n;

        if (word_room(*columnp) < WORD_BYTES_MIN)
                words_fold(out, columnp);
        while ((n = safe_text_next(&text, c)) > 0) {
                if (used + n > word_room(*columnp)) {
                        add_word(out, word, used, columnp);
                        words_fold(out, columnp);
                        used = 0;
                }
                memcpy(word + used, c, n);
                used += n;
        }
        if (used > 0)
                add_word(out, word, used, columnp);
}

/* RFC 2231's attribute-char: a token's but for "*", "'" and "%". */
static bool is_attribute_char(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c != '\0' && strchr("!#$&+-.^_`{|}~", c));
}

static void percent_encode(const char *c, size_t n, struct str *out) {
        for (size_t i = 0; i < n; i++)
                if (is_attribute_char(c[i]))
                        str_add_char(out, c[i]);
                else
                        str_addf(out, "%%%02X", (unsigned char) c[i]);
}

/* Characters stay whole within a piece: some readers decode each for itself. */
static void add_pieces(struct str *out, const char *name, const char *value) {
        _cleanup_str_ struct str one = STR_INIT;
        size_t column = PIECE_MAX, n;
        unsigned i_piece = 0;
        char c[4];

        while ((n = safe_text_next(&value, c)) > 0) {
                str_clear(&one);
                percent_encode(c, n, &one);
                if (column + one.len > PIECE_MAX) {
                        if (i_piece == PIECES_MAX)
                                return;
                        str_addf(out, ";\r\n %s*%u*=%s", name, i_piece, i_piece == 0 ? "UTF-8''" : "");
                        i_piece++;
                        column = 0;
                }
                str_add_n(out, one.data ? one.data : "", one.len);
                column += one.len;
        }
        if (one.error && out->error == 0)
                out->error = one.error;
}

void words_add_parameter(struct str *out, const char *name, const char *value) {
        if (words_are_plain(value))
                str_addf(out, ";\r\n %s=\"%s\"", name, value);
        else
                add_pieces(out, name, value);
}
