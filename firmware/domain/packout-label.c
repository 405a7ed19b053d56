/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A label between being asked for and being out.
 *
 * Without a printer that tells (paper that is a stream of lines, or none) it is counted when it is asked for. With one it is
 * counted when the printer says that it is out, or when somebody reads it: then it is in a hand. In between the bench remembers
 * it; a stop is said once to whoever waits for it, and stops nothing else. What may be on paper without having been counted makes
 * the next label of that number a doubtful one: reason "maybe".
 *
 *         asked for --out-----------------> waybill.printed
 *                   --read at the bench---> waybill.printed, parcel.ready
 *                   --the printer stands--> said; it comes later
 *                   --lost, or a restart--> doubtful; OK asks for it again
 *                   --voided, cancelled, or another number--> dropped before it is sent
 *
 * A number of a block has no print data, so that nothing here prints it: it is counted when it is taken from the block, or the
 * next box would get it, too.
 */
#include "firmware/domain/packout-internal.h"

#include <string.h>

static void count(struct turn *t, const struct label_wanted *l, const char *source) {
        struct parcel *p = t->p;
        struct fact_builder fb;

        p->prints = l->print;
        p->printed = true;
        (void) copy_text(p->carrier, sizeof(p->carrier), l->carrier);
        (void) copy_text(p->number, sizeof(p->number), l->number);
        turn_parcel_fact(t, &fb, "waybill.printed", &t->s, p);
        json_write_string(&fb.w, "carrier", l->carrier);
        json_write_string(&fb.w, "number", l->number);
        json_write_string(&fb.w, "source", source);
        json_write_int(&fb.w, "print", l->print);
        if (*l->reason)
                json_write_string(&fb.w, "reason", l->reason);
        if (*l->leader)
                json_write_string(&fb.w, "leader", l->leader);
        fact_end(&fb);
}

static void queue(struct turn *t, const struct label_wanted *l) {
        if (t->d->n_labels < DECISION_LABELS_MAX) /* always: one box is packed in a decision */
                t->d->labels[t->d->n_labels++] = *l;
}

static void fill(const struct turn *t, struct label_wanted *l) {
        *l = (struct label_wanted){.piece = t->p->piece, .pieces = shipment_total_pieces(&t->s, t->p->piece)};
        (void) copy_text(l->bench, sizeof(l->bench), t->b->name);
        (void) copy_text(l->merchant, sizeof(l->merchant), t->s.merchant);
        (void) copy_text(l->shipment, sizeof(l->shipment), t->s.id);
        (void) copy_text(l->parcel, sizeof(l->parcel), t->p->id);
}

static void doubt(struct bench *b, const char *number) {
        (void) copy_text(b->doubtful, sizeof(b->doubtful), number);
}

void label_ask(struct turn *t, const char *carrier, const char *number, const char *source,
        const char *reason, const char *ref) {
        struct bench *b = t->b;
        bool later = b->prints_later && *ref;
        struct label_wanted l;

        fill(t, &l);
        if (!reason && later && strcmp(b->doubtful, number) == 0)
                reason = "maybe";
        l.print = strcmp(t->p->number, number) == 0 ? t->p->prints + 1 : 1;
        (void) copy_text(l.carrier, sizeof(l.carrier), carrier);
        (void) copy_text(l.number, sizeof(l.number), number);
        (void) copy_text(l.ref, sizeof(l.ref), ref);
        (void) copy_text(l.reason, sizeof(l.reason), reason ? reason : "");
        (void) copy_text(l.leader, sizeof(l.leader), reason ? t->leader : "");
        if (later) {
                if (b->printing.parcel[0])
                        doubt(b, b->printing.number); /* its box has left before it came */
                b->printing = l;
                b->is_stopped = false;
        } else {
                count(t, &l, source);
        }
        queue(t, &l);
}

bool label_is_printing(const struct turn *t, const char *number) {
        return t->b->printing.parcel[0] && strcmp(t->b->printing.parcel, t->p->id) == 0 &&
               strcmp(t->b->printing.number, number) == 0;
}

bool label_is_missing(const struct turn *t, const char *number) {
        const struct label *l = shipment_label(&t->s, t->p->piece);

        return t->b->prints_later && t->s.waybill == WAYBILL_GIVEN && l && *l->ref && !t->p->unverified &&
               !(t->p->printed && strcmp(t->p->number, number) == 0) && !label_is_printing(t, number);
}

/* Who has it in hand goes on with the one that it has; who has it no longer prints another one. */
void label_ask_again(struct turn *t) {
        struct label_wanted l = t->b->printing;

        if (!label_is_printing(t, l.number))
                return;
        if (!*l.reason)
                (void) copy_text(l.reason, sizeof(l.reason), "maybe");
        queue(t, &l);
}

static void forget(struct bench *b) {
        b->printing = (struct label_wanted){0};
        b->is_stopped = false;
}

void label_was_seen(struct turn *t, const char *number) {
        if (!label_is_printing(t, number))
                return;
        count(t, &t->b->printing, "given");
        forget(t->b);
}

void label_resume(struct turn *t) {
        char number[CODE_SIZE];

        if (t->p->state != PARCEL_PACKED)
                return;
        waybill_expected(&t->s, t->p, number);
        if (label_is_missing(t, number))
                doubt(t->b, number);
}

/* ---- what the printer says */

/* The bench's own box, unless something else must be seen first. */
static bool is_awaited(const struct turn *t, const struct label_wanted *l) {
        return t->p && strcmp(t->p->id, l->parcel) == 0 && t->p->state == PARCEL_PACKED &&
               t->b->alarm == ALARM_NONE && t->b->gesture == GESTURE_NONE;
}

/* Into ->s and ->p, which may be another bench's by now. */
static int load(struct turn *t, const struct label_wanted *l) {
        struct number_owner owner;
        int r = t->world->parcel(t->world->userdata, l->parcel, &owner);

        if (r == 0)
                r = turn_load_shipment(t, owner.merchant, owner.shipment);
        if (r == 0)
                t->p = shipment_parcel(&t->s, l->parcel);
        return r < 0 ? r : 0;
}

/* A box that is no more, or that has got another number meanwhile, has no use for it; one that was read is counted. */
static bool is_to_count(const struct turn *t, const struct label_wanted *l) {
        char number[CODE_SIZE];

        if (!t->p || t->p->state == PARCEL_VOIDED)
                return false;
        waybill_expected(&t->s, t->p, number);
        return strcmp(number, l->number) == 0 &&
               !(t->p->printed && strcmp(t->p->number, number) == 0 && t->p->prints >= l->print);
}

static int on_out(struct turn *t, const struct label_report *report) {
        struct label_wanted l = report->label;
        bool was_stopped = t->b->is_stopped;
        int r = load(t, &l);

        if (r < 0)
                return r;
        if (report->maybe && !*l.reason)
                (void) copy_text(l.reason, sizeof(l.reason), "maybe");
        if (is_to_count(t, &l))
                count(t, &l, "given");
        if (strcmp(t->b->printing.parcel, l.parcel) == 0 && strcmp(t->b->printing.number, l.number) == 0)
                forget(t->b);
        if (strcmp(t->b->doubtful, l.number) == 0)
                t->b->doubtful[0] = '\0';
        if (!was_stopped || strcmp(t->b->parcel, l.parcel) != 0 || !is_awaited(t, &l))
                return 0; /* the paper says it */
        return pack_say_next(t, VERDICT_PACKED);
}

static const struct {
        const char *head_ja, *head_en, *sub_ja, *sub_en;
} stops[N_PRINTER_STOPS] = {
        [PRINTER_STOP_GONE] = {"プリンタ", "PRINTER", "つながらない。電源とケーブルを見る",
                "cannot be reached: see its power and cable"},
        [PRINTER_STOP_SILENT] = {"プリンタ", "PRINTER", "応答がない。プリンタの表示を見る",
                "does not answer: see its display"},
        [PRINTER_STOP_OFFLINE] = {"プリンタ", "PRINTER", "停止中。オンラインに戻す",
                "is off line or paused: put it on line"},
        [PRINTER_STOP_FAULT] = {"プリンタ", "PRINTER", "故障。プリンタの表示を見る",
                "is out of order: see its display"},
        [PRINTER_STOP_RIBBON_OUT] = {"リボン切れ", "NO RIBBON", "リボンを替える。送り状は後から出る",
                "put in a ribbon; the label comes then"},
        [PRINTER_STOP_PAPER_OUT] = {"紙切れ", "NO PAPER", "紙を入れる。切れた送り状を破り、待つ",
                "put in paper, tear up half a label; it comes again"},
        [PRINTER_STOP_HEAD_OPEN] = {"カバー開", "COVER OPEN", "カバーを閉じる。送り状は後から出る",
                "close it; the label comes then"},
};

static int say_stop(struct turn *t, enum printer_stop stop) {
        struct verdict *v = turn_say(t, VERDICT_PRINTER);

        verdict_head(v, stops[stop].head_ja, stops[stop].head_en);
        verdict_sub_ja(v, "%s", stops[stop].sub_ja);
        verdict_sub_en(v, "%s", stops[stop].sub_en);
        return 0;
}

static int say_failure(struct turn *t, const struct label_report *report) {
        switch (report->outcome) {
        case LABEL_OUTCOME_WAITS:
                t->b->is_stopped = true;
                return say_stop(t, report->stop);
        case LABEL_OUTCOME_LOST:
                return turn_tell(t, VERDICT_PRINTER, "送り状が出たか不明。なければOKを読む",
                        "nobody knows whether the label came: if not, read OK");
        default:
                return turn_tell(t, VERDICT_PRINTER, "送り状を印刷できない。リーダーを呼ぶ",
                        "the label's data cannot be printed: call a leader");
        }
}

int label_report(struct turn *t, const struct label_report *report) {
        const struct label_wanted *l = &report->label;
        bool is_ours = strcmp(t->b->printing.parcel, l->parcel) == 0 &&
                       strcmp(t->b->printing.number, l->number) == 0;
        int r;

        if (report->outcome == LABEL_OUTCOME_OUT)
                return on_out(t, report);
        if (report->outcome == LABEL_OUTCOME_LOST)
                doubt(t->b, l->number);
        r = is_ours ? turn_load(t) : 0;
        if (r < 0 || !is_ours)
                return r;
        if (report->outcome != LABEL_OUTCOME_WAITS)
                forget(t->b);
        return is_awaited(t, l) && report->outcome != LABEL_OUTCOME_DROPPED ? say_failure(t, report) : 0;
}
