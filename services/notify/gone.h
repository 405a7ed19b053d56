/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Webhooks whose receiver answered that it wants no more (410): no request goes to that URL any more, whichever merchant's it is and
 * however often the program is started. In a table of notices.db, by a hash of the URL. Another URL in the config is another receiver;
 * one that the config does not name at a start is forgotten.
 */
#include "firmware/base/time.h"
#include "firmware/store/store.h"
#include "services/notify/way.h"

struct gone;

/* @store: of the outbox; borrowed for its life. Return: 0, -errno as store_prepare_all(). */
int gone_open(struct gone **gp, struct store *store);
struct gone *gone_close(struct gone *g); /* takes NULL, returns NULL */
DEFINE_FREEP(struct gone *, gone_close)

/**
 * gone_recall() - at a start, in a transaction of its own: what said so before is switched off, what is not there any more forgotten
 * @w: of webhooks, open
 *
 * Return: 0, -errno as store_step().
 */
int gone_recall(struct gone *g, struct way *w);
/* Within a transaction. @url: way_route.url; @at_usec: wall clock, kept from the first time. Return: 0, -errno as store_step(). */
int gone_put(struct gone *g, const char *url, int64_t at_usec);
