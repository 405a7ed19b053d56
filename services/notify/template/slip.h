/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lines that fit on paper of a fixed pitch, where full-width characters take two columns. Private to this folder. Pure.
 *
 * Source: Unicode TR 11 (East Asian width), wide and full-width; JIS X 4051 as far as: no line begins with 、。）」 and their like or ends
 * with （「.
 */
#include "firmware/base/str.h"

/* Columns of one character, @n bytes: 1 or 2. */
size_t slip_width(const char *c, size_t n);
/* Of the widest line. */
size_t slip_columns(const char *text);
/* Break the lines of @text behind @columns (16 at least); words and addresses stay whole where they fit a line. */
void slip_wrap(const char *text, size_t columns, struct str *out);
