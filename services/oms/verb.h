/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The verbs of okuru-oms. Those that write ask `serve` over its control socket; those that only look open the database as
 * readers. One table in main.c, one function each.
 */
#include "services/oms/config.h"
#include "services/oms/storage-views.h"

enum { /* exit codes */
        VERB_OK = 0,
        VERB_FAILED = 1, /* something was refused or could not be done; said on stderr */
        VERB_USAGE = 2,
};

struct options {
        const char *config, *station, *merchant, *reason, *type;
        bool json, follow;
};

struct invocation {
        const struct config *config;
        const struct options *options;
        char **words; /* after the verb */
        size_t n_words;
};

typedef int verb_fn(const struct invocation *in); /* Return: an exit code */

verb_fn verb_serve;
verb_fn verb_push, verb_hold, verb_release, verb_cancel, verb_label, verb_contact, verb_erase;
verb_fn verb_policy, verb_people, verb_bay, verb_codes, verb_block, verb_snapshot, verb_restored;
verb_fn verb_facts, verb_gaps, verb_conflicts, verb_shipments, verb_status;

/* What several verbs need. */

/* A diag on stderr. Return: VERB_FAILED. */
int verb_fail(const struct diag *d);
int verb_fail_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
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
/* Text from outside, on a terminal: control bytes as \xNN. */
void verb_print(FILE *to, const char *text);
/* Microseconds since 1970 as local time. */
void verb_print_time(FILE *to, int64_t usec);
