/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one next thing: what a bench waits for when nobody looks at the last answer any more. A green gives way to it after a
 * moment; a red or an alarm never does, so this is not asked then, and says nothing while an alarm stands.
 *
 * Source: reference of the floor, section 3: never clear a red by time, clear a green after at most 1.5 s.
 */
#include "firmware/domain/packout-internal.h"

#include <stdio.h>

static void name_it(struct turn *t, const char *ja, const char *en) {
        verdict_head(&t->d->verdicts[t->d->n_verdicts - 1], ja, en);
}

int prompt_say_idle(struct turn *t) {
        return turn_tell(t, VERDICT_IDLE, "伝票・トート・送り状のどれかを読む",
                "read an order slip, a tote or a waybill");
}

static int say_gesture(struct turn *t) {
        if (gesture_awaits_leader(t))
                return gesture_say_leader(t);
        if (t->b->gesture == GESTURE_COLLECTION)
                return collect_say(t);
        return turn_tell(t, VERDICT_GESTURE, "カードの続きを読む", "go on with what the card asked for");
}

static int say_open(struct turn *t) {
        int missing = shipment_missing(&t->s), r;
        char ja[VERDICT_HEAD_MAX], en[VERDICT_HEAD_MAX];

        if (!t->p->unverified && missing == 0 && shipment_awaits_confirm(&t->s)) {
                r = item_say_confirm(t, VERDICT_NEXT);
                name_it(t, "同梱確認", "INSERTS");
                return r;
        }
        r = open_say_state(t, VERDICT_NEXT);
        (void) snprintf(ja, sizeof(ja), "商品 残%d", missing);
        (void) snprintf(en, sizeof(en), "%d TO GO", missing);
        if (t->p->unverified || missing == 0)
                name_it(t, "商品", "GOODS");
        else
                name_it(t, ja, en);
        return r;
}

static int say_box(struct turn *t) {
        int r;

        if (t->p->state != PARCEL_PACKED)
                return say_open(t);
        if (weight_is_off(t)) {
                r = pack_say_next(t, VERDICT_WEIGHT);
                weight_head(t, &t->d->verdicts[t->d->n_verdicts - 1]);
                return r;
        }
        r = pack_say_next(t, VERDICT_NEXT);
        name_it(t, "送り状", "WAYBILL");
        return r;
}

static int say(struct turn *t) {
        int r = turn_load(t);

        if (r < 0)
                return r;
        if (t->world->people_known && t->b->person[0] == '\0')
                return turn_tell(t, VERDICT_LOCKED, "自分の名札を読む", "read your badge to begin");
        if (t->b->gesture != GESTURE_NONE)
                return say_gesture(t);
        if (!t->p)
                return prompt_say_idle(t);
        return t->s.held || t->s.cancelled ? 0 : say_box(t); /* the next scan stops it, and says so aloud */
}

int prompt_say(struct turn *t) {
        int r = t->b->alarm == ALARM_NONE ? say(t) : 0;

        for (size_t i = 0; i < t->d->n_verdicts; i++) {
                t->d->verdicts[i].prompt = true;
                t->d->verdicts[i].until_acknowledged = false;
        }
        return r;
}

int prompt_say_weight(struct turn *t) {
        int r = turn_load(t);

        if (r < 0 || !t->p || t->p->state != PARCEL_PACKED)
                return r;
        return prompt_say(t);
}
