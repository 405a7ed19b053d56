/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A Code 128 symbol as bars, for paper. All of libzint: nobody else includes zint.h.
 *
 * Source: ISO/IEC 15417 by libzint 2.11; widths in modules (X), the narrowest bar's.
 */
#include <stddef.h>

#define BARS_MAX   512
#define BARS_QUIET 10 /* modules of white that a scanner wants on either side */

struct bars {
        size_t n;
        double width; /* modules, without quiet zones */
        struct {
                double x, width; /* modules from the left edge of the first bar */
        } bar[BARS_MAX];
};

/* @text: printable ASCII. Return: 0, -EINVAL it cannot be encoded, -E2BIG more bars than fit, -ENOMEM. */
int bars_of(const char *text, struct bars *b);
