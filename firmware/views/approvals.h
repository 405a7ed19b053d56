/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The notices that wait for a leader's word, as one figure: for those who look at the box, and for the office. */
#include "firmware/base/json.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "firmware/views/facts.h"

struct approvals {
        int64_t n, n_urgent; /* that wait; of these by notice_alarm_usec() */
        int64_t oldest_usec,
                first_usec; /* since when the oldest waits, when the first expires; 0 not known */
};

/**
 * approvals_read() - count them
 * @now_usec: wall clock
 *
 * Return: 0; STORE_E_NOT_YET, STORE_E_STALE, -EBADMSG, -EIO, -ENOMEM.
 */
int approvals_read(struct facts *f, int64_t now_usec, struct approvals *out);

/* Appends "3 notices wait for a leader, the oldest since 14:02, the first expires at 18:00"; nothing when none waits. On the clock of @now;
 * another day's with its date. */
void approvals_say(const struct approvals *a, const struct stamp *now, struct str *out);

/* {"waiting","urgent","oldest","first_expires"}: the times where they are known, in the offset of @now. */
void approvals_write(
        const struct approvals *a, const struct stamp *now, struct json_writer *w, const char *key);
