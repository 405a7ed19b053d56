/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whom nobody came for: which notice a shipment that waits calls for today. Pure.
 *
 *   ready                                    pickup-ready, of its own (notice.h)
 *   ready + remind_after_days                pickup-reminder
 *   keep-until - last_day_before_days        last-day
 *   keep-until                               pickup.expired (pickup-stock.c)
 *
 * Days are the store's; each comes on the first day from then on which the store is open, while it is open and never at night, and
 * last-day before one on which it is closed. Where both would come on one day only last-day does. Neither comes on the day on which
 * it was ready, after keep-until, or twice; both end with the parcels being collected, put back or gone.
 */
#include "firmware/domain/policy.h"
#include "firmware/domain/shipment.h"

#define REMIND_UNTIL_MIN                                                                                     \
        (21 * 60) /* minute of the day: nobody is reminded later, whenever the store closes */

/* May anybody be reminded now? Not under a clock that is not known to be right. */
bool pickup_remind_hours(const struct policy *policy, const struct stamp *now);

/**
 * pickup_remind() - which of the two is owed now
 * @untilp: set when one is: the moment from which it must not go any more
 *
 * Says nothing about owners, or whether it was reserved already. Return: the kind, N_NOTICE_KINDS for none.
 */
enum notice_kind pickup_remind(
        const struct policy *policy, const struct shipment *s, const struct stamp *now, int64_t *untilp);
