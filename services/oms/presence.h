/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which box answers to a station's name. Normally there is one. A copied disk, or a spare that was given a name in use, makes
 * two: the one that booted last is answered, the other is left alone, and a person is told. Pure.
 */
#include "services/oms/status.h"

#define PRESENCE_FRESH_USEC (180 * 1000000ULL) /* older than this means unknown */

struct presence_box {
        struct status status;
        uint64_t heard_usec; /* 0: never */
};
struct presence {
        struct presence_box answered, other;
};

enum {
        PRESENCE_E_TWO = 1, /* two boxes are live under this name: raise a conflict */
};

/**
 * presence_hear() - a status came
 * @now_usec: a clock that only runs forward; never 0
 *
 * Return: 0 or PRESENCE_E_TWO. @p->answered may be another box than before, either way.
 */
int presence_hear(struct presence *p, const struct status *status, uint64_t now_usec);

/* Online, and heard of within the last three minutes. */
bool presence_is_live(const struct presence_box *box, uint64_t now_usec);
/* Whether what concerns this ledger is answered. Of a station that never said a status everything is. */
bool presence_answers(const struct presence *p, const char *ledger);
