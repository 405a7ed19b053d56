/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/scale/session.h"

#define MS 1000U

static const struct scale_settings speaks = {
        .format = {.end = SCALE_END_CRLF,
                .marks = {{"ST,", 1, SCALE_MEANS_STABLE}, {"US,", 1, SCALE_MEANS_MOVING},
                        {"OL,", 1, SCALE_MEANS_OVERLOAD}},
                .n_marks = 3},
        .rest = {.age_usec = 1000 * MS},
        .silence_usec = 3000 * MS,
};
static const struct scale_settings asked = {
        .format = {.end = SCALE_END_CRLF, .ask = "SI", .ask_end = SCALE_END_CRLF},
        .rest = {.n_readings = 1, .age_usec = 1000 * MS},
        .every_usec = 200 * MS,
        .silence_usec = 3000 * MS,
};
static const struct scale_settings plain = {
        .format = {.end = SCALE_END_CRLF}, .rest = {.n_readings = 1, .age_usec = 1000 * MS}};

static void feed(struct scale_session *s, const char *bytes, unsigned int at_ms) {
        scale_session_feed(s, (const uint8_t *) bytes, strlen(bytes), at_ms * MS);
}
static int64_t grams(const struct scale_session *s, unsigned int at_ms) {
        return scale_rest_grams(&s->rest, &s->settings->rest, at_ms * MS);
}

static void a_tail_that_was_on_its_way_when_we_came_is_no_weight(void **state) {
        struct scale_session s;
        (void) state;

        scale_session_begin(&s, &plain, 0);
        feed(&s, "23 g\r\n", 10); /* of 123 g */
        assert_int_equal(grams(&s, 10), 0);
        feed(&s, "123 g\r\n", 110);
        assert_int_equal(grams(&s, 110), 123);
        scale_session_begin(&s, &plain, 0);
        feed(&s, "77 g\r\n", 1000); /* nothing was on its way for long */
        assert_int_equal(grams(&s, 1000), 77);
}

static void a_frame_with_a_hole_is_no_weight(void **state) {
        struct scale_session s;
        (void) state;

        scale_session_begin(&s, &plain, 0);
        feed(&s, "1", 1000);
        feed(&s, "23 g\r\n", 1300);
        assert_int_equal(grams(&s, 1300), 0);
        feed(&s, "1", 1400);
        feed(&s, "23 g\r\n", 1500);
        assert_int_equal(grams(&s, 1500), 123);
}

static void silence_and_garbage_are_told_apart_and_a_frame_mends_both(void **state) {
        struct scale_session s;
        (void) state;

        scale_session_begin(&s, &speaks, 0);
        assert_false(s.known);
        assert_int_equal(scale_session_due(&s), 3000 * MS);
        (void) scale_session_time(&s, 3000 * MS);
        assert_true(s.known && s.trouble == SCALE_SILENT);
        feed(&s, "\x81\x82\r\n\x83", 3500);
        (void) scale_session_time(&s, 6000 * MS);
        assert_int_equal(s.trouble, SCALE_GARBLED);
        feed(&s, "\r\nST,+00123.4  g\r\n", 6100);
        assert_int_equal(s.trouble, SCALE_WELL);
        assert_int_equal(grams(&s, 6100), 123);
        (void) scale_session_time(&s, 9100 * MS);
        assert_int_equal(s.trouble, SCALE_SILENT);
        assert_int_equal(grams(&s, 6200), 0);
}

static void overload_is_told_when_it_lasts(void **state) {
        struct scale_session s;
        (void) state;

        scale_session_begin(&s, &speaks, 0);
        feed(&s, "ST,+00123.4  g\r\n", 1000);
        feed(&s, "OL,+9999999E+19\r\n", 2000);
        assert_int_equal(s.trouble, SCALE_WELL);
        assert_int_equal(grams(&s, 2000), 0);
        feed(&s, "US,+00123.4  g\r\n", 2500);
        feed(&s, "OL,+9999999E+19\r\n", 3000);
        assert_int_equal(scale_session_due(&s), 4500 * MS);
        (void) scale_session_time(&s, 4500 * MS);
        assert_int_equal(s.trouble, SCALE_OVERLOAD);
        feed(&s, "ST,+00500.0  g\r\n", 5000);
        assert_int_equal(s.trouble, SCALE_WELL);
        assert_int_equal(grams(&s, 5000), 500);
}

static void another_unit_is_told_when_it_lasts(void **state) {
        struct scale_session s;
        (void) state;

        scale_session_begin(&s, &speaks, 0);
        feed(&s, "ST,+0000.272 lb\r\n", 1000);
        feed(&s, "ST,+0000.272 lb\r\n", 2600);
        assert_int_equal(s.trouble, SCALE_FOREIGN_UNIT);
        assert_int_equal(grams(&s, 2600), 0);
}

static void who_must_be_asked_is_asked_in_its_time(void **state) {
        struct scale_session s;
        char bytes[SCALE_ASK_SIZE + 1];
        (void) state;

        scale_session_begin(&s, &asked, 0);
        assert_int_equal(scale_session_due(&s), 0);
        assert_true(scale_session_time(&s, 0));
        assert_false(scale_session_time(&s, 199 * MS));
        assert_true(scale_session_time(&s, 200 * MS));
        assert_int_equal(scale_ask(&asked.format, bytes), 4);
        assert_memory_equal(bytes, "SI\r\n", 4);
        assert_int_equal(scale_ask(&plain.format, bytes), 0);
        assert_int_equal(scale_session_due(&(struct scale_session){.settings = &plain}), UINT64_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_tail_that_was_on_its_way_when_we_came_is_no_weight),
                cmocka_unit_test(a_frame_with_a_hole_is_no_weight),
                cmocka_unit_test(silence_and_garbage_are_told_apart_and_a_frame_mends_both),
                cmocka_unit_test(overload_is_told_when_it_lasts),
                cmocka_unit_test(another_unit_is_told_when_it_lasts),
                cmocka_unit_test(who_must_be_asked_is_asked_in_its_time),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
