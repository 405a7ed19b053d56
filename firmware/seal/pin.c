/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/seal/pin.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

_Static_assert(SEAL_PIN_SIZE == crypto_pwhash_STRBYTES, "libsodium's encoded hash");

int seal_pin_make(const char *pin, char hash[SEAL_PIN_SIZE]) {
        if (sodium_init() < 0 ||
                crypto_pwhash_str_alg(hash, pin, strlen(pin), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
                return -ENOMEM;
        return 0;
}

int seal_pin_check(const char *hash, const char *pin) {
        if (sodium_init() < 0 || crypto_pwhash_str_verify(hash, pin, strlen(pin)) != 0)
                return SEAL_E_WRONG;
        return 0;
}
