/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A store's counters for tests: packout-scene's floor, with both benches as counters. */
#include "tests/unit/domain/packout-scene.h"

#define PARCEL_1 "01900000-0000-7000-8000-000000000001"
#define PARCEL_2 "01900000-0000-7000-8000-000000000002"
#define PARCEL_3 "01900000-0000-7000-8000-000000000003"
#define SHELF_B3 "OKURU-S-B-3"
#define SHELF_C1 "OKURU-S-C-1"

#define PROOF_CARD "OKURU-C-PROOF-DOCUMENT"
#define ORDER_CARD "OKURU-C-PROOF-ORDER-NAME"
#define OK_CARD    "OKURU-C-OK"
#define UNDO       "OKURU-C-UNDO"
#define SHORT      "OKURU-C-SHORT"
#define MISSING    "OKURU-C-MISSING"

#define COUNTER(policy)                                                                                      \
        _cleanup_scene_ struct scene s;                                                                      \
        (void) state;                                                                                        \
        scene_init(&s, policy);                                                                              \
        s.benches[0].kind = s.benches[1].kind = BENCH_COUNTER

/* An order of @pieces boxes for this store, order number ORD-<id>; @pickup: the member, "{}" for the defaults. */
static inline void counter_order(struct scene *s, const char *id, int pieces, const char *pickup) {
        char extra[400], codes[80];

        (void) snprintf(codes, sizeof(codes), "[\"%s\"]", id);
        (void) snprintf(extra, sizeof(extra), "\"pieces\":%d,\"pickup\":%s,", pieces, pickup);
        scene_wish(s, "acme", id, 1, codes, LINE_BLACK(2), "", extra);
}

/* One of one box, on its shelf and ready. */
static inline void counter_ready(struct scene *s, const char *id, const char *parcel, const char *number,
        const char *shelf, const char *pickup) {
        counter_order(s, id, 1, pickup);
        fake_expect(&s->f, "acme", id, parcel, 1, number, "");
        scene_scan(s, 0, number);
        scene_scan(s, 0, shelf);
        assert_int_equal(scene_verdict(s)->kind, VERDICT_READY);
}

/* S-1 of two boxes: its customer stands there, one of the boxes is read, and the other is not. */
static inline void counter_serving(struct scene *s) {
        static const char *const scans[] = {
                WAYBILL_1, SHELF_B3, WAYBILL_2, SHELF_B3, "ORD-S-1", PROOF_CARD, WAYBILL_1};

        counter_order(s, "S-1", 2, "{}");
        fake_expect(&s->f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        fake_expect(&s->f, "acme", "S-1", PARCEL_2, 2, WAYBILL_2, "");
        for (size_t i = 0; i < ELEMENTSOF(scans); i++)
                scene_scan(s, 0, scans[i]);
        assert_int_equal(scene_verdict(s)->kind, VERDICT_OK);
        assert_int_equal(s->benches[0].pickup.n_checked, 1);
}
