/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The SQLite half of storage.h, as its own files see it. */
#include "firmware/base/time.h"
#include "firmware/store/store.h"
#include "services/oms/effect.h"
#include "services/oms/storage.h"

struct fact_statements {
        struct store_stmt source_get, source_add, source_put, id_at, refused_at, event_add, aside_add,
                gap_find;
};
struct effect_statements {
        struct store_stmt conflict_add, gap_add, parcel_state, parcel_put, unit_add, unit_drop, notice_put,
                notice_close, notice_adopt, notice_outrun, shipment_close, counter_put, ready_put, paid_put,
                counter_close, counter_drop, expire, redeemed_put, withdrawn_put;
};
struct station_statements {
        struct store_stmt get, add, put_status, only;
};

struct command_statements {
        struct store_stmt append, advance, current, find, add, retire, make_current, take, forget, read,
                snapshot;
};
struct wish_statements {
        struct store_stmt get, version, put, drop, erase, is_told, newest_notice, of_station, of_notices,
                of_withdrawn, by_code;
};
struct store_statements {
        struct store_stmt any, count, is_at, drop, add, is_store, next_shipment, told, targets, owner,
                parcels, over, drop_contact;
};
struct snapshot_statements {
        struct store_stmt merchants, counts, parcels, units, pickups, notices, coupons, withdrawn, refused,
                told;
};

struct storage {
        struct store *store;
        char receiver[HEX_ID_MAX];
        struct uuid_source ids; /* of commands */
        struct fact_statements facts;
        struct effect_statements effects;
        struct station_statements stations;
        struct command_statements commands;
        struct wish_statements wishes;
        struct store_statements stores;
        struct snapshot_statements snapshots;
        bool streams_changed;
        bool has_stores; /* counters are known, or were told of something */
};

/* The row of a station. Return: 0, STORAGE_E_NONE, -errno. */
int storage_find_station(struct storage *s, const char *name, int64_t *stationp);
/* The row of a station; it is made when it is new. Return: 0 or -errno. */
int storage_station(struct storage *s, const char *name, int64_t *stationp);
int storage_conflict(struct storage *s, int64_t station, const char *kind, const char *merchant,
        const char *subject, const char *text, int64_t now_usec);

int storage_prepare_facts(struct storage *s);
int storage_prepare_effects(struct storage *s);
int storage_prepare_stations(struct storage *s);
int storage_prepare_commands(struct storage *s);
int storage_prepare_wishes(struct storage *s);
int storage_prepare_snapshots(struct storage *s);
int storage_prepare_stores(struct storage *s);
int storage_prepare_counters(struct storage *s);

/* The number in the one row that @q has. Return: 0 or -errno. */
int storage_number(struct store_stmt *q, int64_t *np);

/* @station: 0 every station. Return: as storage_send(). */
int storage_append_command(
        struct storage *s, int64_t station, const struct storage_document *doc, int64_t now_usec);
/* Return: 0 with the row of the current stream, STORAGE_E_NONE, -errno. */
int storage_current_stream(struct storage *s, int64_t station, struct storage_stream *stream);
/* Into the current stream. */
int storage_write_snapshot(struct storage *s, int64_t station, int64_t now_usec);
/* fact.refused for all that the station was not told of yet. Return: 0 or -errno. */
int storage_tell_refused(struct storage *s, int64_t station, int64_t now_usec, int64_t *np);

/* What a fact says, into the derived tables. Return: 0; STORAGE_E_OWED the station must be told by a snapshot that counts this
 * fact, as soon as the mark stands behind it; -errno. */
enum { STORAGE_E_OWED = 100 };
int storage_apply_effect(struct storage *s, int64_t station, const struct effect *effect, int64_t now_usec);
