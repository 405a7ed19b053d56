/* SPDX-License-Identifier: Apache-2.0 */
/* Goods that a scan alone does not settle: confirmed by hand because the code cannot be read, or set aside as damaged. */
#include "firmware/domain/packout-internal.h"

#include <string.h>

#define CHOICES_MAX 9 /* one digit card */

/* --- by hand: the item is right, its code cannot be read --- */

static struct line *nth_wanted(struct turn *t, int nth) {
        for (size_t i = 0; i < t->s.n_lines; i++)
                if (line_is_goods_wanted(&t->s.lines[i]) && --nth == 0)
                        return &t->s.lines[i];
        return NULL;
}

static int by_hand_so_far(const struct parcel *p) {
        int n = 0;

        for (size_t i = 0; i < p->n_lines; i++)
                n += p->lines[i].by_hand;
        return n;
}

static int take_by_hand(struct turn *t, struct line *l, bool approved) {
        int times = t->b->times, r;

        if (times > line_left(l)) {
                turn_end_gesture(t);
                return item_refuse_too_many(t, l, times);
        }
        if (!approved && (l->serial == SERIAL_REQUIRE ||
                                 by_hand_so_far(t->p) + times > t->world->policy->hand_confirm_limit)) {
                t->b->gesture = GESTURE_LEADER;
                t->b->waiting = CONTROL_CONFIRM;
                (void) copy_text(t->b->argument, sizeof(t->b->argument), l->id);
                return turn_need_leader(t, "手入力の確認", "confirming by hand");
        }
        turn_end_gesture(t);
        r = item_take(t, l, l->id, times, 1, "hand");
        return r < 0 ? r : item_finish(t, l);
}

static int say_choices(struct turn *t) {
        struct verdict *v = turn_say(t, VERDICT_GESTURE);
        _cleanup_str_ struct str ja = STR_INIT, en = STR_INIT;

        for (int nth = 1; nth <= CHOICES_MAX; nth++) {
                const struct line *l = nth_wanted(t, nth);
                struct words w;

                if (!l)
                        break;
                words_line(l, &w);
                str_addf(&ja, "%s%d:%s", nth > 1 ? " " : "", nth, w.ja);
                str_addf(&en, "%s%d:%s", nth > 1 ? " " : "", nth, w.en);
        }
        if (ja.error || en.error)
                return ja.error ? ja.error : en.error;
        verdict_sub_ja(v, "番号を読む %s", ja.data);
        verdict_sub_en(v, "read a digit: %s", en.data);
        t->b->gesture = GESTURE_CHOOSE_HAND;
        return 0;
}

int hand_confirm(struct turn *t) {
        struct line *l = nth_wanted(t, 1);

        if (!t->p || t->p->state != PARCEL_OPEN || t->p->unverified)
                return turn_tell(t, VERDICT_NOT_NOW, "検品中の商品がない", "nothing to confirm here");
        if (!l)
                return turn_tell(t, VERDICT_NOT_NOW, "全部そろっている。OKを読む", "complete: read OK");
        return nth_wanted(t, 2) ? say_choices(t) : take_by_hand(t, l, false);
}

int hand_choose(struct turn *t, int nth) {
        struct line *l = t->p && t->p->state == PARCEL_OPEN && nth > 0 ? nth_wanted(t, nth) : NULL;

        return l ? take_by_hand(t, l, false) : say_choices(t);
}

int hand_approve(struct turn *t, const char *leader) {
        struct line *l = NULL;

        for (size_t i = 0; t->p && i < t->s.n_lines; i++)
                if (strcmp(t->s.lines[i].id, t->b->argument) == 0 && line_is_goods_wanted(&t->s.lines[i]))
                        l = &t->s.lines[i];
        if (!l || t->p->state != PARCEL_OPEN) {
                turn_end_gesture(t);
                return turn_tell(t, VERDICT_NOT_NOW, "もう要らない", "not wanted any more");
        }
        (void) copy_text(t->b->alarm_reason, sizeof(t->b->alarm_reason), "hand-confirm");
        turn_alarm_cleared(t, leader);
        t->b->alarm_reason[0] = '\0';
        return take_by_hand(t, l, true);
}

/* --- damaged --- */

static bool unit_is_here(struct turn *t, const struct line *l) {
        const struct parcel_line *pl = parcel_line_get(t->p, l->id);

        return pl && pl->quantity > 0;
}

/*
 * The unit is set aside. Had it been counted? With units of its line in the box we say yes and want one
 * more: too many asked for is seen at once, one too few is seen by the customer.
 */
static int set_aside(struct turn *t, struct line *l, int units) {
        struct parcel_line *pl = parcel_line_get(t->p, l->id);
        bool verified = unit_is_here(t, l), serial = l->serial != SERIAL_NONE && t->scan.serial[0];
        struct unit_owner owner;
        struct fact_builder fb;
        struct words w;
        struct verdict *v;

        if (verified && serial) {
                int r = t->world->unit(
                        t->world->userdata, t->s.merchant, item_kept_code(&t->scan), t->scan.serial, &owner);

                if (r < 0)
                        return r;
                verified = r == 0 && strcmp(owner.parcel, t->p->id) == 0; /* a serial leaves no doubt */
        }
        if (verified) {
                units = pl->quantity < units ? pl->quantity : units;
                pl->quantity -= units;
                pl->by_hand = pl->by_hand > pl->quantity ? pl->quantity : pl->by_hand;
                pl->counted = pl->counted > pl->quantity ? pl->quantity : pl->counted;
                pl->by_tag = pl->by_tag > pl->quantity ? pl->quantity : pl->by_tag;
                l->done -= units;
        }
        turn_fact(t, &fb, "item.damaged", t->s.merchant, t->p->id);
        json_write_string(&fb.w, "parcel", t->p->id);
        json_write_string(&fb.w, "shipment", t->s.id);
        json_write_string(&fb.w, "line", l->id);
        json_write_int(&fb.w, "quantity", units);
        json_write_bool(&fb.w, "verified", verified);
        if (serial)
                json_write_string(&fb.w, "serial", t->scan.serial);
        fact_end(&fb);
        t->b->damaged = true;
        v = turn_say(t, VERDICT_DAMAGED);
        words_line(l, &w);
        verdict_sub_ja(v, "%sを不良品棚へ。代わりか「欠品」を読む", w.ja);
        verdict_sub_en(v, "set %s aside, read another one; none: SHORT", w.en);
        return 0;
}

int hand_damaged(struct turn *t) {
        struct line *l = NULL;
        int units = 0;

        turn_end_gesture(t);
        if (!t->p || t->p->state != PARCEL_OPEN)
                return turn_tell(t, VERDICT_NOT_NOW, "先に伝票を読む", "read the order slip first");
        for (size_t i = 0; i < t->s.n_lines; i++) {
                int n = line_match(&t->s.lines[i], &t->scan);

                /* The line that has such a unit in this box, else the first that has the code. */
                if (n > 0 && (!l || (!unit_is_here(t, l) && unit_is_here(t, &t->s.lines[i])))) {
                        l = &t->s.lines[i];
                        units = n;
                }
        }
        return l ? set_aside(t, l, units) : item_scan(t);
}
