/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/imap.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "services/notify/mail/dsn.h"

#define INBOX  "INBOX"
#define SEARCH "* SEARCH"

struct imap {
        struct mail_session session;
        uint32_t *uids; /* owned; of the round */
        size_t n_uids, next;
        bool expunges;   /* something is marked as deleted, perhaps by a life before this one */
        uint32_t struck; /* the mail at which the last round ended */
        int strikes;
};

struct imap *imap_free(struct imap *i) {
        if (!i)
                return NULL;
        mail_session_deinit(&i->session);
        free(i->uids);
        free(i);
        return NULL;
}

int imap_new(struct imap **ip, const struct mail_session_config *c, struct diag *d) {
        struct imap *i = calloc(1, sizeof(*i));
        int r = i ? mail_session_init(&i->session, "imap", c, d) : -ENOMEM;

        if (r < 0) {
                (void) imap_free(i);
                return r;
        }
        i->expunges = true;
        *ip = i;
        return 0;
}

/* "* SEARCH 3 7 12", in one line or several. */
static int read_list(struct imap *i, const struct str *list) {
        const char *line = list->data ? list->data : "";

        i->uids = calloc(MAIL_ROUND_MAX, sizeof(*i->uids));
        if (!i->uids)
                return -ENOMEM;
        for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
                const char *p = line + strlen(SEARCH);
                unsigned long uid;
                char *end;

                if (strncmp(line, SEARCH, strlen(SEARCH)) != 0)
                        continue;
                for (; *p == ' ' && i->n_uids < MAIL_ROUND_MAX; p = end) {
                        uid = strtoul(p, &end, 10);
                        if (end == p || uid == 0 || uid > UINT32_MAX)
                                break;
                        i->uids[i->n_uids++] = (uint32_t) uid;
                }
        }
        return 0;
}

static int begin(struct imap *i, const char **whyp) {
        _cleanup_str_ struct str list = STR_INIT;
        const struct mail_command search = {.path = INBOX,
                .verb = "UID SEARCH UNDELETED UNFLAGGED",
                .has_body = true,
                .out = &list,
                .max = MAIL_LIST_MAX};
        int r = mail_session_open(&i->session);

        if (r <= 0)
                return r;
        r = mail_session_do(&i->session, &search, whyp);
        return r != 0 ? r : read_list(i, &list);
}

/* In the session in which it was read: in another one the number may be another mail's, should the mailbox have been made anew. */
static int mark(struct imap *i, uint32_t uid, const char *flag, const char **whyp) {
        char verb[64];

        if (!mail_session_is_alive(&i->session)) {
                *whyp = "line";
                return MAILBOX_E_DOWN;
        }
        (void) snprintf(verb, sizeof(verb), "UID STORE %u +FLAGS.SILENT (%s)", uid, flag);
        return mail_session_do(&i->session, &(struct mail_command){.path = INBOX, .verb = verb}, whyp);
}

/* Return: 0; MAILBOX_E_END it is gone, by another's hand; else as mail_session_do(). */
static int fetch(struct imap *i, uint32_t uid, struct str *mail, const char **whyp) {
        char path[64];

        (void) snprintf(path, sizeof(path), INBOX "/;UID=%u/;PARTIAL=0.%u", uid, DSN_BYTES_MAX);
        return mail_session_do(&i->session,
                &(struct mail_command){.path = path, .has_body = true, .out = mail, .max = DSN_BYTES_MAX},
                whyp);
}

/* A mail at which the line dies each time must not keep those behind it from us. */
static int pass_struck(struct imap *i, const char **whyp) {
        int r;

        if (i->strikes < MAIL_STRIKES || i->uids[i->next] != i->struck)
                return 0;
        log_warning("imap: a mail of the bounces' mailbox cannot be read; it is left there");
        r = mark(i, i->struck, "\\Flagged", whyp);
        i->strikes = 0;
        i->next += r == 0;
        return r;
}

static int imap_next(void *userdata, struct str *mail, const char **whyp) {
        struct imap *i = userdata;
        int r = begin(i, whyp);

        if (r == 0 && i->next < i->n_uids)
                r = pass_struck(i, whyp);
        while (r == 0 && i->next < i->n_uids) {
                uint32_t uid = i->uids[i->next];

                r = fetch(i, uid, mail, whyp);
                if (r == MAILBOX_E_DOWN && !atomic_load(&i->session.stopping)) {
                        i->strikes = i->struck == uid ? i->strikes + 1 : 1;
                        i->struck = uid;
                }
                i->next += r == 0 || r == MAILBOX_E_END;
                if (r != MAILBOX_E_END)
                        return r;
                r = 0;
        }
        return r == 0 ? MAILBOX_E_END : r;
}

static int imap_settle(void *userdata, enum mailbox_fate fate, const char **whyp) {
        struct imap *i = userdata;
        uint32_t uid = i->uids[i->next - 1];

        if (fate == MAILBOX_LATER)
                return 0;
        i->expunges |= fate == MAILBOX_REMOVE;
        return mark(i, uid, fate == MAILBOX_REMOVE ? "\\Deleted" : "\\Flagged", whyp);
}

static void imap_end(void *userdata) {
        struct imap *i = userdata;
        const char *why;

        if (i->session.curl && !i->session.is_broken && i->expunges && mail_session_is_alive(&i->session) &&
                mail_session_do(
                        &i->session, &(struct mail_command){.path = INBOX, .verb = "EXPUNGE"}, &why) == 0)
                i->expunges = false;
        mail_session_close(&i->session, "LOGOUT");
        free(i->uids);
        i->uids = NULL;
        i->n_uids = i->next = 0;
}

static void imap_stop(void *userdata) {
        struct imap *i = userdata;

        atomic_store(&i->session.stopping, true);
}

struct mailbox imap_box(struct imap *i) {
        return (struct mailbox){.userdata = i,
                .name = "imap",
                .next = imap_next,
                .settle = imap_settle,
                .end = imap_end,
                .stop = imap_stop};
}
