/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A customer brings something back: it is taken in by the code of its parcel, its order's number or the QR of the mail, and looked
 * at at once. What becomes of the money is the OMS's: a notice of a refund comes from there.
 */
#include "firmware/domain/pickup-internal.h"

#include "firmware/domain/notice.h"
#include "firmware/domain/packout-internal.h"
#include "firmware/domain/pickup-token.h"

#include <string.h>

struct origin { /* of what came back */
        struct shipment_ref ref;
        char parcel[UUID_TEXT_MAX]; /* "" not known */
        const char *how;
};

int pickup_return_begin(struct turn *t) {
        pickup_end(t);
        pickup_put_down(t);
        turn_end_gesture(t);
        t->b->gesture = GESTURE_PICKUP_TAKE_BACK;
        return turn_tell(t, VERDICT_GESTURE, "返品の送り状、注文番号かQRを読む",
                "read the waybill, the order number or the QR of what came back");
}

static void take_owner(struct origin *o, const struct number_owner *owner, const char *how) {
        (void) copy_text(o->ref.merchant, sizeof(o->ref.merchant), owner->merchant); /* of the same sizes */
        (void) copy_text(o->ref.shipment, sizeof(o->ref.shipment), owner->shipment);
        (void) copy_text(o->parcel, sizeof(o->parcel), owner->parcel);
        o->how = how;
}

/* Return: 0, WORLD_E_NONE, -errno. */
static int by_number(struct turn *t, struct origin *o) {
        struct number_owner owner;
        struct open_found found;
        int r = waybill_find_owner(t, "", &owner);

        if (r == 0 && *owner.shipment) {
                take_owner(o, &owner, "waybill");
                return 0;
        }
        r = r < 0 ? r : open_find(t, &found);
        if (r < 0)
                return r;
        if (found.n_refs == 1) {
                o->ref = found.refs[0];
                o->how = "order";
                return 0;
        }
        r = t->world->closed_code(t->world->userdata, t->scan.text, &owner);
        if (r == 0)
                take_owner(o, &owner, "order");
        return r;
}

/* Return: 0 (@goodp false: said why not), -errno. */
static int by_token(struct turn *t, struct origin *o, bool *goodp) {
        struct pickup_token token;
        int r;

        *goodp = false;
        if (pickup_token_read(t->scan.text, &token) != 0 || token.kind != PICKUP_TOKEN_PICKUP)
                return turn_tell(t, VERDICT_UNKNOWN_CODE, "QRが読みきれない。もう一度読む",
                        "a damaged QR: read it again");
        r = pickup_token_check(t, t->scan.text, &token, "pickup", goodp);
        if (r < 0 || !*goodp)
                return r;
        (void) copy_text(o->ref.merchant, sizeof(o->ref.merchant), token.merchant);
        (void) copy_text(o->ref.shipment, sizeof(o->ref.shipment), token.shipment);
        o->how = "token";
        return 0;
}

/* An order that is long closed here has nobody to tell any more. */
static int tell_customer(struct turn *t, const struct origin *o) {
        int r = turn_load_shipment(t, o->ref.merchant, o->ref.shipment);

        if (r != 0)
                return r < 0 ? r : 0;
        return notice_return_taken(&t->d->facts, t->world->policy, t->world->realm, &t->s, o->parcel,
                t->b->name, turn_actor(t), &t->in->now);
}

static int receive(struct turn *t, const struct origin *o) {
        const char *id = t->in->fresh[t->n_fresh++];
        struct fact_builder fb;
        struct verdict *v;
        struct words owner;
        int r = words_owner(t, o->ref.merchant, o->ref.shipment, &owner);

        if (r < 0)
                return r;
        turn_fact(t, &fb, "return.received", o->ref.merchant, id);
        json_write_string(&fb.w, "shipment", o->ref.shipment);
        if (*o->parcel)
                json_write_string(&fb.w, "parcel", o->parcel);
        json_write_string(&fb.w, "how", o->how);
        fact_end(&fb);
        r = tell_customer(t, o);
        if (r < 0)
                return r;
        turn_end_gesture(t);
        t->b->gesture = GESTURE_PICKUP_INSPECT;
        (void) copy_text(t->b->argument, sizeof(t->b->argument), id); /* a uuid */
        (void) copy_text(t->b->merchant, sizeof(t->b->merchant), o->ref.merchant);
        (void) copy_text(t->b->shipment, sizeof(t->b->shipment), o->ref.shipment);
        v = turn_say(t, VERDICT_RETURNED);
        verdict_sub_ja(v, "%s。中身を見る。良ければOKか「不良品」", owner.ja);
        verdict_sub_en(v, "%s: look into it; OK when good, DAMAGED when not", owner.en);
        return 0;
}

int pickup_return_scan(struct turn *t) {
        struct origin o = {.how = ""};
        bool good = true;
        int r;

        if (strncmp(t->scan.text, PICKUP_TOKEN_PREFIX, strlen(PICKUP_TOKEN_PREFIX)) == 0)
                r = by_token(t, &o, &good);
        else
                r = by_number(t, &o);
        if (r < 0 || !good)
                return r;
        if (r == 0)
                return receive(t, &o);
        return turn_tell(t, VERDICT_UNKNOWN_CODE, "この店で知らない注文。注文番号を読む",
                "not an order that is known here: read its number");
}

int pickup_return_inspected(struct turn *t, bool good) {
        struct fact_builder fb;

        turn_fact(t, &fb, "return.inspected", t->b->merchant, t->b->argument);
        json_write_string(&fb.w, "shipment", t->b->shipment);
        json_write_string(&fb.w, "result", good ? "good" : "bad");
        fact_end(&fb);
        turn_end_gesture(t);
        return turn_tell(t, VERDICT_INSPECTED, good ? "良品。在庫の棚へ" : "不良品。不良品の棚へ",
                good ? "good: to the stock shelf" : "bad: to the shelf of damaged goods");
}
