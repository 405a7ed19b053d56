/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the network reports of an SMS that went by modem, and what that means for its notice, in the words of a mail that comes back
 * (mail/dsn.h). Pure.
 *
 * The report is a message of its own (PduType status report), not a change of the one that was sent: it names the number that it went
 * to and the reference that the network gave it, 0 to 255, which comes round again.
 *
 *   0x00            delivered
 *   0x01, 0x02      relayed: handed on or replaced, nobody will say more
 *   0x20 to 0x3f    delayed: it goes on trying
 *   0x41, 0x43      hard: a telephone that takes none, a number that nobody has
 *   0x40 to 0x5f    soft: given up, as after days in which the telephone was off (0x46)
 *   0x60 to 0x7f    soft: what was to pass did not, and it tries no more
 *   others          relayed: reserved, another network's (CDMA), or unknown (0x100)
 *
 * Source: ModemManager 1.20, MMSmsPduType, MMSmsDeliveryState; 3GPP TS 23.040 section 9.2.3.15 (TP-Status), 9.2.3.6 (TP-MR).
 */
#include "firmware/base/str.h"
#include "services/notify/mail/dsn.h"

#define MODEM_PDU_STATUS_REPORT 3
#define MODEM_REFERENCE_MAX     255
#define MODEM_NUMBER_SIZE       32

struct modem_report {
        int reference;                  /* 0 to MODEM_REFERENCE_MAX */
        unsigned state;                 /* MMSmsDeliveryState */
        char number[MODEM_NUMBER_SIZE]; /* as the network writes it */
};

enum dsn_says modem_report_says(unsigned state);
/* As one line, as it comes through a mailbox. */
void modem_report_write(const struct modem_report *r, struct str *out);
/* Return: 0, -EBADMSG. */
int modem_report_read(const char *text, struct modem_report *r);
