/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What came to the address for bounces, read: which notice it is about, and what a mail server says became of its mail. Pure.
 *
 * Anybody may send anything there. The notice is believed for its HMAC (verp.h) and for nothing else; of the rest only Action, Status
 * and Diagnostic-Code count, and they can say no more than one of five words. No address is taken from it.
 *
 *   DSN_HARD   Action failed, Status 5: there is no such address
 *   DSN_SOFT   given up, but not for the address: 5.2.2 full, 5.2.3 too long, 5.3 the system, 5.6 the content, 5.7 a rule against
 *              us (which may be our own fault and would be everybody's), or after days of 4. No status: this, too
 *
 * A report about several recipients (ours has one, which may stand for more) says its mildest word: one of them has the mail.
 *
 * A server that writes no report is known by its sender (MAILER-DAEMON, postmaster), and judged by its words (server-words.h).
 *
 * Source: RFC 3464 sections 2.1 to 2.3, RFC 6522, RFC 6533 (message/global-delivery-status), RFC 3463; RFC 2046 section 5.1.1.
 * X-Failed-Recipients: Exim, for those of its reports that are plain text.
 */
#include "services/notify/mail/verp.h"

#define DSN_BYTES_MAX (256U * 1024) /* of a mail: reports are small, what they return may be cut */

enum dsn_says { /* mildest first */
        DSN_DELIVERED,
        DSN_RELAYED, /* or expanded: nobody will say more */
        DSN_DELAYED,
        DSN_SOFT,
        DSN_HARD,
        N_DSN_SAYS
};
const char *dsn_says_to_str(enum dsn_says s); /* "delivered", "relayed", … */

struct dsn {
        char notice[UUID_TEXT_MAX];
        enum dsn_says says;
};

enum {
        DSN_E_FOREIGN = 1, /* names no notice: not for us */
        DSN_E_FORGED,      /* names one, and we did not write its address */
        DSN_E_NO_REPORT, /* about a notice of ours, but no server's word: an automatic answer; @d->notice is filled */
};

/**
 * dsn_read() - one mail
 * @verp: of this station
 * @mail: any bytes, @n of them, its lines ended by LF or CRLF; may be cut anywhere
 * @d: filled on 0
 *
 * Return: 0, DSN_E_*, -ENOMEM.
 */
int dsn_read(const struct verp *verp, const char *mail, size_t n, struct dsn *d);
