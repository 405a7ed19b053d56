/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/seal/keypair.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

_Static_assert(SEAL_PUBLIC_BYTES == crypto_box_PUBLICKEYBYTES, "libsodium's public key");
_Static_assert(
        sizeof(((struct seal_keypair *) 0)->secret) == crypto_box_SECRETKEYBYTES, "libsodium's secret key");
_Static_assert(SEAL_LOOKUP_BYTES == crypto_generichash_KEYBYTES, "libsodium's hash key");

int seal_keypair_alloc(struct seal_keypair **kp) {
        struct seal_keypair *k;

        /* May be called again and from several threads; -1 only when the first call failed, which nothing can
         * mend. */
        if (sodium_init() < 0)
                return -ENOMEM;
        k = sodium_malloc(sizeof(*k));
        if (!k)
                return -ENOMEM;
        sodium_memzero(k, sizeof(*k)); /* sodium_malloc fills with 0xdb */
        *kp = k;
        return 0;
}

int seal_keypair_complete(struct seal_keypair *k) {
        return crypto_scalarmult_base(k->public.bytes, k->secret) == 0 ? 0 : -EINVAL;
}

int seal_keypair_make(struct seal_keypair **kp) {
        _cleanup_(seal_keypair_freep) struct seal_keypair *k = NULL;
        int r = seal_keypair_alloc(&k);

        if (r < 0)
                return r;
        randombytes_buf(k->secret, sizeof(k->secret));
        r = seal_keypair_complete(k);
        if (r < 0)
                return r;
        *kp = take_ptr(k);
        return 0;
}

struct seal_keypair *seal_keypair_free(struct seal_keypair *k) {
        sodium_free(k); /* takes NULL; wipes */
        return NULL;
}

const struct seal_public *seal_keypair_get_public(const struct seal_keypair *k) {
        return &k->public;
}

void seal_lookup_derive(const struct seal_keypair *k, const char *purpose, struct seal_lookup *l) {
        static const char domain[] =
                "okuru lookup 1:"; /* parts these keys from any other use of the secret */
        crypto_generichash_state state;

        (void) crypto_generichash_init(&state, k->secret, sizeof(k->secret), sizeof(l->key));
        (void) crypto_generichash_update(&state, (const unsigned char *) domain, sizeof(domain) - 1);
        (void) crypto_generichash_update(&state, (const unsigned char *) purpose, strlen(purpose));
        (void) crypto_generichash_final(&state, l->key, sizeof(l->key)); /* fails on wrong lengths only */
        sodium_memzero(&state, sizeof(state));
}

void seal_wipe(void *bytes, size_t n) {
        sodium_memzero(bytes, n);
}
