/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the tests of the store have in common: a folder of their own, and a small database kind. */
#include "firmware/store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SCENE_APPLICATION_ID 0x6f6b5453u

struct scene {
        char folder[64]; /* 0750, ours, removed at the end */
        char path[96];   /* of a database that is not there yet */
};

/* cmocka set-up and tear-down: *state is a struct scene. */
int scene_setup(void **state);
int scene_teardown(void **state);

/* One table item(code TEXT PRIMARY KEY, n INTEGER), with the log. */
extern const struct store_schema scene_schema;

/* Opens or fails the test, saying why. */
struct store *scene_open_writer(const struct scene *scene);
struct store *scene_open_reader(const struct scene *scene);
/* One item in a transaction of its own. Return: of the first of begin, insert, commit that is not 0. */
int scene_put(struct store *s, const char *code, int64_t n);
int64_t scene_count(struct store *s);
/* The first column of the first row of @sql; fails the test when there is none. */
int64_t scene_int(struct store *s, const char *sql);
