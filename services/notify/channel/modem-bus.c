/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/modem-bus.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/base/str.h"

void modem_bus_close(sd_bus **busp) {
        (void) sd_bus_flush_close_unref(*busp);
}

static bool is_wanted(sd_bus *bus, const char *equipment, const char *path) {
        _autofree_ char *its = NULL;

        if (*equipment == '\0')
                return true;
        return sd_bus_get_property_string(
                       bus, MODEM_SERVICE, path, MODEM_MODEM, "EquipmentIdentifier", NULL, &its) >= 0 &&
               strcmp(its, equipment) == 0;
}

/* One object of GetManagedObjects, from its path on. Return: 1 when it takes messages, 0, -errno. */
static int read_object(sd_bus_message *reply, const char **pathp) {
        const char *interface;
        int takes = 0, r = sd_bus_message_read(reply, "o", pathp);

        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "{sa{sv}}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sa{sv}")) > 0) {
                r = sd_bus_message_read(reply, "s", &interface);
                if (r >= 0) {
                        takes |= strcmp(interface, MODEM_MESSAGING) == 0;
                        r = sd_bus_message_skip(reply, "a{sv}");
                }
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        if (r >= 0)
                r = sd_bus_message_exit_container(reply);
        return r < 0 ? r : takes;
}

int modem_bus_find(sd_bus *bus, const char *equipment, char path[MODEM_PATH_SIZE]) {
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *at = NULL;
        int r = sd_bus_call_method(bus, MODEM_SERVICE, MODEM_ROOT, "org.freedesktop.DBus.ObjectManager",
                "GetManagedObjects", NULL, &reply, "");

        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "{oa{sa{sv}}}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "oa{sa{sv}}")) > 0) {
                r = read_object(reply, &at);
                if (r > 0 && is_wanted(bus, equipment, at))
                        return copy_text(path, MODEM_PATH_SIZE, at) ? 0 : -ENAMETOOLONG;
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        return r < 0 ? r : -ENODEV;
}

int modem_bus_ask(sd_bus *bus, const char *sms, const char *property, uint32_t *valuep) {
        int r = sd_bus_get_property_trivial(bus, MODEM_SERVICE, sms, MODEM_SMS, property, NULL, 'u', valuep);

        return r < 0 ? r : 0;
}

void modem_bus_delete(sd_bus *bus, const char *modem, const char *sms) {
        int r = sd_bus_call_method(
                bus, MODEM_SERVICE, modem, MODEM_MESSAGING, "Delete", NULL, NULL, "o", sms);

        if (r < 0)
                log_debug("modem: delete: %s", strerror(-r)); /* its storage holds one more */
}
