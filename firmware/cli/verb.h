/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The verbs of okuru: one file each, one function each, one table in main.c. Those that act ask the station over its control
 * socket; those that only look read the databases, and so answer also while the station is down.
 */
#include "firmware/base/verb.h"
#include "firmware/views/report.h"

struct options { /* all borrowed from argv; NULL when not given */
        const char *config;
        const char *bench, *counted, *type, *lane, *from, *public, *secret, *lang, *people, *bays, *output;
        const char *carrier, *bay, *merchant, *since, *until, *cause, *cause_en, *action, *action_en,
                *next_by, *badge;
        bool json, follow, all, check, yes;
        const char *where; /* which parcels: "open", "parked" … */
};

verb_fn verb_status, verb_facts, verb_shipment, verb_parcel, verb_parcels, verb_notices, verb_notices_approve,
        verb_notices_refuse, verb_notices_text, verb_notices_incident, verb_notices_correct, verb_bays,
        verb_scan, verb_bay_close;
verb_fn verb_devices, verb_devices_pair;
verb_fn verb_rfid_watch, verb_rfid_record, verb_rfid_replay;
verb_fn verb_sheet, verb_rebuild, verb_doctor, verb_config_check, verb_keys_make, verb_people_pin;

/* The folder of --config. */
void verb_config_dir(const struct invocation *in, char *dir, size_t size);
/* What `config check` does, into a report. @dir: where station.yaml, sync.yaml and notify.yaml lie. */
void config_check(struct report *r, const char *dir);
