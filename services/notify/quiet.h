/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Quiet hours: the time of day in which nobody is written to, by the clock on the store's wall. Pure.
 *
 * Where clocks are put forward or back, the wall's time is what counts: it is read anew at each quarter of an hour, at which all
 * zones change. A clock that is good for neither synced nor holdover keeps nobody waiting: nobody knows what time it is.
 */
#include "firmware/base/time.h"
#include "firmware/domain/policy.h"

struct quiet {
        bool is_quiet;
        int64_t end_usec; /* wall clock, if no clock is put forward or back before; 0 when it is not quiet */
        uint64_t again_usec; /* CLOCK_BOOTTIME when to ask again */
};

/* Is it quiet now? @hours: of the policy; may go over midnight, and may be none. */
struct quiet quiet_ask(const struct quiet_hours *hours, const struct stamp *now);
