/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What carries one mail away: the contract between the sender thread and its routes (maildir.h, smtp.h), and the words for
 * how it ended.
 */
#include "firmware/base/str.h"
#include "firmware/base/uuid.h"
#include "services/notify/mail/address.h"

enum courier_result {
        COURIER_ACCEPTED,
        COURIER_ROUTE_DOWN, /* nobody there would take any mail: no attempt is spent */
        COURIER_TEMPORARY,  /* this mail, or mails now, were refused for the moment */
        COURIER_PERMANENT,  /* this mail is refused for good */
        COURIER_UNKNOWN,    /* all of it was handed over, and no answer came: it may have been taken */
};
const char *courier_result_to_str(enum courier_result r);

struct courier_answer {
        enum courier_result result;
        const char *reason; /* a word of ours; "" for accepted; static */
        int code;           /* the server's, 0 none */
};

struct courier_job { /* one mail; holds what is personal */
        char notice[UUID_TEXT_MAX];
        char from[ADDRESS_MAX + 3], to[ADDRESS_MAX + 3]; /* as between < and >: valid, quoted where need be */
        struct str mail;                                 /* owned; whole, CRLF */
};
void courier_job_wipe(struct courier_job *j); /* twice is harmless */

/* A route. Each call blocks; both come from one thread at a time. */
struct courier {
        void *userdata;
        const char *name; /* of the route, for the log: "maildir", "smtp" */
        void (*send)(void *userdata, const struct courier_job *job, struct courier_answer *answer);
        /*
         * Whether this notice is known to have been taken, after a death while sending: 1 yes, 0 no, -1 nobody can say. NULL:
         * nobody ever can.
         */
        int (*was_taken)(void *userdata, const char *notice);
        void (*stop)(
                void *userdata); /* from any thread: end a send that can still be ended without doubt; may be NULL */
};
