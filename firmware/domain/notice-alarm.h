/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* When a notice that waits for a leader's word becomes urgent. Pure. */
#include <stdint.h>

/**
 * notice_alarm_usec() - when people are told that it will expire without that word
 * @since_usec, @expires_usec: wall clock at which it began to wait and at which it expires; 0 not known
 *
 * When half of its life is over: what lives for a day is told of half a day ahead, so that a night does not swallow it, and what lives
 * for ten minutes while something can still be done. Where it is not known since when it waits, an hour before its end.
 *
 * Return: on the wall clock; 0 nobody knows when it expires.
 */
int64_t notice_alarm_usec(int64_t since_usec, int64_t expires_usec);
