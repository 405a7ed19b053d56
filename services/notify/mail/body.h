/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The body of one part as lines of at most 76 ASCII bytes. Text is written as whichever is shorter, so that Japanese is base64
 * and English stays readable. Neither ever holds "=_": what begins so can bound parts. Pure.
 *
 * Source: RFC 2045 sections 6.7 and 6.8.
 */
#include "firmware/base/str.h"

#include <stdint.h>

enum body_encoding { BODY_QUOTED_PRINTABLE, BODY_BASE64 };
const char *body_encoding_to_str(enum body_encoding e); /* as Content-Transfer-Encoding has it */

enum body_encoding body_pick(const char *text);
/* @text: lines end with LF, and go as CRLF. What @out holds ends with CRLF, or is as it was. */
void body_add_text(struct str *out, enum body_encoding encoding, const char *text);
/* Any bytes, in base64. */
void body_add_bytes(struct str *out, const uint8_t *bytes, size_t n);
