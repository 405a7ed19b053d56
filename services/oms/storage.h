/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a receiver keeps, and the only door to it. The SQL behind this door is SQLite's; another engine goes behind the same
 * functions. Two ideas carry all of it:
 *
 * - events: append a batch to one source, get its new mark. The mark moves in the transaction of the events, so that what
 *   `applied` says can never be ahead of what is kept.
 * - commands: each box (inbox) has a numbered stream that is appended to and forgotten as it is taken. What is wished now lies
 *   beside it as one document per kind and subject: a new stream begins with a snapshot of these.
 *
 * Not thread-safe. Writers call within storage_begin() … storage_commit(); readers (the verbs that only look) open their own.
 */
#include "firmware/base/diag.h"
#include "firmware/base/json.h"
#include "services/link/envelope.h"
#include "services/link/source.h"
#include "services/oms/mark.h"

#define STATION_NAME_MAX 66 /* site/station and the NUL */

struct storage;

enum {
        STORAGE_E_NONE = 1, /* there is no such thing */
        STORAGE_E_NOT_YET,  /* a reader: nothing is there to be read yet */
};

/* Return: 0, or -errno with @d in words (see store_open_writer()). */
int storage_open(struct storage **sp, const char *path, struct diag *d);
int storage_open_memory(struct storage **sp, struct diag *d); /* for tests */
/* Return: 0, STORAGE_E_NOT_YET, -errno. */
int storage_open_reader(struct storage **sp, const char *path, struct diag *d);
struct storage *storage_close(struct storage *s); /* returns NULL */
static inline void storage_closep(struct storage **p) {
        *p = storage_close(*p);
}

/* After a failed commit whether it lasts is unknown: close, and open anew. Return: 0 or -errno. */
int storage_begin(struct storage *s);
int storage_commit(struct storage *s);
void storage_rollback(struct storage *s);
/* One request's part of a transaction. */
int storage_savepoint(struct storage *s);
int storage_release(struct storage *s);
int storage_rollback_to(struct storage *s);
/* A good moment for housekeeping: nobody asked for anything for @idle_usec. Return: 0 or -errno. */
int storage_idle(struct storage *s, uint64_t idle_usec);

/* The id of this receiver: 32 hex digits, borrowed. It is random, and another one after a restore. */
const char *storage_receiver(const struct storage *s);
/* The database came from a backup: a new receiver id; all streams end, and begin anew when their boxes are heard. Versions go
 * on from @now (in seconds), which is above all that was ever given out. */
int storage_restored(struct storage *s, int64_t now_usec);

/* ---- events ---- */

struct storage_event {
        const struct envelope *envelope; /* NULL when it is refused */
        const char *refused;             /* NULL, or the reason: a word */
        uint64_t sequence;
        const char *id;   /* "" when unreadable */
        const char *body; /* as it came */
        size_t n_body;
};

/* How far @source is: all zero for one that was never heard. Return: 0 or -errno. */
int storage_get_mark(struct storage *s, const struct source *source, struct mark *mark);

/**
 * storage_append() - a batch of events of one source, in the order of their arrival
 * @mark: filled: the new mark; true only after the commit
 *
 * The same again is harmless; another one at a taken place is kept aside; what cannot be accepted is passed over, and command
 * `fact.refused` tells the station; what was retold under a new place has no second effect.
 *
 * Return: 0 or -errno.
 */
int storage_append(struct storage *s, const struct source *source, const struct storage_event *events,
        size_t n, int64_t now_usec, struct mark *mark);

/* ---- stations, conflicts ---- */

int storage_put_status(
        struct storage *s, const char *station, const char *status, size_t n, int64_t now_usec);
/* For a person. @merchant, @subject: "" for none. The same again only counts. Return: 0 or -errno. */
int storage_add_conflict(struct storage *s, const char *station, const char *kind, const char *merchant,
        const char *subject, const char *text, int64_t now_usec);
