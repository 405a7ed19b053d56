/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/office-clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Both are times of day of some clock: within ten thousand years of 1970, so that no sum can overflow. */
#define SANE_USEC (10000LL * 366 * 86400 * (int64_t) USEC_PER_SEC)

static int64_t distance(int64_t a, int64_t b) {
        return a > b ? a - b : b - a;
}

bool office_clock_hear(struct office_clock *c, int64_t office_usec, const struct stamp *now) {
        int64_t ahead_usec = office_usec - (int64_t) now->boot_usec;

        if (c->is_known && distance(ahead_usec, c->ahead_usec) <= OFFICE_CLOCK_NEWS_USEC)
                return false;
        *c = (struct office_clock){.is_known = true, .ahead_usec = ahead_usec};
        return true;
}

void office_clock_write(const struct office_clock *c, const char *boot_id, char text[OFFICE_CLOCK_TEXT_MAX]) {
        (void) snprintf(text, OFFICE_CLOCK_TEXT_MAX, "%.36s %" PRId64, boot_id, c->ahead_usec);
}

void office_clock_read(struct office_clock *c, const char *boot_id, const char *text) {
        size_t n = strlen(boot_id);
        char *end;
        long long ahead_usec;

        *c = (struct office_clock){0};
        if (n == 0 || strncmp(text, boot_id, n) != 0 || text[n] != ' ')
                return;
        errno = 0;
        ahead_usec = strtoll(text + n + 1, &end, 10);
        if (errno != 0 || end == text + n + 1 || *end != '\0' || distance(ahead_usec / 2, 0) > SANE_USEC / 2)
                return;
        *c = (struct office_clock){.is_known = true, .ahead_usec = ahead_usec};
}

int64_t office_clock_time(const struct office_clock *c, const struct stamp *now) {
        return (int64_t) now->boot_usec + c->ahead_usec;
}
