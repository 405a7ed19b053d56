/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/printer/reply.h"
#include "firmware/base/bytes.h"
#include "firmware/base/str.h"

#define FIRST                                                                                                \
        "\x02"                                                                                               \
        "030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n"
#define SECOND                                                                                               \
        "\x02"                                                                                               \
        "000,0,0,0,0,2,6,0,00000000,1,000\x03\r\n"
#define THIRD                                                                                                \
        "\x02"                                                                                               \
        "1234,0\x03\r\n"
#define ERRORS(FLAGS)                                                                                        \
        "\x02\r\n  PRINTER STATUS\r\n   ERRORS:         1 00000000 " FLAGS                                   \
        "\r\n   WARNINGS:       0 00000000 00000000\r\n\x03\r\n"

/* Return: number of readings; the last one in @readingp. */
static size_t feed(struct printer_reply *r, const char *bytes, size_t n, struct printer_reading *readingp) {
        size_t n_readings = 0;

        for (size_t i = 0; i < n; i++)
                n_readings += printer_reply_feed(r, (uint8_t) bytes[i], readingp) == 0;
        return n_readings;
}

static void what_zpl_printers_say_is_read(void **state) {
        static const struct {
                const char *name, *bytes;
                size_t n_readings;
                enum label_trouble trouble;
                bool is_busy;
        } cases[] = {
                {"well", FIRST SECOND THIRD, 1, LABEL_WELL, false},
                {"no paper",
                        "\x02"
                        "030,1,0,1245,000,0,0,0,000,0,0,0\x03\r\n" SECOND THIRD,
                        1, LABEL_PAPER_OUT, false},
                {"paused",
                        "\x02"
                        "030,0,1,1245,000,0,0,0,000,0,0,0\x03\r\n" SECOND THIRD,
                        1, LABEL_PAUSED, false},
                {"no paper, and paused by it",
                        "\x02"
                        "030,1,1,1245,001,0,0,0,000,0,0,0\x03\r\n" SECOND,
                        1, LABEL_PAPER_OUT, true},
                {"formats wait",
                        "\x02"
                        "030,0,0,1245,002,0,0,0,000,0,0,0\x03\r\n" SECOND,
                        1, LABEL_WELL, true},
                {"half a format",
                        "\x02"
                        "030,0,0,1245,000,0,0,1,000,0,0,0\x03\r\n" SECOND,
                        1, LABEL_WELL, true},
                {"too hot",
                        "\x02"
                        "030,0,0,1245,000,0,0,0,000,0,0,1\x03\r\n" SECOND,
                        1, LABEL_FAULT, false},
                {"head open",
                        FIRST "\x02"
                              "000,0,1,0,0,2,6,0,00000000,1,000\x03\r\n",
                        1, LABEL_HEAD_OPEN, false},
                {"no ribbon",
                        FIRST "\x02"
                              "000,0,0,1,1,2,6,0,00000000,1,000\x03\r\n",
                        1, LABEL_RIBBON_OUT, false},
                {"labels left",
                        FIRST "\x02"
                              "000,0,0,0,0,2,6,0,00000003,1,000\x03\r\n",
                        1, LABEL_WELL, true},
                {"one waits to be taken off",
                        FIRST "\x02"
                              "000,0,0,0,0,1,6,1,00000001,1,000\x03\r\n",
                        1, LABEL_WELL, false},
                {"without line ends",
                        "\x02"
                        "030,0,0,1245,000,0,0,0,000,0,0,0\x03\x02"
                        "000,0,0,0,0,2,6,0,00000000,1,000\x03",
                        1, LABEL_WELL, false},
                {"rubbish before",
                        "banner\r\n\x03,1,\x02"
                        "1,2\x03" FIRST SECOND,
                        1, LABEL_WELL, false},
                {"a string that broke off",
                        "\x02"
                        "030,0,0" FIRST SECOND,
                        1, LABEL_WELL, false},
                {"errors: paper", ERRORS("00000001"), 1, LABEL_PAPER_OUT, false},
                {"errors: ribbon", ERRORS("00000002"), 1, LABEL_RIBBON_OUT, false},
                {"errors: paper and head", ERRORS("00000005"), 1, LABEL_HEAD_OPEN, false},
                {"errors: cutter", ERRORS("00000008"), 1, LABEL_FAULT, false},
                {"errors: paused", ERRORS("00010000"), 1, LABEL_PAUSED, false},
                {"errors: none", ERRORS("00000000"), 0, LABEL_WELL, false},
                {"only the first", FIRST, 0, LABEL_WELL, false},
                {"only the second", SECOND THIRD, 0, LABEL_WELL, false},
                {"letters",
                        "\x02"
                        "030,x,0,1245,000,0,0,0,000,0,0,0\x03" SECOND,
                        0, LABEL_WELL, false},
                {"empty fields",
                        "\x02"
                        "030,,0,1245,000,0,0,0,000,0,0,0\x03" SECOND,
                        0, LABEL_WELL, false},
                {"thirteen fields",
                        "\x02"
                        "030,0,0,1245,000,0,0,0,000,0,0,0,0\x03" SECOND,
                        0, LABEL_WELL, false},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct printer_reply r = {.language = PRINTER_ZPL};
                struct printer_reading reading = {0};
                size_t n = feed(&r, cases[i].bytes, strlen(cases[i].bytes), &reading);

                if (n != cases[i].n_readings || reading.trouble != cases[i].trouble ||
                        reading.is_busy != cases[i].is_busy)
                        fail_msg("%s: %zu readings, %s, busy %d", cases[i].name, n,
                                label_trouble_to_str(reading.trouble), reading.is_busy);
        }
}

static void a_string_that_never_ends_is_given_up_and_the_next_one_read(void **state) {
        struct printer_reply r = {.language = PRINTER_ZPL};
        struct printer_reading reading;
        (void) state;

        assert_int_equal(feed(&r, "\x02", 1, &reading), 0);
        for (size_t i = 0; i < 10000; i++)
                assert_int_equal(feed(&r, "0", 1, &reading), 0);
        assert_int_equal(feed(&r, "\x03", 1, &reading), 0);
        assert_int_equal(feed(&r, FIRST SECOND, strlen(FIRST SECOND), &reading), 1);
}

static void a_zpl_printer_that_kept_silent_is_asked_for_its_errors_next(void **state) {
        struct printer_reply r = {.language = PRINTER_ZPL};
        uint8_t ask[PRINTER_ASK_MAX];
        static const char *const expected[] = {"~HQES\r\n", "~HS\r\n", "~HQES\r\n"};
        (void) state;

        assert_int_equal(printer_reply_ask(&r, ask), 5);
        assert_memory_equal(ask, "~HS\r\n", 5);
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                size_t n;

                printer_reply_begin(&r, true);
                n = printer_reply_ask(&r, ask);
                assert_int_equal(n, strlen(expected[i]));
                assert_memory_equal(ask, expected[i], n);
        }
}

static void what_escpos_printers_say_is_read(void **state) {
        static const struct {
                const char *name;
                uint8_t answers[4];
                enum label_trouble trouble;
        } cases[] = {
                {"well", {0x12, 0x12, 0x12, 0x12}, LABEL_WELL},
                {"a drawer", {0x16, 0x12, 0x12, 0x12}, LABEL_WELL},
                {"paper is near its end", {0x12, 0x12, 0x12, 0x1E}, LABEL_WELL},
                {"off line", {0x1A, 0x12, 0x12, 0x12}, LABEL_OFFLINE},
                {"cover open", {0x1A, 0x16, 0x12, 0x12}, LABEL_HEAD_OPEN},
                {"no paper", {0x1A, 0x32, 0x12, 0x72}, LABEL_PAPER_OUT},
                {"no paper, and the cover is open", {0x1A, 0x36, 0x12, 0x72}, LABEL_HEAD_OPEN},
                {"no paper, told by the roll alone", {0x12, 0x12, 0x12, 0x72}, LABEL_PAPER_OUT},
                {"cutter", {0x1A, 0x52, 0x1A, 0x12}, LABEL_FAULT},
                {"unrecoverable", {0x1A, 0x12, 0x32, 0x12}, LABEL_FAULT},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct printer_reply r = {.language = PRINTER_ESCPOS};
                struct printer_reading reading = {0};
                int last = -1;

                for (size_t q = 0; q < 4; q++) {
                        uint8_t ask[PRINTER_ASK_MAX];
                        const uint8_t expected[] = {0x10, 0x04, (uint8_t) (q + 1)};

                        assert_int_equal(printer_reply_ask(&r, ask), 3);
                        assert_memory_equal(ask, expected, 3);
                        last = printer_reply_feed(&r, cases[i].answers[q], &reading);
                        assert_int_equal(last, q < 3 ? PRINTER_REPLY_E_NEXT : 0);
                }
                if (reading.trouble != cases[i].trouble)
                        fail_msg("%s: %s", cases[i].name, label_trouble_to_str(reading.trouble));
        }
}

static void what_comes_between_two_rounds_is_no_answer(void **state) {
        struct printer_reply r = {.language = PRINTER_ESCPOS};
        struct printer_reading reading;
        (void) state;

        assert_int_equal(feed(&r, "\x12\x12\x12\x12", 4, &reading), 1);
        assert_int_equal(feed(&r, "\x16\x16\x16\x16", 4, &reading), 0); /* late answers: of nobody */
        printer_reply_begin(&r, false);
        assert_int_equal(feed(&r, "\x11\x13\x10\x90\xff", 5, &reading), 0); /* XON, XOFF, ASB, noise */
        assert_int_equal(r.i_question, 0);
        assert_int_equal(feed(&r, "\x12\x12\x12\x12", 4, &reading), 1);
        assert_int_equal(reading.trouble, LABEL_WELL);
}

static void a_mark_keeps_the_printer_busy_until_it_is_answered(void **state) {
        struct printer_reply r = {.language = PRINTER_ESCPOS};
        struct printer_reading reading;
        uint8_t mark[PRINTER_ASK_MAX];
        (void) state;

        assert_int_equal(printer_reply_mark(&r, mark), 3);
        assert_memory_equal(mark, "\x1dr\x01", 3);
        printer_reply_begin(&r, false);
        assert_int_equal(feed(&r, "\x12\x12\x12\x12", 4, &reading), 1);
        assert_true(reading.is_busy);
        assert_int_equal(printer_reply_feed(&r, 0x00, &reading), PRINTER_REPLY_E_MARK);
        printer_reply_begin(&r, false);
        assert_int_equal(feed(&r, "\x12\x12\x12\x12", 4, &reading), 1);
        assert_false(reading.is_busy);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_zpl_printers_say_is_read),
                cmocka_unit_test(a_string_that_never_ends_is_given_up_and_the_next_one_read),
                cmocka_unit_test(a_zpl_printer_that_kept_silent_is_asked_for_its_errors_next),
                cmocka_unit_test(what_escpos_printers_say_is_read),
                cmocka_unit_test(what_comes_between_two_rounds_is_no_answer),
                cmocka_unit_test(a_mark_keeps_the_printer_busy_until_it_is_answered),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
