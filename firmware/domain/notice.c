/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/notice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[N_NOTICE_STATES] = {
        [NOTICE_RESERVED] = "reserved",
        [NOTICE_SENDING] = "sending",
        [NOTICE_ACCEPTED] = "accepted",
        [NOTICE_DELIVERED] = "delivered",
        [NOTICE_CANCELLED] = "cancelled",
        [NOTICE_FAILED] = "failed",
        [NOTICE_EXPIRED] = "expired",
        [NOTICE_UNKNOWN] = "unknown",
};

const char *notice_state_to_str(enum notice_state s) {
        return state_names[s];
}

int notice_state_from_str(const char *text, enum notice_state *sp) {
        for (int i = 0; i < N_NOTICE_STATES; i++)
                if (strcmp(state_names[i], text) == 0) {
                        *sp = (enum notice_state) i;
                        return 0;
                }
        return -EINVAL;
}

void notice_id(const char *realm, const char *merchant, const char *subject, const char *kind, int generation,
        char id[UUID_TEXT_MAX]) {
        /* Names and ids hold no byte that JSON would escape, so the compact array can be of one size. */
        char name[NAME_SIZE + NAME_SIZE + ID_SIZE + NAME_SIZE + 32];
        int n = snprintf(name, sizeof(name), "[\"%s\",\"%s\",\"%s\",\"%s\",%d]", realm, merchant, subject,
                kind, generation);

        uuid5_url(name, n > 0 ? (size_t) n : 0, id);
}

/* @until_usec: it expires no later than that; 0 by policy alone */
static void reserve(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, int64_t delay_usec, int64_t until_usec,
        const char *bench, const char *actor, const char *cause, const struct stamp *now) {
        const char *word = notice_kind_to_str(kind);
        int64_t expires_usec = now->wall_usec + policy_notice_max_age_usec(policy, s->merchant, word);
        int generation = s->notices[kind].n;
        char id[UUID_TEXT_MAX], not_before[TIME_TEXT_MAX], expires[TIME_TEXT_MAX];
        struct fact_builder b;

        if (until_usec > 0 && until_usec < expires_usec)
                expires_usec = until_usec;
        notice_id(realm, s->merchant, s->id, word, generation, id);
        fact_begin(&b, facts, "notice.reserved", s->merchant, s->id, bench, actor, cause);
        json_write_string(&b.w, "notice", id);
        json_write_string(&b.w, "kind", word);
        json_write_int(&b.w, "generation", generation);
        json_write_string(&b.w, "owner", "station");
        json_write_string(
                &b.w, "not_before", time_format(now->wall_usec + delay_usec, now->offset_sec, not_before));
        json_write_string(&b.w, "expires", time_format(expires_usec, now->offset_sec, expires));
        fact_end(&b);
}

bool notice_due(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, const char *trigger, const char *bench, const char *actor,
        const char *cause, const struct stamp *now) {
        enum notice_kind kind = NOTICE_KIND_SHIPPED;
        struct carrier_policy carrier;

        if (strcmp(trigger, "pickup-ready") == 0)
                kind = NOTICE_KIND_PICKUP_READY;
        if (s->notices[kind].owner != OWNER_STATION || s->notices[kind].live)
                return false;
        policy_carrier(policy, s->merchant, s->carrier, &carrier);
        if (kind == NOTICE_KIND_SHIPPED &&
                strcmp(trigger, carrier.report == REPORT_AT_READY ? "ready" : "shipped") != 0)
                return false;
        reserve(facts, policy, realm, s, kind,
                policy_notice_delay_usec(policy, s->merchant, notice_kind_to_str(kind)), 0, bench, actor,
                cause, now);
        return true;
}

bool notice_remind(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, int64_t until_usec, const struct stamp *now) {
        if (s->notices[kind].owner != OWNER_STATION || s->notices[kind].live)
                return false;
        reserve(facts, policy, realm, s, kind,
                policy_notice_delay_usec(policy, s->merchant, notice_kind_to_str(kind)), until_usec, NULL,
                NULL, NULL, now);
        return true;
}

bool notice_is_waiting(const struct shipment *s) {
        for (size_t i = 0; i < s->n_parcels; i++)
                if (s->parcels[i].state == PARCEL_SHELVED)
                        return s->at_counter.is_ready && !s->cancelled && !s->held;
        return false;
}

enum notice_resend notice_resend_judge(
        const struct shipment *s, enum notice_kind kind, const struct notice_known *known) {
        if (s->notices[kind].owner != OWNER_STATION)
                return NOTICE_RESEND_NOT_OURS;
        if (!known || (notice_kind_is_pickup(kind) && !notice_is_waiting(s)))
                return NOTICE_RESEND_NOTHING;
        if (known->state == NOTICE_RESERVED || known->state == NOTICE_SENDING)
                return NOTICE_RESEND_UNDER_WAY;
        return known->asked_today >= NOTICE_RESENDS_A_DAY ? NOTICE_RESEND_TOO_OFTEN : NOTICE_RESEND_GO;
}

void notice_again(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, const char *bench, const char *actor,
        const struct stamp *now) {
        reserve(facts, policy, realm, s, kind, 0, 0, bench, actor, "", now);
}

unsigned notice_catch_up(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, const char *cause, const struct stamp *now) {
        bool ready = false, shipped = false, waits = false, told = false;
        unsigned reserved = 0;

        if (s->cancelled)
                return 0;
        for (size_t i = 0; i < s->n_parcels; i++) {
                shipped |= s->parcels[i].state == PARCEL_SHIPPED;
                ready |= s->parcels[i].state == PARCEL_READY || s->parcels[i].state == PARCEL_SHIPPED;
                waits |= s->parcels[i].state == PARCEL_SHELVED;
        }
        /* Policy calls for one of the two only. */
        if (shipped)
                told = notice_due(facts, policy, realm, s, "shipped", NULL, NULL, cause, now);
        if (ready)
                told |= notice_due(facts, policy, realm, s, "ready", NULL, NULL, cause, now);
        if (told)
                reserved |= 1U << NOTICE_KIND_SHIPPED;
        if (waits && s->at_counter.is_ready &&
                notice_due(facts, policy, realm, s, "pickup-ready", NULL, NULL, cause, now))
                reserved |= 1U << NOTICE_KIND_PICKUP_READY;
        return reserved;
}
