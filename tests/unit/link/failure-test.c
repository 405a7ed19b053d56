/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/failure.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <mosquitto.h>

static void every_code_of_the_library_has_words(void **state) {
        (void) state;
        for (int code = MOSQ_ERR_NOMEM; code <= MOSQ_ERR_ALREADY_EXISTS + 5; code++) {
                const struct failure_hints hints = {.error = ECONNRESET, .tls = ""};
                struct failure f = {0};

                failure_from_mosquitto(&f, code, &hints);
                assert_true(strlen(f.text) > 10);
                assert_null(strstr(f.text, "Unknown error"));
                assert_non_null(link_reason_to_str(f.reason));
        }
}

static void the_most_telling_words_win(void **state) {
        static const struct {
                int code;
                struct failure_hints hints;
                enum link_reason reason;
                const char *part;
        } cases[] = {
                {MOSQ_ERR_KEEPALIVE, {.tls = ""}, LINK_REASON_SILENT, "keepalive"},
                {MOSQ_ERR_PROTOCOL, {.tls = ""}, LINK_REASON_NOT_MQTT, "not MQTT"},
                {MOSQ_ERR_CONN_LOST, {.tls = ""}, LINK_REASON_LOST, "closed"},
                {MOSQ_ERR_CONN_LOST, {.tls = "certificate required"}, LINK_REASON_TLS,
                        "certificate required"},
                {MOSQ_ERR_CONN_LOST, {.tls = "tlsv1 alert unknown ca"}, LINK_REASON_TLS,
                        "refuses our certificate: tlsv1 alert unknown ca"},
                {MOSQ_ERR_CONN_LOST, {.tls = "tlsv1 alert protocol version"}, LINK_REASON_TLS,
                        "TLS: tlsv1 alert protocol"},
                {MOSQ_ERR_TLS, {.tls = "certificate verify failed"}, LINK_REASON_TLS,
                        "TLS: certificate verify"},
                {MOSQ_ERR_CONN_REFUSED, {.connack = 2, .tls = ""}, LINK_REASON_REFUSED, "client id"},
                {MOSQ_ERR_CONN_REFUSED, {.connack = 5, .tls = ""}, LINK_REASON_REFUSED, "not authorised"},
                {MOSQ_ERR_CONN_REFUSED, {.connack = 77, .tls = ""}, LINK_REASON_REFUSED, "(77)"},
                {MOSQ_ERR_ERRNO, {.error = ENETUNREACH, .tls = ""}, LINK_REASON_UNREACHABLE, "unreachable"},
                {MOSQ_ERR_ERRNO, {.error = ECONNRESET, .was_connected = true, .tls = ""}, LINK_REASON_LOST,
                        "reset"},
                {MOSQ_ERR_ERRNO, {.error = EPROTO, .tls = ""}, LINK_REASON_TLS, "refuses our certificate"},
                {MOSQ_ERR_INVAL, {.tls = ""}, LINK_REASON_LOCAL, "key file"},
                {99, {.tls = ""}, LINK_REASON_LOST, "99"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct failure f = {0};

                failure_from_mosquitto(&f, cases[i].code, &cases[i].hints);
                assert_int_equal(f.reason, cases[i].reason);
                assert_non_null(strstr(f.text, cases[i].part));
        }
}

static void a_long_text_is_cut(void **state) {
        struct failure f = {0};

        (void) state;
        failure_set(&f, LINK_REASON_LOST, "%0500d", 7);
        assert_int_equal(strlen(f.text), LINK_DETAIL_MAX - 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_code_of_the_library_has_words),
                cmocka_unit_test(the_most_telling_words_win),
                cmocka_unit_test(a_long_text_is_cut),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
