/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * DKIM signatures over a mail's final bytes: relaxed/relaxed, with RSA and Ed25519, each under a selector of its own, so that a
 * station that was stolen is revoked by taking its two records out of the DNS. Pure but for the library that computes.
 *
 * Every header that we write is signed, and once more than it is there ("oversigned"): a second From or Subject that somebody adds
 * breaks the signature. "l=" is never said: what is appended would count as ours.
 *
 * Source: RFC 6376 (sections 3.4.2, 3.4.4, 3.5, 3.7, 5.4, 8.15), RFC 8301 (RSA of 1024 bits and SHA-1 are out), RFC 8463 (Ed25519
 * signs the SHA-256 of the headers).
 */
#include "firmware/base/str.h"
#include "services/notify/sign/key.h"

#include <stdint.h>

#define DKIM_KEYS_MAX     2
#define DKIM_SELECTOR_MAX 63

struct dkim_key {
        const char *selector; /* a label, or labels with dots between */
        const struct key *key;
};

struct dkim {               /* all borrowed */
        const char *domain; /* "d=": the sender's, or one above it, for DMARC to agree */
        struct dkim_key keys[DKIM_KEYS_MAX];
        size_t n_keys; /* 0: nothing is signed */
};

bool dkim_selector_is_valid(const char *selector); /* labels of a DNS name, DKIM_SELECTOR_MAX bytes at most */
/* Does this From agree with that domain, so that DMARC counts the signature (relaxed)? */
bool dkim_is_aligned(const char *domain, const char *from_address);

/**
 * dkim_sign() - append one DKIM-Signature field for each key to @out, to stand in front of the mail
 * @mail: @n bytes, CRLF lines, headers and an empty line at least
 * @time_sec: "t=", since 1970; of the first attempt, so that a copy has the same bytes. 0 leaves it out, for a clock that nobody
 * trusts: verifiers refuse a signature from the future
 *
 * Return: 0, -EBADMSG when @mail is none, -E2BIG for more than 64 headers, -ENOMEM.
 */
int dkim_sign(const struct dkim *d, const char *mail, size_t n, int64_t time_sec, struct str *out);

/* --- for tests --- */

/* The body as it is hashed. */
int dkim_hash_body(const char *body, size_t n, uint8_t out[32]);
/**
 * dkim_add_signed() - what one signature signs
 * @names: lower-case headers in the order of "h=", @n_names; each takes one more of the mail's, from the last up
 * @own: the DKIM-Signature field itself, with an empty "b=", without its line end
 */
int dkim_add_signed(const char *mail, size_t n, const char *const *names, size_t n_names, const char *own,
        struct str *out);
