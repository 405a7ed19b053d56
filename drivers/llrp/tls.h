/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The secured half of a connection, without the connection: bytes of the wire go in and come out, the caller moves them. The reader
 * must prove who it is (its name or address, by a CA that the board file names), and nothing passes before that; there is no way
 * from here back to plain bytes.
 *
 * Source: LLRP 1.0.1, 20.2 (secure transport, port 5085); RFC 8446, RFC 5246, RFC 6125; SSL_CTX_new(3), BIO_s_mem(3).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/base/str.h"

struct tls_settings {   /* borrowed during tls_new() */
        const char *ca; /* file of PEM certificates, one of which signed the reader's */
        const char
                *name; /* what the reader's certificate must be for: a host name, or an address in numbers */
        const char *certificate, *key; /* files, PEM: who we are, where the reader asks; NULL: nobody */
};

struct tls;

/**
 * tls_new() - one connection's half; the files are read anew, so that renewed ones count
 * @tp:    set on 0 only
 * @words: on failure which file is of no use, and why
 *
 * Return: 0, -EKEYREJECTED, -ENOMEM.
 */
int tls_new(struct tls **tp, const struct tls_settings *settings, struct str *words);
struct tls *tls_free(struct tls *t); /* takes NULL, returns NULL */
static inline void tls_freep(struct tls **p) {
        *p = tls_free(*p);
}

enum {
        TLS_E_PENDING = 1, /* of tls_shake(): more bytes of the peer are needed */
};
/* Bytes that came from the wire. Return: 0 or -ENOMEM. */
int tls_feed(struct tls *t, const uint8_t *bytes, size_t n);
/* Goes on with the handshake. Return: 0 it is done, TLS_E_PENDING; -EKEYREJECTED the peer is not who it should be, or refuses us;
 * -EPROTO it does not speak TLS; tls_words() says which. */
int tls_shake(struct tls *t);
/* Plain bytes of the peer, after the handshake. Return: how many, 0 none yet, -ECONNRESET it said goodbye, -EPROTO. */
int tls_read(struct tls *t, uint8_t *bytes, size_t size);
/* Plain bytes for the peer, after the handshake. Return: 0, -EPROTO. */
int tls_write(struct tls *t, const uint8_t *bytes, size_t n);
/* Goodbye, after the handshake; for the wire. */
void tls_close(struct tls *t);
/* Appends what is to go to the wire: after every other call. */
void tls_take(struct tls *t, struct str *out);
/* Why the last call failed, in words. */
const char *tls_words(const struct tls *t);
