/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/wire.h"

#include <errno.h>
#include <string.h>

#define _cleanup_wire_ _cleanup_(wire_reader_deinit)

static void assert_line(struct wire_reader *r, const char *expect) {
        const char *line = NULL;
        size_t n = 0;

        assert_int_equal(wire_reader_next(r, &line, &n), 0);
        assert_string_equal(line, expect);
        assert_int_equal(n, strlen(expect));
}

static void assert_no_line(struct wire_reader *r) {
        const char *line;
        size_t n;

        assert_int_equal(wire_reader_next(r, &line, &n), WIRE_E_MORE);
}

static void lines_come_out_however_the_bytes_come_in(void **state) {
        const char *text = "{\"a\":1}\n\n{}\r\n\rx\ny";
        size_t n = strlen(text);

        (void) state;
        for (size_t piece = 1; piece <= n; piece++) {
                _cleanup_wire_ struct wire_reader r = {0};

                assert_no_line(&r);
                for (size_t i = 0; i < n; i += piece)
                        assert_int_equal(wire_reader_feed(&r, text + i, n - i < piece ? n - i : piece), 0);
                assert_line(&r, "{\"a\":1}");
                assert_line(&r, "");
                assert_line(&r, "{}");
                assert_line(&r, "\rx");
                assert_no_line(&r);
                assert_int_equal(wire_reader_feed(&r, "z\n", 2), 0);
                assert_line(&r, "yz");
                assert_no_line(&r);
        }
}

static void a_line_of_the_greatest_length_passes_and_one_more_byte_does_not(void **state) {
        _cleanup_wire_ struct wire_reader r = {0};
        static char text[WIRE_LINE_MAX + 1];
        const char *line;
        size_t n;

        (void) state;
        memset(text, 'x', sizeof(text));
        assert_int_equal(wire_reader_feed(&r, text, WIRE_LINE_MAX), 0);
        assert_no_line(&r);
        assert_int_equal(wire_reader_feed(&r, "\n", 1), 0);
        assert_int_equal(wire_reader_feed(&r, "ab\nc", 4), 0);
        assert_int_equal(wire_reader_next(&r, &line, &n), 0);
        assert_int_equal(n, WIRE_LINE_MAX);
        assert_line(&r, "ab");

        assert_int_equal(wire_reader_feed(&r, text, WIRE_LINE_MAX - 1), 0);
        assert_int_equal(wire_reader_feed(&r, "x", 1), -EMSGSIZE);
        wire_reader_deinit(&r);
        wire_reader_deinit(&r);
        assert_int_equal(wire_reader_feed(&r, text, sizeof(text)), -EMSGSIZE);
        assert_int_equal(wire_reader_feed(&r, "\n", 1), 0);
        assert_int_equal(wire_reader_feed(&r, text, sizeof(text)), -EMSGSIZE);
}

static void nothing_fed_is_nothing_read(void **state) {
        _cleanup_wire_ struct wire_reader r = {0};

        (void) state;
        assert_int_equal(wire_reader_feed(&r, NULL, 0), 0);
        assert_no_line(&r);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_come_out_however_the_bytes_come_in),
                cmocka_unit_test(a_line_of_the_greatest_length_passes_and_one_more_byte_does_not),
                cmocka_unit_test(nothing_fed_is_nothing_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
