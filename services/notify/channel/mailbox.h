/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The one way in: a mailbox of this station's own to which bounces come. A round takes one mail after the other; each is dealt with
 * before the next one, and goes from the box only after what it said is on the disk. So a death in between reads it twice, and
 * whoever reads must not mind.
 *
 * What is not about a notice of ours is never deleted: a box that was named by mistake loses nothing.
 */
#include "firmware/base/str.h"

enum mailbox_fate {
        MAILBOX_REMOVE, /* dealt with */
        MAILBOX_LEAVE,  /* none of ours: not shown again, if it can be helped */
        MAILBOX_LATER,  /* cannot be dealt with now: with a later round */
};

enum {
        MAILBOX_E_END = 1, /* no more in this round */
        MAILBOX_E_DOWN,    /* it cannot be read; *whyp says why */
};

/* Each call blocks; all but stop() come from one thread. */
struct mailbox {
        void *userdata;
        const char *name; /* for the log: "maildir", "pop3" */
        /*
         * The next mail of the round, which it begins when there is none. @mail: empty; at most DSN_BYTES_MAX of it. @whyp: a word of
         * ours, static. Return: 0, MAILBOX_E_*, -ENOMEM.
         */
        int (*next)(void *userdata, struct str *mail, const char **whyp);
        /* What becomes of the one that next() gave. Return: 0, MAILBOX_E_DOWN, -ENOMEM. */
        int (*settle)(void *userdata, enum mailbox_fate fate, const char **whyp);
        void (*end)(void *userdata);  /* of the round; also after an error */
        void (*stop)(void *userdata); /* from any thread: end what blocks; may be NULL */
};
