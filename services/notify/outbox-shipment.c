/* SPDX-License-Identifier: Apache-2.0 */
/* The notices of one shipment: what a fact about it changes in them, and what they say of each other. */
#include "services/notify/outbox-internal.h"

#include <errno.h>

int outbox_wake(struct outbox *o, const char *merchant, const char *shipment) {
        struct store_stmt *const all[] = {&o->wake, &o->wake_doubtful, &o->wake_sending};
        int r = 0;

        store_bind_int64(&o->wake_sending, 3, PLAN_ANEW);
        for (size_t i = 0; i < ELEMENTSOF(all) && r == 0; i++) {
                store_bind_text(all[i], 1, merchant);
                store_bind_text(all[i], 2, shipment);
                r = store_run(all[i]);
        }
        return r;
}

int outbox_recall(struct outbox *o, const char *merchant, const char *shipment) {
        store_bind_text(&o->recall, 1, merchant);
        store_bind_text(&o->recall, 2, shipment);
        store_bind_int64(&o->recall, 3, PLAN_CHANGED);
        return store_run(&o->recall);
}

int outbox_wake_held(struct outbox *o, const char *merchant, const char *shipment) {
        store_bind_text(&o->wake_held, 1, merchant);
        store_bind_text(&o->wake_held, 2, shipment);
        return store_run(&o->wake_held);
}

int outbox_correct(struct outbox *o, const char *merchant, const char *shipment, const char *parcel,
        const char *kind, const struct stamp *now) {
        struct notice_row row;
        int r;

        for (;;) { /* each turn takes one row out of what is found */
                store_bind_text(&o->of_parcel, 1, merchant);
                store_bind_text(&o->of_parcel, 2, shipment);
                store_bind_text(&o->of_parcel, 3, parcel);
                store_bind_text(&o->of_parcel, 4, kind);
                r = outbox_first_row(&o->of_parcel, &row);
                if (r != 0)
                        return r == OUTBOX_E_NONE ? 0 : r;
                row.correction = true;
                if (notice_state_waits(row.state))
                        r = outbox_put(o, &row); /* its outcome will say so */
                else
                        r = outbox_conclude(o, &row, row.state, row.reason, now);
                if (r != 0)
                        return r;
        }
}

/* What a SELECT EXISTS says. Return: 1 yes, 0 no, -errno. */
static int is_there(struct store_stmt *query) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r = store_step(q);

        if (r != 0)
                return r < 0 ? r : -EIO; /* it always has a row */
        return store_column_int64(q, 0) != 0;
}

int outbox_has_arrived(struct outbox *o, const char *merchant, const char *shipment) {
        store_bind_text(&o->arrived, 1, merchant);
        store_bind_text(&o->arrived, 2, shipment);
        return is_there(&o->arrived);
}

int outbox_is_overtaken(struct outbox *o, const struct notice_row *row) {
        enum notice_kind kind;

        if (notice_kind_from_str(row->kind, &kind) < 0 || !notice_kind_is_office(kind))
                return 0;
        store_bind_text(&o->overtaken, 1, row->merchant);
        store_bind_text(&o->overtaken, 2, row->shipment);
        store_bind_text(&o->overtaken, 3, row->kind);
        store_bind_int64(&o->overtaken, 4, row->generation);
        return is_there(&o->overtaken);
}

int outbox_before(struct outbox *o, const struct notice_row *row, struct notice_row *before) {
        store_bind_text(&o->before, 1, row->merchant);
        store_bind_text(&o->before, 2, row->shipment);
        store_bind_text(&o->before, 3, row->kind);
        store_bind_int64(&o->before, 4, row->generation);
        return outbox_first_row(&o->before, before);
}
