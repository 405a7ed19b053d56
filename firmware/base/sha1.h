/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * SHA-1, for names (UUIDv5) and nothing else: it is broken where an attacker chooses both texts. Private
 * to base.
 *
 * Source: RFC 3174 (FIPS 180-4).
 */
#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20

struct sha1 {
        uint32_t h[5];
        uint64_t n_bytes;
        uint8_t block[64];
};
void sha1_init(struct sha1 *s);
void sha1_add(struct sha1 *s, const void *data, size_t n);
void sha1_end(struct sha1 *s, uint8_t digest[SHA1_SIZE]);
