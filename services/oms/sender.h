/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Commands out: writes the messages of a station's stream that its window has room for. No socket; the caller publishes. */
#include "services/oms/fleet.h"

#define SENDER_CHUNK 100 /* commands of one read */

/* Return: 0 it is on its way; positive: no room, keep it; -errno. */
typedef int (*sender_publish_fn)(const struct topic *topic, const struct str *text, void *userdata);

/* Return: 0; what @publish returned to stop; -errno of the storage. */
int sender_send(struct station *s, struct storage *storage, uint64_t now_usec, sender_publish_fn publish,
        void *userdata);
