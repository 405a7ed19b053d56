/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where each mail went, so that a bounce, which is believed for nothing but its notice, can bar the address; and the bounces that say
 * nothing against an address by themselves, but do when they go on. Addresses are hashes as barred.h makes them.
 *
 * The same of each SMS of which the network is to report what became of it: the report names number and reference, which lead to the
 * notice here. References come round again after 256 messages, so only few days count, and two that could be meant are neither.
 */
#include "firmware/base/time.h"
#include "firmware/base/uuid.h"
#include "firmware/seal/seal.h"
#include "firmware/store/store.h"

#define MAILED_KEEP_DAYS 40 /* as the notice; servers give up after five */
#define MAILED_SOFT_DAYS 30
#define MAILED_WATCH_DAYS                                                                                    \
        7 /* a report about an SMS is believed so long after it went; networks try for one to seven days */
#define MAILED_SOFT_MAX 3 /* of one address within these days: it is no good */

enum {
        MAILED_E_NOT = 1, /* nothing is known of that mail */
        MAILED_E_ANOTHER, /* an SMS went there, but not that one, or it had its last word */
        MAILED_E_SOON,    /* one went there whose reference is not known, or not yet */
};

struct mailed;

/* @store: of the outbox; borrowed for its life. Return: 0, -errno as store_prepare_all(). */
int mailed_open(struct mailed **mp, struct store *store);
struct mailed *mailed_close(struct mailed *m); /* takes NULL, returns NULL */
DEFINE_FREEP(struct mailed *, mailed_close)

/* Return: 0, MAILED_E_NOT, -errno. */
int mailed_ask(struct mailed *m, const char *notice, char address[SEAL_HASH_MAX]);

/* Of which SMS by @route is that a report? @now_usec: wall clock. Return: 0 with @notice filled, MAILED_E_*, -errno. */
int mailed_find(struct mailed *m, const char *address, const char *route, int reference, int64_t now_usec,
        char notice[UUID_TEXT_MAX]);

/* Those below within a transaction. @at_usec: wall clock. Return: 0, -errno as store_step(). */

/* Its mail is about to go there; what an earlier copy left is forgotten. */
int mailed_put(struct mailed *m, const char *notice, const char *address, int64_t at_usec);
/* The same of an SMS of which a report is asked for, by that route. */
int mailed_put_sms(
        struct mailed *m, const char *notice, const char *address, const char *route, int64_t at_usec);
/* The network took it, and calls it so. Of one that is over, or that no report is asked for, nothing changes. */
int mailed_refer(struct mailed *m, const char *notice, int reference);
int mailed_over(struct mailed *m, const char *notice); /* a report has said the last word about it */
/* It was given back softly. @enough: that is the MAILED_SOFT_MAX-th within MAILED_SOFT_DAYS, and they are forgotten */
int mailed_soft(struct mailed *m, const char *notice, const char *address, int64_t at_usec, bool *enough);
/* One more bounce of that kind. @what: a word */
int mailed_count(struct mailed *m, const char *what);
/* What is older than MAILED_KEEP_DAYS; nothing with an untrusted clock. */
int mailed_purge(struct mailed *m, const struct stamp *now);
