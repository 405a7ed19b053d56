/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tags say that lies in the box, held against what is wanted. The whole set comes every time; each unit (GTIN and serial)
 * is one of these, the first that holds:
 *   known   it is in this box already, by its tag or by a barcode with its serial
 *   used    it went out in another box, or is in one
 *   wrong   no line lists it
 *   theirs  a unit of this item was counted without a serial (a JAN, by hand): it may be this very one, so it is not counted again
 *   new     a line has room for it
 *   extra   no line has
 * While one is used, wrong or extra, nothing of the set is recorded: it is said until the box is right. Tags that name no goods
 * (totes, places, whatever) are not looked at, and neither is a box of which nobody knows what belongs into it.
 *
 * Source: reference of the floor, 1.2 (1, 2, 21) and 3; standards, 1 (EPC). Decision 0021.
 */
#include "firmware/domain/packout-internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFUSALS_MAX 20 /* item.refused of one set: a strange trolley must not fill the trace */

enum stray { STRAY_WRONG, STRAY_EXTRA, STRAY_USED, N_STRAYS };

struct tag_unit {
        const struct epc *epc;
        bool is_stray;
        enum stray why;
        struct line *line; /* of a new one, or the full one of an extra; NULL neither */
        int units;
        char of[ID_SIZE]; /* whose a used one is */
};

struct tag_set {
        struct turn *t;
        struct tag_unit *units; /* owned; by GTIN and serial, each once */
        size_t n_units, n_new, n_strays[N_STRAYS];
        int *left, *unnamed; /* owned; by line: room, and units in the box that came without a serial */
        uint64_t mark;       /* which strays, in any order; 0 none */
};

static void set_deinit(struct tag_set *s) {
        free(take_ptr(s->units));
        free(take_ptr(s->left));
        free(take_ptr(s->unnamed));
}
#define _cleanup_set_ _cleanup_(set_deinit)

/* --- the units --- */

static int compare(const void *a, const void *b) {
        const struct epc *x = ((const struct tag_unit *) a)->epc, *y = ((const struct tag_unit *) b)->epc;
        int by_key = strcmp(x->key, y->key);

        return by_key ? by_key : strcmp(x->serial, y->serial);
}

/* One unit may bear two tags, or one tag in two schemes. */
static int set_units(struct tag_set *s, const struct input *in) {
        size_t n = 0;

        s->units = calloc(in->n_tags + 1, sizeof(*s->units));
        if (!s->units)
                return -ENOMEM;
        for (size_t i = 0; i < in->n_tags; i++)
                if (in->tags[i].kind == EPC_SGTIN && in->tags[i].serial[0])
                        s->units[n++].epc = &in->tags[i];
        qsort(s->units, n, sizeof(*s->units), compare);
        for (size_t i = 0; i < n; i++)
                if (s->n_units == 0 || compare(&s->units[i], &s->units[s->n_units - 1]) != 0)
                        s->units[s->n_units++] = s->units[i];
        return 0;
}

static int count_named(void *userdata, const char *line, const char *serial) {
        struct tag_set *s = userdata;

        (void) serial;
        for (size_t i = 0; i < s->t->s.n_lines; i++)
                if (strcmp(s->t->s.lines[i].id, line) == 0 && s->unnamed[i] > 0)
                        s->unnamed[i]--;
        return 0;
}

static int set_room(struct tag_set *s) {
        struct turn *t = s->t;

        s->left = calloc(t->s.n_lines + 1, sizeof(*s->left));
        s->unnamed = calloc(t->s.n_lines + 1, sizeof(*s->unnamed));
        if (!s->left || !s->unnamed)
                return -ENOMEM;
        for (size_t i = 0; i < t->s.n_lines; i++) {
                const struct parcel_line *pl = parcel_line_get(t->p, t->s.lines[i].id);

                s->unnamed[i] = pl ? pl->quantity : 0;
                s->left[i] = t->p->state == PARCEL_OPEN ? line_left(&t->s.lines[i]) : 0;
        }
        return t->world->units_of(t->world->userdata, t->p->id, count_named, s);
}

/* --- what each is --- */

static uint64_t hash(uint64_t h, const char *text) {
        for (; *text; text++)
                h = (h ^ (uint8_t) *text) * 1099511628211U;
        return h;
}

static void set_stray(struct tag_set *s, struct tag_unit *u, enum stray why) {
        u->is_stray = true;
        u->why = why;
        s->n_strays[why]++;
        s->mark += hash(hash(14695981039346656037U + (uint64_t) why, u->epc->key), u->epc->serial) | 1;
}

/* Lines that keep serials come first, as with a barcode that has one. */
static bool find_room(struct tag_set *s, struct tag_unit *u) {
        for (int pass = 0; pass < 2; pass++)
                for (size_t i = 0; i < s->t->s.n_lines; i++) {
                        struct line *l = &s->t->s.lines[i];
                        int units =
                                (l->serial == SERIAL_NONE) == (pass == 1) ? line_match(l, &s->t->scan) : 0;

                        if (units <= 0 || units > s->left[i])
                                continue;
                        s->left[i] -= units;
                        u->line = l;
                        u->units = units;
                        s->n_new++;
                        return true;
                }
        return false;
}

static bool may_be_counted(struct tag_set *s) {
        for (size_t i = 0; i < s->t->s.n_lines; i++) {
                int units = line_match(&s->t->s.lines[i], &s->t->scan);

                if (units <= 0 || units > s->unnamed[i])
                        continue;
                s->unnamed[i] -= units;
                return true;
        }
        return false;
}

static struct line *find_listed(struct turn *t) {
        for (size_t i = 0; i < t->s.n_lines; i++)
                if (line_match(&t->s.lines[i], &t->scan) > 0)
                        return &t->s.lines[i];
        return NULL;
}

static int judge_unit(struct tag_set *s, struct tag_unit *u) {
        struct turn *t = s->t;
        struct unit_owner owner;
        struct line *listed;
        int r;

        if (epc_barcode(u->epc, &t->scan) != 0)
                return 0; /* never: set_units() took only what has a key */
        listed = find_listed(t);
        if (!listed) {
                set_stray(s, u, STRAY_WRONG);
                return 0;
        }
        r = t->world->unit(
                t->world->userdata, t->s.merchant, item_kept_code(&t->scan), t->scan.serial, &owner);
        if (r < 0)
                return r;
        if (r == 0 && strcmp(owner.parcel, t->p->id) == 0)
                return 0;
        if (r == 0) {
                (void) copy_text(u->of, sizeof(u->of), owner.shipment);
                set_stray(s, u, STRAY_USED);
                return 0;
        }
        if (!may_be_counted(s) && !find_room(s, u)) {
                u->line = listed;
                set_stray(s, u, STRAY_EXTRA);
        }
        return 0;
}

static int judge(struct tag_set *s) {
        int r = set_units(s, s->t->in);

        if (r == 0)
                r = set_room(s);
        for (size_t i = 0; i < s->n_units && r == 0; i++)
                r = judge_unit(s, &s->units[i]);
        if (s->mark == 0 && s->n_strays[STRAY_WRONG] + s->n_strays[STRAY_EXTRA] + s->n_strays[STRAY_USED] > 0)
                s->mark = 1;
        return r;
}

/* --- units that do not belong --- */

/* What the goods are called, by whoever lists them; their GTIN when nobody does. */
static int name_unit(struct tag_set *s, const struct tag_unit *u, struct words *w) {
        bool is_item = false;

        if (u->line) {
                words_line(u->line, w);
                return 0;
        }
        (void) barcode_read(u->epc->key, strlen(u->epc->key), &s->t->scan, NULL);
        return open_find_item(s->t, s->t->s.merchant, &is_item, w);
}

/* All of one kind, each item once with its count. */
static int list_strays(struct tag_set *s, struct words *list) {
        *list = (struct words){0};
        for (enum stray why = 0; why < N_STRAYS; why++)
                for (size_t i = 0; i < s->n_units; i++) {
                        struct words w = {0};
                        size_t first = i;
                        int n = 0, r;

                        if (!s->units[i].is_stray || s->units[i].why != why)
                                continue;
                        for (; i < s->n_units && strcmp(s->units[i].epc->key, s->units[first].epc->key) == 0;
                                i++)
                                n += s->units[i].is_stray && s->units[i].why == why;
                        i--;
                        r = name_unit(s, &s->units[first], &w);
                        if (r < 0)
                                return r;
                        words_list(list, w.ja, w.en, n);
                }
        return 0;
}

/* Each once; the same strays once more are no news. */
static void refuse_strays(struct tag_set *s) {
        static const char *const reasons[] = {
                [STRAY_WRONG] = "wrong-item", [STRAY_EXTRA] = "too-many", [STRAY_USED] = "serial-used"};
        int n = 0;

        for (size_t i = 0; i < s->n_units && n < REFUSALS_MAX; i++) {
                const struct tag_unit *u = &s->units[i];

                if (!u->is_stray || epc_barcode(u->epc, &s->t->scan) != 0)
                        continue;
                turn_refuse(s->t, reasons[u->why], u->line ? u->line->id : NULL, *u->of ? u->of : NULL);
                n++;
        }
}

static const struct tag_unit *first_used(const struct tag_set *s) {
        for (size_t i = 0; i < s->n_units; i++)
                if (s->units[i].is_stray && s->units[i].why == STRAY_USED)
                        return &s->units[i];
        return NULL;
}

static int say_used(struct tag_set *s) {
        const struct tag_unit *u = first_used(s);
        struct verdict *v;
        struct words w = {0};
        size_t n = s->n_strays[STRAY_USED];
        int r = words_owner(s->t, s->t->s.merchant, u->of, &w);

        if (r < 0)
                return r;
        v = turn_say(s->t, VERDICT_TAGS_USED);
        if (n > 1) {
                verdict_sub_ja(v, "%zu個が%sの品。箱から出す", n, w.ja);
                verdict_sub_en(v, "%zu units of %s: take them out", n, w.en);
        } else {
                verdict_sub_ja(v, "…%sは%sの品。箱から出す", words_number_tail(u->epc->serial), w.ja);
                verdict_sub_en(v, "…%s is of %s: take it out", words_number_tail(u->epc->serial), w.en);
        }
        return 0;
}

static int say_strays(struct tag_set *s) {
        bool wrong = s->n_strays[STRAY_WRONG] > 0, extra = s->n_strays[STRAY_EXTRA] > 0;
        struct words list;
        struct verdict *v;
        int r;

        if (!wrong && !extra)
                return say_used(s);
        r = list_strays(s, &list);
        if (r < 0)
                return r;
        v = turn_say(s->t, wrong ? VERDICT_TAGS_WRONG : VERDICT_TAGS_EXTRA);
        verdict_sub_ja(v, "%s を箱から出す", list.ja);
        verdict_sub_en(v, "take out %s", list.en);
        return 0;
}

int tags_say_wrong(struct turn *t) {
        t->b->tags_wait = true;
        return turn_tell(t, VERDICT_TAGS_WRONG, "箱に余分な品。出すか、中を見てOKを読む",
                "the tags show more in the box: take it out, or look and read OK");
}

void tags_wave(struct turn *t) {
        struct fact_builder fb;

        if (!t->b->tags_wrong)
                return;
        turn_fact(t, &fb, "alarm.cleared", t->b->merchant, t->b->parcel);
        json_write_string(&fb.w, "reason", "tags");
        json_write_string(&fb.w, "by", "ok");
        fact_end(&fb);
        t->b->tags_waved = t->b->tags_wrong;
        t->b->tags_wrong = 0;
        t->b->tags_wait = true;
}

/* --- units that do --- */

static int take_new(struct tag_set *s) {
        int r = 0;

        for (size_t i = 0; i < s->n_units && r == 0; i++) {
                const struct tag_unit *u = &s->units[i];

                if (u->is_stray || !u->line || epc_barcode(u->epc, &s->t->scan) != 0)
                        continue;
                r = item_take(s->t, u->line, u->line->id, u->units, u->units, "rfid");
        }
        return r;
}

/* Something was added, or taken out that did not belong: what is still missing, or the box is complete. */
static int finish(struct turn *t) {
        int missing = shipment_missing(&t->s);
        char head[32], head_en[32];
        struct verdict *v;
        struct words w;

        if (t->p->state == PARCEL_PACKED)
                return pack_say_next(t, VERDICT_RESUMED);
        if (missing == 0)
                return item_finish(t, NULL);
        v = turn_say(t, VERDICT_OK);
        (void) snprintf(head, sizeof(head), "OK 残%d", missing);
        (void) snprintf(head_en, sizeof(head_en), "OK %d left", missing);
        verdict_head(v, head, head_en);
        words_missing(&t->s, &w);
        verdict_sub_ja(v, "あと %s", w.ja);
        verdict_sub_en(v, "still %s", w.en);
        return 0;
}

static int hold_against(struct turn *t) {
        _cleanup_set_ struct tag_set s = {.t = t};
        bool had_wrong = t->b->tags_wrong != 0;
        int r = judge(&s);

        if (r < 0)
                return r;
        if (s.mark && s.mark != t->b->tags_waved) {
                if (s.mark != t->b->tags_wrong)
                        refuse_strays(&s);
                t->b->tags_wrong = s.mark;
                return say_strays(&s);
        }
        t->b->tags_wrong = 0;
        if (s.n_new > 0)
                t->b->last_input_boot_usec = t->in->now.boot_usec; /* somebody works here */
        r = take_new(&s);
        return r < 0 || (s.n_new == 0 && !had_wrong) ? r : finish(t);
}

static int say_restless(struct turn *t) {
        struct verdict *v = turn_say(t, VERDICT_TAGS_RESTLESS);
        const struct epc *tag = t->in->rest == TAGS_RESTLESS ? t->in->restless : NULL;

        if (tag && *tag->serial) {
                verdict_sub_ja(v, "…%sが出入りする。箱を動かさず待つ", words_number_tail(tag->serial));
                verdict_sub_en(v, "…%s comes and goes: keep the box still", words_number_tail(tag->serial));
        } else if (t->in->rest == TAGS_CROWDED) {
                verdict_sub_ja(v, "周りにタグが多い。離すかバーコードを読む");
                verdict_sub_en(v, "too many tags around: move them away, or read the barcodes");
        } else {
                verdict_sub_ja(v, "中身が不安定。待つか、バーコードを読む");
                verdict_sub_en(v, "it does not settle: keep still, or read the barcodes");
        }
        return 0;
}

/* Tags come whether somebody works here or not: outside an open box, and while a card or a badge is waited for, they wait. */
static bool may_judge(const struct turn *t) {
        const struct bench *b = t->b;
        bool is_anybody = !t->world->people_known || b->person[0] || t->in->actor_override;

        return t->p && !t->p->unverified && is_anybody && b->alarm == ALARM_NONE &&
               b->gesture == GESTURE_NONE && b->times == 1;
}

int tags_set(struct turn *t) {
        bool handled = false;
        int r = turn_load(t);

        if (r < 0)
                return r;
        t->b->tags_wait = !may_judge(t);
        if (t->b->tags_wait)
                return 0;
        r = alarm_gate(t, &handled);
        if (r < 0 || handled)
                return r;
        if (t->in->rest == TAGS_SETTLED)
                return hold_against(t);
        return t->p->state == PARCEL_OPEN ? say_restless(t) : 0;
}
