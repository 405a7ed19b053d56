/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/str.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void str_deinit(struct str *s) {
        free(s->data);
        *s = (struct str) STR_INIT;
}

void str_wipe(struct str *s) {
        if (s->data)
                explicit_bzero(s->data, s->size);
        str_deinit(s);
}

void str_clear(struct str *s) {
        s->len = 0;
        s->error = 0;
        if (s->data)
                s->data[0] = '\0';
}

bool str_reserve(struct str *s, size_t n) {
        size_t want, size = s->size ? s->size : 64;
        char *data;

        if (s->error)
                return false;
        if (n >= SIZE_MAX / 2 - s->len) {
                s->error = -ENOMEM;
                return false;
        }
        want = s->len + n + 1;
        if (want <= s->size)
                return true;
        while (size < want)
                size *= 2;
        data = realloc(s->data, size);
        if (!data) {
                s->error = -ENOMEM;
                return false;
        }
        s->data = data;
        s->data[s->len] = '\0';
        s->size = size;
        return true;
}

void str_add(struct str *s, const char *text) {
        str_add_n(s, text, strlen(text));
}

void str_add_n(struct str *s, const char *bytes, size_t n) {
        if (!str_reserve(s, n))
                return;
        if (n > 0)
                memcpy(s->data + s->len, bytes, n);
        s->len += n;
        s->data[s->len] = '\0';
}

void str_add_char(struct str *s, char c) {
        if (s->error || s->len + 1 >= s->size) {
                str_add_n(s, &c, 1);
                return;
        }
        s->data[s->len++] = c;
        s->data[s->len] = '\0';
}

void str_addf(struct str *s, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        str_addv(s, format, ap);
        va_end(ap);
}

void str_addv(struct str *s, const char *format, va_list ap) {
        va_list again;
        int n;

        if (!str_reserve(s, 0))
                return;
        va_copy(again, ap);
        n = vsnprintf(s->data + s->len, s->size - s->len, format, ap);
        if (n < 0) {
                s->error = -EINVAL;
                s->data[s->len] = '\0';
        } else if ((size_t) n < s->size - s->len) {
                s->len += (size_t) n;
        } else {
                s->data[s->len] = '\0';
                if (str_reserve(s, (size_t) n)) {
                        (void) vsnprintf(
                                s->data + s->len, s->size - s->len, format, again); /* as long as before */
                        s->len += (size_t) n;
                }
        }
        va_end(again);
}

int str_take(struct str *s, char **textp) {
        int r;

        str_add_n(s, "", 0); /* nothing appended is "" and not NULL */
        r = s->error;
        if (r == 0) {
                *textp = s->data;
                s->data = NULL;
        }
        str_deinit(s);
        return r;
}

size_t utf8_sequence(const char *bytes, size_t n) {
        const uint8_t *b = (const uint8_t *) bytes;
        size_t length;
        uint8_t low = 0x80, high = 0xBF;

        if (n == 0 || b[0] == 0)
                return 0;
        if (b[0] < 0x80)
                return 1;
        if (b[0] < 0xC2 || b[0] > 0xF4)
                return 0;
        length = b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4;
        if (n < length)
                return 0;
        /* The second byte's range is what excludes overlong forms, surrogates and what is above U+10FFFF. */
        if (b[0] == 0xE0)
                low = 0xA0;
        else if (b[0] == 0xED)
                high = 0x9F;
        else if (b[0] == 0xF0)
                low = 0x90;
        else if (b[0] == 0xF4)
                high = 0x8F;
        if (b[1] < low || b[1] > high)
                return 0;
        for (size_t i = 2; i < length; i++)
                if ((b[i] & 0xC0) != 0x80)
                        return 0;
        return length;
}

bool utf8_is_valid(const char *bytes, size_t n) {
        for (size_t i = 0; i < n;) {
                size_t length = utf8_sequence(bytes + i, n - i);

                if (length == 0)
                        return false;
                i += length;
        }
        return true;
}

size_t utf8_length(const char *text) {
        size_t n = 0;

        for (; *text; text++)
                n += ((uint8_t) *text & 0xC0) != 0x80;
        return n;
}

size_t utf8_cut(const char *text, size_t n) {
        size_t length = strnlen(text, n);

        if (length < n || text[n] == '\0')
                return length;
        while (n > 0 && ((uint8_t) text[n] & 0xC0) == 0x80)
                n--;
        return n;
}

bool ascii_is_printable(const char *text) {
        for (; *text; text++)
                if (*text < 0x20 || *text > 0x7E)
                        return false;
        return true;
}

bool text_is_one_line(const char *text) {
        for (const uint8_t *b = (const uint8_t *) text; *b; b++)
                if (*b < 0x20 || *b == 0x7F || (*b == 0xC2 && b[1] >= 0x80 && b[1] <= 0x9F))
                        return false;
        return true;
}

static bool char_is_name(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool id_is_valid(const char *text, size_t max) {
        size_t n = strnlen(text, max);

        if (n == 0 || text[n] != '\0')
                return false;
        for (; *text; text++)
                if (!char_is_name(*text) && !(*text >= 'A' && *text <= 'Z') && !strchr("._:", *text))
                        return false;
        return true;
}

bool name_is_valid(const char *text) {
        size_t n = 0;

        while (n <= NAME_TEXT_MAX && char_is_name(text[n]))
                n++;
        return n > 0 && n < NAME_TEXT_MAX && text[n] == '\0';
}

bool copy_text(char *to, size_t size, const char *from) {
        size_t n = strlen(from);
        size_t copied = n < size ? n : size - 1;

        if (size == 0)
                return false;
        memcpy(to, from, copied);
        to[copied] = '\0';
        return copied == n;
}
