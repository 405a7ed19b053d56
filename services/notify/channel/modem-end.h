/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How an SMS by modem ended. Pure: the D-Bus error and the message's state, without a bus.
 *
 *   Send answered                                    taken: the network gave it a reference
 *   no network, no SIM, modem off or busy            route down
 *   number or text that no modem takes               for good
 *   the network did not answer the modem             unknown: it may have it
 *   no answer of ModemManager, or it went away       the message's state, when it can be read: sent, or unknown
 *   any other error                                  for now when it is one part: that one was refused; unknown when it is more,
 *                                                    for parts before it may have gone
 *
 * Source: ModemManager 1.20, org.freedesktop.ModemManager1.Sms, MMSmsState, error domains Core, MobileEquipment, Message; 3GPP TS
 * 27.005 section 3.2.5.
 */
#include "services/notify/channel/courier.h"

enum modem_sms_state { /* MMSmsState */
        MODEM_SMS_UNKNOWN,
        MODEM_SMS_STORED,
        MODEM_SMS_RECEIVING,
        MODEM_SMS_RECEIVED,
        MODEM_SMS_SENDING,
        MODEM_SMS_SENT,
        MODEM_SMS_UNREAD = 255, /* none of theirs: it could not be asked */
};

/* 70 UTF-16 units; what fits one part for certain, whatever alphabet the modem picks. @text: UTF-8 */
bool modem_is_one_part(const char *text);
/* @error: D-Bus error name of Send; "" none */
struct courier_answer modem_answer(const char *error, enum modem_sms_state state, bool one_part);
