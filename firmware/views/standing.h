/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How things stand on the floor, for people: which parcels lie where and since when, what is in the bays, who is at the benches,
 * what a customer is still to be told, what a person must settle. Read-only, beside the station. Lists come in the order that a
 * person wants them; each is read by an index over what lives, never over all that ever was (but standing_notices()).
 *
 * For several questions about one moment put store_read_begin() on facts_store() around them, and end it soon. All texts are
 * borrowed until the callback returns; "" where there is nothing. A callback returns 0 to go on, positive to stop (the call then
 * returns 0), -errno to stop with it; it must not block.
 */
#include "firmware/views/facts.h"

struct standing;

/**
 * standing_open() - prepare the questions
 * @facts: borrowed; close the standing first
 *
 * Return: 0, STORE_E_NOT_YET, -ENOMEM, -EIO.
 */
int standing_open(struct standing **sp, struct facts *facts);
struct standing *standing_close(struct standing *s); /* takes NULL, returns NULL */
DEFINE_FREEP(struct standing *, standing_close)

/* All below return: 0; STORE_E_NOT_YET, STORE_E_STALE; what a callback returned negative; -EBADMSG, -EIO, -ENOMEM. */

struct standing_parcel {
        const char *id, *merchant, *shipment;
        int piece, pieces;
        const char *state; /* "open" … "voided" */
        const char *bench, *actor, *carrier, *number, *bay, *shelf;
        const char *
                on_box; /* of a pull task: the number on the box, which a changed label does not change; "" unknown */
        const char *reason;      /* why parked, pulled or voided */
        const char *pull_reason; /* a pull task: why it must leave its bay */
        const char *how;         /* of shipped */
        bool unverified, partial;
        int64_t since_usec; /* wall clock of the last change of state */
        int since_offset_sec;
};
typedef int (*standing_parcel_fn)(const struct standing_parcel *p, void *userdata);

enum standing_which {
        STANDING_OPEN,   /* open or packed at a bench */
        STANDING_PARKED, /* on the hold shelf */
        STANDING_READY,  /* in their bays */
        STANDING_PULLED, /* out of their bay, waiting */
        STANDING_PULL,   /* in their bay and must leave it */
        /* at a pickup counter */
        STANDING_EXPECTED, /* on their way */
        STANDING_ARRIVED,  /* in somebody's hand, on no shelf yet */
        STANDING_SHELVED,
        STANDING_MISSING,
        STANDING_EXPIRED, /* to go back to stock */
};
/* The longest there first. */
int standing_parcels(struct standing *s, enum standing_which which, standing_parcel_fn fn, void *userdata);
/* All parcels of a shipment, by piece then age. */
int standing_parcels_of(struct standing *s, const char *merchant, const char *shipment, standing_parcel_fn fn,
        void *userdata);

struct standing_pickup { /* a shipment that waits for its customer */
        const char *merchant, *shipment;
        int64_t ready_usec, keep_until_usec; /* 0 not known */
        int ready_offset_sec;
        bool partial, paid;
        int waiting; /* parcels that are still here */
};
/* The first that is due first; those without a date last. Overdue is what keep_until_usec says, held against the clock. */
int standing_pickups(
        struct standing *s, int (*fn)(const struct standing_pickup *p, void *userdata), void *userdata);

struct standing_match {
        const char *by; /* "shipment", "code", "number", "parcel", "order", "serial" */
        const char *merchant, *shipment, *parcel;
        const char *state; /* of the parcel, or of the shipment where there is none: "new" … "cancelled" */
        const char *bench;
        bool dead;       /* a number that is no longer good */
        bool gone;       /* purged; only this is still known */
        int64_t at_usec; /* 0 unknown */
        int at_offset_sec;
};
/**
 * standing_find() - everything that a person may mean by @text
 * @text: a shipment's id, an open code, a waybill number, a parcel's id, an order's number, a serial; as written on paper or as scanned
 */
int standing_find(struct standing *s, const char *text,
        int (*fn)(const struct standing_match *m, void *userdata), void *userdata);

struct standing_bay {
        const char *bay;
        int64_t ready, pull; /* parcels in it; of these with a pull task */
        const char *data;    /* JSON of its newest bay.scheduled; "" none */
};
int standing_bays(
        struct standing *s, int (*fn)(const struct standing_bay *b, void *userdata), void *userdata);

struct standing_bench { /* where somebody is signed in or a parcel is open */
        const char *bench, *person, *role, *parcel, *merchant, *shipment, *state;
        const char *call; /* what to call the person on a screen; "" unknown */
        const char *lang; /* of the person: ja, en; "" not said */
        int piece, pieces;
        const char *carrier, *number, *bay;
};
int standing_benches(
        struct standing *s, int (*fn)(const struct standing_bench *b, void *userdata), void *userdata);

struct standing_notice {
        const char *id, *merchant, *shipment, *kind, *state, *channel, *reason;
        int generation, attempts;
        bool correction;                       /* the customer is owed one */
        int64_t not_before_usec, expires_usec; /* 0: told by a snapshot */
        int64_t pos, changed_pos;
};
typedef int (*standing_notice_fn)(const struct standing_notice *n, void *userdata);
/* Reserved and not yet told, the first due first. */
int standing_notices_waiting(struct standing *s, standing_notice_fn fn, void *userdata);
/* Told, or perhaps told, and not true any more: the customer is owed a correction. The oldest first. */
int standing_notices_owing(struct standing *s, standing_notice_fn fn, void *userdata);
/* The @max that changed last; looks at all. */
int standing_notices(struct standing *s, int max, standing_notice_fn fn, void *userdata);
int standing_notices_of(struct standing *s, const char *merchant, const char *shipment, standing_notice_fn fn,
        void *userdata);

struct standing_asking { /* a notice that waits for a leader's word */
        const char *id, *merchant, *shipment, *kind;
        const char *since; /* as its fact says it; "" when a snapshot told of it */
        const char *data;  /* JSON: what the office has it say; "" nothing */
        int64_t expires_usec;
};
/* The one that expires first, first. */
int standing_notices_asking(
        struct standing *s, int (*fn)(const struct standing_asking *n, void *userdata), void *userdata);

struct standing_conflict {
        int64_t pos;
        const char *time, *merchant, *shipment, *kind, *parcel, *text;
};
/* The newest first. */
int standing_conflicts(
        struct standing *s, int (*fn)(const struct standing_conflict *c, void *userdata), void *userdata);

struct standing_counts {
        int64_t open, parked, ready, pulled, pull, notices_waiting, notices_asking, corrections, conflicts;
        uint64_t heads[N_LANES], rows[N_LANES]; /* newest sequence; facts in the file */
};
int standing_count(struct standing *s, struct standing_counts *out);
