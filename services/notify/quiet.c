/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/quiet.h"

#include "firmware/domain/store-calendar.h"

#define QUARTER_USEC (900 * (int64_t) USEC_PER_SEC)

static bool is_within(const struct quiet_hours *h, int minute) {
        if (h->from_min <= h->to_min)
                return minute >= h->from_min && minute < h->to_min;
        return minute >= h->from_min || minute < h->to_min; /* over midnight */
}

struct quiet quiet_ask(const struct quiet_hours *hours, const struct stamp *now) {
        int minute = store_minute_of(now->wall_usec, now->offset_sec);
        int64_t day = store_day_of(now->wall_usec, now->offset_sec), end, quarter;

        if (now->clock == CLOCK_QUALITY_UNKNOWN || !is_within(hours, minute))
                return (struct quiet){0};
        end = store_time_of(minute < hours->to_min ? day : day + 1, hours->to_min, now->offset_sec);
        quarter = now->wall_usec - now->wall_usec % QUARTER_USEC + QUARTER_USEC;
        if (quarter > end)
                quarter = end;
        return (struct quiet){
                .is_quiet = true,
                .end_usec = end,
                .again_usec = now->boot_usec + (uint64_t) (quarter - now->wall_usec),
        };
}
