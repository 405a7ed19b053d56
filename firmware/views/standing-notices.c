/* SPDX-License-Identifier: Apache-2.0 */
/* What customers are told, and what a person must settle. */
#include "firmware/views/standing-internal.h"

static int hand_out_notices(struct store_stmt *query, standing_notice_fn fn, void *userdata) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_notice n = {
                        .id = store_column_str(q, 0),
                        .merchant = store_column_str(q, 1),
                        .shipment = store_column_str(q, 2),
                        .kind = store_column_str(q, 3),
                        .state = store_column_str(q, 4),
                        .channel = store_column_str(q, 5),
                        .reason = store_column_str(q, 6),
                        .generation = standing_int(q, 7),
                        .attempts = standing_int(q, 8),
                        .correction = standing_int(q, 9) != 0,
                        .not_before_usec = store_column_int64(q, 10),
                        .expires_usec = store_column_int64(q, 11),
                        .pos = store_column_int64(q, 12),
                        .changed_pos = store_column_int64(q, 13),
                };

                r = fn(&n, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return standing_ended(r);
}

int standing_notices_waiting(struct standing *s, standing_notice_fn fn, void *userdata) {
        return hand_out_notices(&s->waiting, fn, userdata);
}

int standing_notices_asking(
        struct standing *s, int (*fn)(const struct standing_asking *n, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->asking;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_asking n = {
                        .id = store_column_str(q, 0),
                        .merchant = store_column_str(q, 1),
                        .shipment = store_column_str(q, 2),
                        .kind = store_column_str(q, 3),
                        .since = store_column_str(q, 4),
                        .data = store_column_str(q, 5),
                        .expires_usec = store_column_int64(q, 6),
                };

                r = fn(&n, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return standing_ended(r);
}

int standing_notices_owing(struct standing *s, standing_notice_fn fn, void *userdata) {
        return hand_out_notices(&s->owing, fn, userdata);
}

int standing_notices(struct standing *s, int max, standing_notice_fn fn, void *userdata) {
        store_bind_int64(&s->notices, 1, max);
        return hand_out_notices(&s->notices, fn, userdata);
}

int standing_notices_of(struct standing *s, const char *merchant, const char *shipment, standing_notice_fn fn,
        void *userdata) {
        store_bind_text(&s->notices_of, 1, merchant);
        store_bind_text(&s->notices_of, 2, shipment);
        return hand_out_notices(&s->notices_of, fn, userdata);
}

int standing_conflicts(
        struct standing *s, int (*fn)(const struct standing_conflict *c, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->conflicts;
        int r;

        while ((r = store_step(q)) == 0) {
                struct standing_conflict c = {
                        .pos = store_column_int64(q, 0),
                        .time = store_column_str(q, 1),
                        .merchant = store_column_str(q, 2),
                        .shipment = store_column_str(q, 3),
                        .kind = store_column_str(q, 4),
                        .parcel = store_column_str(q, 5),
                        .text = store_column_str(q, 6),
                };

                r = fn(&c, userdata);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return standing_ended(r);
}
