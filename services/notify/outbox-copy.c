/* SPDX-License-Identifier: Apache-2.0 */
/* Notices that go as one copy: who is in it, and who could be. */
#include "services/notify/outbox-internal.h"

#include <errno.h>
#include <string.h>

const char *notice_row_copy(const struct notice_row *row) {
        return *row->digest ? row->digest : row->id;
}

/* A digest has an id that no notice has. */
int outbox_of_copy(struct outbox *o, const char *copy, struct notice_row *row) {
        int r = OUTBOX_E_NONE;

        if (strcmp(row->id, copy) == 0)
                return OUTBOX_E_NONE;
        if (*row->id == '\0')
                r = outbox_get(o, copy, row);
        if (r != OUTBOX_E_NONE)
                return r;
        store_bind_text(&o->of_copy, 1, copy);
        store_bind_text(&o->of_copy, 2, row->id);
        return outbox_first_row(&o->of_copy, row);
}

int outbox_mate(struct outbox *o, const struct notice_row *with, uint64_t boot_usec, struct notice_row *row) {
        store_bind_text(&o->mate, 1, with->gather);
        store_bind_text(&o->mate, 2, row->id);
        store_bind_text(&o->mate, 3, with->id);
        store_bind_int64(&o->mate, 4, with->unknowns > 0);
        store_bind_int64(&o->mate, 5, (int64_t) boot_usec);
        return outbox_first_row(&o->mate, row);
}

int outbox_gathering(struct outbox *o, const struct notice_row *row, uint64_t boot_usec, uint64_t *untilp) {
        _cleanup_reset_ struct store_stmt *q = &o->gathering;
        int r;

        store_bind_text(q, 1, row->gather);
        store_bind_int64(q, 2, row->unknowns > 0);
        store_bind_int64(q, 3, (int64_t) boot_usec);
        r = store_step(q);
        if (r != 0)
                return r < 0 ? r : -EIO; /* it always has a row */
        *untilp = (uint64_t) store_column_int64(q, 0);
        return 0;
}
