/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/bounced.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/log.h"
#include "services/notify/notify-internal.h"

enum {
        LOOK_LATER = OUTBOX_E_EXISTS + 1, /* what is under way, or not told yet, is judged when it is */
};

/* ---- decide ---- */

static enum bounced_act judge_reserved(enum dsn_says says, int unknowns) {
        if (says == DSN_HARD)
                return BOUNCED_FAILED;
        return says == DSN_DELIVERED && unknowns > 0 ? BOUNCED_DELIVERED : BOUNCED_NOTHING;
}

static enum bounced_act judge_gone(const struct bounced_question *q, bool is_bad) {
        if (!is_bad)
                return q->state == NOTICE_DELIVERED ? BOUNCED_NOTHING : BOUNCED_DELIVERED;
        if (!q->has_others || q->state == NOTICE_UNKNOWN)
                return BOUNCED_FAILED;
        return q->was_told ? BOUNCED_PASSED : BOUNCED_LATER;
}

enum bounced_act bounced_judge(const struct bounced_question *q) {
        bool is_bad = q->says == DSN_HARD || q->says == DSN_SOFT;

        if (q->is_over || (!is_bad && q->says != DSN_DELIVERED))
                return BOUNCED_NOTHING;
        switch (q->state) {
        case NOTICE_SENDING:
                return BOUNCED_LATER;
        case NOTICE_RESERVED:
                return judge_reserved(q->says, q->unknowns);
        case NOTICE_ACCEPTED:
        case NOTICE_UNKNOWN:
        case NOTICE_DELIVERED:
                return judge_gone(q, is_bad);
        default:
                return BOUNCED_NOTHING;
        }
}

/* ---- write down ---- */

struct refusal { /* of an address; "" : it may still be tried, or where the mail went is forgotten */
        char address[SEAL_HASH_MAX];
};

/* Is the address to be tried no more? */
static int judge_address(
        struct notify *n, const char *copy, enum dsn_says says, const struct stamp *now, struct refusal *f) {
        bool is_bad = says == DSN_HARD;
        int r = mailed_ask(n->mailed, copy, f->address);

        if (r == 0 && says == DSN_SOFT)
                r = mailed_soft(n->mailed, copy, f->address, now->wall_usec, &is_bad);
        if (r != 0 || !is_bad)
                f->address[0] = '\0';
        return r == MAILED_E_NOT ? 0 : r;
}

static int bar(
        struct notify *n, const struct notice_row *row, const struct refusal *f, const struct stamp *now) {
        return *f->address == '\0'
                       ? 0
                       : barred_put(n->barred, f->address, row->merchant, row->shipment,
                                 matter_contact_version(n, row->merchant, row->shipment), now->wall_usec);
}

/* To be planned anew, from now. */
static int pass_on(struct notify *n, struct notice_row *row, const struct stamp *now) {
        row->state = NOTICE_RESERVED;
        row->told = false; /* its end, which is to come: what is told is purged some day */
        row->changed_usec = now->wall_usec;
        row->channel[0] = row->digest[0] = '\0';
        (void) copy_text(row->reason, sizeof(row->reason), BOUNCED);
        (void) copy_text(row->boot, sizeof(row->boot), n->boot); /* a uuid */
        row->due_usec = row->next_usec = now->boot_usec;
        return outbox_put(n->outbox, row);
}

/* Paper is left to the clerk where nothing else is left, as after any other end. */
static int fail(struct notify *n, struct notice_row *row, const struct stamp *now) {
        if ((row->others & PLAN_PAPER) != 0)
                row->paper = PAPER_OWED;
        return outbox_conclude(n->outbox, row, NOTICE_FAILED, BOUNCED, now);
}

/* Within a transaction. */
static int write_down(struct notify *n, struct notice_row *row, enum channel channel, enum bounced_act act,
        const struct refusal *f, const struct stamp *now) {
        int r;

        if (act == BOUNCED_NOTHING)
                return 0;
        if (act == BOUNCED_DELIVERED)
                return outbox_conclude(n->outbox, row, NOTICE_DELIVERED, "", now);
        plan_use_up(row->used, channel, BOUNCED);
        r = bar(n, row, f, now);
        if (r != 0)
                return r;
        return act == BOUNCED_PASSED ? pass_on(n, row, now) : fail(n, row, now);
}

static void say(const struct notice_row *row, enum channel channel, enum bounced_act act) {
        if (act == BOUNCED_NOTHING)
                return;
        log_info("notice %s: its %s %s", row->id, channel == CHANNEL_EMAIL ? "mail" : channel_to_str(channel),
                act == BOUNCED_DELIVERED ? "was delivered"
                : act == BOUNCED_PASSED  ? "bounced; another channel takes it"
                                         : "bounced");
}

static enum bounced_act judge_row(const struct notice_row *row, enum channel channel, enum dsn_says says) {
        char why[PLAN_REASON_SIZE];

        return bounced_judge(&(struct bounced_question){
                .says = says,
                .state = row->state,
                .unknowns = row->unknowns,
                .was_told = row->told,
                .has_others = (row->others & ~PLAN_PAPER) != 0,
                .is_over = plan_is_used(row->used, channel, why),
        });
}

/* Each channel for itself. */
static int count(struct notify *n, const struct bounced_word *word) {
        char what[CHANNEL_SIZE + 16];

        if (word->channel == CHANNEL_EMAIL)
                return mailed_count(n->mailed, dsn_says_to_str(word->says));
        (void) snprintf(
                what, sizeof(what), "%s-%s", channel_to_str(word->channel), dsn_says_to_str(word->says));
        return mailed_count(n->mailed, what);
}

/* All that the mail carried, in one transaction. */
static int write_all(struct notify *n, const struct bounced_word *word, const struct stamp *now) {
        struct notice_row row = {0};
        struct refusal refusal = {0};
        int r = count(n, word);
        bool asked = false;

        if (r == 0 && word->channel != CHANNEL_EMAIL && word->says != DSN_DELAYED)
                r = mailed_over(n->mailed, word->copy);

        while (r == 0 && (r = outbox_of_copy(n->outbox, word->copy, &row)) == 0) {
                enum bounced_act act = judge_row(&row, word->channel, word->says);

                if ((act == BOUNCED_PASSED || act == BOUNCED_FAILED) && !asked) {
                        r = judge_address(n, word->copy, word->says, now, &refusal);
                        asked = true;
                }
                if (r == 0)
                        r = write_down(n, &row, word->channel, act, &refusal, now);
                if (r == 0)
                        say(&row, word->channel, act);
                n->has_outcomes |= act != BOUNCED_NOTHING;
        }
        return r == OUTBOX_E_NONE ? 0 : r;
}

static int keep(struct notify *n, const struct bounced_word *word, const struct stamp *now) {
        struct store *store = outbox_store(n->outbox);
        int r = store_begin(store);

        if (r == 0)
                r = write_all(n, word, now);
        if (r == 0)
                return store_commit(store);
        store_rollback(store);
        return r;
}

/* What is none of ours changes nothing, but somebody may want to know how much of it comes. */
static int keep_count(struct notify *n, const char *what) {
        struct store *store = outbox_store(n->outbox);
        int r = store_begin(store);

        if (r == 0)
                r = mailed_count(n->mailed, what);
        if (r == 0)
                return store_commit(store);
        store_rollback(store);
        return r;
}

/* Return: 0, OUTBOX_E_NONE nothing is known of that mail, LOOK_LATER, -errno. */
static int look(struct notify *n, const struct bounced_word *word) {
        struct notice_row row = {0};
        bool any = false;
        int r;

        while ((r = outbox_of_copy(n->outbox, word->copy, &row)) == 0) {
                any = true;
                if (judge_row(&row, word->channel, word->says) == BOUNCED_LATER)
                        return LOOK_LATER;
        }
        return r == OUTBOX_E_NONE && any ? 0 : r;
}

int bounced_hear(struct notify *n, const struct bounced_word *word, enum mailbox_fate *fatep) {
        struct stamp now = follow_now(n->follow);
        int r = look(n, word);

        if (r == LOOK_LATER)
                return 0;
        r = r == OUTBOX_E_NONE ? keep_count(n, "too-late") : r == 0 ? keep(n, word, &now) : r;
        if (r == 0)
                *fatep = MAILBOX_REMOVE;
        return r;
}

static int on_mail(struct notify *n, const struct str *mail, enum mailbox_fate *fatep) {
        struct dsn dsn;
        int r = dsn_read(&n->signer.verp, mail->data ? mail->data : "", mail->len, &dsn);

        switch (r) {
        case 0:
                return bounced_hear(n, &(struct bounced_word){dsn.notice, dsn.says, CHANNEL_EMAIL}, fatep);
        case DSN_E_NO_REPORT: /* an automatic answer, which gets none */
                r = keep_count(n, "answer");
                break;
        case DSN_E_FORGED:
                log_warning("bounces: a mail came to an address that we did not write; ignored");
                r = keep_count(n, "forged");
                break;
        case DSN_E_FOREIGN:
                r = keep_count(n, "foreign");
                break;
        default:
                return r;
        }
        if (r == 0)
                *fatep = MAILBOX_LEAVE;
        return r;
}

static void on_round(struct notify *n, const char *why) {
        if (strcmp(n->bounces_down, why) == 0)
                return;
        if (*why)
                log_warning("bounces: the mailbox cannot be read (%s)", why);
        else
                log_notice("bounces: the mailbox can be read again");
        n->bounces_down = why;
}

int bounced_take(struct notify *n) {
        enum mailbox_fate fate = MAILBOX_LATER;
        const struct str *mail = NULL;
        const char *why = "";
        int r = 0;

        switch (collector_take(n->collector, &mail, &why)) {
        case COLLECTOR_MAIL:
                r = on_mail(n, mail, &fate);
                collector_answer(n->collector, fate);
                break;
        case COLLECTOR_ROUND:
                on_round(n, why);
                break;
        case COLLECTOR_NOTHING:
                break;
        }
        return r;
}

/* ---- start and stop ---- */

static int open_box(struct notify *n, struct mailbox *box) {
        const struct config_mailbox *c = &n->config->bounce.mailbox;
        const struct mail_session_config session = {.host = c->host,
                .port = (int) c->port,
                .tls = (enum smtp_tls) c->tls,
                .ca = c->ca,
                .user = c->user,
                .password_file = c->password_file,
                .timeout_sec = (long) (c->timeout_usec / (int64_t) USEC_PER_SEC)};
        int r;

        if (*c->host && c->protocol == MAILBOX_IMAP) {
                r = imap_new(&n->imap, &session, n->diag);
                if (r == 0)
                        *box = imap_box(n->imap);
                return r;
        }
        if (*c->host) {
                r = pop3_new(&n->pop3, &session, n->diag);
                if (r == 0)
                        *box = pop3_box(n->pop3);
                return r;
        }
        r = mail_folder_new(&n->mail_folder, c->maildir);
        if (r < 0)
                diag_set(n->diag, 0, 0, "bounce.mailbox.maildir", "%s: %s", c->maildir, strerror(-r));
        else
                *box = mail_folder_box(n->mail_folder);
        return r;
}

int bounced_open(struct notify *n) {
        const struct config_mailbox *c = &n->config->bounce.mailbox;
        struct mailbox box;
        int r = mailed_open(&n->mailed, outbox_store(n->outbox));

        n->bounces_down = "";
        if (r != 0 || (!*c->maildir && !*c->host))
                return r;
        r = open_box(n, &box);
        return r < 0 ? r : collector_new(&n->collector, &box, (uint64_t) c->every_usec);
}

void bounced_close(struct notify *n) {
        n->collector = collector_free(n->collector);
        n->mail_folder = mail_folder_free(n->mail_folder);
        n->pop3 = pop3_free(n->pop3);
        n->imap = imap_free(n->imap);
        n->mailed = mailed_close(n->mailed);
}
