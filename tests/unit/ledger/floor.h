/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A bench and its intake on a real ledger: what is decided is written before the next decision. */
#include "firmware/domain/intake.h"
#include "firmware/domain/packout.h"
#include "tests/unit/ledger/scene.h"

#define CASE "14901234567891"
#define JAN  "4901234567894"

struct floor {
        struct scene *s;
        struct bench bench; /* "b1" */
        struct decision last;
        int ids;
};

int floor_setup(void **state);
int floor_teardown(void **state);

/* One scan; its facts are in the ledger. Return: the last verdict. */
enum verdict_kind floor_scan(struct floor *f, const char *code);
/* Time passed. */
void floor_tick(struct floor *f);
const char *floor_sub_ja(const struct floor *f); /* of the last verdict */
/* One command of the OMS, any JSON. */
void floor_command(struct floor *f, const char *type, const char *subject, const char *data);
/* An outcome of notify. @data without merchant and shipment's names. Return: as intake_outcome() */
int floor_outcome(struct floor *f, const char *type, const char *data);
/* Shipment S-1 of acme: 13 socks, bay y1, notices by the station. @more: members, or NULL */
void floor_shipment(struct floor *f, int version, const char *more);
void floor_label(struct floor *f, int version, const char *number);
/* Of two pieces. */
void floor_labels(struct floor *f, int version, const char *first, const char *second);
/* Of one piece, with print data in a sealed box. */
void floor_label_print(struct floor *f, int version, const char *number);
void floor_policy(struct floor *f, const char *shipped, const char *unknown);
/* The last decision has this many facts of the type. */
int floor_facts(const struct floor *f, const char *type);
