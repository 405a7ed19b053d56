/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fake-world.h"

#include "firmware/base/cleanup.h"

#include <assert.h>
#include <string.h>

struct fold {
        struct fake_world *f;
        const struct fact *fact;
        const struct json *data;
        const struct stamp *now;
        struct fake_shipment *s;
        struct parcel *p; /* NULL for parcel.opened and for facts about no parcel */
};

static void fill(char *to, size_t size, const char *from) {
        bool fits = copy_text(to, size, from);

        assert(fits);
}
#define FILL(field, text) fill(field, sizeof(field), text)

static const char *text(const struct fold *x, const char *key) {
        return json_get_string(x->data, key, "");
}

static void set_state(struct fold *x, enum parcel_state state, unsigned from) {
        if (!(from & 1U << x->p->state))
                (void) fprintf(stderr, "%s of a parcel that is %s\n", x->fact->type,
                        parcel_state_to_str(x->p->state));
        assert(from & 1U << x->p->state);
        x->p->state = state;
        x->p->since_usec = x->now->wall_usec;
        x->p->since_offset_sec = x->now->offset_sec;
        FILL(x->p->actor, x->fact->actor);
        if (*x->fact->bench)
                FILL(x->p->bench, x->fact->bench);
}
#define FROM(state) (1U << PARCEL_##state)

static struct parcel_line *need_line(struct parcel *p, const char *line) {
        for (size_t i = 0; i < p->n_lines; i++)
                if (strcmp(p->lines[i].line, line) == 0)
                        return &p->lines[i];
        p->lines = reallocarray(p->lines, p->n_lines + 1, sizeof(*p->lines));
        assert(p->lines);
        p->lines[p->n_lines] = (struct parcel_line){0};
        FILL(p->lines[p->n_lines].line, line);
        return &p->lines[p->n_lines++];
}

static void fold_opened(struct fold *x) {
        struct parcel *p;

        assert(fake_parcel(x->f, x->fact->subject) == NULL);
        if (!x->s) { /* unverified: nobody has announced it */
                x->s = &x->f->shipments[x->f->n_shipments++];
                assert(x->f->n_shipments <= FAKE_MAX);
                *x->s = (struct fake_shipment){0};
                FILL(x->s->merchant, x->fact->merchant);
                FILL(x->s->id, text(x, "shipment"));
        }
        x->s->parcels = reallocarray(x->s->parcels, x->s->n_parcels + 1, sizeof(*p));
        assert(x->s->parcels);
        p = &x->s->parcels[x->s->n_parcels++];
        *p = (struct parcel){.state = PARCEL_OPEN,
                .piece = (int) json_get_int(x->data, "piece", 0),
                .pieces = (int) json_get_int(x->data, "pieces", 0),
                .version = json_get_int(x->data, "version", 0),
                .unverified = json_get_bool(x->data, "unverified", false)};
        FILL(p->id, x->fact->subject);
        FILL(p->merchant, x->s->merchant);
        FILL(p->shipment, x->s->id);
        x->p = p;
        set_state(x, PARCEL_OPEN, FROM(OPEN));
}

static void fold_verified(struct fold *x) {
        const char *how = text(x, "how");
        int quantity = (int) json_get_int(x->data, "quantity", 0);
        struct parcel_line *l = need_line(x->p, text(x, "line"));

        assert(x->p->state == PARCEL_OPEN && quantity > 0);
        l->quantity += quantity;
        l->by_hand += strcmp(how, "hand") == 0 ? quantity : 0;
        l->counted += strcmp(how, "counted") == 0 ? quantity : 0;
        l->confirmed += strcmp(how, "confirmed") == 0 ? quantity : 0;
        if (*text(x, "serial")) {
                struct fake_unit *u = &x->f->units[x->f->n_units++];

                assert(x->f->n_units <= ELEMENTSOF(x->f->units));
                FILL(u->merchant, x->s->merchant);
                FILL(u->code, text(x, "code"));
                FILL(u->serial, text(x, "serial"));
                FILL(u->line, text(x, "line"));
                FILL(u->shipment, x->s->id);
                FILL(u->parcel, x->p->id);
        }
}

static void drop_units(struct fake_world *f, const char *parcel, const char *serial) {
        for (size_t i = 0; i < f->n_units;)
                if (strcmp(f->units[i].parcel, parcel) == 0 &&
                        (!serial || strcmp(f->units[i].serial, serial) == 0))
                        f->units[i] = f->units[--f->n_units];
                else
                        i++;
}

static void fold_damaged(struct fold *x) {
        struct parcel_line *l = need_line(x->p, text(x, "line"));

        assert(x->p->state == PARCEL_OPEN);
        if (!json_get_bool(x->data, "verified", false))
                return;
        l->quantity -= (int) json_get_int(x->data, "quantity", 0);
        assert(l->quantity >= 0);
        if (*text(x, "serial"))
                drop_units(x->f, x->p->id, text(x, "serial"));
}

static void fold_packed(struct fold *x) {
        set_state(x, PARCEL_PACKED, FROM(OPEN));
        x->p->partial = json_get_bool(x->data, "partial", false);
        x->p->version = json_get_int(x->data, "version", 0);
        x->p->n_lines = 0; /* the contents are said whole */
        for (const struct json *c = json_first(json_get(x->data, "contents")); c; c = json_next(c)) {
                struct parcel_line *l = need_line(x->p, json_get_string(c, "line", ""));

                l->quantity += (int) json_get_int(c, "quantity", 0);
                l->by_hand += (int) json_get_int(c, "hand", 0);
                l->counted += (int) json_get_int(c, "counted", 0);
                l->confirmed += (int) json_get_int(c, "confirmed", 0);
        }
}

static void fold_printed(struct fold *x) {
        assert(x->p->state !=
                PARCEL_VOIDED); /* a printer may tell late: its box is parked by then, or open again */
        x->p->prints = (int) json_get_int(x->data, "print", 0);
        x->p->printed = true;
        FILL(x->p->carrier, text(x, "carrier"));
        FILL(x->p->number, text(x, "number"));
}

static void fold_ready(struct fold *x) {
        set_state(x, PARCEL_READY, FROM(PACKED));
        FILL(x->p->carrier, text(x, "carrier"));
        FILL(x->p->number, text(x, "number"));
        FILL(x->p->bay, text(x, "bay"));
        x->p->ready_usec = x->now->clock == CLOCK_QUALITY_UNKNOWN ? 0 : x->now->wall_usec;
        x->p->pull_reason[0] = '\0';
}

static void fold_parked(struct fold *x) {
        set_state(x, PARCEL_PARKED, FROM(OPEN) | FROM(PACKED));
        FILL(x->p->reason, text(x, "reason"));
        FILL(x->p->shelf, text(x, "shelf"));
        x->p->version = json_get_int(x->data, "version", 0);
}

static void fold_resumed(struct fold *x) {
        enum parcel_state state;
        int r = parcel_state_from_str(text(x, "state"), &state);

        assert(r == 0);
        set_state(x, state, strcmp(text(x, "from"), "parked") == 0 ? FROM(PARKED) : FROM(PULLED));
        x->p->version = json_get_int(x->data, "version", 0);
        x->p->reason[0] = x->p->shelf[0] = '\0';
}

static void fold_pulled(struct fold *x) {
        set_state(x, PARCEL_PULLED, FROM(READY));
        FILL(x->p->reason, text(x, "reason"));
        x->p->pull_reason[0] = '\0';
}

static void fold_shipped(struct fold *x) {
        set_state(x, PARCEL_SHIPPED, FROM(READY));
        FILL(x->p->how, text(x, "how"));
}

static void fold_reopened(struct fold *x) {
        /* From ready it has been pulled by the fact before. */
        set_state(x, PARCEL_OPEN, FROM(PACKED) | FROM(PULLED));
        x->p->partial = false;
}

static void fold_voided(struct fold *x) {
        if (*text(x, "number"))
                fake_dead(x->f, text(x, "number"));
        drop_units(x->f, x->p->id, NULL);
        set_state(x, PARCEL_VOIDED, (1U << N_PARCEL_STATES) - 1 - FROM(VOIDED));
}

/* ---- the counter ---- */

static void fold_arrived(struct fold *x) {
        if (!x->p) { /* nobody announced it */
                assert(!json_get_bool(x->data, "announced", true));
                fake_expect(x->f, x->fact->merchant, text(x, "shipment"), x->fact->subject, 1,
                        text(x, "code"), "");
                x->p = fake_parcel(x->f, x->fact->subject);
                x->p->unverified = true;
        }
        set_state(x, PARCEL_ARRIVED, FROM(EXPECTED) | FROM(READY) | FROM(SHIPPED));
}

static void fold_shelved(struct fold *x) {
        set_state(x, PARCEL_SHELVED, FROM(ARRIVED));
        FILL(x->p->shelf, text(x, "shelf"));
}

static void fold_moved(struct fold *x) {
        bool found = json_get_bool(x->data, "found", false);

        assert(strcmp(x->p->shelf, text(x, "from")) == 0);
        set_state(x, PARCEL_SHELVED, found ? FROM(MISSING) : FROM(SHELVED));
        FILL(x->p->shelf, text(x, "to"));
}

static void fold_missing(struct fold *x) {
        set_state(x, PARCEL_MISSING, FROM(SHELVED) | FROM(ARRIVED));
}

static void fold_collected(struct fold *x) {
        set_state(x, PARCEL_COLLECTED, FROM(SHELVED));
        FILL(x->p->how, text(x, "proof"));
        x->s->at_counter.paid |= *text(x, "paid") != '\0';
        if (*text(x, "receipt")) {
                struct fake_receipt *r = &x->f->receipts[x->f->n_receipts++];

                assert(x->f->n_receipts <= ELEMENTSOF(x->f->receipts));
                FILL(r->code, text(x, "receipt"));
                FILL(r->merchant, x->fact->merchant);
                FILL(r->shipment, text(x, "shipment"));
        }
}

static void fold_undone(struct fold *x) {
        set_state(x, PARCEL_SHELVED, FROM(COLLECTED));
}

static void fold_restocked(struct fold *x) {
        set_state(x, PARCEL_RESTOCKED, FROM(EXPIRED));
}

static void fold_expired(struct fold *x) {
        for (const struct json *e = json_first(json_get(x->data, "parcels")); e; e = json_next(e)) {
                x->p = fake_parcel(x->f, json_get_string(e, "parcel", ""));
                assert(x->p);
                set_state(x, PARCEL_EXPIRED, FROM(ARRIVED) | FROM(SHELVED) | FROM(MISSING));
        }
}

static void fold_pickup_ready(struct fold *x) {
        struct fake_shipment *s = fake_find(x->f, x->fact->merchant, x->fact->subject);

        assert(s && !s->at_counter.is_ready); /* once */
        s->at_counter = (struct pickup_state){
                .is_ready = true,
                .partial = json_get_bool(x->data, "partial", false),
                .ready_usec = x->now->wall_usec,
                .ready_offset_sec = x->now->offset_sec,
        };
        (void) time_parse(text(x, "keep_until"), &s->at_counter.keep_until_usec, NULL); /* absent: 0 */
}

static void fold_reserved(struct fold *x) {
        struct fake_shipment *s = fake_find(x->f, x->fact->merchant, x->fact->subject);
        struct notice_duty *duty;
        enum notice_kind kind;
        int r = notice_kind_from_str(text(x, "kind"), &kind);

        assert(r == 0 && s);
        duty = &s->notices[kind];
        assert(!duty->live || (notice_kind_repeats(kind) && !duty->waits)); /* one notice is owed once */
        duty->live = duty->waits = true;
        duty->n = (int) json_get_int(x->data, "generation", -1) + 1;
}

/* The one that was told is not enough: another is owed. */
static void fold_resend_asked(struct fold *x) {
        struct fake_shipment *s = fake_find(x->f, x->fact->merchant, x->fact->subject);
        enum notice_kind kind;
        int r = notice_kind_from_str(text(x, "kind"), &kind);

        assert(r == 0 && s && s->notices[kind].live);
        s->notices[kind].live = false;
}

static const struct {
        const char *type;
        void (*fold)(struct fold *x);
} folds[] = {
        {"item.verified", fold_verified},
        {"item.damaged", fold_damaged},
        {"parcel.packed", fold_packed},
        {"waybill.printed", fold_printed},
        {"parcel.ready", fold_ready},
        {"parcel.parked", fold_parked},
        {"parcel.resumed", fold_resumed},
        {"parcel.pulled", fold_pulled},
        {"parcel.shipped", fold_shipped},
        {"parcel.reopened", fold_reopened},
        {"parcel.voided", fold_voided},
        {"parcel.arrived", fold_arrived},
        {"parcel.shelved", fold_shelved},
        {"pickup.moved", fold_moved},
        {"pickup.missing", fold_missing},
        {"pickup.collected", fold_collected},
        {"pickup.undone", fold_undone},
        {"pickup.restocked", fold_restocked},
};

static void fold_fact(struct fold *x) {
        if (strcmp(x->fact->type, "notice.resend-asked") == 0) {
                fold_resend_asked(x);
                return;
        }
        if (strcmp(x->fact->type, "notice.reserved") == 0) {
                fold_reserved(x);
                return;
        }
        if (strcmp(x->fact->type, "pickup.ready") == 0) {
                fold_pickup_ready(x);
                return;
        }
        if (strcmp(x->fact->type, "offer.redeemed") == 0) {
                FILL(x->f->redeemed[x->f->n_redeemed++], text(x, "coupon"));
                return;
        }
        if (strcmp(x->fact->type, "pickup.expired") == 0) {
                fold_expired(x);
                return;
        }
        x->s = fake_find(x->f, x->fact->merchant, text(x, "shipment"));
        if (strcmp(x->fact->type, "parcel.opened") == 0) {
                fold_opened(x);
                return;
        }
        x->p = fake_parcel(x->f, x->fact->subject);
        for (size_t i = 0; i < ELEMENTSOF(folds); i++)
                if (strcmp(folds[i].type, x->fact->type) == 0) {
                        assert((x->p && x->s) || folds[i].fold == fold_arrived);
                        folds[i].fold(x);
                }
}

void fake_fold(struct fake_world *f, const struct fact_list *facts, const struct stamp *now) {
        for (size_t i = 0; i < facts->n; i++) {
                struct json *data = NULL;
                int r = json_parse(facts->items[i].data, strlen(facts->items[i].data), &data, NULL);
                struct fold x = {.f = f, .fact = &facts->items[i], .data = data, .now = now};

                assert(r == 0);
                fold_fact(&x);
                (void) json_free(data);
        }
}
