/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who may sign in at a screen: what the OMS has said of a person, and how many wrong tries there were. With the ledger in hand only,
 * as everything of ledger.h.
 */
#include "firmware/domain/pin-hash.h"
#include "firmware/domain/policy.h"
#include "firmware/ledger/ledger.h"

struct ledger_person {
        char person[ID_SIZE];
        char badge[33];
        char call[PERSON_CALL_SIZE]; /* "" none */
        enum person_role role;
        char lang[3];            /* "" not said */
        char pin[PIN_HASH_SIZE]; /* "" none: a badge suffices everywhere */
};
/* One of @badge and @person; the other NULL. Return: 0, LEDGER_E_NONE, -errno. */
int ledger_person(struct ledger *l, const char *badge, const char *person, struct ledger_person *out);
/* By person, from the one after @after ("": the first); @each returns 0 to go on. Return: 0, what @each returned, -errno. */
int ledger_people(struct ledger *l, const char *after,
        int (*each)(const struct ledger_person *p, void *userdata), void *userdata);

struct ledger_try {
        char who[ID_SIZE]; /* a person; "" this box */
        int64_t n;
        char boot[UUID_TEXT_MAX];
        uint64_t at_usec, until_usec; /* CLOCK_BOOTTIME of that boot */
};
int ledger_tries(struct ledger *l, int (*each)(const struct ledger_try *t, void *userdata), void *userdata);
/* Within a transaction. @n 0: forgotten. Return: 0, -errno. */
int ledger_try_put(struct ledger *l, const struct ledger_try *t);
