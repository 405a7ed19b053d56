/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/window.h"
#include "tests/unit/oms/test.h"

#define SEC 1000000ULL

static struct window opened(uint64_t taken, uint64_t head) {
        struct window w;

        window_open(&w, 10, taken, head);
        return w;
}

static void no_more_than_the_window_is_on_its_way(void **state) {
        struct window w = opened(5, 100);

        (void) state;
        assert_int_equal(window_room(&w), 10);
        window_on_sent(&w, 12, SEC);
        assert_int_equal(window_room(&w), 3);
        window_on_sent(&w, 15, SEC);
        assert_int_equal(window_room(&w), 0);
        assert_int_equal(window_on_taken(&w, 9, SEC), 0);
        assert_int_equal(window_room(&w), 4);
}

static void nothing_behind_the_head_is_sent(void **state) {
        struct window w = opened(5, 7);

        (void) state;
        assert_int_equal(window_room(&w), 2);
        window_on_sent(&w, 7, SEC);
        assert_int_equal(window_room(&w), 0);
}

static void what_is_not_taken_is_sent_again_after_five_seconds_then_later_and_later(void **state) {
        static const uint64_t delays[] = {5, 10, 20, 40, 60, 60};
        struct window w = opened(5, 7);
        uint64_t now = SEC;

        (void) state;
        for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
                window_on_sent(&w, 7, now);
                assert_false(window_on_tick(&w, now + delays[i] * SEC - 1));
                now += delays[i] * SEC;
                assert_true(window_on_tick(&w, now));
                assert_int_equal(w.sent, 5);
        }
}

static void progress_makes_it_patient_again(void **state) {
        struct window w = opened(5, 9);

        (void) state;
        window_on_sent(&w, 9, SEC);
        assert_true(window_on_tick(&w, 6 * SEC));
        window_on_sent(&w, 9, 6 * SEC);
        assert_int_equal(window_on_taken(&w, 7, 7 * SEC), 0);
        assert_false(window_on_tick(&w, 12 * SEC - 1));
        assert_true(window_on_tick(&w, 12 * SEC));
        assert_int_equal(w.sent, 7);
}

static void when_all_is_taken_there_is_nothing_to_wait_for(void **state) {
        struct window w = opened(5, 7);

        (void) state;
        window_on_sent(&w, 7, SEC);
        assert_int_equal(window_on_taken(&w, 7, SEC), 0);
        assert_false(window_on_tick(&w, 1000 * SEC));
}

static void taken_only_rises(void **state) {
        struct window w = opened(5, 7);

        (void) state;
        assert_int_equal(window_on_taken(&w, 5, SEC), WINDOW_E_OLD);
        assert_int_equal(window_on_taken(&w, 0, SEC), WINDOW_E_OLD);
        assert_int_equal(w.taken, 5);
}

static void more_taken_than_was_ever_written_betrays_an_older_database(void **state) {
        struct window w = opened(5, 7);

        (void) state;
        assert_int_equal(window_on_taken(&w, 8, SEC), WINDOW_E_BEYOND);
        assert_int_equal(w.taken, 5);
}

static void a_station_that_comes_back_is_sent_again_from_what_it_took(void **state) {
        struct window w = opened(5, 7);

        (void) state;
        window_on_sent(&w, 7, SEC);
        window_rewind(&w);
        assert_int_equal(window_room(&w), 2);
        assert_false(window_on_tick(&w, 1000 * SEC));
}

static void taken_beyond_what_this_process_sent_is_believed(void **state) {
        struct window w = opened(5, 9); /* restarted: the process before it had sent them */

        (void) state;
        assert_int_equal(window_on_taken(&w, 8, SEC), 0);
        assert_int_equal(w.sent, 8);
        assert_int_equal(window_room(&w), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_more_than_the_window_is_on_its_way),
                cmocka_unit_test(nothing_behind_the_head_is_sent),
                cmocka_unit_test(what_is_not_taken_is_sent_again_after_five_seconds_then_later_and_later),
                cmocka_unit_test(progress_makes_it_patient_again),
                cmocka_unit_test(when_all_is_taken_there_is_nothing_to_wait_for),
                cmocka_unit_test(taken_only_rises),
                cmocka_unit_test(more_taken_than_was_ever_written_betrays_an_older_database),
                cmocka_unit_test(a_station_that_comes_back_is_sent_again_from_what_it_took),
                cmocka_unit_test(taken_beyond_what_this_process_sent_is_believed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
