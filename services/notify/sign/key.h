/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A private key that signs: RSA (PKCS #1 v1.5 with SHA-256) or Ed25519, from a PEM credential file. The same bytes give the same
 * signature: a copy of a mail stays the same mail.
 *
 * Source: RFC 8017 section 8.2, RFC 8032 section 5.1; OpenSSL 3.0.
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/diag.h"
#include "firmware/base/str.h"

#include <stddef.h>
#include <stdint.h>

#define KEY_RSA_BITS_MIN  2048
#define KEY_RSA_BITS_MAX  4096
#define KEY_SIGNATURE_MAX 512 /* bytes: of RSA 4096 */

enum key_kind { KEY_RSA, KEY_ED25519 };

struct key;

/**
 * key_load() - read a private key
 * @path: as secret_load() wants it; PEM (PKCS #8, or PKCS #1 for RSA) without a passphrase
 * @kp: set on 0 only; owned, key_free()
 *
 * Return: 0; -EBADMSG for none, for another kind, and for RSA of fewer than 2048 bits or more than 4096; as secret_load().
 */
int key_load(const char *path, struct key **kp, struct diag *d);
struct key *key_free(struct key *k); /* takes NULL, returns NULL */
DEFINE_FREEP(struct key *, key_free)
enum key_kind key_kind(const struct key *k);

/* @out: KEY_SIGNATURE_MAX bytes. May be called from any thread. Return: 0, -ENOMEM. */
int key_sign(const struct key *k, const void *bytes, size_t n, uint8_t *out, size_t *np);

/* The public half as "p=" of a DKIM record wants it: base64 of the SubjectPublicKeyInfo, or of the 32 bytes of Ed25519 (RFC 8463). */
int key_add_public(const struct key *k, struct str *out); /* Return: 0, -ENOMEM. */
