/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One code read at a pickup counter. What it may be, first that holds:
 *   a card                     its gesture
 *   a shelf                    the parcel in hand lies there
 *   a signed token             the customer's shipment, offline
 *   a parcel's number          it has come, is in hand, or is the customer's
 *   a crate's code             all its parcels have come
 *   an order's or another code the customer's shipments: the case
 *   the till's receipt         while one is awaited
 *   eight characters           a pickup code, right or wrong
 *   nobody knows it            said so
 */
#include "firmware/domain/pickup-internal.h"

#include "firmware/domain/packout-internal.h"
#include "firmware/domain/pickup-token.h"

#include <string.h>

#define SHELF_PREFIX "OKURU-S-"

void pickup_put_down(struct turn *t) {
        t->b->parcel[0] = '\0';
        t->p = NULL;
}

int pickup_load(struct turn *t) {
        struct bench *b = t->b;
        int r;

        if (b->parcel[0] == '\0')
                return 0;
        r = turn_load_shipment(t, b->merchant, b->shipment);
        if (r == 0)
                t->p = shipment_parcel(&t->s, b->parcel);
        if (r >= 0 && !t->p)
                pickup_put_down(t);
        return r < 0 ? r : 0;
}

bool pickup_awaits_leader(const struct turn *t) {
        return t->b->gesture == GESTURE_PICKUP_PARTIAL || t->b->gesture == GESTURE_PICKUP_PAY;
}

int pickup_approve(struct turn *t) {
        return t->b->gesture == GESTURE_PICKUP_PARTIAL ? pickup_declare_approved(t)
                                                       : pickup_paid_by_leader(t);
}

int pickup_say_idle(struct turn *t) {
        (void) turn_tell(t, VERDICT_IDLE, "荷物・受取コード・注文番号のどれかを読む",
                "read a parcel, a pickup code or an order number");
        verdict_head(&t->d->verdicts[t->d->n_verdicts - 1], "コードを読む", "READ A CODE");
        return 0;
}

static int say_now(struct turn *t) {
        if (t->world->people_known && t->b->person[0] == '\0')
                return turn_tell(t, VERDICT_LOCKED, "自分の名札を読む", "read your badge to begin");
        if (t->b->pickup.n_cases > 0)
                return pickup_say_case(t);
        if (t->p)
                return pickup_say_shelve(t, VERDICT_NEXT, t->p);
        return pickup_say_idle(t);
}

int pickup_prompt(struct turn *t) {
        int r = pickup_load(t);

        if (r == 0)
                r = say_now(t);
        for (size_t i = 0; i < t->d->n_verdicts; i++) {
                t->d->verdicts[i].prompt = true;
                t->d->verdicts[i].until_acknowledged = false;
        }
        return r;
}

static int not_now(struct turn *t) {
        return turn_tell(t, VERDICT_NOT_NOW, "今は使えないカード", "this card has nothing to do here");
}

static int undo(struct turn *t) {
        bool something = t->b->pickup.n_cases > 0 || t->b->parcel[0] || t->b->gesture != GESTURE_NONE;

        if (!something)
                return pickup_take_back(t);
        turn_end_gesture(t);
        pickup_end(t);
        pickup_put_down(t);
        return turn_tell(t, VERDICT_UNDONE, "操作をやめた。記録は変わらない",
                "given up; nothing recorded has changed");
}

static int control(struct turn *t) {
        switch (t->scan.control.control) {
        case CONTROL_UNDO:
                return undo(t);
        case CONTROL_ARRIVE:
                pickup_end(t);
                pickup_put_down(t);
                turn_end_gesture(t);
                t->b->gesture = GESTURE_PICKUP_ARRIVE;
                return turn_tell(
                        t, VERDICT_GESTURE, "予告のない荷物を読む", "read the parcel that nobody announced");
        case CONTROL_TAKE_BACK:
                return pickup_return_begin(t);
        case CONTROL_DAMAGED:
                return t->b->gesture == GESTURE_PICKUP_INSPECT ? pickup_return_inspected(t, false)
                                                               : not_now(t);
        case CONTROL_RETURN:
                return pickup_restock(t);
        case CONTROL_OK:
                if (t->b->gesture == GESTURE_PICKUP_CRATE)
                        return pickup_crate_end(t);
                if (t->b->gesture == GESTURE_PICKUP_INSPECT)
                        return pickup_return_inspected(t, true);
                if (t->b->gesture == GESTURE_PICKUP_OFFER)
                        return pickup_offer_redeem(t);
                return t->b->pickup.n_cases > 0 ? pickup_hand_some(t) : not_now(t);
        case CONTROL_DIGIT:
                return t->b->gesture == GESTURE_PICKUP_CHOOSE ? pickup_chosen(t, t->scan.control.n)
                                                              : not_now(t);
        case CONTROL_PROOF:
                return pickup_prove(t);
        case CONTROL_SHORT:
                return pickup_declare(t);
        case CONTROL_RESEND:
                return pickup_resend(t);
        case CONTROL_OPT_OUT:
                return pickup_opt_out(t);
        case CONTROL_MISSING:
                return pickup_lost(t);
        case CONTROL_SIGN_OUT:
                pickup_end(t);
                pickup_put_down(t);
                return people_sign_out(t);
        default:
                return not_now(t);
        }
}

/* The name of a shelf as it is kept. Return: was it one. */
static bool read_shelf(const char *text, char shelf[NAME_SIZE]) {
        if (strncmp(text, SHELF_PREFIX, strlen(SHELF_PREFIX)) != 0 ||
                !copy_text(shelf, NAME_SIZE, text + strlen(SHELF_PREFIX)))
                return false;
        for (char *c = shelf; *c; c++)
                if (*c >= 'A' && *c <= 'Z')
                        *c = (char) (*c - 'A' + 'a');
        return name_is_valid(shelf);
}

static int on_known(struct turn *t, bool *handledp) {
        struct number_owner owner;
        int r = waybill_find_owner(t, "", &owner);

        *handledp = r == 0 && (owner.gone || owner.dead || *owner.parcel);
        if (*handledp)
                return pickup_parcel(t, &owner);
        if (r >= 0)
                r = pickup_crate(t, handledp);
        return r < 0 || *handledp ? r : pickup_order(t, handledp);
}

int pickup_scan(struct turn *t) {
        char shelf[NAME_SIZE];
        bool handled = false;
        int r;

        if (t->scan.kind == BARCODE_CONTROL)
                return control(t);
        if (t->b->gesture == GESTURE_PICKUP_CHOOSE) /* something else tells more */
                turn_end_gesture(t);
        if (t->b->gesture == GESTURE_PICKUP_TAKE_BACK)
                return pickup_return_scan(t);
        if (t->b->gesture == GESTURE_PICKUP_INSPECT)
                return turn_tell(t, VERDICT_GESTURE, "返品を見る。良ければOKか「不良品」",
                        "look at what came back: OK when good, DAMAGED when not");
        if (strncmp(t->scan.text, SHELF_PREFIX, strlen(SHELF_PREFIX)) == 0)
                return read_shelf(t->scan.text, shelf) ? pickup_shelf(t, shelf)
                                                       : turn_tell(t, VERDICT_UNKNOWN_CODE,
                                                                 "棚コードが壊れている。別の棚コードを読む",
                                                                 "not the code of a shelf: read another one");
        if (strncmp(t->scan.text, PICKUP_TOKEN_PREFIX, strlen(PICKUP_TOKEN_PREFIX)) == 0)
                return pickup_token(t);
        r = on_known(t, &handled);
        if (r < 0 || handled)
                return r;
        if (t->b->gesture == GESTURE_PICKUP_PAY)
                return pickup_receipt(t);
        if (t->b->gesture == GESTURE_PICKUP_ARRIVE)
                return pickup_arrive_unannounced(t);
        return pickup_is_code(t) ? pickup_code(t) : pickup_unknown(t);
}
