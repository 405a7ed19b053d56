/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Findings, one line each: what was looked at, how it is, and what to do when it is not well. */
#include "firmware/base/json.h"
#include "firmware/base/str.h"

enum report_state { REPORT_OK, REPORT_NOTE, REPORT_BAD };

struct report {
        bool json;
        enum report_state worst;
        struct str line, text; /* of JSON: one document at the end */
        struct json_writer w;
};

void report_begin(struct report *r, bool json);
/* @what: a word or two of our own; the text may hold several lines and come from outside. */
void report_add(struct report *r, enum report_state state, const char *what, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* Return: VERB_OK, or VERB_FAILED when something is bad. */
int report_end(struct report *r);

/* What `config check` does, into a report. @dir: where station.yaml, sync.yaml and notify.yaml lie. */
void config_check(struct report *r, const char *dir);
