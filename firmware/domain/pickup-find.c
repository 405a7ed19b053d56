/* SPDX-License-Identifier: Apache-2.0 */
/* What was read: a parcel in one of its states, an order, or nothing that is known here. */
#include "firmware/domain/pickup-internal.h"

#include "firmware/domain/packout-internal.h"

#include <string.h>

int pickup_refuse(struct turn *t, const char *reason, const char *ja, const char *en) {
        turn_refuse(t, reason, NULL, NULL);
        return turn_tell(t, VERDICT_NO_HAND_OVER, ja, en);
}

int pickup_say_collected(struct turn *t, const struct number_owner *o) {
        struct verdict *v = turn_say(t, VERDICT_ALREADY);
        char when[WORDS_SIZE];

        words_when(o->at_usec, o->at_offset_sec, o->bench, when);
        verdict_head(v, "お渡し済み", "HANDED OVER");
        verdict_sub_ja(v, "お渡し済み %s。何もしない", when);
        verdict_sub_en(v, "handed over %s: nothing to do", when);
        (void) copy_text(v->merchant, sizeof(v->merchant), o->merchant);
        (void) copy_text(v->shipment, sizeof(v->shipment), o->shipment);
        (void) copy_text(v->parcel, sizeof(v->parcel), o->parcel);
        return 0;
}

static int say_dead(struct turn *t) {
        turn_refuse(t, "dead-waybill", NULL, NULL);
        return turn_tell(t, VERDICT_DEAD_WAYBILL, "差替え済みか取消済み。リーダーを呼ぶ",
                "replaced or voided: call the leader");
}

static int say_packing(struct turn *t, const struct parcel *p) {
        struct verdict *v = turn_say(t, VERDICT_OPEN_ELSEWHERE);

        verdict_sub_ja(v, "%sで梱包中の箱。そちらへ戻す", p->bench);
        verdict_sub_en(v, "being packed at %s: take it there", p->bench);
        return 0;
}

/* Whoever reads a parcel on its shelf wants to move it, or has its customer before him: both go on from here. */
static int show_shelved(struct turn *t, struct parcel *p) {
        struct shipment_ref ref;

        if (t->s.at_counter.is_ready) {
                (void) copy_text(ref.merchant, sizeof(ref.merchant), t->s.merchant);
                (void) copy_text(ref.shipment, sizeof(ref.shipment), t->s.id);
                turn_take_parcel(t, p);
                return pickup_begin(t, &ref, 1, PROOF_NONE);
        }
        turn_take_parcel(t, p);
        return pickup_say_shelve(t, VERDICT_NEXT, p);
}

static int wrong_parcel(struct turn *t, const struct parcel *p) {
        struct verdict *v;
        struct words owner;
        char shelf[NAME_SIZE];
        int r = words_owner(t, t->s.merchant, t->s.id, &owner);

        if (r < 0)
                return r;
        pickup_shelf_words(p->shelf, shelf);
        turn_refuse(t, "wrong-parcel", NULL, t->s.id);
        v = turn_say(t, VERDICT_WRONG_PARCEL);
        verdict_sub_ja(
                v, "%sの荷物。%s%s戻し、渡す荷物を読む", owner.ja, *shelf ? "棚" : "", *shelf ? shelf : "");
        verdict_sub_en(v, "%s: put it back%s%s, read the customer's", owner.en, *shelf ? " on " : "", shelf);
        return 0;
}

static int owner_says_collected(struct turn *t, const struct parcel *p) {
        struct number_owner o = {.at_usec = p->since_usec, .at_offset_sec = p->since_offset_sec};

        (void) copy_text(o.merchant, sizeof(o.merchant), t->s.merchant);
        (void) copy_text(o.shipment, sizeof(o.shipment), t->s.id);
        (void) copy_text(o.parcel, sizeof(o.parcel), p->id);
        (void) copy_text(o.bench, sizeof(o.bench), p->bench);
        return pickup_say_collected(t, &o);
}

static int by_state(struct turn *t, struct parcel *p) {
        switch (p->state) {
        case PARCEL_OPEN:
        case PARCEL_PACKED:
        case PARCEL_PARKED:
        case PARCEL_PULLED:
                return say_packing(t, p);
        case PARCEL_READY:
        case PARCEL_SHIPPED:
                if (!t->s.pickup.wanted)
                        return pickup_refuse(
                                t, "no-pickup", "店舗受取ではない荷物", "not for pickup at a store");
                return pickup_arrive(t, p);
        case PARCEL_EXPECTED:
                return pickup_arrive(t, p);
        case PARCEL_ARRIVED:
        case PARCEL_MISSING:
                turn_take_parcel(t, p);
                return pickup_say_shelve(t, VERDICT_NEXT, p);
        case PARCEL_SHELVED:
                return show_shelved(t, p);
        case PARCEL_COLLECTED:
                return owner_says_collected(t, p);
        case PARCEL_EXPIRED:
                return pickup_say_return(t, p);
        case PARCEL_RESTOCKED:
                return pickup_refuse(t, "expired", "在庫へ戻した荷物", "it went back to stock");
        case PARCEL_VOIDED:
        case N_PARCEL_STATES:
                break;
        }
        return say_dead(t);
}

/* The case was opened by a parcel that was read on its shelf, and nothing has been done for a customer. */
static bool is_only_looked_at(const struct turn *t) {
        const struct pickup_memory *m = &t->b->pickup;

        return t->b->parcel[0] && m->n_cases > 0 && m->n_checked == 0 && m->proof == PROOF_NONE && !m->paid;
}

int pickup_parcel(struct turn *t, const struct number_owner *o) {
        struct parcel *p;
        bool said;
        int r;

        if (o->gone)
                return pickup_say_collected(t, o);
        if (o->dead)
                return say_dead(t);
        r = turn_load_shipment(t, o->merchant, o->shipment);
        p = r == 0 ? shipment_parcel(&t->s, o->parcel) : NULL;
        if (r < 0)
                return r;
        if (!p)
                return pickup_unknown(t);
        r = pickup_claimed(t, p, &said);
        if (r < 0 || said)
                return r;
        if (t->b->pickup.n_cases > 0 && pickup_has(t, o->merchant, o->shipment) && p->state == PARCEL_SHELVED)
                return pickup_check(t, p);
        if (is_only_looked_at(t))
                pickup_end(t);
        if (t->b->pickup.n_cases > 0 && p->state != PARCEL_COLLECTED)
                return wrong_parcel(t, p);
        return by_state(t, p);
}

/* ---- an order ---- */

int pickup_order(struct turn *t, bool *handledp) {
        struct open_found found;
        struct number_owner owner;
        int r = open_find(t, &found);

        if (r < 0)
                return r;
        *handledp = true;
        if (found.n_refs > 0)
                return pickup_choose(t, found.refs, found.n_refs, PICKUP_SAME_MERCHANT);
        r = t->world->closed_code(t->world->userdata, t->scan.text, &owner);
        if (r == 0 && (owner.state == PARCEL_COLLECTED || owner.gone))
                return pickup_say_collected(t, &owner);
        if (r == 0)
                return pickup_refuse(t, "cancelled", "中止か在庫戻しの注文", "cancelled, or back to stock");
        *handledp = false;
        return r < 0 ? r : 0;
}

int pickup_unknown(struct turn *t) {
        turn_refuse(t, "unknown-shipment", NULL, NULL);
        if (t->world->snapshot_open)
                return turn_tell(t, VERDICT_NOT_YET_KNOWN, "データ待ち。棚に置かず、後で読む",
                        "this box has no data yet: read it later");
        return open_unknown_code(t);
}
