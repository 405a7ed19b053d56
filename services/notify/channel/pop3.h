/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Bounces in a mailbox of a provider, by POP3 (mail-session.h). What is none of ours stays there and is remembered by its UIDL, up to
 * POP3_LEFT_MAX of them, until the program ends.
 *
 * Source: RFC 1939 (a session that ends without QUIT deletes nothing: its mails come once more; numbers hold within a session only),
 * RFC 2595 (STLS).
 */
#include "services/notify/channel/mail-session.h"

#define POP3_LEFT_MAX 4096

struct pop3;

/* Connects nothing. @d: NULL, or told what is wrong. Return: as mail_session_init(). */
int pop3_new(struct pop3 **pp, const struct mail_session_config *config, struct diag *d);
struct pop3 *pop3_free(struct pop3 *p);  /* takes NULL, returns NULL */
struct mailbox pop3_box(struct pop3 *p); /* borrowed */
