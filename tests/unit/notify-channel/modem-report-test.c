/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/modem-report.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

static void what_a_network_reports_is_one_of_five_words(void **state) {
        static const struct {
                unsigned state;
                enum dsn_says says;
        } rows[] = {
                {0x00, DSN_DELIVERED},
                {0x01, DSN_RELAYED},
                {0x02, DSN_RELAYED},
                {0x1f, DSN_RELAYED},
                {0x20, DSN_DELAYED},
                {0x25, DSN_DELAYED},
                {0x3f, DSN_DELAYED},
                {0x40, DSN_SOFT},
                {0x41, DSN_HARD},
                {0x42, DSN_SOFT},
                {0x43, DSN_HARD},
                {0x44, DSN_SOFT},
                {0x46, DSN_SOFT},
                {0x5f, DSN_SOFT},
                {0x60, DSN_SOFT},
                {0x7f, DSN_SOFT},
                {0x80, DSN_RELAYED},
                {0xff, DSN_RELAYED},
                {0x100, DSN_RELAYED},
                {0x200, DSN_RELAYED},
                {UINT32_MAX, DSN_RELAYED},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (modem_report_says(rows[i].state) != rows[i].says)
                        fail_msg("%#x: %s", rows[i].state, dsn_says_to_str(modem_report_says(rows[i].state)));
}

static void a_report_comes_out_of_the_mailbox_as_it_went_in(void **state) {
        const struct modem_report in = {.reference = 255, .state = 0x100, .number = "+81 90-1234-5678"};
        _cleanup_str_ struct str line = STR_INIT;
        struct modem_report out;

        (void) state;
        modem_report_write(&in, &line);
        assert_int_equal(modem_report_read(line.data, &out), 0);
        assert_int_equal(out.reference, 255);
        assert_int_equal(out.state, 0x100);
        assert_string_equal(out.number, in.number);
}

static void what_is_no_report_is_refused(void **state) {
        static const char *const rows[] = {"", " ", "1", "1 2", "1 2 ", "x 2 +81", "1 x +81", "256 0 +81",
                "-1 0 +81", "1,0,+81", "1 99999999999999999999 +81",
                "1 0 0123456789012345678901234567890123456789"};
        struct modem_report out;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (modem_report_read(rows[i], &out) != -EBADMSG)
                        fail_msg("\"%s\"", rows[i]);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_network_reports_is_one_of_five_words),
                cmocka_unit_test(a_report_comes_out_of_the_mailbox_as_it_went_in),
                cmocka_unit_test(what_is_no_report_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
