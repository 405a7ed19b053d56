/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How far a program has read somebody else's log: kept in the reader's own database and written in the transaction of the work
 * that the cursor stands for. A restart then repeats nothing and skips nothing, without any protocol between the two.
 */
#include "firmware/store/store.h"

/**
 * store_cursor_get() - where to go on
 * @name: whose log, e.g. "ledger"
 * @log_id: of the log as it is now, store_log_id() of its reader
 * @positionp: the last position that is done; 0 for a log that was never read
 *
 * Return: 0; STORE_E_OTHER_LOG the cursor stands in another log, @position is 0: start at this one's beginning, knowing that
 * what it says may be old; else as store_step().
 */
int store_cursor_get(struct store *s, const char *name, const char *log_id, int64_t *positionp);

/* In the caller's transaction. Return: 0, or as store_step(). */
int store_cursor_put(struct store *s, const char *name, const char *log_id, int64_t position);
