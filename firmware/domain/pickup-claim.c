/* SPDX-License-Identifier: Apache-2.0 */
/* What another counter of the store has handed over: no second time here, while the two see each other. */
#include "firmware/domain/pickup-internal.h"

#include <string.h>

struct search {
        const struct parcel *p;
        struct claim *found;
        bool yes;
};

static int look(void *userdata, const struct claim *c) {
        struct search *s = userdata;

        if (c->kind == CLAIM_COLLECTED && (strcmp(c->parcel, s->p->id) == 0 || c->piece == s->p->piece)) {
                *s->found = *c;
                s->yes = true;
        }
        return 0;
}

/* Return: 0 it was, WORLD_E_NONE, -errno. */
static int find(struct turn *t, const struct parcel *p, struct claim *c) {
        struct search s = {.p = p, .found = c};
        int r = t->world->claims(t->world->userdata, t->s.merchant, t->s.id, look, &s);

        if (r < 0)
                return r;
        return s.yes ? 0 : WORLD_E_NONE;
}

static void say(struct turn *t, const struct parcel *p, const struct claim *c) {
        char when[CLAIM_WHEN_SIZE];
        struct verdict *v;

        turn_refuse(t, "done-elsewhere", NULL, t->s.id);
        claim_when(c, when);
        v = turn_say(t, VERDICT_ALREADY);
        verdict_head(v, claim_ja(c->kind), "HANDED OVER");
        verdict_sub_ja(v, "%s %s。何もしない", claim_ja(c->kind), when);
        verdict_sub_en(v, "%s %s: nothing to do", claim_en(c->kind), when);
        (void) copy_text(v->merchant, sizeof(v->merchant), t->s.merchant);
        (void) copy_text(v->shipment, sizeof(v->shipment), t->s.id);
        (void) copy_text(v->parcel, sizeof(v->parcel), p->id);
}

int pickup_claimed(struct turn *t, const struct parcel *p, bool *saidp) {
        struct claim c;
        int r;

        *saidp = false;
        if (p->state == PARCEL_COLLECTED && strcmp(p->how, PARCEL_ELSEWHERE) != 0)
                return 0; /* ours is said; that there are two is a conflict, and no failed scan */
        r = find(t, p, &c);
        if (r != 0)
                return r < 0 ? r : 0;
        *saidp = true;
        say(t, p, &c);
        return 0;
}

int pickup_any_claimed(
        struct turn *t, bool (*is_meant)(const struct turn *t, const struct parcel *p), bool *saidp) {
        *saidp = false;
        for (size_t i = 0; i < t->s.n_parcels && !*saidp; i++) {
                int r = is_meant(t, &t->s.parcels[i]) ? pickup_claimed(t, &t->s.parcels[i], saidp) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}
