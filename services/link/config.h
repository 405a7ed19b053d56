/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The link's own copy of its config: checked, with the defaults filled in. */
#include "services/link/link.h"

/* @to: zeroed. Return: 0, -EINVAL for a config that cannot work, -ENOMEM; link_config_deinit() in every case. */
int link_config_copy(struct link_config *to, const struct link_config *from);
void link_config_deinit(struct link_config *c); /* of copies only */

/* A topic to publish to: 1 to LINK_TOPIC_MAX - 1 bytes of UTF-8 without wildcards. */
bool link_topic_is_valid(const char *topic);
