/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/mime.h"

#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/time.h"
#include "services/notify/mail/address.h"
#include "services/notify/mail/safe-text.h"

#define WORD_HEAD      "=?UTF-8?B?"
#define WORD_TAIL      "?="
#define WORD_FRAME     12 /* bytes of head and tail */
#define WORD_BYTES_MAX 45 /* whose base64 and frame are 72 of the 75 allowed */
#define WORD_BYTES_MIN 6  /* less than this on the rest of a line: begin the next one */
#define BODY_LINE      57 /* bytes whose base64 is MIME_LINE_MAX */

/* ---- headers ---- */

static void fold(struct str *out, size_t *columnp) {
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

void mime_add_words(struct str *out, const char *text, size_t *columnp) {
        char word[WORD_BYTES_MAX], c[4];
        size_t used = 0, n;

        if (word_room(*columnp) < WORD_BYTES_MIN)
                fold(out, columnp);
        while ((n = safe_text_next(&text, c)) > 0) {
                if (used + n > word_room(*columnp)) {
                        add_word(out, word, used, columnp);
                        fold(out, columnp);
                        used = 0;
                }
                memcpy(word + used, c, n);
                used += n;
        }
        if (used > 0)
                add_word(out, word, used, columnp);
}

/* Short text that is its own quoted-string or subject: no byte of it means anything to a reader of headers. */
static bool is_plain(const char *text) {
        if (strlen(text) > 60 || strstr(text, "=?") || text[0] == ' ' || !ascii_is_printable(text))
                return false;
        return !strpbrk(text, "\"\\<>");
}

static void add_text_header(struct str *out, const char *name, const char *text) {
        size_t column = strlen(name) + 2;

        str_addf(out, "%s: ", name);
        if (is_plain(text))
                str_add(out, text);
        else
                mime_add_words(out, text, &column);
        str_add(out, "\r\n");
}

static void add_mailbox(struct str *out, const char *name, const struct mime_mailbox *box) {
        size_t column = strlen(name) + 2;

        str_addf(out, "%s: ", name);
        if (box->name && *box->name) {
                size_t before = out->len;

                if (is_plain(box->name)) {
                        str_addf(out, "\"%s\"", box->name);
                        column += out->len - before;
                } else {
                        mime_add_words(out, box->name, &column);
                }
                if (column + strlen(box->address) + 5 > MIME_LINE_MAX) /* space, brackets, quotes */
                        fold(out, &column);
                else
                        str_add_char(out, ' ');
        }
        str_add_char(out, '<');
        address_add(out, box->address);
        str_add(out, ">\r\n");
}

static void add_headers(struct str *out, const struct mime_message *m) {
        const struct mime_mailbox reply_to = {.address = m->reply_to};
        char date[TIME_TEXT_MAX];

        add_mailbox(out, "From", &m->from);
        add_mailbox(out, "To", &m->to);
        if (address_is_valid(m->reply_to))
                add_mailbox(out, "Reply-To", &reply_to);
        add_text_header(out, "Subject", m->subject);
        str_addf(out, "Date: %s\r\n", time_format_rfc5322(m->date_usec, m->date_offset_sec, date));
        str_addf(out, "Message-ID: <%s>\r\n", m->message_id);
        str_add(out, "Auto-Submitted: auto-generated\r\n"
                     "MIME-Version: 1.0\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\n"
                     "Content-Transfer-Encoding: base64\r\n");
        str_addf(out, "Content-Language: %s\r\n\r\n", m->language);
}

/* ---- body ---- */

struct body { /* bytes on their way into base64 lines; nothing personal is copied to the heap but into @out */
        struct str *out;
        uint8_t line[BODY_LINE];
        size_t used;
};

static void body_flush(struct body *b) {
        if (b->used == 0)
                return;
        base64_encode(b->line, b->used, b->out);
        str_add(b->out, "\r\n");
        b->used = 0;
}

static void body_add(struct body *b, char c) {
        b->line[b->used++] = (uint8_t) c;
        if (b->used == sizeof(b->line))
                body_flush(b);
}

static void add_body(struct str *out, const char *text) {
        struct body b = {.out = out};

        for (; *text; text++) {
                if (*text == '\n')
                        body_add(&b, '\r');
                body_add(&b, *text);
        }
        body_flush(&b);
        explicit_bzero(&b, sizeof(b));
}

int mime_write(const struct mime_message *m, struct str *out) {
        if (!address_is_valid(m->from.address))
                return MIME_E_FROM;
        if (!address_is_valid(m->to.address))
                return MIME_E_TO;
        add_headers(out, m);
        add_body(out, m->text);
        return out->error;
}
