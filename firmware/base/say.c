/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/say.h"

#include "firmware/base/verb.h"

#include <errno.h>
#include <string.h>

/* C1 is two bytes in UTF-8. U+200E, U+200F, U+202A-U+202E, U+2066-U+2069 turn the direction; U+2028 and U+2029 end a line. */
static bool is_harmful(const char *c, size_t n) {
        unsigned char a = (unsigned char) c[0], b = n > 1 ? (unsigned char) c[1] : 0,
                      e = n > 2 ? (unsigned char) c[2] : 0;

        if (n == 1)
                return a < 0x20 || a == 0x7f;
        if (n == 2)
                return (a == 0xc2 && b < 0xa0) || (a == 0xd8 && b == 0x9c);
        if (n != 3 || a != 0xe2)
                return n == 0;
        return (b == 0x80 && (e == 0x8e || e == 0x8f || (e >= 0xa8 && e <= 0xae))) ||
               (b == 0x81 && e >= 0xa6 && e <= 0xa9);
}

void say_safely(struct str *out, const char *text) {
        size_t left = strlen(text), n;

        for (; left > 0; text += n, left -= n) {
                size_t whole = utf8_sequence(text, left);

                n = whole ? whole : 1;
                if (!is_harmful(text, whole)) {
                        str_add_n(out, text, n);
                        continue;
                }
                for (size_t i = 0; i < n; i++)
                        str_addf(out, "\\x%02x", (unsigned char) text[i]);
        }
}

void say(FILE *to, const char *text) {
        _cleanup_str_ struct str safe = STR_INIT;

        say_safely(&safe, text);
        (void) fputs(safe.data && !safe.error ? safe.data : "",
                to); /* main asks once whether stdout took it all */
}

void say_field(struct str *out, const char *label, const char *format, ...) {
        _cleanup_str_ struct str text = STR_INIT;
        va_list ap;

        va_start(ap, format);
        str_addv(&text, format, ap);
        va_end(ap);
        if (text.error)
                out->error = text.error;
        if (text.error || text.len == 0)
                return;
        str_addf(out, "%-9s ", label);
        say_safely(out, text.data);
        str_add_char(out, '\n');
}

static unsigned code_point(const char *c, size_t n) {
        unsigned char a = (unsigned char) c[0];

        if (n == 1)
                return a;
        if (n == 2)
                return (a & 0x1fu) << 6 | ((unsigned char) c[1] & 0x3fu);
        return (a & 0x0fu) << 12 | ((unsigned char) c[1] & 0x3fu) << 6 | ((unsigned char) c[2] & 0x3fu);
}

/* Our writer puts no control byte between values: what is harmful stands within a string. */
void say_json_to(struct str *out, const char *line) {
        size_t left = strlen(line), n;

        for (; left > 0; line += n, left -= n) {
                n = utf8_sequence(line, left);
                if (n > 0 && !is_harmful(line, n))
                        str_add_n(out, line, n);
                else if (n > 0)
                        str_addf(out, "\\u%04x", code_point(line, n));
                else
                        n = 1; /* cannot be: the writer refuses what is no UTF-8 */
        }
        str_add_char(out, '\n');
}

void say_json(const struct str *line) {
        _cleanup_str_ struct str safe = STR_INIT;

        say_json_to(&safe, line->data && !line->error ? line->data : "null");
        (void) fputs(safe.data && !safe.error ? safe.data : "",
                stdout); /* main asks once whether stdout took it all */
}

int say_failure(const struct diag *d) {
        char text[DIAG_TEXT_MAX + 2 * DIAG_PATH_MAX + 32];

        (void) fprintf(stderr, "%s: ", program_invocation_short_name);
        say(stderr, diag_str(d, text, sizeof(text)));
        (void) fputc('\n', stderr);
        return VERB_FAILED;
}

int say_failed(const char *format, ...) {
        _cleanup_str_ struct str text = STR_INIT;
        va_list ap;

        va_start(ap, format);
        str_addv(&text, format, ap);
        va_end(ap);
        (void) fprintf(stderr, "%s: ", program_invocation_short_name);
        say(stderr, text.data && !text.error ? text.data : "out of memory");
        (void) fputc('\n', stderr);
        return VERB_FAILED;
}
