/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The stations as `serve` knows them in memory. Pure; what must outlive a restart is in the storage. */
#include "firmware/base/cleanup.h"
#include "services/oms/named.h"
#include "services/oms/presence.h"
#include "services/oms/storage.h"
#include "services/oms/window.h"

struct station {
        char name[STATION_NAME_MAX]; /* site/station; first: see named.h */
        struct topic topic;          /* realm, site, station */
        struct presence presence;
        struct storage_stream stream; /* id 0: none yet */
        struct window window;         /* of stream */
        uint64_t taken_kept;          /* what the storage knows of window.taken */
        uint64_t taken_heard_usec;    /* the last `taken` of this inbox; 0 never */
};

struct fleet {
        struct named stations;
};
void fleet_deinit(struct fleet *f);
/* The station of a topic; made when it is new. Return: 0 or -ENOMEM. */
int fleet_get(struct fleet *f, const struct topic *topic, struct station **sp);
/* Stations that share the credit: those that are live. */
/* Whether commands would reach it: it said so, or took some, within the last three minutes. */
bool station_hears(const struct station *s, uint64_t now_usec);
/* The stream as the storage has it now; @stream NULL: none. Another one than before begins anew. */
void station_set_stream(struct station *s, const struct storage_stream *stream, unsigned size);
unsigned fleet_n_live(const struct fleet *f, uint64_t now_usec);
