/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The carrier is here: parcels are scanned out one by one. A bay that is closed by its count, or by nobody, is packout-collect-bay.c; the fact
 * says which.
 */
#include "firmware/domain/packout-internal.h"

#include <string.h>

int collect_ship(struct turn *t, const struct shipment *s, struct parcel *p, enum shipped_how how) {
        struct fact_builder fb;
        char at[TIME_TEXT_MAX];

        turn_parcel_fact(t, &fb, "parcel.shipped", s, p);
        json_write_string(&fb.w, "carrier", p->carrier);
        json_write_string(&fb.w, "number", p->number);
        json_write_string(&fb.w, "how", shipped_how_to_str(how));
        if (p->bay[0])
                json_write_string(&fb.w, "bay", p->bay);
        json_write_string(&fb.w, "ready_at",
                time_format(p->ready_usec > 0 ? p->ready_usec : p->since_usec, t->in->now.offset_sec, at));
        json_write_int(&fb.w, "policy", t->world->policy->version);
        fact_end(&fb);
        p->state = PARCEL_SHIPPED;
        return turn_notice(t, s, "shipped");
}

int collect_say(struct turn *t) {
        const char *bay = t->b->argument;
        struct words name = {0};
        struct verdict *v;
        int r = *bay ? words_bay(t, bay, &name) : 0;

        v = turn_say(t, VERDICT_COLLECTION);
        verdict_sub_ja(v, "%s%s送り状を順に読む。最後にOKを読む", name.ja, *bay ? ":" : "");
        verdict_sub_en(v, "%s%sread each waybill; OK when done", name.en, *bay ? ": " : "");
        return r;
}

int collect_begin(struct turn *t) {
        char bay[NAME_SIZE];

        if (t->p)
                return turn_tell(t, VERDICT_NOT_NOW, "今の箱を終えるか、保留する",
                        "finish this box first, or park it");
        turn_argument(t, bay);
        turn_end_gesture(t);
        t->b->gesture = GESTURE_COLLECTION;
        (void) copy_text(t->b->argument, sizeof(t->b->argument), bay);
        return collect_say(t);
}

static int refuse_collection(struct turn *t, const struct parcel *p) {
        struct claim c;
        struct verdict *v;
        char when[WORDS_SIZE], tail[WORDS_SIZE];
        int r = words_number_on_box(t, p, tail);

        if (r < 0)
                return r;
        words_when(p->since_usec, p->since_offset_sec, p->bench, when);
        if (p->state == PARCEL_READY && strcmp(p->pull_reason, "done-elsewhere") == 0) {
                r = claim_find(t, p, &c);
                if (r <= 0)
                        return r < 0 ? r
                                     : claim_say(t, &c, "渡さない。抜き取る", "do not hand over: pull it");
        }
        if (p->state == PARCEL_READY) {
                v = turn_say(t, VERDICT_PULL);
                turn_refuse(t, t->s.cancelled ? "cancelled" : "held", NULL, t->s.id);
                verdict_sub_ja(v, "渡さない。…%sを抜き取る", tail);
                verdict_sub_en(v, "do not hand over: pull …%s", tail);
        } else if (p->state == PARCEL_SHIPPED) {
                v = turn_say(t, VERDICT_ALREADY);
                verdict_sub_ja(v, "発送済み %s。何もしない", when);
                verdict_sub_en(v, "shipped %s: nothing to do", when);
        } else {
                v = turn_say(t, VERDICT_NOT_NOW);
                turn_refuse(t, "not-complete", NULL, t->s.id);
                verdict_sub_ja(v, "まだ準備完了ではない。渡さない");
                verdict_sub_en(v, "it is not ready: do not hand over");
        }
        (void) copy_text(v->parcel, sizeof(v->parcel), p->id);
        return 0;
}

static int refuse_other_bay(struct turn *t, const struct parcel *p) {
        struct verdict *v = turn_say(t, VERDICT_NOT_NOW);
        struct words of, here;
        int r = words_bay(t, p->bay, &of);

        if (r == 0)
                r = words_bay(t, t->b->argument, &here);
        if (r < 0)
                return r;
        verdict_sub_ja(v, "%sの箱。%sから%sへ戻す", of.ja, here.ja, of.ja);
        verdict_sub_en(v, "it is of %s, not %s: put it back there", of.en, here.en);
        return 0;
}

bool collect_must_be_pulled(const struct shipment *s, const struct parcel *p) {
        return p->pull_reason[0] || s->held || s->cancelled;
}

int collect_scan(struct turn *t) {
        struct number_owner owner;
        struct parcel *p = NULL;
        struct verdict *v;
        int r = waybill_find_owner(t, "", &owner);

        if (r == 0 && owner.dead) {
                turn_refuse(t, "dead-waybill", NULL, NULL);
                return turn_tell(t, VERDICT_DEAD_WAYBILL, "無効。渡さない", "dead: do not hand over");
        }
        if (r == 0 && owner.parcel[0] && !owner.gone) {
                r = turn_load_shipment(t, owner.merchant, owner.shipment);
                if (r == 0)
                        p = shipment_parcel(&t->s, owner.parcel);
        }
        if (r < 0)
                return r;
        if (!p && r == 0 && owner.gone)
                return turn_tell(t, VERDICT_ALREADY, "以前に発送済み", "shipped long ago");
        if (!p) {
                turn_refuse(t, "unknown-shipment", NULL, NULL);
                return turn_tell(t, VERDICT_UNKNOWN_CODE, "箱の送り状ではない。渡さない",
                        "no parcel of ours: do not hand over");
        }
        if (p->state != PARCEL_READY || collect_must_be_pulled(&t->s, p))
                return refuse_collection(t, p);
        if (t->b->argument[0] && strcmp(t->b->argument, p->bay) != 0) {
                return refuse_other_bay(t, p);
        }
        v = turn_say(t, VERDICT_SHIPPED);
        (void) copy_text(v->merchant, sizeof(v->merchant), t->s.merchant);
        (void) copy_text(v->shipment, sizeof(v->shipment), t->s.id);
        (void) copy_text(v->parcel, sizeof(v->parcel), p->id);
        verdict_sub_ja(v, "…%s。次の送り状を読む。終わればOKを読む", words_number_tail(p->number));
        verdict_sub_en(v, "…%s: read the next one; OK when done", words_number_tail(p->number));
        return collect_ship(t, &t->s, p, SHIPPED_SCANNED);
}
