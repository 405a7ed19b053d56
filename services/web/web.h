/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The program put together: the watch on its loop, the hub, and the server's threads. */
#include "services/web/config.h"

/* Until SIGTERM or SIGINT. Return: 0 stopped on request; -errno, with @d saying why the start was refused. */
int web_run(const struct web_config *config, struct diag *d);
