/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "services/sync/uplink.h"
#include "tests/unit/base/test.h"

#define SEC      1000000ULL
#define OURS     "0123456789abcdef0123456789abcdef"
#define FACT     "01930000-0000-7000-8000-000000000001"
#define RESTORED "fedcba9876543210fedcba9876543210"

/* A lane with @head facts of which the receiver has @upto and @sent are handed over, at second 100. */
static struct uplink lane(uint64_t upto, uint64_t sent, uint64_t head) {
        struct uplink u;

        uplink_init(&u, upto, OURS, UPLINK_FINE);
        uplink_set_head(&u, head, 100 * SEC);
        while (u.sent < sent)
                uplink_on_sent(&u, u.sent + 1, 100 * SEC, 0);
        return u;
}

static struct applied said(const char *receiver, uint64_t upto) {
        struct applied a = {.upto = upto, .credit = -1};

        (void) copy_text(a.receiver, sizeof(a.receiver), receiver);
        return a;
}

/* ---- applied, read ---- */

static void applied_is_read_by_its_shape(void **state) {
        static const struct {
                const char *text;
                int expect;
        } cases[] = {
                {"{\"source\":\"s\",\"upto\":42,\"receiver\":\"" OURS "\",\"credit\":200}", 0},
                {"{\"source\":\"s\",\"upto\":0,\"receiver\":\"" OURS "\"}", 0},
                {"{\"source\":\"s\",\"upto\":1,\"receiver\":\"" OURS "\",\"new\":[1]}", 0},
                {"{\"source\":\"s\",\"upto\":1,\"receiver\":\"" OURS "\",\"upto_id\":\"" FACT "\"}", 0},
                {"{\"source\":\"s\",\"upto\":1,\"receiver\":\"" OURS "\",\"upto_id\":\"7\"}", -EBADMSG},
                {"{\"source\":\"s\",\"upto\":1,\"receiver\":\"" OURS
                 "\",\"upto_id\":\"0193-not-a-uuid-but-of-its-length-000\"}",
                        -EBADMSG},
                {"{\"source\":\"s\",\"upto\":-1,\"receiver\":\"" OURS "\"}", -EBADMSG},
                {"{\"source\":\"s\",\"upto\":\"1\",\"receiver\":\"" OURS "\"}", -EBADMSG},
                {"{\"source\":\"s\",\"upto\":1.5,\"receiver\":\"" OURS "\"}", -EBADMSG},
                {"{\"source\":\"s\",\"upto\":1e300,\"receiver\":\"" OURS "\"}", -EBADMSG},
                {"{\"source\":\"s\",\"upto\":1,\"receiver\":\"me\"}", -EBADMSG},
                {"{\"source\":\"s\",\"upto\":1,\"receiver\":\"0123456789ABCDEF0123456789ABCDEF\"}", -EBADMSG},
                {"{\"source\":\"s\",\"upto\":1}", -EBADMSG},
                {"{\"upto\":1,\"receiver\":\"" OURS "\"}", -EBADMSG},
                {"{\"source\":\"s\",\"upto\":1,\"receiver\":\"" OURS "\",\"forked\":0}", -EBADMSG},
                {"{\"source\":\"s\",\"upto\":1,\"receiver\":\"" OURS "\",\"credit\":-1}", -EBADMSG},
                {"[]", -EBADMSG},
                {"", -EBADMSG},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct applied a;

                assert_int_equal(
                        applied_read(cases[i].text, strlen(cases[i].text), &a, NULL), cases[i].expect);
        }
}

static void a_credit_that_is_not_said_is_told_from_none(void **state) {
        static const char with[] = "{\"source\":\"s\",\"upto\":7,\"receiver\":\"" OURS
                                   "\",\"credit\":0,\"gap\":true,\"forked\":9}";
        static const char without[] = "{\"source\":\"s\",\"upto\":7,\"receiver\":\"" OURS "\"}";
        struct applied a;

        (void) state;
        assert_int_equal(applied_read(with, strlen(with), &a, NULL), 0);
        assert_true(a.upto == 7 && a.credit == 0 && a.gap && a.forked == 9);
        assert_int_equal(applied_read(without, strlen(without), &a, NULL), 0);
        assert_true(a.credit == -1 && !a.gap && a.forked == 0);
}

static void the_clock_of_the_office_is_read_where_it_is_one_and_refuses_nothing(void **state) {
        static const struct {
                const char *time;
                int64_t usec; /* 0: not said */
        } cases[] = {
                {",\"time\":\"2026-11-21T14:02:03.123+09:00\"", 1795237323123000},
                {",\"time\":\"2026-11-21T05:02:03.123Z\"", 1795237323123000},
                {",\"time\":\"today\"", 0},
                {",\"time\":1795237323", 0},
                {",\"time\":null", 0},
                {"", 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct applied a;
                char text[256];
                int n = snprintf(text, sizeof(text),
                        "{\"source\":\"s\",\"upto\":7,\"receiver\":\"" OURS "\"%s}", cases[i].time);

                assert_int_equal(applied_read(text, (size_t) n, &a, NULL), 0);
                assert_int_equal(a.upto, 7);
                assert_int_equal(a.has_time, cases[i].usec != 0);
                assert_int_equal(a.time_usec, cases[i].usec);
        }
}

/* ---- applied, meant ---- */

static void what_applied_means_depends_on_who_says_it_and_how_far(void **state) {
        static const struct {
                const char *name;
                uint64_t upto, sent, head; /* before */
                const char *receiver;
                uint64_t say;
                bool gap;
                uint64_t forked;
                enum uplink_outcome outcome;
                uint64_t upto_after, sent_after;
                enum uplink_verdict verdict;
        } cases[] = {
                {"further", 5, 9, 20, OURS, 8, false, 0, UPLINK_MOVED, 8, 9, UPLINK_FINE},
                {"all that was sent", 5, 9, 20, OURS, 9, false, 0, UPLINK_MOVED, 9, 9, UPLINK_FINE},
                {"further than sent", 5, 9, 20, OURS, 12, false, 0, UPLINK_REWOUND, 12, 12, UPLINK_FINE},
                {"the same", 5, 9, 20, OURS, 5, false, 0, UPLINK_SAME, 5, 9, UPLINK_FINE},
                {"back", 5, 9, 20, OURS, 3, false, 0, UPLINK_IGNORED, 5, 9, UPLINK_FINE},
                {"back with a gap", 5, 9, 20, OURS, 3, true, 0, UPLINK_IGNORED, 5, 9, UPLINK_FINE},
                {"a gap", 5, 9, 20, OURS, 5, true, 0, UPLINK_REWOUND, 5, 5, UPLINK_FINE},
                {"a gap further on", 5, 9, 20, OURS, 7, true, 0, UPLINK_REWOUND, 7, 7, UPLINK_FINE},
                {"a gap behind nothing", 5, 5, 20, OURS, 5, true, 0, UPLINK_SAME, 5, 5, UPLINK_FINE},
                {"back, by a restored one", 5, 9, 20, RESTORED, 3, false, 0, UPLINK_REWOUND, 3, 3,
                        UPLINK_FINE},
                {"nothing, by a new one", 5, 9, 20, RESTORED, 0, false, 0, UPLINK_REWOUND, 0, 0, UPLINK_FINE},
                {"beyond us", 5, 9, 20, OURS, 21, false, 0, UPLINK_MOVED, 5, 9, UPLINK_BEYOND},
                {"beyond us, by a new one", 5, 9, 20, RESTORED, 21, false, 0, UPLINK_MOVED, 0, 9,
                        UPLINK_BEYOND},
                {"our head", 5, 9, 20, OURS, 20, false, 0, UPLINK_REWOUND, 20, 20, UPLINK_FINE},
                {"forked behind the mark", 5, 9, 20, OURS, 5, false, 7, UPLINK_MOVED, 5, 9, UPLINK_FORKED},
                {"forked before the mark", 5, 9, 20, OURS, 5, false, 3, UPLINK_MOVED, 2, 9, UPLINK_FORKED},
                {"forked, by a new one", 5, 9, 20, RESTORED, 5, false, 7, UPLINK_MOVED, 0, 9, UPLINK_FORKED},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct uplink u = lane(cases[i].upto, cases[i].sent, cases[i].head);
                struct applied a = said(cases[i].receiver, cases[i].say);

                a.gap = cases[i].gap;
                a.forked = cases[i].forked;
                if (uplink_on_applied(&u, &a, 101 * SEC) != cases[i].outcome ||
                        u.upto != cases[i].upto_after || u.sent != cases[i].sent_after ||
                        u.verdict != cases[i].verdict)
                        fail_msg("%s: upto %lu sent %lu verdict %d", cases[i].name, (unsigned long) u.upto,
                                (unsigned long) u.sent, (int) u.verdict);
        }
}

static void another_fact_at_the_mark_is_a_fork_and_what_was_not_seen_to_agree_is_told_again(void **state) {
        static const struct {
                const char *name, *receiver;
                uint64_t agreed; /* the mark that was seen to agree before; 0 none */
                uint64_t say;
                enum applied_place place;
                uint64_t upto_after;
                enum uplink_verdict verdict;
        } cases[] = {
                {"ours, further", OURS, 0, 8, APPLIED_OURS, 8, UPLINK_FINE},
                {"ours, the same", OURS, 0, 5, APPLIED_OURS, 5, UPLINK_FINE},
                {"not to be seen", OURS, 0, 8, APPLIED_UNSEEN, 8, UPLINK_FINE},
                {"another's, and nothing ever agreed", OURS, 0, 8, APPLIED_OTHERS, 0, UPLINK_FORKED},
                {"another's, at the mark itself", OURS, 0, 5, APPLIED_OTHERS, 0, UPLINK_FORKED},
                {"another's, behind what agreed", OURS, 6, 8, APPLIED_OTHERS, 6, UPLINK_FORKED},
                {"another's, of another receiver", RESTORED, 6, 8, APPLIED_OTHERS, 0, UPLINK_FORKED},
                {"another's, of another receiver, further back", RESTORED, 6, 3, APPLIED_OTHERS, 0,
                        UPLINK_FORKED},
                {"another's, but an old word", OURS, 6, 5, APPLIED_OTHERS, 6, UPLINK_FINE},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct uplink u = lane(5, 9, 20);
                struct applied agreed = said(OURS, cases[i].agreed),
                               a = said(cases[i].receiver, cases[i].say);

                agreed.place = APPLIED_OURS;
                a.place = cases[i].place;
                if (cases[i].agreed > 0)
                        assert_int_equal(uplink_on_applied(&u, &agreed, 101 * SEC), UPLINK_MOVED);
                (void) uplink_on_applied(&u, &a, 102 * SEC);
                if (u.upto != cases[i].upto_after || u.verdict != cases[i].verdict)
                        fail_msg("%s: upto %lu verdict %d", cases[i].name, (unsigned long) u.upto,
                                (int) u.verdict);
        }
}

static void a_mark_is_looked_at_once_for_each_place_and_receiver(void **state) {
        struct uplink u = lane(5, 9, 20);
        struct applied a = said(OURS, 5), b = said(RESTORED, 5);

        (void) state;
        assert_false(uplink_wants_place(&u, &a)); /* no id is said */
        (void) copy_text(a.upto_id, sizeof(a.upto_id), FACT);
        (void) copy_text(b.upto_id, sizeof(b.upto_id), FACT);
        assert_true(uplink_wants_place(&u, &a));
        a.place = APPLIED_OURS;
        (void) uplink_on_applied(&u, &a, 101 * SEC);
        assert_false(uplink_wants_place(&u, &a));
        assert_true(uplink_wants_place(&u, &b));
        a.upto = 4;
        assert_false(uplink_wants_place(&u, &a)); /* ignored anyway */
        a.upto = 6;
        assert_true(uplink_wants_place(&u, &a));
        a.upto = 21;
        assert_false(uplink_wants_place(&u, &a)); /* beyond us: nothing to be looked at */
}

static void a_first_receiver_is_no_other_receiver(void **state) {
        struct applied a = said(OURS, 2);
        struct uplink u;

        (void) state;
        uplink_init(&u, 0, "", UPLINK_FINE);
        uplink_set_head(&u, 10, SEC);
        for (uint64_t i = 1; i <= 4; i++)
                uplink_on_sent(&u, i, SEC, 0);
        assert_int_equal(uplink_on_applied(&u, &a, 2 * SEC), UPLINK_MOVED);
        assert_true(u.upto == 2 && u.sent == 4 && u.n_receivers == 0); /* nothing is sent twice for it */
        assert_string_equal(u.receiver, OURS);
}

static void of_two_receivers_that_answer_the_one_that_was_left_is_not_heard(void **state) {
        struct uplink u = lane(5, 9, 20);
        struct applied ours = said(OURS, 9), new = said(RESTORED, 3), fork = said(OURS, 9),
                       beyond = said(OURS, 99);

        (void) state;
        fork.forked = 4;
        assert_int_equal(uplink_on_applied(&u, &ours, 101 * SEC), UPLINK_MOVED);
        assert_int_equal(uplink_on_applied(&u, &new, 102 * SEC), UPLINK_REWOUND);
        for (uint64_t i = 0; i < 100; i++) { /* both are there, for hours */
                uint64_t now = 103 * SEC + i * 60 * SEC;

                assert_int_equal(uplink_on_applied(&u, &ours, now), UPLINK_IGNORED);
                assert_int_equal(uplink_on_applied(&u, &fork, now), UPLINK_IGNORED);
                assert_int_equal(uplink_on_applied(&u, &beyond, now), UPLINK_IGNORED);
                new.upto = 3 + i % 10;
                (void) uplink_on_applied(&u, &new, now + SEC);
        }
        assert_string_equal(u.receiver, RESTORED);
        assert_int_equal(u.n_receivers, 1);
        assert_int_equal(u.n_left, 300);
}

static void a_receiver_that_was_left_comes_back_when_the_other_is_gone(void **state) {
        struct uplink u = lane(5, 9, 20);
        struct applied ours = said(OURS, 9), new = said(RESTORED, 3);

        (void) state;
        (void) uplink_on_applied(&u, &new, 102 * SEC);
        assert_int_equal(uplink_on_applied(&u, &ours, 102 * SEC + UPLINK_GONE_USEC - 1), UPLINK_IGNORED);
        assert_int_equal(uplink_on_applied(&u, &ours, 102 * SEC + UPLINK_GONE_USEC), UPLINK_REWOUND);
        assert_int_equal(u.upto, 9);
        assert_int_equal(uplink_on_applied(&u, &new, 103 * SEC + UPLINK_GONE_USEC), UPLINK_IGNORED);
        uplink_forget_sent(&u); /* while the line is down nobody can be heard, which says nothing */
        assert_int_equal(uplink_on_applied(&u, &new, 9999 * SEC), UPLINK_IGNORED);
        assert_int_equal(uplink_on_applied(&u, &ours, 9999 * SEC + UPLINK_GONE_USEC - 1), UPLINK_SAME);
        assert_string_equal(u.receiver, OURS);
}

static void after_a_verdict_nothing_more_is_sent_or_heard(void **state) {
        struct uplink u = lane(5, 9, 20);
        struct applied fork = said(OURS, 5), more = said(OURS, 9);

        (void) state;
        fork.forked = 8;
        (void) uplink_on_applied(&u, &fork, 101 * SEC);
        assert_int_equal(uplink_room(&u, 100), 0);
        assert_int_equal(uplink_on_applied(&u, &more, 102 * SEC), UPLINK_IGNORED);
        assert_int_equal(u.upto, 5);
        assert_int_equal(uplink_on_tick(&u, 9999 * SEC), UPLINK_SAME);
}

static void a_verdict_is_kept_by_name(void **state) {
        (void) state;
        for (int v = UPLINK_FINE; v <= UPLINK_BEYOND; v++)
                assert_int_equal(uplink_verdict_from_str(uplink_verdict_to_str((enum uplink_verdict) v)), v);
}

/* ---- room ---- */

static void room_is_the_credit_or_what_there_is(void **state) {
        struct uplink u = lane(5, 9, 20);

        (void) state;
        assert_int_equal(uplink_under_way(&u), 4);
        assert_int_equal(uplink_room(&u, 3), 3);
        assert_int_equal(uplink_room(&u, 100), 11);
        assert_int_equal(uplink_room(&u, 0), 0);
        u = lane(20, 20, 20);
        assert_int_equal(uplink_room(&u, 100), 0);
}

static void a_line_that_went_down_forgets_what_was_sent(void **state) {
        struct uplink u = lane(5, 9, 20);

        (void) state;
        uplink_forget_sent(&u);
        assert_true(u.sent == 5 && u.resend_at_usec == 0);
}

/* ---- time ---- */

static void nothing_applied_means_again_and_each_time_later(void **state) {
        struct uplink u = lane(5, 9, 20);
        uint64_t now = 100 * SEC, expected = UPLINK_RESEND_USEC;

        (void) state;
        for (int i = 0; i < 8; i++) {
                uint64_t wait = u.resend_at_usec - now;

                assert_in_range(wait, expected * 3 / 4, expected * 5 / 4);
                assert_int_equal(uplink_on_tick(&u, u.resend_at_usec - 1), UPLINK_SAME);
                now = u.resend_at_usec;
                assert_int_equal(uplink_on_tick(&u, now), UPLINK_REWOUND);
                assert_int_equal(u.sent, 5);
                uplink_on_sent(&u, 6, now, UINT64_MAX);
                expected = expected * 2 < UPLINK_RESEND_MAX_USEC ? expected * 2 : UPLINK_RESEND_MAX_USEC;
        }
        assert_int_equal(u.n_resends, 8);
}

static void what_moves_is_not_sent_again(void **state) {
        struct uplink u = lane(5, 9, 20);
        struct applied a = said(OURS, 6);

        (void) state;
        assert_int_equal(uplink_on_applied(&u, &a, 125 * SEC), UPLINK_MOVED);
        assert_int_equal(uplink_on_tick(&u, 150 * SEC), UPLINK_SAME);
        assert_int_equal(uplink_on_tick(&u, 156 * SEC), UPLINK_REWOUND);
}

static void a_gap_that_a_rewind_did_not_repair_is_repaired_a_second_later(void **state) {
        struct uplink u = lane(5, 9, 20);
        struct applied a = said(OURS, 5);

        (void) state;
        a.gap = true;
        assert_int_equal(uplink_on_applied(&u, &a, 100 * SEC), UPLINK_REWOUND);
        uplink_on_sent(&u, 9, 100 * SEC, 0);
        assert_int_equal(uplink_on_applied(&u, &a, 100 * SEC + 1), UPLINK_SAME);
        assert_int_equal(uplink_on_tick(&u, 100 * SEC + 2), UPLINK_SAME);
        assert_int_equal(uplink_on_tick(&u, 101 * SEC + 1), UPLINK_REWOUND);
        assert_int_equal(u.sent, 5);
        assert_int_equal(u.n_resends, 0);
        uplink_on_sent(&u, 9, 101 * SEC + 2, 0);
        assert_int_equal(uplink_on_applied(&u, &a, 101 * SEC + 3), UPLINK_SAME);
        a.upto = 6;
        a.gap = false;
        assert_int_equal(uplink_on_applied(&u, &a, 101 * SEC + 4), UPLINK_MOVED);
        assert_int_equal(uplink_on_tick(&u, 103 * SEC), UPLINK_SAME); /* it was repaired */
}

static void gaps_that_a_rewind_repairs_are_not_repaired_twice(void **state) {
        struct uplink u = lane(5, 9, 20);
        struct applied a = said(OURS, 5);

        (void) state;
        a.gap = true;
        assert_int_equal(uplink_on_applied(&u, &a, 101 * SEC), UPLINK_REWOUND);
        uplink_on_sent(&u, 6, 101 * SEC, 0);
        assert_int_equal(uplink_on_applied(&u, &a, 101 * SEC + UPLINK_GAP_USEC / 2), UPLINK_SAME);
        assert_int_equal(u.sent, 6);
        assert_int_equal(uplink_on_applied(&u, &a, 102 * SEC), UPLINK_REWOUND);
        assert_int_equal(u.n_gaps, 3);
}

static void five_minutes_without_applied_are_silence(void **state) {
        struct uplink u = lane(5, 9, 20);
        struct applied a = said(OURS, 9), all = said(OURS, 20);

        (void) state;
        assert_false(uplink_is_silent(&u, 100 * SEC + UPLINK_SILENT_USEC - 1));
        assert_true(uplink_is_silent(&u, 100 * SEC + UPLINK_SILENT_USEC));
        (void) uplink_on_applied(&u, &a, 500 * SEC);
        assert_false(uplink_is_silent(&u, 501 * SEC));
        (void) uplink_on_applied(&u, &all, 502 * SEC);
        assert_false(uplink_is_silent(&u, 99999 * SEC)); /* nothing waits */
        uplink_set_head(&u, 21, 600 * SEC);
        assert_true(uplink_is_silent(&u, 600 * SEC + UPLINK_SILENT_USEC));
}

static void a_lane_without_receiver_is_applied_where_it_stands(void **state) {
        struct uplink u = lane(5, 5, 20);

        (void) state;
        assert_true(uplink_apply_locally(&u));
        assert_true(u.upto == 20 && u.sent == 20);
        assert_false(uplink_apply_locally(&u));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(applied_is_read_by_its_shape),
                cmocka_unit_test(the_clock_of_the_office_is_read_where_it_is_one_and_refuses_nothing),
                cmocka_unit_test(a_credit_that_is_not_said_is_told_from_none),
                cmocka_unit_test(what_applied_means_depends_on_who_says_it_and_how_far),
                cmocka_unit_test(
                        another_fact_at_the_mark_is_a_fork_and_what_was_not_seen_to_agree_is_told_again),
                cmocka_unit_test(a_mark_is_looked_at_once_for_each_place_and_receiver),
                cmocka_unit_test(a_first_receiver_is_no_other_receiver),
                cmocka_unit_test(of_two_receivers_that_answer_the_one_that_was_left_is_not_heard),
                cmocka_unit_test(a_receiver_that_was_left_comes_back_when_the_other_is_gone),
                cmocka_unit_test(after_a_verdict_nothing_more_is_sent_or_heard),
                cmocka_unit_test(a_verdict_is_kept_by_name),
                cmocka_unit_test(room_is_the_credit_or_what_there_is),
                cmocka_unit_test(a_line_that_went_down_forgets_what_was_sent),
                cmocka_unit_test(nothing_applied_means_again_and_each_time_later),
                cmocka_unit_test(what_moves_is_not_sent_again),
                cmocka_unit_test(a_gap_that_a_rewind_did_not_repair_is_repaired_a_second_later),
                cmocka_unit_test(gaps_that_a_rewind_repairs_are_not_repaired_twice),
                cmocka_unit_test(five_minutes_without_applied_are_silence),
                cmocka_unit_test(a_lane_without_receiver_is_applied_where_it_stands),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
