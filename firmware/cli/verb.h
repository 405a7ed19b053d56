/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The verbs of okuru: one file each, one function each, one table in main.c. Those that act ask the station over its control
 * socket; those that only look read the databases, and so answer also while the station is down.
 */
#include <stdbool.h>
#include <stddef.h>

enum { /* exit codes */
        VERB_OK = 0,
        VERB_FAILED = 1, /* not found, refused, or it could not be done; said on stderr */
        VERB_USAGE = 2,
};

struct options { /* all borrowed from argv; NULL when not given */
        const char *config;
        const char *bench, *counted, *type, *lane, *from, *public, *secret, *lang, *people, *bays, *output;
        bool json, follow, all, check;
        const char *where; /* which parcels: "open", "parked" … */
};

struct invocation {
        const struct options *options;
        char **words; /* after the verb */
        size_t n_words;
};

typedef int verb_fn(const struct invocation *in); /* Return: an exit code */

verb_fn verb_status, verb_facts, verb_shipment, verb_parcel, verb_parcels, verb_notices, verb_bays, verb_scan,
        verb_bay_close;
verb_fn verb_sheet, verb_rebuild, verb_doctor, verb_config_check, verb_keys_make;

/* The folder of --config. */
void verb_config_dir(const struct invocation *in, char *dir, size_t size);
