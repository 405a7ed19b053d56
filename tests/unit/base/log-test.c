/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static char heard[16384];

/* What a call of log_line() at @level wrote to stderr; short enough for the pipe to hold. */
static const char *hear(enum log_level level, const char *text) {
        _autoclose_ int saved = dup(STDERR_FILENO);
        int ends[2];
        ssize_t n;

        assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
        assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
        log_line(level, "%s", text);
        assert_true(dup2(saved, STDERR_FILENO) >= 0);
        n = read(ends[0], heard, sizeof(heard) - 1);
        heard[n > 0 ? n : 0] = '\0';
        (void) close(ends[0]);
        (void) close(ends[1]);
        return heard;
}

static void a_line_carries_its_priority(void **state) {
        (void) state;
        assert_string_equal(hear(LOG_LEVEL_ERROR, "ledger: disk full"), "<3>ledger: disk full\n");
        assert_string_equal(hear(LOG_LEVEL_INFO, "x"), "<6>x\n");
}

static void lines_below_the_level_are_not_written(void **state) {
        (void) state;
        assert_string_equal(hear(LOG_LEVEL_DEBUG, "x"), "");
        log_set_level(LOG_LEVEL_DEBUG);
        assert_string_equal(hear(LOG_LEVEL_DEBUG, "x"), "<7>x\n");
        log_set_level(LOG_LEVEL_ERROR);
        assert_string_equal(hear(LOG_LEVEL_WARNING, "x"), "");
        log_set_level(LOG_LEVEL_INFO);
}

static void control_bytes_are_written_as_hex(void **state) {
        static const struct {
                const char *text, *expect;
        } cases[] = {
                {"a\nb", "<6>a\\x0ab\n"},
                {"\x1b[2J", "<6>\\x1b[2J\n"},
                {"\x7F", "<6>\\x7f\n"},
                {"\xC2\x9Bz", "<6>\\xc2\\x9bz\n"},
                {"\xFFz", "<6>\\xffz\n"},
                {"\xE9\x80z", "<6>\\xe9\\x80z\n"},
                {"\xE9\x80\x81", "<6>\xE9\x80\x81\n"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(hear(LOG_LEVEL_INFO, cases[i].text), cases[i].expect);
}

static void a_long_message_is_cut_visibly(void **state) {
        char text[5000];

        (void) state;
        memset(text, '\x01', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        assert_non_null(strstr(hear(LOG_LEVEL_INFO, text), "\\x01...\n"));
        assert_int_equal(strlen(heard), 3 + 1020 * 4 + 4);
}

static void errno_survives_a_line(void **state) {
        (void) state;
        errno = ENOSPC;
        log_debug("x");
        assert_int_equal(errno, ENOSPC);
}

static void level_words_are_the_five(void **state) {
        enum log_level level;

        (void) state;
        assert_int_equal(log_level_from_str("error", &level), 0);
        assert_int_equal(level, LOG_LEVEL_ERROR);
        assert_int_equal(log_level_from_str("debug", &level), 0);
        assert_int_equal(level, LOG_LEVEL_DEBUG);
        assert_int_equal(log_level_from_str("Debug", &level), -EINVAL);
        assert_int_equal(log_level_from_str("", &level), -EINVAL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_carries_its_priority),
                cmocka_unit_test(lines_below_the_level_are_not_written),
                cmocka_unit_test(control_bytes_are_written_as_hex),
                cmocka_unit_test(a_long_message_is_cut_visibly),
                cmocka_unit_test(errno_survives_a_line),
                cmocka_unit_test(level_words_are_the_five),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
