/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/fake/fake.h"
#include "tests/unit/drivers/recorder.h"

static void a_fake_scanner_says_only_what_a_real_one_may(void **state) {
        struct recorder r = {0};
        struct fake_scanner f = {recorder_get_sink(&r)};
        char code[258];
        (void) state;

        memset(code, 'x', sizeof(code));
        code[257] = '\0';
        assert_int_equal(fake_scanner_scan(&f, "4901234567894", 17), 0);
        assert_int_equal(r.last_usec, 17);
        assert_int_equal(fake_scanner_scan(&f, "", 18), -EINVAL);
        assert_int_equal(fake_scanner_scan(&f, "49\n", 18), -EINVAL);
        assert_int_equal(fake_scanner_scan(&f, code, 18), -EINVAL);
        assert_int_equal(fake_scanner_scan(&f, code + 1, 18), 0);
        fake_scanner_refuse(&f, SCAN_REFUSED_DROPPED);
        fake_scanner_state(&f, DEVICE_DOWN, -EIO);
        assert_string_equal(recorder_line(&r, 0), "scan 4901234567894");
        assert_string_equal(recorder_line(&r, 2), "refused dropped");
        assert_string_equal(recorder_line(&r, 3), "down EIO");
        recorder_deinit(&r);
}

static void a_fake_light_keeps_the_last_signals_and_answers_as_told(void **state) {
        struct fake_signal *f = calloc(1, sizeof(*f));
        struct signal s = {.light = SIGNAL_LIGHT_RED};
        (void) state;

        assert_non_null(f);
        struct signal_port port = fake_signal_get_port(f);
        assert_null(fake_signal_get(f, 0));
        for (unsigned int i = 1; i <= 70; i++) {
                s.number = i;
                assert_int_equal(signal_show(&port, &s), 0);
        }
        assert_int_equal(f->n, 70);
        assert_int_equal(fake_signal_get(f, 0)->number, 70);
        assert_int_equal(fake_signal_get(f, 63)->number, 7);
        assert_null(fake_signal_get(f, 64));
        f->answer = SIGNAL_E_DROPPED;
        assert_int_equal(signal_show(&port, &s), SIGNAL_E_DROPPED);
        assert_int_equal(f->n, 71);
        free(f);
}

static void a_fake_printer_without_paper_keeps_nothing(void **state) {
        struct fake_label *f = calloc(1, sizeof(*f));
        struct label_job job = {.bench = "bench-1", .parcel = "p", .piece = 2, .pieces = 3, .number = "123"};
        (void) state;

        assert_non_null(f);
        struct label_port port = fake_label_get_port(f);
        f->answer = LABEL_E_NOT_READY;
        assert_int_equal(label_print(&port, &job), LABEL_E_NOT_READY);
        assert_null(fake_label_get(f, 0));
        f->answer = 0;
        assert_int_equal(label_print(&port, &job), 0);
        assert_string_equal(fake_label_get(f, 0)->number, "123");
        assert_string_equal(fake_label_get(f, 0)->carrier, "");
        assert_int_equal(fake_label_get(f, 0)->piece, 2);
        free(f);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_fake_scanner_says_only_what_a_real_one_may),
                cmocka_unit_test(a_fake_light_keeps_the_last_signals_and_answers_as_told),
                cmocka_unit_test(a_fake_printer_without_paper_keeps_nothing),
        };
        return cmocka_run_group_tests_name("drivers-fake", tests, NULL, NULL);
}
