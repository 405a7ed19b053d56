/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Facts in, `applied` out: collects what arrives by source, commits it in one transaction for all of them, and knows what has to
 * be answered. No socket and no loop: the caller hands in payloads and takes out answers.
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/diag.h"
#include "services/oms/answer.h"
#include "services/oms/storage.h"

#define RECEIVER_BATCH    200     /* events of one commit */
#define RECEIVER_GAP_USEC 1000000 /* a gap is said at most so often */
#define RECEIVER_LANES    4096    /* sources in memory; the ones not heard of for longest go first */

enum {
        RECEIVER_E_IGNORED =
                1,       /* not of the station on whose topic it came, or not to be told where it stands */
        RECEIVER_E_FULL, /* a whole batch waits: receiver_commit() is due */
};

struct receiver;
/* @storage: borrowed. Return: 0 or -ENOMEM. */
int receiver_new(struct receiver **rp, struct storage *storage);
struct receiver *receiver_free(struct receiver *r); /* returns NULL */
DEFINE_FREEP(struct receiver *, receiver_free)

/**
 * receiver_take() - one message of up/fact or up/trace
 * @topic: where it came
 * @payload: @n bytes, copied
 * @d: why it is ignored, or will be refused
 *
 * Return: 0, RECEIVER_E_IGNORED, RECEIVER_E_FULL (taken), -ENOMEM, -EIO …
 */
int receiver_take(struct receiver *r, const struct topic *topic, const char *payload, size_t n,
        uint64_t now_usec, struct diag *d);

bool receiver_has_pending(const struct receiver *r);
/* All that waits, in one transaction. Return: 0; -errno: nothing of it is kept, and the storage must be opened anew. */
int receiver_commit(struct receiver *r, int64_t wall_usec);

/* A station came up: both lanes of its ledger are told where they stand, and one that is known from before this receiver was started to send
 * again. Return: 0 or -errno. */
int receiver_greet(struct receiver *r, const struct topic *topic, const char *ledger, uint64_t now_usec);
/* The line was down: what was on its way may be gone, and nothing behind it will show the gap. Every lane is told where it stands. */
void receiver_missed(struct receiver *r);
/* How far this ledger's lane is, as far as is known in memory. */
uint64_t receiver_upto(struct receiver *r, const struct topic *topic, const char *ledger, const char *lane);
/* After a restore: what is in memory is not true any more. */
void receiver_forget(struct receiver *r);

/* Return: 0 it is on its way; positive: not now, keep it; -errno. */
typedef int (*receiver_answer_fn)(const struct source *source, const struct answer *answer, void *userdata);
/* Hand out what has to be answered; @fn fills in credit. Return: 0, or what @fn returned to stop. */
int receiver_answer(struct receiver *r, uint64_t now_usec, receiver_answer_fn fn, void *userdata);
