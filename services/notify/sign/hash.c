/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/sign/hash.h"

#include <errno.h>
#include <stdbool.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

struct hash {
        EVP_MD_CTX *context; /* owned */
        bool fresh, failed;
};

int hash_new(struct hash **hp) {
        struct hash *h = calloc(1, sizeof(*h));

        if (!h)
                return -ENOMEM;
        h->fresh = true;
        h->context = EVP_MD_CTX_new();
        if (!h->context) {
                (void) hash_free(h);
                return -ENOMEM;
        }
        *hp = h;
        return 0;
}

struct hash *hash_free(struct hash *h) {
        if (!h)
                return NULL;
        EVP_MD_CTX_free(h->context);
        free(h);
        return NULL;
}

static void begin(struct hash *h) {
        if (h->fresh)
                h->failed = EVP_DigestInit_ex2(h->context, EVP_sha256(), NULL) != 1;
        h->fresh = false;
}

void hash_add(struct hash *h, const void *bytes, size_t n) {
        begin(h);
        if (!h->failed && n > 0)
                h->failed = EVP_DigestUpdate(h->context, bytes, n) != 1;
}

int hash_end(struct hash *h, uint8_t out[HASH_BYTES]) {
        begin(h);
        if (!h->failed)
                h->failed = EVP_DigestFinal_ex(h->context, out, NULL) != 1;
        h->fresh = true;
        return h->failed ? -ENOMEM : 0;
}

static int mac_all(EVP_MAC_CTX *c, const void *key, size_t n_key, const struct hash_part *parts,
        size_t n_parts, uint8_t out[HASH_BYTES]) {
        char digest[] = "SHA256";
        const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                OSSL_PARAM_construct_end()};
        size_t n = 0;

        if (EVP_MAC_init(c, key, n_key, parameters) != 1)
                return -ENOMEM;
        for (size_t i = 0; i < n_parts; i++)
                if (EVP_MAC_update(c, parts[i].bytes, parts[i].n) != 1)
                        return -ENOMEM;
        return EVP_MAC_final(c, out, &n, HASH_BYTES) == 1 && n == HASH_BYTES ? 0 : -ENOMEM;
}

int hash_hmac(const void *key, size_t n_key, const struct hash_part *parts, size_t n_parts,
        uint8_t out[HASH_BYTES]) {
        EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
        EVP_MAC_CTX *c = mac ? EVP_MAC_CTX_new(mac) : NULL;
        int r = c ? mac_all(c, key, n_key, parts, n_parts, out) : -ENOMEM;

        EVP_MAC_CTX_free(c);
        EVP_MAC_free(mac);
        return r;
}
