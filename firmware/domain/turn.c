/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/turn.h"
#include "firmware/domain/notice.h"

#include <errno.h>
#include <string.h>

void turn_deinit(struct turn *t) {
        shipment_deinit(&t->s);
        t->p = NULL;
        free(take_ptr(t->noticed));
        t->n_noticed = 0;
        free(t->added.items);
        t->added = (struct unit_list){0};
}

int turn_load_shipment(struct turn *t, const char *merchant, const char *shipment) {
        /* The names may lie in the shipment that is given up. */
        struct shipment_ref ref;

        (void) copy_text(ref.merchant, sizeof(ref.merchant), merchant);
        (void) copy_text(ref.shipment, sizeof(ref.shipment), shipment);
        t->p = NULL;
        shipment_deinit(&t->s);
        return t->world->shipment(t->world->userdata, ref.merchant, ref.shipment, &t->s);
}

static bool is_open_here(const struct turn *t, const struct parcel *p) {
        return p && (p->state == PARCEL_OPEN || p->state == PARCEL_PACKED) &&
               strcmp(p->bench, t->b->name) == 0;
}

int turn_load(struct turn *t) {
        struct bench *b = t->b;
        struct number_owner owner;
        int r;

        if (b->parcel[0] == '\0')
                return 0;
        r = turn_load_shipment(t, b->merchant, b->shipment);
        if (r == 0)
                t->p = shipment_parcel(&t->s, b->parcel);
        if (r >= 0 && !t->p) {
                /* An unverified parcel that met its shipment goes by that one's id from then on. */
                r = t->world->parcel(t->world->userdata, b->parcel, &owner);
                if (r == 0)
                        r = turn_load_shipment(t, owner.merchant, owner.shipment);
                if (r == 0)
                        t->p = shipment_parcel(&t->s, b->parcel);
        }
        if (r < 0)
                return r;
        if (is_open_here(t, t->p)) {
                turn_take_parcel(t, t->p);
                return 0;
        }
        shipment_deinit(&t->s);
        turn_empty_bench(t);
        return 0;
}

void turn_take_parcel(struct turn *t, struct parcel *p) {
        struct bench *b = t->b;

        t->p = p;
        if (strcmp(b->parcel, p->id) != 0)
                b->tags_wrong = b->tags_waved = 0;
        (void) copy_text(b->merchant, sizeof(b->merchant), t->s.merchant);
        (void) copy_text(b->shipment, sizeof(b->shipment), t->s.id);
        (void) copy_text(b->parcel, sizeof(b->parcel), p->id);
}

void turn_end_gesture(struct turn *t) {
        t->b->gesture = GESTURE_NONE;
        t->b->waiting = CONTROL_NONE;
        t->b->argument[0] = '\0';
        t->b->digits = -1;
        t->b->times = 1;
}

void turn_empty_bench(struct turn *t) {
        struct bench *b = t->b;

        b->merchant[0] = b->shipment[0] = b->parcel[0] = '\0';
        b->alarm = ALARM_NONE;
        b->alarm_reason[0] = '\0';
        b->damaged = false;
        b->tags_wrong = b->tags_waved = 0;
        b->tags_wait = false;
        turn_end_gesture(t);
        t->p = NULL;
}

struct verdict *turn_say(struct turn *t, enum verdict_kind kind) {
        struct decision *d = t->d;
        struct verdict *v = &d->verdicts[d->n_verdicts];

        if (d->n_verdicts == DECISION_VERDICTS_MAX)
                v--; /* the last thing said is what counts */
        else
                d->n_verdicts++;
        verdict_set(v, kind, t->b->name);
        (void) copy_text(v->merchant, sizeof(v->merchant), t->b->merchant);
        (void) copy_text(v->shipment, sizeof(v->shipment), t->b->shipment);
        (void) copy_text(v->parcel, sizeof(v->parcel), t->b->parcel);
        return v;
}

int turn_tell(struct turn *t, enum verdict_kind kind, const char *ja, const char *en) {
        struct verdict *v = turn_say(t, kind);

        verdict_sub_ja(v, "%s", ja);
        verdict_sub_en(v, "%s", en);
        return 0;
}

void turn_argument(const struct turn *t, char name[NAME_SIZE]) {
        (void) copy_text(name, NAME_SIZE, t->scan.control.arg);
        for (char *c = name; *c; c++)
                if (*c >= 'A' && *c <= 'Z')
                        *c = (char) (*c - 'A' + 'a');
}

int turn_need_leader(struct turn *t, const char *what_ja, const char *what_en) {
        struct verdict *v = turn_say(t, VERDICT_LEADER_NEEDED);

        if (!t->world->people_known) {
                /* Nobody can be told from anybody: a leader's act is refused, not guessed. */
                turn_refuse(t, "leader-needed", NULL, NULL);
                turn_end_gesture(t);
                verdict_sub_ja(v, "担当者リストなし。%sはできない", what_ja);
                verdict_sub_en(v, "no people list: %s is not possible", what_en);
                v->until_acknowledged = false;
                return 0;
        }
        verdict_sub_ja(v, "%s。リーダーの名札を読む", what_ja);
        verdict_sub_en(v, "%s: read a leader's badge", what_en);
        return 0;
}

const char *turn_actor(const struct turn *t) {
        if (t->alone)
                return "";
        return t->in->actor_override ? t->in->actor_override : t->b->person;
}

void turn_fact(struct turn *t, struct fact_builder *fb, const char *type, const char *merchant,
        const char *subject) {
        fact_begin(fb, &t->d->facts, type, merchant, subject, t->alone ? "" : t->b->name, turn_actor(t), "");
}

void turn_parcel_fact(struct turn *t, struct fact_builder *fb, const char *type, const struct shipment *s,
        const struct parcel *p) {
        turn_fact(t, fb, type, s->merchant, p->id);
        json_write_string(&fb->w, "shipment", s->id);
        json_write_array(&fb->w, "orders");
        for (const struct json *o = json_first(json_get(s->doc, "orders")); o; o = json_next(o))
                json_write_string(&fb->w, NULL, json_string(o));
        json_write_end_array(&fb->w);
        json_write_int(&fb->w, "piece", p->piece);
        json_write_int(&fb->w, "pieces", shipment_total_pieces(s, p->piece));
}

void turn_refuse(struct turn *t, const char *reason, const char *line, const char *of) {
        struct fact_builder fb;
        char text[BARCODE_TEXT_MAX + 1];

        turn_fact(t, &fb, "item.refused", t->b->merchant, t->b->parcel[0] ? t->b->parcel : t->b->name);
        if (t->b->shipment[0])
                json_write_string(&fb.w, "shipment", t->b->shipment);
        json_write_string(&fb.w, "reason", reason);
        if (line)
                json_write_string(&fb.w, "line", line);
        if (t->scan.n_text > 0 && t->scan.n_text < CODE_SIZE)
                json_write_string(&fb.w, "code", barcode_show(&t->scan, text));
        if (of)
                json_write_string(&fb.w, "of", of);
        fact_end(&fb);
}

void turn_alarm_cleared(struct turn *t, const char *leader) {
        struct fact_builder fb;

        turn_fact(t, &fb, "alarm.cleared", t->b->merchant, t->b->parcel[0] ? t->b->parcel : t->b->name);
        json_write_string(&fb.w, "reason", t->b->alarm_reason);
        json_write_string(&fb.w, *leader ? "leader" : "by", *leader ? leader : "park");
        fact_end(&fb);
}

int unit_list_add(struct unit_list *list, const char *line, const char *serial) {
        if (list->n == list->size) {
                size_t size = list->size ? list->size * 2 : 16;
                struct unit *items = reallocarray(list->items, size, sizeof(*items));

                if (!items)
                        return -ENOMEM;
                list->items = items;
                list->size = size;
        }
        (void) copy_text(list->items[list->n].line, NAME_SIZE, line);
        (void) copy_text(list->items[list->n].serial, sizeof(list->items->serial), serial);
        list->n++;
        return 0;
}

int turn_notice(struct turn *t, const struct shipment *s, const char *trigger) {
        struct shipment_ref *refs;

        for (size_t i = 0; i < t->n_noticed; i++)
                if (strcmp(t->noticed[i].merchant, s->merchant) == 0 &&
                        strcmp(t->noticed[i].shipment, s->id) == 0)
                        return 0;
        if (!notice_due(&t->d->facts, t->world->policy, t->world->realm, s, trigger,
                    t->alone ? "" : t->b->name, turn_actor(t), "", &t->in->now))
                return t->d->facts.error;
        refs = reallocarray(t->noticed, t->n_noticed + 1, sizeof(*refs));
        if (!refs)
                return -ENOMEM;
        t->noticed = refs;
        (void) copy_text(refs[t->n_noticed].merchant, sizeof(refs->merchant), s->merchant);
        (void) copy_text(refs[t->n_noticed].shipment, sizeof(refs->shipment), s->id);
        t->n_noticed++;
        return 0;
}

bool line_counts(const struct line *l) {
        return l->check == CHECK_ITEM || l->check == CHECK_SCAN;
}

int line_left(const struct line *l) {
        return l->done < l->quantity ? l->quantity - l->done : 0;
}

bool line_is_goods_wanted(const struct line *l) {
        return line_counts(l) && line_left(l) > 0;
}

struct parcel_line *parcel_line_get(struct parcel *p, const char *line) {
        for (size_t i = 0; i < p->n_lines; i++)
                if (strcmp(p->lines[i].line, line) == 0)
                        return &p->lines[i];
        return NULL;
}

struct parcel_line *parcel_line_need(struct parcel *p, const char *line) {
        struct parcel_line *lines, *have = parcel_line_get(p, line);

        if (have)
                return have;
        lines = reallocarray(p->lines, p->n_lines + 1, sizeof(*lines));
        if (!lines)
                return NULL;
        p->lines = lines;
        lines[p->n_lines] = (struct parcel_line){0};
        (void) copy_text(lines[p->n_lines].line, sizeof(lines->line), line);
        return &lines[p->n_lines++];
}

int parcel_units(const struct parcel *p) {
        int n = 0;

        for (size_t i = 0; i < p->n_lines; i++)
                n += p->lines[i].quantity;
        return n;
}

bool parcel_is_living(const struct parcel *p) {
        return p->state != PARCEL_VOIDED;
}

/* Contents of a line that the shipment no longer has count too. */
bool shipment_is_overfull(const struct shipment *s) {
        for (size_t i = 0; i < s->n_lines; i++)
                if (s->lines[i].done > s->lines[i].quantity)
                        return true;
        if (!s->doc)
                return false;
        for (size_t i = 0; i < s->n_parcels; i++) {
                const struct parcel *p = &s->parcels[i];

                if (!parcel_is_living(p) || p->unverified)
                        continue;
                for (size_t j = 0; j < p->n_lines; j++) {
                        bool known = p->lines[j].quantity == 0;

                        for (size_t k = 0; k < s->n_lines && !known; k++)
                                known = strcmp(s->lines[k].id, p->lines[j].line) == 0;
                        if (!known)
                                return true;
                }
        }
        return false;
}

bool shipment_awaits_confirm(const struct shipment *s) {
        const struct json *gift = json_get(s->doc, "gift");

        for (size_t i = 0; i < s->n_lines; i++)
                if (s->lines[i].check == CHECK_CONFIRM && line_left(&s->lines[i]) > 0)
                        return true;
        return strcmp(json_get_string(gift, "check", "none"), "confirm") == 0;
}

int shipment_total_pieces(const struct shipment *s, int piece) {
        int pieces = s->pieces > piece ? s->pieces : piece;

        for (size_t i = 0; i < s->n_parcels; i++)
                if (parcel_is_living(&s->parcels[i]) && s->parcels[i].piece > pieces)
                        pieces = s->parcels[i].piece;
        return pieces > 0 ? pieces : 1;
}
