/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The pickup counter's half of a decision, shared by the pickup-*.c files; nobody else but packout.c includes this.
 *
 * A counter holds at most one parcel in hand (->parcel of the bench: read, and its shelf is awaited) and at most one case: the
 * shipments that wait for the customer who stands there. Both are the bench's memory and no more: what counts is in facts.
 */
#include "firmware/domain/pickup-ready.h"
#include "firmware/domain/turn.h"

/* --- pickup.c --- */
int pickup_scan(struct turn *t);   /* any code but a badge, from somebody who may scan */
int pickup_load(struct turn *t);   /* the parcel in hand into ->s and ->p */
int pickup_prompt(struct turn *t); /* what the counter waits for */
int pickup_say_idle(struct turn *t);
bool pickup_awaits_leader(const struct turn *t);
int pickup_approve(struct turn *t); /* ->leader's badge was read */
void pickup_put_down(
        struct turn *t); /* nothing is in hand; its shipment stays the one that was touched last */

/* --- pickup-offer.c --- */
struct pickup_token;
int pickup_offer(struct turn *t, const char *text, const struct pickup_token *token);
int pickup_offer_redeem(struct turn *t);

/* --- pickup-return.c --- */
int pickup_return_begin(struct turn *t);
int pickup_return_scan(struct turn *t); /* what says of which order it is */
int pickup_return_inspected(struct turn *t, bool good);

/* --- pickup-crate.c --- */
int pickup_crate(struct turn *t, bool *handledp); /* is it a crate with parcels? */
int pickup_crate_end(struct turn *t);             /* what was in it is on shelves, or is missing */
bool pickup_is_foreign(const struct turn *t, const struct parcel *p); /* not of the crate that is in hand */

/* --- pickup-stock.c --- */
int pickup_expire_due(struct turn *t);                   /* a tick */
int pickup_remind_due(struct turn *t);                   /* a tick */
int pickup_say_return(struct turn *t, struct parcel *p); /* it is to go back */
int pickup_restock(struct turn *t);                      /* RETURN: it went back */

/* --- pickup-arrive.c --- */
struct pickup_act pickup_act_of(struct turn *t);
int pickup_arrive_unannounced(struct turn *t); /* ARRIVE was read, and now what came */
void pickup_write_arrived(struct turn *t, struct parcel *p, bool announced, const char *crate);
int pickup_arrive(struct turn *t, struct parcel *p); /* of ->s */
int pickup_shelf(struct turn *t, const char *shelf); /* a shelf was read */
int pickup_declare(struct turn *t);                  /* SHORT: complete as it is; a leader is asked */
int pickup_declare_approved(struct turn *t);
int pickup_say_shelve(struct turn *t, enum verdict_kind kind, const struct parcel *p);
/* "B-3", as it stands on the shelf */
void pickup_shelf_words(const char *shelf, char text[NAME_SIZE]);

/* --- pickup-choose.c --- */
#define PICKUP_LOOK_MAX                                                                                      \
        32 /* shipments that are looked at to tell customers apart; of more it is asked for more */
enum pickup_sameness {
        PICKUP_SAME_GROUP,
        PICKUP_SAME_MERCHANT
}; /* by which two shipments are one customer's */
/* The shipments that somebody asked for: the case, when they are one customer's; else it is asked which. @n: at least 1 */
int pickup_choose(struct turn *t, const struct shipment_ref *refs, size_t n, enum pickup_sameness sameness);
int pickup_chosen(struct turn *t, int number); /* a digit was read meanwhile */

/* --- pickup-find.c --- */
int pickup_parcel(struct turn *t, const struct number_owner *owner); /* a parcel was read */
int pickup_order(struct turn *t, bool *handledp); /* an order's number, a shipment's code? */
int pickup_unknown(struct turn *t);
/* One reason, in red. */
int pickup_refuse(struct turn *t, const char *reason, const char *ja, const char *en);
int pickup_say_collected(struct turn *t, const struct number_owner *owner);

/* --- pickup-search.c --- */
bool pickup_is_code(const struct turn *t); /* what was read is shaped like a pickup code */
int pickup_code(struct turn *t);
int pickup_token(struct turn *t); /* it begins as a token */
int pickup_find(struct turn *t);  /* INPUT_FIND: what a clerk typed */
struct pickup_token;
/* Is it signed by a key of ours, for this store, and not over? When not it is said. */
int pickup_token_check(
        struct turn *t, const char *text, const struct pickup_token *token, const char *use, bool *goodp);

/* --- pickup-claim.c --- */
/* Another counter of the store has handed @p of ->s over: that is said. */
int pickup_claimed(struct turn *t, const struct parcel *p, bool *saidp);
/* The same of any parcel of ->s that @is_meant. */
int pickup_any_claimed(
        struct turn *t, bool (*is_meant)(const struct turn *t, const struct parcel *p), bool *saidp);

/* --- pickup-resend.c --- */
int pickup_resend(struct turn *t);  /* RESEND */
int pickup_opt_out(struct turn *t); /* OPT-OUT */
/* May who stands here say something for the customer? A clerk or a leader, where people are known. */
bool pickup_may_act_for(const struct turn *t);

/* --- pickup-case.c --- */
#define PICKUP_SHELVES_SIZE 96
struct pickup_tally { /* of a case, or of some of it */
        int shelved, unchecked, n_shipments;
        int64_t unpaid_yen;
        unsigned proofs;
        bool self, proxy;
        char shelves[PICKUP_SHELVES_SIZE]; /* of what is not yet read: "B-3, B-4" */
        struct words contents, owner;
};
int pickup_tally(struct turn *t, struct pickup_tally *sum);
/* The customer's shipments become the case, unless one of them cannot be handed over: that is said. @proof: given already */
int pickup_begin(struct turn *t, const struct shipment_ref *refs, size_t n, enum pickup_proof proof);
void pickup_end(struct turn *t);
bool pickup_has(const struct turn *t, const char *merchant, const char *shipment);
bool pickup_is_checked(const struct turn *t, const char *parcel); /* it was read for this case */
int pickup_say_case(struct turn *t); /* what the case waits for; hands over when that is nothing */
struct verdict *pickup_say_of(struct turn *t, enum verdict_kind kind); /* of the case's first shipment */
void pickup_add_shelf(char list[PICKUP_SHELVES_SIZE], const char *shelf);

/* --- pickup-proof.c --- */
int pickup_prove(struct turn *t);   /* a card PROOF-… */
int pickup_receipt(struct turn *t); /* whatever was read is the till's receipt */
int pickup_paid_by_leader(struct turn *t);
void pickup_proof_words(const struct pickup_tally *sum, struct words *w); /* what the orders take */
bool pickup_proof_will_do(const struct turn *t, const struct pickup_tally *sum);
/* *saidp: it paid for another order before, which is said. */
int pickup_check_receipt(struct turn *t, const char *receipt, bool *saidp);

/* --- pickup-hand.c --- */
int pickup_check(struct turn *t, const struct parcel *p); /* a parcel of the case was read */
int pickup_hand_over(struct turn *t);                     /* all that was read */
int pickup_hand_some(struct turn *t);                     /* OK: only what was read */
int pickup_lost(struct turn *t);                          /* MISSING: what was not read is not there */
int pickup_take_back(struct turn *t);                     /* UNDO within the minute */
