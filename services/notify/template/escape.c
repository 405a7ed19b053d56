/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/escape.h"

#include <string.h>

#include "firmware/base/safe-text.h"

void escape_plain(struct str *out, const char *text, size_t max_chars) {
        char c[4];
        size_t n;

        for (size_t i = 0; (n = safe_text_next(&text, c)) > 0; i++) {
                if (i == max_chars) {
                        str_add(out, "…");
                        return;
                }
                str_add_n(out, c, n);
        }
}

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

void escape_html(struct str *out, const char *text, size_t max_chars) {
        char c[4];
        size_t n;

        for (size_t i = 0; (n = safe_text_next(&text, c)) > 0; i++) {
                const char *html = n == 1 ? html_of(c[0]) : NULL;

                if (i == max_chars) {
                        str_add(out, "…");
                        return;
                }
                if (html)
                        str_add(out, html);
                else
                        str_add_n(out, c, n);
        }
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
                                str_add_n(out, &c[i], 1);
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
