/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What one fact says about parcels, notices and conflicts: the part of facts.md that an OMS must understand to answer "where is
 * it", and to tell a box with a new disk what it once knew. Pure. Unknown types have no effect; they are kept all the same.
 */
#include "services/link/envelope.h"

enum effect_kind {
        EFFECT_NONE,
        EFFECT_PARCEL,    /* a parcel has a new state, number or bay */
        EFFECT_COUNTER,   /* a parcel has a new state at a pickup counter */
        EFFECT_EXPIRED,   /* parcels of a shipment go back to stock */
        EFFECT_READY,     /* a shipment waits for its customer */
        EFFECT_REDEEMED,  /* a coupon was used */
        EFFECT_WITHDRAWN, /* a customer wants to hear no more */
        EFFECT_NOTICE,    /* a notice has a new state */
        EFFECT_CONFLICT,  /* for a person: the station found it, or refused a command */
        EFFECT_GAP,       /* sequences that the station can no longer send */
        EFFECT_SUCCESSOR, /* a ledger that follows another one has told all again: it may know less than we do */
};

/* All texts are borrowed from the envelope; NULL for what the fact does not say. */
struct effect {
        enum effect_kind kind;
        const char *merchant, *shipment;
        const char *state; /* parcel: NULL leaves it as it was. notice: "reserved" … */
        const char *at;
        /* EFFECT_PARCEL */
        const char *parcel, *carrier, *number, *bay, *bench;
        int64_t piece;
        const struct json *contents; /* of parcel.packed: units with serials */
        const struct json *lines;    /* what is in it; NULL where the fact does not say it */
        bool leaves_bay, drops_units;
        bool voids;   /* what may come after it was shipped */
        bool renames; /* says no more than whose it is: that may come at any time */
        /* EFFECT_COUNTER: parcel, piece, number, bench and these */
        const char *shelf;
        bool paid;
        const char *was; /* the id it had before it was known; NULL none */
        /* EFFECT_EXPIRED */
        const struct json *parcels;
        /* EFFECT_READY */
        const char *keep_until;
        bool partial;
        /* EFFECT_REDEEMED: bench and these */
        const char *offer, *coupon;
        /* EFFECT_WITHDRAWN */
        bool is_timeless; /* nobody there knew the time: @at is none */
        /* EFFECT_NOTICE */
        const char *notice, *notice_kind;
        int64_t generation;
        const struct json *refused; /* NULL none said */
        bool is_called;             /* reserved by somebody's word there, and not by a command of ours: */
        const struct json *said;    /* what it says; NULL nothing */
        /* EFFECT_CONFLICT */
        const char *conflict, *text, *reason, *command_type;
        int64_t known_version; /* 0: none said; of a refused notice also notice_kind and generation */
        /* EFFECT_GAP */
        const char *ledger, *lane;
        uint64_t first, last;
};

/* Never fails: a fact whose data lacks what the effect needs has none. */
void effect_read(const struct envelope *e, struct effect *out);
