/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Addresses that a provider refused for good, so that the next notice to them is not tried: each one more costs the sender's good
 * name. Kept in notices.db by a hash under a key that the station's secret gives: nobody can try addresses against the file alone.
 *
 * One channel's refusal says nothing about another one. It is lifted for all by a newer contact for one of the shipments whose notice it
 * stopped: somebody looked at the address. What is newer is said by the contact's version, not by a clock, which may have been ahead, and
 * not by when it is read: a ledger may be read again. A newer order to the same address looks at nothing and lifts nothing.
 */
#include "firmware/base/time.h"
#include "firmware/seal/seal.h"
#include "firmware/store/store.h"
#include "services/notify/channel/channel.h"

#define BARRED_KEEP_DAYS 180
#define HASHES_MAX       N_CHANNELS

enum {
        BARRED_E_NOT = 1, /* the address may be tried */
};

struct hashes { /* of addresses of one customer */
        char list[HASHES_MAX][SEAL_HASH_MAX];
        size_t n;
};

struct barred;

/**
 * barred_open() - make ready
 * @store: of the outbox; borrowed for its life
 * @secret: the key is derived from it now
 *
 * Return: 0, -errno as store_prepare_all().
 */
int barred_open(struct barred **bp, struct store *store, const struct seal_keypair *secret);
struct barred *barred_close(struct barred *b); /* takes NULL, returns NULL */
DEFINE_FREEP(struct barred *, barred_close)

/* @address: as it is given to the channel. That letters are large or small makes no other address. */
void barred_hash(const struct barred *b, const char *channel, const char *address, char hash[SEAL_HASH_MAX]);

/* Return: 0 it was refused; BARRED_E_NOT; -errno. */
int barred_ask(struct barred *b, const char *hash);

/* Those below within a transaction. Return: 0, -errno as store_step(). */

/* The notice about @shipment was stopped by it, now or before. @version: of its contact now; 0 not known. @at_usec: wall clock */
int barred_put(struct barred *b, const char *hash, const char *merchant, const char *shipment,
        int64_t version, int64_t at_usec);
/* A contact of this version came for the shipment. */
int barred_lift(struct barred *b, const char *merchant, const char *shipment, int64_t version);
/* What is older than BARRED_KEEP_DAYS; nothing with an untrusted clock. */
int barred_purge(struct barred *b, const struct stamp *now);
