/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a verb lists: rows of a table for a person, or a line of JSON each, shown once the whole was read. */
#include "firmware/base/json.h"
#include "firmware/cli/table.h"

struct list {
        struct table table;
        bool json;
        struct str text; /* of JSON lines */
        struct str line; /* the one that is being written */
};

/* @heads: borrowed; NULL-terminated */
void list_init(struct list *l, const char *const *heads, bool json);
void list_deinit(struct list *l); /* twice is harmless */
/* A row in JSON: an object is open in @w between the two. Return: 0, -errno. */
void list_begin_row(struct list *l, struct json_writer *w);
int list_end_row(struct list *l, struct json_writer *w);
/* On stdout. @whole: the read did not fail; half a table is not shown, the lines of JSON are. */
void list_print(const struct list *l, bool whole);
