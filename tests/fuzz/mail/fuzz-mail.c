/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mail from hostile texts: whatever a contact, a name, a subject or a line holds, the bytes are lines ended by CRLF, ASCII,
 * none too long, with the headers and the parts that we write and no other. Input: contact JSON, then name, subject and text of
 * others, one each to a line.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/safe-text.h"
#include "services/notify/contact.h"
#include "services/notify/mail/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const headers[] = {
        "From: ", "To: ", "Subject: ", "Date: ", "Message-ID: ", "Auto-Submitted: ", "MIME-Version: ",
        "Content-Type: ", "Content-Transfer-Encoding: ", "Content-Language: "};

/* Return: where the body begins. */
static const char *check_headers(const char *mail) {
        size_t i = 0;

        for (const char *line = mail;; line = strstr(line, "\r\n") + 2) {
                size_t n = strcspn(line, "\r\n");

                assert(n <= 998 && strncmp(line + n, "\r\n", 2) == 0);
                if (n == 0) {
                        assert(i == ELEMENTSOF(headers));
                        return line + 2;
                }
                if (line[0] == ' ') {
                        assert(i > 0 && strspn(line, " ") < n);
                        continue;
                }
                assert(i < ELEMENTSOF(headers) && strncmp(line, headers[i], strlen(headers[i])) == 0);
                i++;
        }
}

static int hex(char c) {
        return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* One line of a body, as its reader takes it. */
static void decode_line(const char *line, size_t n, bool quoted, struct str *out) {
        if (!quoted) {
                str_add_n(out, line, n);
                return;
        }
        for (size_t i = 0; i < n; i++) {
                if (line[i] != '=') {
                        str_add_char(out, line[i]);
                } else if (i + 1 < n) {
                        assert(i + 2 < n);
                        str_add_char(out, (char) (hex(line[i + 1]) * 16 + hex(line[i + 2])));
                        i += 2;
                } else {
                        return; /* a broken line */
                }
        }
        str_add(out, "\r\n");
}

static void check_body(const char *body, const char *text, bool quoted) {
        _cleanup_str_ struct str joined = STR_INIT, expect = STR_INIT;
        _autofree_ uint8_t *bytes = NULL;
        size_t n_bytes = 0;

        for (const char *line = body; *line; line = strstr(line, "\r\n") + 2) {
                size_t n = strcspn(line, "\r\n");

                assert(n <= MIME_LINE_MAX && strncmp(line + n, "\r\n", 2) == 0);
                decode_line(line, n, quoted, &joined);
        }
        for (; *text; text++)
                str_add_n(&expect, *text == '\n' ? "\r\n" : text, *text == '\n' ? 2 : 1);
        if (!quoted) {
                int r = base64_decode(joined.data ? joined.data : "", joined.len, &bytes, &n_bytes);

                assert(r == 0);
                str_clear(&joined);
                str_add_n(&joined, (const char *) bytes, n_bytes);
        }
        assert(joined.len == expect.len &&
                (joined.len == 0 || memcmp(joined.data, expect.data, joined.len) == 0));
        assert(utf8_is_valid(joined.data, joined.len));
}

static void check_ascii(const struct str *mail) {
        for (size_t i = 0; i < mail->len; i++)
                assert((mail->data[i] >= 0x20 && mail->data[i] <= 0x7e) || mail->data[i] == '\r' ||
                        mail->data[i] == '\n');
        assert(strlen(mail->data) == mail->len);
}

/* The bounds are ours alone, whatever the text and the file hold. */
static void check_parts(const struct str *mail) {
        size_t n = 0;

        for (const char *line = mail->data; *line; line = strstr(line, "\r\n") + 2) {
                size_t len = strcspn(line, "\r\n");

                assert(len <= 998 && strncmp(line + len, "\r\n", 2) == 0);
                n += strncmp(line, "--=_", 4) == 0;
        }
        assert(n == 6);
}

static void check_mail(const struct contact *c, const char *name, const char *subject, const char *text) {
        const struct mime_file file = {.cid = "qr@okuru",
                .type = "image/png",
                .name = name,
                .bytes = (const uint8_t *) text,
                .n = strlen(text)};
        struct mime_message m = {
                .from = {name, "shop@example.jp"},
                .to = {c->name, c->email},
                .subject = subject,
                .message_id = "f7e160bd-7d31-5602-8ce2-0cecab9e8306@example.jp",
                .language = "ja",
                .text = text,
        };
        _cleanup_str_ struct str out = STR_INIT;
        int r = mime_write(&m, &out);

        assert(r == 0);
        check_ascii(&out);
        check_body(
                check_headers(out.data), text, strstr(out.data, "\r\nContent-Transfer-Encoding: q") != NULL);
        str_clear(&out);
        m.html = text;
        m.files = &file;
        m.n_files = 1;
        r = mime_write(&m, &out);
        assert(r == 0);
        check_ascii(&out);
        check_parts(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _autofree_ char *copy = malloc(size + 1);
        _cleanup_str_ struct str text = STR_INIT;
        const char *parts[4] = {"", "", "", ""};
        char *rest = copy, one[4];
        size_t n;
        struct contact c = {.name = "", .email = "hanako@example.jp"};

        if (!copy)
                return 0;
        if (size > 0)
                memcpy(copy, data, size);
        copy[size] = '\0';
        for (size_t i = 0; i < ELEMENTSOF(parts) && rest; i++)
                parts[i] = i == ELEMENTSOF(parts) - 1 ? rest : strsep(&rest, "\n");
        if (contact_read(parts[0], strlen(parts[0]), &c) != CONTACT_READY)
                memcpy(c.name, parts[0], utf8_cut(parts[0], strnlen(parts[0], CONTACT_NAME_MAX)));
        if (!*c.email)
                (void) copy_text(c.email, sizeof(c.email), "hanako@example.jp");
        for (const char *rest_of = parts[3]; (n = safe_text_next(&rest_of, one)) > 0;)
                str_add_n(&text, one, n);
        str_add(&text, "\n");
        check_mail(&c, parts[1], parts[2], text.data);
        return 0;
}
