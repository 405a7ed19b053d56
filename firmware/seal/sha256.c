/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/bytes.h"
#include "firmware/seal/seal.h"

#include <sodium.h>

_Static_assert(2 * crypto_hash_sha256_BYTES + 1 == SEAL_HASH_MAX, "as many digits");

void seal_sha256(const void *bytes, size_t n, char text[SEAL_HASH_MAX]) {
        uint8_t hash[crypto_hash_sha256_BYTES];

        (void) crypto_hash_sha256(hash, bytes, n); /* cannot fail */
        hex_encode(hash, sizeof(hash), text);
}
