/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* SHA-256 and HMAC-SHA-256, as mail and webhooks want them. Source: FIPS 180-4, RFC 2104. */
#include "firmware/base/cleanup.h"

#include <stddef.h>
#include <stdint.h>

#define HASH_BYTES 32

struct hash; /* one SHA-256 at a time; used again and again */

int hash_new(struct hash **hp); /* Return: 0, -ENOMEM. */
struct hash *hash_free(struct hash *h);
DEFINE_FREEP(struct hash *, hash_free)
/* Errors stick until hash_end(), which begins the next one. */
void hash_add(struct hash *h, const void *bytes, size_t n);
int hash_end(struct hash *h, uint8_t out[HASH_BYTES]); /* Return: 0, -ENOMEM. */

struct hash_part {
        const void *bytes;
        size_t n;
};
/* Of the parts one after the other. Return: 0, -ENOMEM. */
int hash_hmac(const void *key, size_t n_key, const struct hash_part *parts, size_t n_parts,
        uint8_t out[HASH_BYTES]);
