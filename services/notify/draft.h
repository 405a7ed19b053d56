/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What notices that wait for a leader's word would say, in notices.db for those who decide (firmware/views/drafts.h). Nothing personal
 * is in it: compose_draft().
 */
#include "firmware/store/store.h"
#include "services/notify/letter.h"

struct draft; /* the statements */

/* @store: of the outbox; borrowed for its life. Return: 0, -errno as store_prepare_all(). */
int draft_open(struct draft **dp, struct store *store);
struct draft *draft_close(struct draft *d); /* takes NULL, returns NULL */
DEFINE_FREEP(struct draft *, draft_close)

struct draft_row { /* borrowed */
        const char *notice;
        enum channel channel;
        enum language language;
        const char *subject, *body;
        int64_t at_usec; /* wall clock */
};

/* Those below within a transaction. Return: 0, -errno as store_step(). */

/* In the place of what it said before; the same again is not written. */
int draft_put(struct draft *d, const struct draft_row *row);
/* Those of notices that wait for no leader any more. */
int draft_purge(struct draft *d);
