/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Of outbox.h, for its parts: outbox-sql.c has the statements and what a row is, outbox.c the file and single rows, outbox-due.c who is
 * to be looked at next, outbox-copy.c who goes as one copy, outbox-shipment.c what facts about a shipment change, outbox-log.c how they
 * ended, with the log that the station tails.
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

/* --- outbox-sql.c --- */
int outbox_prepare(struct outbox *o); /* all statements. Return: 0, -errno */
void outbox_finish(struct outbox *o); /* those that are prepared */
/* The one row of @query, which is reset. Return: 0, OUTBOX_E_NONE, -EBADMSG, -errno as store_step(). */
int outbox_first_row(struct store_stmt *query, struct notice_row *row);
/* @q: insert or put. Return: 0, STORE_E_EXISTS, -errno as store_run(). */
int outbox_write_row(struct outbox *o, struct store_stmt *q, const struct notice_row *row);

/* --- outbox-due.c --- */
/* Fills @o->queued from the rows; outbox_write_row() keeps it up from then on. Return: 0, -errno. */
int outbox_find_queued(struct outbox *o);
