/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/store-calendar.h"

#include <stdio.h>
#include <string.h>

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

bool store_day_read(const char *text, int64_t *dayp) {
        char midnight[sizeof("2026-11-30T00:00:00Z")];
        int64_t usec;

        if (strlen(text) != strlen("2026-11-30"))
                return false;
        (void) snprintf(midnight, sizeof(midnight), "%sT00:00:00Z", text);
        if (time_parse(midnight, &usec, NULL) < 0)
                return false;
        *dayp = store_day_of(usec, 0);
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
