/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/bytes.h"
#include "firmware/seal/keypair.h"

#include <assert.h>
#include <errno.h>

#include <sodium.h>

_Static_assert(SEAL_OVERHEAD_BYTES == crypto_box_SEALBYTES, "libsodium's sealed box");

int seal_to(const struct seal_public *to, const void *bytes, size_t n, uint8_t **boxp, size_t *n_boxp) {
        _autofree_ uint8_t *box = NULL;

        if (n > SEAL_PLAIN_MAX)
                return -EMSGSIZE;
        if (sodium_init() < 0)
                return -ENOMEM;
        box = malloc(n + SEAL_OVERHEAD_BYTES);
        if (!box)
                return -ENOMEM;
        if (crypto_box_seal(box, bytes, n, to->bytes) != 0)
                return -EINVAL;
        *boxp = take_ptr(box);
        *n_boxp = n + SEAL_OVERHEAD_BYTES;
        return 0;
}

int seal_open(const struct seal_keypair *k, const uint8_t *box, size_t n, struct seal_plain *plain) {
        size_t n_plain;
        char *bytes;

        assert(!plain->bytes);
        if (n < SEAL_OVERHEAD_BYTES || n > SEAL_PLAIN_MAX + SEAL_OVERHEAD_BYTES)
                return SEAL_E_CLOSED;
        n_plain = n - SEAL_OVERHEAD_BYTES;
        bytes = calloc(1, n_plain + 1);
        if (!bytes)
                return -ENOMEM;
        if (crypto_box_seal_open((unsigned char *) bytes, box, n, k->public.bytes, k->secret) != 0) {
                /* The library checks the tag before it decrypts, so there is nothing to wipe. */
                free(bytes);
                return SEAL_E_CLOSED;
        }
        plain->bytes = bytes;
        plain->n = n_plain;
        return 0;
}

void seal_plain_deinit(struct seal_plain *p) {
        if (p->bytes)
                sodium_memzero(p->bytes, p->n);
        free(p->bytes);
        *p = (struct seal_plain){0};
}

void seal_hash(const uint8_t *box, size_t n, char text[SEAL_HASH_MAX]) {
        uint8_t hash[crypto_generichash_BYTES];

        (void) crypto_generichash(hash, sizeof(hash), box, n, NULL, 0); /* fails on wrong lengths only */
        hex_encode(hash, sizeof(hash), text);
}

void seal_lookup_hash(const struct seal_lookup *l, const void *bytes, size_t n, char text[SEAL_HASH_MAX]) {
        uint8_t hash[crypto_generichash_BYTES];

        (void) crypto_generichash(hash, sizeof(hash), bytes, n, l->key, sizeof(l->key));
        hex_encode(hash, sizeof(hash), text);
}
