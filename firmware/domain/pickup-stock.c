/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody came, or the order was cancelled: customers are reminded, then parcels go back to stock, each by its scan. */
#include "firmware/domain/pickup-internal.h"

#include "firmware/domain/pickup-remind.h"
#include "firmware/domain/store-calendar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REMIND_SLICE      8
#define REMIND_PAUSE_USEC (60 * USEC_PER_SEC)

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

/*
 * A few shipments at each tick, in the order of their names; who waits is looked through once a minute. Which of them are
 * another's to remind is in their wishes only, so nothing smaller than the shipment says it.
 */
int pickup_remind_due(struct turn *t) {
        const struct stamp *now = &t->in->now;
        struct bench *b = t->b;
        struct due due = {0};
        int64_t today = store_day_of(now->wall_usec, now->offset_sec), until_usec;
        int r;

        if (!t->world->pickups_waiting || now->boot_usec < b->remind_from_boot_usec ||
                !pickup_remind_hours(t->world->policy, now))
                return 0;
        r = t->world->pickups_waiting(t->world->userdata, &b->reminded, REMIND_SLICE,
                store_time_of(today, 0, now->offset_sec), now->wall_usec, add, &due);
        for (size_t i = 0; i < due.n && r == 0; i++) {
                enum notice_kind kind = N_NOTICE_KINDS;

                r = turn_load_shipment(t, due.refs[i].merchant, due.refs[i].shipment);
                if (r == 0)
                        kind = pickup_remind(t->world->policy, &t->s, now, &until_usec);
                if (kind != N_NOTICE_KINDS)
                        (void) notice_remind(&t->d->facts, t->world->policy, t->world->realm, &t->s, kind,
                                until_usec, now);
        }
        b->reminded = due.n == REMIND_SLICE ? due.refs[due.n - 1] : (struct shipment_ref){0};
        if (due.n < REMIND_SLICE)
                b->remind_from_boot_usec = now->boot_usec + REMIND_PAUSE_USEC;
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
