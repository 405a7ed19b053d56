/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/table.h"

#include "firmware/base/say.h"
#include "firmware/domain/verdict.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define COLUMNS_MAX 16
#define GAP         2 /* spaces between columns */

void table_init(struct table *t, const char *const *heads) {
        *t = (struct table){.heads = heads};
        while (heads[t->n_columns])
                t->n_columns++;
        assert(t->n_columns <= COLUMNS_MAX);
}

void table_deinit(struct table *t) {
        for (size_t i = 0; i < t->n_cells; i++)
                free(t->cells[i]);
        free(t->cells);
        t->cells = NULL;
        t->n_cells = t->size = 0;
}

void table_cell(struct table *t, const char *text) {
        _cleanup_str_ struct str safe = STR_INIT;

        if (t->n_cells == t->size) {
                size_t size = t->size ? t->size * 2 : 64;
                char **cells = reallocarray(t->cells, size, sizeof(*cells));

                if (!cells) {
                        t->error = -ENOMEM;
                        return;
                }
                t->cells = cells;
                t->size = size;
        }
        say_safely(&safe, *text ? text : "-");
        if (str_take(&safe, &t->cells[t->n_cells]) < 0)
                t->error = -ENOMEM;
        else
                t->n_cells++;
}

void table_cellf(struct table *t, const char *format, ...) {
        _cleanup_str_ struct str text = STR_INIT;
        va_list ap;

        va_start(ap, format);
        str_addv(&text, format, ap);
        va_end(ap);
        if (text.error)
                t->error = text.error;
        else
                table_cell(t, text.data ? text.data : "");
}

static void print_cell(FILE *to, const char *text, size_t width) {
        (void) fputs(text, to); /* main asks once whether stdout took it all */
        for (size_t n = verdict_width(text); n < width; n++)
                (void) fputc(' ', to);
}

int table_print(const struct table *t, FILE *to) {
        size_t widths[COLUMNS_MAX];

        if (t->error)
                return t->error;
        if (t->n_cells == 0)
                return 0;
        assert(t->n_cells % t->n_columns == 0);
        for (size_t i = 0; i < t->n_columns; i++)
                widths[i] = verdict_width(t->heads[i]);
        for (size_t i = 0; i < t->n_cells; i++) {
                size_t width = verdict_width(t->cells[i]), column = i % t->n_columns;

                if (width > widths[column])
                        widths[column] = width;
        }
        widths[t->n_columns - 1] = 0; /* nothing is to be aligned behind the last one */
        for (size_t i = 0; i < t->n_columns + t->n_cells; i++) {
                size_t column = i % t->n_columns;

                print_cell(to, i < t->n_columns ? t->heads[i] : t->cells[i - t->n_columns],
                        widths[column] ? widths[column] + GAP : 0);
                if (column == t->n_columns - 1)
                        (void) fputc('\n', to);
        }
        return 0;
}
