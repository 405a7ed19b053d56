/* SPDX-License-Identifier: Apache-2.0 */
/* Commands for a pickup counter: which parcels are on their way to it. */
#include "firmware/domain/intake-internal.h"

#include "firmware/domain/pickup-ready.h"

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
        if (r == 0 && !follow(in->doc, &known))
                intake_pickup_ready(in, &known);
        shipment_deinit(&known);
        return r < 0 ? r : 0;
}
