/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control codes. A new card replaces the gesture that waits, unless it is its answer:
 *   damaged         an item; PARK parks the box for it
 *   choose by hand  a digit
 *   short           a leader's badge: goes partial; PARK: waits for the merchant
 *   reopen, void,   a waybill, or an order slip
 *   pull
 *   void confirm    RETURN or OK
 *   leader, read    a leader's badge
 *   bay count       digits, then OK; differs: a leader's badge or digits again
 *   collection      waybills, until OK or UNDO
 */
#include "firmware/domain/packout-internal.h"

#include <stdio.h>
#include <string.h>

static int not_now(struct turn *t) {
        return turn_tell(t, VERDICT_NOT_NOW, "今は使えないカード", "this card has nothing to do here");
}

static int ask(struct turn *t, enum gesture gesture, const char *ja, const char *en) {
        turn_end_gesture(t);
        t->b->gesture = gesture;
        return turn_tell(t, VERDICT_GESTURE, ja, en);
}

static int set_times(struct turn *t, int n) {
        int limit = t->world->policy->quantity_limit;
        char head[32], head_en[32];
        struct verdict *v;

        turn_end_gesture(t);
        if (!t->p || t->p->state != PARCEL_OPEN)
                return turn_tell(t, VERDICT_NOT_NOW, "先に伝票を読む", "read the order slip first");
        if (n < 1 || n > limit) {
                v = turn_say(t, VERDICT_NOT_NOW);
                verdict_sub_ja(v, "数量は%dまで。分けて読む", limit);
                verdict_sub_en(v, "at most %d at once", limit);
                return 0;
        }
        t->b->times = n;
        v = turn_say(t, VERDICT_TIMES);
        (void) snprintf(head, sizeof(head), "数量 ×%d", n);
        (void) snprintf(head_en, sizeof(head_en), "QUANTITY %d", n);
        verdict_head(v, head, head_en);
        verdict_sub_ja(v, "数えて、商品を1回読む");
        verdict_sub_en(v, "count them, then read the item once");
        return 0;
}

static int digit(struct turn *t, int n) {
        switch (t->b->gesture) {
        case GESTURE_BAY_COUNT:
        case GESTURE_BAY_LEADER:
                return collect_digit(t, n);
        case GESTURE_CHOOSE_HAND:
                return hand_choose(t, n);
        default:
                return not_now(t);
        }
}

static int ok(struct turn *t) {
        switch (t->b->gesture) {
        case GESTURE_BAY_COUNT:
        case GESTURE_BAY_LEADER:
                return collect_counted(t);
        case GESTURE_VOID:
        case GESTURE_VOID_CONFIRM:
                return undo_void_confirm(t);
        case GESTURE_COLLECTION:
                turn_end_gesture(t);
                return turn_tell(t, VERDICT_IDLE, "引渡しを終えた。伝票を読む",
                        "collection ended: read an order slip");
        case GESTURE_NONE:
                return pack_ok(t);
        default:
                return gesture_awaits_leader(t) ? gesture_say_leader(t) : not_now(t);
        }
}

static int undo(struct turn *t) {
        if (t->b->gesture == GESTURE_NONE && t->b->times == 1)
                return turn_tell(t, VERDICT_NOT_NOW, "取り消すものがない", "nothing to undo");
        turn_end_gesture(t);
        return turn_tell(t, VERDICT_UNDONE, "操作をやめた。記録は変わらない",
                "given up; nothing recorded has changed");
}

static int damaged(struct turn *t) {
        if (!t->p || t->p->state != PARCEL_OPEN || t->p->unverified)
                return turn_tell(t, VERDICT_NOT_NOW, "検品中の箱がない", "no box is open");
        return ask(t, GESTURE_DAMAGED, "不良品を読む", "read the damaged item");
}

static int park(struct turn *t) {
        enum gesture gesture = t->b->gesture;
        char shelf[NAME_SIZE];

        if (!t->p)
                return turn_tell(t, VERDICT_NOT_NOW, "保留する箱がない", "no box to park");
        if (gesture == GESTURE_SHORT_LEADER)
                return pack_short_park(t);
        turn_argument(t, shelf);
        return pack_park(t, gesture == GESTURE_DAMAGED ? "damaged" : pack_park_reason(t), shelf);
}

static int resume(struct turn *t) {
        turn_end_gesture(t);
        if (t->p)
                return open_say_state(t, VERDICT_RESUMED);
        return turn_tell(
                t, VERDICT_GESTURE, "保留棚の箱の伝票を読む", "read the order slip of the parked box");
}

static int pull(struct turn *t) {
        if (t->p)
                return turn_tell(t, VERDICT_NOT_NOW, "今の箱を終えるか、保留する",
                        "finish this box first, or park it");
        return ask(t, GESTURE_PULL, "抜き取る箱の送り状を読む", "read the waybill of the parcel to pull");
}

static int go_back(struct turn *t) {
        bool waits = t->b->gesture == GESTURE_VOID_CONFIRM || t->b->gesture == GESTURE_VOID;

        return waits ? undo_void_confirm(t) : not_now(t);
}

int gesture_control(struct turn *t) {
        const struct control_code *c = &t->scan.control;

        switch (c->control) {
        case CONTROL_CONFIRM:
                return hand_confirm(t);
        case CONTROL_TIMES:
                return set_times(t, c->n);
        case CONTROL_DIGIT:
                return digit(t, c->n);
        case CONTROL_OK:
                return ok(t);
        case CONTROL_UNDO:
                return undo(t);
        case CONTROL_DAMAGED:
                return damaged(t);
        case CONTROL_SHORT:
                turn_end_gesture(t);
                return pack_short(t);
        case CONTROL_PARK:
                return park(t);
        case CONTROL_RESUME:
                return resume(t);
        case CONTROL_NEXT_PIECE:
                turn_end_gesture(t);
                return pack_next_piece(t);
        case CONTROL_REOPEN:
                return undo_reopen(t);
        case CONTROL_VOID:
                return undo_void(t);
        case CONTROL_REPRINT:
                turn_end_gesture(t);
                return pack_reprint(t);
        case CONTROL_RETURN:
                return go_back(t);
        case CONTROL_PULL:
                return pull(t);
        case CONTROL_SHIP:
                return collect_begin(t);
        case CONTROL_BAY_CLOSE:
                return collect_bay(t);
        case CONTROL_SIGN_OUT:
                return people_sign_out(t);
        case CONTROL_PROOF: /* a counter's */
        case CONTROL_TAKE_BACK:
        case CONTROL_ARRIVE:
        case CONTROL_RESEND:
        case CONTROL_OPT_OUT:
        case CONTROL_MISSING:
        case CONTROL_APPROVE:
        case CONTROL_REFUSE:
                return not_now(t);
        case CONTROL_NONE:
        case _CONTROL_N:
                break;
        }
        return turn_tell(t, VERDICT_NOT_NOW, "知らないカード", "a card that this station does not know");
}

static int say_return_waits(struct turn *t) {
        return turn_tell(
                t, VERDICT_RETURN, "棚に戻し、戻しか「やめる」を読む", "put it back, then RETURN; or UNDO");
}

int gesture_scan(struct turn *t, bool *handledp) {
        *handledp = true;
        switch (t->b->gesture) {
        case GESTURE_DAMAGED:
                return hand_damaged(t);
        case GESTURE_REOPEN:
                return undo_reopen_scan(t);
        case GESTURE_VOID:
                return undo_void_scan(t);
        case GESTURE_VOID_CONFIRM:
                return say_return_waits(t);
        case GESTURE_PULL:
                return undo_pull_scan(t);
        case GESTURE_COLLECTION:
                return collect_scan(t);
        case GESTURE_CHOOSE_HAND:
                turn_end_gesture(t); /* the code could be read after all */
                break;
        case GESTURE_BAY_COUNT:
                return turn_tell(
                        t, VERDICT_NOT_NOW, "数字カードで個数を読む", "read the count with the digit cards");
        case GESTURE_LEADER:
        case GESTURE_READ_LEADER:
        case GESTURE_SHORT_LEADER:
        case GESTURE_BAY_LEADER:
                return gesture_say_leader(t);
        case GESTURE_PICKUP_PARTIAL:
        case GESTURE_PICKUP_PAY:
        case GESTURE_PICKUP_ARRIVE:
        case GESTURE_PICKUP_CRATE:
        case GESTURE_PICKUP_TAKE_BACK:
        case GESTURE_PICKUP_INSPECT:
        case GESTURE_PICKUP_OFFER:
        case GESTURE_PICKUP_CHOOSE:
        case GESTURE_NONE:
                break;
        }
        *handledp = false;
        return 0;
}

bool gesture_awaits_leader(const struct turn *t) {
        switch (t->b->gesture) {
        case GESTURE_LEADER:
        case GESTURE_READ_LEADER:
        case GESTURE_SHORT_LEADER:
        case GESTURE_BAY_LEADER:
                return true;
        default:
                return false;
        }
}

int gesture_say_leader(struct turn *t) {
        switch (t->b->gesture) {
        case GESTURE_READ_LEADER:
                return turn_need_leader(t, "手書き送り状の確認", "a hand-written waybill");
        case GESTURE_SHORT_LEADER:
                return turn_need_leader(
                        t, "一部出荷。待つなら保留カード", "a partial shipment (to wait: PARK)");
        case GESTURE_BAY_LEADER:
                return turn_need_leader(
                        t, "個数の違い。数え直してもよい", "a count that differs (or count again)");
        default:
                return turn_need_leader(t, "確認待ち。やめるなら取消し", "what was asked for (or UNDO)");
        }
}

int gesture_approve(struct turn *t, const char *leader) {
        switch (t->b->gesture) {
        case GESTURE_READ_LEADER:
                return waybill_approve_read(t, leader);
        case GESTURE_SHORT_LEADER:
                return pack_approve_short(t);
        case GESTURE_BAY_LEADER:
                return collect_approve(t, leader);
        case GESTURE_LEADER:
                if (t->b->waiting == CONTROL_CONFIRM)
                        return hand_approve(t, leader);
                if (t->b->waiting == CONTROL_REPRINT)
                        return pack_approve_reprint(t);
                return undo_approve_void(t, leader);
        default:
                return not_now(t);
        }
}
