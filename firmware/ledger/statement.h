/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Short forms for prepared statements: bind by shape, run, copy columns. A shape has one letter a parameter: 't' const char *
 * (NULL binds ''), 'i' int, 'l' int64_t.
 */
#include "firmware/store/store.h"

void statement_bind(struct store_stmt *q, const char *shape, ...);
/* Binds and runs to the end. Return: 0, or as store_step(). */
int statement_do(struct store_stmt *q, const char *shape, ...);
/* Binds and steps once: 0 there is a row (store_reset() it), STORE_E_DONE none. */
int statement_first(struct store_stmt *q, const char *shape, ...);
/* Binds, steps once, takes column 0 and resets. Return: 0, STORE_E_DONE none, or as store_step(). */
int statement_int64(struct store_stmt *q, int64_t *valuep, const char *shape, ...);

/* A text column into a fixed field; what is longer than the field was not written by us. Return: false then. */
bool statement_copy(const struct store_stmt *q, int i, char *to, size_t size);
