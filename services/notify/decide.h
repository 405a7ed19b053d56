/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What becomes of a notice that waits: sent now, later, or never, and why. Pure: what the ledger says at its head, and the
 * time, come as arguments.
 *
 *   not yet due                                  wait
 *   shipment is gone from the ledger             cancel  no-shipment
 *   the OMS took it over, or nobody owns it      cancel  owner-changed
 *   nothing of it is on its way any more         cancel  shipment-cancelled, nothing-shipped
 *   nothing of it waits at the store any more    cancel  shipment-cancelled, nothing-waits
 *   the office asked for a newer one             cancel  overtaken
 *   a leader refused it                          cancel  refused
 *   the handover was taken back                  cancel  nothing-handed
 *   it was found, or moved, and kept after all   cancel  nothing-returned
 *   a part was to be told, and all has gone      cancel  all-shipped
 *   all that has gone was told before            cancel  nothing-new
 *   the office asked for it, and what it must say
 *   is not there                                 fail    missing-data, missing-reach, missing-brand
 *   older than its kind may be (trusted clock)   expire  too-old, or what it waited for
 *   its kind asks for approval                   wait    no-approval
 *   no contact, consent, channel, readable box   wait    no-contact, no-consent, no-channel, bad-seal
 *   an address that is none                      fail    bad-address
 *   marketing without an address to stop it by   wait    no-unsubscribe
 *   marketing, and enough of it went lately      wait    capped; what is too old then expires with it
 *   a review of what nobody has yet              wait    not-arrived
 *   a review of what came back, or was not
 *   collected                                    cancel  was-returned
 *   quiet hours of the merchant, in the store    wait    quiet-hours; but not an incident, or the last day's word when it would be too late
 *   otherwise                                    send
 */
#include "firmware/domain/notice.h"
#include "services/notify/contact.h"
#include "services/notify/outbox.h"

enum notice_action { NOTICE_WAIT, NOTICE_SEND, NOTICE_CANCEL, NOTICE_EXPIRE, NOTICE_FAIL };

struct notice_question {
        enum notice_kind kind;
        uint64_t due_usec;               /* CLOCK_BOOTTIME */
        int64_t expires_usec;            /* wall clock; 0: not known yet */
        const struct shipment *shipment; /* at the ledger's head; NULL: not there */
        const struct policy *policy;
        enum contact_state contact;
        bool needs_approval; /* a leader was asked, and has not said yes */
        bool is_refused;     /* they said no */
        bool is_overtaken;   /* the office has asked for a newer one of its kind */
        enum notice_sequel sequel;
        /* of marketing alone */
        bool can_unsubscribe;    /* there is an address to stop it by */
        bool is_capped;          /* enough went to this customer lately */
        bool has_arrived;        /* the office said so; what was handed over here is seen in @shipment */
        bool came_back;          /* something of the order was brought back */
        const struct json *data; /* what it says beside the shipment; NULL nothing */
        struct stamp now;
};

struct notice_decision {
        enum notice_action action;
        const char *reason;  /* a word of facts.md; "" when there is nothing to say; static */
        uint64_t again_usec; /* CLOCK_BOOTTIME when to look again at what waits; 0 no matter */
};

/* Only with consent to marketing, and never too much of it. */
bool notice_is_marketing(enum notice_kind kind);
/**
 * notice_decide() - the table above, its lines in their order
 * @q: all that is borrowed is for the call
 *
 * Return: what is to be done; for NOTICE_WAIT @again_usec is set where the time of another look is known (quiet hours).
 */
struct notice_decision notice_decide(const struct notice_question *q);

/**
 * notice_sequel() - what the next generation of a notice of what has gone is to the last one
 * @before: the newest one before it that went or may have gone, of none that did the newest (outbox_before()); NULL: purged, so long ago
 * that it had its end. Its parcels "": another disk told it, and nothing is known to have been said
 */
enum notice_sequel notice_sequel(
        const struct policy *policy, const struct shipment *s, const struct notice_row *before);

#define NOTICE_RANKS 4
/* Who goes first when the line comes back: 0 pickup-ready, 1 incident, 2 shipped, 3 the rest, and kinds that we do not know. */
int notice_rank(const char *kind);

/**
 * notice_due_usec() - when a waiting time that began with a fact is over, on this boot's CLOCK_BOOTTIME
 * @wait_usec: how long
 * @fact_boot_usec: CLOCK_BOOTTIME of the fact, when it was recorded in this boot; 0 when it was in another
 * @fact_wall_usec: its wall clock, when both it and @now are trusted; 0 when they are not
 *
 * One that was over a while ago was over then: who waits longer goes first, whenever we come to read of it. 0: before this boot.
 * Without either the whole time is waited once more, from now: a wrong clock must not send early what may still be undone.
 */
uint64_t notice_due_usec(
        uint64_t wait_usec, uint64_t fact_boot_usec, int64_t fact_wall_usec, const struct stamp *now);
