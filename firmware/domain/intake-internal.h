/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The parts of intake.c that lie in files of their own; not for others. */
#include "firmware/domain/intake.h"

struct intake { /* one command being decided */
        const struct world *world;
        struct bench *benches; /* the station's; changed in place */
        size_t n_benches;
        const struct command *command;
        struct json *doc; /* owned until a step takes it */
        struct decision *d;
};

/* One command type. Return: 0 (facts or a refusal made), -errno. */
int intake_shipment(struct intake *in);
int intake_label(struct intake *in);
int intake_label_block(struct intake *in);
int intake_contact(struct intake *in);
int intake_contact_erase(struct intake *in);
int intake_policy(struct intake *in);
int intake_people(struct intake *in);
int intake_bay(struct intake *in);
int intake_item_codes(struct intake *in);
int intake_fact_refused(struct intake *in);
int intake_snapshot(struct intake *in);
int intake_known(struct intake *in);
int intake_claims(struct intake *in);
int intake_expected(struct intake *in);
int intake_keys(struct intake *in);
int intake_offer(struct intake *in);
int intake_notice(struct intake *in);

enum { INTAKE_E_SETTLED = 1 }; /* refused or already there: nothing more is to be done */

/* command.refused; @key and @text may be NULL, @known 0 leaves it out. Return: 0 or the list's error. */
int intake_refuse(struct intake *in, const char *reason, const char *key, const char *text, int64_t known);
/* The same for a shape that a reader refused. */
int intake_refuse_shape(struct intake *in, const struct diag *diag);
/* The document against command_shape_check(). Return: 0, INTAKE_E_SETTLED refused, -errno. */
int intake_check_shape(struct intake *in);
/* A refusal when @version is older than @known, or the same with other content. Positive: refused or already there. */
int intake_check_version(struct intake *in, int64_t version, int64_t known, const struct json *known_doc);

/* pickup.ready, when this wish was all that @s waited for. @s changes as pickup_ready() says. */
void intake_pickup_ready(struct intake *in, struct shipment *s);
/* What waits at a counter goes back; what was handed over is a conflict. */
void intake_pickup_cancelled(struct intake *in, struct shipment *s);

/* conflict.found about a shipment. */
void intake_conflict(struct intake *in, const char *merchant, const char *shipment, const char *kind,
        const char *parcel, const char *text);
/* Next free verdict of the decision for this bench, NULL when there is no room (then the bench learns it at its next scan). */
struct verdict *intake_verdict(struct intake *in, enum verdict_kind kind, const struct bench *bench);
/* The bench where this parcel lies open, NULL when none. */
struct bench *intake_bench_of(struct intake *in, const char *parcel);
