/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The address by which a customer stops marketing with one click: the merchant's own server, with a token that says of which notice, and
 * that it was ours to give. Nothing personal is in it: who has the notice's id knows whom it went to. Pure.
 *
 *   token = <notice's uuid>.<first 16 bytes of HMAC-SHA256(key, "okuru unsubscribe " notice), in hex>
 *
 * Source: RFC 8058 (one click: a POST to the https address of List-Unsubscribe, without cookies or questions).
 */
#include "firmware/base/str.h"

#include <stdbool.h>
#include <stddef.h>

#define UNSUBSCRIBE_KEY_MIN 16

/**
 * unsubscribe_write() - append the address
 * @pattern: of the policy, "https://…{{token}}…"
 *
 * Return: 0; 1 @pattern has no place for a token, or is no https address; -ENOMEM.
 */
int unsubscribe_write(
        const char *key, size_t n_key, const char *pattern, const char *notice, struct str *out);
