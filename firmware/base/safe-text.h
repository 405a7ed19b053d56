/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Text of others on its way to people, in mails, messages and slips: names of people, goods and merchants. What would end the line,
 * turns the reading direction or is no character becomes a harmless one; all else stays. Pure.
 */
#include <stddef.h>

/**
 * safe_text_next() - the next character
 * @textp: moved behind it; terminated text, any bytes
 * @c:     its bytes, UTF-8: a space for a control character, line separator or mark of direction, U+FFFD for a
 * noncharacter, and for a byte that begins no valid character
 *
 * Return: how many bytes, 1-4; 0 at the end.
 */
size_t safe_text_next(const char **textp, char c[4]);
