/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A thread that runs COMMIT and checkpoint, and nothing else, on a connection that it is handed, so that a slow disk never
 * stops the hands. The connection is in exactly one hand at a time: between submit and take_result every use of the store by
 * the loop is a mistake and asserted. The thread knows no policy; the loop decides when, and times how long.
 *
 * The loop's side: store_begin(), statements, committer_submit(COMMIT); committer_fd() becomes readable; take the result.
 */
#include "firmware/store/store.h"

enum {
        COMMITTER_E_BUSY = 1, /* still at it */
};

enum committer_work {
        COMMITTER_WORK_COMMIT,     /* store_commit(): a transaction is open */
        COMMITTER_WORK_CHECKPOINT, /* store_checkpoint_passive(): none is */
};

struct committer;

struct committer_result {
        enum committer_work work;
        int error;              /* 0 or -errno, as store_commit() and store_checkpoint_passive() */
        uint64_t duration_usec; /* of the work itself */
};

/* @s: borrowed, outlives the committer. Return: 0, -errno. */
int committer_new(struct committer **cp, struct store *s);
/* Waits for the work in hand, however long that takes; its result is lost. Return: NULL. */
struct committer *committer_free(struct committer *c);
DEFINE_FREEP(struct committer *, committer_free)

/* Readable when a result waits. Borrowed; for the loop to watch, not to read. */
int committer_fd(const struct committer *c);

/* Hand the connection over. The result before must have been taken. */
void committer_submit(struct committer *c, enum committer_work work);

/* True from submit until the result is taken: the connection is not ours. */
bool committer_is_busy(const struct committer *c);

/* Take the connection back. Only after a submit. Return: 0 with @result filled, or COMMITTER_E_BUSY. */
int committer_take_result(struct committer *c, struct committer_result *result);
