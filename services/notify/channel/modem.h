/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * SMS by a modem of this site: the way out when no line carries data. ModemManager does the talking, over the system bus. The
 * address is a number in E.164 that takes SMS, the content the text.
 *
 * A repeat is unsafe: the network knows no id. So that a death while sending can be judged, a note with the message's object path is
 * on the disk before Send, in a folder of ours; afterwards ModemManager is asked for the message's state. Nothing of the customer is in
 * a note. What failed for certain, and what is noted as sent, is deleted from the modem, or its storage fills up.
 *
 *   FOLDER/<id>.sms     the object path, or "sent"; where a report is asked for, "sent 17": the reference by which that names it
 *
 * The report is a message of its own, which modem-inbox.h reads.
 *
 * Source: ModemManager 1.20 (Modem.Messaging.Create, Sms.Send, Sms.State); about 3 s a part.
 */
#include "services/notify/channel/courier.h"

struct modem_config {          /* borrowed during modem_new() only */
        const char *folder;    /* made when it is not there; its parent must be */
        const char *equipment; /* IMEI of the modem to use; "" the first that takes messages */
        int timeout_sec;       /* of one message; 0: 40 */
        int keep_days;         /* of notes; 0: 40 */
        bool reports;          /* the network is asked to report what became of each */
};

struct modem;

/* Connects nothing. Return: 0, -EINVAL (equipment), -ENOMEM, -errno of the folder. */
int modem_new(struct modem **mp, const struct modem_config *config);
struct modem *modem_free(struct modem *m);     /* takes NULL, returns NULL */
struct courier modem_courier(struct modem *m); /* borrowed: free it after the sender */
