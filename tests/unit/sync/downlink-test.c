/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/sync/downlink.h"
#include "tests/unit/base/test.h"

#define SEC 1000000ULL

static enum downlink_judgement judge(struct downlink *d, const char *source, uint64_t sequence) {
        struct downlink_stream *s;
        char evicted[SOURCE_TEXT_MAX];
        enum downlink_judgement j = downlink_judge(d, source, sequence, &s, evicted);

        if (j == DOWNLINK_NEXT)
                downlink_on_accepted(d, s);
        return j;
}

static uint64_t taken(struct downlink *d, uint64_t now) {
        struct downlink_stream *s = downlink_to_tell(d, true, now);
        uint64_t committed = s ? s->committed : UINT64_MAX;

        if (s)
                downlink_on_told(d, s, now);
        return committed;
}

static void each_sequence_is_taken_once_and_in_turn(void **state) {
        static const struct {
                uint64_t sequence;
                enum downlink_judgement expect;
        } steps[] = {
                {2, DOWNLINK_GAP},
                {1, DOWNLINK_NEXT},
                {1, DOWNLINK_REPEATED},
                {3, DOWNLINK_GAP},
                {2, DOWNLINK_NEXT},
                {3, DOWNLINK_NEXT},
                {1, DOWNLINK_REPEATED},
                {UINT64_MAX, DOWNLINK_GAP},
        };
        struct downlink d = {0};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(steps); i++)
                assert_int_equal(judge(&d, "a", steps[i].sequence), steps[i].expect);
        assert_true(d.n_gaps == 3 && d.n_repeated == 2 && d.n_pending == 3);
}

static void a_gap_that_stands_for_minutes_is_a_box_of_an_older_day(void **state) {
        struct downlink d = {0};

        (void) state;
        (void) judge(&d, "a", 1);
        assert_false(downlink_is_stuck(&d, 1000 * SEC));
        assert_int_equal(judge(&d, "a", 3), DOWNLINK_GAP);
        downlink_on_gap(&d, 10 * SEC);
        downlink_on_gap(&d, 100 * SEC); /* the first one counts */
        assert_false(downlink_is_stuck(&d, 10 * SEC + DOWNLINK_STUCK_USEC - 1));
        assert_true(downlink_is_stuck(&d, 10 * SEC + DOWNLINK_STUCK_USEC));
        assert_int_equal(judge(&d, "a", 2), DOWNLINK_NEXT); /* it was only late */
        assert_false(downlink_is_stuck(&d, 1000 * SEC));
        downlink_on_gap(&d, 10 * SEC);
        downlink_on_up(&d); /* a line that was away: what was lost on it comes again */
        assert_false(downlink_is_stuck(&d, 1000 * SEC));
}

static void taken_says_only_what_is_committed(void **state) {
        struct downlink d = {0};

        (void) state;
        (void) judge(&d, "a", 1);
        (void) judge(&d, "a", 2);
        assert_int_equal(taken(&d, 10 * SEC), 0);
        assert_true(downlink_owes(&d)); /* the commit is still to come */
        downlink_on_committed(&d);
        assert_int_equal(taken(&d, 11 * SEC), 2);
        assert_false(downlink_owes(&d));
}

static void what_was_rolled_back_is_awaited_again(void **state) {
        struct downlink d = {0};

        (void) state;
        (void) judge(&d, "a", 1);
        downlink_on_committed(&d);
        (void) judge(&d, "a", 2);
        (void) judge(&d, "a", 3);
        downlink_on_rolled_back(&d);
        assert_int_equal(judge(&d, "a", 3), DOWNLINK_GAP);
        assert_int_equal(judge(&d, "a", 2), DOWNLINK_NEXT);
        assert_int_equal(d.n_pending, 1);
}

static void taken_is_said_at_once_when_idle_and_seldom_when_busy(void **state) {
        struct downlink d = {0};
        uint64_t now = 10 * SEC;

        (void) state;
        (void) judge(&d, "a", 1);
        downlink_on_committed(&d);
        assert_int_equal(taken(&d, now), 1);
        (void) judge(&d, "a", 2);
        downlink_on_committed(&d);
        assert_null(downlink_to_tell(&d, false, now + SEC - 1));
        assert_non_null(downlink_to_tell(&d, false, now + SEC));
        assert_null(downlink_to_tell(&d, true, now + DOWNLINK_TAKEN_IDLE_USEC - 1));
        assert_non_null(downlink_to_tell(&d, true, now + DOWNLINK_TAKEN_IDLE_USEC));
}

static void a_line_that_comes_up_is_told_of_the_stream_in_use(void **state) {
        struct downlink d = {0};

        (void) state;
        downlink_on_up(&d);
        assert_false(downlink_owes(&d)); /* nothing ever came */
        downlink_restore(&d, "old", 900);
        downlink_restore(&d, "new", 5);
        downlink_on_up(&d);
        assert_string_equal(downlink_to_tell(&d, true, SEC)->source, "new");
        assert_int_equal(taken(&d, SEC), 5);
        assert_false(downlink_owes(&d));
        assert_string_equal(downlink_current(&d)->source, "new");
}

static void of_many_streams_the_least_used_makes_room(void **state) {
        char name[16], evicted[SOURCE_TEXT_MAX];
        struct downlink_stream *s;
        struct downlink d = {0};

        (void) state;
        for (int i = 0; i < DOWNLINK_STREAMS_MAX; i++) {
                (void) snprintf(name, sizeof(name), "s%d", i);
                assert_int_equal(downlink_judge(&d, name, 1, &s, evicted), DOWNLINK_NEXT);
                assert_string_equal(evicted, "");
                downlink_on_accepted(&d, s);
        }
        downlink_on_committed(&d);
        (void) judge(&d, "s0", 2); /* used again, and not committed */
        assert_int_equal(downlink_judge(&d, "s8", 1, &s, evicted), DOWNLINK_NEXT);
        assert_string_equal(evicted, "s1");
        assert_int_equal(judge(&d, "s0", 2), DOWNLINK_REPEATED);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_sequence_is_taken_once_and_in_turn),
                cmocka_unit_test(a_gap_that_stands_for_minutes_is_a_box_of_an_older_day),
                cmocka_unit_test(taken_says_only_what_is_committed),
                cmocka_unit_test(what_was_rolled_back_is_awaited_again),
                cmocka_unit_test(taken_is_said_at_once_when_idle_and_seldom_when_busy),
                cmocka_unit_test(a_line_that_comes_up_is_told_of_the_stream_in_use),
                cmocka_unit_test(of_many_streams_the_least_used_makes_room),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
