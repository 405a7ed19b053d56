/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One lane on its way up: what may be sent next, what must be sent again, and what the receiver's `applied` means for it.
 * Pure: the caller brings the clock and the randomness.
 *
 * The broker's PUBACK has no place here. Only `applied` moves the mark.
 *
 * Source: services/sync/contract/README.md (facts go up); protocol of the project, section 2.
 */
#include "firmware/base/diag.h"
#include "firmware/base/uuid.h"
#include "services/link/source.h"

#include <stdbool.h>
#include <stdint.h>

/* Until the receiver has spoken on this line: 200 stations that come back together stay below a stock broker's queue. */
#define UPLINK_CREDIT_START    4
#define UPLINK_CREDIT_MAX      100000
#define UPLINK_RESEND_USEC     30000000ULL  /* nothing applied for so long: again; doubles */
#define UPLINK_RESEND_MAX_USEC 480000000ULL /* no further than this */
#define UPLINK_GONE_USEC       180000000ULL /* a receiver that said nothing to three of our statuses */
#define UPLINK_LEFT_MAX        4            /* receivers that are remembered */
#define UPLINK_SILENT_USEC     300000000ULL /* nothing applied for so long: tell a person */
#define UPLINK_GAP_USEC        200000ULL    /* a gap said sooner after a rewind is mostly what it repairs, */
#define UPLINK_GAP_AGAIN_USEC  1000000ULL   /* and when it was not, this is when it is repaired */

/* What the caller finds in the ledger at `upto`, before the word is obeyed. */
enum applied_place {
        APPLIED_UNSEEN, /* no id was said, or nothing stands there (any more): no verdict */
        APPLIED_OURS,   /* the receiver's fact is ours, and so are all before it */
        APPLIED_OTHERS, /* it is another one: a copy of this ledger was gone on with */
};

struct applied { /* how far a receiver has committed one lane */
        char source[SOURCE_TEXT_MAX];
        char receiver[HEX_ID_MAX];
        uint64_t upto;
        char upto_id[UUID_TEXT_MAX]; /* of its fact at upto; "" when not said */
        enum applied_place place;    /* the caller's; APPLIED_UNSEEN when just read */
        int64_t credit;              /* -1 when not said */
        bool gap;
        uint64_t forked;   /* 0: none */
        bool has_time;     /* said, and readable */
        int64_t time_usec; /* the OMS's wall clock */
};
/* Return: 0; -EBADMSG with @d->key naming the member; -ENOMEM. */
int applied_read(const char *text, size_t n, struct applied *a, struct diag *d);

enum uplink_verdict {
        UPLINK_FINE,
        UPLINK_FORKED, /* the receiver has another fact at a place of ours; upto is what is surely common */
        UPLINK_BEYOND, /* the receiver has facts that we never wrote: this disk was restored */
};
const char *uplink_verdict_to_str(enum uplink_verdict v); /* "", "forked", "beyond" */
enum uplink_verdict uplink_verdict_from_str(const char *text);

struct uplink {
        uint64_t upto; /* committed by the receiver */
        uint64_t sent; /* handed to the line since it came up, or since the last rewind; at least upto */
        uint64_t head; /* newest in the ledger */
        char receiver[HEX_ID_MAX]; /* "" before the first `applied` */
        enum uplink_verdict verdict;
        bool agreed;                /* the receiver's fact at upto was seen to be ours, since uplink_init() */
        uint64_t resend_at_usec;    /* 0: nothing waits to be applied */
        uint64_t resend_delay_usec; /* the next one */
        uint64_t rewound_usec;
        uint64_t gap_at_usec;  /* a gap was said that may be repaired by then; 0: none */
        uint64_t stalled_usec; /* since when something waits and nothing was applied; 0: nothing waits */
        uint64_t heard_usec;   /* its last word on this line; 0: none yet */
        char left[UPLINK_LEFT_MAX]
                 [HEX_ID_MAX]; /* receivers that were left for another one since uplink_init() */
        unsigned left_next;    /* where the next one goes */
        uint64_t n_resends, n_gaps, n_backwards, n_receivers;
        uint64_t n_left; /* words of such */
};

void uplink_init(struct uplink *u, uint64_t upto, const char *receiver, enum uplink_verdict verdict);
/* The line went down: what was on its way has an unknown fate, all of it is sent again. */
void uplink_forget_sent(struct uplink *u);
void uplink_set_head(struct uplink *u, uint64_t head, uint64_t now_usec);

/* How many are handed over and not applied. */
uint64_t uplink_under_way(const struct uplink *u);
/* How many facts behind `sent` may go now. @credit: what is left of it for this lane; all lanes share one. */
uint64_t uplink_room(const struct uplink *u, uint64_t credit);
/* @seq: behind `sent`; more than one step when the ledger no longer has what lies between. */
void uplink_on_sent(struct uplink *u, uint64_t seq, uint64_t now_usec, uint64_t random);

enum uplink_outcome {
        UPLINK_SAME,    /* nothing new; its credit counts */
        UPLINK_MOVED,   /* the mark, the receiver or the verdict changed: keep it */
        UPLINK_REWOUND, /* the same may hold, and what was read ahead is not next any more */
        UPLINK_IGNORED, /* counted */
};
/* Must the caller look for @a's upto_id in the ledger, and set @a->place? Not for what is ignored anyway or was seen before. */
bool uplink_wants_place(const struct uplink *u, const struct applied *a);
/* @a: its source is ours; unless ignored, its credit is the caller's to keep. @u->head must be fresh: beyond it nothing can have been applied. */
enum uplink_outcome uplink_on_applied(struct uplink *u, const struct applied *a, uint64_t now_usec);
/* Return: UPLINK_REWOUND when nothing was applied for too long (counted in n_resends), or a gap is still there; else UPLINK_SAME. */
enum uplink_outcome uplink_on_tick(struct uplink *u, uint64_t now_usec);
bool uplink_is_silent(const struct uplink *u, uint64_t now_usec);
/* A lane that has no receiver: all of it counts as applied. Return: true when the mark moved. */
bool uplink_apply_locally(struct uplink *u);
