/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody came, or the order was cancelled: parcels go back to stock, each by its scan. */
#include "firmware/domain/pickup-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct due {
        struct shipment_ref *refs; /* owned */
        size_t n;
};

static int add(void *userdata, const struct shipment_ref *ref) {
        struct due *d = userdata;
        struct shipment_ref *refs = reallocarray(d->refs, d->n + 1, sizeof(*refs));

        if (!refs)
                return -ENOMEM;
        d->refs = refs;
        refs[d->n++] = *ref;
        return 0;
}

/* Under a clock that is not known to be right nothing expires: it would be gone for good, and a day more costs nothing. */
int pickup_expire_due(struct turn *t) {
        struct due due = {0};
        struct pickup_act act;
        int r;

        if (t->in->now.clock != CLOCK_QUALITY_SYNCED || !t->world->pickups_due)
                return 0;
        r = t->world->pickups_due(t->world->userdata, t->in->now.wall_usec, add, &due);
        t->alone = true;
        act = pickup_act_of(t);
        for (size_t i = 0; i < due.n && r == 0; i++) {
                r = turn_load_shipment(t, due.refs[i].merchant, due.refs[i].shipment);
                if (r == 0)
                        (void) pickup_expire(&act, &t->s, "kept-too-long");
        }
        t->alone = false;
        free(due.refs);
        return r < 0 ? r : 0;
}

int pickup_say_return(struct turn *t, struct parcel *p) {
        struct verdict *v;
        char shelf[NAME_SIZE];

        pickup_end(t);
        turn_take_parcel(t, p);
        pickup_shelf_words(p->shelf, shelf);
        v = turn_say(t, VERDICT_RETURN);
        verdict_sub_ja(v, "%s。在庫へ戻し、戻しカードを読む", t->s.cancelled ? "キャンセル" : "期限切れ");
        verdict_sub_en(
                v, "%s: put it back to stock, then RETURN", t->s.cancelled ? "cancelled" : "kept too long");
        return 0;
}

int pickup_restock(struct turn *t) {
        struct fact_builder fb;

        if (!t->p || t->p->state != PARCEL_EXPIRED)
                return turn_tell(t, VERDICT_NOT_NOW, "在庫へ戻す荷物を先に読む",
                        "read the parcel that goes back first");
        turn_parcel_fact(t, &fb, "pickup.restocked", &t->s, t->p);
        fact_end(&fb);
        t->p->state = PARCEL_RESTOCKED;
        (void) turn_tell(t, VERDICT_RESTOCKED, "次の荷物を読む", "read the next one");
        pickup_put_down(t);
        return 0;
}
