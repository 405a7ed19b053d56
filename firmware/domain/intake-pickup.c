/* SPDX-License-Identifier: Apache-2.0 */
/* Commands for a pickup counter: which parcels are on their way to it. */
#include "firmware/domain/intake-internal.h"

#include "firmware/domain/pickup-ready.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void intake_pickup_ready(struct intake *in, struct shipment *s) {
        struct pickup_act act = {
                .facts = &in->d->facts,
                .policy = in->world->policy,
                .realm = in->world->realm,
                .cause = in->command->id,
                .now = &in->command->now,
        };

        (void) pickup_ready(&act, s, "");
}

void intake_pickup_cancelled(struct intake *in, struct shipment *s) {
        struct pickup_act act = {
                .facts = &in->d->facts,
                .policy = in->world->policy,
                .realm = in->world->realm,
                .cause = in->command->id,
                .now = &in->command->now,
        };

        (void) pickup_expire(&act, s, "cancelled");
        for (size_t i = 0; i < s->n_parcels; i++)
                if (s->parcels[i].state == PARCEL_COLLECTED)
                        intake_conflict(in, s->merchant, s->id, "cancelled-after-collected", s->parcels[i].id,
                                "the wish came after the customer had it");
}

static bool lists(const struct json *doc, const char *parcel) {
        for (const struct json *e = json_first(json_get(doc, "parcels")); e; e = json_next(e))
                if (strcmp(json_get_string(e, "parcel", ""), parcel) == 0)
                        return true;
        return false;
}

/* The parcels as they will be: what is not expected any more is not waited for. Return: is one of the list new here. */
static bool follow(const struct json *doc, struct shipment *s) {
        size_t n = 0;

        for (size_t i = 0; i < s->n_parcels; i++) {
                if (s->parcels[i].state == PARCEL_EXPECTED && !lists(doc, s->parcels[i].id))
                        s->parcels[i].state = PARCEL_VOIDED;
                n += lists(doc, s->parcels[i].id);
        }
        return n < json_size(json_get(doc, "parcels"));
}

static void write_met(struct intake *in, const struct json *e, const struct shipment *known,
        const struct parcel *box, const char *code) {
        const struct json *orders = json_get(known->doc, "orders");
        int64_t piece = json_get_int(e, "piece", 1);
        struct fact_builder b;

        fact_begin(
                &b, &in->d->facts, "parcel.reconciled", box->merchant, box->id, NULL, NULL, in->command->id);
        json_write_string(&b.w, "shipment", json_get_string(in->doc, "shipment", ""));
        json_write_array(&b.w, "orders");
        for (const struct json *o = json_first(orders); o; o = json_next(o))
                json_write_string(&b.w, NULL, json_string(o));
        json_write_end_array(&b.w);
        json_write_int(&b.w, "piece", piece);
        json_write_int(&b.w, "pieces", known->pieces > piece ? known->pieces : piece);
        json_write_string(&b.w, "was", code);
        json_write_bool(&b.w, "agrees", true);
        json_write_array(&b.w, "contents");
        json_write_end_array(&b.w);
        json_write_string(&b.w, "is", json_get_string(e, "parcel", ""));
        json_write_string(&b.w, "state", parcel_state_to_str(box->state));
        if (*box->shelf)
                json_write_string(&b.w, "shelf", box->shelf);
        fact_end(&b);
}

/* The expected one, as it will stand beside the others. NULL: -ENOMEM */
static struct parcel *add_expected(const struct json *e, struct shipment *known) {
        struct parcel *parcels = reallocarray(known->parcels, known->n_parcels + 1, sizeof(*parcels)), *p;

        if (!parcels)
                return NULL;
        known->parcels = parcels;
        p = &parcels[known->n_parcels++];
        *p = (struct parcel){.state = PARCEL_EXPECTED, .piece = (int) json_get_int(e, "piece", 1)};
        (void) copy_text(p->id, sizeof(p->id), json_get_string(e, "parcel", "")); /* a uuid */
        return p;
}

/* @here: the expected one, when it is known. Return: 0, -ENOMEM. */
static int meet_box(struct intake *in, const struct json *e, struct shipment *known, const struct parcel *box,
        const char *code, struct parcel *here) {
        write_met(in, e, known, box, code);
        if (!here)
                here = add_expected(e, known);
        if (!here)
                return -ENOMEM;
        here->state = box->state;
        (void) copy_text(here->shelf, sizeof(here->shelf), box->shelf);
        return 0;
}

/* One that came before it was announced: it is this parcel. @known changes as if that were written already. */
static int meet_code(
        struct intake *in, const struct json *e, struct shipment *known, const char *code, bool *metp) {
        const char *id = json_get_string(e, "parcel", "");
        struct parcel *here = shipment_parcel(known, id);
        const struct parcel *box;
        struct number_owner owner;
        struct shipment other = {0};
        int r = in->world->number(in->world->userdata, code, &owner);

        if (r != 0 || owner.dead || owner.gone || strcmp(owner.parcel, id) == 0 ||
                strcmp(owner.merchant, json_get_string(in->doc, "merchant", "")) != 0 ||
                (here && here->state != PARCEL_EXPECTED))
                return r < 0 ? r : 0;
        r = in->world->shipment(in->world->userdata, owner.merchant, owner.shipment, &other);
        box = r == 0 ? shipment_parcel(&other, owner.parcel) : NULL;
        *metp = box && pickup_waits(box);
        if (*metp)
                r = meet_box(in, e, known, box, code, here);
        shipment_deinit(&other);
        return r < 0 ? r : 0;
}

static int meet(struct intake *in, const struct json *e, struct shipment *known) {
        bool met = false;
        int r = 0;

        for (const struct json *c = json_first(json_get(e, "codes")); c && r == 0 && !met; c = json_next(c))
                r = meet_code(in, e, known, json_string(c), &met);
        return r;
}

int intake_expected(struct intake *in) {
        const char *merchant, *shipment;
        struct shipment known = {0};
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        merchant = json_get_string(in->doc, "merchant", "");
        shipment = json_get_string(in->doc, "shipment", "");
        r = in->world->shipment(in->world->userdata, merchant, shipment, &known);
        if (r >= 0)
                r = intake_check_version(
                        in, json_get_int(in->doc, "version", 0), known.expected_version, NULL);
        if (r == 0)
                r = fact_add_copy(
                        &in->d->facts, "expected.received", merchant, shipment, in->command->id, in->doc);
        for (const struct json *e = json_first(json_get(in->doc, "parcels")); e && r == 0; e = json_next(e))
                r = meet(in, e, &known);
        if (r == 0 && !follow(in->doc, &known))
                intake_pickup_ready(in, &known);
        shipment_deinit(&known);
        return r < 0 ? r : 0;
}
