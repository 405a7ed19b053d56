/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Findings, one line each: what was looked at, how it is, and what to do when it is not well. */
#include "firmware/base/json.h"
#include "firmware/base/str.h"

enum report_state { REPORT_OK, REPORT_NOTE, REPORT_BAD };

struct report {
        bool json;
        enum report_state worst;
        struct str *out;       /* borrowed: the lines go there; NULL: to stdout, each as it comes */
        struct str line, text; /* of JSON: one document at the end */
        struct json_writer w;
};

void report_begin(struct report *r, bool json, struct str *out);
/* @what: a word or two of our own; the text may hold several lines and come from outside. */
void report_add(struct report *r, enum report_state state, const char *what, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* Return: 0, or 1 when something is bad. */
int report_end(struct report *r);
