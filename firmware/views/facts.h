/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The facts of ledger.db as a service reads them: one lane in the order of its sequence, a slice at a time. Read-only, beside
 * the station, which may be up, killed or not yet there. Nothing stays open between two calls.
 *
 * Each row's check is computed again when it is read: SQLite keeps none of its pages, and what went up wrong would be believed.
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/diag.h"
#include "firmware/domain/clock.h"
#include "firmware/domain/fact.h"
#include "firmware/store/store.h"

struct facts;

struct fact_row {
        int64_t pos;
        enum lane lane;
        uint64_t seq;
        const char *id; /* all texts borrowed until the callback returns; "" when there is none */
        const char *type;
        int v;
        const char *merchant, *subject, *bench, *actor, *cause;
        const char *time, *boot, *clock;
        uint64_t mono_usec;
        const char *data; /* JSON object, terminated */
        size_t n_data;
};

/**
 * facts_open() - open ledger.db for reading
 * @fp: set on 0 only; owned
 *
 * Return: 0, or as store_open_reader(): STORE_E_NOT_YET means come again later.
 */
int facts_open(struct facts **fp, const char *path, struct diag *d);
struct facts *facts_close(struct facts *f); /* takes NULL, returns NULL */
DEFINE_FREEP(struct facts *, facts_close)

const char *facts_ledger(const struct facts *f); /* the ledger's id, 32 hex digits; borrowed until close */
struct store *facts_store(struct facts *f);      /* for cursors that lie in the ledger; borrowed */
/* Another ledger took its place (a disk was replaced, a fork was found): close, and open anew. */
bool facts_is_stale(const struct facts *f);

/*
 * A row whose check does not hold, or whose columns make no sense: nothing that it says may be believed but where it stands.
 * Return: 0 to pass over it as if it were not in the file; -errno to stop before it.
 */
typedef int (*fact_damage_fn)(int64_t pos, void *userdata);
/* Reads of many rows pass over damaged ones and tell @fn; without it, and in facts_get(), they end with -EBADMSG. */
void facts_pass_damage(struct facts *f, fact_damage_fn fn, void *userdata);

/* Return: 0 to go on; positive to stop behind this row; -errno to stop before it. Must not block: a read is open. */
typedef int (*fact_row_fn)(const struct fact_row *row, void *userdata);

/**
 * facts_read() - hand out facts of one lane behind @after, at most @max, by rising sequence
 * @lastp: sequence of the last row that @fn took, or that was passed over as damaged; @after when there was none. Also set on
 * failure.
 *
 * Sequences that are no longer in the file are passed over: the caller sees the step in @row->seq.
 *
 * Return: 0; STORE_E_NOT_YET, STORE_E_STALE; -EBADMSG the row behind @lastp is damaged; what @fn returned negative; -EIO, -ENOMEM.
 */
int facts_read(struct facts *f, enum lane lane, uint64_t after, unsigned max, fact_row_fn fn, void *userdata,
        uint64_t *lastp);

/**
 * facts_get() - the fact at a position
 *
 * Return: 0 after @fn saw it; STORE_E_NONE it is not in the file (any more); else as facts_read().
 */
int facts_get(struct facts *f, int64_t pos, fact_row_fn fn, void *userdata);

/**
 * facts_read_all() - facts of all lanes behind position @after, at most @max, in the order in which they happened here
 * @lastp: position of the last row that @fn took; @after when it took none. Also set on failure.
 *
 * Return: as facts_read().
 */
int facts_read_all(
        struct facts *f, int64_t after, unsigned max, fact_row_fn fn, void *userdata, int64_t *lastp);

/* The newest position; 0 none. Return: 0, STORE_E_NOT_YET, STORE_E_STALE, -errno. */
int facts_last(struct facts *f, int64_t *posp);

/* All facts about one subject, in order. @merchant: "" for what belongs to none. Return: as facts_read(). */
int facts_read_of(struct facts *f, const char *merchant, const char *subject, fact_row_fn fn, void *userdata);

/* The newest sequence that the lane ever gave; 0 none. Return: 0, STORE_E_NOT_YET, STORE_E_STALE, -errno. */
int facts_head(struct facts *f, enum lane lane, uint64_t *seqp);

/*
 * The newest sequence behind @after whose fact is of one of these types; 0 none. @types: a JSON array of texts.
 * Return: as facts_head().
 */
int facts_newest_of(struct facts *f, enum lane lane, uint64_t after, const char *types, uint64_t *seqp);

/* When the oldest fact behind @after happened. @time: TIME_TEXT_MAX bytes. Return: 0, STORE_E_NONE, else as facts_head(). */
int facts_time_behind(struct facts *f, enum lane lane, uint64_t after, char *time);

/**
 * facts_find_gap() - the ledger.gap by which the ledger says that it can no longer send @seq of @lane
 * @lastp: NULL, or told the last sequence that it names, when it is found
 *
 * Return: 0 after @fn saw the fact, whichever lane it is in; STORE_E_NONE; else as facts_read().
 */
int facts_find_gap(
        struct facts *f, enum lane lane, uint64_t seq, uint64_t *lastp, fact_row_fn fn, void *userdata);

struct fact_notice { /* what the derived table says of a reserved notice */
        char id[UUID_TEXT_MAX], merchant[NAME_SIZE], shipment[ID_SIZE], kind[NAME_SIZE];
        int generation;
};
/* The notice that the (damaged) fact at @pos reserved, when it still waits. Return: 0, STORE_E_NONE, else as facts_head(). */
int facts_notice_at(struct facts *f, int64_t pos, struct fact_notice *out);

/* Does this ledger know of the notice, whatever became of it? Return: 0, STORE_E_NONE, else as facts_head(). */
int facts_has_notice(struct facts *f, const char *id);

/* How many notices are reserved and not yet told of. Return: as facts_head(). */
int facts_count_notices_waiting(struct facts *f, int64_t *np);

/**
 * facts_clock() - what the station holds of the box's clock: the one truth for all programs, for clock_believe()
 *
 * Return: 0, also when nothing stands there yet; else as facts_head().
 */
int facts_clock(struct facts *f, struct clock_memory *m);
