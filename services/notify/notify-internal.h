/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * okuru-notify's state, for the files of this folder that work on it: notify-open.c puts it together, notify.c is its loop and turn.c one
 * turn of it, queue.c picks who is next, matter.c asks the ledger, attend.c has one notice in hand until it is staged, written.c has it
 * written, together.c finds who goes with it, flight.c gives to the channels what is `sending` on the disk, outcome.c writes down how it
 * ended, bounced.c what came back, reported.c what a network reports of an SMS.
 */
#include <systemd/sd-event.h>

#include "firmware/base/bell.h"
#include "firmware/base/uuid.h"
#include "services/notify/barred.h"
#include "services/notify/bounced.h"
#include "services/notify/channel/imap.h"
#include "services/notify/channel/mail-folder.h"
#include "services/notify/channel/pop3.h"
#include "services/notify/collector.h"
#include "services/notify/compose.h"
#include "services/notify/contact.h"
#include "services/notify/decide.h"
#include "services/notify/digest.h"
#include "services/notify/draft.h"
#include "services/notify/follow.h"
#include "services/notify/gone.h"
#include "services/notify/mailed.h"
#include "services/notify/news.h"
#include "services/notify/notify.h"
#include "services/notify/outbox.h"
#include "services/notify/phrases.h"
#include "services/notify/reported.h"
#include "services/notify/route-told.h"
#include "services/notify/signer.h"
#include "services/notify/way.h"
#include "services/notify/withdrawn.h"

struct notify {
        const struct notify_config *config; /* borrowed */
        char boot[UUID_TEXT_MAX];
        sd_event *event;
        sd_event_source *timer, *reload, *mails;
        struct seal_keypair *secret;
        struct signer signer;
        struct phrases *phrases;
        bool words_due; /* the folder of words is to be looked at, as soon as what was reserved before has its own */
        struct outbox *outbox;
        struct barred *barred;
        struct withdrawn *withdrawn;
        struct follow *follow;
        struct way ways[N_CHANNELS];
        struct route_told *route_told;
        struct bell *bell;
        uint64_t purge_usec; /* when to look again */
        bool no_room;        /* the disk is full: said, and tried again each second */
        bool has_outcomes;   /* since the last poke */
        bool gathers;        /* what is written down goes to the disk together, at the end of the turn */
        bool gather_failed;
        uint64_t reviewed; /* follow_changes() at the last review of the flights */
        struct mailed *mailed;
        struct news *news;
        struct draft *draft;
        struct gone *gone;
        struct reported *reported; /* one for each modem that is asked for reports */
        size_t n_reported;
        struct collector *collector; /* NULL: nobody reads bounces */
        struct mail_folder *mail_folder;
        struct pop3 *pop3;
        struct imap *imap;
        const char *bounces_down; /* why their mailbox cannot be read; static, "" it can */
        struct diag *diag;
};

/* --- notify-open.c --- */
/* All but the loop. Return: 0, -errno, with n->diag told of what a person can mend. */
int notify_open(struct notify *n);
void notify_close(
        struct notify *n); /* waits for what a thread has; takes what notify_open() left half-built, too */

/* --- turn.c --- */
#define TICK_USEC USEC_PER_SEC
/* All that is to do now. Errors are of our own database, or of memory: a new start decides. Return: 0, or as turn_again(). */
int turn_run(struct notify *n);
int turn_again(
        struct notify *n, uint64_t usec); /* the next one, so much later. Return: 0, -errno of sd-event */
/* What has ended and, with @may_send, what is to go: one sync for all of it. Return: 0, FOLLOW_E_MORE, -errno. */
int turn_work(struct notify *n, bool may_send, const struct stamp *now);
/* For those who look at the box; not with the outcome, which must not wait for it. @is_start: of this process. Return: 0, -errno. */
int turn_tell_routes(struct notify *n, bool is_start, const struct stamp *now);
int turn_purge(struct notify *n, const struct stamp *now); /* what is old, once an hour. Return: 0, -errno */

/* --- matter.c --- */
struct matter { /* what the ledger says about a notice, at its head; holds what is personal */
        struct shipment shipment;
        bool is_known;
        bool is_promised;            /* the ledger knows of the notice, too */
        const struct policy *policy; /* borrowed from follow */
        enum contact_state state;
        struct contact_card card;
        struct contact contact; /* when @state is CONTACT_READY */
        struct json *data;      /* owned; what it says beside the shipment */
        bool is_overtaken;      /* the office asked for a newer one */
        enum notice_sequel sequel;
        /* of marketing alone, as decide.h has them */
        bool can_unsubscribe, is_capped, has_arrived, came_back;
        struct hashes addresses;
};
void matter_deinit(struct matter *m);
/* @now_usec: wall clock. Return: 0; positive when the ledger cannot be read now; -errno of it, or -ENOMEM. */
int matter_read(struct notify *n, const struct notice_row *row, int64_t now_usec, struct matter *m);
/* Did the customer say, after they had agreed, that they want to hear no more? Return: 0 no, 1 yes, -errno. */
int matter_is_withdrawn(
        struct notify *n, const struct notice_row *row, const struct hashes *addresses, int64_t consent_usec);
/* For follow_keepers; @userdata: struct notify. */
int matter_addresses(void *userdata, const char *ref, struct hashes *addresses);
/* Of the shipment's contact as the ledger has it; 0: there is none, or the ledger cannot be read now. */
int64_t matter_contact_version(struct notify *n, const char *merchant, const char *shipment);

/* --- attend.c --- */
/* A notice that is due: read the ledger, decide, plan, and stage it for its channel, or write down why not. Return: 0, positive when the
 * ledger cannot be read now, -errno of our own database. */
int attend(struct notify *n, struct notice_row *row, const struct stamp *now);
/* One that failed and owes paper to the clerk. Return: likewise. */
int attend_paper(struct notify *n, struct notice_row *row, const struct stamp *now);

struct judgement { /* of one notice, at this moment */
        struct notice_decision decision;
        struct plan plan;
        struct hashes refused;
};
/* @row, @m: their plan and the contact's state are filled. Return: 0, -errno of our own database. */
int attend_judge(struct notify *n, struct notice_row *row, struct matter *m, const struct stamp *now,
        struct judgement *j);

/* --- written.c --- */
enum {
        WRITTEN_E_NO_PACK = COMPOSE_E_NO_WORDS + 1, /* there are no words at all that this program can read */
};
struct together;
/*
 * @t: who goes with it. @wordsp: what it was written with; borrowed until the next look. Return: 0, COMPOSE_E_NO_WORDS,
 * WRITTEN_E_NO_PACK, -errno.
 */
int written_job(struct notify *n, const struct notice_row *row, const struct matter *m,
        const struct together *t, enum channel channel, struct courier_job *job,
        const struct template **wordsp);
/* For who decides whether it goes by this channel. Return: 0, -errno. */
int written_draft(struct notify *n, const struct notice_row *row, const struct matter *m,
        enum channel channel, const struct stamp *now);

/* --- together.c --- */
enum {
        TOGETHER_E_WAITS =
                1, /* others may still come to it: written down, and looked at again when that is over */
        TOGETHER_E_AWAY, /* the ledger cannot be read now */
        TOGETHER_E_ALONE, /* nothing of its kind goes together, or not by this channel, or not with these words */
};
struct mate { /* one that goes with another */
        struct notice_row row;
        struct matter matter; /* without the contact */
};
struct together {          /* all of them; zero is valid: nobody does */
        struct mate *list; /* owned; by shipment */
        size_t n;
        bool names_differ;
};
void together_deinit(struct together *t); /* twice is harmless */
/* Is it to wait for others? @row: knows its key afterwards. Return: 0 no, TOGETHER_E_WAITS, -errno of our own database. */
int together_wait(struct notify *n, struct notice_row *row, const struct matter *m, enum channel channel,
        const struct stamp *now);
/*
 * Who goes with @row by @w, now. @m: of the row; loses a name that not all of them have. @t: zero. Those that went with it before and do
 * not any more are written down as going by themselves. Return: 0, TOGETHER_E_AWAY, -errno.
 */
int together_take(struct notify *n, const struct way *w, const struct notice_row *row, struct matter *m,
        const struct stamp *now, struct together *t);
int together_shrink(struct notify *n, struct together *t); /* to half of them, or nobody. Return: 0, -errno */
/* The id of the copy, into all of them: that of before, where one may have gone. Return: 0, -ENOMEM. */
int together_name(struct notice_row *row, struct together *t);
/* What all of them are about, in one order, whoever was looked at first: a copy is the same. @list: 1 + t->n are filled */
void together_list(const struct notice_row *row, const struct matter *m, const struct together *t,
        struct compose_order list[DIGEST_MAX]);
/* They are `sending` as @row is, in its transaction. Return: 0, -errno. */
int together_send(struct notify *n, const struct notice_row *row, struct together *t);
/* Who withdraws it while they go withdraws it for all of them: the oldest of what they stand on. Wall clock. */
int64_t together_consent(const struct matter *m, const struct together *t);

/* --- queue.c --- */
/* Those that are due, while a channel is free to take one. Return: 0, FOLLOW_E_MORE there may be more, -errno. */
int queue_run(struct notify *n, const struct stamp *now);

/* --- flight.c. Return: 0, -errno of our own database --- */
/* What is staged goes to the threads, after one more look at the ledger: `sending` is on the disk. */
int flights_launch(struct notify *n, const struct stamp *now);
void flights_drop(struct notify *n, const struct stamp *now); /* what is staged: it is not on the disk */
/* Takes back what has not begun and is not to go any more, or has waited long behind another. */
int flights_review(struct notify *n, const struct stamp *now);

/* --- outcome*.c: one transaction each, unless they are gathered. Return: 0, -errno --- */
/* All until outcome_gathered() is one transaction. @r: what went wrong meanwhile: then it is taken back. Return: @r, or of the commit. */
void outcome_gather(struct notify *n);
int outcome_gathered(struct notify *n, int r, const struct stamp *now);
int outcome_commit(struct notify *n, const struct notice_row *row); /* the row as it is now */
/* The row as it is now, `sending`. @to: barred_hash() of where it goes. @news: marketing is about to go to these addresses; NULL it is none */
int outcome_send(struct notify *n, const struct notice_row *row, const char *to, const struct hashes *news,
        const struct stamp *now);
int outcome_draft(struct notify *n, const struct draft_row *draft); /* what it would say */
int outcome_unsend(struct notify *n, struct notice_row *row);       /* it has not begun */
/* How it ended, to be told to the station. */
int outcome_conclude(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now);
/* The same for one that is not to go; says `unknown` where a copy may have gone. */
int outcome_give_up(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now);
/* It failed for these addresses, refused for good before. */
int outcome_refuse(struct notify *n, struct notice_row *row, const struct hashes *refused, const char *reason,
        const struct stamp *now);
/* It ended at its channel: another one takes it, or there is none. @hash: of the address that was refused; "" none */
int outcome_pass_on(struct notify *n, struct notice_row *row, const char *reason, const char *hash,
        const struct stamp *now);
/* Not yet: to be looked at again at @again_usec, 0: as is usual. @reason: "" when it is only not due */
int outcome_wait(struct notify *n, struct notice_row *row, const char *reason, uint64_t again_usec,
        const struct stamp *now);
void outcome_collect(struct way *w); /* what its thread is through with: those flights have ended */
/* What became of the flights that have ended: kept until it is on the disk, for it is the difference between one mail and two. */
int outcome_finish(struct notify *n, const struct stamp *now);
/* What a process that died, or a full disk, left in `sending`, and waiting times of an earlier boot. */
int outcome_recover(struct notify *n);

/* --- bounced.c --- */
/* Behind the outbox and the signer. Return: 0, -errno with n->diag told of a mailbox that cannot be. */
int bounced_open(struct notify *n);
void bounced_close(struct notify *n);
struct bounced_word {
        const char *copy; /* its id, borrowed */
        enum dsn_says says;
        enum channel channel; /* by which it had gone */
};
/* One word about a copy that went. @fatep: set once it is written down. Return: 0, -errno. */
int bounced_hear(struct notify *n, const struct bounced_word *word, enum mailbox_fate *fatep);
/* What the collector has for us. Return: 0, -errno of our own database, and the mail comes once more. */
int bounced_take(struct notify *n);
