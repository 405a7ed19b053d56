/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/ledger/statement.h"

#include "firmware/base/str.h"

#include <assert.h>
#include <stdarg.h>

static void bind_shape(struct store_stmt *q, const char *shape, va_list ap) {
        for (int i = 1; *shape; shape++, i++) {
                const char *text;

                switch (*shape) {
                case 't':
                        text = va_arg(ap, const char *);
                        store_bind_text(q, i, text ? text : "");
                        break;
                case 'i':
                        store_bind_int64(q, i, va_arg(ap, int));
                        break;
                case 'l':
                        store_bind_int64(q, i, va_arg(ap, int64_t));
                        break;
                default:
                        assert(false && "a letter that no shape has");
                }
        }
}

void statement_bind(struct store_stmt *q, const char *shape, ...) {
        va_list ap;

        va_start(ap, shape);
        bind_shape(q, shape, ap);
        va_end(ap);
}

int statement_do(struct store_stmt *q, const char *shape, ...) {
        va_list ap;

        va_start(ap, shape);
        bind_shape(q, shape, ap);
        va_end(ap);
        return store_run(q);
}

int statement_first(struct store_stmt *q, const char *shape, ...) {
        va_list ap;

        va_start(ap, shape);
        bind_shape(q, shape, ap);
        va_end(ap);
        return store_step(q);
}

int statement_int64(struct store_stmt *q, int64_t *valuep, const char *shape, ...) {
        va_list ap;
        int r;

        va_start(ap, shape);
        bind_shape(q, shape, ap);
        va_end(ap);
        r = store_step(q);
        if (r != 0)
                return r;
        *valuep = store_column_int64(q, 0);
        store_reset(q);
        return 0;
}

bool statement_copy(const struct store_stmt *q, int i, char *to, size_t size) {
        const char *text = store_column_text(q, i);

        return copy_text(to, size, text ? text : "");
}
