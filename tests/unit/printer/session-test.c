/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/printer/session.h"

#define WELL                                                                                                 \
        "\x02"                                                                                               \
        "030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02"                                                       \
        "000,0,0,0,0,2,6,0,00000000,1,000\x03\r\n"
#define BUSY                                                                                                 \
        "\x02"                                                                                               \
        "030,0,0,1245,001,0,0,0,000,0,0,0\x03\r\n\x02"                                                       \
        "000,0,0,0,0,2,6,0,00000000,1,000\x03\r\n"
#define NO_PAPER                                                                                             \
        "\x02"                                                                                               \
        "030,1,0,1245,001,0,0,0,000,0,0,0\x03\r\n\x02"                                                       \
        "000,0,0,0,0,2,6,0,00000000,1,000\x03\r\n"

struct bench { /* a session, its clock, and what the last step asked for */
        struct printer_session s;
        uint64_t now;
        struct printer_out out;
};

static void hear(struct bench *b, const char *bytes) {
        struct printer_out all = {0};

        for (; *bytes; bytes++) {
                struct printer_out out = {0};

                printer_session_feed(&b->s, (uint8_t) *bytes, b->now, &out);
                all.is_up |= out.is_up;
                all.is_begun |= out.is_begun;
                if (out.has_end) {
                        assert_false(all.has_end);
                        all.has_end = true;
                        all.end = out.end;
                        all.maybe = out.maybe;
                }
        }
        b->out = all;
}

/* Until the session wants to do something. */
static void wait(struct bench *b) {
        assert_true(b->s.due != UINT64_MAX);
        b->now = b->s.due;
        b->out = (struct printer_out){0};
        printer_session_time(&b->s, b->now, &b->out);
}

static void connect(struct bench *b) {
        b->out = (struct printer_out){0};
        printer_session_begin(&b->s, b->now, &b->out);
}

static void lose(struct bench *b) {
        b->out = (struct printer_out){0};
        printer_session_end(&b->s, &b->out);
}

static void give(struct bench *b) {
        assert_true(printer_session_is_ready(&b->s));
        b->out = (struct printer_out){0};
        printer_session_give(&b->s, b->now, &b->out);
}

static void sent(struct bench *b) {
        b->out = (struct printer_out){0};
        printer_session_sent(&b->s, b->now, &b->out);
}

static struct bench well(void) {
        struct bench b = {.s = {.language = PRINTER_ZPL}, .now = 1000000};

        connect(&b);
        assert_int_equal(b.out.n, 5);
        assert_false(b.out.is_up);
        hear(&b, WELL);
        assert_true(b.out.is_up);
        return b;
}

static void assert_ended(const struct bench *b, enum label_end end, bool maybe) {
        assert_true(b->out.has_end);
        assert_int_equal(b->out.end, end);
        assert_int_equal(b->out.maybe, maybe);
        assert_false(b->s.has_job);
}

static void a_label_is_printed_when_nothing_is_left_twice_in_a_row(void **state) {
        struct bench b = well();
        (void) state;

        give(&b);
        assert_true(b.out.is_begun);
        assert_false(printer_session_is_ready(&b.s));
        sent(&b);
        hear(&b, WELL);
        assert_false(b.out.has_end);
        wait(&b);
        hear(&b, BUSY);
        assert_false(b.out.has_end);
        wait(&b);
        hear(&b, WELL);
        assert_false(b.out.has_end);
        wait(&b);
        hear(&b, WELL);
        assert_ended(&b, LABEL_END_PRINTED, false);
        assert_true(printer_session_is_ready(&b.s));
}

static void an_answer_to_what_was_asked_before_the_label_is_not_its_end(void **state) {
        struct bench b = well();
        (void) state;

        wait(&b); /* it is asked how it is */
        assert_int_equal(b.out.n, 5);
        give(&b);
        assert_false(b.out.is_begun);
        hear(&b, WELL);
        assert_true(b.out.is_begun);
        assert_int_equal(b.s.state, PRINTER_SENDING);
}

static void a_label_given_to_a_printer_that_has_just_lost_its_paper_waits_and_is_not_doubtful(void **state) {
        struct bench b = well();
        (void) state;

        wait(&b);
        give(&b);
        hear(&b, NO_PAPER);
        assert_false(b.out.is_begun);
        assert_int_equal(b.s.trouble, LABEL_PAPER_OUT);
        wait(&b);
        hear(&b, WELL);
        assert_true(b.out.is_begun);
        sent(&b);
        hear(&b, WELL);
        wait(&b);
        hear(&b, WELL);
        assert_ended(&b, LABEL_END_PRINTED, false);
}

static void paper_out_is_waited_for_and_leaves_a_doubt(void **state) {
        struct bench b = well();
        (void) state;

        give(&b);
        sent(&b);
        hear(&b, NO_PAPER);
        assert_int_equal(b.s.trouble, LABEL_PAPER_OUT);
        for (int i = 0; i < 100; i++) {
                wait(&b);
                hear(&b, NO_PAPER);
                assert_false(b.out.has_end || b.out.is_begun);
        }
        wait(&b);
        hear(&b, BUSY);
        assert_int_equal(b.s.trouble, LABEL_WELL);
        wait(&b);
        hear(&b, WELL);
        wait(&b);
        hear(&b, WELL);
        assert_ended(&b, LABEL_END_PRINTED, true);
}

static void a_link_that_ends_under_a_label_brings_it_again_once(void **state) {
        struct bench b = well();
        (void) state;

        give(&b);
        lose(&b);
        assert_false(b.out.has_end);
        connect(&b);
        hear(&b, WELL);
        assert_true(b.out.is_up && b.out.is_begun);
        sent(&b);
        lose(&b);
        assert_ended(&b, LABEL_END_FAILED, true);
        connect(&b);
        hear(&b, WELL);
        assert_false(b.out.is_begun);
}

static void a_label_that_is_refused_at_its_second_try_ends_and_says_what_came_before(void **state) {
        struct bench b = well();
        (void) state;

        give(&b);
        lose(&b);
        connect(&b);
        hear(&b, WELL);
        assert_true(b.out.is_begun);
        b.out = (struct printer_out){0};
        printer_session_refuse(&b.s, b.now, &b.out);
        assert_ended(&b, LABEL_END_REFUSED, true);
        assert_true(printer_session_is_ready(&b.s));
        give(&b); /* the next one */
        assert_true(b.out.is_begun);
}

static void a_label_that_was_not_begun_survives_any_number_of_links(void **state) {
        struct bench b = well();
        (void) state;

        wait(&b);
        give(&b);
        for (int i = 0; i < 10; i++) {
                lose(&b);
                assert_false(b.out.has_end);
                connect(&b);
        }
        hear(&b, WELL);
        assert_true(b.out.is_begun);
        sent(&b);
        hear(&b, WELL);
        wait(&b);
        hear(&b, WELL);
        assert_ended(&b, LABEL_END_PRINTED, false);
}

static void a_printer_that_stays_busy_for_ever_is_not_believed(void **state) {
        struct bench b = well();
        uint64_t begun;
        (void) state;

        give(&b);
        sent(&b);
        begun = b.now;
        hear(&b, BUSY);
        while (!b.out.has_end) {
                assert_true(b.now - begun <= PRINTER_SETTLE_USEC + PRINTER_POLL_USEC);
                wait(&b);
                hear(&b, BUSY);
        }
        assert_ended(&b, LABEL_END_FAILED, true);
}

static void silence_is_trouble_and_ends_nothing(void **state) {
        struct bench b = well();
        (void) state;

        give(&b);
        sent(&b);
        for (int i = 0; i < 1000; i++) {
                wait(&b);
                assert_int_equal(b.out.lost, 0);
                assert_true(b.out.n > 0);
        }
        assert_int_equal(b.s.trouble, LABEL_SILENT);
        hear(&b, WELL);
        wait(&b);
        hear(&b, WELL);
        assert_ended(&b, LABEL_END_PRINTED, true);
}

static void one_lost_answer_is_not_yet_trouble(void **state) {
        struct bench b = well();
        (void) state;

        wait(&b);
        wait(&b);
        assert_int_equal(b.s.trouble, LABEL_WELL);
        wait(&b);
        assert_int_equal(b.s.trouble, LABEL_SILENT);
        assert_false(printer_session_is_ready(&b.s));
}

static void nobody_who_speaks_the_language_is_given_up(void **state) {
        struct bench b = {.s = {.language = PRINTER_ESCPOS}, .now = 5};
        int n = 0;
        (void) state;

        connect(&b);
        for (; b.out.lost == 0; n++)
                wait(&b);
        assert_int_equal(n, PRINTER_ASKS_MAX);
        assert_int_equal(b.out.lost, -ETIMEDOUT);
}

static void bytes_that_are_not_taken_are_trouble_until_they_are(void **state) {
        struct bench b = well();
        (void) state;

        give(&b);
        wait(&b);
        assert_int_equal(b.s.trouble, LABEL_STALLED);
        assert_int_equal(b.out.n, 0); /* a question would land inside of the label */
        printer_session_taken(&b.s, b.now);
        assert_int_equal(b.s.trouble, LABEL_WELL);
}

static void a_printer_without_words_has_printed_what_it_took(void **state) {
        struct bench b = {.now = 5};
        (void) state;

        connect(&b);
        assert_true(b.out.is_up);
        assert_int_equal(b.s.due, UINT64_MAX);
        give(&b);
        assert_true(b.out.is_begun);
        sent(&b);
        assert_int_equal(b.out.n, 0);
        assert_ended(&b, LABEL_END_PRINTED, false);
        give(&b);
        lose(&b);
        connect(&b);
        assert_true(b.out.is_begun);
        sent(&b);
        assert_ended(&b, LABEL_END_PRINTED, true);
}

static void an_escpos_printer_that_knows_no_mark_is_believed_when_it_is_well_for_long(void **state) {
        struct bench b = {.s = {.language = PRINTER_ESCPOS}, .now = 5};
        uint64_t begun;
        (void) state;

        connect(&b);
        hear(&b, "\x12\x12\x12\x12");
        assert_true(b.out.is_up);
        give(&b);
        sent(&b);
        assert_int_equal(b.out.n, 6); /* the mark, and the first question */
        begun = b.now;
        for (hear(&b, "\x12\x12\x12\x12"); !b.out.has_end; hear(&b, "\x12\x12\x12\x12"))
                wait(&b);
        assert_ended(&b, LABEL_END_PRINTED, false);
        assert_true(b.now - begun >= PRINTER_MARK_USEC && b.now - begun < PRINTER_SETTLE_USEC);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_label_is_printed_when_nothing_is_left_twice_in_a_row),
                cmocka_unit_test(an_answer_to_what_was_asked_before_the_label_is_not_its_end),
                cmocka_unit_test(
                        a_label_given_to_a_printer_that_has_just_lost_its_paper_waits_and_is_not_doubtful),
                cmocka_unit_test(paper_out_is_waited_for_and_leaves_a_doubt),
                cmocka_unit_test(a_link_that_ends_under_a_label_brings_it_again_once),
                cmocka_unit_test(a_label_that_is_refused_at_its_second_try_ends_and_says_what_came_before),
                cmocka_unit_test(a_label_that_was_not_begun_survives_any_number_of_links),
                cmocka_unit_test(a_printer_that_stays_busy_for_ever_is_not_believed),
                cmocka_unit_test(silence_is_trouble_and_ends_nothing),
                cmocka_unit_test(one_lost_answer_is_not_yet_trouble),
                cmocka_unit_test(nobody_who_speaks_the_language_is_given_up),
                cmocka_unit_test(bytes_that_are_not_taken_are_trouble_until_they_are),
                cmocka_unit_test(a_printer_without_words_has_printed_what_it_took),
                cmocka_unit_test(an_escpos_printer_that_knows_no_mark_is_believed_when_it_is_well_for_long),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
