/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What verbs tell to programs: the same object for the same thing, wherever it stands. Times are RFC 3339 in UTC, null for none. */
#include "firmware/base/json.h"
#include "firmware/views/standing.h"

/* Members of @p into the object that is open. */
void write_parcel(struct json_writer *w, const struct standing_parcel *p);
void write_notice(struct json_writer *w, const struct standing_notice *n);
/* All columns of a fact, `data` as the object it is; a whole object, into an array or at the root. */
void write_fact(struct json_writer *w, const struct fact_row *row);
void write_time(struct json_writer *w, const char *key, int64_t wall_usec);
