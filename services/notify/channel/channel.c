/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/channel.h"

#include <errno.h>
#include <string.h>

static const char *const names[N_CHANNELS] = {
        [CHANNEL_EMAIL] = "email",
        [CHANNEL_SMS] = "sms",
        [CHANNEL_LINE] = "line",
        [CHANNEL_LINE_NOTIFICATION] = "line-notification",
        [CHANNEL_WEBHOOK] = "webhook",
        [CHANNEL_SLIP] = "slip",
};

const char *channel_to_str(enum channel c) {
        return names[c];
}

int channel_from_str(const char *text, enum channel *cp) {
        for (size_t i = 0; i < N_CHANNELS; i++)
                if (strcmp(text, names[i]) == 0) {
                        *cp = (enum channel) i;
                        return 0;
                }
        return -EINVAL;
}
