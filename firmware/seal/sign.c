/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/seal/seal.h"

#include <sodium.h>

_Static_assert(SEAL_VERIFY_KEY_BYTES == crypto_sign_PUBLICKEYBYTES, "an Ed25519 key");
_Static_assert(SEAL_SIGNATURE_BYTES == crypto_sign_BYTES, "an Ed25519 signature");

bool seal_verify(const uint8_t key[SEAL_VERIFY_KEY_BYTES], const void *bytes, size_t n,
        const uint8_t signature[SEAL_SIGNATURE_BYTES]) {
        return sodium_init() >= 0 && crypto_sign_verify_detached(signature, bytes, n, key) == 0;
}
