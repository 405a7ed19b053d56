/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Sealed boxes: what is personal is closed to the station's public key before it touches a disk, and opened
 * only by a program that holds the secret (station, notify). Whoever seals (sync) cannot open again. Also the
 * hash by which a fact names a box, and keyed hashes for look-ups, so that an index holds no telephone number
 * that could be found by trying them all.
 *
 * A box is not a signature: anybody with the public key can make a box. A box says nothing about its place either;
 * compare seal_hash() with the hash in the fact before opening, or a row that was swapped for another opens
 * unnoticed.
 *
 * The only folder that includes sodium.h. Every function may be called from any thread.
 *
 * Source: libsodium 1.0.18: crypto_box_seal (X25519, XSalsa20-Poly1305), crypto_generichash (BLAKE2b, RFC
 * 7693).
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEAL_PUBLIC_BYTES   32
#define SEAL_OVERHEAD_BYTES 48    /* a box is this much longer than what is in it */
#define SEAL_PLAIN_MAX      65536 /* bytes; label print data is the largest we close */
#define SEAL_HASH_MAX       65    /* 64 lower-case hex digits and the NUL */
#define SEAL_LOOKUP_BYTES   32

enum {
        SEAL_E_CLOSED = 1, /* altered, cut, or sealed to another key: which of them cannot be known */
};

struct seal_public {
        uint8_t bytes[SEAL_PUBLIC_BYTES];
};

struct seal_keypair; /* lies in guarded memory that is kept out of swap and core dumps, and wiped when freed
                      */

/**
 * seal_keypair_make() - a new pair from the kernel's random source
 * @kp: set on 0 only; owned, seal_keypair_free()
 *
 * Return: 0, or -ENOMEM.
 */
int seal_keypair_make(struct seal_keypair **kp);
struct seal_keypair *seal_keypair_free(struct seal_keypair *k); /* takes NULL, returns NULL */
DEFINE_FREEP(struct seal_keypair *, seal_keypair_free)
/* Borrowed until the pair is freed. */
const struct seal_public *seal_keypair_get_public(const struct seal_keypair *k);

/*
 * Key files: one line each, a word that says which of the two it is and 64 hex digits. The word is there
 * because a secret taken for the public key would seal without complaint what nobody can ever open.
 */

/**
 * seal_keypair_save() - write the secret, mode 0400; the public half is computed from it on loading
 * @path: must not exist: an overwritten secret makes everything that was sealed to it unreadable for good
 *
 * Return: 0 with file and folder synced, -EEXIST, or another -errno; on failure nothing is left behind.
 */
int seal_keypair_save(const struct seal_keypair *k, const char *path);

/**
 * seal_keypair_load() - read a secret
 * @path: a plain file that its group and others may not read. Group read is let pass on a file of root's for
 * other users: that is how an ACL by systemd's LoadCredential= shows in the mode.
 * @kp: set on 0 only; owned
 * @d: NULL, or told what is wrong; never quotes the content
 *
 * Return: 0, -EPERM when others may read it, -EBADMSG when it is not a secret key file, or another -errno.
 */
int seal_keypair_load(const char *path, struct seal_keypair **kp, struct diag *d);

/* Mode 0644; replaces what is there, whole or not at all. Return: 0 with file and folder synced, or -errno.
 */
int seal_public_save(const struct seal_public *p, const char *path);
/* A file that others may write is refused. Return: 0, -EPERM, -EBADMSG (not a public key file), or another
 * -errno. */
int seal_public_load(const char *path, struct seal_public *p, struct diag *d);

/**
 * seal_to() - close bytes so that only the holder of the secret can open them
 * @bytes: @n of them, at most SEAL_PLAIN_MAX; the caller wipes its own copy with seal_wipe()
 * @boxp, @n_boxp: set on 0 only; owned, free()
 *
 * Return: 0, -EMSGSIZE, -EINVAL when @to is no usable key (a point of low order), -ENOMEM.
 */
int seal_to(const struct seal_public *to, const void *bytes, size_t n, uint8_t **boxp, size_t *n_boxp);

/* What was opened: @n bytes and a NUL behind them, so that text can be used in place. Zero is empty and
 * valid. */
struct seal_plain {
        char *bytes; /* owned */
        size_t n;
};
void seal_plain_deinit(struct seal_plain *p); /* wipes before it frees; twice is harmless */
#define _cleanup_seal_plain_ _cleanup_(seal_plain_deinit)

/**
 * seal_open() - open a box
 * @plain: filled on 0 only; must be empty before
 *
 * Return: 0, SEAL_E_CLOSED, or -ENOMEM.
 */
int seal_open(const struct seal_keypair *k, const uint8_t *box, size_t n, struct seal_plain *plain);

/* BLAKE2b-256 of the sealed box, in hex: what a fact holds of it. */
void seal_hash(const uint8_t *box, size_t n, char text[SEAL_HASH_MAX]);

/* SHA-256 (FIPS 180-4) in hex, of anything: what others can compute without us. */
void seal_sha256(const void *bytes, size_t n, char text[SEAL_HASH_MAX]);

struct seal_lookup {
        uint8_t key[SEAL_LOOKUP_BYTES];
};
/**
 * seal_lookup_derive() - the key of one index, from the pair's secret; the same pair and purpose give the
 * same key
 * @purpose: names the index, e.g. "phone"; keys of different purposes are unrelated
 */
void seal_lookup_derive(const struct seal_keypair *k, const char *purpose, struct seal_lookup *l);
/* BLAKE2b-256 of @bytes under the key, in hex: equal bytes give equal texts, and nobody without the key can
 * try values. */
void seal_lookup_hash(const struct seal_lookup *l, const void *bytes, size_t n, char text[SEAL_HASH_MAX]);

#define SEAL_VERIFY_KEY_BYTES 32
#define SEAL_SIGNATURE_BYTES  64
/* Ed25519 (RFC 8032): did the holder of the key's other half sign exactly these bytes? */
bool seal_verify(const uint8_t key[SEAL_VERIFY_KEY_BYTES], const void *bytes, size_t n,
        const uint8_t signature[SEAL_SIGNATURE_BYTES]);

/* Overwrite with zeros in a way that the compiler does not leave out. */
void seal_wipe(void *bytes, size_t n);
