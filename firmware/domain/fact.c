/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/fact.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const char *const lane_names[N_LANES] = {
        [LANE_FACT] = "fact",
        [LANE_TRACE] = "trace",
        [LANE_INTAKE] = "intake",
};

const char *lane_to_str(enum lane lane) {
        return lane_names[lane];
}

int lane_from_str(const char *text, enum lane *lanep) {
        for (int i = 0; i < N_LANES; i++)
                if (strcmp(text, lane_names[i]) == 0) {
                        *lanep = (enum lane) i;
                        return 0;
                }
        return -EINVAL;
}

/* services/sync/contract/facts.md, in its order; the tests hold the two against each other. */
static const struct fact_type {
        const char *type;
        enum lane lane;
} types[] = {
        {"parcel.opened", LANE_FACT},
        {"item.short", LANE_FACT},
        {"item.damaged", LANE_FACT},
        {"parcel.parked", LANE_FACT},
        {"parcel.resumed", LANE_FACT},
        {"parcel.packed", LANE_FACT},
        {"waybill.printed", LANE_FACT},
        {"waybill.replaced", LANE_FACT},
        {"parcel.ready", LANE_FACT},
        {"parcel.pulled", LANE_FACT},
        {"parcel.shipped", LANE_FACT},
        {"parcel.reopened", LANE_FACT},
        {"parcel.voided", LANE_FACT},
        {"parcel.reconciled", LANE_FACT},
        {"bay.closed", LANE_FACT},
        {"parcel.arrived", LANE_FACT},
        {"parcel.shelved", LANE_FACT},
        {"pickup.ready", LANE_FACT},
        {"pickup.moved", LANE_FACT},
        {"pickup.missing", LANE_FACT},
        {"pickup.collected", LANE_FACT},
        {"pickup.undone", LANE_FACT},
        {"pickup.expired", LANE_FACT},
        {"pickup.restocked", LANE_FACT},
        {"return.received", LANE_FACT},
        {"return.inspected", LANE_FACT},
        {"offer.redeemed", LANE_FACT},
        {"notice.reserved", LANE_FACT},
        {"notice.accepted", LANE_FACT},
        {"notice.delivered", LANE_FACT},
        {"notice.failed", LANE_FACT},
        {"notice.cancelled", LANE_FACT},
        {"notice.unknown", LANE_FACT},
        {"notice.expired", LANE_FACT},
        {"notice.resend-asked", LANE_FACT},
        {"notice.approved", LANE_FACT},
        {"notice.refused", LANE_FACT},
        {"notice.corrected", LANE_FACT},
        {"consent.changed", LANE_FACT},
        {"contact.shown", LANE_FACT},
        {"command.refused", LANE_FACT},
        {"conflict.found", LANE_FACT},
        {"ledger.started", LANE_FACT},
        {"ledger.told", LANE_FACT},
        {"ledger.gap", LANE_FACT},
        {"clock.changed", LANE_FACT},
        {"item.verified", LANE_TRACE},
        {"item.refused", LANE_TRACE},
        {"tag.ignored", LANE_TRACE},
        {"alarm.cleared", LANE_TRACE},
        {"pickup.checked", LANE_TRACE},
        {"pickup.asked", LANE_TRACE},
        {"person.in", LANE_TRACE},
        {"person.out", LANE_TRACE},
        {"device.up", LANE_TRACE},
        {"device.down", LANE_TRACE},
        {"station.started", LANE_TRACE},
        {"trace.skipped", LANE_TRACE},
        {"peer.told", LANE_TRACE},
        {"shipment.received", LANE_INTAKE},
        {"shipment.changed", LANE_INTAKE},
        {"shipment.held", LANE_INTAKE},
        {"shipment.released", LANE_INTAKE},
        {"shipment.cancelled", LANE_INTAKE},
        {"label.given", LANE_INTAKE},
        {"label.block", LANE_INTAKE},
        {"contact.received", LANE_INTAKE},
        {"contact.erased", LANE_INTAKE},
        {"bay.scheduled", LANE_INTAKE},
        {"policy.changed", LANE_INTAKE},
        {"people.changed", LANE_INTAKE},
        {"item.codes", LANE_INTAKE},
        {"snapshot.begun", LANE_INTAKE},
        {"snapshot.ended", LANE_INTAKE},
        {"known.received", LANE_INTAKE},
        {"expected.received", LANE_INTAKE},
        {"keys.changed", LANE_INTAKE},
        {"offer.changed", LANE_INTAKE},
        {"fact.refused", LANE_INTAKE},
        {"peer.claimed", LANE_INTAKE},
        {"peer.met", LANE_INTAKE},
};

static const struct fact_type *type_find(const char *type) {
        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (strcmp(types[i].type, type) == 0)
                        return &types[i];
        return NULL;
}

int fact_lane(const char *type, enum lane *lanep) {
        const struct fact_type *t = type_find(type);

        if (!t)
                return -EINVAL;
        *lanep = t->lane;
        return 0;
}

const char *fact_type_at(size_t i) {
        return i < ELEMENTSOF(types) ? types[i].type : NULL;
}

void fact_list_clear(struct fact_list *l) {
        for (size_t i = 0; i < l->n; i++)
                free(l->items[i].data);
        l->n = 0;
        l->error = 0;
}

void fact_list_deinit(struct fact_list *l) {
        fact_list_clear(l);
        free(l->items);
        *l = (struct fact_list){0};
}

/* Room for one more; the sticky error otherwise. */
static struct fact *fact_list_grow(struct fact_list *l) {
        struct fact *items;
        size_t size;

        if (l->n < l->size)
                return &l->items[l->n];
        size = l->size ? l->size * 2 : 8;
        items = realloc(l->items, size * sizeof(*items));
        if (!items) {
                l->error = -ENOMEM;
                return NULL;
        }
        l->items = items;
        l->size = size;
        return &items[l->n];
}

static void fill(char *to, size_t size, const char *from) {
        /* Ids were checked when they came in; one that does not fit here is our mistake. */
        bool fits = copy_text(to, size, from ? from : "");

        assert(fits);
        (void) fits;
}

void fact_begin(struct fact_builder *b, struct fact_list *list, const char *type, const char *merchant,
        const char *subject, const char *bench, const char *actor, const char *cause) {
        const struct fact_type *t = type_find(type);

        assert(t);
        *b = (struct fact_builder){.list = list, .fact = {.type = t->type, .lane = t->lane}};
        fill(b->fact.merchant, sizeof(b->fact.merchant), merchant);
        fill(b->fact.subject, sizeof(b->fact.subject), subject);
        fill(b->fact.bench, sizeof(b->fact.bench), bench);
        fill(b->fact.actor, sizeof(b->fact.actor), actor);
        fill(b->fact.cause, sizeof(b->fact.cause), cause);
        json_writer_init(&b->w, &b->text);
        json_write_object(&b->w, NULL);
        json_write_int(&b->w, "v", 1);
}

void fact_end(struct fact_builder *b) {
        struct fact *slot;
        int r;

        json_write_end_object(&b->w);
        if (!b->text.error && b->text.len > FACT_DATA_MAX) {
                b->list->error = -EMSGSIZE;
                str_deinit(&b->text);
                return;
        }
        r = str_take(&b->text, &b->fact.data);
        if (r < 0) {
                b->list->error = r;
                return;
        }
        slot = fact_list_grow(b->list);
        if (!slot) {
                free(take_ptr(b->fact.data));
                return;
        }
        *slot = b->fact;
        b->list->n++;
}

int fact_add_copy(struct fact_list *list, const char *type, const char *merchant, const char *subject,
        const char *cause, const struct json *data) {
        struct fact_builder b;

        fact_begin(&b, list, type, merchant, subject, NULL, NULL, cause);
        for (const struct json *m = json_first(data); m; m = json_next(m))
                if (strcmp(json_key(m), "v") != 0)
                        json_write_value(&b.w, json_key(m), m);
        fact_end(&b);
        return list->error;
}
