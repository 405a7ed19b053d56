/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/wire.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void wire_reader_deinit(struct wire_reader *r) {
        free(r->data);
        *r = (struct wire_reader){0};
}

/* Room for @n more bytes at the end; what was handed out before is given up. */
static int wire_reader_reserve(struct wire_reader *r, size_t n) {
        size_t size = r->size ? r->size : 4096;
        char *data;

        if (r->start > 0) {
                memmove(r->data, r->data + r->start, r->len - r->start);
                r->len -= r->start;
                r->start = 0;
        }
        if (n <= r->size - r->len)
                return 0;
        if (n > SIZE_MAX / 2 - r->len)
                return -ENOMEM;
        while (size < r->len + n)
                size *= 2;
        data = realloc(r->data, size);
        if (!data)
                return -ENOMEM;
        r->data = data;
        r->size = size;
        return 0;
}

/* Is every line short enough, of which the first has @n_before bytes already and the rest come with
 * @bytes? */
static int wire_lines_fit(size_t n_before, const char *bytes, size_t n) {
        while (n > 0) {
                const char *end = memchr(bytes, '\n', n);
                size_t n_line = end ? (size_t) (end - bytes) : n;

                if (n_before + n_line > WIRE_LINE_MAX)
                        return -EMSGSIZE;
                if (!end)
                        return 0;
                n_before = 0;
                n -= n_line + 1;
                bytes = end + 1;
        }
        return 0;
}

int wire_reader_feed(struct wire_reader *r, const char *bytes, size_t n) {
        const char *last = r->len > r->start ? memrchr(r->data + r->start, '\n', r->len - r->start) : NULL;
        size_t n_open = last ? (size_t) (r->data + r->len - last) - 1 : r->len - r->start;
        int e;

        if (n == 0)
                return 0;
        e = wire_lines_fit(n_open, bytes, n);
        if (e < 0)
                return e;
        e = wire_reader_reserve(r, n);
        if (e < 0)
                return e;
        memcpy(r->data + r->len, bytes, n);
        r->len += n;
        return 0;
}

int wire_reader_next(struct wire_reader *r, const char **linep, size_t *lenp) {
        char *line, *end;
        size_t n;

        if (r->len == r->start)
                return WIRE_E_MORE;
        line = r->data + r->start;
        end = memchr(line, '\n', r->len - r->start);
        if (!end)
                return WIRE_E_MORE;
        r->start += (size_t) (end - line) + 1;
        n = (size_t) (end - line);
        if (n > 0 && line[n - 1] == '\r')
                n--;
        line[n] = '\0';
        *linep = line;
        *lenp = n;
        return 0;
}
