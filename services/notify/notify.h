/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * okuru-notify put together: ledger to its head, decide, commit `sending`, send in a thread of its own, commit the outcome,
 * tell the station.
 *
 * What a crash costs: rows in `sending`, at most WAY_DEPTH_MAIL mails and one notice of each other channel, are looked at when the
 * program starts. A route that can tell whether it was taken (maildir, slip) is asked; of the others each declares whether a copy
 * under the same id may go once more (enum courier_repeat): SMTP's does, with the same Message-ID.
 */
#include "services/notify/config.h"

/**
 * notify_run() - until SIGTERM or SIGINT
 * @config: borrowed
 * @d: told in words why it could not start
 *
 * Return: 0 after a signal; -errno: it could not start, or its database is suspect and only a new start can tell.
 */
int notify_run(const struct notify_config *config, struct diag *d);
