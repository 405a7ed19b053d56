/* SPDX-License-Identifier: Apache-2.0 */
/* What a person means by a text that they typed or scanned. */
#include "firmware/views/standing-internal.h"

#include "firmware/domain/waybill.h"

/* Return: 0, 1 the callback has enough, or as the header. */
static int hand_out_matches(struct store_stmt *query, const char *const keys[2],
        int (*fn)(const struct standing_match *m, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r;

        store_bind_text(q, 1, keys[0]);
        if (keys[1])
                store_bind_text(q, 2, keys[1]);
        while ((r = store_step(q)) == 0) {
                struct standing_match m = {
                        .by = store_column_str(q, 0),
                        .merchant = store_column_str(q, 1),
                        .shipment = store_column_str(q, 2),
                        .parcel = store_column_str(q, 3),
                        .state = store_column_str(q, 4),
                        .bench = store_column_str(q, 5),
                        .dead = standing_int(q, 6) != 0,
                        .gone = standing_int(q, 7) != 0,
                        .at_usec = store_column_int64(q, 8),
                        .at_offset_sec = standing_int(q, 9),
                };

                r = fn(&m, userdata);
                if (r != 0)
                        return r < 0 ? r : 1;
        }
        return standing_ended(r);
}

int standing_find(struct standing *s, const char *text,
        int (*fn)(const struct standing_match *m, void *userdata), void *userdata) {
        char number[WAYBILL_NUMBER_MAX + 1] = "";
        const char *const one[2] = {text, NULL}, *two[2] = {text, number};
        int r;

        if (waybill_normalise("yamato", text, number) != 0) /* the three carriers' numbers have one form */
                number[0] = 0;
        r = hand_out_matches(&s->shipments, one, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->codes, two, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->numbers, two, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->parcels, one, fn, userdata);
        if (r == 0 && store_version(facts_store(s->facts)) >= STANDING_ORDERS_SINCE)
                r = hand_out_matches(&s->orders, one, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->serials, one, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->gone, two, fn, userdata);
        if (r == 0)
                r = hand_out_matches(&s->gone_serials, one, fn, userdata);
        return r == 1 ? 0 : r;
}
