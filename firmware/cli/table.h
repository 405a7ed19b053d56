/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Rows for a person: columns aligned by what a terminal shows (a Japanese character is two columns wide). Texts may come from
 * outside: they are made safe here (say.h).
 */
#include <stdio.h>

struct table {
        const char *const *heads; /* borrowed; NULL-terminated */
        size_t n_columns;
        char **cells; /* owned, by row */
        size_t n_cells, size;
        int error; /* sticky: 0, -ENOMEM */
};

void table_init(struct table *t, const char *const *heads);
void table_deinit(struct table *t); /* twice is harmless */
/* The next cell, from left to right; "" shows as "-". */
void table_cell(struct table *t, const char *text);
void table_cellf(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints heads and rows; nothing at all when there is no row. The last row must be whole. Return: 0, -ENOMEM. */
int table_print(const struct table *t, FILE *to);
