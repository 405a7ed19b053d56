/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the verbs that only look may ask a storage. Rows are handed to a callback; their texts are borrowed until it returns. It
 * must not block: the read is open.
 *
 * All return 0, STORAGE_E_NOT_YET (the file is being replaced, or not there yet), what the callback returned to stop, or -errno.
 */
#include "services/oms/storage.h"

struct view_filter { /* NULL: all */
        const char *station, *merchant, *type;
};

struct view_fact {
        int64_t pos;
        const char *station, *source, *type, *merchant, *subject, *body; /* merchant, subject: "" for none */
        uint64_t sequence;
        bool retold;
};
/* Behind position @after, at most @max looked at. @lastp: where to go on; unchanged when there was nothing. */
int view_facts(struct storage *s, const struct view_filter *filter, int64_t after, unsigned max,
        int (*fn)(const struct view_fact *row, void *userdata), void *userdata, int64_t *lastp);

struct view_source {
        const char *station, *source, *lane;
        uint64_t upto;
        int64_t n_kept, n_refused, n_forked;
};
int view_sources(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_source *row, void *userdata), void *userdata);

struct view_gap {
        const char *station, *ledger, *lane;
        uint64_t first, last;
};
int view_gaps(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_gap *row, void *userdata), void *userdata);

struct view_conflict {
        const char *station, *kind, *merchant, *subject, *text;
        int64_t found_usec, last_usec, n;
};
int view_conflicts(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_conflict *row, void *userdata), void *userdata);

struct view_shipment {
        const char *station, *merchant, *shipment;
        int64_t version, pieces;
        bool held, cancelled;
        const char
                *parcels; /* "1 shipped 2026-11-21T…, 2 packed …": piece, state and time of each; "" none */
        const char *json; /* the same as a JSON list of {piece, parcel, number, state, at} */
};
int view_shipments(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_shipment *row, void *userdata), void *userdata);

struct view_expected { /* one parcel that a store waits for, or has and has not handed over yet */
        const char *store, *merchant, *shipment, *parcel, *code;
        const char *shipped;         /* when it left the DC, by that station's clock; "" not known */
        const char *state;           /* "expected", or what the store said last */
        const char *station, *shelf; /* where that was; "" for one that is expected */
        const char *at;
        int64_t piece;
};
int view_expected(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_expected *row, void *userdata), void *userdata);

struct view_station {
        const char *station, *status; /* status: the last one heard, "" none */
        int64_t heard_usec;
        const char *inbox; /* of the stream that commands go to; "" none */
        uint64_t last, taken;
};
int view_stations(struct storage *s, const struct view_filter *filter,
        int (*fn)(const struct view_station *row, void *userdata), void *userdata);
