/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The one way by which mail leaves here, a server or a folder, and since when nobody is there. */
#include "services/notify/channel/courier.h"
#include "services/notify/channel/maildir.h"
#include "services/notify/channel/smtp.h"
#include "services/notify/config.h"

struct route {
        struct courier courier;
        struct maildir *maildir; /* one of the two is owned */
        struct smtp *smtp;
        unsigned n_down;     /* in a row */
        uint64_t retry_usec; /* CLOCK_BOOTTIME; nothing goes before */
};

/* @route: zero-initialised. Return: 0; -errno, told in @d. */
int route_open(struct route *route, const struct notify_config *config, struct diag *d);
void route_close(struct route *route); /* twice is harmless */
