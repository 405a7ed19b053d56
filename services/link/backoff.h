/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How long to wait before the next attempt: evenly anywhere between the least and the most, every time. A
 * ceiling that grows from a small one is kinder to a single box and ruinous for a fleet: 200 stations lose
 * one broker in the same second, and all would be back within the first small ceiling. Spread over 60 s they
 * come at about 3 a second. (libmosquitto's own back-off has no jitter and starts over after any byte that
 * was read.)
 */
#include <stdint.h>

/**
 * backoff_delay_usec() - pure
 * @random: 64 random bits of the caller
 *
 * Return: @min_usec ... @max_usec; @min_usec when @max_usec is less.
 */
uint64_t backoff_delay_usec(uint64_t min_usec, uint64_t max_usec, uint64_t random);
