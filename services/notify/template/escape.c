/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/escape.h"

#include <string.h>

#include "firmware/base/safe-text.h"

static const char *html_of(char c) {
        switch (c) {
        case '&':
                return "&amp;";
        case '<':
                return "&lt;";
        case '>':
                return "&gt;";
        case '"':
                return "&quot;";
        case '\'':
                return "&#39;";
        default:
                return NULL;
        }
}

/* A call of memcmp() costs more than these few bytes. */
static bool is_same(const char *a, const char *b, size_t n) {
        while (n > 0 && a[n - 1] == b[n - 1])
                n--;
        return n == 0;
}

/* What goes as it is goes in one piece: most of a text does. @instead: of one ASCII character; NULL as it is */
static void escape(
        struct str *out, const char *text, size_t max_chars, const char *(*instead)(char character)) {
        const char *kept = text, *at = text;
        char c[4];
        size_t n;

        for (size_t i = 0; (n = safe_text_next(&text, c)) > 0; i++, at = text) {
                const char *other = instead && n == 1 ? instead(c[0]) : NULL;

                if (i == max_chars)
                        break;
                if (!other && n == (size_t) (text - at) && is_same(c, at, n))
                        continue;
                str_add_n(out, kept, (size_t) (at - kept));
                kept = text;
                if (other)
                        str_add(out, other);
                else
                        str_add_n(out, c, n);
        }
        str_add_n(out, kept, (size_t) (at - kept));
        if (n > 0)
                str_add(out, "…");
}

void escape_plain(struct str *out, const char *text, size_t max_chars) {
        escape(out, text, max_chars, NULL);
}

void escape_html(struct str *out, const char *text, size_t max_chars) {
        escape(out, text, max_chars, html_of);
}

static bool is_unreserved(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               strchr("-._~", c);
}

static void add_url(struct str *out, const char *text, const char *also) {
        char c[4];
        size_t n;

        while ((n = safe_text_next(&text, c)) > 0)
                for (size_t i = 0; i < n; i++) {
                        if (is_unreserved(c[i]) || strchr(also, c[i]))
                                str_add_char(out, c[i]);
                        else
                                str_addf(out, "%%%02X", (unsigned) (unsigned char) c[i]);
                }
}

void escape_url_part(struct str *out, const char *text) {
        add_url(out, text, "");
}

void escape_url(struct str *out, const char *text) {
        add_url(out, text, ":/?#[]@!$&'()*+,;=%");
}
