/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/mime.h"

#include <string.h>

#include "firmware/base/time.h"
#include "services/notify/mail/address.h"
#include "services/notify/mail/body.h"
#include "services/notify/mail/words.h"

/* Bounds of the three levels: "=_" stands in no quoted-printable and in no base64. */
#define MIXED       "=_mixed"
#define ALTERNATIVE "=_alternative"
#define RELATED     "=_related"
#define TYPE_MAX    80

/* ---- what may stand in a header as it is ---- */

static bool is_alnum(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool consists_of(const char *text, size_t n, const char *more) {
        for (size_t i = 0; i < n; i++)
                if (!is_alnum(text[i]) && !strchr(more, text[i]))
                        return false;
        return n > 0;
}

static bool is_dot_atom(const char *text, size_t n) {
        return consists_of(text, n, "!#$%&'*+-/=?^_`{|}~.") && text[0] != '.' && text[n - 1] != '.' &&
               !memmem(text, n, "..", 2);
}

bool mime_id_is_valid(const char *id) {
        size_t n = id ? strnlen(id, MIME_ID_MAX + 1) : 0, left;

        if (n == 0 || n > MIME_ID_MAX)
                return false;
        left = strcspn(id, "@");
        return left < n && is_dot_atom(id, left) && is_dot_atom(id + left + 1, n - left - 1);
}

static bool language_is_valid(const char *tag) {
        size_t n = tag ? strnlen(tag, 36) : 0;

        return n <= 35 && consists_of(tag, n, "-");
}

static bool type_is_valid(const char *type) {
        size_t n = type ? strnlen(type, TYPE_MAX + 1) : 0, left;

        if (n == 0 || n > TYPE_MAX)
                return false;
        left = strcspn(type, "/");
        return left < n && consists_of(type, left, "+-.") &&
               consists_of(type + left + 1, n - left - 1, "+-.");
}

/* A POST without a look at it: never to a server that does not prove who it is. */
static bool link_is_valid(const char *link) {
        size_t n = strnlen(link, MIME_LINK_MAX + 1);

        return n <= MIME_LINK_MAX && strncmp(link, "https://", 8) == 0 && n > 8 && ascii_is_printable(link) &&
               !strpbrk(link, " <>\"\\");
}

static bool file_is_valid(const struct mime_message *m, const struct mime_file *f) {
        if (!type_is_valid(f->type))
                return false;
        return !f->cid || (m->html && mime_id_is_valid(f->cid));
}

static int check(const struct mime_message *m) {
        if (!address_is_valid(m->from.address))
                return MIME_E_FROM;
        if (!address_is_valid(m->to.address))
                return MIME_E_TO;
        if (!mime_id_is_valid(m->message_id) || (m->thread_id && !mime_id_is_valid(m->thread_id)))
                return MIME_E_ID;
        if (!language_is_valid(m->language))
                return MIME_E_LANGUAGE;
        if (m->unsubscribe && !link_is_valid(m->unsubscribe))
                return MIME_E_LINK;
        for (size_t i = 0; i < m->n_files; i++)
                if (!file_is_valid(m, &m->files[i]))
                        return MIME_E_PART;
        return 0;
}

/* ---- headers ---- */

static void add_text_header(struct str *out, const char *name, const char *text) {
        size_t column = strlen(name) + 2;

        str_addf(out, "%s: ", name);
        if (words_are_plain(text))
                str_add(out, text);
        else
                words_add(out, text, &column);
        str_add(out, "\r\n");
}

static void add_mailbox(struct str *out, const char *name, const struct mime_mailbox *box) {
        size_t column = strlen(name) + 2;

        str_addf(out, "%s: ", name);
        if (box->name && *box->name) {
                size_t before = out->len;

                if (words_are_plain(box->name)) {
                        str_addf(out, "\"%s\"", box->name);
                        column += out->len - before;
                } else {
                        words_add(out, box->name, &column);
                }
                if (column + strlen(box->address) + 5 > MIME_LINE_MAX) /* space, brackets, quotes */
                        words_fold(out, &column);
                else
                        str_add_char(out, ' ');
        }
        str_add_char(out, '<');
        address_add(out, box->address);
        str_add(out, ">\r\n");
}

/* Never folded, however long: there are readers that take the fold before an id for a part of it. */
static void add_bracketed(struct str *out, const char *name, const char *word) {
        str_addf(out, "%s: <%s>\r\n", name, word);
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
        add_bracketed(out, "Message-ID", m->message_id);
        if (m->thread_id) {
                add_bracketed(out, "In-Reply-To", m->thread_id);
                add_bracketed(out, "References", m->thread_id);
        }
        if (m->unsubscribe) {
                add_bracketed(out, "List-Unsubscribe", m->unsubscribe);
                str_add(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
        }
        str_add(out, "Auto-Submitted: auto-generated\r\n"
                     "MIME-Version: 1.0\r\n");
}

/* ---- parts ---- */

static void add_text(struct str *out, const char *subtype, const char *text, const char *language) {
        enum body_encoding encoding = body_pick(text);

        str_addf(out, "Content-Type: text/%s; charset=utf-8\r\n", subtype);
        str_addf(out, "Content-Transfer-Encoding: %s\r\n", body_encoding_to_str(encoding));
        str_addf(out, "Content-Language: %s\r\n\r\n", language);
        body_add_text(out, encoding, text);
}

static void add_file(struct str *out, const struct mime_file *f) {
        str_addf(out, "Content-Type: %s\r\n", f->type);
        str_add(out, "Content-Transfer-Encoding: base64\r\n");
        if (f->cid)
                add_bracketed(out, "Content-ID", f->cid);
        str_addf(out, "Content-Disposition: %s", f->cid ? "inline" : "attachment");
        if (f->name && *f->name)
                words_add_parameter(out, "filename", f->name);
        str_add(out, "\r\n\r\n");
        body_add_bytes(out, f->bytes, f->n);
}

static void open_multipart(struct str *out, const char *subtype, const char *bound, const char *more) {
        str_addf(out, "Content-Type: multipart/%s;%s\r\n boundary=\"%s\"\r\n", subtype, more, bound);
}

/* The line end before a bound belongs to it: without one of its own the part would lose its last. */
static void next_part(struct str *out, const char *bound) {
        str_addf(out, "\r\n--%s\r\n", bound);
}

static void close_multipart(struct str *out, const char *bound) {
        str_addf(out, "\r\n--%s--\r\n", bound);
}

static size_t count_files(const struct mime_message *m, bool images) {
        size_t n = 0;

        for (size_t i = 0; i < m->n_files; i++)
                n += (m->files[i].cid != NULL) == images;
        return n;
}

static void add_files(struct str *out, const struct mime_message *m, bool images, const char *bound) {
        for (size_t i = 0; i < m->n_files; i++)
                if ((m->files[i].cid != NULL) == images) {
                        next_part(out, bound);
                        add_file(out, &m->files[i]);
                }
        close_multipart(out, bound);
}

static void add_html(struct str *out, const struct mime_message *m) {
        if (count_files(m, true) == 0) {
                add_text(out, "html", m->html, m->language);
                return;
        }
        open_multipart(out, "related", RELATED, " type=\"text/html\";");
        next_part(out, RELATED);
        add_text(out, "html", m->html, m->language);
        add_files(out, m, true, RELATED);
}

static void add_content(struct str *out, const struct mime_message *m) {
        if (!m->html) {
                add_text(out, "plain", m->text, m->language);
                return;
        }
        open_multipart(out, "alternative", ALTERNATIVE, "");
        next_part(out, ALTERNATIVE);
        add_text(out, "plain", m->text, m->language);
        next_part(out, ALTERNATIVE);
        add_html(out, m);
        close_multipart(out, ALTERNATIVE);
}

int mime_write(const struct mime_message *m, struct str *out) {
        int r = check(m);

        if (r != 0)
                return r;
        add_headers(out, m);
        if (count_files(m, false) == 0) {
                add_content(out, m);
                return out->error;
        }
        open_multipart(out, "mixed", MIXED, "");
        next_part(out, MIXED);
        add_content(out, m);
        add_files(out, m, false, MIXED);
        return out->error;
}
