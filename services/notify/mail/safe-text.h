/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Text of others on its way into a header or a line of a mail: names of people, goods and merchants. What would end the line,
 * turn the reading direction or is no UTF-8 becomes a harmless character; all else stays. Pure.
 */
#include "firmware/base/str.h"

/**
 * safe_text_next() - the next character
 * @textp: moved behind it; terminated text, any bytes
 * @c:     its bytes, UTF-8: a space for a control character, line separator or bidirectional override, U+FFFD for a
 * byte that begins no valid character
 *
 * Return: how many bytes, 1-4; 0 at the end.
 */
size_t safe_text_next(const char **textp, char c[4]);
/* All of @text. */
void safe_text_add(struct str *out, const char *text);
