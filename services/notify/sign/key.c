/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/sign/key.h"

#include <errno.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "firmware/base/bytes.h"
#include "services/notify/sign/secret.h"

struct key {
        EVP_PKEY *pkey; /* owned */
        enum key_kind kind;
};

/* In place of the terminal, where OpenSSL would ask for one. */
static int no_passphrase(char *buffer, int size, int writing, void *userdata) {
        (void) buffer;
        (void) size;
        (void) writing;
        (void) userdata;
        return -1;
}

static EVP_PKEY *read_pem(const struct secret *s) {
        BIO *bio = BIO_new_mem_buf(s->text, (int) s->n);
        EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

        BIO_free(bio);
        ERR_clear_error(); /* its texts may quote the input */
        return pkey;
}

/* Return: NULL, or why it will not do. */
static const char *judge(struct key *k) {
        int bits;

        if (!k->pkey)
                return "not a private key in PEM, or with a passphrase";
        bits = EVP_PKEY_get_bits(k->pkey);
        switch (EVP_PKEY_get_base_id(k->pkey)) {
        case EVP_PKEY_ED25519:
                k->kind = KEY_ED25519;
                return NULL;
        case EVP_PKEY_RSA:
                k->kind = KEY_RSA;
                return bits < KEY_RSA_BITS_MIN || bits > KEY_RSA_BITS_MAX ? "RSA wants 2048 to 4096 bits"
                                                                          : NULL;
        default:
                return "neither RSA nor Ed25519";
        }
}

int key_load(const char *path, struct key **kp, struct diag *d) {
        _cleanup_secret_ struct secret pem = {0};
        _cleanup_(key_freep) struct key *k = NULL;
        const char *fault;
        int r = secret_load(path, &pem, d);

        if (r < 0)
                return r;
        k = calloc(1, sizeof(*k));
        if (!k)
                return -ENOMEM;
        k->pkey = read_pem(&pem);
        fault = judge(k);
        if (fault) {
                diag_set(d, 0, 0, "", "%s", fault);
                if (d)
                        (void) copy_text(d->file, sizeof(d->file), path);
                return -EBADMSG;
        }
        *kp = take_ptr(k);
        return 0;
}

struct key *key_free(struct key *k) {
        if (!k)
                return NULL;
        EVP_PKEY_free(k->pkey);
        free(k);
        return NULL;
}

enum key_kind key_kind(const struct key *k) {
        return k->kind;
}

int key_sign(const struct key *k, const void *bytes, size_t n, uint8_t *out, size_t *np) {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        size_t n_out = KEY_SIGNATURE_MAX;
        bool done = false;

        if (context && EVP_DigestSignInit(context, NULL, k->kind == KEY_ED25519 ? NULL : EVP_sha256(), NULL,
                               k->pkey) == 1)
                done = EVP_DigestSign(context, out, &n_out, bytes, n) == 1;
        EVP_MD_CTX_free(context);
        ERR_clear_error();
        if (!done)
                return -ENOMEM;
        *np = n_out;
        return 0;
}

static int add_ed25519(const struct key *k, struct str *out) {
        uint8_t raw[32];
        size_t n = sizeof(raw);

        if (EVP_PKEY_get_raw_public_key(k->pkey, raw, &n) != 1)
                return -ENOMEM;
        base64_encode(raw, n, out);
        return out->error;
}

int key_add_public(const struct key *k, struct str *out) {
        unsigned char *der = NULL;
        int n;

        if (k->kind == KEY_ED25519)
                return add_ed25519(k, out);
        n = i2d_PUBKEY(k->pkey, &der);
        if (n <= 0)
                return -ENOMEM;
        base64_encode(der, (size_t) n, out);
        OPENSSL_free(der);
        return out->error;
}
