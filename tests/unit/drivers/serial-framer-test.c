/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/serial/framer.h"
#include "firmware/base/cleanup.h"

/* In the input a '|' is 100 ms of silence. In the outcome: "text;" for a scan, "!reason;" for a refusal. */
static void run(struct serial_framer *f, const char *input, size_t n, char *out, size_t size) {
        size_t used = 0;

        out[0] = '\0';
        for (size_t i = 0; i < n; i++) {
                const struct scan_text *scan = NULL;
                enum scan_refusal why = SCAN_REFUSED_NONE;
                int r = SERIAL_E_PENDING;

                if (input[i] == '|') {
                        if (serial_framer_is_pending(f))
                                why = serial_framer_abandon(f, SCAN_REFUSED_UNFINISHED);
                        if (why != SCAN_REFUSED_NONE)
                                r = SERIAL_E_REFUSED;
                } else {
                        r = serial_framer_feed(f, (uint8_t) input[i], &scan, &why);
                }
                if (r == 0)
                        used += (size_t) snprintf(out + used, size - used, "%s;", scan->bytes);
                else if (r == SERIAL_E_REFUSED)
                        used += (size_t) snprintf(out + used, size - used, "!%s;", scan_refusal_to_str(why));
        }
}

static const struct {
        const char *name;
        enum serial_suffix suffix;
        bool stx;
        const char *input;
        const char *expect;
} cases[] = {
        {"CR ends a scan", SERIAL_SUFFIX_CR, false, "4901234567894\r", "4901234567894;"},
        {"two scans in one read", SERIAL_SUFFIX_CR, false, "A1\rB2\r", "A1;B2;"},
        {"suffix alone is nothing", SERIAL_SUFFIX_CR, false, "\r\r\r", ""},
        {"CR set, CRLF sent", SERIAL_SUFFIX_CR, false, "A\r\nB\r\n", "A;B;"},
        {"CR set, LF inside", SERIAL_SUFFIX_CR, false, "A\nB\r", "!control;"},
        {"CR set, LF first", SERIAL_SUFFIX_CR, false, "\nB\r", "!control;"},
        {"only one LF behind CR is swallowed", SERIAL_SUFFIX_CR, false, "A\r\n\nB\r", "A;!control;"},
        {"LF ends a scan", SERIAL_SUFFIX_LF, false, "A\nB\n", "A;B;"},
        {"LF set, CRLF sent", SERIAL_SUFFIX_LF, false, "A\r\nB\r\n", "A;B;"},
        {"LF set, CR inside", SERIAL_SUFFIX_LF, false, "A\rB\n", "!control;"},
        {"LF set, two CR", SERIAL_SUFFIX_LF, false, "A\r\r\n", "!control;"},
        {"CRLF ends a scan", SERIAL_SUFFIX_CRLF, false, "A\r\nB\r\n", "A;B;"},
        {"CRLF set, LF alone", SERIAL_SUFFIX_CRLF, false, "A\nB\r\n", "!control;"},
        {"CRLF set, CR alone", SERIAL_SUFFIX_CRLF, false, "A\rB\r\n", "!control;"},
        {"CRLF set, CR then silence", SERIAL_SUFFIX_CRLF, false, "A\r|B\r\n", "!unfinished;B;"},
        {"ETX ends a scan", SERIAL_SUFFIX_ETX, false,
                "A\x03"
                "B\x03",
                "A;B;"},
        {"ETX set, CR inside", SERIAL_SUFFIX_ETX, false, "A\rB\x03", "!control;"},
        {"STX and ETX", SERIAL_SUFFIX_ETX, true,
                "\x02"
                "A\x03\x02"
                "B\x03",
                "A;B;"},
        {"STX and ETX with padding", SERIAL_SUFFIX_ETX, true,
                "\x02"
                "A\x03\r\n\x02"
                "B\x03\r\n|",
                "A;B;"},
        {"STX asked, tail without head", SERIAL_SUFFIX_CR, true,
                "4567894\r\x02"
                "A\r",
                "!unfinished;A;"},
        {"STX asked, code in a code", SERIAL_SUFFIX_CR, true,
                "\x02"
                "4901\x02"
                "4901234567894\r",
                "!unfinished;4901234567894;"},
        {"STX alone, then silence", SERIAL_SUFFIX_CR, true,
                "\x02|\x02"
                "A\r",
                "!unfinished;A;"},
        {"STX and suffix without text", SERIAL_SUFFIX_CR, true, "\x02\r|", ""},
        {"STX not asked", SERIAL_SUFFIX_CR, false,
                "\x02"
                "A\rB\r",
                "!control;B;"},
        {"silence ends an unfinished scan", SERIAL_SUFFIX_CR, false, "49012|34567894\r",
                "!unfinished;34567894;"},
        {"silence between scans is nothing", SERIAL_SUFFIX_CR, false, "|A\r||B\r|", "A;B;"},
        {"GS is text", SERIAL_SUFFIX_CR, false,
                "]C1010491\x1d"
                "17\r",
                "]C1010491\x1d"
                "17;"},
        {"a control byte refuses whole", SERIAL_SUFFIX_CR, false,
                "49\x1b"
                "01\rA\r",
                "!control;A;"},
        {"NUL of a line break refuses whole", SERIAL_SUFFIX_CR, false, "49@01\rA\r",
                "!control;A;"}, /* '@': see below */
        {"DEL refuses whole", SERIAL_SUFFIX_CR, false, "49\x7f\rA\r", "!control;A;"},
        {"a byte above 0x7E refuses whole", SERIAL_SUFFIX_CR, false, "49\x80\xff\rA\r", "!control;A;"},
        {"the older reason is told after silence", SERIAL_SUFFIX_CR, false, "\x07|A\r", "!control;A;"},
};

static void each_suffix_and_prefix_cuts_as_the_table_says(void **state) {
        char input[128], out[256];
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct serial_framer f = {.framing = {cases[i].suffix, cases[i].stx}};
                size_t n = strlen(cases[i].input);

                memcpy(input, cases[i].input, n);
                for (size_t k = 0; k < n; k++)
                        input[k] = input[k] == '@' ? '\0' : input[k];
                run(&f, input, n, out, sizeof(out));
                if (strcmp(out, cases[i].expect) != 0)
                        fail_msg("%s: got \"%s\", expected \"%s\"", cases[i].name, out, cases[i].expect);
        }
}

static void scans_of_256_bytes_pass_and_of_257_are_refused_whole(void **state) {
        struct serial_framer f = {.framing = {SERIAL_SUFFIX_CRLF, false}};
        char input[257 + 2], out[512];
        (void) state;

        memset(input, 'x', sizeof(input));
        memcpy(input + 256, "\r\n", 2);
        run(&f, input, 258, out, sizeof(out));
        assert_int_equal(strlen(out), 257);
        assert_int_equal(out[255], 'x');

        memset(input, 'x', sizeof(input));
        memcpy(input + 257, "\r\n", 2);
        run(&f, input, 259, out, sizeof(out));
        assert_string_equal(out, "!too-long;");
        run(&f, "A\r\n", 3, out, sizeof(out));
        assert_string_equal(out, "A;");
}

static void a_megabyte_without_a_suffix_is_one_refusal(void **state) {
        struct serial_framer f = {0};
        const struct scan_text *scan;
        enum scan_refusal why;
        (void) state;

        for (unsigned int i = 0; i < 1u << 20; i++)
                assert_int_equal(serial_framer_feed(&f, 'x', &scan, &why), SERIAL_E_PENDING);
        assert_int_equal(serial_framer_abandon(&f, SCAN_REFUSED_UNFINISHED), SCAN_REFUSED_TOO_LONG);
        assert_false(serial_framer_is_pending(&f));
}

static void half_a_code_at_unplug_is_told_once_and_gone(void **state) {
        struct serial_framer f = {0};
        char out[64];
        (void) state;

        run(&f, "49012", 5, out, sizeof(out));
        assert_int_equal(serial_framer_abandon(&f, SCAN_REFUSED_UNPLUGGED), SCAN_REFUSED_UNPLUGGED);
        assert_int_equal(serial_framer_abandon(&f, SCAN_REFUSED_UNPLUGGED), SCAN_REFUSED_NONE);
        run(&f, "A\r", 2, out, sizeof(out));
        assert_string_equal(out, "A;");
        assert_int_equal(serial_framer_abandon(&f, SCAN_REFUSED_UNPLUGGED), SCAN_REFUSED_NONE);
}

static void suffix_words_are_read(void **state) {
        enum serial_suffix suffix = SERIAL_SUFFIX_CR;
        (void) state;

        assert_int_equal(serial_suffix_from_str("etx", &suffix), 0);
        assert_int_equal(suffix, SERIAL_SUFFIX_ETX);
        assert_int_equal(serial_suffix_from_str("crlf", &suffix), 0);
        assert_int_equal(suffix, SERIAL_SUFFIX_CRLF);
        assert_int_equal(serial_suffix_from_str("CR", &suffix), -EINVAL);
        assert_int_equal(suffix, SERIAL_SUFFIX_CRLF);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_suffix_and_prefix_cuts_as_the_table_says),
                cmocka_unit_test(scans_of_256_bytes_pass_and_of_257_are_refused_whole),
                cmocka_unit_test(a_megabyte_without_a_suffix_is_one_refusal),
                cmocka_unit_test(half_a_code_at_unplug_is_told_once_and_gone),
                cmocka_unit_test(suffix_words_are_read),
        };
        return cmocka_run_group_tests_name("drivers-serial-framer", tests, NULL, NULL);
}
