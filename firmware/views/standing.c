/* SPDX-License-Identifier: Apache-2.0 */
/* What lies on the floor and who is at it. */
#include "firmware/views/standing-internal.h"

#include <errno.h>

/* ---- parcels ---- */

static int hand_out_parcels(struct store_stmt *query, standing_parcel_fn fn, void *userdata) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_parcel p = {
                        .id = store_column_str(q, 0),
                        .merchant = store_column_str(q, 1),
                        .shipment = store_column_str(q, 2),
                        .piece = standing_int(q, 3),
                        .pieces = standing_int(q, 4),
                        .state = store_column_str(q, 5),
                        .bench = store_column_str(q, 6),
                        .actor = store_column_str(q, 7),
                        .carrier = store_column_str(q, 8),
                        .number = store_column_str(q, 9),
                        .bay = store_column_str(q, 10),
                        .shelf = store_column_str(q, 11),
                        .reason = store_column_str(q, 12),
                        .pull_reason = store_column_str(q, 13),
                        .how = store_column_str(q, 14),
                        .unverified = standing_int(q, 15) != 0,
                        .partial = standing_int(q, 16) != 0,
                        .since_usec = store_column_int64(q, 17),
                        .since_offset_sec = standing_int(q, 18),
                        .on_box = store_column_str(q, 19),
                };

                r = fn(&p, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return standing_ended(r);
}

int standing_parcels(struct standing *s, enum standing_which which, standing_parcel_fn fn, void *userdata) {
        static const char *const states[] = {[STANDING_PARKED] = "parked",
                [STANDING_READY] = "ready",
                [STANDING_PULLED] = "pulled",
                [STANDING_EXPECTED] = "expected",
                [STANDING_ARRIVED] = "arrived",
                [STANDING_SHELVED] = "shelved",
                [STANDING_MISSING] = "missing",
                [STANDING_EXPIRED] = "expired"};

        if (which == STANDING_OPEN)
                return hand_out_parcels(&s->open, fn, userdata);
        if (which == STANDING_PULL)
                return hand_out_parcels(&s->pull, fn, userdata);
        store_bind_text(&s->state, 1, states[which]);
        return hand_out_parcels(&s->state, fn, userdata);
}

int standing_parcels_of(struct standing *s, const char *merchant, const char *shipment, standing_parcel_fn fn,
        void *userdata) {
        store_bind_text(&s->of_shipment, 1, merchant);
        store_bind_text(&s->of_shipment, 2, shipment);
        return hand_out_parcels(&s->of_shipment, fn, userdata);
}

/* ---- the counter ---- */

int standing_pickups(
        struct standing *s, int (*fn)(const struct standing_pickup *p, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->pickups;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_pickup p = {
                        .merchant = store_column_str(q, 0),
                        .shipment = store_column_str(q, 1),
                        .ready_usec = store_column_int64(q, 2),
                        .ready_offset_sec = (int) store_column_int64(q, 3),
                        .keep_until_usec = store_column_int64(q, 4),
                        .partial = store_column_int64(q, 5) != 0,
                        .paid = store_column_int64(q, 6) != 0,
                        .waiting = (int) store_column_int64(q, 7),
                };

                r = fn(&p, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return standing_ended(r);
}

/* ---- bays and benches ---- */

int standing_bays(
        struct standing *s, int (*fn)(const struct standing_bay *b, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->bays;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_bay b = {
                        .bay = store_column_str(q, 0),
                        .ready = store_column_int64(q, 1),
                        .pull = store_column_int64(q, 2),
                        .data = store_column_str(q, 3),
                };

                r = fn(&b, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return standing_ended(r);
}

int standing_benches(
        struct standing *s, int (*fn)(const struct standing_bench *b, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->benches;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_bench b = {
                        .bench = store_column_str(q, 0),
                        .person = store_column_str(q, 1),
                        .role = store_column_str(q, 2),
                        .parcel = store_column_str(q, 3),
                        .merchant = store_column_str(q, 4),
                        .shipment = store_column_str(q, 5),
                        .state = store_column_str(q, 6),
                        .call = store_column_str(q, 7),
                        .piece = standing_int(q, 8),
                        .pieces = standing_int(q, 9),
                        .carrier = store_column_str(q, 10),
                        .number = store_column_str(q, 11),
                        .bay = store_column_str(q, 12),
                        .lang = store_column_str(q, 13),
                };

                r = fn(&b, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return standing_ended(r);
}

/* ---- counts ---- */

static int count_lanes(struct standing *s, struct standing_counts *c) {
        _cleanup_reset_ struct store_stmt *q = &s->lanes;
        int r;

        while ((r = store_step(q)) == 0) {
                int64_t lane = store_column_int64(q, 0);

                if (lane < 0 || lane >= N_LANES)
                        return -EBADMSG;
                c->heads[lane] = (uint64_t) store_column_int64(q, 1);
                c->rows[lane] = (uint64_t) store_column_int64(q, 2);
        }
        return standing_ended(r);
}

int standing_count(struct standing *s, struct standing_counts *out) {
        _cleanup_reset_ struct store_stmt *q = &s->counts;
        struct standing_counts c = {0};
        int r = count_lanes(s, &c);

        if (r == 0)
                r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? -EBADMSG : r; /* it always has a row */
        c.open = store_column_int64(q, 0);
        c.parked = store_column_int64(q, 1);
        c.ready = store_column_int64(q, 2);
        c.pulled = store_column_int64(q, 3);
        c.pull = store_column_int64(q, 4);
        c.notices_waiting = store_column_int64(q, 5);
        c.conflicts = store_column_int64(q, 6);
        c.corrections = store_column_int64(q, 7);
        c.notices_asking = store_column_int64(q, 8);
        *out = c;
        return 0;
}
