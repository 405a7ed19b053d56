/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Clocks and their texts. Deciding code gets a struct stamp as an argument and never reads a clock; only
 * mains do, with stamp_now(). In builds with OKURU_TEST_CLOCK the file named by the environment variable
 * OKURU_TEST_CLOCK holds a decimal number of seconds that is added to the wall clock and to the boot clock
 * (read at each call), so that tests never sleep through a day; behind it, when they are there, a number that is added
 * to the wall clock alone (a clock that is set), and a word of clock_quality_to_str() that stands for what the kernel
 * says of its synchronisation. Without that word the variable OKURU_TEST_CLOCK_QUALITY does.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USEC_PER_SEC  1000000ULL
#define USEC_PER_MSEC 1000ULL
#define TIME_TEXT_MAX 40 /* "2026-11-21T14:02:03.123+09:00" and the NUL */

enum clock_quality { CLOCK_QUALITY_UNKNOWN, CLOCK_QUALITY_HOLDOVER, CLOCK_QUALITY_SYNCED };
const char *clock_quality_to_str(enum clock_quality q); /* "unknown", "holdover", "synced" */
int clock_quality_from_str(const char *text, enum clock_quality *qp);

struct stamp {
        int64_t wall_usec;  /* since 1970-01-01T00:00:00Z */
        int offset_sec;     /* local time minus UTC at that moment, e.g. 32400 */
        uint64_t boot_usec; /* CLOCK_BOOTTIME */
        enum clock_quality clock;
};

/* Reads the wall clock, its UTC offset, CLOCK_BOOTTIME and the kernel's sync state (adjtimex). For mains
 * only. */
struct stamp stamp_now(void);
/* CLOCK_MONOTONIC, whatever the test clock says: for how long something took, and until when to wait. */
uint64_t monotonic_usec(void);

/**
 * time_format() - RFC 3339 with milliseconds and numeric offset
 * @buf: TIME_TEXT_MAX bytes
 */
char *time_format(int64_t wall_usec, int offset_sec, char buf[TIME_TEXT_MAX]);
/* RFC 3339 date-time; fraction of 0-9 digits. Return: 0 or -EINVAL (leap second 60 is read as 59.999).
 * @offset_secp may be NULL. */
int time_parse(const char *text, int64_t *wall_usecp, int *offset_secp);
/* "14:02" in that offset. */
char *time_format_hhmm(int64_t wall_usec, int offset_sec, char buf[6]);
/* RFC 5322 date-time, "Sat, 21 Nov 2026 14:02:03 +0900"; buf 40 bytes. */
char *time_format_rfc5322(int64_t wall_usec, int offset_sec, char buf[TIME_TEXT_MAX]);
