/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/modem-end.h"

#include <string.h>

#include "firmware/base/cleanup.h"

#define ONE_PART 70
#define MM       "org.freedesktop.ModemManager1.Error."

bool modem_is_one_part(const char *text) {
        size_t units = 0, n;

        for (; *text; text += n ? n : 1) {
                n = utf8_sequence(text, strnlen(text, 4));
                units += n == 4 ? 2 : 1;
                if (units > ONE_PART)
                        return false;
        }
        return true;
}

static const struct {
        const char *error;
        enum courier_result result;
        const char *reason;
} table[] = {
        {MM "Message.NoNetwork", COURIER_ROUTE_DOWN, "no-network"},
        {MM "Message.SimNotInserted", COURIER_ROUTE_DOWN, "no-sim"},
        {MM "Message.SimPin", COURIER_ROUTE_DOWN, "no-sim"},
        {MM "Message.SimPuk", COURIER_ROUTE_DOWN, "no-sim"},
        {MM "Message.SimFailure", COURIER_ROUTE_DOWN, "no-sim"},
        {MM "Message.SimBusy", COURIER_ROUTE_DOWN, "modem"},
        {MM "Message.SmscAddressUnknown", COURIER_ROUTE_DOWN, "no-network"},
        {MM "Message.InvalidPduParameter", COURIER_PERMANENT, "message-refused"},
        {MM "Message.InvalidTextParameter", COURIER_PERMANENT, "message-refused"},
        {MM "Message.NetworkTimeout", COURIER_UNKNOWN, "no-answer"},
        {MM "MobileEquipment.NoNetwork", COURIER_ROUTE_DOWN, "no-network"},
        {MM "MobileEquipment.NetworkNotAllowed", COURIER_ROUTE_DOWN, "no-network"},
        {MM "MobileEquipment.SimNotInserted", COURIER_ROUTE_DOWN, "no-sim"},
        {MM "MobileEquipment.NetworkTimeout", COURIER_UNKNOWN, "no-answer"},
        {MM "Core.WrongState", COURIER_ROUTE_DOWN, "modem"},
        {MM "Core.Unauthorized", COURIER_ROUTE_DOWN, "login"},
        {MM "Core.Retry", COURIER_ROUTE_DOWN, "modem"},
        {"org.freedesktop.DBus.Error.AccessDenied", COURIER_ROUTE_DOWN, "login"},
        {"org.freedesktop.DBus.Error.InvalidArgs", COURIER_PERMANENT, "message-refused"},
        {"org.freedesktop.DBus.Error.UnknownMethod", COURIER_ROUTE_DOWN, "modem"},
        {"org.freedesktop.DBus.Error.UnknownObject", COURIER_ROUTE_DOWN, "modem"},
        {"org.freedesktop.DBus.Error.ServiceUnknown", COURIER_ROUTE_DOWN, "modem"},
};

/* Who did not answer, or left while it worked, may have sent it. */
static bool is_silence(const char *error) {
        static const char *const errors[] = {"org.freedesktop.DBus.Error.NoReply",
                "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.Disconnected",
                "System.Error.ETIMEDOUT", "System.Error.ECONNRESET", "System.Error.ENOTCONN",
                "System.Error.ESHUTDOWN", MM "Core.Aborted", MM "Core.Cancelled",
                MM "Serial.ResponseTimeout"};

        for (size_t i = 0; i < ELEMENTSOF(errors); i++)
                if (strcmp(error, errors[i]) == 0)
                        return true;
        return false;
}

struct courier_answer modem_answer(const char *error, enum modem_sms_state state, bool one_part) {
        if (*error == '\0' || state == MODEM_SMS_SENT)
                return (struct courier_answer){.result = COURIER_ACCEPTED, .reason = ""};
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcmp(error, table[i].error) == 0)
                        return (struct courier_answer){.result = table[i].result, .reason = table[i].reason};
        if (is_silence(error) || !one_part || state == MODEM_SMS_SENDING)
                return (struct courier_answer){.result = COURIER_UNKNOWN, .reason = "no-answer"};
        return (struct courier_answer){.result = COURIER_TEMPORARY, .reason = "modem"};
}
