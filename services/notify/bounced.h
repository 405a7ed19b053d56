/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a server's word about a mail, or a network's about an SMS, means for its notice. Pure. */
#include "firmware/domain/notice.h"
#include "services/notify/mail/dsn.h"

#define BOUNCED "bounced" /* the reason */

enum bounced_act {
        BOUNCED_NOTHING, /* it is known already, or says nothing that ends anything */
        BOUNCED_LATER,   /* how its mail went is not written down yet */
        BOUNCED_FAILED,
        BOUNCED_PASSED, /* it failed by that, and another channel of the customer's takes it */
        BOUNCED_DELIVERED,
        N_BOUNCED_ACTS
};

struct bounced_question {
        enum dsn_says says;
        enum notice_state state;
        int unknowns;    /* copies that nobody answered for */
        bool was_told;   /* its outcome so far is a fact of the ledger */
        bool has_others; /* channels that could take it, too */
        bool is_over;    /* by that channel: it came back before */
};

/*
 * A mail that nobody answered for went when there is a word about it. Failed is the last word: who forwards says delivered first and
 * finds out afterwards. A copy that is still to go (reserved, with copies unanswered) is not sent to an address that is
 * wrong, or to one that has the mail; what failed for another reason is tried.
 *
 * Another channel takes over only what the ledger calls accepted: that fact, if it were read afterwards, would end it.
 */
enum bounced_act bounced_judge(const struct bounced_question *q);
