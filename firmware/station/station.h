/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The station put together: devices, desk, ledger, control socket and tails on one loop. The only place where they know each other.
 */
#include <systemd/sd-event.h>

#include "firmware/station/config.h"

enum {
        STATION_E_AGAIN = 1, /* the ledger must begin anew under another id: run again */
};

/**
 * station_run() - build, serve until SIGTERM or SIGINT, stop in order
 * @d: told in words why the start was refused
 *
 * Return: 0 stopped on request; STATION_E_AGAIN; -errno: the start was refused, or storage is suspect.
 */
int station_run(const struct station_config *config, struct diag *d);
