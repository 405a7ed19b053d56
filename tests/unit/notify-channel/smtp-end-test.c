/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "services/notify/channel/smtp-end.h"

#include <string.h>

#include "firmware/base/cleanup.h"

static void each_end_has_its_meaning(void **state) {
        static const struct {
                const char *name;
                enum smtp_place place;
                enum smtp_fault fault;
                int code;
                enum courier_result result;
                const char *reason;
        } table[] = {
                {"taken", SMTP_TEXT_ENDED, SMTP_FINE, 250, COURIER_ACCEPTED, ""},
                {"no such host", SMTP_CONNECTING, SMTP_NO_HOST, 0, COURIER_ROUTE_DOWN, "no-host"},
                {"nobody listens", SMTP_CONNECTING, SMTP_REFUSED, 0, COURIER_ROUTE_DOWN, "no-server"},
                {"greeting 554", SMTP_CONNECTING, SMTP_OTHER, 554, COURIER_ROUTE_DOWN, "line"},
                {"no STARTTLS", SMTP_LOGIN, SMTP_TLS, 250, COURIER_ROUTE_DOWN, "tls"},
                {"wrong password", SMTP_LOGIN, SMTP_DENIED, 535, COURIER_ROUTE_DOWN, "login"},
                {"stopped in time", SMTP_RCPT, SMTP_STOPPED, 250, COURIER_ROUTE_DOWN, "stopped"},
                {"sender refused", SMTP_MAIL, SMTP_OTHER, 550, COURIER_TEMPORARY, "sender-refused"},
                {"sender refused for now", SMTP_MAIL, SMTP_OTHER, 451, COURIER_TEMPORARY, "sender-refused"},
                {"going down at MAIL", SMTP_MAIL, SMTP_OTHER, 421, COURIER_ROUTE_DOWN, "line"},
                {"died at MAIL", SMTP_MAIL, SMTP_OTHER, 250, COURIER_ROUTE_DOWN, "line"},
                {"recipient unknown", SMTP_RCPT, SMTP_OTHER, 550, COURIER_PERMANENT, "recipient-refused"},
                {"greylisted", SMTP_RCPT, SMTP_OTHER, 451, COURIER_TEMPORARY, "recipient-refused"},
                {"going down at RCPT", SMTP_RCPT, SMTP_OTHER, 421, COURIER_ROUTE_DOWN, "line"},
                {"died at RCPT", SMTP_RCPT, SMTP_OTHER, 250, COURIER_ROUTE_DOWN, "line"},
                {"DATA refused", SMTP_DATA, SMTP_OTHER, 554, COURIER_PERMANENT, "message-refused"},
                {"DATA refused for now", SMTP_DATA, SMTP_OTHER, 452, COURIER_TEMPORARY, "message-refused"},
                {"died at DATA", SMTP_DATA, SMTP_OTHER, 250, COURIER_ROUTE_DOWN, "line"},
                {"died within the text", SMTP_TEXT, SMTP_OTHER, 354, COURIER_TEMPORARY, "line"},
                {"text refused", SMTP_TEXT_ENDED, SMTP_OTHER, 554, COURIER_PERMANENT, "message-refused"},
                {"text refused for now", SMTP_TEXT_ENDED, SMTP_OTHER, 451, COURIER_TEMPORARY,
                        "message-refused"},
                {"no answer to the last dot", SMTP_TEXT_ENDED, SMTP_OTHER, 354, COURIER_UNKNOWN, "no-answer"},
                {"an answer that is none", SMTP_TEXT_ENDED, SMTP_OTHER, 0, COURIER_UNKNOWN, "no-answer"},
                {"an odd good answer", SMTP_TEXT_ENDED, SMTP_OTHER, 251, COURIER_UNKNOWN, "no-answer"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                const struct smtp_end end = {table[i].place, table[i].fault, table[i].code};
                struct courier_answer a = smtp_end_answer(&end);

                if (a.result != table[i].result || strcmp(a.reason, table[i].reason) != 0 ||
                        a.code != end.code)
                        fail_msg("%s: %s, %s", table[i].name, courier_result_to_str(a.result), a.reason);
        }
}

static void the_place_follows_the_commands(void **state) {
        static const struct {
                const char *command;
                enum smtp_place now, expect;
        } table[] = {
                {"EHLO example.jp\r\n", SMTP_CONNECTING, SMTP_LOGIN},
                {"STARTTLS\r\n", SMTP_LOGIN, SMTP_LOGIN}, {"AUTH PLAIN\r\n", SMTP_LOGIN, SMTP_LOGIN},
                {"MAIL FROM:<a@example.jp> SIZE=9\r\n", SMTP_LOGIN, SMTP_MAIL},
                {"MAIL FROM:<a@example.jp>\r\n", SMTP_CONNECTING, SMTP_MAIL}, /* a connection used again */
                {"RCPT TO:<b@example.jp>\r\n", SMTP_MAIL, SMTP_RCPT}, {"DATA\r\n", SMTP_RCPT, SMTP_DATA},
                {"QUIT\r\n", SMTP_RCPT, SMTP_RCPT}, {"", SMTP_MAIL, SMTP_MAIL},
                {"MAI", SMTP_LOGIN, SMTP_LOGIN},
                {"DATA\r\n", SMTP_LOGIN, SMTP_LOGIN}, /* somebody's password in base64 */
                {"RCPT TO:", SMTP_LOGIN, SMTP_LOGIN}, /* no dialogue leads there */
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (smtp_place_after(table[i].now, table[i].command, strlen(table[i].command)) !=
                        table[i].expect)
                        fail_msg("%s", table[i].command);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_end_has_its_meaning),
                cmocka_unit_test(the_place_follows_the_commands),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
