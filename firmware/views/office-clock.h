/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The OMS's clock, as okuru-sync hears it in `applied` and keeps it in inbox.db (meta `office-clock`), so that the station can
 * tell whether its own is worth believing (firmware/domain/clock.h). Kept against CLOCK_BOOTTIME and for one boot: a wall clock that is set, by whatever
 * hand, does not move it. Pure.
 *
 * Source: the project's design, section 4 (clock): trusted is synchronised and within a day of the OMS's time.
 */
#include "firmware/base/time.h"

#define OFFICE_CLOCK_KEY       "office-clock"
#define OFFICE_CLOCK_TEXT_MAX  64
#define OFFICE_CLOCK_NEWS_USEC (60 * (int64_t) USEC_PER_SEC) /* a change by less is not worth a write */

struct office_clock {
        bool is_known;
        int64_t ahead_usec; /* the OMS's wall clock minus our CLOCK_BOOTTIME */
};

/**
 * office_clock_hear() - the OMS has just said what time it is
 * @office_usec: its wall clock
 *
 * Return: true when @c is news: keep it.
 */
bool office_clock_hear(struct office_clock *c, int64_t office_usec, const struct stamp *now);

/* @boot_id: of this boot. @text: as kept under OFFICE_CLOCK_KEY. */
void office_clock_write(const struct office_clock *c, const char *boot_id, char text[OFFICE_CLOCK_TEXT_MAX]);
/* Not known when @text is of another boot, or no such text. */
void office_clock_read(struct office_clock *c, const char *boot_id, const char *text);

/* The OMS's wall clock now; only of one that is known. */
int64_t office_clock_time(const struct office_clock *c, const struct stamp *now);
