/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/serial/scanner.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "tests/unit/drivers/recorder.h"

/* One scanner at a link that is pointed at one pseudo-terminal after the other, as udev does with by-id
 * links. */
struct rig {
        sd_event *event;
        struct recorder recorder;
        struct serial_scanner *scanner;
        char folder[32], link[64];
        int master;
};

static void plug(struct rig *g) {
        char name[64], temporary[80];
        int slave;

        assert_int_equal(openpty(&g->master, &slave, name, NULL, NULL), 0);
        (void) snprintf(temporary, sizeof(temporary), "%s.new", g->link);
        assert_int_equal(symlink(name, temporary), 0);
        assert_int_equal(rename(temporary, g->link), 0);
        assert_int_equal(close(slave), 0);
}

static void unplug(struct rig *g) {
        assert_int_equal(close(g->master), 0);
        g->master = -1;
        assert_int_equal(unlink(g->link), 0);
}

static void type(struct rig *g, const char *text) {
        assert_int_equal(write(g->master, text, strlen(text)), strlen(text));
}

static void start(struct rig *g) {
        struct serial_config config = {.path = g->link, .retry_usec = 2000};

        assert_int_equal(
                serial_scanner_new(&g->scanner, g->event, &config, recorder_get_sink(&g->recorder)), 0);
}

static void expect(struct rig *g, size_t i, const char *line) {
        recorder_wait(&g->recorder, g->event, i + 1);
        assert_string_equal(recorder_line(&g->recorder, i), line);
}

static int set_up(void **state) {
        struct rig *g = calloc(1, sizeof(*g));

        assert_non_null(g);
        g->master = -1;
        assert_true(sd_event_new(&g->event) >= 0);
        strcpy(g->folder, "/tmp/okuru-serial-XXXXXX");
        assert_non_null(mkdtemp(g->folder));
        (void) snprintf(g->link, sizeof(g->link), "%s/scanner", g->folder);
        *state = g;
        return 0;
}

static int tear_down(void **state) {
        struct rig *g = *state;

        g->scanner = serial_scanner_free(g->scanner);
        recorder_deinit(&g->recorder);
        (void) sd_event_unref(g->event);
        closep(&g->master);
        (void) unlink(g->link); /* may be gone already */
        (void) rmdir(g->folder);
        free(g);
        return 0;
}

static void a_scan_on_a_pty_is_delivered_with_its_time(void **state) {
        struct rig *g = *state;

        plug(g);
        start(g);
        assert_int_equal(g->recorder.n, 0); /* nothing is told from within the constructor */
        expect(g, 0, "up");
        type(g, "4901234567894\r]C1010491\x1d"
                "17\r");
        expect(g, 1, "scan 4901234567894");
        expect(g, 2,
                "scan ]C1010491\x1d"
                "17");
        assert_in_range(monotonic_usec() - g->recorder.last_usec, 0, 2000000);
}

static void what_was_typed_before_the_start_is_not_delivered(void **state) {
        struct rig *g = *state;

        plug(g);
        type(g, "4567894\r");
        start(g);
        expect(g, 0, "up");
        type(g, "A\r");
        expect(g, 1, "scan A");
}

static void a_tail_right_after_opening_is_refused_where_the_line_must_settle(void **state) {
        struct rig *g = *state;
        struct serial_config config = {.path = g->link, .settle_usec = 60000000};

        plug(g);
        assert_int_equal(
                serial_scanner_new(&g->scanner, g->event, &config, recorder_get_sink(&g->recorder)), 0);
        expect(g, 0, "up");
        type(g, "4567894\r");
        expect(g, 1, "refused unfinished");
        g->scanner = serial_scanner_free(g->scanner);

        config.settle_usec = 1;
        assert_int_equal(
                serial_scanner_new(&g->scanner, g->event, &config, recorder_get_sink(&g->recorder)), 0);
        expect(g, 2, "up");
        type(g, "4901234567894\r");
        expect(g, 3, "scan 4901234567894");
}

/* Two stations by one board, or an old one at a pty whose number was given anew: each would take half of the codes. */
static void a_line_that_another_reads_is_left_alone_until_it_is_free(void **state) {
        struct rig *g = *state;
        struct serial_config config = {.path = g->link, .retry_usec = 2000};
        struct serial_scanner *other = NULL;
        struct recorder theirs = {0};

        plug(g);
        assert_int_equal(serial_scanner_new(&other, g->event, &config, recorder_get_sink(&theirs)), 0);
        recorder_wait(&theirs, g->event, 1);
        assert_string_equal(recorder_line(&theirs, 0), "up");
        type(g, "AB\r"); /* not read yet, and opening throws away what is queued */
        start(g);
        expect(g, 0, "down EBUSY");
        recorder_wait(&theirs, g->event, 2);
        assert_string_equal(recorder_line(&theirs, 1), "scan AB");
        assert_null(serial_scanner_free(other));
        expect(g, 1, "up");
        type(g, "C\r");
        expect(g, 2, "scan C");
        assert_int_equal(theirs.n, 2);
        recorder_deinit(&theirs);
}

static void the_line_neither_echoes_nor_cooks(void **state) {
        struct rig *g = *state;
        char c;

        plug(g);
        assert_int_equal(fcntl(g->master, F_SETFL, O_NONBLOCK), 0);
        start(g);
        expect(g, 0, "up");
        type(g, "A\x03\x04\x11\x13\rB\r"); /* would be interrupt, end of file, flow control */
        expect(g, 1, "refused control");
        expect(g, 2, "scan B");
        assert_int_equal(read(g->master, &c, 1), -1);
        assert_int_equal(errno, EAGAIN);
}

static void a_path_that_comes_later_is_opened_then(void **state) {
        struct rig *g = *state;

        start(g);
        expect(g, 0, "down ENOENT");
        plug(g);
        expect(g, 1, "up"); /* and no second "down" between */
        type(g, "A\r");
        expect(g, 2, "scan A");
}

static void a_path_that_is_no_terminal_is_down_with_the_reason(void **state) {
        struct rig *g = *state;

        assert_int_equal(symlink("/dev/null", g->link), 0);
        start(g);
        expect(g, 0, "down ENOTTY");
}

static void silence_ends_an_unfinished_scan_after_100_ms(void **state) {
        struct rig *g = *state;
        uint64_t begin_usec;

        plug(g);
        start(g);
        expect(g, 0, "up");
        begin_usec = monotonic_usec();
        type(g, "49012");
        expect(g, 1, "refused unfinished");
        assert_in_range(monotonic_usec() - begin_usec, 99 * USEC_PER_MSEC, 2 * USEC_PER_SEC);
        type(g, "A\r");
        expect(g, 2, "scan A");
}

static void a_late_loop_joins_what_waited_in_the_kernel(void **state) {
        struct rig *g = *state;

        plug(g);
        start(g);
        expect(g, 0, "up");
        type(g, "49012");
        assert_true(sd_event_run(g->event, 1000000) >= 0); /* the first half is read, the timer runs */
        type(g, "34567894\r");
        (void) usleep(150000); /* the loop is busy elsewhere: this wait is the case itself */
        expect(g, 1, "scan 4901234567894");
}

static void unplugged_mid_code_200_times_no_ghost_and_no_fd_is_left(void **state) {
        struct rig *g = *state;
        size_t line = 0, fds = 0;

        start(g);
        expect(g, line++, "down ENOENT");
        for (unsigned int i = 0; i < 200; i++) {
                char code[32], want[40];

                plug(g);
                expect(g, line++, "up");
                (void) snprintf(code, sizeof(code), "%013u\r", i);
                (void) snprintf(want, sizeof(want), "scan %013u", i);
                type(g, code);
                expect(g, line++, want);
                type(g, "49012"); /* the half that must never be seen again */
                assert_true(sd_event_run(g->event, 1000000) > 0);
                unplug(g);
                expect(g, line++, "refused unplugged");
                recorder_wait(&g->recorder, g->event, line + 1);
                assert_memory_equal(recorder_line(&g->recorder, line++), "down ", 5);
                while (strcmp(recorder_line(&g->recorder, line - 1), "down ENOENT") != 0)
                        recorder_wait(&g->recorder, g->event, ++line);
                if (i == 0)
                        fds = count_fds("");
                assert_int_equal(count_fds(""), fds);
                assert_int_equal(g->recorder.n, line);
                recorder_deinit(&g->recorder);
                line = 0;
        }
}

static void a_thousand_scans_in_a_flood_all_arrive_in_order(void **state) {
        struct rig *g = *state;
        static char codes[1000 * 14 + 1];
        size_t written = 0;

        for (unsigned int i = 0; i < 1000; i++)
                (void) snprintf(codes + i * 14, 15, "%013u\r", i);
        plug(g);
        assert_int_equal(fcntl(g->master, F_SETFL, O_NONBLOCK), 0);
        start(g);
        expect(g, 0, "up");
        while (g->recorder.n < 1001) {
                ssize_t n = write(g->master, codes + written, sizeof(codes) - 1 - written);

                if (n > 0)
                        written += (size_t) n;
                recorder_wait(&g->recorder, g->event, g->recorder.n + 1);
        }
        for (unsigned int i = 0; i < 1000; i++) {
                char want[40];

                (void) snprintf(want, sizeof(want), "scan %013u", i);
                assert_string_equal(recorder_line(&g->recorder, i + 1), want);
        }
}

static void freed_with_a_device_open_and_half_a_code_nothing_is_told(void **state) {
        struct rig *g = *state;

        plug(g);
        start(g);
        expect(g, 0, "up");
        type(g, "49012");
        assert_true(sd_event_run(g->event, 1000000) >= 0);
        g->scanner = serial_scanner_free(g->scanner);
        assert_int_equal(g->recorder.n, 1);
        assert_null(serial_scanner_free(NULL));
}

static void a_baud_rate_that_there_is_not_is_refused(void **state) {
        struct rig *g = *state;
        struct serial_config config = {.path = "/dev/null", .baud = 12345};

        assert_int_equal(
                serial_scanner_new(&g->scanner, g->event, &config, recorder_get_sink(&g->recorder)), -EINVAL);
        assert_null(g->scanner);
}

#define RIG(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                RIG(a_scan_on_a_pty_is_delivered_with_its_time),
                RIG(what_was_typed_before_the_start_is_not_delivered),
                RIG(a_tail_right_after_opening_is_refused_where_the_line_must_settle),
                RIG(a_line_that_another_reads_is_left_alone_until_it_is_free),
                RIG(the_line_neither_echoes_nor_cooks),
                RIG(a_path_that_comes_later_is_opened_then),
                RIG(a_path_that_is_no_terminal_is_down_with_the_reason),
                RIG(silence_ends_an_unfinished_scan_after_100_ms),
                RIG(a_late_loop_joins_what_waited_in_the_kernel),
                RIG(unplugged_mid_code_200_times_no_ghost_and_no_fd_is_left),
                RIG(a_thousand_scans_in_a_flood_all_arrive_in_order),
                RIG(freed_with_a_device_open_and_half_a_code_nothing_is_told),
                RIG(a_baud_rate_that_there_is_not_is_refused),
        };
        return cmocka_run_group_tests_name("drivers-serial-scanner", tests, NULL, NULL);
}
