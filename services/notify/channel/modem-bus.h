/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * ModemManager on the system bus, as the two need it that talk to it: modem.h sends, modem-inbox.h hears. Each call blocks.
 *
 * Source: ModemManager 1.20, its D-Bus interface.
 */
#include <systemd/sd-bus.h>

#include "firmware/base/cleanup.h"

#define MODEM_SERVICE   "org.freedesktop.ModemManager1"
#define MODEM_ROOT      "/org/freedesktop/ModemManager1"
#define MODEM_MESSAGING MODEM_SERVICE ".Modem.Messaging"
#define MODEM_MODEM     MODEM_SERVICE ".Modem"
#define MODEM_SMS       MODEM_SERVICE ".Sms"
#define MODEM_PATH_SIZE 256

void modem_bus_close(sd_bus **busp);
#define _cleanup_bus_     _cleanup_(modem_bus_close)
#define _cleanup_message_ _cleanup_(sd_bus_message_unrefp)
#define _cleanup_error_   _cleanup_(sd_bus_error_free)

/* @equipment: IMEI; "" the first that takes messages. Return: 0 with @path filled, -ENODEV, another -errno. */
int modem_bus_find(sd_bus *bus, const char *equipment, char path[MODEM_PATH_SIZE]);
/* A number of a message. Return: 0, -errno. */
int modem_bus_ask(sd_bus *bus, const char *sms, const char *property, uint32_t *valuep);
/* It is not kept any more. @modem: the path of its modem */
void modem_bus_delete(sd_bus *bus, const char *modem, const char *sms);
