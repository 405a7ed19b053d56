/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The last scans of one bench, from what its facts say: for a program that was not there when they were made. What nobody recorded (a
 * code that is nowhere known, a card that changed nothing) is not among them. Pure.
 */
#include "firmware/base/json.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "firmware/domain/verdict.h"
#include "firmware/views/facts.h"

#define SCANS_MAX      10
#define SCAN_CODE_SIZE 130

struct scan {
        int64_t pos; /* of the last fact that it made */
        enum verdict_kind kind;
        char boot[40];
        uint64_t mono_usec; /* of facts: one turn, one moment */
        char time[TIME_TEXT_MAX], code[SCAN_CODE_SIZE], shipment[ID_SIZE]; /* "" where the fact says none */
};
struct scans { /* the newest first */
        struct scan items[SCANS_MAX];
        size_t n;
};

/* What a scan that made this fact came to; VERDICT_NONE: no scan made it. */
enum verdict_kind scan_kind(const char *type, const struct json *data);
/* In any order. Facts of one turn are one scan: the last of them says what became of it. */
void scans_add(struct scans *s, const struct fact_row *row);
/* As the list of a screen has it: one JSON object. */
void scan_write(const struct scan *scan, struct str *out);
