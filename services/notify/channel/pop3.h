/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Bounces in a mailbox of a provider, by POP3. One session a round; TLS is demanded wherever it is configured. What is none of ours
 * stays there and is remembered by its UIDL, up to POP3_LEFT_MAX of them, until the program ends.
 *
 * Source: RFC 1939 (a session that ends without QUIT deletes nothing: its mails come once more; numbers hold within a session only),
 * RFC 2595 (STLS). libcurl 7.88.1: makes a new session by itself when the kept one has died, in which
 * a number may name another mail, so the socket is looked at before each DELE.
 */
#include "firmware/base/diag.h"
#include "services/notify/channel/mailbox.h"
#include "services/notify/channel/smtp.h"

#define POP3_LEFT_MAX  4096
#define POP3_ROUND_MAX 1000 /* mails in one round */

struct pop3_config {      /* borrowed during pop3_new() only */
        const char *host; /* as of smtp_config */
        int port;
        enum smtp_tls tls;
        const char *ca; /* PEM file; "" the system's */
        const char *user, *password_file;
        long timeout_sec; /* of one mail */
};

struct pop3;

/* Connects nothing. @d: NULL, or told what is wrong. Return: 0, -EINVAL as smtp_new(), -ENOMEM, or as secret_load_line(). */
int pop3_new(struct pop3 **pp, const struct pop3_config *config, struct diag *d);
struct pop3 *pop3_free(struct pop3 *p);  /* takes NULL, returns NULL */
struct mailbox pop3_box(struct pop3 *p); /* borrowed */
