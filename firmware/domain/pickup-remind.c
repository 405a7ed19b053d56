/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/pickup-remind.h"

#include "firmware/domain/notice.h"
#include "firmware/domain/store-calendar.h"

bool pickup_remind_hours(const struct policy *policy, const struct stamp *now) {
        int minute = store_minute_of(now->wall_usec, now->offset_sec);
        struct store_policy store;

        policy_store(policy, &store);
        return now->clock == CLOCK_QUALITY_SYNCED &&
               store_is_open(&store, store_day_of(now->wall_usec, now->offset_sec)) &&
               minute >= store.opens_min && minute < store.closes_min && minute < REMIND_UNTIL_MIN;
}

/* The day from which last-day goes; INT64_MAX never. */
static int64_t last_day_of(const struct store_policy *store, int64_t ready_day, int64_t keep_day) {
        int64_t day = keep_day - store->last_day_before_days;

        if (store->last_day_before_days == 0)
                return INT64_MAX;
        while (day > ready_day && !store_is_open(store, day))
                day--;
        return day > ready_day ? day : ready_day + 1; /* kept too short for a day between */
}

enum notice_kind pickup_remind(
        const struct policy *policy, const struct shipment *s, const struct stamp *now, int64_t *untilp) {
        const struct pickup_state *at = &s->at_counter;
        int64_t today = store_day_of(now->wall_usec, now->offset_sec), ready_day, last_day;
        struct store_policy store;

        if (!notice_is_waiting(s) || at->keep_until_usec <= now->wall_usec ||
                !pickup_remind_hours(policy, now))
                return N_NOTICE_KINDS;
        policy_store(policy, &store);
        ready_day = store_day_of(at->ready_usec, now->offset_sec);
        /* The end of a day is its own, and not the next one's beginning. */
        last_day = last_day_of(&store, ready_day, store_day_of(at->keep_until_usec - 1, now->offset_sec));
        *untilp = at->keep_until_usec;
        if (today >= last_day)
                return NOTICE_KIND_LAST_DAY;
        if (store.remind_after_days == 0 || today < ready_day + store.remind_after_days)
                return N_NOTICE_KINDS;
        if (last_day < INT64_MAX && store_time_of(last_day, 0, now->offset_sec) < *untilp)
                *untilp = store_time_of(last_day, 0, now->offset_sec);
        return NOTICE_KIND_PICKUP_REMINDER;
}
