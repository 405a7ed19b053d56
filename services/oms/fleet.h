/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The stations as `serve` knows them in memory. Pure; what must outlive a restart is in the storage. */
#include "firmware/base/cleanup.h"
#include "services/oms/named.h"
#include "services/oms/presence.h"
#include "services/oms/storage.h"

struct station {
        char name[STATION_NAME_MAX]; /* site/station; first: see named.h */
        struct topic topic;          /* realm, site, station */
        struct presence presence;
};

struct fleet {
        struct named stations;
};
void fleet_deinit(struct fleet *f);
/* The station of a topic; made when it is new. Return: 0 or -ENOMEM. */
int fleet_get(struct fleet *f, const struct topic *topic, struct station **sp);
/* Stations that share the credit: those that are live. */
unsigned fleet_n_live(const struct fleet *f, uint64_t now_usec);
