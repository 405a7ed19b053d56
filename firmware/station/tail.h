/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What other programs have for the station: commands in sync's inbox.db, outcomes in notify's notices.db. Each is read behind a
 * cursor that lies in the ledger and moves in the savepoint of the decision, so nothing is done twice and nothing is skipped.
 * A database that is not there yet is looked for again.
 */
#include "firmware/ledger/ledger.h"
#include "firmware/station/desk.h"
#include "firmware/views/office-clock.h"

struct tail;

enum tail_kind { TAIL_INBOX, TAIL_NOTICES };

/* @path: borrowed; "" for none: then the tail is always empty. Return: 0, -ENOMEM. */
int tail_new(struct tail **tp, enum tail_kind kind, const char *path, struct desk *desk, struct ledger *l);
struct tail *tail_free(struct tail *t); /* takes NULL, returns NULL */
static inline void tail_freep(struct tail **p) {
        *p = tail_free(*p);
}

/* Called for each sealed contact that was kept, in the same savepoint. Return: 0, -errno. */
typedef int (*tail_contact_fn)(void *userdata, const struct ledger_sealed *box);
void tail_on_contact(struct tail *t, tail_contact_fn fn, void *userdata);

/* Why its database cannot be read, and since when; NULL: it can, or it is not there yet. Borrowed until the next call. */
const char *tail_ill(const struct tail *t, struct stamp *sincep);
const char *tail_name(const struct tail *t); /* "inbox", "notices" */

/* Is there something behind the cursor? Cheap. Outside of a transaction too. */
bool tail_has_more(struct tail *t);
/* What was read in a group that was undone must be read again. */
void tail_forget(struct tail *t);
/* Within on_slice(): rows until desk_slice_is_full(). Return: 0, -errno. */
int tail_slice(struct tail *t);

/* How far the other program has read this lane of @ledger; 0 when that cannot be told, UINT64_MAX when there is no such program. */
uint64_t tail_reader_upto(struct tail *t, const char *ledger, enum lane lane);

struct tail_uplink {                              /* what the inbox knows of the ledger's way up */
        uint64_t upto[N_LANES];                   /* 0: nothing yet */
        bool known;                               /* a receiver has answered for this ledger */
        bool begin_anew;                          /* the receiver found a fork, or knows more than we have */
        char reason[16];                          /* "forked", "restored" */
        char office_clock[OFFICE_CLOCK_TEXT_MAX]; /* for office_clock_read(); "" not said yet */
};
/* TAIL_INBOX only. @ledger: id that the marks must belong to. Return: 0 (zeros when nothing is known); -errno it is ill. */
int tail_uplink(struct tail *t, const char *ledger, struct tail_uplink *out);
