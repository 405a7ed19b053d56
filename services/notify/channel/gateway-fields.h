/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The fields of a gateway's request, each written so that it stays one value in its place. Pure. */
#include "services/notify/channel/gateway-config.h"

struct gateway_values { /* borrowed */
        const char *to, *text, *id, *secret;
};

enum gateway_place { GATEWAY_IN_URL, GATEWAY_IN_HEADER, GATEWAY_IN_JSON, GATEWAY_IN_FORM };

/**
 * gateway_fill() - @pattern with its fields
 * @v: NULL only checks the pattern: nothing is appended
 *
 * Return: 0, -EINVAL (a field that is none, or not of this place, or braces without end), or the sticky error of @out.
 */
int gateway_fill(
        const char *pattern, enum gateway_place place, const struct gateway_values *v, struct str *out);
