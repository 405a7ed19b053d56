/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a pickup counter has before it: shipments with parcels that come, lie on shelves, are missing or are to go back, each with how
 * its customer was told. Read-only, beside the station, by an index over what lives.
 */
#include "firmware/domain/shipment.h"
#include "firmware/views/facts.h"

struct pickups;

/**
 * pickups_open() - prepare the questions
 * @facts: borrowed; close the pickups first
 *
 * Return: 0, STORE_E_NOT_YET, -ENOMEM, -EIO.
 */
int pickups_open(struct pickups **pp, struct facts *facts);
struct pickups *pickups_close(struct pickups *p); /* takes NULL, returns NULL */
DEFINE_FREEP(struct pickups *, pickups_close)

struct pickups_notice { /* the newest that told the customer to come; ->id "" none yet */
        const char *id, *state, *channel, *reason;
        const char *at; /* when that state began: a fact's time */
        int generation, attempts;
};
struct pickups_row { /* one shipment; texts borrowed until the callback returns, "" where there is nothing */
        const char *merchant, *shipment;
        const char *order;   /* its first order's number */
        const char *orders;  /* JSON array: the numbers of all of them */
        const char *shelves; /* of its parcels in the state that was asked for: "b-3,b-4" */
        int here,
                away; /* parcels in that state; others of it that are expected, in somebody's hand or missing */
        bool is_ready, partial, held, cancelled;
        int64_t unpaid_yen; /* still to be paid */
        int64_t since_usec; /* wall clock: the first of them in that state */
        int since_offset_sec;
        int64_t ready_usec;      /* wall clock: all of it was there; 0 not yet */
        int64_t keep_until_usec; /* wall clock; 0 none, or no clock was to be trusted */
        struct pickups_notice notice;
};

/**
 * pickups_in() - the shipments that have parcels in @state
 * @state: of a counter, but for collected and restocked
 * @fn: return 0 to go on, positive to stop (the call then returns 0), -errno to stop with it; must not block
 *
 * The one whose last day comes first comes first, then the longest there.
 *
 * Return: 0; STORE_E_NOT_YET, STORE_E_STALE; what @fn returned negative; -EIO, -ENOMEM.
 */
int pickups_in(struct pickups *p, enum parcel_state state,
        int (*fn)(const struct pickups_row *row, void *userdata), void *userdata);

struct pickups_parcel { /* one parcel of a crate; texts as those of a row */
        const char *merchant, *shipment, *order, *parcel, *number, *state, *shelf;
};
/* What comes, or came, in this crate. @fn, return: as pickups_in(). */
int pickups_crate(struct pickups *p, const char *crate,
        int (*fn)(const struct pickups_parcel *parcel, void *userdata), void *userdata);

struct pickups_offer {
        const char *kind; /* "in-store", "online", "combination" */
        const char *headline_ja, *headline_en, *terms_ja, *terms_en;
        const char *until; /* a time; "" no end */
};
/* @fn is called at most once. Return: as pickups_in(). */
int pickups_offer(struct pickups *p, const char *merchant, const char *offer,
        int (*fn)(const struct pickups_offer *o, void *userdata), void *userdata);

/* The newest notice that tells the customer to come. @fn is called at most once. Return: as pickups_in(). */
int pickups_notice(struct pickups *p, const char *merchant, const char *shipment,
        int (*fn)(const struct pickups_notice *n, void *userdata), void *userdata);
