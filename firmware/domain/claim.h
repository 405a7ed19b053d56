/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A claim: what one station tells the others of its site of a thing that two could work on (a box of a shipment, later what lies
 * at a counter, an offer). A hint that makes a second one impossible while the stations see each other, never the truth: facts
 * are that, and they go to the OMS. Pure.
 *
 * A thing at a station has one author, and what that author says of it is in the order of its own ledger: the claim with the
 * highest seq is what it says now. Between stations nothing is ordered, and no clock is asked: whoever took a thing has it until
 * he himself says that he has not.
 *
 * A further kind is a row in each of the two tables of claim.c, and, where it takes something, an answer to "have we taken the
 * same?" in intake-claim.c.
 *
 * Source: services/sync/contract/README.md, section 7.
 */
#include "firmware/domain/fact.h"

#include <stdint.h>

#define CLAIM_CODES_MAX 20
/*
 * What sync calls them among the commands in inbox.db: a name that none can have that comes down the wire. Data:
 * {"station":name, "ledger":id, "claims":[…]}
 */
#define CLAIMS_TYPE "peer:claims"

enum claim_kind {
        CLAIM_OPENED,
        CLAIM_READY,
        CLAIM_SHIPPED,
        CLAIM_VOIDED,
        CLAIM_COLLECTED,
        CLAIM_UNDONE, /* the customer gave it back at once */
        CLAIM_REDEEMED, /* a coupon: ->subject is the offer, ->number which one of them; no parcel, and no scan means it */
        N_CLAIM_KINDS
};
enum claim_effect {  /* on the same thing elsewhere, in rising order */
        CLAIM_FREES, /* none: it is no more what was claimed before */
        CLAIM_WORKS, /* it is in somebody's hands: nobody begins it anew meanwhile */
        CLAIM_HOLDS, /* it is done, and may still be undone: nobody begins it anew */
        CLAIM_TAKES, /* it is gone: nobody goes on with it, and who has taken it as well has a conflict */
};
const char *claim_kind_to_str(enum claim_kind kind);               /* "opened" … */
int claim_kind_from_str(const char *text, enum claim_kind *kindp); /* -EINVAL: unknown here */
enum claim_effect claim_effect(enum claim_kind kind);
const char *claim_ja(enum claim_kind kind), *claim_en(enum claim_kind kind); /* "発送済み", "shipped" */

struct claim {
        enum claim_kind kind;
        char station[NAME_SIZE], bench[NAME_SIZE]; /* bench "": nobody's, the schedule's */
        char ledger[33];
        uint64_t seq; /* of the fact in lane `fact` of that ledger */
        char merchant[NAME_SIZE], subject[ID_SIZE];
        char parcel[UUID_TEXT_MAX]; /* "" when it is about the subject whole */
        int piece;                  /* 0 none */
        char number[CODE_SIZE];     /* "" none */
        int64_t at_usec;            /* by the other station's clock: for people */
        int at_offset_sec;
        int64_t heard_usec; /* by ours, as the ledger wrote it down; 0 not yet */
};

/* Does a fact of this type claim something? Return: 0, -EINVAL. */
int claim_of_fact(const char *type, enum claim_kind *kindp);
/* The types that do, from @i = 0; NULL after the last. Static. */
const char *claim_fact_at(size_t i);

struct claim_fact { /* a fact as it lies in the ledger; borrowed */
        uint64_t seq;
        const char *type, *merchant, *subject, *bench, *time;
        const struct json *data;
};
/* Appends the claim that @f makes, one object. Return: 0; -EINVAL for a fact that makes none, or none of this shape. */
int claim_write(struct json_writer *w, const struct claim_fact *f);

/* "14:02 pack2 bench-1": when by its own clock, and who. */
#define CLAIM_WHEN_SIZE 96
void claim_when(const struct claim *c, char text[CLAIM_WHEN_SIZE]);

enum { CLAIM_E_KIND = 1 };
/**
 * claim_read() - one claim as it came, or as the ledger keeps it
 * @c: station, ledger and heard_usec are the caller's; untouched but on 0
 * @d: NULL, or told what is wrong
 *
 * Return: 0; CLAIM_E_KIND a kind that this program does not know; -EBADMSG.
 */
int claim_read(const struct json *e, struct claim *c, struct diag *d);
/* What a scan may say that means it: in @e's `codes`. NULL after the last. */
const char *claim_code(const struct json *e, size_t i);
