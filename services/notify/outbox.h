/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * notices.db: one row for each notice that this station owes or has told, and the log of outcomes that the station tails.
 * Writes what it is told and decides nothing; holds references, no address and no name. The caller keeps the transactions.
 */
#include "firmware/base/time.h"
#include "firmware/domain/fact.h"
#include "firmware/domain/notice.h"
#include "firmware/seal/seal.h"
#include "firmware/store/store.h"
#include "services/notify/plan.h"

#define OUTBOX_REFUSED_MAX  8 /* addresses that one outcome names: a contact has fewer */
#define OUTBOX_FILE         "notices.db"
#define OUTBOX_PARCELS_SIZE (SHIPMENT_PIECES_MAX * UUID_TEXT_MAX + 1)
#define OUTBOX_KEEP_DAYS    40 /* rows whose outcome the ledger has */

enum {
        OUTBOX_E_NONE = 1, /* no such row */
        OUTBOX_E_EXISTS,   /* the id is there already; nothing changed */
};

enum paper { PAPER_NONE, PAPER_OWED, PAPER_LAID };

enum approval {        /* by a leader, of kinds that ask for it */
        APPROVAL_NONE, /* not asked for */
        APPROVAL_ASKED,
        APPROVAL_GIVEN,
        APPROVAL_REFUSED,
};

struct notice_row {
        char id[UUID_TEXT_MAX];
        char merchant[NAME_SIZE], shipment[ID_SIZE], kind[NAME_SIZE];
        int generation; /* of its kind for this shipment, from 0 */
        enum notice_state state;
        char boot[UUID_TEXT_MAX];
        uint64_t due_usec;                     /* its waiting time is over; CLOCK_BOOTTIME of @boot */
        uint64_t next_usec;                    /* it is to be looked at; likewise */
        int64_t not_before_usec, expires_usec; /* wall clock; 0 unknown */
        uint64_t wait_usec, max_age_usec;      /* the same from its reservation on, by whichever clock */
        int attempts;                          /* copies that were begun, or are about to be */
        int unknowns; /* copies that were never answered, another disk's too: they may have gone */
        char channel[CHANNEL_SIZE]; /* the one that it is to go by, or went; "" not planned yet */
        unsigned others;            /* channels that could take it, too, and the marks of plan.h */
        char used[PLAN_USED_SIZE];  /* where it ended (plan.h) */
        char route[NAME_TEXT_MAX];  /* of the last copy; "" none */
        enum paper paper;           /* for the clerk, beside the notice itself */
        char reason[32];            /* why it waits, or of its outcome; "" none */
        bool correction;            /* it went, or may have, and what it told is not so any more */
        int64_t first_usec;         /* of the first copy: wall clock; 0 none */
        int first_offset_sec;
        char parcels[OUTBOX_PARCELS_SIZE]; /* that it told of: ids, a blank behind each */
        char words[16]; /* of the last copy: language and version of its template, "ja/3"; "" none */
        char contact[UUID_TEXT_MAX]; /* the sealed box that it was made out to; "" none */
        int64_t pins[2]; /* its words (wording-store.h), by language; 0: those that hold when it is written */
        enum approval approval;
        /* digest_key(): those that one copy can carry have the same; "" not looked at, or it goes alone */
        char gather[SEAL_HASH_MAX];
        char digest[UUID_TEXT_MAX]; /* the copy that carries it together with others; "" its own */
        bool told;                  /* the ledger has its outcome */
        int64_t changed_usec;       /* wall clock: of its state */
        int64_t log_pos;            /* of its newest outcome in our log; 0 none */
};

/* The id of its copies: its own, or that of the digest. */
const char *notice_row_copy(const struct notice_row *row);

struct outbox;

/**
 * outbox_open() - open <folder>/notices.db as its writer
 * @boot: id of this boot; borrowed for the outbox's life
 *
 * Return: as store_open_writer().
 */
int outbox_open(struct outbox **op, const char *folder, const char *boot, struct diag *d);
struct outbox *outbox_close(struct outbox *o); /* takes NULL, returns NULL */
DEFINE_FREEP(struct outbox *, outbox_close)
struct store *outbox_store(struct outbox *o); /* for transactions and cursors; borrowed */

/*
 * All below, but the reading ones, within a transaction. Rows are filled on 0 only; @boot_usec is now, CLOCK_BOOTTIME. Return, unless said
 * otherwise: 0, or -errno as store_step(); -EBADMSG too, for a row that cannot be one.
 */

int outbox_get(struct outbox *o, const char *id, struct notice_row *row); /* or OUTBOX_E_NONE */
int outbox_insert(struct outbox *o, const struct notice_row *row);        /* or OUTBOX_E_EXISTS */
int outbox_put(struct outbox *o, const struct notice_row *row); /* all but what it is: id to generation */
/*
 * The reserved row to look at first: by notice_rank(), then by when it was to be looked at. Of those that go by one of @channels (a
 * set), or by none yet. Return: 0, OUTBOX_E_NONE nothing is due, -errno.
 */
int outbox_due(struct outbox *o, unsigned channels, uint64_t boot_usec, struct notice_row *row);
/*
 * The same of those that go by @channel, were due before @due_usec, and could go by one of @others instead. Return: likewise.
 */
int outbox_stuck(struct outbox *o, enum channel channel, unsigned others, uint64_t due_usec,
        uint64_t boot_usec, struct notice_row *row);
/* One that failed and owes paper, and is to be looked at. Return: 0, OUTBOX_E_NONE, -errno. */
int outbox_paper(struct outbox *o, uint64_t boot_usec, struct notice_row *row);
/* The next row by id that this copy carries. @row: the one before; zero for the first. Return: 0, OUTBOX_E_NONE, -errno. */
int outbox_of_copy(struct outbox *o, const char *copy, struct notice_row *row);
/*
 * The next row by id that could go together with @with, which has gathered and goes by a copy that is not made yet. @row: as above.
 * Return: 0, OUTBOX_E_NONE, -errno.
 */
int outbox_mate(struct outbox *o, const struct notice_row *with, uint64_t boot_usec, struct notice_row *row);
#define NOTICE_GATHERING "gathering" /* why a notice waits that others may still come to */
/* Until when those gather that this row belongs to. @untilp: CLOCK_BOOTTIME; 0 nobody gathers. Return: 0, -errno. */
int outbox_gathering(struct outbox *o, const struct notice_row *row, uint64_t boot_usec, uint64_t *untilp);
/* The next row in `sending` by id. @row: the one before; zero for the first. Return: 0, OUTBOX_E_NONE, -errno. */
int outbox_sending(struct outbox *o, struct notice_row *row);

/**
 * outbox_conclude() - the outcome: state and reason of the row, and its line in the log
 * @row: updated too
 * @state: any but reserved and sending
 * @reason: a word of facts.md, shorter than the row's; "" none
 *
 * Told again with every call: it is not yet told until the fact has come back (follow-outcome.c).
 */
int outbox_conclude(struct outbox *o, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now);
/*
 * What slept (through quiet hours, after a refusal for now) and sleeps no longer takes its place by age again, not behind those who came
 * meanwhile. In transactions of its own. Return: 0, -errno.
 */
int outbox_rouse(struct outbox *o, uint64_t boot_usec);
/*
 * The shipment's contact is another one: rows of which no copy may have gone are planned anew, as soon as they are due. What is
 * `sending` is marked with PLAN_ANEW: it was written for the one of before.
 */
int outbox_wake(struct outbox *o, const char *merchant, const char *shipment);
/* The shipment was changed: what is `sending` is marked with PLAN_CHANGED, and judged anew if it has not begun. */
int outbox_recall(struct outbox *o, const char *merchant, const char *shipment);
/*
 * @parcel is not what it was: outcomes that named it are told again, with correction; a copy that may have gone is marked.
 * @kind: of this kind only; "" any
 */
int outbox_correct(struct outbox *o, const char *merchant, const char *shipment, const char *parcel,
        const char *kind, const struct stamp *now);
/* Something of it is in the customer's hands, or came back: what waits for that is looked at as soon as it is due. */
int outbox_wake_held(struct outbox *o, const char *merchant, const char *shipment);
/* Did the office have the customer told that it arrived? Return: 1 yes, 0 no, -errno. */
int outbox_has_arrived(struct outbox *o, const char *merchant, const char *shipment);
/* Is there a newer generation of what the office asked for? Return: 1 yes, 0 no, -errno. */
int outbox_is_overtaken(struct outbox *o, const struct notice_row *row);
/* The newest generation before @row that went or may have gone; of none that did, the newest. Return: 0, OUTBOX_E_NONE, -errno. */
int outbox_before(struct outbox *o, const struct notice_row *row, struct notice_row *before);
/* What it says beside the shipment, as the fact that reserved it has it: kept as text. @data: NULL nothing */
int outbox_put_data(struct outbox *o, const char *id, const struct json *data);
/* @datap: NULL when there is none; owned by the caller. Return: also as json_parse(). */
int outbox_get_data(struct outbox *o, const char *id, struct json **datap);
/* Waiting times of another boot are counted anew on this one's clock: by the wall's where it is known, else whole. */
int outbox_rebase(struct outbox *o, const struct stamp *now);
/*
 * Rows that are told and older than OUTBOX_KEEP_DAYS, and the log up to them; nothing with an untrusted clock. @max: rows at most in one
 * call. @np: rows that went; set always.
 */
int outbox_purge(struct outbox *o, const struct stamp *now, int max, int *np);
