/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How far one source has been applied, and what becomes of the next event. Pure: this is the whole rule of the receiving side;
 * everything around it moves bytes.
 *
 * Source: services/sync/contract/README.md, "applied".
 */
#include "firmware/base/uuid.h"

#include <stdbool.h>
#include <stdint.h>

struct mark {
        uint64_t upto;   /* every sequence up to here is committed or refused for good */
        uint64_t gap;    /* 0, or a sequence that came although the one after upto had not */
        uint64_t forked; /* 0, or a sequence that came with another id than is kept */
        char upto_id
                [UUID_TEXT_MAX]; /* of the event that is kept at upto; "" for none. The storage's to fill */
        unsigned n_new, n_same, n_retold, n_refused;
};

enum mark_verdict {
        MARK_NEXT,   /* append it; then mark_advance() */
        MARK_SAME,   /* known: say `applied` again, and nothing more */
        MARK_FORKED, /* its place is taken by another one: keep it aside */
        MARK_GAP,    /* it comes too early: leave it, the station sends it again */
};

/* True when the id that is kept at this place is wanted by mark_decide(). */
bool mark_is_old(const struct mark *m, uint64_t sequence);

/**
 * mark_decide() - what becomes of one event
 * @sequence: from 1
 * @id: the event's id; "" when it could not be read
 * @known_id: of the event at this place; "" when that was refused unread; NULL when nothing is kept there (it was passed over).
 * Looked at only when mark_is_old()
 */
enum mark_verdict mark_decide(struct mark *m, uint64_t sequence, const char *id, const char *known_id);

void mark_advance(struct mark *m, uint64_t sequence); /* after MARK_NEXT, whether it was kept or refused */

/**
 * mark_pass() - pass over what the station says it can no longer send
 *
 * Return: true when the mark moved: the range covers the sequence that is awaited.
 */
bool mark_pass(struct mark *m, uint64_t first, uint64_t last);
