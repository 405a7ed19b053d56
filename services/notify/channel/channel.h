/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The channels by their names, as customers, policies and outcomes say them. Pure. */
#include <stddef.h>

enum channel {
        CHANNEL_EMAIL,
        CHANNEL_SMS,
        CHANNEL_LINE,
        CHANNEL_LINE_NOTIFICATION,
        CHANNEL_WEBHOOK,
        CHANNEL_SLIP,
        N_CHANNELS
};
#define CHANNEL_SIZE   20 /* of the longest name, with the NUL */
#define CHANNEL_BIT(c) (1U << (unsigned) (c))

const char *channel_to_str(
        enum channel c); /* "email", "sms", "line", "line-notification", "webhook", "slip" */
/* Return: 0, -EINVAL for another word. */
int channel_from_str(const char *text, enum channel *cp);
