/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Hex and base64 (RFC 4648), strict: no white space, canonical padding. Reading sizes and outputs are
 * explicit. */
#include "firmware/base/str.h"

#include <stddef.h>
#include <stdint.h>

void hex_encode(const uint8_t *bytes, size_t n, char *text /* 2n + 1 */);
/* Return: 0, or -EINVAL unless exactly 2n hex digits. */
int hex_decode(const char *text, uint8_t *bytes, size_t n);
void base64_encode(const uint8_t *bytes, size_t n, struct str *out);
/* @bytes owned on 0 (may be empty, never NULL). Return: 0, -EBADMSG, -ENOMEM. */
int base64_decode(const char *text, size_t n, uint8_t **bytesp, size_t *n_bytesp);
