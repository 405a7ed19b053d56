/* SPDX-License-Identifier: Apache-2.0 */
/* Who said that they want to hear no more: for the shipment it was said of, and the addresses that it had then. */
#include "services/notify/follow-internal.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"

static int withdraw(struct follow *f, const char *merchant, const char *shipment, const struct hashes *a,
        int64_t at_usec) {
        int r = 0;

        if (a->n == 0)
                return withdrawn_put(f->keepers.withdrawn, merchant, shipment, "", at_usec);
        for (size_t i = 0; i < a->n && r == 0; i++)
                r = withdrawn_put(f->keepers.withdrawn, merchant, shipment, a->list[i], at_usec);
        return r;
}

int follow_withdrawn_before(struct follow *f, const char *merchant, const struct json *e) {
        const char *shipment = json_get_string(e, "shipment", "");
        _cleanup_(json_freep) struct json *data = NULL;
        struct hashes a = {0};
        int64_t at;
        int r;

        if (!id_is_valid(shipment, ID_SIZE - 1) || time_parse(json_get_string(e, "at", ""), &at, NULL) < 0)
                return -EBADMSG;
        r = shipments_contact(f->shipments, merchant, shipment, &data);
        if (r == 0)
                r = f->keepers.addresses(
                        f->keepers.userdata, json_get_string(json_get(data, "contact"), "ref", ""), &a);
        if (r != 0 && r != STORE_E_NONE)
                return r < 0 ? r : -EAGAIN;
        return withdraw(f, merchant, shipment, &a, at);
}

struct box_search {
        int64_t before;
        char ref[UUID_TEXT_MAX];
};

static int on_fact_of_contact(const struct fact_row *fact, void *userdata) {
        struct box_search *s = userdata;
        _cleanup_(json_freep) struct json *data = NULL;

        if (fact->pos >= s->before)
                return 1;
        if (strcmp(fact->type, "contact.erased") == 0)
                s->ref[0] = '\0';
        if (strcmp(fact->type, "contact.received") != 0)
                return 0;
        if (json_parse(fact->data, fact->n_data, &data, NULL) < 0 ||
                !copy_text(s->ref, sizeof(s->ref), json_get_string(json_get(data, "contact"), "ref", "")))
                s->ref[0] = '\0';
        return 0;
}

/* The addresses of the contact that the shipment had when this was said: it may have another one by now. */
static int addresses_then(struct follow *f, const struct fact_row *fact, struct hashes *a) {
        struct box_search s = {.before = fact->pos};
        int r = facts_read_of(f->facts, fact->merchant, fact->subject, on_fact_of_contact, &s);

        if (r == 0 && *s.ref)
                r = f->keepers.addresses(f->keepers.userdata, s.ref, a);
        return r <= 0 ? r : -EAGAIN;
}

/*
 * When it was said. A bench without a line may not know the time, and an older yes must not win by that: by the clocks of this boot it
 * is known all the same; else it counts as said later than anything, until withdrawn_clamp() knows better.
 */
static int said_at(const struct follow *f, const struct fact_row *fact, int64_t *at_usecp) {
        enum clock_quality clock = CLOCK_QUALITY_UNKNOWN;

        if (time_parse(fact->time, at_usecp, NULL) < 0)
                return -EBADMSG;
        if (clock_quality_from_str(fact->clock, &clock) == 0 && clock != CLOCK_QUALITY_UNKNOWN)
                return 0;
        *at_usecp = INT64_MAX;
        if (f->now.clock != CLOCK_QUALITY_UNKNOWN && strcmp(fact->boot, f->boot) == 0)
                *at_usecp = f->now.wall_usec - (int64_t) (f->now.boot_usec - fact->mono_usec);
        return 0;
}

int follow_on_consent(struct follow *f, const struct fact_row *fact, const struct json *data) {
        struct hashes a = {0};
        int64_t time;
        int r;

        if (json_get_bool(data, "given", true) || said_at(f, fact, &time) < 0)
                return -EBADMSG;
        r = addresses_then(f, fact, &a);
        if (r != 0)
                return r;
        return withdraw(f, fact->merchant, fact->subject, &a, time);
}
