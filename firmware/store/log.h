/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The append-only log in a database (schema with has_log), which another program tails with a cursor of its own (cursor.h).
 * Positions run from 1 without gaps and are never used twice. Each row carries a CRC-32C, checked when it is read: SQLite
 * keeps no checksum of its pages. What the rows say is the business of their readers.
 */
#include "firmware/store/store.h"

struct store_log_row {
        int64_t pos;
        const char *type;    /* all three borrowed until the callback returns */
        const char *subject; /* "" when there is none */
        const char *data;    /* JSON; terminated */
        size_t n_data;
};

/**
 * store_log_append() - add one row, in the caller's transaction
 * @subject: NULL for none
 * @posp: may be NULL; its position, which stands only once the transaction is committed
 *
 * Return: 0, or as store_step().
 */
int store_log_append(struct store *s, const char *type, const char *subject, const char *data, size_t n_data,
        int64_t *posp);

/* Return: 0 to go on; positive to stop before this row; -errno to stop with it. It must not block: the read is open. */
typedef int (*store_log_row_fn)(const struct store_log_row *row, void *userdata);

/**
 * store_log_read() - hand out the rows behind @after, at most @max of them, in order
 * @lastp: position of the last row that @fn took; @after when it took none. Also set on failure.
 *
 * Rows that were trimmed are passed over in silence.
 *
 * Return: 0; STORE_E_NOT_YET on a reader; -EBADMSG a damaged or missing row (after @lastp); what @fn returned; -EIO, -ENOMEM.
 */
int store_log_read(
        struct store *s, int64_t after, size_t max, store_log_row_fn fn, void *userdata, int64_t *lastp);

/* The newest position, 0 when empty. Return: 0, or as store_step(). */
int store_log_head(struct store *s, int64_t *posp);

/*
 * This file is a copy from before: a reader has seen positions up to @upto that are not in it. The next row comes behind them; what is
 * here has been read, and goes. The row that remembers the place says nothing: no type that a reader knows, and no JSON. In the caller's
 * transaction. Return: 0, or as store_step().
 */
int store_log_skip(struct store *s, int64_t upto);

/* Delete up to @upto, but never the newest row, which remembers the head; in the caller's transaction. */
int store_log_trim(struct store *s, int64_t upto);
