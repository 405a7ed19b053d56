/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A store's days: which one it is there, and whether it is open. A day is a number, 0 for 1970-01-01. Pure.
 */
#include "firmware/domain/policy.h"

int64_t store_day_of(int64_t wall_usec, int offset_sec);
int store_minute_of(int64_t wall_usec, int offset_sec); /* of that day, 0 … 1439 */
/* @minute: of the day, up to 1440. Return: wall clock, microseconds. */
int64_t store_time_of(int64_t day, int minute, int offset_sec);
/* "2026-11-30". Return: was it a day; *dayp is untouched when not. */
bool store_day_read(const char *text, int64_t *dayp);
/* Neither one of its closed weekdays nor a holiday. */
bool store_is_open(const struct store_policy *store, int64_t day);
