/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The weight of a box: what its bench's scale shows when the box is packed, and again when it is ready. It is written down and held
 * against what the shipment should weigh; it stops nothing, and nobody waits for it.
 */
#include "firmware/domain/packout-internal.h"

#include <stdio.h>

enum off { OFF_NONE, OFF_LIGHT, OFF_HEAVY };

struct range {
        int64_t low_g, high_g; /* 0 no limit */
};

/* One box of the whole shipment is meant by its weight; a part of it may weigh anything. */
static bool is_expected(const struct turn *t) {
        return t->s.weight_g > 0 && t->s.pieces == 1 && t->p->piece == 1 && !t->p->partial &&
               !t->p->unverified;
}

static struct range range_of(const struct turn *t) {
        const struct weighing *w = &t->in->weighing;
        struct range range = {w->lightest_g, w->heaviest_g};
        int64_t percent = t->s.weight_g * w->tolerance_percent / 100;
        int64_t slack = percent > w->tolerance_g ? percent : w->tolerance_g;

        if (!is_expected(t))
                return range;
        if (t->s.weight_g - slack > range.low_g)
                range.low_g = t->s.weight_g - slack;
        if (range.high_g == 0 || t->s.weight_g + slack < range.high_g)
                range.high_g = t->s.weight_g + slack;
        return range;
}

static enum off judge(const struct turn *t, bool whole) {
        const struct weighing *w = &t->in->weighing;
        struct range range = range_of(t);

        if (!w->is_there || w->weight_g <= 0)
                return OFF_NONE;
        if (range.high_g > 0 && w->weight_g > range.high_g)
                return OFF_HEAVY;
        return whole && w->weight_g < range.low_g ? OFF_LIGHT : OFF_NONE;
}

bool weight_is_off(const struct turn *t) {
        return judge(t, true) != OFF_NONE;
}

bool weight_is_whole(const struct turn *t) {
        return t->in->kind != INPUT_SCAN || t->scan.kind == BARCODE_CONTROL || t->scan.kind == BARCODE_BADGE;
}

void weight_write(const struct turn *t, struct json_writer *w, bool whole) {
        enum off off = judge(t, whole);

        if (!t->in->weighing.is_there || t->in->weighing.weight_g <= 0)
                return;
        json_write_int(w, "weight_g", t->in->weighing.weight_g);
        if (off != OFF_NONE)
                json_write_string(w, "weight_off", off == OFF_LIGHT ? "light" : "heavy");
}

/* "500-560g", "25000g以下" */
static void words_range(const struct range *range, struct words *w) {
        long long low = range->low_g, high = range->high_g;

        if (low > 0 && high > 0) {
                (void) snprintf(w->ja, sizeof(w->ja), "%lld-%lldg", low, high);
                (void) snprintf(w->en, sizeof(w->en), "%lld-%lldg", low, high);
        } else if (high > 0) {
                (void) snprintf(w->ja, sizeof(w->ja), "%lldg以下", high);
                (void) snprintf(w->en, sizeof(w->en), "up to %lldg", high);
        } else {
                (void) snprintf(w->ja, sizeof(w->ja), "%lldg以上", low);
                (void) snprintf(w->en, sizeof(w->en), "from %lldg", low);
        }
}

void weight_first(const struct turn *t, struct words *w) {
        const struct weighing *is = &t->in->weighing;
        bool unknown = is->is_there && is->hints && is->weight_g <= 0;

        (void) copy_text(w->ja, sizeof(w->ja), unknown ? "秤に載せ" : "箱を閉じ");
        (void) copy_text(w->en, sizeof(w->en), unknown ? "put the box on the scale" : "close the box");
}

static void words_off(const struct turn *t, enum off off, struct words *w) {
        long long grams = t->in->weighing.weight_g;

        (void) snprintf(w->ja, sizeof(w->ja), "%s %lldg", off == OFF_LIGHT ? "軽い" : "重い", grams);
        (void) snprintf(w->en, sizeof(w->en), "%s %lldg", off == OFF_LIGHT ? "LIGHT" : "HEAVY", grams);
}

void weight_head(const struct turn *t, struct verdict *v) {
        struct words w;

        words_off(t, judge(t, true), &w);
        verdict_head(v, w.ja, w.en);
}

/* The head of the prompt says it already; the answer to a scan has another one. */
void weight_say(const struct turn *t, struct verdict *v) {
        enum off off = judge(t, v->kind == VERDICT_WEIGHT || weight_is_whole(t));
        struct range range = range_of(t);
        struct words is, should;

        if (off == OFF_NONE)
                return;
        words_off(t, off, &is);
        words_range(&range, &should);
        if (v->kind == VERDICT_WEIGHT) {
                verdict_sub_ja(v, "%sのはず。箱を見て送り状を読む", should.ja);
                verdict_sub_en(v, "should be %s: look into the box, read its waybill", should.en);
        } else {
                verdict_sub_ja(v, "%s（%s）。箱を見る", is.ja, should.ja);
                verdict_sub_en(v, "%s (%s): look into the box", is.en, should.en);
        }
}

void weight_say_before(const struct turn *t, struct verdict *v) {
        struct verdict was = *v;
        enum off off = judge(t, true);
        struct words is;

        if (off == OFF_NONE)
                return;
        words_off(t, off, &is);
        verdict_sub_ja(v, "%s。%s", is.ja, was.sub_ja);
        verdict_sub_en(v, "%s; %s", is.en, was.sub_en);
}
