/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A crate of parcels comes: all that are expected in it have arrived by its one code, and then each goes to its shelf. Who reads
 * its code again, or OK, says that it is empty: what has not been put on a shelf by then was not in it.
 */
#include "firmware/domain/pickup-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CRATE_MAX 200

struct crate {
        char parcels[CRATE_MAX][UUID_TEXT_MAX];
        size_t n;
        bool more; /* than fit */
};

static int add(void *userdata, const char *parcel) {
        struct crate *c = userdata;

        if (c->n == CRATE_MAX)
                c->more = true;
        else
                (void) copy_text(c->parcels[c->n++], UUID_TEXT_MAX, parcel); /* a uuid */
        return 0;
}

/* The parcel of an id into ->s. Return: 0, WORLD_E_NONE, -errno. */
static int load(struct turn *t, const char *id, struct parcel **pp) {
        struct number_owner owner;
        int r = t->world->parcel(t->world->userdata, id, &owner);

        if (r == 0)
                r = turn_load_shipment(t, owner.merchant, owner.shipment);
        if (r != 0)
                return r;
        *pp = shipment_parcel(&t->s, id);
        return *pp ? 0 : WORLD_E_NONE;
}

static int arrive_all(struct turn *t, const struct crate *c, const char *code, int *np, int *lyingp) {
        for (size_t i = 0; i < c->n; i++) {
                struct parcel *p = NULL;
                int r = load(t, c->parcels[i], &p);

                if (r < 0)
                        return r;
                if (r > 0)
                        continue;
                *lyingp += p->state == PARCEL_ARRIVED;
                if (p->state != PARCEL_EXPECTED)
                        continue;
                pickup_write_arrived(t, p, true, code);
                (*np)++;
        }
        return 0;
}

bool pickup_is_foreign(const struct turn *t, const struct parcel *p) {
        return t->b->gesture == GESTURE_PICKUP_CRATE && strcmp(p->crate, t->b->argument) != 0;
}

int pickup_crate(struct turn *t, bool *handledp) {
        struct crate *c = calloc(1, sizeof(*c));
        char code[BARCODE_TEXT_MAX + 1];
        int n = 0, lying = 0, r;
        struct verdict *v;

        if (!c)
                return -ENOMEM;
        (void) barcode_show(&t->scan, code);
        r = t->world->crate(t->world->userdata, code, add, c);
        *handledp = r == 0 && c->n > 0;
        if (*handledp && t->b->gesture == GESTURE_PICKUP_CRATE && strcmp(t->b->argument, code) == 0) {
                free(c);
                return pickup_crate_end(t);
        }
        if (*handledp)
                r = arrive_all(t, c, code, &n, &lying);
        free(c);
        if (r < 0 || !*handledp)
                return r;
        pickup_end(t);
        pickup_put_down(t);
        turn_end_gesture(t);
        if (n + lying == 0)
                return turn_tell(
                        t, VERDICT_ALREADY, "このオリコンは処理済み", "this crate was emptied before");
        t->b->gesture = GESTURE_PICKUP_CRATE;
        (void) copy_text(
                t->b->argument, sizeof(t->b->argument), code); /* codes of parcels and crates are shorter */
        v = turn_say(t, VERDICT_ARRIVED);
        verdict_sub_ja(v, "オリコン %d個。1個ずつ読み、棚へ。最後OK", n + lying);
        verdict_sub_en(v, "a crate of %d: read each and its shelf; OK when it is empty", n + lying);
        return 0;
}

int pickup_crate_end(struct turn *t) {
        struct crate *c = calloc(1, sizeof(*c));
        char names[96] = "";
        int n = 0, r;
        struct verdict *v;

        if (!c)
                return -ENOMEM;
        r = t->world->crate(t->world->userdata, t->b->argument, add, c);
        for (size_t i = 0; i < c->n && r >= 0; i++) {
                struct parcel *p = NULL;
                struct fact_builder fb;
                size_t used = strlen(names);

                r = load(t, c->parcels[i], &p);
                if (r != 0 || p->state != PARCEL_ARRIVED)
                        continue;
                turn_parcel_fact(t, &fb, "pickup.missing", &t->s, p);
                json_write_string(&fb.w, "crate", t->b->argument);
                fact_end(&fb);
                if (n++ < 4)
                        (void) snprintf(names + used, sizeof(names) - used, "%s…%s", used > 0 ? ", " : "",
                                words_number_tail(p->number));
        }
        free(c);
        if (r < 0)
                return r;
        turn_end_gesture(t);
        pickup_put_down(t);
        if (n == 0)
                return turn_tell(
                        t, VERDICT_SHELVED, "オリコンの全部が棚にある", "all of the crate is on shelves");
        v = turn_say(t, VERDICT_NOT_ON_SHELF);
        verdict_sub_ja(v, "オリコンに%d個足りない %s", n, names);
        verdict_sub_en(v, "%d missing from the crate: %s", n, names);
        return 0;
}
