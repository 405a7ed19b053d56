/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where inputs become facts and facts become answers: a bounded queue of inputs, one transaction at a time, answers only after the
 * commit. While the committer has the connection nothing is decided; what comes in meanwhile is the next group commit, answered
 * in order. One SAVEPOINT per input (the first needs none), so that one bench's error is not another's.
 *
 * The desk knows no device and no socket: it is told inputs and calls back with answers.
 */
#include <systemd/sd-event.h>

#include "firmware/domain/intake.h"
#include "firmware/domain/packout.h"
#include "firmware/ledger/ledger.h"

#define DESK_QUEUE_MAX       32 /* waiting inputs of one bench; one more is answered "scan lost, again" */
#define DESK_GROUP_MAX       64 /* inputs of one commit */
#define DESK_SLICE_MAX       16 /* commands of one commit: a flood of them must not hold up a scan */
#define DESK_SLICE_WAIT_USEC (20 * USEC_PER_MSEC) /* no longer than this do commands wait behind inputs */

struct desk;

enum desk_health {
        DESK_FINE,
        DESK_SLOW /* amber: a commit takes long */,
        DESK_STUCK /* red: storage stuck */
};

struct desk_callbacks {
        /* After the commit, in the order of the inputs. @mono_usec: when the input came, CLOCK_MONOTONIC; 0 for others. */
        void (*on_verdict)(void *userdata, const struct verdict *v, uint64_t mono_usec);
        /* @box: sealed print data, borrowed, NULL when the paper has its own. */
        void (*on_label)(void *userdata, const struct label_wanted *l, const void *box, size_t n_box);
        /* What on_label() asked for this parcel before is not to be printed any more. */
        void (*on_label_dead)(void *userdata, const char *parcel);
        /* The input of this token is decided and committed; after its verdicts. */
        void (*on_answered)(void *userdata, uint64_t token, const struct verdict *verdicts, size_t n);
        /* Facts up to here are committed. */
        void (*on_committed)(void *userdata, uint64_t pos);
        void (*on_health)(void *userdata, enum desk_health health);
        /* The disk is full: this group is undone and was answered "not recorded"; what was read for it must be read again. */
        void (*on_full)(void *userdata);
        /* Storage is suspect: show red, end the program. Called once. */
        void (*on_fatal)(void *userdata, int error);
        /*
         * More commands, called when a transaction is open: append decisions through desk_command(), desk_outcome(), or
         * anything else that belongs to this transaction. Return: 0, or -errno: the group is lost.
         */
        int (*on_slice)(void *userdata);
        /* What the bench's scale shows at this moment; called when an input comes, not when it is decided. NULL: no bench has one. */
        void (*on_weigh)(void *userdata, size_t bench, struct weighing *out);
        void *userdata;
};

struct desk_options {
        int64_t amber_usec, red_usec;
        struct stamp (*now)(void *userdata); /* the program's clock */
};

/* @l, @event: borrowed, outlive the desk. @names: bench names. Return: 0, -errno. */
int desk_new(struct desk **dp, sd_event *event, struct ledger *l, const char *const *names, size_t n_names,
        const struct desk_options *options, const struct desk_callbacks *callbacks);
struct desk *desk_free(struct desk *d); /* waits for the commit in hand */
DEFINE_FREEP(struct desk *, desk_free)

/* The benches' memory rebuilt from the ledger, and what each shows now. Once, before the first input. Return: 0, -errno. */
int desk_resume(struct desk *d);

/* The bench of that name, -1 when there is none. */
int desk_bench_index(const struct desk *d, const char *name);
const struct bench *desk_bench(const struct desk *d, size_t bench);

enum { DESK_E_FULL = 1 };
/* @device: what it was read with, for the verdict; NULL: nothing. @token 0: nobody waits. @actor NULL: who is signed in.
 * Return: 0 queued; DESK_E_FULL: thrown away, say "scan lost". */
int desk_scan(struct desk *d, size_t bench, const char *device, const char *bytes, size_t n,
        uint64_t mono_usec, uint64_t token, const char *actor);
/* What a clerk typed to find a customer's order: UTF-8, at a counter. Return: as desk_scan(). */
int desk_find(struct desk *d, size_t bench, const char *text, size_t n, uint64_t token, const char *actor);
/* Other words for a notice that waits for a leader: INPUT_CORRECT's. Copied. Return: as desk_scan(). */
int desk_correct(
        struct desk *d, size_t bench, const char *words, size_t n, uint64_t token, const char *actor);
/* What somebody at a screen typed, by whom it says: as a scan, or with @is_search as desk_find(). Return: as desk_scan(). */
int desk_type(struct desk *d, size_t bench, const char *bytes, size_t n, bool is_search, uint64_t token,
        const struct input_person *who);
/* What the tags say that lies in the box. A set that waits gives way to a newer one of the same bench, unless somebody waits for its
 * answer. @epcs: copied. @parcel: which box they were read for; another one that is in hand by then is
 * not held against them, and they are forgotten. NULL: whichever. Return: as desk_scan(); what was thrown away must be given again. */
int desk_tags(struct desk *d, size_t bench, enum tags_rest rest, const struct epc *epcs, size_t n,
        const struct epc *restless, const char *parcel, uint64_t mono_usec, uint64_t token,
        const char *actor);
int desk_scan_lost(struct desk *d, size_t bench, const char *device, enum scan_lost why, uint64_t mono_usec);
/* Time passed: idle lock, assumed collections; drained with the next group. */
void desk_tick(struct desk *d);
/* A green of this bench has been seen: its one next thing, answered as a verdict that is a prompt. */
int desk_prompt(struct desk *d, size_t bench);
/* Its scale shows another weight while a prompt is shown. */
int desk_weight(struct desk *d, size_t bench);
/* What became of a label that on_label() asked for; @report is copied. Only at a bench that prints later. */
int desk_label(struct desk *d, size_t bench, const struct label_report *report);
/* Before desk_resume(): this bench is told what became of its labels. */
void desk_prints_later(struct desk *d, size_t bench);
/* Before desk_resume(): what is done at this bench; packing, when nobody says. */
void desk_set_kind(struct desk *d, size_t bench, enum bench_kind kind);
/* A fact of the station itself (device up, station started); @f is copied. */
int desk_fact(struct desk *d, const struct fact *f);
/* There is something behind on_slice(): run it in the next group. */
void desk_poke(struct desk *d);
/* Scans are refused in words while set; NULL takes it back. Borrowed static text. */
void desk_refuse(struct desk *d, const char *reason_ja, const char *reason_en);

/*
 * Within on_slice() only: one command, decided in a savepoint of its own. @keep is called in the same savepoint (cursor, sealed
 * boxes); @applied is false when the command was refused. Return: 0 decided (also when refused); -errno: the whole group is lost, stop the slice.
 */
int desk_command(struct desk *d, const char *id, const char *type, const char *subject, const char *data,
        size_t n, int (*keep)(void *userdata, bool applied), void *userdata);
int desk_outcome(struct desk *d, const char *type, const char *merchant, const char *subject,
        const char *data, size_t n, int (*keep)(void *userdata, bool applied), void *userdata);

/*
 * Within on_slice() only: something else that is decided, in a savepoint of its own. @decide appends facts, or none; where they
 * cannot be written nothing of it stands.
 *
 * Return: 0; DESK_E_UNDECIDED it could not be decided, and is logged; -errno: the whole group is lost, stop the slice.
 */
enum { DESK_E_UNDECIDED = 1 };
int desk_act(struct desk *d,
        int (*decide)(
                void *userdata, const struct world *world, const struct stamp *now, struct fact_list *facts),
        void *userdata);

/*
 * Within on_slice() only: no further command in this group. There are DESK_SLICE_MAX, or there is one and something waits for
 * the loop: a scan has come.
 */
bool desk_slice_is_full(const struct desk *d);

/* Within on_slice() only: this group wrote something of its own and must be committed. */
void desk_touch(struct desk *d);

/* The same of facts, up to @pos: on_committed() tells it. */
void desk_wrote(struct desk *d, uint64_t pos);

/* The connection is in the committer's hand: a commit or a checkpoint is on its way. */
bool desk_is_committing(const struct desk *d);
/* Nothing waits and nothing is in the committer's hand. */
bool desk_is_idle(const struct desk *d);
