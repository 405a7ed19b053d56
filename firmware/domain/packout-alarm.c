/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stops a bench until the right scan:
 *   foreign waybill   a leader's badge, or PARK
 *   held              PARK (or the release, which intake brings)
 *   changed           a leader's badge: on with the new lines; or PARK
 *   cancelled         RETURN: what goes back to the shelf was put back
 *   done elsewhere    the same, unless it is undone there
 */
#include "firmware/domain/packout-internal.h"

#include <string.h>

static void set_alarm(struct turn *t, enum alarm alarm, const char *reason) {
        t->b->alarm = alarm;
        (void) copy_text(t->b->alarm_reason, sizeof(t->b->alarm_reason), reason);
}

static void clear_alarm(struct turn *t) {
        t->b->alarm = ALARM_NONE;
        t->b->alarm_reason[0] = '\0';
        t->b->tags_wait = true; /* what lies in the box was not looked at meanwhile */
}

static int say_foreign(struct turn *t, const char *merchant, const char *shipment) {
        struct verdict *v = turn_say(t, VERDICT_FOREIGN_WAYBILL);
        struct words w = {0};
        int r = *shipment ? words_owner(t, merchant, shipment, &w) : 0;

        verdict_sub_ja(
                v, "%s%s送り状。リーダーを呼ぶ", *shipment ? w.ja : "登録のない", *shipment ? "の" : "");
        verdict_sub_en(v, "waybill of %s: call a leader", *shipment ? w.en : "nobody we know");
        return r;
}

int alarm_foreign(struct turn *t, const struct number_owner *owner) {
        turn_refuse(t, "foreign-waybill", NULL, owner ? owner->shipment : NULL);
        set_alarm(t, ALARM_FOREIGN_WAYBILL, "foreign-waybill");
        turn_end_gesture(t);
        return say_foreign(t, owner ? owner->merchant : "", owner ? owner->shipment : "");
}

static int say_foreign_again(struct turn *t) {
        return turn_tell(t, VERDICT_FOREIGN_WAYBILL, "別の送り状だった。リーダーの名札を読む",
                "a foreign waybill was read: a leader's badge, or PARK");
}

int alarm_held(struct turn *t) {
        const char *reason = t->s.reason && t->s.reason[0] ? t->s.reason : NULL;
        struct verdict *v = turn_say(t, VERDICT_HELD);

        set_alarm(t, ALARM_HELD, "held");
        verdict_sub_ja(v, "%s。保留棚に置き、保留カードを読む", reason ? reason : "保留中");
        verdict_sub_en(v, "%s: put it on the shelf, read PARK", reason ? reason : "on hold");
        return 0;
}

int alarm_cancelled(struct turn *t) {
        struct words w;
        struct verdict *v = turn_say(t, VERDICT_CANCELLED);

        set_alarm(t, ALARM_CANCELLED, "cancelled");
        words_contents(&t->s, t->p, &w);
        verdict_sub_ja(v, "%sを棚に戻し、戻しカードを読む", w.ja);
        verdict_sub_en(v, "put back %s, then read RETURN", w.en);
        return 0;
}

int alarm_elsewhere(struct turn *t, const struct claim *c) {
        set_alarm(t, ALARM_ELSEWHERE, "done-elsewhere");
        return claim_say(
                t, c, "商品を棚に戻し、戻しカードを読む", "goods back to the shelf, then read RETURN");
}

/* Did another station take what is in hand, or give it back? */
static int refresh_elsewhere(struct turn *t, bool *saidp) {
        struct claim c;
        int r = claim_find(t, t->p, &c);

        if (r < 0)
                return r;
        if (r == 0 && t->b->alarm != ALARM_ELSEWHERE) {
                *saidp = true;
                return alarm_elsewhere(t, &c);
        }
        if (r == WORLD_E_NONE && t->b->alarm == ALARM_ELSEWHERE)
                clear_alarm(t);
        return 0;
}

static int say_elsewhere_again(struct turn *t) {
        struct claim c;
        int r = claim_find(t, t->p, &c);

        return r == 0 ? alarm_elsewhere(t, &c) : r < 0 ? r : 0;
}

static int say_changed(struct turn *t) {
        return turn_tell(t, VERDICT_CHANGED, "内容が変わった。リーダーを呼ぶ",
                "the lines have changed: a leader's badge, or PARK");
}

static int park(struct turn *t, const char *reason) {
        char shelf[NAME_SIZE];

        turn_argument(t, shelf);
        if (t->b->alarm == ALARM_FOREIGN_WAYBILL)
                turn_alarm_cleared(t, "");
        clear_alarm(t);
        return pack_park(t, reason, shelf);
}

/*
 * The box does not hold what is wanted now, and would go out so: the wish changed while nobody looked (a restart, a
 * hold that hid it), or a leader sent it on and the goods were not put back.
 */
static bool is_wrong_now(const struct turn *t) {
        const struct parcel *p = t->p;

        if (p->unverified || p->version >= t->s.version || t->b->gesture == GESTURE_VOID_CONFIRM)
                return false;
        return shipment_is_overfull(&t->s) ||
               (p->state == PARCEL_PACKED && p->piece >= t->s.pieces && shipment_missing(&t->s) > 0);
}

/* What is true now rules, whatever woke us: a release clears a hold, a hold that nobody announced stops. */
static int refresh(struct turn *t, bool *saidp) {
        *saidp = false;
        if (t->s.cancelled && t->b->alarm != ALARM_CANCELLED) {
                *saidp = true;
                return alarm_cancelled(t);
        }
        if (t->s.held && t->b->alarm != ALARM_HELD && !t->s.cancelled) {
                *saidp = true;
                return alarm_held(t);
        }
        if (t->b->alarm == ALARM_HELD && !t->s.held)
                clear_alarm(t);
        if (!t->s.cancelled && !t->s.held) {
                int r = refresh_elsewhere(t, saidp);

                if (r < 0 || *saidp)
                        return r;
        }
        if (t->b->alarm == ALARM_NONE && !t->s.cancelled && !t->s.held && is_wrong_now(t)) {
                *saidp = true;
                set_alarm(t, ALARM_CHANGED, "changed");
                return say_changed(t);
        }
        return 0;
}

int alarm_gate(struct turn *t, bool *handledp) {
        enum control control = t->scan.kind == BARCODE_CONTROL ? t->scan.control.control : CONTROL_NONE;
        bool is_park = control == CONTROL_PARK, said;
        int r;

        *handledp = false;
        if (!t->p || control == CONTROL_SIGN_OUT)
                return 0;
        r = refresh(t, &said);
        if (r < 0)
                return r;
        *handledp = said || t->b->alarm != ALARM_NONE;
        /* An alarm nobody has seen yet is shown first, whatever was read. */
        if (said)
                return 0;
        switch (t->b->alarm) {
        case ALARM_NONE:
                return 0;
        case ALARM_FOREIGN_WAYBILL:
                return is_park ? park(t, "by-hand") : say_foreign_again(t);
        case ALARM_HELD:
                return is_park ? park(t, "held") : alarm_held(t);
        case ALARM_CHANGED:
                return is_park ? park(t, "changed") : say_changed(t);
        case ALARM_CANCELLED:
                if (control == CONTROL_RETURN)
                        return undo_void_parcel(t, &t->s, t->p, "cancelled", "");
                return alarm_cancelled(t);
        case ALARM_ELSEWHERE:
                if (control == CONTROL_RETURN)
                        return undo_void_parcel(t, &t->s, t->p, "done-elsewhere", "");
                return say_elsewhere_again(t);
        }
        return 0;
}

bool alarm_awaits_leader(const struct turn *t) {
        return t->b->alarm == ALARM_FOREIGN_WAYBILL || t->b->alarm == ALARM_CHANGED;
}

/* On with the new lines: a packed box that is no longer complete is open again. */
static int go_on_changed(struct turn *t) {
        struct fact_builder fb;

        if (shipment_is_overfull(&t->s))
                return undo_ask_return(t, &t->s, t->p, VERDICT_RETURN);
        if (t->p->state == PARCEL_PACKED && t->p->piece >= t->s.pieces && shipment_missing(&t->s) > 0) {
                turn_parcel_fact(t, &fb, "parcel.reopened", &t->s, t->p);
                json_write_string(&fb.w, "from", "packed");
                fact_end(&fb);
                t->p->state = PARCEL_OPEN;
        }
        return open_say_state(t, VERDICT_RESUMED);
}

int alarm_approve(struct turn *t, const char *leader) {
        bool changed = t->b->alarm == ALARM_CHANGED;

        turn_alarm_cleared(t, leader);
        clear_alarm(t);
        if (changed)
                return go_on_changed(t);
        return open_say_state(t, VERDICT_RESUMED);
}
