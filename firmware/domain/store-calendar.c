/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/store-calendar.h"

#include <stdio.h>

#define DAY_SEC 86400

static int64_t floor_div(int64_t a, int64_t b) {
        return a / b - (a % b < 0);
}

static int64_t local_sec(int64_t wall_usec, int offset_sec) {
        return floor_div(wall_usec, (int64_t) USEC_PER_SEC) + offset_sec;
}

int64_t store_day_of(int64_t wall_usec, int offset_sec) {
        return floor_div(local_sec(wall_usec, offset_sec), DAY_SEC);
}

int store_minute_of(int64_t wall_usec, int offset_sec) {
        int64_t sec = local_sec(wall_usec, offset_sec);

        return (int) ((sec - floor_div(sec, DAY_SEC) * DAY_SEC) / 60);
}

int64_t store_time_of(int64_t day, int minute, int offset_sec) {
        return (day * DAY_SEC + minute * 60 - offset_sec) * (int64_t) USEC_PER_SEC;
}

/* Days since 1970-01-01 of a civil date (H. Hinnant, "chrono-compatible low-level date algorithms"). */
static int64_t days_of(int64_t year, int month, int day) {
        int64_t era, of_era;
        int of_year;

        year -= month <= 2;
        era = floor_div(year, 400);
        of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        of_era = (year - era * 400) * 365 + (year - era * 400) / 4 - (year - era * 400) / 100 + of_year;
        return era * 146097 + of_era - 719468;
}

bool store_day_read(const char *text, int64_t *dayp) {
        int year, month, day, n = 0;

        /* NOLINTNEXTLINE(cert-err34-c): the widths leave no number that does not fit */
        if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 || n != 10 || month < 1 ||
                month > 12 || day < 1 || day > 31)
                return false;
        *dayp = days_of(year, month, day);
        return true;
}

bool store_is_open(const struct store_policy *store, int64_t day) {
        if (store->closed[((day + 4) % 7 + 7) % 7]) /* 1970-01-01 was a Thursday */
                return false;
        for (const struct json *e = json_first(store->holidays); e; e = json_next(e)) {
                int64_t holiday;

                if (json_string(e) && store_day_read(json_string(e), &holiday) && holiday == day)
                        return false;
        }
        return true;
}
