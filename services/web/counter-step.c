/* SPDX-License-Identifier: Apache-2.0 */
/* What was begun at a pickup counter and waits for its next scan: one of several customers, a crate, an offer, what may be declared all. */
#include <string.h>

#include "firmware/domain/pickup-ready.h"
#include "services/web/counter-internal.h"

/* Of one customer of those to choose from: all that waits for them. */
static int write_choices(struct counter *c) {
        int r = 0;

        json_write_array(c->w, "choices");
        for (const struct json *j = json_first(json_get(c->serving, "choices")); j && r == 0;
                j = json_next(j)) {
                json_write_object(c->w, NULL);
                json_write_int(c->w, "number", json_get_int(j, "number", 0));
                json_write_array(c->w, "shipments");
                r = counter_write_known(
                        c, json_get_string(j, "merchant", ""), json_get_string(j, "shipment", ""));
                json_write_end_array(c->w);
                json_write_end_object(c->w);
        }
        json_write_end_array(c->w);
        return r;
}

static int on_crated(const struct pickups_parcel *p, void *userdata) {
        struct json_writer *w = userdata;

        json_write_object(w, NULL);
        json_write_string(w, "parcel", p->parcel);
        json_write_string(w, "shipment", p->shipment);
        json_write_string(w, "order", *p->order ? p->order : NULL);
        json_write_string(w, "state", p->state);
        counter_write_shelf(w, "shelf", p->shelf, strlen(p->shelf));
        json_write_string(w, "number_end", counter_tail(p->number));
        json_write_end_object(w);
        return 0;
}

static int write_crate(struct counter *c) {
        const char *crate = json_get_string(c->serving, "crate", "");
        int r;

        json_write_object(c->w, "crate");
        json_write_string(c->w, "crate", crate);
        json_write_array(c->w, "parcels");
        r = pickups_crate(c->watch->look.pickups, crate, on_crated, c->w);
        json_write_end_array(c->w);
        json_write_end_object(c->w);
        return r;
}

static int on_offer(const struct pickups_offer *o, void *userdata) {
        struct json_writer *w = userdata;

        json_write_string(w, "kind", o->kind);
        doc_names(w, "headline", o->headline_ja, *o->headline_en ? o->headline_en : o->headline_ja);
        doc_names(w, "terms", o->terms_ja, *o->terms_en ? o->terms_en : o->terms_ja);
        json_write_string(w, "until", *o->until ? o->until : NULL);
        return 0;
}

static int write_offer(struct counter *c) {
        const struct json *offer = json_get(c->serving, "offer");
        const char *merchant = json_get_string(offer, "merchant", "");
        int r;

        json_write_object(c->w, "offer");
        doc_merchant(c->w, "merchant", &c->watch->look.policy, merchant);
        json_write_bool(c->w, "once", json_get_bool(offer, "once", false));
        r = pickups_offer(
                c->watch->look.pickups, merchant, json_get_string(offer, "offer", ""), on_offer, c->w);
        json_write_end_object(c->w);
        return r;
}

/* The shipment that was touched last, where some of it lies here and it is not ready: it can be declared to be all. */
static int write_declarable(struct counter *c) {
        const struct json *j = json_get(c->serving, "touched");
        struct shipment s = {0};
        int r = shipments_get(c->watch->look.shipments, json_get_string(j, "merchant", ""),
                json_get_string(j, "shipment", ""), &s);

        json_write_array(c->w, "declarable");
        if (r == 0 && pickup_may_declare(&s))
                r = counter_write_shipment(c, &s);
        json_write_end_array(c->w);
        shipment_deinit(&s);
        return r == STORE_E_NONE ? 0 : r;
}

/* What the next scan is about, when it is more than a parcel or a customer. */
int counter_write_step(struct counter *c) {
        const char *step = json_get_string(c->serving, "step", NULL);
        int r = write_declarable(c);

        if (!step) {
                json_write_null(c->w, "step");
                return r;
        }
        json_write_object(c->w, "step");
        json_write_string(c->w, "step", step);
        if (r == 0 && strcmp(step, "choose") == 0)
                r = write_choices(c);
        if (r == 0 && strcmp(step, "crate") == 0)
                r = write_crate(c);
        if (r == 0 && strcmp(step, "offer") == 0)
                r = write_offer(c);
        json_write_end_object(c->w);
        return r;
}
