/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The rule "this fact calls for that notice", the id of a notice, and its states. Pure.
 */
#include "firmware/domain/fact.h"
#include "firmware/domain/policy.h"
#include "firmware/domain/shipment.h"

enum notice_state {
        NOTICE_RESERVED,
        NOTICE_SENDING,
        NOTICE_ACCEPTED,
        NOTICE_DELIVERED,
        NOTICE_CANCELLED,
        NOTICE_FAILED,
        NOTICE_EXPIRED,
        NOTICE_UNKNOWN,
        N_NOTICE_STATES
};
const char *notice_state_to_str(enum notice_state s);
int notice_state_from_str(const char *text, enum notice_state *sp);
/* What becomes of it is still to come: reserved, sending. */
bool notice_state_waits(enum notice_state s);
/* An end after which the customer has it, or may have it: accepted, delivered, unknown. */
bool notice_state_went(enum notice_state s);

/* UUIDv5, namespace URL, name = compact JSON [realm,merchant,subject,kind,generation]. */
void notice_id(const char *realm, const char *merchant, const char *subject, const char *kind, int generation,
        char id[UUID_TEXT_MAX]);

struct notice_known { /* the newest one of its kind and shipment */
        char id[UUID_TEXT_MAX];
        enum notice_state state;
        int generation;
        int asked_today; /* how often somebody asked for one more, on this local day */
        char reason[32]; /* a word: of its outcome; "" none */
};
/* Did it fail because nothing comes where it was sent to? Then the customer is asked for another way, while they are here. */
bool notice_found_nobody(const struct notice_known *n);
struct notice_named { /* one that somebody names by its id */
        char merchant[NAME_SIZE], shipment[ID_SIZE], kind[NAME_SIZE];
        int generation;
        enum notice_state state;
        bool asks_approval; /* and nobody has given or refused it yet */
};
/* Why it waits, in the ledger: for a leader. */
#define NOTICE_NO_APPROVAL "no-approval"
/* Why it was cancelled: all that it could tell was told before (NOTICE_SEQUEL_SAME). */
#define NOTICE_NOTHING_NEW "nothing-new"
enum notice_resend {
        NOTICE_RESEND_GO,
        NOTICE_RESEND_NOT_OURS,  /* another one tells this customer */
        NOTICE_RESEND_NOTHING,   /* none was ever owed, or nothing waits for the customer */
        NOTICE_RESEND_UNDER_WAY, /* what became of the last one is not known yet */
        NOTICE_RESEND_TOO_OFTEN, /* NOTICE_RESENDS_A_DAY */
};
#define NOTICE_RESENDS_A_DAY 3
/**
 * notice_resend_judge() - may a person have one more sent?
 * @known: NULL: there is none
 *
 * Whatever became of the last one, also when it was accepted: that a person asks is what it takes then.
 */
enum notice_resend notice_resend_judge(
        const struct shipment *s, enum notice_kind kind, const struct notice_known *known);
/* Append notice.reserved of the next generation, due now. Behind notice_resend_judge() only. */
void notice_again(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, const char *bench, const char *actor,
        const struct stamp *now);

/**
 * notice_due() - append notice.reserved for a shipment if one is owed and none is live
 * @trigger: "ready" or "shipped": the fact that just happened to one of its parcels; policy says which of
 * them calls, and what is still being packed whether for "partial-shipment" or for "shipped". "pickup-ready": it waits for its
 * customer at a counter; "handed-over": they have it; "returned": nobody came
 * @realm: part of the id
 *
 * Owner station only; OWNER_UNKNOWN waits for the intake fact that names it. not_before = now + policy delay;
 * expires = now + max age. After cancelled the generation rises by one; after another end nothing is reserved, but for kinds that
 * repeat (notice_kind_repeats()): of those that tell what has gone, the next one follows up on the last (notice_sequel()).
 *
 * Return: was it reserved.
 */
bool notice_due(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, const char *trigger, const char *bench, const char *actor,
        const char *cause, const struct stamp *now);

/* When a customer is told that a box of @s goes. */
enum report_at notice_report(const struct policy *policy, const struct shipment *s);
/* Is this parcel on its way, as far as the customer is told? REPORT_AT_READY tells it a step earlier. */
bool notice_has_gone(const struct parcel *p, enum report_at report);

/* What a notice of what has gone is to the last one of its kind and shipment that went, or may have gone. */
enum notice_sequel {
        NOTICE_SEQUEL_NONE,    /* none went */
        NOTICE_SEQUEL_MORE,    /* it tells of a parcel that the last one did not: a follow-up */
        NOTICE_SEQUEL_CHANGED, /* what the last one said is not true any more: a correction */
        NOTICE_SEQUEL_SAME,    /* nothing that the last one did not say */
};
/* Has a parcel of @s gone of which @is_told says no? @told: handed on to it */
bool notice_has_untold(const struct policy *policy, const struct shipment *s,
        bool (*is_told)(const void *told, const char *parcel), const void *told);
/**
 * notice_follow_up() - append what the end of a notice of what has gone calls for: the next one
 * @kind, @s: of it; the ledger does not know of its end yet
 * @told: ids of the parcels that it named; NULL it does not say
 * @correction: it named something that is not true any more
 *
 * A box that left while it was being written is told by the next one; what came to be wrong is put right by the next one, if anything
 * is on its way at all. Return: was one reserved.
 */
bool notice_follow_up(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, const struct json *told, bool correction,
        const struct stamp *now);

/* Goods that no box holds, or boxes that are not ready yet, and that a leader did not let go without: more will go later. */
bool notice_rest_follows(const struct shipment *s);
/**
 * notice_return_taken() - append the notice that a return is in our hands, if one is owed; says when, and what it was if that is known
 * @parcel: in which it once went; "" not known
 *
 * Return: 0, -errno of the list or -ENOMEM.
 */
int notice_return_taken(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, const char *parcel, const char *bench, const char *actor,
        const struct stamp *now);

/**
 * notice_asked() - append notice.reserved for what the office asked for, or a leader
 * @data: what it says, checked by notice_fields_check(); NULL nothing
 * @bench, @actor: of a leader; @cause: the office's command. NULL for none
 *
 * Due after the policy's delay of its kind, and expires its age after that.
 */
void notice_asked(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, int generation, const struct json *data,
        const char *bench, const char *actor, const char *cause, const struct stamp *now);

/* What two of them say beside their shipment, NULL for nothing: is it the same? */
bool notice_says_the_same(const struct json *a, const struct json *b);

/**
 * notice_repeat() - append notice.reserved, `again`, of one that another disk of this station had promised
 * @generation, @since_usec: its own, and the time of the promise: it grows no younger by the new disk
 *
 * The office never heard what became of it, so it may have gone. Nothing where this ledger knows of it, where another one tells the
 * customer by now, and for kinds that say more than the shipment: what they were to say is gone with the disk.
 *
 * Return: was it reserved.
 */
bool notice_repeat(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, int generation, int64_t since_usec,
        const char *cause, const struct stamp *now);

/* Does something of it wait for its customer at a counter, and may be handed over? */
bool notice_is_waiting(const struct shipment *s);
/**
 * notice_remind() - append notice.reserved for what waits already, if one is owed and none is live
 * @until_usec: it says nothing true any more after that: when it expires at the latest
 *
 * Nobody acts, a day has come: see pickup-remind.h. Return: was it reserved.
 */
bool notice_remind(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, int64_t until_usec, const struct stamp *now);

/**
 * notice_catch_up() - notice_due() for what has happened already to the parcels of @s
 *
 * For when the owner is named late, or a notice was cancelled and its shipment has gone out again since. A
 * cancelled shipment owes nothing, but "shipped" of the boxes that had left where the word of the part did not go any more.
 *
 * Return: a bit for each enum notice_kind that was reserved.
 */
unsigned notice_catch_up(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, const char *cause, const struct stamp *now);
