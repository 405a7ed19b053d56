/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/incident.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/notice.h"

#define KIND NOTICE_KIND_INCIDENT

const char *incident_end_to_str(enum incident_end e) {
        static const char *const names[N_INCIDENT_ENDS] = {
                [INCIDENT_RESERVED] = "reserved",
                [INCIDENT_ASKS] = "asks",
                [INCIDENT_KNOWN] = "known",
                [INCIDENT_NOT_OURS] = "not_ours",
                [INCIDENT_OVER] = "over",
        };

        return names[e];
}

/* Return: 0 it is to be told, 1 it is not, for the reason in @endp; -errno. */
static int judge(const struct world *world, const struct shipment *s, const struct json *data,
        enum incident_end *endp) {
        _cleanup_(json_freep) struct json *said = NULL;
        int r;

        *endp = s->cancelled ? INCIDENT_OVER : INCIDENT_NOT_OURS;
        if (s->cancelled || s->notices[KIND].owner != OWNER_STATION ||
                s->notices[KIND].n > NOTICE_GENERATION_MAX)
                return 1;
        if (s->notices[KIND].n == 0)
                return 0;
        r = world->notice_data(world->userdata, s->merchant, s->id, notice_kind_to_str(KIND), &said);
        *endp = INCIDENT_KNOWN;
        if (r != 0)
                return r < 0 ? r : 0;
        return notice_says_the_same(data, said) ? 1 : 0;
}

int incident_call(const struct world *world, const char *merchant, const char *shipment,
        const struct json *data, const char *bench, const char *actor, const struct stamp *now,
        struct fact_list *facts, enum incident_end *endp) {
        struct shipment s = {0};
        int r = world->shipment(world->userdata, merchant, shipment, &s);

        if (r > 0) {
                *endp = INCIDENT_NOT_OURS;
                return 0;
        }
        if (r == 0)
                r = judge(world, &s, data, endp);
        if (r == 0) {
                notice_asked(facts, world->policy, world->realm, &s, KIND, s.notices[KIND].n, data, bench,
                        actor, NULL, now);
                *endp = policy_asks_approval(world->policy, merchant, notice_kind_to_str(KIND))
                                ? INCIDENT_ASKS
                                : INCIDENT_RESERVED;
        }
        shipment_deinit(&s);
        return r < 0 ? r : facts->error;
}
