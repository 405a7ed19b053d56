/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Is anybody there? A TCP connection that is closed at once, before libmosquitto is let near the address. The
 * library connects with a blocking connect(), which a black hole holds for two minutes and nobody can
 * interrupt, and its non-blocking connect spins on a refused port (measured: 0.46 s of CPU per second). Ours
 * has a time limit, ends when the link is stopped, and knows the errno. It costs the broker one empty
 * connection per successful attempt.
 *
 * Name resolution blocks all the same; it does so in the network thread, where nobody waits for it.
 */
#include "services/link/failure.h"

#define REACH_TIMEOUT_MS 5000 /* per address */

enum {
        REACH_E_NOBODY = 1, /* told in the failure */
        REACH_E_STOPPED,    /* @wake_fd became readable */
};

/**
 * reach_try() - one address after the other, in the order in which the library will try them
 * @wake_fd: ends the attempt when readable; is not read
 *
 * Return: 0 when an address accepted a connection, REACH_E_NOBODY with @f filled, REACH_E_STOPPED.
 */
int reach_try(const char *host, uint16_t port, int wake_fd, struct failure *f);
