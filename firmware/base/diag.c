/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/diag.h"

#include "firmware/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void diag_copy(char *to, size_t size, const char *from) {
        size_t n = utf8_cut(from, size - 1);

        memcpy(to, from, n);
        to[n] = '\0';
        /* A key may come from the input: it must not move the cursor of who reads about it. */
        for (char *c = to; *c; c++)
                if ((*c > 0 && *c < 0x20) || *c == 0x7F)
                        *c = '?';
}

void diag_set(struct diag *d, int line, int column, const char *key, const char *format, ...) {
        char text[DIAG_TEXT_MAX * 2], path[DIAG_PATH_MAX]; /* copies: arguments may point into @d itself */
        va_list ap;

        if (!d)
                return;
        va_start(ap, format);
        if (vsnprintf(text, sizeof(text), format, ap) < 0)
                text[0] = '\0';
        va_end(ap);
        diag_copy(path, sizeof(path), key ? key : "");
        d->line = line;
        d->column = column;
        diag_copy(d->key, sizeof(d->key), path);
        diag_copy(d->text, sizeof(d->text), text);
}

void diag_name_key(struct diag *d, const char *key) {
        if (d && *d->text && !*d->key)
                diag_copy(d->key, sizeof(d->key), key);
}

char *diag_str(const struct diag *d, char *buf, size_t size) {
        char place[32] = "", whole[DIAG_PATH_MAX * 2 + DIAG_TEXT_MAX + sizeof(place) + 8];

        if (d->line > 0 && d->column > 0)
                (void) snprintf(place, sizeof(place), "%d:%d:", d->line, d->column);
        else if (d->line > 0)
                (void) snprintf(place, sizeof(place), "%d:", d->line);
        (void) snprintf(whole, sizeof(whole), "%s%s%s%s%s%s%s", d->file, d->file[0] ? ":" : "", place,
                d->file[0] || place[0] ? " " : "", d->key, d->key[0] ? ": " : "", d->text);
        diag_copy(buf, size, whole);
        return buf;
}
