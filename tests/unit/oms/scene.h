/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Facts of a made-up station, for tests of what is kept. */
#include "services/oms/storage.h"
#include "tests/unit/oms/test.h"

#define SCENE_LEDGER  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SCENE_LEDGER2 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* cmocka set-up and tear-down: *state is a struct storage in memory. */
int scene_setup(void **state);
int scene_teardown(void **state);

struct source scene_source(const char *ledger, const char *lane);

/* One fact of station dc1/pack1. @n_id makes its id: the same number is the same fact. */
struct scene_fact {
        uint64_t sequence;
        unsigned n_id;
        const char *type, *subject, *data; /* NULL: something harmless */
        const char *refused;               /* NULL: it is readable */
};
/* Append in the caller's transaction, or fail the test. */
struct mark scene_append_within(
        struct storage *s, const struct source *source, const struct scene_fact *facts, size_t n);
/* The same in a transaction of its own. */
struct mark scene_append(
        struct storage *s, const struct source *source, const struct scene_fact *facts, size_t n);
