/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What most verbs begin with: the station's files, opened read-only, and the words for what may go wrong. */
#include "firmware/cli/setup.h"
#include "firmware/cli/verb.h"
#include "firmware/views/standing.h"

struct look {
        struct setup setup;
        struct facts *facts;
        struct standing *standing;
        int64_t damaged; /* the last position that was passed over, its row being damaged; 0 none */
};

/* Return: VERB_OK, or VERB_FAILED, said. */
int look_setup(struct setup *s, const struct invocation *in);
int look_open(
        struct look *l, const struct invocation *in); /* close with look_deinit(), also after a failure */
void look_deinit(struct look *l);
/* After ->facts was opened anew: damaged facts are said on stderr and passed over. */
void look_watch(struct look *l);
/* @r of a read that failed. Return: VERB_FAILED, said; VERB_OK for 0 when nothing was damaged. */
int look_end(const struct look *l, int r);

#define MOMENT_MAX 24
/* "2026-11-21 14:02:03" on the clock of this machine; "" for 0. */
const char *moment(int64_t wall_usec, char buf[MOMENT_MAX]);
/* The same of RFC 3339; what is none stays empty. */
const char *moment_of(const char *rfc3339, char buf[MOMENT_MAX]);
