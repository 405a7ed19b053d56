/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The verbs of okuru-oms. Those that write ask `serve` over its control socket; those that only look open the database as
 * readers. One table in main.c, one function each.
 */
#include "firmware/base/say.h"
#include "firmware/base/verb.h"
#include "services/oms/config.h"
#include "services/oms/storage-views.h"

struct options {
        const char *file; /* of the config; the others are NULL when not given */
        const char *station, *merchant, *reason, *type;
        bool json, follow;
        struct config config; /* what the file says */
};

verb_fn verb_serve;
verb_fn verb_push, verb_hold, verb_release, verb_cancel, verb_label, verb_contact, verb_notice, verb_erase;
verb_fn verb_policy, verb_people, verb_keys, verb_offer, verb_bay, verb_codes, verb_block, verb_snapshot,
        verb_restored;
verb_fn verb_facts, verb_gaps, verb_conflicts, verb_shipments, verb_expected, verb_status;

/* What several verbs need. */

/* Return: VERB_OK with the reader, or VERB_FAILED, said. */
int verb_open_reader(const struct invocation *in, struct storage **sp);
struct view_filter verb_filter(const struct invocation *in);
/* Return: the exit code for what a view returned; said when it is not 0. */
int verb_settle_view(int r);
/* Ends the object and prints it on a line of its own. Return: 0 or -errno. */
int verb_print_object(struct str *text, struct json_writer *w);

struct asker;
/* Return: VERB_OK with the connection to `serve`, or VERB_FAILED, said. */
int verb_connect(const struct invocation *in, struct asker **ap);
/* Microseconds since 1970 as local time. */
void verb_print_time(FILE *to, int64_t usec);
