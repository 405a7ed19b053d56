/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The inside of a key pair, for the files of this folder only. */
#include "firmware/seal/seal.h"

struct seal_keypair {
        struct seal_public public;
        uint8_t secret[SEAL_PUBLIC_BYTES]; /* X25519 scalar */
};

/* Empty pair in guarded memory; the secret is written by the caller, then seal_keypair_complete(). Return: 0
 * or -ENOMEM. */
int seal_keypair_alloc(struct seal_keypair **kp);
/* Computes the public half. Return: 0, or -EINVAL when the secret gives no usable point. */
int seal_keypair_complete(struct seal_keypair *k);
