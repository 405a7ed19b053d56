/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Bounces in the INBOX of a provider, by IMAP (mail-session.h). What is none of ours, or cannot be read, gets \Flagged and is not looked at
 * again, by whichever box reads there: a person who opens the mailbox sees it marked, and takes the mark away to have it read once
 * more. What was dealt with gets \Deleted and goes with the EXPUNGE at the end of the round.
 *
 * Source: RFC 3501 (unique identifiers, 2.3.1.1; STORE, 6.4.6; EXPUNGE, 6.4.3), RFC 5092 (";UID=", ";PARTIAL="). libcurl 7.88.1 asks for
 * BODY[], selects the mailbox of its URL before a command of ours, and gives the lines that answer it; a LOGINDISABLED from before
 * STARTTLS it still believes after it: such a server has to offer AUTH=PLAIN, as they do.
 */
#include "services/notify/channel/mail-session.h"

struct imap;

/* Connects nothing. @d: NULL, or told what is wrong. Return: as mail_session_init(). */
int imap_new(struct imap **ip, const struct mail_session_config *config, struct diag *d);
struct imap *imap_free(struct imap *i);  /* takes NULL, returns NULL */
struct mailbox imap_box(struct imap *i); /* borrowed */
