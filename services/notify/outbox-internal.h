/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Of outbox.h, for its two halves: outbox.c keeps the rows, outbox-log.c how they ended, with the log that the station tails.
 */
#include "services/notify/outbox.h"

struct outbox {
        struct store *store; /* owned */
        const char *boot;    /* borrowed */
        unsigned queued; /* channels (a set) by which rows may be reserved to go: of others nothing is due */
        struct store_stmt get, insert, put, due, asleep, rouse, stuck, paper, sending, wake, wake_doubtful,
                wake_sending, recall, of_parcel, other_boot, purge, purge_pos, put_data, overtaken, arrived,
                wake_held, get_data, before, refused, of_copy, mate, gathering;
};

/* The one row of @query, which is reset. Return: 0, OUTBOX_E_NONE, -EBADMSG, -errno as store_step(). */
int outbox_first_row(struct store_stmt *query, struct notice_row *row);
