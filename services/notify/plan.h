/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * By which channel a notice goes. Pure: the customer's order, what each channel can do for this notice, since when it is down, and the
 * time come as arguments.
 *
 *   a copy may have gone                     its channel alone, whatever the others could do
 *   the first that can                       takes it, and waits for its line while that is down
 *   its line is down, for fallback_usec      the next one whose line is up; none is up: the one that it is longest time to try again;
 *   since the notice was due                 it is time for none: it stays with the first
 *   all of them down for as long             paper besides, where that is to be had: it stays owed
 *   none can, one had its end                fails, with the reason of the last one
 *   none can, an address of theirs is none   fails: bad-address, address-refused, gone (a webhook); whichever of all these the last
 *   or was refused, or nobody is there       one of their order is
 *   none can, none ever could                waits: no-consent, no-contact, no-channel
 *
 * What ended at a channel is kept with the notice as words, "email:recipient-refused line:bad-address ".
 */
#include "services/notify/channel/channel.h"

#include <stdbool.h>
#include <stdint.h>

#define PLAN_REASON_SIZE 32
#define PLAN_USED_SIZE   320                     /* N_CHANNELS of a name, a reason and two marks */
#define PLAN_PAPER       CHANNEL_BIT(N_CHANNELS) /* in sets of channels: the slip that tells nobody by itself */
#define PLAN_ANEW        CHANNEL_BIT(N_CHANNELS + 1) /* likewise: a contact came that this plan knows nothing of */
#define PLAN_CHANGED     CHANNEL_BIT(N_CHANNELS + 2) /* likewise: the shipment was changed after it was written */

enum plan_state {
        PLAN_READY,
        PLAN_NOT_HERE,    /* no such channel at this station, or none for this merchant */
        PLAN_NO_CONSENT,  /* by this channel, to this kind */
        PLAN_NO_ADDRESS,  /* in the contact */
        PLAN_BAD_ADDRESS, /* that we would not hand over */
        PLAN_GONE,        /* its receiver wants no more, of nobody */
        PLAN_REFUSED,     /* the address was refused for good before */
        PLAN_USED,        /* it ended there for this notice */
};

struct plan_channel {
        enum channel channel;
        enum plan_state state;
        uint64_t down_usec; /* CLOCK_BOOTTIME since when all its routes are down; 0 one is up */
        uint64_t
                try_usec; /* CLOCK_BOOTTIME since when it is time to see whether it still is; 0 it is up, or not yet time */
};

struct plan_question {
        struct plan_channel list[N_CHANNELS]; /* in the customer's order */
        size_t n;
        const char *used; /* of the notice */
        uint64_t due_usec, now_usec, fallback_usec;
        bool may_have_gone; /* a copy, by @at */
        enum channel at;
        bool paper; /* could be laid, and was not yet */
};

enum plan_action { PLAN_GO, PLAN_WAIT, PLAN_FAIL };

struct plan {
        enum plan_action action;
        enum channel channel;          /* PLAN_GO */
        unsigned others;               /* set of channels that could take it, too; PLAN_PAPER */
        bool lay;                      /* paper, now */
        char reason[PLAN_REASON_SIZE]; /* PLAN_WAIT, PLAN_FAIL */
};

/**
 * plan_make() - by which channel, or why by none
 * @q: its texts are borrowed for the call; channels that are not in its list do not exist
 * @p: filled always; @channel with PLAN_GO only, @reason with the others
 */
void plan_make(const struct plan_question *q, struct plan *p);

/*
 * It ended at @c, for @reason: a word without blanks; the first one for a channel stays. @used: of PLAN_USED_SIZE, "" at first; an entry
 * that finds no room is left out.
 */
void plan_use_up(char used[PLAN_USED_SIZE], enum channel c, const char *reason);
/* Why it ended at @c. @reason: filled on true only. Return: whether it did. */
bool plan_is_used(const char *used, enum channel c, char reason[PLAN_REASON_SIZE]);
