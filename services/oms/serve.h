/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* `okuru-oms serve`: the composition root. Ends on SIGTERM and SIGINT, or when the storage fails. */
#include "services/oms/config.h"

/* Return: 0 stopped by a signal; -errno, which was logged. */
int serve_run(const struct config *config);
