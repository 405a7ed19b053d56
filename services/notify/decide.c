/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/decide.h"

#include <string.h>

#include "firmware/domain/notice.h"
#include "services/notify/quiet.h"

static struct notice_decision decision(enum notice_action action, const char *reason) {
        return (struct notice_decision){.action = action, .reason = reason};
}

/* A part has gone and the rest is still here, or not yet packed. */
static bool is_part(const struct shipment *s, enum report_at report) {
        bool here = notice_rest_follows(s);

        for (size_t i = 0; i < s->n_parcels; i++)
                here |= s->parcels[i].state != PARCEL_VOIDED &&
                        !letter_parcel_has_gone(&s->parcels[i], report);
        return here;
}

/* Why it would not be true any more; NULL: it is. */
static const char *why_untrue(enum notice_kind kind, const struct shipment *s, const struct policy *policy) {
        static const char *const nothing[] = {
                [NOTICE_ABOUT_GONE] = "nothing-shipped",
                [NOTICE_ABOUT_WAITING] = "nothing-waits",
                [NOTICE_ABOUT_HANDED] = "nothing-handed",
                [NOTICE_ABOUT_KEPT_OUT] = "nothing-returned",
        };
        struct carrier_policy carrier;
        bool any = notice_kind_about(kind) == NOTICE_ABOUT_ORDER;

        if (s->cancelled && notice_kind_ends_with_order(kind))
                return "shipment-cancelled"; /* what lies there is not the customer's any more */
        policy_carrier(policy, s->merchant, s->carrier, &carrier);
        for (size_t i = 0; i < s->n_parcels; i++)
                any |= letter_tells(kind, &s->parcels[i], carrier.report);
        if (!any)
                return s->cancelled ? "shipment-cancelled" : nothing[notice_kind_about(kind)];
        return kind == NOTICE_KIND_PARTIAL_SHIPMENT && !is_part(s, carrier.report) ? "all-shipped" : NULL;
}

static bool is_too_old(const struct notice_question *q) {
        return q->now.clock == CLOCK_QUALITY_SYNCED && q->expires_usec > 0 &&
               q->now.wall_usec >= q->expires_usec;
}

static struct quiet ask_quiet(const struct notice_question *q) {
        struct quiet_hours hours;

        policy_quiet(q->policy, q->shipment->merchant, &hours);
        return quiet_ask(&hours, &q->now);
}

/* "Today is the last day" is worth a word at night when it would not be true any more in the morning. */
static bool is_now_or_never(const struct notice_question *q, const struct quiet *quiet) {
        return q->kind == NOTICE_KIND_LAST_DAY && q->expires_usec > 0 && q->expires_usec <= quiet->end_usec;
}

struct notice_decision notice_decide(const struct notice_question *q) {
        const struct shipment *s = q->shipment;
        const char *why;
        struct quiet quiet;

        if (q->now.boot_usec < q->due_usec)
                return decision(NOTICE_WAIT, "");
        if (!s)
                return decision(NOTICE_CANCEL, "no-shipment");
        if (s->notices[q->kind].owner != OWNER_STATION)
                return decision(NOTICE_CANCEL, "owner-changed");
        why = why_untrue(q->kind, s, q->policy);
        if (why)
                return decision(NOTICE_CANCEL, why);
        quiet = ask_quiet(q);
        if (is_too_old(q))
                return decision(NOTICE_EXPIRE, q->contact != CONTACT_READY ? contact_state_to_str(q->contact)
                                               : quiet.is_quiet            ? "quiet-hours"
                                                                           : "too-old");
        if (q->contact == CONTACT_BAD_ADDRESS)
                return decision(NOTICE_FAIL, contact_state_to_str(q->contact));
        if (q->contact != CONTACT_READY)
                return decision(NOTICE_WAIT, contact_state_to_str(q->contact));
        if (quiet.is_quiet && !is_now_or_never(q, &quiet))
                return (struct notice_decision){NOTICE_WAIT, "quiet-hours", quiet.again_usec};
        return decision(NOTICE_SEND, "");
}

int notice_rank(const char *kind) {
        static const char *const first[] = {"pickup-ready", "incident", "shipped"};

        for (int i = 0; i < (int) ELEMENTSOF(first); i++)
                if (strcmp(first[i], kind) == 0)
                        return i;
        return NOTICE_RANKS - 1;
}

uint64_t notice_due_usec(
        uint64_t wait_usec, uint64_t fact_boot_usec, int64_t fact_wall_usec, const struct stamp *now) {
        int64_t passed = 0;

        if (fact_boot_usec > 0)
                passed = now->boot_usec > fact_boot_usec ? (int64_t) (now->boot_usec - fact_boot_usec) : 0;
        else if (fact_wall_usec > 0)
                passed = now->wall_usec > fact_wall_usec ? now->wall_usec - fact_wall_usec : 0;
        if (passed >= (int64_t) wait_usec)
                return now->boot_usec;
        return now->boot_usec + wait_usec - (uint64_t) passed;
}
