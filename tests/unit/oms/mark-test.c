/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/mark.h"
#include "tests/unit/oms/test.h"

#define ID  "01900000-0000-7000-8000-000000000001"
#define ID2 "01900000-0000-7000-8000-000000000002"

static void the_next_sequence_is_appended_and_moves_the_mark(void **state) {
        struct mark m = {.upto = 7};

        (void) state;
        assert_int_equal(mark_decide(&m, 8, ID, NULL), MARK_NEXT);
        assert_int_equal(m.upto, 7);
        mark_advance(&m, 8);
        assert_int_equal(m.upto, 8);
}

static void the_same_again_is_harmless(void **state) {
        struct mark m = {.upto = 7};

        (void) state;
        assert_true(mark_is_old(&m, 7));
        assert_int_equal(mark_decide(&m, 7, ID, ID), MARK_SAME);
        assert_int_equal(m.upto, 7);
        assert_int_equal(m.forked, 0);
        assert_int_equal(m.n_same, 1);
}

static void another_id_at_the_same_place_is_forked_never_a_duplicate(void **state) {
        struct mark m = {.upto = 7};

        (void) state;
        assert_int_equal(mark_decide(&m, 5, ID2, ID), MARK_FORKED);
        assert_int_equal(m.forked, 5);
        assert_int_equal(m.upto, 7);
}

static void an_id_that_cannot_be_read_contradicts_nobody(void **state) {
        struct mark m = {.upto = 7};

        (void) state;
        assert_int_equal(mark_decide(&m, 5, "", ID), MARK_SAME);
        assert_int_equal(mark_decide(&m, 5, ID, ""), MARK_SAME);
        assert_int_equal(mark_decide(&m, 5, ID, NULL), MARK_SAME);
        assert_int_equal(m.forked, 0);
}

static void what_comes_too_early_is_a_gap_and_moves_nothing(void **state) {
        struct mark m = {.upto = 7};

        (void) state;
        assert_int_equal(mark_decide(&m, 9, ID, NULL), MARK_GAP);
        assert_int_equal(m.gap, 9);
        assert_int_equal(m.upto, 7);
}

static void a_gap_is_over_once_the_mark_has_reached_it(void **state) {
        struct mark m = {.upto = 7};

        (void) state;
        (void) mark_decide(&m, 9, ID, NULL);
        mark_advance(&m, 8);
        assert_int_equal(m.gap, 9);
        mark_advance(&m, 9);
        assert_int_equal(m.gap, 0);
}

static void a_source_begins_with_sequence_one(void **state) {
        struct mark m = {0};

        (void) state;
        assert_int_equal(mark_decide(&m, 2, ID, NULL), MARK_GAP);
        assert_int_equal(mark_decide(&m, 1, ID, NULL), MARK_NEXT);
}

static void what_a_station_gave_up_is_passed_over_only_where_it_is_awaited(void **state) {
        static const struct {
                const char *name;
                uint64_t upto, first, last, then;
        } table[] = {
                {"covers the awaited one", 7, 1, 20, 20},
                {"begins with the awaited one", 7, 8, 8, 8},
                {"is behind us", 7, 1, 7, 7},
                {"is further on", 7, 9, 20, 7},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
                struct mark m = {.upto = table[i].upto};
                bool moved = mark_pass(&m, table[i].first, table[i].last);

                print_message("%s\n", table[i].name);
                assert_int_equal(m.upto, table[i].then);
                assert_int_equal(moved, table[i].then != table[i].upto);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_next_sequence_is_appended_and_moves_the_mark),
                cmocka_unit_test(the_same_again_is_harmless),
                cmocka_unit_test(another_id_at_the_same_place_is_forked_never_a_duplicate),
                cmocka_unit_test(an_id_that_cannot_be_read_contradicts_nobody),
                cmocka_unit_test(what_comes_too_early_is_a_gap_and_moves_nothing),
                cmocka_unit_test(a_gap_is_over_once_the_mark_has_reached_it),
                cmocka_unit_test(a_source_begins_with_sequence_one),
                cmocka_unit_test(what_a_station_gave_up_is_passed_over_only_where_it_is_awaited),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
