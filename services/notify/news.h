/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What marketing must know beside the order: how much of it an address got lately, and whether something of the order came back.
 * Addresses are hashes as barred.h makes them; of a customer with several each counts, whichever is used.
 */
#include "firmware/base/time.h"
#include "services/notify/barred.h"

#define NEWS_KEEP_DAYS 400

struct news;

/* @store: of the outbox; borrowed for its life. Return: 0, -errno as store_prepare_all(). */
int news_open(struct news **np, struct store *store);
struct news *news_close(struct news *n); /* takes NULL, returns NULL */
DEFINE_FREEP(struct news *, news_close)

/* How many went, or may have gone, to the one of @addresses that got most, after @since_usec; @notice itself does not count. Return: 0, -errno. */
int news_count(struct news *n, const char *merchant, const struct hashes *addresses, const char *notice,
        int64_t since_usec, int *countp);
/* Return: 1 something came back, 0 no, -errno. */
int news_is_brought_back(struct news *n, const char *merchant, const char *shipment);

/* Those below within a transaction. Return: 0, -errno as store_step(). */
int news_put(struct news *n, const char *merchant, const struct hashes *addresses, const char *notice,
        int64_t at_usec);
int news_drop(struct news *n, const char *notice); /* it did not go */
int news_brought_back(struct news *n, const char *merchant, const char *shipment, int64_t at_usec);
/* What is older than NEWS_KEEP_DAYS; nothing with an untrusted clock. */
int news_purge(struct news *n, const struct stamp *now);
