/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A box is closed: its contents are said whole, its label prints, it waits for its own waybill. Or it is put
 * aside.
 */
#include "firmware/domain/packout-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- contents --- */

static int add_unit(void *userdata, const char *line, const char *serial) {
        return unit_list_add(userdata, line, serial);
}

static void write_serials(struct json_writer *w, const struct unit_list *units, const char *line) {
        bool any = false;

        for (size_t i = 0; i < units->n; i++) {
                if (strcmp(units->items[i].line, line) != 0)
                        continue;
                if (!any)
                        json_write_array(w, "serials");
                any = true;
                json_write_string(w, NULL, units->items[i].serial);
        }
        if (any)
                json_write_end_array(w);
}

static void write_contents(struct json_writer *w, const struct parcel *p, const struct unit_list *units) {
        json_write_array(w, "contents");
        for (size_t i = 0; i < p->n_lines; i++) {
                const struct parcel_line *pl = &p->lines[i];

                if (pl->quantity <= 0)
                        continue;
                json_write_object(w, NULL);
                json_write_string(w, "line", pl->line);
                json_write_int(w, "quantity", pl->quantity);
                if (pl->by_hand > 0)
                        json_write_int(w, "hand", pl->by_hand);
                if (pl->counted > 0)
                        json_write_int(w, "counted", pl->counted);
                if (pl->confirmed > 0)
                        json_write_int(w, "confirmed", pl->confirmed);
                if (pl->by_tag > 0)
                        json_write_int(w, "rfid", pl->by_tag);
                if (p->unverified && strncmp(pl->line, "code:", 5) == 0)
                        json_write_string(w, "code", pl->line + 5);
                write_serials(w, units, pl->line);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

static void write_missing(struct json_writer *w, const struct shipment *s) {
        json_write_array(w, "missing");
        for (size_t i = 0; i < s->n_lines; i++) {
                if (!line_is_goods_wanted(&s->lines[i]))
                        continue;
                json_write_object(w, NULL);
                json_write_string(w, "line", s->lines[i].id);
                json_write_int(w, "quantity", line_left(&s->lines[i]));
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

/* The last box carries what nobody scans: what OK confirmed (a fact each), and what nobody checks. */
static int add_unscanned(struct turn *t, bool confirmed) {
        for (size_t i = 0; i < t->s.n_lines; i++) {
                struct line *l = &t->s.lines[i];
                enum insert_check wanted = confirmed ? CHECK_CONFIRM : CHECK_NONE;
                int left = line_left(l);
                struct parcel_line *pl;
                struct fact_builder fb;

                if (l->check != wanted || left == 0)
                        continue;
                pl = parcel_line_need(t->p, l->id);
                if (!pl)
                        return -ENOMEM;
                pl->quantity += left;
                l->done += left;
                if (!confirmed)
                        continue;
                pl->confirmed += left;
                turn_fact(t, &fb, "item.verified", t->s.merchant, t->p->id);
                json_write_string(&fb.w, "shipment", t->s.id);
                json_write_string(&fb.w, "line", l->id);
                json_write_int(&fb.w, "quantity", left);
                json_write_int(&fb.w, "units", 1);
                json_write_string(&fb.w, "how", "confirmed");
                fact_end(&fb);
        }
        return 0;
}

static int write_packed(struct turn *t, bool partial) {
        struct unit_list units = {0};
        struct fact_builder fb;
        int r = t->world->units_of(t->world->userdata, t->p->id, add_unit, &units);

        for (size_t i = 0; i < t->added.n && r == 0; i++)
                r = unit_list_add(&units, t->added.items[i].line, t->added.items[i].serial);
        if (r < 0) {
                free(units.items);
                return r;
        }
        turn_parcel_fact(t, &fb, "parcel.packed", &t->s, t->p);
        json_write_int(&fb.w, "version", t->s.version);
        if (partial)
                json_write_bool(&fb.w, "partial", true);
        if (t->p->unverified)
                json_write_bool(&fb.w, "unverified", true);
        write_contents(&fb.w, t->p, &units);
        if (partial)
                write_missing(&fb.w, &t->s);
        if (partial && t->leader[0])
                json_write_string(&fb.w, "leader", t->leader);
        t->p->partial = partial;
        weight_write(t, &fb.w, weight_is_whole(t));
        fact_end(&fb);
        free(units.items);
        t->p->state = PARCEL_PACKED;
        t->p->version = t->s.version;
        t->b->damaged = false;
        return 0;
}

int pack_parcel(struct turn *t, bool partial) {
        int r = 0;

        if (t->b->tags_wrong)
                return tags_say_wrong(t);
        if (!t->p->unverified && (partial || shipment_missing(&t->s) == 0))
                r = add_unscanned(t, false);
        if (r == 0 && parcel_units(t->p) == 0)
                return turn_tell(
                        t, VERDICT_NOT_NOW, "箱が空。取消カードを読む", "the box is empty: read VOID");
        if (r == 0)
                r = write_packed(t, partial);
        return r < 0 ? r : pack_label(t, VERDICT_PACKED, NULL);
}

/* --- label --- */

/* The number to read; "" while there is none that lives: a voided box takes its number with it. */
static int living_number(struct turn *t, char number[CODE_SIZE]) {
        struct number_owner owner;
        int r;

        waybill_expected(&t->s, t->p, number);
        if (number[0] == '\0' || t->s.waybill != WAYBILL_GIVEN)
                return 0;
        r = t->world->number(t->world->userdata, number, &owner);
        if (r == 0 && owner.dead)
                number[0] = '\0';
        return r < 0 ? r : 0;
}

/* @plainp: nothing is awaited but its waybill. */
static int say_step(struct turn *t, enum verdict_kind kind, bool *plainp) {
        struct words first;
        struct verdict *v;
        char number[CODE_SIZE];
        struct words piece;
        int r;

        *plainp = t->p->unverified || t->s.waybill == WAYBILL_READ;
        weight_first(t, &first);
        if (*plainp) {
                v = turn_say(t, kind);
                verdict_sub_ja(v, "%s、手書き送り状の番号を読む", first.ja);
                verdict_sub_en(v, "%s, read the hand-written waybill", first.en);
                return 0;
        }
        r = living_number(t, number);
        if (r < 0)
                return r;
        if (number[0] == '\0' && t->s.waybill == WAYBILL_BLOCK)
                return turn_tell(t, kind, "送り状番号なし。リーダーを呼ぶか保留する",
                        "no waybill number is left: call a leader, or read PARK");
        if (number[0] == '\0')
                return turn_tell(t, kind, "送り状待ち。後でOKを読むか、保留する",
                        "no label yet: wait and read OK, or read PARK");
        if (label_is_missing(t, number))
                return turn_tell(t, kind, "送り状が未印刷。OKを読むと印刷する",
                        "its label is not printed: read OK to print it");
        *plainp = true;
        words_piece(&t->s, t->p, &piece);
        v = turn_say(t, kind);
        verdict_sub_ja(v, "%s%s、送り状…%s %sを読む", label_is_printing(t, number) ? "印刷中。" : "",
                first.ja, words_number_tail(number), piece.ja);
        verdict_sub_en(v, "%s%s, read waybill …%s %s", label_is_printing(t, number) ? "printing: " : "",
                first.en, words_number_tail(number), piece.en);
        return 0;
}

int pack_say_next(struct turn *t, enum verdict_kind kind) {
        bool plain;
        int r = say_step(t, kind, &plain);

        if (r == 0 && plain)
                weight_say(t, &t->d->verdicts[t->d->n_verdicts - 1]);
        return r;
}

/* A label without print data is on paper already. A reason prints once more. */
static int print_given(struct turn *t, const char *reason) {
        const struct label *l = shipment_label(&t->s, t->p->piece);
        char number[CODE_SIZE];
        int r = living_number(t, number);

        if (r < 0 || !l || l->ref[0] == '\0' || number[0] == '\0')
                return r;
        if (label_is_printing(t, number))
                return 0;
        if (reason || !t->p->printed || strcmp(t->p->number, number) != 0)
                label_ask(t, l->carrier, number, "given", reason, l->ref);
        return 0;
}

static int print_block(struct turn *t, const char *reason) {
        char number[CODE_SIZE];
        int r;

        if (t->p->number[0])
                return 0;
        r = t->world->block_next(t->world->userdata, t->s.merchant, t->s.carrier, number);
        if (r == 0)
                label_ask(t, t->s.carrier, number, "block", reason, "");
        return r < 0 ? r : 0;
}

int pack_label(struct turn *t, enum verdict_kind kind, const char *reason) {
        int r = 0;

        if (!t->p->unverified && t->s.waybill == WAYBILL_GIVEN)
                r = print_given(t, reason);
        else if (!t->p->unverified && t->s.waybill == WAYBILL_BLOCK)
                r = print_block(t, reason);
        return r < 0 ? r : pack_say_next(t, kind);
}

static int say_printing(struct turn *t) {
        return turn_tell(t, VERDICT_NOT_NOW, "印刷中。出るまで待つ", "it is being printed: wait for it");
}

int pack_reprint(struct turn *t) {
        if (t->p && label_is_printing(t, t->b->printing.number))
                return say_printing(t);
        if (!t->p || t->p->state != PARCEL_PACKED || !t->p->printed)
                return turn_tell(t, VERDICT_NOT_NOW, "印刷した送り状がない", "no label was printed here");
        t->b->gesture = GESTURE_LEADER;
        t->b->waiting = CONTROL_REPRINT;
        return turn_need_leader(t, "再発行", "printing again");
}

int pack_approve_reprint(struct turn *t) {
        char carrier[NAME_SIZE], number[CODE_SIZE];
        const struct label *l;

        turn_end_gesture(t);
        if (t->p && label_is_printing(t, t->b->printing.number))
                return say_printing(t);
        if (!t->p || t->p->state != PARCEL_PACKED || !t->p->printed)
                return turn_tell(t, VERDICT_NOT_NOW, "印刷した送り状がない", "no label was printed here");
        l = shipment_label(&t->s, t->p->piece);
        if (t->s.waybill == WAYBILL_GIVEN && !l)
                return turn_tell(t, VERDICT_NOT_NOW, "送り状データがない", "the label's data is not here");
        waybill_expected(&t->s, t->p, number);
        if (strcmp(number, t->p->number) != 0)
                return pack_label(t, VERDICT_REPRINTED, "label-changed");
        (void) copy_text(carrier, sizeof(carrier), t->p->carrier);
        label_ask(t, carrier, number, t->s.waybill == WAYBILL_BLOCK ? "block" : "given", "by-hand",
                t->s.waybill == WAYBILL_GIVEN ? l->ref : "");
        return pack_say_next(t, VERDICT_REPRINTED);
}

/* --- OK, next box, short, park --- */

int pack_ok(struct turn *t) {
        int r;

        if (!t->p)
                return turn_tell(t, VERDICT_NOT_NOW, "確認するものがない", "nothing to confirm");
        tags_wave(t);
        if (t->p->state == PARCEL_PACKED) {
                label_ask_again(t);
                return pack_label(t, VERDICT_PACKED, NULL);
        }
        if (t->p->unverified)
                return pack_parcel(t, false);
        if (shipment_missing(&t->s) > 0) {
                struct verdict *v = turn_say(t, VERDICT_INCOMPLETE);
                struct words w;

                words_missing(&t->s, &w);
                verdict_sub_ja(v, "あと %s。無ければ「欠品」を読む", w.ja);
                verdict_sub_en(v, "still %s; none left: read SHORT", w.en);
                return 0;
        }
        if (parcel_units(t->p) == 0)
                return turn_tell(
                        t, VERDICT_NOT_NOW, "箱が空。取消カードを読む", "the box is empty: read VOID");
        r = add_unscanned(t, true);
        return r < 0 ? r : pack_parcel(t, false);
}

int pack_next_piece(struct turn *t) {
        bool labelled;

        if (!t->p || t->p->state != PARCEL_OPEN || t->p->unverified)
                return turn_tell(t, VERDICT_NOT_NOW, "検品中の箱がない", "no box is open");
        if (parcel_units(t->p) == 0)
                return turn_tell(
                        t, VERDICT_NOT_NOW, "この箱は空。商品を読む", "this box is empty: read the goods");
        if (shipment_missing(&t->s) == 0)
                return turn_tell(
                        t, VERDICT_NOT_NOW, "残りなし。OKを読む", "nothing is left for another box: read OK");
        labelled = t->s.waybill != WAYBILL_GIVEN || t->p->piece < t->s.pieces ||
                   shipment_label(&t->s, t->p->piece + 1);
        if (!labelled || t->p->piece >= SHIPMENT_PIECES_MAX)
                return turn_tell(t, VERDICT_NOT_NOW, "次の送り状なし。1箱にするか、保留する",
                        "there is no label for another box: one box, or read PARK");
        return pack_parcel(t, false);
}

static void write_short(struct turn *t) {
        for (size_t i = 0; i < t->s.n_lines; i++) {
                const struct line *l = &t->s.lines[i];
                struct fact_builder fb;

                if (!line_is_goods_wanted(l))
                        continue;
                turn_fact(t, &fb, "item.short", t->s.merchant, t->p->id);
                json_write_string(&fb.w, "parcel", t->p->id);
                json_write_string(&fb.w, "shipment", t->s.id);
                json_write_string(&fb.w, "line", l->id);
                json_write_int(&fb.w, "missing", line_left(l));
                fact_end(&fb);
        }
}

int pack_short(struct turn *t) {
        if (!t->p || t->p->state != PARCEL_OPEN || t->p->unverified)
                return turn_tell(t, VERDICT_NOT_NOW, "検品中の箱がない", "no box is open");
        if (shipment_missing(&t->s) == 0)
                return turn_tell(
                        t, VERDICT_NOT_NOW, "足りないものはない。OKを読む", "nothing is missing: read OK");
        if (t->s.partial_allowed && parcel_units(t->p) > 0 && t->world->people_known) {
                struct verdict *v = turn_say(t, VERDICT_SHORT);
                struct words w;

                t->b->gesture = GESTURE_SHORT_LEADER;
                words_missing(&t->s, &w);
                verdict_sub_ja(v, "%s無し。リーダーか保留を読む", w.ja);
                verdict_sub_en(v, "without %s: a leader's badge; to wait: PARK", w.en);
                return 0;
        }
        return pack_short_park(t);
}

int pack_short_park(struct turn *t) {
        char shelf[NAME_SIZE];

        if (!t->p || t->p->state != PARCEL_OPEN)
                return turn_tell(t, VERDICT_NOT_NOW, "検品中の箱がない", "no box is open");
        write_short(t);
        turn_argument(t, shelf);
        return pack_park(t, t->b->damaged ? "damaged" : "short", shelf);
}

int pack_approve_short(struct turn *t) {
        int r;

        turn_end_gesture(t);
        if (!t->p || t->p->state != PARCEL_OPEN || shipment_missing(&t->s) == 0)
                return turn_tell(t, VERDICT_NOT_NOW, "足りないものはない", "nothing is missing");
        if (!t->s.partial_allowed || parcel_units(t->p) == 0)
                return turn_tell(t, VERDICT_NOT_NOW, "一部出荷はできない。保留カードを読む",
                        "it may not go incomplete: read PARK");
        if (t->b->tags_wrong)
                return tags_say_wrong(t);
        write_short(t);
        r = add_unscanned(t, true); /* the badge says OK to the inserts too */
        return r < 0 ? r : pack_parcel(t, true);
}

const char *pack_park_reason(const struct turn *t) {
        return t->b->damaged ? "damaged" : "by-hand";
}

int pack_park(struct turn *t, const char *reason, const char *shelf) {
        struct verdict *v = turn_say(t, VERDICT_PARKED);
        struct fact_builder fb;

        turn_parcel_fact(t, &fb, "parcel.parked", &t->s, t->p);
        json_write_string(&fb.w, "reason", reason);
        if (*shelf)
                json_write_string(&fb.w, "shelf", shelf);
        json_write_int(&fb.w, "version", t->s.version);
        fact_end(&fb);
        t->p->state = PARCEL_PARKED;
        verdict_sub_ja(v, "伝票と箱を保留棚%s%sに置く", *shelf ? " " : "", shelf);
        verdict_sub_en(v, "slip and box to the shelf%s%s", *shelf ? " " : "", shelf);
        turn_empty_bench(t);
        return 0;
}
