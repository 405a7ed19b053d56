/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command `label`: all numbers of a shipment at once. A number that was there and is not any more is dead for ever; one that
 * is another piece's now lives on, but not on the box that bears it. Either way the bench is interrupted, the parcel is pulled
 * from its bay, or, once shipped, two truths have met.
 */
#include "firmware/domain/intake-internal.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/waybill.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct wish { /* the labels asked for, numbers in their one form */
        struct label labels[SHIPMENT_PIECES_MAX];
        size_t n;
};

/* Return: 0, INTAKE_E_SETTLED refused, -errno. */
static int read_label(struct intake *in, const struct json *e, size_t i, struct label *l) {
        char key[48];
        int r;

        *l = (struct label){.piece = (int) json_get_int(e, "piece", 0)};
        (void) copy_text(l->carrier, sizeof(l->carrier), json_get_string(e, "carrier", ""));
        r = waybill_normalise(l->carrier, json_get_string(e, "number", ""), l->number);
        if (r != 0)
                return -EINVAL; /* its shape was checked */
        if (copy_text(l->ref, sizeof(l->ref), json_get_string(json_get(e, "print"), "ref", "")))
                return 0;
        (void) snprintf(key, sizeof(key), "labels[%zu].print", i);
        r = intake_refuse(in, "bad-shape", key, "was not sealed on arrival", 0);
        return r < 0 ? r : INTAKE_E_SETTLED;
}

static int read_wish(struct intake *in, struct wish *w) {
        int r = intake_check_shape(in);

        for (const struct json *e = json_first(json_get(in->doc, "labels")); e && r == 0; e = json_next(e)) {
                r = read_label(in, e, w->n, &w->labels[w->n]);
                w->n++;
        }
        return r;
}

static const struct label *wish_piece(const struct wish *w, int piece) {
        for (size_t i = 0; i < w->n; i++)
                if (w->labels[i].piece == piece)
                        return &w->labels[i];
        return NULL;
}

static bool wish_has(const struct wish *w, const char *number) {
        for (size_t i = 0; i < w->n; i++)
                if (strcmp(w->labels[i].number, number) == 0)
                        return true;
        return false;
}

/* Does the box bear a number that its piece has no longer? */
static bool bears_another(const struct wish *w, const struct parcel *p) {
        const struct label *l = wish_piece(w, p->piece);

        return *p->number && (!l || strcmp(l->number, p->number) != 0);
}

/* A number that lives elsewhere, or is dead, would make two parcels answer to one label. */
static int check_taken(struct intake *in, const struct wish *w, const char *merchant, const char *shipment) {
        for (size_t i = 0; i < w->n; i++) {
                struct number_owner owner;
                char key[48];
                int r = in->world->number(in->world->userdata, w->labels[i].number, &owner);

                if (r < 0)
                        return r;
                if (r == WORLD_E_NONE || (!owner.dead && strcmp(owner.merchant, merchant) == 0 &&
                                                 strcmp(owner.shipment, shipment) == 0))
                        continue;
                (void) snprintf(key, sizeof(key), "labels[%zu].number", i);
                r = intake_refuse(in, "number-taken", key,
                        owner.dead ? "this number is dead" : "another shipment has this number", 0);
                return r < 0 ? r : INTAKE_E_SETTLED;
        }
        return 0;
}

static void replace_number(
        struct intake *in, const struct shipment *s, const struct parcel *p, const struct label *l) {
        struct fact_builder b;

        fact_begin(&b, &in->d->facts, "waybill.replaced", s->merchant, p->id, NULL, NULL, in->command->id);
        json_write_string(&b.w, "shipment", s->id);
        json_write_value(&b.w, "orders", json_get(s->doc, "orders"));
        json_write_int(&b.w, "piece", p->piece);
        json_write_int(&b.w, "pieces", p->pieces);
        json_write_string(&b.w, "carrier", l ? l->carrier : p->carrier);
        json_write_string(&b.w, "old", p->number);
        json_write_string(&b.w, "number", l ? l->number : "");
        json_write_string(&b.w, "reason", "label-changed");
        fact_end(&b);
}

/* Mid-pack nothing is printed yet, but paper of the old number may lie on the bench. */
static void say_changed(struct intake *in, const struct bench *bench) {
        struct verdict *v = intake_verdict(in, VERDICT_LABEL_CHANGED, bench);

        if (!v)
                return;
        v->until_acknowledged = false; /* the old number is refused when it is read */
        verdict_sub_ja(v, "送り状が変わった。古い方を破って捨てる");
        verdict_sub_en(v, "the label has changed: tear up the old one");
}

static void count_label(
        struct intake *in, const struct shipment *s, const struct parcel *p, const struct label_wanted *l) {
        struct fact_builder b;

        fact_begin(&b, &in->d->facts, "waybill.printed", s->merchant, p->id, l->bench, NULL, in->command->id);
        json_write_string(&b.w, "shipment", s->id);
        json_write_value(&b.w, "orders", json_get(s->doc, "orders"));
        json_write_int(&b.w, "piece", p->piece);
        json_write_int(&b.w, "pieces", p->pieces);
        json_write_string(&b.w, "carrier", l->carrier);
        json_write_string(&b.w, "number", l->number);
        json_write_string(&b.w, "source", "given");
        json_write_int(&b.w, "print", l->print);
        if (*l->reason)
                json_write_string(&b.w, "reason", l->reason);
        fact_end(&b);
}

/* The packed parcel on the bench gets its number now: it waited for one, or its old one died. */
static void print_now(struct intake *in, const struct shipment *s, const struct parcel *p,
        const struct label *l, struct bench *bench, bool changed) {
        struct verdict *v = intake_verdict(in, changed ? VERDICT_LABEL_CHANGED : VERDICT_PACKED, bench);
        struct label_wanted wanted;

        if (v && changed) {
                verdict_sub_ja(v, "古い送り状を破り、新しいのを貼って読む");
                verdict_sub_en(v, "tear the old label, stick and read the new one");
        } else if (v) {
                verdict_sub_ja(v, "送り状が来た。貼って読む");
                verdict_sub_en(v, "the label is here: stick and read it");
        }
        if (!*l->ref)
                return; /* it is on paper already */
        wanted = (struct label_wanted){.piece = p->piece, .pieces = p->pieces, .print = p->prints + 1};
        (void) copy_text(wanted.bench, sizeof(wanted.bench), bench->name);
        (void) copy_text(wanted.merchant, sizeof(wanted.merchant), s->merchant);
        (void) copy_text(wanted.shipment, sizeof(wanted.shipment), s->id);
        (void) copy_text(wanted.parcel, sizeof(wanted.parcel), p->id);
        (void) copy_text(wanted.carrier, sizeof(wanted.carrier), l->carrier);
        (void) copy_text(wanted.number, sizeof(wanted.number), l->number);
        (void) copy_text(wanted.ref, sizeof(wanted.ref), l->ref);
        (void) copy_text(wanted.reason, sizeof(wanted.reason), changed ? "label-changed" : "");
        if (bench->prints_later)
                bench->printing = wanted; /* counted when the printer tells */
        else
                count_label(in, s, p, &wanted);
        if (in->d->n_labels < DECISION_LABELS_MAX)
                in->d->labels[in->d->n_labels++] = wanted;
}

static void follow_parcel(
        struct intake *in, const struct shipment *s, const struct parcel *p, const struct wish *w) {
        const struct label *l = wish_piece(w, p->piece);
        struct bench *bench = intake_bench_of(in, p->id);
        const struct label *before = shipment_label(s, p->piece);
        bool given = s->waybill == WAYBILL_GIVEN, stopped = s->held || s->cancelled;
        bool wrong = given && bears_another(w, p), died = wrong && !wish_has(w, p->number);
        bool changed = wrong || (given && before && (!l || strcmp(l->number, before->number) != 0));

        if (p->state == PARCEL_VOIDED)
                return;
        if (wrong && p->state == PARCEL_SHIPPED) {
                intake_conflict(in, s->merchant, s->id, "label-after-shipped", p->id,
                        "the label was changed after the parcel was in the carrier's hands");
                return;
        }
        if (changed)
                decision_drop_labels(in->d, p->id);
        if (died)
                replace_number(in, s, p, l);
        if (!bench || stopped)
                return; /* a box that is stopped prints when it goes on */
        if (p->state == PARCEL_PACKED && l && given && (wrong || !*p->number))
                print_now(in, s, p, l, bench, changed);
        else if (changed)
                say_changed(in, bench);
}

static void add_intake(struct intake *in, const struct shipment *s, const struct wish *w,
        const char *merchant, const char *shipment) {
        struct fact_builder b;

        fact_begin(&b, &in->d->facts, "label.given", merchant, shipment, NULL, NULL, in->command->id);
        json_write_string(&b.w, "merchant", merchant);
        json_write_string(&b.w, "shipment", shipment);
        json_write_int(&b.w, "version", json_get_int(in->doc, "version", 0));
        json_write_array(&b.w, "labels");
        for (size_t i = 0; i < w->n; i++) {
                json_write_object(&b.w, NULL);
                json_write_int(&b.w, "piece", w->labels[i].piece);
                json_write_string(&b.w, "carrier", w->labels[i].carrier);
                json_write_string(&b.w, "number", w->labels[i].number);
                if (*w->labels[i].ref) {
                        const struct json *e = json_at(json_get(in->doc, "labels"), i);

                        json_write_value(&b.w, "print", json_get(e, "print"));
                }
                json_write_end_object(&b.w);
        }
        json_write_end_array(&b.w);
        json_write_array(&b.w, "pull");
        for (size_t i = 0; i < s->n_parcels; i++)
                if (s->parcels[i].state == PARCEL_READY && s->waybill == WAYBILL_GIVEN &&
                        bears_another(w, &s->parcels[i])) {
                        json_write_object(&b.w, NULL);
                        json_write_string(&b.w, "parcel", s->parcels[i].id);
                        json_write_string(&b.w, "reason", "label-changed");
                        json_write_end_object(&b.w);
                }
        json_write_end_array(&b.w);
        fact_end(&b);
}

int intake_label(struct intake *in) {
        struct shipment known = {0};
        struct wish w = {0};
        const char *merchant, *shipment;
        int r = read_wish(in, &w);

        if (r != 0)
                return r < 0 ? r : 0;
        merchant = json_get_string(in->doc, "merchant", "");
        shipment = json_get_string(in->doc, "shipment", "");
        r = in->world->shipment(in->world->userdata, merchant, shipment, &known);
        if (r >= 0)
                r = intake_check_version(in, json_get_int(in->doc, "version", 0), known.label_version, NULL);
        if (r == 0)
                r = check_taken(in, &w, merchant, shipment);
        if (r == 0) {
                add_intake(in, &known, &w, merchant, shipment);
                for (size_t i = 0; i < known.n_parcels; i++)
                        follow_parcel(in, &known, &known.parcels[i], &w);
        }
        shipment_deinit(&known);
        return r < 0 ? r : 0;
}

int intake_label_block(struct intake *in) {
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        return fact_add_copy(&in->d->facts, "label.block", json_get_string(in->doc, "merchant", ""),
                json_get_string(in->doc, "carrier", ""), in->command->id, in->doc);
}
