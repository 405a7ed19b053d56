/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/http.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "services/notify/channel/curl-library.h"

static void without_a_status_the_place_decides(void **state) {
        static const struct {
                const char *name;
                struct http_end end;
                enum courier_result result;
                const char *reason;
        } table[] = {
                {"no such name", {.fault = HTTP_NO_HOST}, COURIER_ROUTE_DOWN, "no-host"},
                {"nobody there", {.fault = HTTP_REFUSED}, COURIER_ROUTE_DOWN, "no-server"},
                {"somebody else there", {.fault = HTTP_TLS}, COURIER_ROUTE_DOWN, "tls"},
                {"the device is gone", {.fault = HTTP_DEVICE}, COURIER_ROUTE_DOWN, "no-device"},
                {"stopped before it went", {.fault = HTTP_STOPPED}, COURIER_ROUTE_DOWN, "stopped"},
                {"died before all of it went", {.fault = HTTP_LINE}, COURIER_ROUTE_DOWN, "line"},
                {"died after", {.fault = HTTP_LINE, .handed_over = true}, COURIER_UNKNOWN, "no-answer"},
                {"stopped after", {.fault = HTTP_STOPPED, .handed_over = true}, COURIER_UNKNOWN, "no-answer"},
                {"answered with nothing", {.fault = HTTP_FINE, .handed_over = true}, COURIER_UNKNOWN,
                        "no-answer"},
                {"cannot be asked", {.fault = HTTP_REQUEST}, COURIER_PERMANENT, "bad-request"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct courier_answer a;

                assert_true(http_end_answer(&table[i].end, &a));
                if (a.result != table[i].result || strcmp(a.reason, table[i].reason) != 0)
                        fail_msg("%s: %s, %s", table[i].name, courier_result_to_str(a.result), a.reason);
        }
}

static void with_a_status_the_channel_decides(void **state) {
        const struct http_end end = {.status = 503, .handed_over = true, .retry_after_sec = 7};
        struct courier_answer a;

        (void) state;
        assert_false(http_end_answer(&end, &a));
        a = http_status_answer(&end);
        assert_int_equal(a.result, COURIER_TEMPORARY);
        assert_int_equal(a.code, 503);
        assert_int_equal(a.retry_after_sec, 7);
}

static void what_was_never_answered_is_repeated_as_the_channel_declares(void **state) {
        (void) state;
        assert_true(courier_may_repeat(COURIER_REPEAT_SAFE, 1000));
        assert_true(courier_may_repeat(COURIER_REPEAT_SAME_ID, 1));
        assert_false(courier_may_repeat(COURIER_REPEAT_SAME_ID, 2));
        assert_false(courier_may_repeat(COURIER_REPEAT_UNSAFE, 1));
}

static void retry_after_is_seconds_or_a_date(void **state) {
        (void) state;
        assert_int_equal(http_read_retry_after("120", 0), 120);
        assert_int_equal(http_read_retry_after("120 \r\n", 0), 120);
        assert_int_equal(http_read_retry_after("Thu, 01 Jan 1970 00:10:00 GMT", 60), 540);
        assert_int_equal(http_read_retry_after("Thu, 01 Jan 1970 00:10:00 GMT", 6000), 0);
        assert_int_equal(http_read_retry_after("12x", 0), 0);
        assert_int_equal(http_read_retry_after("", 0), 0);
        assert_int_equal(http_read_retry_after("999999999999999999999999", 0), COURIER_RETRY_MAX);
}

static void headers_and_devices_cannot_be_more_than_one(void **state) {
        (void) state;
        assert_true(http_header_is_valid("X-Y: z"));
        assert_false(http_header_is_valid("X-Y: z\r\nA: b"));
        assert_false(http_header_is_valid("X Y: z"));
        assert_false(http_header_is_valid("X-Y:"));
        assert_false(http_header_is_valid(": z"));
        assert_true(curl_device_is_valid(""));
        assert_true(curl_device_is_valid("wwan0"));
        assert_false(curl_device_is_valid("if!wwan0"));
        assert_false(curl_device_is_valid("sixteen-bytes-00"));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_a_status_the_place_decides),
                cmocka_unit_test(with_a_status_the_channel_decides),
                cmocka_unit_test(what_was_never_answered_is_repeated_as_the_channel_declares),
                cmocka_unit_test(retry_after_is_seconds_or_a_date),
                cmocka_unit_test(headers_and_devices_cannot_be_more_than_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
