/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What another station of the site has of the thing in hand. Begun anew is only what nobody has; what was begun here goes on
 * until another one has taken the same piece.
 */
#include "firmware/domain/packout-internal.h"

#include <string.h>

/* A box that nobody has spoken of for so long is parked, or its station is dead: no reason to leave the goods lying. */
#define WORK_USEC (30 * 60 * (int64_t) USEC_PER_SEC)

struct search {
        const struct turn *t;
        const struct parcel *p; /* NULL: it would be begun anew */
        const char *subject;    /* only of this; NULL of any */
        struct claim *best;
        bool found;
};

static bool is_in_the_way(const struct search *s, const struct claim *c) {
        enum claim_effect effect = claim_effect(c->kind);
        int64_t age = s->t->in->now.wall_usec - c->heard_usec;

        if (effect == CLAIM_FREES || (s->subject && strcmp(s->subject, c->subject) != 0))
                return false;
        for (size_t i = 0; i < s->t->s.n_parcels; i++)
                if (strcmp(s->t->s.parcels[i].id, c->parcel) == 0)
                        return false; /* the OMS told us of that very box: it counts as ours */
        if (s->p)
                return effect == CLAIM_TAKES && c->piece == s->p->piece;
        return effect != CLAIM_WORKS || (age >= 0 && age < WORK_USEC);
}

static int weigh(void *userdata, const struct claim *c) {
        struct search *s = userdata;

        if (is_in_the_way(s, c) && (!s->found || claim_effect(c->kind) > claim_effect(s->best->kind))) {
                *s->best = *c;
                s->found = true;
        }
        return 0;
}

int claim_find(struct turn *t, const struct parcel *p, struct claim *c) {
        const struct world *w = t->world;
        struct search s = {.t = t, .p = p && p->state != PARCEL_VOIDED ? p : NULL, .best = c};
        int r = w->claims(w->userdata, t->s.merchant, t->s.id, weigh, &s);

        if (r == 0 && !s.p && t->scan.n_text > 0) {
                s.subject = t->scan.text; /* there it was packed before it was known */
                r = w->claims_of_code(w->userdata, t->scan.text, weigh, &s);
        }
        if (r < 0)
                return r;
        return s.found ? 0 : WORLD_E_NONE;
}

int claim_find_code(struct turn *t, const char *code, struct claim *c) {
        struct search s = {.t = t, .best = c};
        int r = t->world->claims_of_code(t->world->userdata, code, weigh, &s);

        if (r < 0)
                return r;
        return s.found ? 0 : WORLD_E_NONE;
}

int claim_say(struct turn *t, const struct claim *c, const char *then_ja, const char *then_en) {
        bool works = claim_effect(c->kind) == CLAIM_WORKS;
        struct verdict *v = turn_say(t, works ? VERDICT_OPEN_ELSEWHERE : VERDICT_ALREADY);
        char when[CLAIM_WHEN_SIZE];

        turn_refuse(t, works ? "open-elsewhere" : "done-elsewhere", NULL, c->subject);
        claim_when(c, when);
        verdict_sub_ja(v, "%s %s。%s", claim_ja(c->kind), when, then_ja);
        verdict_sub_en(v, "%s %s: %s", claim_en(c->kind), when, then_en);
        (void) copy_text(v->merchant, sizeof(v->merchant), c->merchant);
        (void) copy_text(v->shipment, sizeof(v->shipment), c->subject);
        v->until_acknowledged = false;
        return 0;
}

int claim_say_anew(struct turn *t, const struct claim *c) {
        if (claim_effect(c->kind) == CLAIM_WORKS)
                return claim_say(t, c, "そちらへ戻す", "take it there");
        return claim_say(t, c, "何もしない", "nothing to do");
}

static int ask_return(struct turn *t, const struct parcel *p, const struct claim *c) {
        char when[CLAIM_WHEN_SIZE];
        struct verdict *v;
        int r = undo_ask_return(t, &t->s, p, VERDICT_ALREADY);

        if (r < 0)
                return r;
        v = &t->d->verdicts[t->d->n_verdicts - 1];
        claim_when(c, when);
        verdict_sub_ja(v, "%s %s。商品を棚に戻し、戻しカードを読む", claim_ja(c->kind), when);
        verdict_sub_en(v, "%s %s: goods back to the shelf, then read RETURN", claim_en(c->kind), when);
        return 0;
}

int claim_gate(struct turn *t, struct parcel *p, bool *handledp) {
        struct claim c;
        int r;

        *handledp = false;
        if (p && p->state == PARCEL_SHIPPED)
                return 0; /* ours is said; that there are two is a conflict, and no failed scan */
        r = claim_find(t, p, &c);
        if (r != 0)
                return r < 0 ? r : 0;
        *handledp = true;
        if (!p || p->state == PARCEL_VOIDED)
                return claim_say_anew(t, &c);
        switch (p->state) {
        case PARCEL_READY:
                return claim_say(t, &c, "この箱を抜き、抜き取りカードを読む", "take this box out: read PULL");
        case PARCEL_PARKED:
        case PARCEL_PULLED:
                return ask_return(t, p, &c);
        case PARCEL_OPEN:
        case PARCEL_PACKED:
                *handledp = strcmp(p->bench, t->b->name) == 0;
                if (!*handledp)
                        return 0;
                turn_take_parcel(t, p);
                return alarm_elsewhere(t, &c);
        default:
                *handledp = false; /* at the counter of this store: its own words say so */
                return 0;
        }
}
