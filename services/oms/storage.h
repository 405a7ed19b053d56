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
#include "services/oms/stores.h"

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
/* The one station that is known; @name: STATION_NAME_MAX bytes. Return: 0; STORAGE_E_NONE when there is none, or more; -errno. */
int storage_only_station(struct storage *s, char *name);
/* For a person. @merchant, @subject: "" for none. The same again only counts. Return: 0 or -errno. */
int storage_add_conflict(struct storage *s, const char *station, const char *kind, const char *merchant,
        const char *subject, const char *text, int64_t now_usec);

/* ---- wishes ---- */

struct storage_wish {
        char station[STATION_NAME_MAX]; /* "" every station */
        int64_t version;
        bool open;  /* false: done with; a snapshot leaves it out */
        char *data; /* owned; the command's data, whole */
};
void storage_wish_deinit(struct storage_wish *w); /* twice is harmless */
#define _cleanup_wish_ _cleanup_(storage_wish_deinit)

/* @station: NULL whichever (of a shipment the one that packs it), "" the one for every station. Return: 0, STORAGE_E_NONE, -errno. */
int storage_get_wish(struct storage *s, const char *kind, const char *merchant, const char *subject,
        const char *station, struct storage_wish *w);
/* The version that comes next: one count for all about one shipment, else one for each kind and subject. Return: 0 or -errno. */
int storage_next_version(
        struct storage *s, const char *kind, const char *merchant, const char *subject, int64_t *versionp);

struct storage_document {
        const char *kind; /* of a wish, which is the command's type */
        const char *merchant, *subject;
        const char *station; /* "" every station */
        int64_t version;     /* 0 when it has none */
        bool open;
        bool for_store; /* a counter is told it of what another station packs */
        const char *data;
        size_t n_data;
};
/* The newest wish of its kind and subject. It is not sent by this. Return: 0 or -errno. */
int storage_put_wish(struct storage *s, const struct storage_document *doc, int64_t now_usec);
/* Has a station said anything of this notice but that it refused it? Return: 1 yes, 0 no, -errno. */
int storage_is_notice_known(
        struct storage *s, const char *merchant, const char *shipment, const char *kind, int64_t generation);
/* The newest generation that any station has told of, whoever asked for it; -1 none. Return: 0, -errno. */
int storage_newest_notice(struct storage *s, const char *merchant, const char *shipment, const char *kind,
        int64_t *generationp);
/* The contact of a shipment, as a wish and in every stream: what was not taken becomes @erase. Return: 0 or -errno. */
int storage_erase_contact(
        struct storage *s, const char *merchant, const char *shipment, const struct storage_document *erase);

/* ---- stores ---- */

/* Which stations are counters of which store, from now on; in a transaction. What has been shipped to them so far is told where that is news.
 * @changedp: were others known before. Return: 0 or -errno. */
int storage_set_stores(struct storage *s, const struct stores *stores, int64_t now_usec, bool *changedp);
/* Are the counters of the site that the pickup of @shipment names told of it, while @station packs it. Return: 0 or -errno. */
int storage_is_for_store(
        struct storage *s, const struct json *shipment, const char *station, bool *for_storep);
/**
 * storage_tell_store() - what the counters of its store must know of a shipment, as it is now
 *
 * As soon as one parcel of it is shipped: the shipment, the contact, and which parcels are on their way, each as a wish and a command
 * where it says something new. Exactly one counter is to write to the customer: the first of the config, unless another one had it ready
 * before. A store that it does not go to any more is told that, too. Harmless when nothing is new.
 *
 * Return: 0 or -errno.
 */
int storage_tell_store(struct storage *s, const char *merchant, const char *shipment, int64_t now_usec);
/* One command to all counters that were told of its shipment. Return: 0 or -errno. */
int storage_send_told(struct storage *s, const struct storage_document *doc, int64_t now_usec);

/* ---- commands ---- */

struct storage_stream {
        int64_t id;
        char inbox[HEX_ID_MAX];
        uint64_t last, taken;
};

/* Append to the current stream of its station, or of every station; a station without a stream gets it by its snapshot. Return:
 * 0; STORAGE_E_NONE when no stream took it; -errno. */
int storage_send(struct storage *s, const struct storage_document *doc, int64_t now_usec);
/* The stream that new commands of this station go to. Return: 0, STORAGE_E_NONE, -errno. */
int storage_get_stream(struct storage *s, const char *station, struct storage_stream *stream);
/* An inbox was heard: make its stream the current one. When it was not, it gets a snapshot. Return: 0 or -errno. */
int storage_open_stream(struct storage *s, const char *station, const char *inbox, int64_t now_usec);
/* Commands up to here are forgotten. Return: 0 or -errno. */
int storage_take(struct storage *s, const struct storage_stream *stream, uint64_t upto);
/* All that is open, between snapshot.begin and snapshot.end. Return: 0, STORAGE_E_NONE without a stream, -errno. */
int storage_snapshot(struct storage *s, const char *station, int64_t now_usec);
/* One is in the current stream of @station and not yet taken to its end: with what stands behind it nothing is missing. */
int storage_snapshot_is_coming(struct storage *s, const char *station, bool *comingp);
/* An open shipment that one of @code's ways opens: it is sent again. Return: 0, STORAGE_E_NONE, -errno. */
int storage_send_by_code(struct storage *s, const char *station, const char *code, int64_t now_usec);

struct storage_command {
        uint64_t sequence;
        const char *id, *type, *merchant, *subject, *time, *data; /* merchant, subject: "" for none */
};
/* Return: 0 to go on, positive to stop before this one, -errno. */
typedef int (*storage_command_fn)(const struct storage_command *command, void *userdata);
/* Behind @after, at most @max, in order. Return: 0, what @fn returned, or -errno. */
int storage_read_commands(struct storage *s, const struct storage_stream *stream, uint64_t after,
        uint64_t max, storage_command_fn fn, void *userdata);
/* True once after a stream was begun or appended to. */
bool storage_streams_changed(struct storage *s);
