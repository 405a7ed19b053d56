/* SPDX-License-Identifier: Apache-2.0 */
/* Until when a shipment is kept: table over the store's calendar. */
#include "firmware/domain/pickup-ready.h"
#include "tests/unit/domain/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct row {
        const char *name, *store, *keep_until;
        int keep_days;
        const char *now, *until;
        enum clock_quality clock;
} rows[] = {
        {"seven days unless somebody says otherwise", "{}", "", 0, "2026-11-21T12:00:00+09:00",
                "2026-11-29T00:00:00.000+09:00", CLOCK_QUALITY_SYNCED},
        {"the policy's days, until the store closes", "{\"keep_days\":3,\"closes\":\"20:30\"}", "", 0,
                "2026-11-21T00:00:00+09:00", "2026-11-24T20:30:00.000+09:00", CLOCK_QUALITY_SYNCED},
        {"the order's days stand before the policy's", "{\"keep_days\":3}", "", 10,
                "2026-11-21T12:00:00+09:00", "2026-12-02T00:00:00.000+09:00", CLOCK_QUALITY_SYNCED},
        {"a day that the order names stands before both", "{\"keep_days\":3,\"closes\":\"19:00\"}",
                "2026-12-24", 10, "2026-11-21T12:00:00+09:00", "2026-12-24T19:00:00.000+09:00",
                CLOCK_QUALITY_SYNCED},
        {"a day that no calendar has is as good as none named", "{\"keep_days\":3}", "2027-02-29", 0,
                "2026-11-21T12:00:00+09:00", "2026-11-25T00:00:00.000+09:00", CLOCK_QUALITY_SYNCED},
        {"a day has all its digits", "{\"keep_days\":3}", "2026-12- 4", 0, "2026-11-21T12:00:00+09:00",
                "2026-11-25T00:00:00.000+09:00", CLOCK_QUALITY_SYNCED},
        {"the last day is one on which the store is open", "{\"keep_days\":3,\"closed\":[\"tue\",\"wed\"]}",
                "", 0, "2026-11-21T12:00:00+09:00", "2026-11-27T00:00:00.000+09:00", CLOCK_QUALITY_SYNCED},
        {"holidays are no opening days either",
                "{\"keep_days\":3,\"closed\":[\"wed\"],\"holidays\":[\"2026-11-24\",\"2026-11-26\"]}", "", 0,
                "2026-11-21T12:00:00+09:00", "2026-11-28T00:00:00.000+09:00", CLOCK_QUALITY_SYNCED},
        {"the day is the store's own, not that of UTC", "{\"keep_days\":1}", "", 0,
                "2026-11-21T01:00:00+09:00", "2026-11-23T00:00:00.000+09:00", CLOCK_QUALITY_HOLDOVER},
        {"over the end of a year", "{\"keep_days\":7}", "", 0, "2027-12-28T12:00:00+09:00",
                "2028-01-05T00:00:00.000+09:00", CLOCK_QUALITY_SYNCED},
        {"a leap day counts", "{\"keep_days\":1}", "", 0, "2028-02-28T12:00:00+09:00",
                "2028-03-01T00:00:00.000+09:00", CLOCK_QUALITY_SYNCED},
        {"under a clock that nobody trusts there is no last day", "{}", "", 0, "1970-01-01T12:00:00+09:00",
                "", CLOCK_QUALITY_UNKNOWN},
};

static void a_shipment_is_kept_until_the_stores_calendar_says(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const struct row *row = &rows[i];
                struct pickup_wish wish = {
                        .wanted = true, .keep_until = row->keep_until, .keep_days = row->keep_days};
                struct stamp now = {.clock = row->clock};
                struct policy policy;
                struct json *doc = NULL;
                char text[300], until[TIME_TEXT_MAX] = "";
                int64_t usec;

                (void) snprintf(text, sizeof(text), "{\"v\":1,\"version\":1,\"store\":%s}", row->store);
                assert_int_equal(json_parse(text, strlen(text), &doc, NULL), 0);
                assert_int_equal(policy_init(&policy, doc, NULL), 0);
                assert_int_equal(time_parse(row->now, &now.wall_usec, &now.offset_sec), 0);
                usec = pickup_keep_until(&policy, &wish, &now);
                if (usec > 0)
                        (void) time_format(usec, now.offset_sec, until);
                if (strcmp(until, row->until) != 0)
                        fail_msg("%s: want %s, got %s", row->name, row->until, until);
                policy_deinit(&policy);
        }
}

static void a_store_that_cannot_be_read_is_refused_by_name(void **state) {
        static const struct {
                const char *store, *key;
        } bad[] = {
                {"{\"closes\":\"25:00\"}", "store.closes"},
                {"{\"closes\":\"8 pm!\"}", "store.closes"},
                {"{\"closed\":[\"someday\"]}", "store.closed"},
                {"{\"holidays\":[\"Xmas\"]}", "store.holidays"},
                {"{\"keep_days\":0}", "store.keep_days"},
                {"{\"map_url\":\"http://maps.example.jp/\"}", "store.map_url"},
                {"{\"map_url\":\"https://maps.example.jp/{{order}}\"}", "store.map_url"},
                {"{\"note\":\"1F\"}", "store.note"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                struct policy policy;
                struct json *doc = NULL;
                struct diag d = {0};
                char text[200];

                (void) snprintf(text, sizeof(text), "{\"v\":1,\"version\":1,\"store\":%s}", bad[i].store);
                assert_int_equal(json_parse(text, strlen(text), &doc, NULL), 0);
                assert_int_equal(policy_init(&policy, doc, &d), -EBADMSG);
                assert_string_equal(d.key, bad[i].key);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_shipment_is_kept_until_the_stores_calendar_says),
                cmocka_unit_test(a_store_that_cannot_be_read_is_refused_by_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
