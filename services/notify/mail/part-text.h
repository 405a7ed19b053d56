/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The text of a part that another wrote, made readable: its transfer encoding undone, in UTF-8. For looking for words in it, so it refuses
 * nothing: what is wrong is passed over, and what is in rare letters stays as it is. Pure.
 *
 * Source: RFC 2045 sections 6.7 and 6.8; iconv(3).
 */
#include "firmware/base/str.h"

#define PART_TEXT_MAX 65536 /* bytes that are looked at */

/**
 * part_text() - append a part's text
 * @encoding: value of Content-Transfer-Encoding, in any case of letters; "" none
 * @charset: of Content-Type; "" none
 * @bytes: any, @n of them
 */
void part_text(const char *encoding, const char *charset, const char *bytes, size_t n, struct str *out);
