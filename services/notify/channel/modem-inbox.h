/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The delivery reports that came to a modem, as a mailbox (mailbox.h): each is one line (modem-report.h). What is dealt with is deleted
 * from the modem; nothing else of it is touched, and messages that people send there are not read.
 *
 * Reports lie in the modem's storage, or in ModemManager's memory alone: those that nobody has read when it is started anew may be gone.
 */
#include "services/notify/channel/mailbox.h"

struct modem_inbox;

/* @equipment: as modem_config has it. Connects nothing. Return: 0, -EINVAL (equipment), -ENOMEM. */
int modem_inbox_new(struct modem_inbox **ip, const char *equipment);
struct modem_inbox *modem_inbox_free(struct modem_inbox *i); /* takes NULL, returns NULL */
struct mailbox modem_inbox_box(struct modem_inbox *i);       /* borrowed */
