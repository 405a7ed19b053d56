/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/scale/frame.h"
#include "firmware/base/cleanup.h"

static const struct scale_format and_standard = {
        .end = SCALE_END_CRLF,
        .marks = {{"ST,", 1, SCALE_MEANS_STABLE}, {"QT,", 1, SCALE_MEANS_STABLE},
                {"US,", 1, SCALE_MEANS_MOVING}, {"OL,", 1, SCALE_MEANS_OVERLOAD}},
        .n_marks = 4,
};
static const struct scale_format sics = {
        .end = SCALE_END_CRLF,
        .marks = {{"S S", 1, SCALE_MEANS_STABLE}, {"S D", 1, SCALE_MEANS_MOVING},
                {"S I", 1, SCALE_MEANS_MOVING}, {"S +", 1, SCALE_MEANS_OVERLOAD},
                {"S -", 1, SCALE_MEANS_OVERLOAD}, {"I4 A", 1, SCALE_MEANS_IGNORE}},
        .n_marks = 6,
};
static const struct scale_format shimadzu = {
        .end = SCALE_END_CR,
        .marks = {{"oL", 0, SCALE_MEANS_OVERLOAD}, {"S", 1, SCALE_MEANS_STABLE},
                {"U", 1, SCALE_MEANS_MOVING}},
        .n_marks = 3,
};
static const struct scale_format plain = {.end = SCALE_END_CRLF};
static const struct scale_format unitless = {.end = SCALE_END_CR, .unit = "g", .decimals = 1};
/* STX, three words about state, six digits of weight, six of tare. */
static const struct scale_format columns = {
        .end = SCALE_END_CR, .stx = true, .weight_at = 4, .weight_width = 6, .unit_at = 16, .unit_width = 2};
/* Its state stands behind: "  1.234kg GR S". */
static const struct scale_format behind = {
        .end = SCALE_END_LF,
        .marks = {{"S", 14, SCALE_MEANS_STABLE}, {"", 0, SCALE_MEANS_MOVING}},
        .n_marks = 2,
        .weight_at = 1,
        .weight_width = 7,
        .unit_at = 8,
        .unit_width = 2,
};

static void frames_are_read_by_their_description(void **state) {
        static const struct {
                const struct scale_format *format;
                const char *frame;
                enum scale_what what;
                int64_t mg;
        } cases[] = {
                {&and_standard, "ST,+00123.4  g", SCALE_RESTING, 123400},
                {&and_standard, "ST,+0001.234 kg", SCALE_RESTING, 1234000},
                {&and_standard, "ST,-00000.5  g", SCALE_RESTING, -500},
                {&and_standard, "ST,+00000.0  g", SCALE_RESTING, 0},
                {&and_standard, "US,+00123.4  g", SCALE_MOVING, 0},
                {&and_standard, "OL,+9999999E+19", SCALE_OVER, 0},
                {&and_standard, "OL,-9999999E+19", SCALE_OVER, 0},
                {&and_standard, "QT,+00000012 PC", SCALE_OTHER_UNIT, 0},
                {&and_standard, "ST,+0000.272 lb", SCALE_OTHER_UNIT, 0},
                {&and_standard, "ST,+000012.3  %", SCALE_OTHER_UNIT, 0},
                {&and_standard, "ST,+00123.4", SCALE_OTHER_UNIT, 0},
                {&and_standard, "ST,+00123.4  gST,+00123.4  g", SCALE_UNREADABLE, 0},
                {&and_standard, "ST,+001ST,+00123.4  g", SCALE_UNREADABLE, 0},
                {&and_standard, "0123.4  g", SCALE_UNREADABLE, 0}, /* a tail */
                {&and_standard, "EC,E01", SCALE_UNREADABLE, 0},
                {&and_standard, "ST,", SCALE_UNREADABLE, 0},
                {&and_standard, "ST,+", SCALE_UNREADABLE, 0},
                {&and_standard, "ST,+1.2.3  g", SCALE_UNREADABLE, 0},
                {&and_standard, "ST,+1234567890  g", SCALE_UNREADABLE, 0},
                {&and_standard, "ST,+999999999 kg", SCALE_RESTING, 999999999000000},
                {&sics, "S S     100.00 g", SCALE_RESTING, 100000},
                {&sics, "S S      -0.03 kg", SCALE_RESTING, -30000},
                {&sics, "S D     100.00 g", SCALE_MOVING, 0},
                {&sics, "S I", SCALE_MOVING, 0},
                {&sics, "S +", SCALE_OVER, 0},
                {&sics, "S -", SCALE_OVER, 0},
                {&sics, "I4 A \"123\"", SCALE_NOTHING, 0},
                {&sics, "ES", SCALE_UNREADABLE, 0},
                {&shimadzu, "S  1000.00g ", SCALE_RESTING, 1000000},
                {&shimadzu, "S-  186.65g ", SCALE_RESTING, -186650},
                {&shimadzu, "U   186.65g ", SCALE_MOVING, 0},
                {&shimadzu, "U       oL  ", SCALE_OVER, 0},
                {&plain, "   123.4 g", SCALE_WEIGHT, 123400},
                {&plain, "123,4 G", SCALE_WEIGHT, 123400},
                {&plain, "- 12 g", SCALE_WEIGHT, -12000},
                {&plain, "hello", SCALE_UNREADABLE, 0},
                {&plain, "12 g hello", SCALE_UNREADABLE, 0},
                {&plain, "12 grams", SCALE_UNREADABLE, 0},
                {&unitless, "  1234", SCALE_WEIGHT, 123400},
                {&unitless, "  123.45", SCALE_WEIGHT, 123450},
                {&columns, "ABC  1234000000kg", SCALE_WEIGHT, 1234000000},
                {&columns, "ABC 12x4 000000kg", SCALE_UNREADABLE, 0},
                {&columns, "ABC", SCALE_UNREADABLE, 0},
                {&behind, "  1.234kg GR S", SCALE_RESTING, 1234000},
                {&behind, "  1.234kg GR  ", SCALE_MOVING, 0},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct scale_reading reading;

                scale_read(cases[i].format, cases[i].frame, strlen(cases[i].frame), &reading);
                if (reading.what != cases[i].what || reading.mg != cases[i].mg)
                        fail_msg("%s: read as %d, %lld mg", cases[i].frame, (int) reading.what,
                                (long long) reading.mg);
        }
}

/* What a stream of bytes is cut into: frames with | between, ! a spoilt one. */
static void cut(const struct scale_format *f, const char *bytes, size_t n, char out[512]) {
        struct scale_framer r = {0};

        out[0] = '\0';
        for (size_t i = 0; i < n; i++)
                if (scale_framer_feed(&r, f, (uint8_t) bytes[i])) {
                        (void) strcat(out, r.spoilt ? "!" : r.bytes);
                        (void) strcat(out, "|");
                }
        (void) strcat(out, scale_framer_is_pending(&r) ? "..." : "");
}

static void bytes_are_cut_into_frames(void **state) {
        static const struct scale_format cr = {.end = SCALE_END_CR}, lf = {.end = SCALE_END_LF},
                                         etx = {.end = SCALE_END_ETX, .stx = true};
        static const struct {
                const struct scale_format *format;
                const char *bytes, *frames;
        } cases[] = {
                {&plain, "a\r\nb\r\n", "a|b|"},
                {&plain, "a\nb", "a|..."},
                {&plain, "\r\n\r\na\r\n", "a|"},
                {&plain, "a\rb\r\n", "a\rb|"},
                {&cr, "a\rb\r", "a|b|"},
                {&cr, "a\r\nb\r\n", "a|b|"},
                {&lf, "a\r\nb\n", "a|b|"},
                {&etx, "tail\x03\x02one\x03\r\n\x02two\x03", "one|two|"},
                {&etx, "\x02one\x02two\x03", "two|"},
                {&etx, "\x02one", "..."},
        };
        char out[512];
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                cut(cases[i].format, cases[i].bytes, strlen(cases[i].bytes), out);
                assert_string_equal(out, cases[i].frames);
        }
}

static void a_frame_without_an_end_is_nothing_up_to_the_next_end(void **state) {
        char bytes[200], out[512];
        (void) state;

        memset(bytes, '7', sizeof(bytes));
        memcpy(bytes + 150, "\r\n12 g\r\n", 8);
        cut(&plain, bytes, 158, out);
        assert_string_equal(out, "!|12 g|");
}

static void what_is_spoilt_stays_so_up_to_its_end_or_the_next_stx(void **state) {
        static const struct scale_format stx = {.end = SCALE_END_CR, .stx = true};
        struct scale_framer r = {0};
        (void) state;

        scale_framer_spoil(&r);
        assert_true(scale_framer_is_pending(&r));
        assert_false(scale_framer_feed(&r, &plain, '1'));
        assert_true(scale_framer_feed(&r, &plain, '\n') && r.spoilt);
        assert_false(scale_framer_feed(&r, &plain, '2'));
        assert_true(scale_framer_feed(&r, &plain, '\n') && !r.spoilt);
        assert_string_equal(r.bytes, "2");
        scale_framer_spoil(&r);
        assert_false(scale_framer_feed(&r, &stx, 2));
        assert_false(scale_framer_feed(&r, &stx, '3'));
        assert_true(scale_framer_feed(&r, &stx, '\r') && !r.spoilt);
        assert_string_equal(r.bytes, "3");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(frames_are_read_by_their_description),
                cmocka_unit_test(bytes_are_cut_into_frames),
                cmocka_unit_test(a_frame_without_an_end_is_nothing_up_to_the_next_end),
                cmocka_unit_test(what_is_spoilt_stays_so_up_to_its_end_or_the_next_stx),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
