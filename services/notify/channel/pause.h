/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How long to wait before trying again: doubling from a least to a most, spread by chance so that stations do not come back
 * together. Pure. */
#include <stdint.h>

/* @n_failed: in a row, from 1; @chance: any random number. Return: within a quarter of least * 2^(n-1), at most @most_usec. */
uint64_t pause_usec(unsigned n_failed, uint64_t least_usec, uint64_t most_usec, uint32_t chance);
