/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One fact -> the derived tables. Nothing here looks at a clock or at anything but the row and the tables, so that a replay
 * derives what the live path derived.
 */
#include "firmware/ledger/ledger-private.h"

#include "firmware/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

int unfit(const struct row *row, const char *why) {
        log_debug("ledger: %s at %" PRId64 " does not fit: %s", row->type, row->pos, why);
        return LEDGER_E_UNFIT;
}

int fitting(const struct row *row, int r) {
        if (r == STORE_E_EXISTS)
                return unfit(row, "it is there already");
        if (r == LEDGER_E_NONE)
                return unfit(row, "what it is about is not there");
        return r;
}

int parcel_of_row(struct ledger *l, const struct row *row, struct parcel_row *p) {
        int r = parcel_get(l, row->subject, p);

        if (r != 0)
                return fitting(row, r);
        return strcmp(p->p.merchant, row->merchant) == 0 ? 0 : unfit(row, "another merchant's parcel");
}

void parcel_enter(struct parcel_row *p, const struct row *row, enum parcel_state state) {
        p->p.state = state;
        p->p.since_usec = row->wall_usec;
        p->p.since_offset_sec = row->offset_sec;
        if (*row->bench)
                PUT(p->p.bench, row->bench);
        if (*row->actor)
                PUT(p->p.actor, row->actor);
}

static apply_function find(const char *type) {
        apply_function f = apply_parcel_find(type);

        if (!f)
                f = apply_pickup_find(type);
        if (!f)
                f = apply_intake_find(type);
        return f ? f : apply_other_find(type);
}

int apply(struct ledger *l, const struct row *row) {
        _cleanup_(json_freep) struct json *data = NULL;
        apply_function f = find(row->type);
        int r = json_parse(row->data, row->n_data, &data, NULL);

        if (r == -EBADMSG || (r == 0 && json_type(data) != JSON_OBJECT))
                return unfit(row, "data is no JSON object");
        if (r < 0)
                return r;
        return f ? f(l, row, data) : 0;
}
