/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/modem-end.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

#define MM  "org.freedesktop.ModemManager1.Error."
#define BUS "org.freedesktop.DBus.Error."

static void what_modem_manager_says_means_one_of_five(void **state) {
        static const struct {
                const char *error;
                enum modem_sms_state state;
                bool one_part;
                enum courier_result result;
                const char *reason;
        } table[] = {
                {"", MODEM_SMS_SENT, true, COURIER_ACCEPTED, ""},
                {"", MODEM_SMS_UNREAD, false, COURIER_ACCEPTED, ""},
                {BUS "NoReply", MODEM_SMS_SENT, false, COURIER_ACCEPTED, ""}, /* late, but sent */
                {BUS "NoReply", MODEM_SMS_STORED, true, COURIER_UNKNOWN, "no-answer"},
                {BUS "NoReply", MODEM_SMS_UNREAD, true, COURIER_UNKNOWN, "no-answer"},
                {"System.Error.ETIMEDOUT", MODEM_SMS_SENDING, true, COURIER_UNKNOWN, "no-answer"},
                {BUS "Disconnected", MODEM_SMS_UNREAD, true, COURIER_UNKNOWN, "no-answer"},
                {MM "Message.NetworkTimeout", MODEM_SMS_STORED, true, COURIER_UNKNOWN, "no-answer"},
                {MM "Message.NoNetwork", MODEM_SMS_STORED, true, COURIER_ROUTE_DOWN, "no-network"},
                {MM "MobileEquipment.SimNotInserted", MODEM_SMS_STORED, true, COURIER_ROUTE_DOWN, "no-sim"},
                {MM "Core.WrongState", MODEM_SMS_STORED, true, COURIER_ROUTE_DOWN, "modem"},
                {MM "Message.InvalidPduParameter", MODEM_SMS_STORED, true, COURIER_PERMANENT,
                        "message-refused"},
                {BUS "AccessDenied", MODEM_SMS_UNREAD, true, COURIER_ROUTE_DOWN, "login"},
                {BUS "ServiceUnknown", MODEM_SMS_UNREAD, true, COURIER_ROUTE_DOWN, "modem"},
                {MM "Core.Failed", MODEM_SMS_STORED, true, COURIER_TEMPORARY, "modem"},
                {MM "Core.Failed", MODEM_SMS_STORED, false, COURIER_UNKNOWN, "no-answer"},
                {MM "Core.Failed", MODEM_SMS_SENDING, true, COURIER_UNKNOWN, "no-answer"},
                {"an.error.of.Tomorrow", MODEM_SMS_UNREAD, false, COURIER_UNKNOWN, "no-answer"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct courier_answer a = modem_answer(table[i].error, table[i].state, table[i].one_part);

                if (a.result != table[i].result || strcmp(a.reason, table[i].reason) != 0)
                        fail_msg("%zu %s: %s, %s", i, table[i].error, courier_result_to_str(a.result),
                                a.reason);
        }
}

static void seventy_units_are_one_part(void **state) {
        char text[70 * 4 + 8] = "";

        (void) state;
        for (int i = 0; i < 70; i++)
                (void) strcat(text, "山");
        assert_true(modem_is_one_part(text));
        (void) strcat(text, "x");
        assert_false(modem_is_one_part(text));
        text[0] = '\0';
        for (int i = 0; i < 36; i++)
                (void) strcat(text, "📦");
        assert_false(modem_is_one_part(text));
        text[35 * 4] = '\0';
        assert_true(modem_is_one_part(text));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_modem_manager_says_means_one_of_five),
                cmocka_unit_test(seventy_units_are_one_part),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
