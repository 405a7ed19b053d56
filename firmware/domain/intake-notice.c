/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command `notice`: what only the office knows is told to the customer from here. Kind and generation are its identity, and what
 * the notice's id is made of: the same again is harmless, and an older one is overtaken.
 */
#include "firmware/domain/intake-internal.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/notice.h"

/* Of this kind there have been some. Return: 0 it is the next one, INTAKE_E_SETTLED, -errno. */
static int compare(struct intake *in, const struct shipment *s, enum notice_kind kind, int generation) {
        _cleanup_(json_freep) struct json *known = NULL;
        int newest = s->notices[kind].n - 1, r;

        if (generation > newest)
                return 0;
        if (generation < newest) {
                r = intake_refuse(
                        in, "old-version", "generation", "a newer one of this kind is known", newest);
                return r < 0 ? r : INTAKE_E_SETTLED;
        }
        r = in->world->notice_data(in->world->userdata, s->merchant, s->id, notice_kind_to_str(kind), &known);
        if (r < 0)
                return r;
        /* Of one that a snapshot told nobody knows what it said. */
        if (r == WORLD_E_NONE || notice_says_the_same(json_get(in->doc, "data"), known))
                return INTAKE_E_SETTLED;
        r = intake_refuse(in, "same-version", "generation", "known with other content", newest);
        return r < 0 ? r : INTAKE_E_SETTLED;
}

static int reserve(struct intake *in, const struct shipment *s, enum notice_kind kind) {
        int generation = (int) json_get_int(in->doc, "generation", 0);
        int r;

        if (s->notices[kind].owner != OWNER_STATION)
                return intake_refuse(
                        in, "not-owner", "kind", "no shipment here says that this station tells of it", 0);
        r = compare(in, s, kind, generation);
        if (r != 0)
                return r < 0 ? r : 0;
        notice_asked(&in->d->facts, in->world->policy, in->world->realm, s, kind, generation,
                json_get(in->doc, "data"), NULL, NULL, in->command->id, &in->command->now);
        return in->d->facts.error;
}

int intake_notice(struct intake *in) {
        struct shipment s = {0};
        enum notice_kind kind;
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        if (notice_kind_from_str(json_get_string(in->doc, "kind", ""), &kind) < 0)
                return 0; /* its shape was checked */
        r = in->world->shipment(in->world->userdata, json_get_string(in->doc, "merchant", ""),
                json_get_string(in->doc, "shipment", ""), &s);
        if (r >= 0)
                r = reserve(in, &s, kind);
        shipment_deinit(&s);
        return r;
}
