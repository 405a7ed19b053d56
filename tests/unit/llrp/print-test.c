/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/llrp/print.h"
#include "firmware/base/cleanup.h"
#include "tests/unit/llrp/vectors.h"

static void expect_print(const char *hex, const char *expect) {
        struct vector v = vector_of(hex);
        struct llrp_message m = message_of(v.bytes, v.n);
        _cleanup_str_ struct str out = STR_INIT;

        llrp_print(&m, &out);
        assert_int_equal(out.error, 0);
        assert_string_equal(out.data, expect);
}

static void a_message_is_shown_in_the_words_of_the_standard(void **state) {
        (void) state;
        expect_print(VECTOR_SET_READER_CONFIG, "SET_READER_CONFIG id 2 version 1\n"
                                               "  ResetToFactoryDefault: false\n"
                                               "  ReaderEventNotificationSpec\n"
                                               "    EventNotificationState\n"
                                               "      EventType: GPI_Event\n"
                                               "      NotificationState: true\n"
                                               "    EventNotificationState\n"
                                               "      EventType: Antenna_Event\n"
                                               "      NotificationState: true\n"
                                               "    EventNotificationState\n"
                                               "      EventType: Reader_Exception_Event\n"
                                               "      NotificationState: true\n"
                                               "  KeepaliveSpec\n"
                                               "    KeepaliveTriggerType: Periodic\n"
                                               "    PeriodicTriggerValue: 5000\n"
                                               "  EventsAndReports\n"
                                               "    HoldEventsAndReportsUponReconnect: true\n");
        expect_print(VECTOR_CONNECTED, "READER_EVENT_NOTIFICATION id 0 version 1\n"
                                       "  ReaderEventNotificationData\n"
                                       "    UTCTimestamp\n"
                                       "      Microseconds: 1173286878714842\n"
                                       "    ConnectionAttemptEvent\n"
                                       "      Status: Success\n");
}

static void strangers_and_bad_texts_are_shown_without_harm(void **state) {
        (void) state;
        expect_print("07d50000000c00000001beef", "unknown message 981 id 1 version 1: beef\n");
        expect_print("043d0000001400000001"
                     "02bc0006beef"
                     "e3010203",
                "RO_ACCESS_REPORT id 1 version 1\n"
                "  unknown parameter 700: beef\n"
                "  unknown parameter 99 and all behind it: 010203\n");
        expect_print("0464000000160000000101"
                     "1f000c"
                     "0191"
                     "0004"
                     "411b5b5c",
                "ERROR_MESSAGE id 1 version 1\n"
                "  LLRPStatus\n"
                "    StatusCode: R_DeviceError\n"
                "    ErrorDescription: A\\x1b[\\x5c\n");
}

static void fields_of_1_1_are_reserved_bits_before(void **state) {
        (void) state;
        expect_print("040b000000110000000101470007"
                     "c00001",
                "GET_READER_CAPABILITIES_RESPONSE id 1 version 1\n"
                "  C1G2LLRPCapabilities\n"
                "    CanSupportBlockErase: true\n"
                "    CanSupportBlockWrite: true\n"
                "    MaxNumSelectFiltersPerQuery: 1\n");
        expect_print("080b000000110000000101470007"
                     "040001",
                "GET_READER_CAPABILITIES_RESPONSE id 1 version 2\n"
                "  C1G2LLRPCapabilities\n"
                "    CanSupportBlockErase: false\n"
                "    CanSupportBlockWrite: false\n"
                "    CanSupportBlockPermalock: false\n"
                "    CanSupportTagRecommissioning: false\n"
                "    CanSupportUMIMethod2: false\n"
                "    CanSupportXPC: true\n"
                "    MaxNumSelectFiltersPerQuery: 1\n");
}

static void expect_status(const char *hex, unsigned int request, const char *expect) {
        struct vector v = vector_of(hex);
        struct llrp_message m = message_of(v.bytes, v.n);
        _cleanup_str_ struct str out = STR_INIT;
        struct llrp_element status;

        assert_true(llrp_find(&m.root, LLRP_LLRPStatus, &status));
        llrp_status_print(&status, llrp_message_type(request), &out);
        assert_string_equal(out.data, expect);
}

static void a_status_names_the_field_and_the_parameter(void **state) {
        (void) state;
        /* From the capture of 2007: ENABLE_ROSPEC of a ROSpec that is not there. */
        expect_status("04220000001a00000069"
                      "011f00100065"
                      "0000"
                      "0120000800"
                      "01012c",
                LLRP_ENABLE_ROSPEC, "M_FieldError: field 1 (ROSpecID): A_Invalid");
        expect_status("041e0000002a00000001"
                      "011f0020006400"
                      "08"
                      "746f6f206d756368"
                      "01210010"
                      "00e000c9"
                      "01200008"
                      "0003012d",
                LLRP_ADD_ROSPEC,
                "M_ParameterError: RFTransmitter: P_FieldError: field 3 (TransmitPower): A_OutOfRange (too "
                "much)");
        expect_status("04640000001200000001"
                      "011f0008006e0000",
                0, "M_UnsupportedVersion");
        expect_status("04640000001a00000001"
                      "011f0010006500000120000800090384",
                0, "M_FieldError: field 9: unknown status");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_message_is_shown_in_the_words_of_the_standard),
                cmocka_unit_test(strangers_and_bad_texts_are_shown_without_harm),
                cmocka_unit_test(fields_of_1_1_are_reserved_bits_before),
                cmocka_unit_test(a_status_names_the_field_and_the_parameter),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
