/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A session with a mailbox at a provider, by libcurl: what POP3 and IMAP share. One session a round; TLS is demanded wherever it is
 * configured.
 *
 * Source: libcurl 7.88.1: makes a new session by itself when the kept one has died, in which a number may name another mail, so the
 * socket is looked at before each deletion; at the end it waits 120 s for a server that says nothing, so the line is cut first.
 */
#include <stdatomic.h>

#include "firmware/base/diag.h"
#include "firmware/base/str.h"
#include "services/notify/channel/mailbox.h"
#include "services/notify/channel/smtp.h"
#include "services/notify/sign/secret.h"

#define MAIL_SESSION_TEXT 256
#define MAIL_SESSION_URL  600
#define MAIL_LIST_MAX     (1024U * 1024) /* bytes of a list of mails */
#define MAIL_ROUND_MAX    1000           /* mails in one round */
#define MAIL_STRIKES      3              /* rounds that end at the same mail: it is left alone then */

struct mail_session_config { /* borrowed during the start only */
        const char *host;    /* as of smtp_config */
        int port;
        enum smtp_tls tls;
        const char *ca; /* PEM file; "" the system's */
        const char *user, *password_file;
        long timeout_sec; /* of one mail */
};

struct mail_session {
        char url[MAIL_SESSION_URL], ca[MAIL_SESSION_TEXT], user[MAIL_SESSION_TEXT];
        const char *scheme;
        enum smtp_tls tls;
        long timeout_sec;
        struct secret password;
        atomic_bool stopping; /* set by any thread: what blocks ends */
        bool is_broken;       /* the session did not end as a command should */
        void *curl;           /* owned; of the round, NULL between them */
};

/* @scheme: "pop3" or "imap", static. Return: 0, -EINVAL as smtp_new(), -ENOMEM, or as secret_load_line(); told in @d. */
int mail_session_init(
        struct mail_session *s, const char *scheme, const struct mail_session_config *c, struct diag *d);
void mail_session_deinit(struct mail_session *s); /* twice is harmless */

/* Connects nothing yet. Return: 0 it was open; 1 it is now; -ENOMEM. */
int mail_session_open(struct mail_session *s);

struct mail_command {
        const char *path; /* behind the host's "/"; "" none */
        const char *verb; /* NULL: what the URL means, which is to read a mail */
        bool has_body;    /* an answer of several lines */
        struct str *out;  /* NULL: nobody reads the answer */
        size_t max;       /* of @out; what is longer is read and dropped */
};

/* @whyp: a word, set with MAILBOX_E_DOWN. Return: 0; MAILBOX_E_END there is no such mail; MAILBOX_E_DOWN; -ENOMEM. */
int mail_session_do(struct mail_session *s, const struct mail_command *command, const char **whyp);

/* Is the session still there in which a number means what it meant? */
bool mail_session_is_alive(const struct mail_session *s);
/* @farewell: a verb by which the server does what it was told; not said when the session is broken. Harmless when none is open. */
void mail_session_close(struct mail_session *s, const char *farewell);
