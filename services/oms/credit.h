/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How many facts a station may have on its way without `applied`. All stations come back at once after an outage, and what
 * they send waits in the broker's queue for this receiver; a stock mosquitto drops what is beyond 1,000 messages without a word.
 * So the sum over all stations stays below that queue. Pure.
 */
struct credit_policy {
        unsigned total; /* for all stations together, e.g. 800 of a queue of 1,000 */
        unsigned most;  /* for one station */
};

#define CREDIT_TOTAL 800
#define CREDIT_MOST  200

/* Return: 1 or more. With more stations than @policy->total the sum exceeds it: raise the broker's queue and the total then. */
unsigned credit_share(const struct credit_policy *policy, unsigned n_stations);
