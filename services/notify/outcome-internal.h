/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Of outcome_*() in notify-internal.h, for its parts: outcome.c keeps the transactions and writes down that a notice goes or waits,
 * outcome-end.c how it ends, outcome-answer.c what a courier answered, outcome-recover.c what a death left.
 */
#include "services/notify/notify-internal.h"

int outcome_begin(struct notify *n); /* a transaction, unless one is under way. Return: 0, -errno */
/* It ends with @r, or goes on while outcomes are gathered. Return: @r, or how the commit ended. */
int outcome_end(struct notify *n, int r);

/* It went: by this the network's report will name it. Within a transaction. Return: 0, -errno. */
int outcome_note_reference(struct notify *n, const struct notice_row *row);
/*
 * It is not under way any more. Marketing that surely went to nobody does not count towards what its customer may get. Begins a
 * transaction that the caller ends. Return: 0, -errno.
 */
int outcome_put_back(struct notify *n, struct notice_row *row);
/* Reserved as it was, to be looked at again at @at_usec (CLOCK_BOOTTIME). Return: 0, -errno. */
int outcome_again(struct notify *n, struct notice_row *row, const char *reason, uint64_t at_usec);
