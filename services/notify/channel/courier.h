/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What carries one notice away: the contract between the sender thread and the ways out (maildir.h, smtp.h, webhook.h, line.h,
 * gateway.h, slip.h, modem.h), the words for how it ended, and what may be done when nobody knows how it ended.
 */
#include "firmware/base/str.h"
#include "firmware/base/uuid.h"
#include "services/notify/mail/address.h"

struct dkim; /* mail/dkim.h */

enum courier_result {
        COURIER_ACCEPTED,
        COURIER_ROUTE_DOWN, /* nobody there would take anything: no attempt is spent */
        COURIER_TEMPORARY,  /* this one, or all now, were refused for the moment */
        COURIER_PERMANENT,  /* this one is refused for good */
        COURIER_UNKNOWN,    /* all of it was handed over, and no answer came: it may have been taken */
};
const char *courier_result_to_str(enum courier_result r); /* for people */

/* Whether what may have been taken can be sent once more: a property of the channel, told in its header and its config. */
enum courier_repeat {
        COURIER_REPEAT_SAFE, /* the receiver knows the notice's id again and takes it once: repeat until it answers */
        COURIER_REPEAT_SAME_ID, /* a copy is the same bytes under the same id, and most receivers notice: repeat once */
        COURIER_REPEAT_UNSAFE, /* a copy is a second notice: unknown stays unknown, for a person */
};
const char *courier_repeat_to_str(enum courier_repeat r); /* "safe", "same-id", "unsafe" */
/* @unknowns: answers never heard so far, this one included. */
bool courier_may_repeat(enum courier_repeat repeat, int unknowns);

struct courier_answer {
        enum courier_result result;
        const char *reason;       /* a word of ours; "" for accepted; static */
        int code;                 /* the server's, 0 none */
        unsigned retry_after_sec; /* not before; 0: we choose */
};

#define COURIER_TO_MAX    512   /* bytes */
#define COURIER_RETRY_MAX 86400 /* seconds that we let a server put us off for */

struct courier_job { /* one notice; holds what is personal */
        char notice[UUID_TEXT_MAX];
        char from[ADDRESS_MAX + 3]; /* of a mail: the envelope's sender, as between < and > */
        char to[COURIER_TO_MAX]; /* mail: as between < and >, valid, quoted where need be; else the channel's own address */
        size_t route;       /* of several: which one takes it */
        struct str content; /* owned; a whole mail, CRLF; or what the channel's header says */
        const struct dkim
                *sign; /* borrowed: the mail is to be signed with it before it goes; NULL: it goes as it is */
};
void courier_job_wipe(struct courier_job *j); /* twice is harmless */

/* A way out. Each call blocks; send and was_taken come from one thread at a time. */
struct courier {
        void *userdata;
        const char *name; /* of the route, for the log: "maildir", "smtp" */
        enum courier_repeat repeat;
        /*
         * The last work on a job before it can be sent, in a thread of its own, while others are sent. NULL: there is none. Return: 0;
         * -errno: it is not sent.
         */
        int (*ready)(void *userdata, struct courier_job *job);
        void (*send)(void *userdata, const struct courier_job *job, struct courier_answer *answer);
        /*
         * Whether this notice is known to have been taken, after a death while sending: 1 yes, 0 no, -1 nobody can say. NULL:
         * nobody ever can.
         */
        int (*was_taken)(void *userdata, const char *notice);
        /*
         * Of a notice that was taken: the number by which the network will report what became of it. -1: not known. NULL: no report
         * ever comes. From the loop's thread, once the sending one has answered.
         */
        int (*reference)(void *userdata, const char *notice);
        void (*stop)(
                void *userdata); /* from any thread: end a send that can still be ended without doubt; may be NULL */
};
