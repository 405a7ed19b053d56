/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The gate before cJSON: reads a whole document once, by RFC 8259, and refuses all that json.h promises to
 * refuse. Builds nothing. Private to base.
 */
#include "firmware/base/diag.h"

#include <stddef.h>

/* Return: 0, -EBADMSG with @d filled, -ENOMEM. */
int json_scan(const char *text, size_t n, struct diag *d);
