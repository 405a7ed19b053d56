/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The streams of commands that come down, and how far each is taken: nothing is passed over, nothing is taken twice. Pure.
 *
 * A receiver whose database is restored begins a stream of another name. Some old names are kept, so that a message that was
 * late is known; the one that was used least recently makes room.
 */
#include "services/link/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOWNLINK_STREAMS_MAX     8
#define DOWNLINK_BATCH           64         /* commands of one commit */
#define DOWNLINK_TAKEN_USEC      1000000ULL /* between two `taken` while commands are coming */
#define DOWNLINK_TAKEN_IDLE_USEC 20000ULL   /* the same when nothing waits */
#define DOWNLINK_STUCK_USEC                                                                                  \
        180000000ULL /* a gap that stands so long on one line was taken before, by this box's older self */

struct downlink_stream {
        char source[SOURCE_TEXT_MAX]; /* "" empty slot */
        uint64_t accepted;            /* in the open transaction, or committed */
        uint64_t committed;           /* this is what `taken` may say */
        uint64_t used;                /* rising: order of use */
        bool tell;                    /* `taken` is owed */
};

struct downlink {
        struct downlink_stream streams[DOWNLINK_STREAMS_MAX];
        uint64_t n_used;
        unsigned n_pending; /* accepted and not committed */
        uint64_t told_usec; /* the last `taken`; 0 never */
        uint64_t gap_usec;  /* since when something before what comes is missing; 0 nothing is */
        uint64_t n_taken, n_repeated, n_gaps;
};

/* From the database at start, oldest first. More than fit: the oldest go. */
void downlink_restore(struct downlink *d, const char *source, uint64_t upto);

enum downlink_judgement {
        DOWNLINK_NEXT,     /* take it: downlink_on_accepted() once it is in the transaction */
        DOWNLINK_REPEATED, /* known: only say again how far we are */
        DOWNLINK_GAP,      /* something before it is missing: leave it, say how far we are */
};
/**
 * downlink_judge() - what becomes of one command
 * @streamp: its stream; a new one takes the place of the one that was not used for longest
 * @evicted: SOURCE_TEXT_MAX bytes; the name of the stream that made room, "" when none did: forget it in the database too
 */
enum downlink_judgement downlink_judge(struct downlink *d, const char *source, uint64_t sequence,
        struct downlink_stream **streamp, char *evicted);

/* A command was judged DOWNLINK_GAP at @now_usec. */
void downlink_on_gap(struct downlink *d, uint64_t now_usec);
/*
 * True when a gap has stood for DOWNLINK_STUCK_USEC: what was lost on the way comes again within seconds of our `taken`, what we
 * said to be taken never does. So this database is from a copy, and only a new one gets what it lacks.
 */
bool downlink_is_stuck(const struct downlink *d, uint64_t now_usec);

void downlink_on_accepted(struct downlink *d, struct downlink_stream *s);
void downlink_on_committed(struct downlink *d);
/* The transaction is lost: what it held will come again, because it was never said to be taken. */
void downlink_on_rolled_back(struct downlink *d);

/* All that are known and in use are owed: the line came up. */
void downlink_on_up(struct downlink *d);
/* A stream whose `taken` may be said now; NULL none. @idle: nothing is waiting to be read. */
struct downlink_stream *downlink_to_tell(struct downlink *d, bool idle, uint64_t now_usec);
void downlink_on_told(struct downlink *d, struct downlink_stream *s, uint64_t now_usec);
/* True when @d owes a `taken` that downlink_to_tell() held back for its time. */
bool downlink_owes(const struct downlink *d);
/* The stream that was used last; NULL when nothing ever came. */
const struct downlink_stream *downlink_current(const struct downlink *d);
