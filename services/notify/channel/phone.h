/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Telephone numbers as the world dials them. Numbers as people write them in Japan ("０９０－1234-5678", "+81 (0)90…") become
 * E.164; anything else is refused rather than guessed. Pure.
 *
 * Source: ITU-T E.164; MIC numbering plan of Japan: a national number begins with 0 and has 10 digits, mobile ones (060, 070, 080,
 * 090) and IP telephones (050) have 11.
 */
#include <stdbool.h>
#include <stddef.h>

#define PHONE_SIZE 17 /* "+", at most 15 digits, NUL */

/* "+" and 7 to 15 digits, the first not 0. */
bool phone_is_valid(const char *e164);
/* Does an SMS reach it, as far as a number tells: mobile in Japan, anything abroad. */
bool phone_takes_sms(const char *e164);

/**
 * phone_read() - from what a person wrote
 * @text: UTF-8; full-width digits, hyphens, brackets, dots and spaces are read through
 *
 * Return: 0 with @e164 filled, -EINVAL.
 */
int phone_read(const char *text, char e164[PHONE_SIZE]);
