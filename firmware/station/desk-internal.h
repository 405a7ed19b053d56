/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The desk's parts; not for others. */
#include "firmware/station/desk.h"
#include "firmware/store/committer.h"

enum desk_kind {
        DESK_SCAN,
        DESK_LOST,
        DESK_TICK,
        DESK_PROMPT,
        DESK_LABEL,
        DESK_FACT,
        DESK_FIND,
        DESK_TAGS,
        DESK_CORRECT,
        DESK_WEIGHT
};

struct desk_input { /* waiting */
        enum desk_kind kind;
        size_t bench;
        enum scan_lost lost;
        uint64_t mono_usec, token;
        char actor[ID_SIZE];
        bool has_who;
        struct input_person who; /* with has_who: who typed it */
        char device[NAME_SIZE];  /* of DESK_SCAN and DESK_LOST: what it was read with */
        size_t n;
        char bytes[BARCODE_TEXT_MAX];
        char *words;      /* of DESK_CORRECT: n bytes; owned */
        struct epc *epcs; /* of DESK_TAGS: n of them; owned */
        enum tags_rest rest;
        bool has_restless, is_of_parcel;
        char parcel[UUID_TEXT_MAX]; /* with is_of_parcel */
        struct epc restless;
        struct weighing weighing;    /* when it came */
        struct fact fact;            /* of DESK_FACT; data owned */
        struct label_report *report; /* of DESK_LABEL; owned */
        struct desk_input *next;
};

struct desk_label {
        struct label_wanted wanted;
        void *box; /* owned */
        size_t n_box;
};

struct desk_answer { /* decided, waits for the commit */
        uint64_t mono_usec, token;
        size_t bench;             /* of .device */
        char device[NAME_SIZE];   /* what the input was read with; "" nothing */
        struct verdict *verdicts; /* owned */
        size_t n_verdicts;
        struct desk_label *labels; /* owned */
        size_t n_labels;
        char (*dead)[UUID_TEXT_MAX]; /* parcels whose labels are not wanted any more; owned */
        size_t n_dead;
        struct desk_answer *next;
};

struct desk {
        sd_event *event;
        struct ledger *ledger;
        struct committer *committer;
        sd_event_source *committed, *slow, *idle;
        struct desk_options options;
        struct desk_callbacks callbacks;
        struct uuid_source ids;

        struct bench *benches;        /* owned */
        struct bench *benches_before; /* owned; as they were before the group in hand */
        unsigned *waiting;            /* inputs per bench; owned */
        size_t n_benches;

        struct desk_input *first, **lastp;
        struct desk_answer *answers, **answers_lastp; /* of the group in hand */
        size_t n_answers;
        uint64_t sliced_usec; /* boot clock: when commands were taken last */
        size_t n_slice;       /* commands and outcomes of the slice in hand */
        uint64_t group_pos;   /* newest position that the group in hand wrote; 0 none */
        size_t last_bench;    /* whose scan was decided last */
        bool ticked, poked, in_group, dead;
        bool telling;   /* within callbacks: what they queue waits until they are through */
        bool begun;     /* the next group's transaction is open already */
        bool has_input; /* the group in hand holds a decided input */
        bool dirty; /* the group in hand wrote something: a cursor alone counts, or it would be read for ever */
        enum desk_health health;
        const char *refuse_ja, *refuse_en;
};

/* --- desk.c: groups, the committer --- */
void desk_pump(struct desk *d); /* decides what waits, unless something is in hand */

/* --- desk-queue.c: what waits --- */
struct desk_input *desk_take_input(struct desk *d); /* the oldest, owned by who takes it; NULL: none */
void desk_input_free(struct desk_input *in);

/* --- desk-decide.c --- */
/* Decide one input within the group: facts appended in a savepoint, answer queued. Return: 0, -errno the group is lost. */
int desk_decide(struct desk *d, const struct desk_input *in);

/* --- desk-answers.c --- */
/* Waits for the commit. @in: NULL for what is no input: nobody asked. Return: 0, -errno. */
int desk_keep_answer(struct desk *d, const struct decision *decision, const struct desk_input *in);
/* The answers of a group that is committed (or had nothing to commit), in order. */
void desk_give_answers(struct desk *d);
void desk_drop_answers(struct desk *d);
/* The group was undone: whoever was to get an answer hears that nothing is recorded. */
void desk_spoil_answers(struct desk *d);
/* An answer that needs no decision: "not recorded" and its like. */
int desk_answer_verdict(struct desk *d, const struct desk_input *in, const struct verdict *v);
