/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The network thread: one attempt after the other, until it is stopped. All of it but the mailbox belongs to the thread. */
#include "services/link/mailbox.h"
#include "services/link/session.h"

struct network {
        struct mailbox mailbox;
        struct link_config config; /* owned copy */
        struct session *session;   /* of this attempt */
        struct mail_list made;     /* for the owner, handed over once a round */
        struct mail_list early;    /* messages that came before the line was up: told after it */
        struct link_stats stats;
};

/* Return: 0, -EINVAL for a config that cannot work, -ENOMEM or another -errno. */
int network_new(struct network **np, const struct link_config *config);
struct network *network_free(struct network *n); /* takes NULL, returns NULL; no thread may be running */
DEFINE_FREEP(struct network *, network_free)

void *network_main(void *userdata); /* for pthread_create() */
