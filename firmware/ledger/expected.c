/* SPDX-License-Identifier: Apache-2.0 */
/* The shipment that the next decision will ask for, read while nobody waits. Any write makes it worthless. */
#include "firmware/ledger/ledger-private.h"

#include <string.h>

void expected_drop(struct ledger *l) {
        if (l->expected.known)
                shipment_deinit(&l->expected.s);
        l->expected = (struct expected){0};
}

int ledger_expect(struct ledger *l, const char *merchant, const char *shipment) {
        struct expected fresh = {.known = true,
                .lasts = true,
                .n_changes = store_n_changes(l->store),
                .n_undone = store_n_undone(l->store)};
        int r;

        expected_drop(l);
        r = shipment_load(l, merchant, shipment, &fresh.s);
        if (r != 0)
                return r < 0 ? r : 0;
        l->expected = fresh;
        return 0;
}

void expected_pass(struct ledger *l) {
        if (l->expected.lasts) {
                l->expected.lasts = false;
                return; /* for this one input; what it borrows of the wishes stays as long */
        }
        expected_drop(l);
        wishes_trim(&l->wishes); /* nothing that was lent before is in use any more */
}

bool expected_take(struct ledger *l, const char *merchant, const char *shipment, struct shipment *s) {
        struct expected *e = &l->expected;

        if (!e->known || e->n_changes != store_n_changes(l->store) ||
                e->n_undone != store_n_undone(l->store) || strcmp(e->s.merchant, merchant) != 0 ||
                strcmp(e->s.id, shipment) != 0)
                return false;
        *s = e->s;
        *e = (struct expected){.lasts = e->lasts};
        return true;
}
