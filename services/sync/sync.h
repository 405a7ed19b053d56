/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * okuru-sync: facts of the ledger go up, commands of the OMS come into inbox.db. It decides nothing about parcels, and packing
 * goes on without it.
 *
 * Source: services/sync/contract/README.md.
 */
#include "services/sync/config.h"

enum {
        SYNC_E_AGAIN = 1, /* inbox.db was set aside: run again, with a new one */
};

/**
 * sync_run() - until SIGTERM or SIGINT
 * @c: borrowed
 *
 * Return: 0 when told to stop; SYNC_E_AGAIN; -errno with @d filled, or logged, when it cannot go on.
 */
int sync_run(const struct sync_config *c, struct diag *d);
