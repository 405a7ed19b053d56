/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/quiet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

#define H(h, m) ((h) *60 + (m))

static struct stamp at(const char *text, enum clock_quality clock) {
        struct stamp now = {.boot_usec = 1000, .clock = clock};

        assert_int_equal(time_parse(text, &now.wall_usec, &now.offset_sec), 0);
        return now;
}

static void the_clock_on_the_wall_says_whether_it_is_quiet(void **state) {
        static const struct {
                const char *name, *now;
                int from, to;
                const char *end; /* NULL: not quiet */
                int again_sec;
        } rows[] = {
                {"no quiet hours", "2026-11-21T03:00:00+09:00", 0, 0, NULL, 0},
                {"a minute before", "2026-11-21T20:59:59+09:00", H(21, 0), H(8, 0), NULL, 0},
                {"begins: its first moment", "2026-11-21T21:00:00+09:00", H(21, 0), H(8, 0),
                        "2026-11-22T08:00:00+09:00", 900},
                {"before midnight", "2026-11-21T23:59:00+09:00", H(21, 0), H(8, 0),
                        "2026-11-22T08:00:00+09:00", 60},
                {"after midnight", "2026-11-22T00:00:00+09:00", H(21, 0), H(8, 0),
                        "2026-11-22T08:00:00+09:00", 900},
                {"the last minutes", "2026-11-22T07:59:30+09:00", H(21, 0), H(8, 0),
                        "2026-11-22T08:00:00+09:00", 30},
                {"the end belongs to the day", "2026-11-22T08:00:00+09:00", H(21, 0), H(8, 0), NULL, 0},
                {"not over midnight", "2026-11-22T13:10:00+09:00", H(13, 0), H(14, 0),
                        "2026-11-22T14:00:00+09:00", 300},
                {"not over midnight: its first moment", "2026-11-22T13:00:00+09:00", H(13, 0), H(14, 0),
                        "2026-11-22T14:00:00+09:00", 900},
                {"not over midnight, over", "2026-11-22T14:00:00+09:00", H(13, 0), H(14, 0), NULL, 0},
                {"it ends between two quarters", "2026-11-22T07:05:00+09:00", H(21, 0), H(7, 10),
                        "2026-11-22T07:10:00+09:00", 300},
                {"until midnight", "2026-11-21T23:00:00+09:00", H(22, 0), 0, "2026-11-22T00:00:00+09:00",
                        900},
                /* Berlin, 29 March: 01:59:59+01:00 is followed by 03:00:00+02:00 */
                {"put forward: the second before", "2026-03-29T01:59:59+01:00", H(21, 0), H(2, 30),
                        "2026-03-29T02:30:00+01:00", 1},
                {"put forward: the end was left out, so it is over", "2026-03-29T03:00:00+02:00", H(21, 0),
                        H(2, 30), NULL, 0},
                {"put forward: after it, by the new time", "2026-03-29T03:00:00+02:00", H(21, 0), H(8, 0),
                        "2026-03-29T08:00:00+02:00", 900},
                {"put back: the hour comes twice and is quiet twice", "2026-10-25T02:15:00+01:00", H(21, 0),
                        H(2, 30), "2026-10-25T02:30:00+01:00", 900},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct stamp now = at(rows[i].now, CLOCK_QUALITY_SYNCED);
                struct quiet q = quiet_ask(&(struct quiet_hours){rows[i].from, rows[i].to}, &now);
                int64_t end = 0;

                if (rows[i].end)
                        assert_int_equal(time_parse(rows[i].end, &end, NULL), 0);
                if (q.is_quiet != (rows[i].end != NULL) || q.end_usec != end ||
                        (rows[i].end && q.again_usec != 1000 + (uint64_t) rows[i].again_sec * USEC_PER_SEC))
                        fail_msg("%s: quiet %d, end off by %lld s, again in %lld s", rows[i].name, q.is_quiet,
                                (long long) ((q.end_usec - end) / 1000000),
                                (long long) (((int64_t) q.again_usec - 1000) / 1000000));
        }
}

static void nobody_waits_by_a_clock_that_is_wrong(void **state) {
        static const struct quiet_hours hours = {H(21, 0), H(8, 0)};
        struct stamp now = at("2026-11-21T23:00:00+09:00", CLOCK_QUALITY_UNKNOWN);

        (void) state;
        assert_false(quiet_ask(&hours, &now).is_quiet);
        now.clock = CLOCK_QUALITY_HOLDOVER;
        assert_true(quiet_ask(&hours, &now).is_quiet);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_clock_on_the_wall_says_whether_it_is_quiet),
                cmocka_unit_test(nobody_waits_by_a_clock_that_is_wrong),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
