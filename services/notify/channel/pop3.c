/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/pop3.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "services/notify/mail/dsn.h"

struct item {
        unsigned long number;
        uint64_t uid; /* a hash of it */
};

struct pop3 {
        struct mail_session session;
        struct item *items; /* owned; of the round */
        size_t n_items, next;

        uint64_t left[POP3_LEFT_MAX]; /* a ring */
        size_t n_left;
        uint64_t struck; /* the mail at which the last round ended */
        int strikes;
};

struct pop3 *pop3_free(struct pop3 *p) {
        if (!p)
                return NULL;
        mail_session_deinit(&p->session);
        free(p->items);
        free(p);
        return NULL;
}

int pop3_new(struct pop3 **pp, const struct mail_session_config *c, struct diag *d) {
        struct pop3 *p = calloc(1, sizeof(*p));
        int r = p ? mail_session_init(&p->session, "pop3", c, d) : -ENOMEM;

        if (r < 0) {
                (void) pop3_free(p);
                return r;
        }
        *pp = p;
        return 0;
}

/* ---- a round ---- */

static uint64_t hash_uid(const char *text, size_t n) { /* FNV-1a: tells mails apart, guards nothing */
        uint64_t h = 14695981039346656037U;

        for (size_t i = 0; i < n; i++)
                h = (h ^ (unsigned char) text[i]) * 1099511628211U;
        return h;
}

static bool is_left(const struct pop3 *p, uint64_t uid) {
        size_t n = p->n_left < POP3_LEFT_MAX ? p->n_left : POP3_LEFT_MAX;

        for (size_t i = 0; i < n; i++)
                if (p->left[i] == uid)
                        return true;
        return false;
}

static void leave(struct pop3 *p, uint64_t uid) {
        p->left[p->n_left++ % POP3_LEFT_MAX] = uid;
        if (p->n_left == 2 * (size_t) POP3_LEFT_MAX)
                p->n_left = POP3_LEFT_MAX;
}

/* "7 whqtswO00WBw418f9t5JxYwZ", a line each. */
static int read_list(struct pop3 *p, const struct str *list) {
        const char *line = list->data ? list->data : "";

        p->items = calloc(MAIL_ROUND_MAX, sizeof(*p->items));
        if (!p->items)
                return -ENOMEM;
        while (*line && p->n_items < MAIL_ROUND_MAX) {
                size_t n = strcspn(line, "\r\n");
                char *end;
                unsigned long number = strtoul(line, &end, 10);

                if (number > 0 && *end == ' ' && end < line + n) {
                        uint64_t uid = hash_uid(end + 1, (size_t) (line + n - end - 1));

                        if (!is_left(p, uid))
                                p->items[p->n_items++] = (struct item){number, uid};
                }
                line += n;
                line += strspn(line, "\r\n");
        }
        return 0;
}

static int begin(struct pop3 *p, const char **whyp) {
        _cleanup_str_ struct str list = STR_INIT;
        const struct mail_command uidl = {
                .path = "", .verb = "UIDL", .has_body = true, .out = &list, .max = MAIL_LIST_MAX};
        int r = mail_session_open(&p->session);

        if (r <= 0)
                return r;
        r = mail_session_do(&p->session, &uidl, whyp);
        return r != 0 ? r : read_list(p, &list);
}

/* A mail at which the line dies each time must not keep those behind it from us. */
static void strike(struct pop3 *p, uint64_t uid) {
        p->strikes = p->struck == uid ? p->strikes + 1 : 1;
        p->struck = uid;
        if (p->strikes < MAIL_STRIKES)
                return;
        log_warning("pop3: a mail of the bounces' mailbox cannot be read; it is left there");
        leave(p, uid);
        p->strikes = 0;
}

static int pop3_next(void *userdata, struct str *mail, const char **whyp) {
        struct pop3 *p = userdata;
        char number[24];
        int r = begin(p, whyp);

        if (r != 0)
                return r;
        if (p->next == p->n_items)
                return MAILBOX_E_END;
        if (p->next > 0 && !mail_session_is_alive(&p->session)) {
                *whyp = "line";
                return MAILBOX_E_DOWN;
        }
        (void) snprintf(number, sizeof(number), "%lu", p->items[p->next].number);
        r = mail_session_do(&p->session,
                &(struct mail_command){.path = number, .has_body = true, .out = mail, .max = DSN_BYTES_MAX},
                whyp);
        if (r == MAILBOX_E_DOWN && !atomic_load(&p->session.stopping))
                strike(p, p->items[p->next].uid);
        p->next += r == 0;
        return r;
}

static int pop3_settle(void *userdata, enum mailbox_fate fate, const char **whyp) {
        struct pop3 *p = userdata;
        const struct item *item = &p->items[p->next - 1];
        char number[24];

        if (fate == MAILBOX_LEAVE)
                leave(p, item->uid);
        if (fate != MAILBOX_REMOVE)
                return 0;
        if (!mail_session_is_alive(&p->session)) {
                *whyp = "line";
                return MAILBOX_E_DOWN;
        }
        (void) snprintf(number, sizeof(number), "%lu", item->number);
        return mail_session_do(&p->session, &(struct mail_command){.path = number, .verb = "DELE"}, whyp);
}

static void pop3_end(void *userdata) {
        struct pop3 *p = userdata;

        mail_session_close(&p->session, "QUIT"); /* with it the mails are gone */
        free(p->items);
        p->items = NULL;
        p->n_items = p->next = 0;
}

static void pop3_stop(void *userdata) {
        struct pop3 *p = userdata;

        atomic_store(&p->session.stopping, true);
}

struct mailbox pop3_box(struct pop3 *p) {
        return (struct mailbox){.userdata = p,
                .name = "pop3",
                .next = pop3_next,
                .settle = pop3_settle,
                .end = pop3_end,
                .stop = pop3_stop};
}
