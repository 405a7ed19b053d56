/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What stands around a mail rather than in it: the envelope's sender, by which a bounce names its notice, and the id that the mails
 * of one order answer, so that a reader shows them as one conversation. Pure.
 *
 * A bounce suppresses an address, so nobody may forge one: the sender carries ten hex digits of an HMAC over the notice's id. It
 * carries no recipient: a mail has one, and the outbox knows whose.
 *
 *   b+f7e160bd-7d31-5602-8ce2-0cecab9e8306.4f2a9c01be@bounce.example.jp
 *
 * Source: D. J. Bernstein, "Variable envelope return paths" (1997); RFC 5321 section 4.5.3.1.1 (64 bytes before the "@");
 * RFC 5322 section 3.6.4 (In-Reply-To, References).
 */
#include "firmware/base/str.h"
#include "firmware/base/uuid.h"

#include <stdint.h>

#define VERP_KEY_MIN 16 /* bytes */

struct verp { /* borrowed */
        const char *domain;
        const void *key;
        size_t n_key;
};

enum {
        VERP_E_NONE = 1, /* an address of another form, or of another domain */
        VERP_E_FORGED,   /* of our form, and not made by us */
};

/* Appends the address. @notice: a valid UUID. Return: 0, -ENOMEM. */
int verp_write(const struct verp *v, const char *notice, struct str *out);
/* @address: to which a bounce came, in any case of letters. Return: 0 with @notice filled, VERP_E_*, -ENOMEM. */
int verp_read(const struct verp *v, const char *address, char notice[UUID_TEXT_MAX]);

/**
 * thread_write() - append the Message-ID that all mails about one order answer; no such mail exists
 * @realm, @merchant: names
 * @order: the order's id; of a shipment of several, the first
 * @domain: behind the "@"
 */
int thread_write(
        const char *realm, const char *merchant, const char *order, const char *domain, struct str *out);
