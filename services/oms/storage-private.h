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
        struct store_stmt conflict_add, gap_add, parcel_put, unit_add, unit_drop, notice_put, shipment_close;
};
struct station_statements {
        struct store_stmt get, add, put_status;
};

struct storage {
        struct store *store;
        char receiver[HEX_ID_MAX];
        struct uuid_source ids; /* of commands */
        struct fact_statements facts;
        struct effect_statements effects;
        struct station_statements stations;
};

/* The row of a station; it is made when it is new. Return: 0 or -errno. */
int storage_station(struct storage *s, const char *name, int64_t *stationp);
int storage_conflict(struct storage *s, int64_t station, const char *kind, const char *merchant,
        const char *subject, const char *text, int64_t now_usec);

int storage_prepare_facts(struct storage *s);
int storage_prepare_effects(struct storage *s);
int storage_prepare_stations(struct storage *s);

/* What a fact says, into the derived tables. */
int storage_apply_effect(struct storage *s, int64_t station, const struct effect *effect, int64_t now_usec);
