/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A bench, where boxes are packed or parcels wait for their customers: (what the world knows, the bench's own short memory, one input) -> (facts, verdicts,
 * labels to print). Pure: no I/O, no clock, no global. The caller writes the facts in one savepoint and shows
 * the verdicts after the commit; when that fails it keeps the old bench and throws the new one away.
 */
#include "firmware/base/time.h"
#include "firmware/domain/barcode.h"
#include "firmware/domain/control.h"
#include "firmware/domain/epc.h"
#include "firmware/domain/fact.h"
#include "firmware/domain/verdict.h"
#include "firmware/domain/world.h"

enum gesture { /* a control code was read and waits for what it is about */
        GESTURE_NONE,
        GESTURE_DAMAGED,      /* next: the item */
        GESTURE_CHOOSE_HAND,  /* hand-confirm with several open lines: next a digit */
        GESTURE_SHORT_LEADER, /* partial allowed: next a leader's badge, or park */
        GESTURE_REOPEN,       /* next: waybill or order slip */
        GESTURE_VOID,         /* next: waybill, or OK for the open one */
        GESTURE_VOID_CONFIRM, /* the list was shown: next RETURN or OK */
        GESTURE_PULL,         /* next: waybill */
        GESTURE_READ_LEADER,  /* hand-written number read: next a leader's badge */
        GESTURE_LEADER,       /* an act waits for a leader's badge; `waiting` says which */
        GESTURE_BAY_COUNT,    /* digits, then OK */
        GESTURE_BAY_LEADER,   /* count differs: a leader's badge or count again */
        GESTURE_COLLECTION,   /* waybills are handed to the driver until OK or another gesture */
        /* at a counter */
        GESTURE_PICKUP_PARTIAL,   /* declared complete as it is: a leader's badge */
        GESTURE_PICKUP_PAY,       /* next: the receipt of the till, or a leader's badge */
        GESTURE_PICKUP_OFFER,     /* shown; OK redeems it */
        GESTURE_PICKUP_TAKE_BACK, /* next: what says of which order it is that is brought back */
        GESTURE_PICKUP_INSPECT, /* looked at: OK it is good, DAMAGED it is not; `argument` is the return's id */
        GESTURE_PICKUP_ARRIVE, /* next: a parcel that nobody announced */
        GESTURE_PICKUP_CHOOSE, /* several customers fit: next the digit of one; ->choice */
        GESTURE_PICKUP_CRATE, /* its parcels go to their shelves; `argument` is its code. OK, or its code again: that was all */
};
enum alarm { ALARM_NONE, ALARM_FOREIGN_WAYBILL, ALARM_HELD, ALARM_CANCELLED, ALARM_CHANGED, ALARM_ELSEWHERE };

enum bench_kind {
        BENCH_PACKING,
        BENCH_COUNTER, /* parcels come in, lie on shelves, and are handed to customers */
        N_BENCH_KINDS
};
const char *bench_kind_to_str(enum bench_kind kind); /* "packing", "counter" */

#define PICKUP_CHECKED_MAX 32
struct pickup_memory {                             /* of a counter: whom it serves now */
        struct shipment_ref cases[WORLD_REFS_MAX]; /* what waits for the customer; none: nobody is served */
        size_t n_cases;
        enum pickup_proof proof; /* given */
        bool proxy;              /* somebody else came */
        bool paid;               /* the till's receipt was read, or a leader said so */
        char receipt[CODE_SIZE]; /* "" by a leader */
        char leader[ID_SIZE];    /* who said so */
        char checked[PICKUP_CHECKED_MAX]
                    [UUID_TEXT_MAX]; /* read and not yet handed over; afterwards: handed over */
        size_t n_checked;
        uint64_t undo_until_boot_usec; /* until then ->checked may be taken back; 0 nothing was handed over */
};

struct pickup_offer_memory {                                       /* of GESTURE_PICKUP_OFFER */
        char merchant[NAME_SIZE], offer[ID_SIZE], coupon[ID_SIZE]; /* coupon "": one for all */
};

struct pickup_choice_memory { /* of GESTURE_PICKUP_CHOOSE */
        struct shipment_ref refs[WORLD_REFS_MAX];
        uint8_t numbers[WORLD_REFS_MAX]; /* the digit of its customer, from 1; several of one have the same */
        size_t n, n_found;
        int n_customers;
};

#define LABEL_REASON_SIZE 16
struct label_wanted { /* after the commit: print */
        char bench[NAME_SIZE], merchant[NAME_SIZE], shipment[ID_SIZE], parcel[UUID_TEXT_MAX];
        int piece, pieces;
        char carrier[NAME_SIZE], number[CODE_SIZE];
        char ref[UUID_TEXT_MAX]; /* sealed print data, or "" */
        int print;               /* how many labels of this number there are, with this one */
        char reason[LABEL_REASON_SIZE], leader[ID_SIZE]; /* of another one; "" none */
};

struct bench { /* by value; copied before a decision, assigned after the commit is sure */
        char name[NAME_SIZE];
        enum bench_kind kind;
        char person[ID_SIZE]; /* "" nobody */
        enum person_role role;
        uint64_t last_input_boot_usec;
        char merchant[NAME_SIZE], shipment[ID_SIZE],
                parcel[UUID_TEXT_MAX]; /* the open (or packed, not yet matched) parcel; at a counter the one in hand; "" none */
        enum gesture gesture;
        enum control waiting;     /* of GESTURE_LEADER */
        char argument[CODE_SIZE]; /* number, parcel, line or bay the gesture is about; "" the open parcel */
        int times;                /* xN: 1 */
        int digits;               /* of a count; -1 none read */
        bool damaged; /* a unit of the open parcel was set aside: parked for it, unless replaced */
        int64_t assumed_until_usec; /* wall clock: collections up to then were looked at; 0 none yet */
        enum alarm alarm;
        char alarm_reason[32];
        uint64_t
                tags_wrong; /* which units the last set of tags has that do not belong into the box; 0 none */
        uint64_t tags_waved; /* those that somebody said are not there; 0 none */
        bool tags_wait; /* a set came, or was last judged, when it could not be: it is to be given again */
        bool prints_later; /* of the board: its printer tells when a label is out; else it is when it was asked for */
        struct label_wanted printing; /* asked for last, and not heard of since; parcel "": none */
        char doubtful[CODE_SIZE]; /* a label of this number may be on paper that nobody counted; "" none */
        bool is_stopped;          /* the bench was told that its printer stands still */
        struct pickup_memory pickup;
        struct pickup_offer_memory offer;
        struct pickup_choice_memory choice;
        struct shipment_ref reminded;   /* up to here those who wait were looked at, in this round */
        uint64_t remind_from_boot_usec; /* when the next round begins */
        int wrong_tries;                /* pickup codes that were none, one after the other */
        uint64_t wait_until_boot_usec;  /* until then none is looked up */
};
void bench_init(struct bench *b, const char *name);

enum input_kind {
        INPUT_SCAN,      /* bytes of one scan */
        INPUT_SCAN_LOST, /* the device lost or refused one: reason says which */
        INPUT_TICK,      /* time passed: idle lock, collections assumed */
        INPUT_LABEL,     /* what became of a label that was asked for */
        INPUT_PROMPT,    /* a green was seen: the one next thing, if any; never a fact */
        INPUT_FIND,      /* what a clerk typed to find a customer's order: ->bytes, UTF-8; at a counter */
        INPUT_TAGS,      /* what the tags say that lies in the box: all of it, every time */
        INPUT_CORRECT, /* other words for a notice that waits for a leader: ->bytes, JSON {"notice","data"} */
        INPUT_WEIGHT,  /* what lies on the scale is another weight while a prompt is shown; never a fact */
};
enum tags_rest {
        TAGS_SETTLED,  /* the set has come to rest and may be judged */
        TAGS_RESTLESS, /* it does not */
        TAGS_CROWDED,  /* more tags are around than can be told apart */
};
enum scan_lost {
        SCAN_LOST_KERNEL,
        SCAN_LOST_UNFINISHED,
        SCAN_LOST_TOO_LONG,
        SCAN_LOST_CONTROL_BYTES,
        SCAN_LOST_QUEUE_FULL,
        SCAN_LOST_LAYOUT, /* a key that means something else on the other keyboard layout: VERDICT_LAYOUT_WRONG */
        /* The same again and again, and no code whole between them: suffix or prefix are set otherwise than the board says. */
        SCAN_LOST_UNFINISHED_AGAIN,
        SCAN_LOST_CONTROL_BYTES_AGAIN,
};
enum label_outcome {
        LABEL_OUTCOME_OUT,         /* on paper, and the printer is well */
        LABEL_OUTCOME_WAITS,       /* the printer stands still: it comes when that is over */
        LABEL_OUTCOME_LOST,        /* given up: nobody knows whether it is on paper */
        LABEL_OUTCOME_UNPRINTABLE, /* there is no print data, or none that opens */
        LABEL_OUTCOME_DROPPED,     /* a decision said that it is not wanted any more, before it was sent */
};
enum printer_stop { /* why it waits; what hands can mend, as far as the printer says it */
        PRINTER_STOP_GONE,
        PRINTER_STOP_SILENT,
        PRINTER_STOP_OFFLINE,
        PRINTER_STOP_FAULT,
        PRINTER_STOP_RIBBON_OUT,
        PRINTER_STOP_PAPER_OUT,
        PRINTER_STOP_HEAD_OPEN,
        N_PRINTER_STOPS,
};
struct label_report {
        struct label_wanted label;
        enum label_outcome outcome;
        bool maybe;             /* of OUT: another one of it may be on paper, whole or in part */
        enum printer_stop stop; /* of WAITS */
};

struct weighing { /* what the bench's scale shows when an input comes, and what its board says of weights */
        bool is_there;    /* the bench has a scale */
        bool hints;       /* that no weight is known is worth a word */
        int64_t weight_g; /* at rest, fresh, above zero; 0: none such */
        int64_t tolerance_g,
                tolerance_percent; /* around what a shipment should weigh; the larger of the two counts */
        int64_t lightest_g, heaviest_g; /* of any box; 0 no limit */
};

struct input_person { /* somebody who signed in at a screen, not at the bench */
        char person[ID_SIZE], call[PERSON_CALL_SIZE];
        enum person_role role;
};

struct input {
        enum input_kind kind;
        const char *bytes; /* of SCAN; borrowed */
        size_t n;
        enum scan_lost lost;
        const struct epc
                *tags; /* of TAGS: those that are believed, in any order; borrowed. Only SGTINs are goods */
        size_t n_tags;
        enum tags_rest rest;
        const struct epc *restless;       /* of TAGS_RESTLESS: the one that comes and goes; NULL unknown */
        const struct label_report *label; /* of LABEL; borrowed */
        struct weighing weighing;
        struct stamp now;
        char fresh[2][UUID_TEXT_MAX]; /* ids the decision may use up (a new parcel's) */
        const struct input_person
                *at_screen;         /* who typed it: signed in here by that; NULL: nobody but who is */
        const char *actor_override; /* the CLI's caller; NULL: who is signed in */
};

#define DECISION_VERDICTS_MAX 16
#define DECISION_LABELS_MAX   4
#define DECISION_DEAD_MAX     99 /* pieces of a shipment */
struct decision {
        struct fact_list facts;
        struct verdict verdicts[DECISION_VERDICTS_MAX]; /* for this bench, or others that are interrupted */
        size_t n_verdicts;
        struct label_wanted labels[DECISION_LABELS_MAX];
        size_t n_labels;
        /* Parcels whose labels that were asked for before this decision are not to be printed any more. */
        char dead[DECISION_DEAD_MAX][UUID_TEXT_MAX];
        size_t n_dead;
};
void decision_deinit(struct decision *d);
/* @parcel is no more, or bears another number from now on. */
void decision_drop_labels(struct decision *d, const char *parcel);

/**
 * packout_step() - decide one input of one bench
 * @bench: in: its memory; out: the memory after the facts are committed; untouched on failure
 * @d: zeroed by the caller; decision_deinit() by the caller, also on failure
 *
 * Return: 0 (@d filled: zero or more facts, at least one verdict for a scan, none for tags that say nothing new); -errno of a question or
 * -ENOMEM, -EMSGSIZE.
 */
int packout_step(
        const struct world *world, struct bench *bench, const struct input *input, struct decision *d);

/* Is it shaped like what a customer shows: a pickup code, a token? */
bool pickup_is_secret(const char *bytes, size_t n);
/* After a restart: @tries wrong codes were the last that is known of. The waiting begins anew. */
void pickup_restore_tries(struct bench *b, int tries, const struct stamp *now);

/**
 * packout_resume() - what a bench shows after a restart: its memory rebuilt from the parcel that is open
 * there
 * @bench: after bench_init()
 * @person: who was signed in, or ""
 * @role: of that person
 * @parcel: its open parcel, or ""; one that is not open (or packed) at this bench is left alone
 * @now: the idle lock counts from here
 *
 * Return: 0 (@d: one verdict, no fact); -errno of a question.
 */
int packout_resume(const struct world *world, struct bench *bench, const char *person, enum person_role role,
        const char *parcel, const struct stamp *now, struct decision *d);
