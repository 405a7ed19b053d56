/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A packing floor for tests: a fake world, two benches, a clock. A scenario is a list of scans with what
 * each must show and record; the facts of each step are folded into the world before the next.
 */
#include "tests/support/fake-world.h"
#include "tests/unit/domain/test.h"

struct scene {
        struct weighing weighing; /* at each input; zero: no scale */
        struct fake_world f;
        struct bench benches[2]; /* "bench-1", "bench-2" */
        struct stamp now;
        int ids;
        struct decision last;
        char facts[2048]; /* of the last step: "parcel.opened item.verified:scanned" */
};

struct step {
        const char *scan; /* "OKURU-C-…", "OKURU-P-…", a code */
        enum verdict_kind kind;
        /* Types in order, each with ':' and its reason, how, matched, source or state where it has one; ""
         * none. */
        const char *facts;
        int bench; /* 0 or 1 */
};

/* Two merchants' shipments, all with paper labels unless said otherwise. Lines: black (JAN 4901234567894, a
 * case of 12 is 14901234567891), hat (4912345678904), see the .c file. */
#define JAN_BLACK  "4901234567894"
#define CASE_BLACK "14901234567891"
#define JAN_HAT    "4912345678904"
#define JAN_OTHER  "4569951116179" /* known goods of nobody's order */
#define JAN_ALIEN  "4944440000113" /* a valid GTIN that nobody has told us of */
#define WAYBILL_1  "444413758703"
#define WAYBILL_2  "444413758714"
#define WAYBILL_3  "444413758725"
#define WAYBILL_4  "444413758736"
#define WAYBILL_5  "444413758740"
#define FOREIGN    "555500000016" /* on nobody's list */

#define LEADER "OKURU-P-BOSS-1"
#define PACKER "OKURU-P-PACK-1"
#define SECOND "OKURU-P-PACK-2"

void scene_init(struct scene *s, const char *policy);
void scene_deinit(struct scene *s);
#define _cleanup_scene_ _cleanup_(scene_deinit)
/* People p-boss (leader), p-one and p-two; bench 1 is signed in by p-one, unless @signed_in is false. */
void scene_people(struct scene *s, bool signed_in);

/* A shipment of one line: @quantity black socks, label @number ("" none) on paper. Extra members of the
 * command may be given as JSON ("\"partial\":true,"), or "". */
void scene_simple(struct scene *s, const char *id, int quantity, const char *number, const char *extra);
/* The same with given lines and inserts (JSON arrays). */
void scene_wish(struct scene *s, const char *merchant, const char *id, int version, const char *open_codes,
        const char *lines, const char *inserts, const char *extra);
#define LINE_BLACK(n)                                                                                        \
        "{\"line\":\"1\",\"order\":\"A-1\",\"name\":{\"ja\":\"靴下 黒 25cm\",\"en\":\"Socks black 25\"}," \
        "\"label\":{\"ja\":\"黒25cm\",\"en\":\"black 25\"},\"quantity\":" #n                                 \
        ",\"codes\":[{\"code\":\"" JAN_BLACK "\",\"units\":1},{\"code\":\"" CASE_BLACK "\",\"units\":12}]}"
#define LINE_HAT(n)                                                                                          \
        "{\"line\":\"2\",\"order\":\"A-1\",\"name\":{\"ja\":\"帽子\",\"en\":\"Hat\"},\"quantity\":" #n       \
        ",\"codes\":[{\"code\":\"" JAN_HAT "\",\"units\":1},{\"code\":\"HAT-01\",\"units\":1}]}"

/* One scan (any bytes up to a NUL); the decision is folded and stays in ->last. */
void scene_scan(struct scene *s, int bench, const char *scan);
void scene_step(struct scene *s, int bench, struct input *input);
void scene_tick(struct scene *s, int bench, int64_t seconds); /* time passes, then a tick */
/* Plays until {NULL}; fails naming the step. */
void scene_play(struct scene *s, const struct step *steps);
const struct verdict *scene_verdict(const struct scene *s); /* the last one said */
/* Data of the n-th fact of this type in the last decision; asserted to be there. Free it. */
struct json *scene_fact(const struct scene *s, const char *type, size_t nth);
