/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the network reports of SMS that went by modem: each modem that is asked for reports has a thread that looks for them (collector.h,
 * channel/modem-inbox.h). A report names number and reference; by those it leads to the notice (mailed.h), and from there on it is what
 * a mail server's word about a mail is (bounced.h).
 */
#include <systemd/sd-event.h>

#include "services/notify/channel/modem-inbox.h"
#include "services/notify/collector.h"

struct notify;

struct reported {
        struct notify *owner;      /* for the one who listens */
        const char *route;         /* borrowed from the config */
        struct modem_inbox *inbox; /* owned, as below */
        struct collector *collector;
        sd_event_source *source;
        const char *down; /* why they cannot be read; static, "" they can */
};

/* Return: 0, -errno. */
int reported_open(struct notify *n);
void reported_close(struct notify *n); /* twice is harmless */
/* What one of them has for us. Return: 0, -errno of our own database, and the report comes once more. */
int reported_take(struct notify *n, struct reported *reported);
