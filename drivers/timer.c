/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/timer.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define ACCURACY_USEC 1000

int timer_new(sd_event_source **timerp, sd_event *event, int64_t priority, sd_event_time_handler_t handler,
        void *userdata) {
        _cleanup_(sd_event_source_disable_unrefp) sd_event_source *timer = NULL;
        int r = sd_event_add_time(event, &timer, CLOCK_MONOTONIC, 0, ACCURACY_USEC, handler, userdata);

        if (r >= 0)
                r = sd_event_source_set_enabled(timer, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_source_set_priority(timer, priority);
        if (r < 0)
                return r;
        *timerp = take_ptr(timer);
        return 0;
}

int timer_arm(sd_event_source *timer, uint64_t in_usec) {
        int r = sd_event_source_set_time(timer, monotonic_usec() + in_usec);

        if (r >= 0)
                r = sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
        return r < 0 ? r : 0;
}

void timer_disarm(sd_event_source *timer) {
        if (timer)
                (void) sd_event_source_set_enabled(timer, SD_EVENT_OFF); /* fails only when forked */
}
