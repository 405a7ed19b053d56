/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking back: reopen (until it is shipped), void (after it, by a leader), pull out of a bay. What leaves a
 * box goes back to its shelf by name, and a person says so.
 */
#include "firmware/domain/packout-internal.h"

#include <stdio.h>
#include <string.h>

/* --- void --- */

/* Is the number on this box another piece's by now? Then it does not die with the box. */
static bool number_moved_on(const struct shipment *s, const struct parcel *p) {
        const struct label *own = shipment_label(s, p->piece);

        if (s->waybill != WAYBILL_GIVEN || (own && waybill_same(own->carrier, own->number, p->number)))
                return false;
        for (size_t i = 0; i < s->n_labels; i++)
                if (waybill_same(s->labels[i].carrier, s->labels[i].number, p->number))
                        return true;
        return false;
}

static void write_voided(struct turn *t, const struct shipment *s, const struct parcel *p, const char *reason,
        const char *leader) {
        struct fact_builder fb;

        decision_drop_labels(t->d, p->id);
        turn_parcel_fact(t, &fb, "parcel.voided", s, p);
        json_write_string(&fb.w, "from", parcel_state_to_str(p->state));
        json_write_string(&fb.w, "reason", reason);
        json_write_array(&fb.w, "returned");
        for (size_t i = 0; i < p->n_lines; i++) {
                if (p->lines[i].quantity <= 0)
                        continue;
                json_write_object(&fb.w, NULL);
                json_write_string(&fb.w, "line", p->lines[i].line);
                json_write_int(&fb.w, "quantity", p->lines[i].quantity);
                json_write_end_object(&fb.w);
        }
        json_write_end_array(&fb.w);
        if (p->number[0] && !number_moved_on(s, p))
                json_write_string(&fb.w, "number", p->number);
        if (*leader)
                json_write_string(&fb.w, "leader", leader);
        fact_end(&fb);
}

int undo_void_parcel(
        struct turn *t, struct shipment *s, struct parcel *p, const char *reason, const char *leader) {
        struct verdict *v = turn_say(t, VERDICT_VOIDED);
        struct words w;

        write_voided(t, s, p, reason, leader);
        words_contents(s, p, &w);
        verdict_sub_ja(v, "%sを棚に戻した%s", w.ja, p->number[0] ? "。送り状は破って捨てる" : "");
        verdict_sub_en(v, "back on the shelf: %s%s", w.en, p->number[0] ? "; tear up the label" : "");
        (void) copy_text(v->merchant, sizeof(v->merchant), s->merchant);
        (void) copy_text(v->shipment, sizeof(v->shipment), s->id);
        (void) copy_text(v->parcel, sizeof(v->parcel), p->id);
        p->state = PARCEL_VOIDED;
        if (strcmp(t->b->parcel, p->id) == 0)
                turn_empty_bench(t);
        else
                turn_end_gesture(t);
        return 0;
}

int undo_ask_return(
        struct turn *t, const struct shipment *s, const struct parcel *p, enum verdict_kind kind) {
        struct verdict *v = turn_say(t, kind);
        struct words w;

        turn_end_gesture(t);
        t->b->gesture = GESTURE_VOID_CONFIRM;
        (void) copy_text(t->b->argument, sizeof(t->b->argument), p->id);
        words_contents(s, p, &w);
        verdict_sub_ja(v, "%sを棚に戻し、戻しカードを読む", w.ja);
        verdict_sub_en(v, "put back %s, then read RETURN", w.en);
        (void) copy_text(v->parcel, sizeof(v->parcel), p->id);
        return 0;
}

int undo_void(struct turn *t) {
        turn_end_gesture(t);
        if (t->p)
                return undo_ask_return(t, &t->s, t->p, VERDICT_RETURN);
        t->b->gesture = GESTURE_VOID;
        return turn_tell(
                t, VERDICT_GESTURE, "取り消す箱の送り状を読む", "read the waybill of the parcel to void");
}

/* A box whose label was changed in its bay still bears the old one: it is found by it, to be taken out. */
static int find_by_old_label(struct turn *t, const struct number_owner *owner, struct parcel **pp) {
        int r = turn_load_shipment(t, owner->merchant, owner->shipment);
        struct parcel *p = r == 0 ? shipment_parcel(&t->s, owner->parcel) : NULL;

        if (p && p->state == PARCEL_READY && strcmp(p->pull_reason, "label-changed") == 0)
                *pp = p;
        return r < 0 ? r : 0;
}

/* The parcel that a waybill on an otherwise empty bench means, into ->s. *pp NULL: said why not. */
static int find_parcel(struct turn *t, struct parcel **pp) {
        struct number_owner owner;
        struct verdict *v;
        int r = waybill_find_owner(t, "", &owner);

        *pp = NULL;
        if (r == 0 && !owner.gone && owner.parcel[0] && !owner.dead) {
                r = turn_load_shipment(t, owner.merchant, owner.shipment);
                if (r == 0)
                        *pp = shipment_parcel(&t->s, owner.parcel);
        }
        if (r < 0 || *pp)
                return r;
        if (r == 0 && owner.dead) {
                turn_refuse(t, "dead-waybill", NULL, NULL);
                return turn_tell(
                        t, VERDICT_DEAD_WAYBILL, "もう無効。破って捨てる", "dead already: tear it up");
        }
        if (r == 0 && owner.gone) {
                char when[WORDS_SIZE];

                words_when(owner.at_usec, owner.at_offset_sec, owner.bench, when);
                v = turn_say(t, VERDICT_ALREADY);
                verdict_sub_ja(v, "%s に終了。データはもうない", when);
                verdict_sub_en(v, "closed %s: its data is gone", when);
                return 0;
        }
        return turn_tell(t, VERDICT_NOT_NOW, "箱の送り状ではない。送り状を読む",
                "no parcel has this code: read a waybill");
}

int undo_void_scan(struct turn *t) {
        struct parcel *p;
        int r = find_parcel(t, &p);

        if (r < 0 || !p)
                return r;
        switch (p->state) {
        case PARCEL_READY:
        case PARCEL_SHIPPED:
                turn_end_gesture(t);
                t->b->gesture = GESTURE_LEADER;
                t->b->waiting = CONTROL_VOID;
                (void) copy_text(t->b->argument, sizeof(t->b->argument), p->id);
                return turn_need_leader(t, "出荷準備後の取消", "voiding it now");
        case PARCEL_OPEN:
        case PARCEL_PACKED: {
                struct verdict *v = turn_say(t, VERDICT_OPEN_ELSEWHERE);

                verdict_sub_ja(v, "%sで検品中。そちらで取り消す", p->bench);
                verdict_sub_en(v, "open at %s: void it there", p->bench);
                return 0;
        }
        case PARCEL_PULLED:
        case PARCEL_PARKED:
                return undo_ask_return(t, &t->s, p, VERDICT_RETURN);
        default:
                return turn_tell(t, VERDICT_ALREADY, "取消済み", "voided already");
        }
}

/* The parcel of ->argument into ->s. *pp NULL: it is no more. */
static int load_argument(struct turn *t, struct parcel **pp) {
        struct number_owner owner;
        int r;

        *pp = NULL;
        if (t->p && (t->b->argument[0] == '\0' || strcmp(t->b->argument, t->p->id) == 0)) {
                *pp = t->p;
                return 0;
        }
        if (t->b->argument[0] == '\0')
                return 0;
        r = t->world->parcel(t->world->userdata, t->b->argument, &owner);
        if (r == 0 && !owner.gone) {
                r = turn_load_shipment(t, owner.merchant, owner.shipment);
                if (r == 0)
                        *pp = shipment_parcel(&t->s, t->b->argument);
        }
        return r < 0 ? r : 0;
}

int undo_void_confirm(struct turn *t) {
        struct parcel *p;
        int r;

        if (t->b->gesture == GESTURE_VOID && !t->p)
                return turn_tell(t, VERDICT_NOT_NOW, "取り消す箱の送り状を読む",
                        "read the waybill of the parcel to void");
        r = load_argument(t, &p);
        if (r < 0)
                return r;
        /* Between the list and the card another bench may have changed it. */
        if (!p || p->state == PARCEL_VOIDED || p->state == PARCEL_READY || p->state == PARCEL_SHIPPED) {
                turn_end_gesture(t);
                return turn_tell(t, VERDICT_NOT_NOW, "箱の状態が変わった。もう一度",
                        "its state has changed: begin again");
        }
        if ((p->state == PARCEL_OPEN || p->state == PARCEL_PACKED) && p != t->p) {
                turn_end_gesture(t);
                return turn_tell(t, VERDICT_NOT_NOW, "別の台で作業中", "it is open at another bench");
        }
        return undo_void_parcel(t, &t->s, p, t->s.cancelled ? "cancelled" : "by-hand", "");
}

int undo_approve_void(struct turn *t, const char *leader) {
        struct parcel *p;
        int r = load_argument(t, &p);

        turn_end_gesture(t);
        if (r < 0)
                return r;
        if (!p || (p->state != PARCEL_READY && p->state != PARCEL_SHIPPED))
                return turn_tell(t, VERDICT_NOT_NOW, "箱の状態が変わった。もう一度",
                        "its state has changed: begin again");
        return undo_void_parcel(t, &t->s, p, t->s.cancelled ? "cancelled" : "by-hand", leader);
}

/* --- pull --- */

void undo_pull(struct turn *t, const struct shipment *s, struct parcel *p, const char *reason) {
        struct fact_builder fb;

        turn_parcel_fact(t, &fb, "parcel.pulled", s, p);
        json_write_string(&fb.w, "reason", reason);
        if (p->bay[0])
                json_write_string(&fb.w, "bay", p->bay);
        fact_end(&fb);
        p->state = PARCEL_PULLED;
}

int undo_pull_scan(struct turn *t) {
        struct parcel *p = NULL;
        struct number_owner owner;
        struct verdict *v;
        bool old_label; /* what is on the box is no longer its own */
        int r = waybill_find_owner(t, "", &owner);

        old_label = r == 0 && owner.dead && owner.parcel[0];
        if (r >= 0)
                r = old_label ? find_by_old_label(t, &owner, &p) : 0;
        if (r == 0 && !p) {
                old_label = false;
                r = find_parcel(t, &p);
        }
        if (r < 0 || !p)
                return r;
        if (p->state != PARCEL_READY) {
                bool shipped = p->state == PARCEL_SHIPPED;
                char when[WORDS_SIZE];

                words_when(p->since_usec, p->since_offset_sec, p->bench, when);
                v = turn_say(t, VERDICT_ALREADY);
                verdict_sub_ja(v, "%s %s", shipped ? "発送済み" : "出口にない", when);
                verdict_sub_en(v, "%s %s", shipped ? "shipped" : "not in a bay since", when);
                return 0;
        }
        old_label |= strcmp(p->pull_reason, "label-changed") == 0;
        undo_pull(t, &t->s, p, p->pull_reason[0] ? p->pull_reason : "by-hand");
        turn_end_gesture(t);
        v = turn_say(t, VERDICT_PULLED);
        (void) copy_text(v->parcel, sizeof(v->parcel), p->id);
        verdict_sub_ja(v, "%s",
                t->s.cancelled ? "中身を戻す:伝票か送り状を読む"
                : t->s.held    ? "保留棚に置く"
                : old_label    ? "古い送り状は破り、伝票を読む"
                               : "直すときは伝票か送り状を読む");
        verdict_sub_en(v, "%s",
                t->s.cancelled ? "to put its goods back, read its slip or waybill"
                : t->s.held    ? "put it on the shelf"
                : old_label    ? "tear up the old label, then read its slip"
                               : "to go on with it, read its slip or waybill");
        return 0;
}

/* --- reopen --- */

static int reopen(struct turn *t, struct parcel *p) {
        enum parcel_state from = p->state;
        struct fact_builder fb;
        struct verdict *v;
        struct words w;

        turn_end_gesture(t);
        if (from == PARCEL_READY)
                undo_pull(t, &t->s, p, "reopened");
        turn_parcel_fact(t, &fb, "parcel.reopened", &t->s, p);
        json_write_string(&fb.w, "from", parcel_state_to_str(from));
        fact_end(&fb);
        p->state = PARCEL_OPEN;
        (void) copy_text(p->bench, sizeof(p->bench), t->b->name);
        turn_take_parcel(t, p);
        v = turn_say(t, VERDICT_REOPENED);
        words_contents(&t->s, p, &w);
        verdict_sub_ja(v, "%s。直したらOKを読む", w.ja);
        verdict_sub_en(v, "holds %s: read OK when it is right", w.en);
        return 0;
}

int undo_reopen(struct turn *t) {
        turn_end_gesture(t);
        if (t->p && t->p->state == PARCEL_OPEN)
                return turn_tell(t, VERDICT_NOT_NOW, "この箱は開いている", "this box is open");
        if (t->p)
                return reopen(t, t->p);
        t->b->gesture = GESTURE_REOPEN;
        return turn_tell(
                t, VERDICT_GESTURE, "やり直す箱の送り状か伝票を読む", "read the waybill or slip of the box");
}

/* By order slip: the one box that can be reopened; several need the waybill. */
static struct parcel *only_reopenable(struct shipment *s, bool *severalp) {
        struct parcel *found = NULL;

        *severalp = false;
        for (size_t i = 0; i < s->n_parcels; i++) {
                struct parcel *p = &s->parcels[i];

                if (p->state != PARCEL_READY && p->state != PARCEL_PULLED && p->state != PARCEL_SHIPPED)
                        continue;
                if (found && (found->state != PARCEL_SHIPPED) == (p->state != PARCEL_SHIPPED))
                        *severalp = true;
                if (!found || found->state == PARCEL_SHIPPED)
                        found = p;
        }
        return found;
}

static int find_reopenable(struct turn *t, struct parcel **pp) {
        struct open_found f;
        bool several = false;
        int r = open_find(t, &f);

        *pp = NULL;
        if (r < 0)
                return r;
        if (f.has_owner || f.n_refs != 1)
                return find_parcel(t, pp);
        r = turn_load_shipment(t, f.refs[0].merchant, f.refs[0].shipment);
        if (r < 0)
                return r;
        *pp = r == 0 ? only_reopenable(&t->s, &several) : NULL;
        if (*pp && !several)
                return 0;
        *pp = NULL;
        return several ? turn_tell(t, VERDICT_NOT_NOW, "箱が複数ある。送り状を読む",
                                 "several boxes: read the waybill")
                       : turn_tell(t, VERDICT_NOT_NOW, "やり直す箱がない", "no box to reopen");
}

int undo_reopen_scan(struct turn *t) {
        struct parcel *p;
        struct verdict *v;
        char when[WORDS_SIZE];
        int r = find_reopenable(t, &p);

        if (r < 0 || !p)
                return r;
        if (p->state == PARCEL_SHIPPED) {
                words_when(p->since_usec, p->since_offset_sec, p->bench, when);
                v = turn_say(t, VERDICT_ALREADY);
                verdict_sub_ja(v, "発送済み %s。取消カードを使う", when);
                verdict_sub_en(v, "shipped %s: use VOID instead", when);
                return 0;
        }
        if (t->s.cancelled || t->s.held || (p->state != PARCEL_READY && p->state != PARCEL_PULLED)) {
                turn_end_gesture(t);
                return open_parcel(t, p); /* says why not */
        }
        return reopen(t, p);
}
