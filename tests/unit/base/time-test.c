/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define DAY_USEC (86400 * (int64_t) USEC_PER_SEC)

static void moments_are_written_in_three_ways(void **state) {
        static const struct {
                int64_t usec;
                int offset_sec;
                const char *rfc3339, *rfc5322, *hhmm;
        } cases[] = {
                {0, 0, "1970-01-01T00:00:00.000+00:00", "Thu, 01 Jan 1970 00:00:00 +0000", "00:00"},
                {1795237323123999, 32400, "2026-11-21T14:02:03.123+09:00", "Sat, 21 Nov 2026 14:02:03 +0900",
                        "14:02"},
                {-1, 0, "1969-12-31T23:59:59.999+00:00", "Wed, 31 Dec 1969 23:59:59 +0000", "23:59"},
                {951782400000000, 0, "2000-02-29T00:00:00.000+00:00", "Tue, 29 Feb 2000 00:00:00 +0000",
                        "00:00"},
                {951782400000000, -34200, "2000-02-28T14:30:00.000-09:30", "Mon, 28 Feb 2000 14:30:00 -0930",
                        "14:30"},
                {-62167219200000000, 0, "0000-01-01T00:00:00.000+00:00", "Sat, 01 Jan 0000 00:00:00 +0000",
                        "00:00"},
                {INT64_MAX, 0, "9999-12-31T23:59:59.775+00:00", "Fri, 31 Dec 9999 23:59:59 +0000", "23:59"},
                {INT64_MIN, -86340, "0000-01-01T00:00:00.224-23:59", "Sat, 01 Jan 0000 00:00:00 -2359",
                        "00:00"},
                {0, 86400, "1970-01-01T00:00:00.000+00:00", "Thu, 01 Jan 1970 00:00:00 +0000", "00:00"},
        };
        char buf[TIME_TEXT_MAX];

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                assert_string_equal(time_format(cases[i].usec, cases[i].offset_sec, buf), cases[i].rfc3339);
                assert_string_equal(
                        time_format_rfc5322(cases[i].usec, cases[i].offset_sec, buf), cases[i].rfc5322);
                assert_string_equal(time_format_hhmm(cases[i].usec, cases[i].offset_sec, buf), cases[i].hhmm);
        }
}

static void what_rfc_3339_allows_is_read(void **state) {
        static const struct {
                const char *text;
                int64_t usec;
                int offset_sec;
        } cases[] = {
                {"1970-01-01T00:00:00Z", 0, 0},
                {"1970-01-01t00:00:00.5z", 500000, 0},
                {"2026-11-21T14:02:03.123+09:00", 1795237323123000, 32400},
                {"2026-11-21T14:02:03.123456789+09:00", 1795237323123456, 32400},
                {"2026-11-21T00:32:03-04:30", 1795237323000000, -16200},
                {"1969-12-31T23:59:59.999999Z", -1, 0},
                {"2000-02-29T00:00:00-00:00", 951782400000000, 0},
                {"2016-12-31T23:59:60Z", 1483228799999000, 0},
                {"2017-01-01T08:59:60.5+09:00", 1483228799999000, 32400},
                {"0000-01-01T00:00:00Z", -62167219200000000, 0},
                {"9999-12-31T23:59:59Z", 253402300799000000, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int64_t usec = 7;
                int offset_sec = 7;

                if (time_parse(cases[i].text, &usec, &offset_sec) != 0 || usec != cases[i].usec ||
                        offset_sec != cases[i].offset_sec)
                        fail_msg("%s: %lld %d", cases[i].text, (long long) usec, offset_sec);
                assert_int_equal(time_parse(cases[i].text, &usec, NULL), 0);
        }
}

static void what_rfc_3339_does_not_allow_is_refused(void **state) {
        static const char *const wrong[] = {"", "2026", "2026-11-21", "2026-11-21T14:02:03",
                "2026-11-21T14:02Z", "2026-11-21 14:02:03Z", "2026-11-21T14:02:03.Z",
                "2026-11-21T14:02:03.1234567890Z", "2026-11-21T14:02:03,5Z", "2026-11-21T24:00:00Z",
                "2026-11-21T14:60:03Z", "2026-11-21T14:02:61Z", "2026-11-21T14:02:60Z",
                "2026-13-21T14:02:03Z", "2026-00-21T14:02:03Z", "2026-11-00T14:02:03Z",
                "2026-11-31T14:02:03Z", "2026-02-29T14:02:03Z", "1900-02-29T14:02:03Z",
                "2026-11-21T14:02:03+0900", "2026-11-21T14:02:03+09", "2026-11-21T14:02:03+24:00",
                "2026-11-21T14:02:03+09:60", "2026-11-21T14:02:03Z ", " 2026-11-21T14:02:03Z",
                "+026-11-21T14:02:03Z", "2026-1-21T14:02:03Z", "2026-11-21T14:02:03+09:00x",
                "20261121T140203Z"};
        int64_t usec = 7;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                if (time_parse(wrong[i], &usec, NULL) != -EINVAL || usec != 7)
                        fail_msg("%s", wrong[i]);
}

static void every_day_of_six_hundred_years_goes_there_and_back(void **state) {
        char buf[TIME_TEXT_MAX], before[TIME_TEXT_MAX] = "";

        (void) state;
        for (int64_t day = -130000; day < 90000; day++) {
                int64_t usec = day * DAY_USEC + 123000, back;

                assert_int_equal(time_parse(time_format(usec, 19800, buf), &back, NULL), 0);
                assert_int_equal(back, usec);
                assert_true(strcmp(before, buf) < 0);
                memcpy(before, buf, sizeof(buf));
        }
}

static void the_quality_of_a_clock_has_three_words(void **state) {
        enum clock_quality q;

        (void) state;
        for (int i = CLOCK_QUALITY_UNKNOWN; i <= CLOCK_QUALITY_SYNCED; i++) {
                assert_int_equal(clock_quality_from_str(clock_quality_to_str((enum clock_quality) i), &q), 0);
                assert_int_equal(q, i);
        }
        assert_string_equal(clock_quality_to_str(CLOCK_QUALITY_HOLDOVER), "holdover");
        assert_string_equal(clock_quality_to_str((enum clock_quality) 9), "unknown");
        assert_int_equal(clock_quality_from_str("Synced", &q), -EINVAL);
}

static void now_is_what_the_kernel_says(void **state) {
        struct timex kernel = {0};
        struct stamp stamp;
        struct timespec t;

        (void) state;
        assert_int_equal(setenv("TZ", "JST-9", 1), 0);
        tzset();
        stamp = stamp_now();
        assert_int_equal(clock_gettime(CLOCK_REALTIME, &t), 0);
        assert_true(t.tv_sec - stamp.wall_usec / (int64_t) USEC_PER_SEC <= 1);
        assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &t), 0);
        assert_true(t.tv_sec - (int64_t) (stamp.boot_usec / USEC_PER_SEC) <= 1);
        assert_int_equal(stamp.offset_sec, 32400);
        assert_true(adjtimex(&kernel) >= 0);
        assert_int_equal(
                stamp.clock, kernel.status & STA_UNSYNC ? CLOCK_QUALITY_UNKNOWN : CLOCK_QUALITY_SYNCED);
}

#ifdef OKURU_TEST_CLOCK
static void the_test_clock_moves_wall_and_boot_together_or_sets_the_one_at_each_call(void **state) {
        char path[] = "/tmp/okuru-time-test-XXXXXX";
        _autoclose_ int fd = mkstemp(path);
        struct stamp before = stamp_now(), after;

        (void) state;
        assert_true(fd >= 0);
        assert_int_equal(setenv("OKURU_TEST_CLOCK", path, 1), 0);
        assert_int_equal(stamp_now().wall_usec / DAY_USEC, before.wall_usec / DAY_USEC); /* empty file */
        assert_int_equal(pwrite(fd, "172800.5\n", 9, 0), 9);
        after = stamp_now();
        assert_in_range(after.wall_usec - before.wall_usec, 172800500000, 172805500000);
        assert_in_range(after.boot_usec - before.boot_usec, 172800500000, 172805500000);
        assert_int_equal(pwrite(fd, "-99999999", 9, 0), 9);
        after = stamp_now();
        assert_true(after.wall_usec < before.wall_usec);
        assert_true(after.boot_usec < before.boot_usec);
        assert_int_equal(pwrite(fd, "10 -172800 holdover\n", 20, 0), 20);
        after = stamp_now(); /* set back by two days */
        assert_in_range(before.wall_usec - after.wall_usec, 172800000000 - 15000000, 172800000000 - 10000000);
        assert_in_range(after.boot_usec - before.boot_usec, 10000000, 15000000);
        assert_int_equal(after.clock, CLOCK_QUALITY_HOLDOVER);
        (void) unlink(path);
        after = stamp_now();
        assert_in_range(after.wall_usec - before.wall_usec, 0, 5000000);
        assert_int_equal(unsetenv("OKURU_TEST_CLOCK"), 0);
}

static void a_test_may_say_how_good_the_clock_is(void **state) {
        const enum clock_quality kernel = stamp_now().clock;

        (void) state;
        for (int q = CLOCK_QUALITY_UNKNOWN; q <= CLOCK_QUALITY_SYNCED; q++) {
                assert_int_equal(
                        setenv("OKURU_TEST_CLOCK_QUALITY", clock_quality_to_str((enum clock_quality) q), 1),
                        0);
                assert_int_equal(stamp_now().clock, q);
        }
        assert_int_equal(setenv("OKURU_TEST_CLOCK_QUALITY", "splendid", 1), 0);
        assert_int_equal(stamp_now().clock, kernel);
        assert_int_equal(unsetenv("OKURU_TEST_CLOCK_QUALITY"), 0);
}
#endif

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(moments_are_written_in_three_ways),
                cmocka_unit_test(what_rfc_3339_allows_is_read),
                cmocka_unit_test(what_rfc_3339_does_not_allow_is_refused),
                cmocka_unit_test(every_day_of_six_hundred_years_goes_there_and_back),
                cmocka_unit_test(the_quality_of_a_clock_has_three_words),
                cmocka_unit_test(now_is_what_the_kernel_says),
#ifdef OKURU_TEST_CLOCK
                cmocka_unit_test(the_test_clock_moves_wall_and_boot_together_or_sets_the_one_at_each_call),
                cmocka_unit_test(a_test_may_say_how_good_the_clock_is),
#endif
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
