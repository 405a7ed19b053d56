/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Places in a JSON document, as a config names them. Pure. Source: RFC 6901. */
#include "firmware/base/json.h"

#define POINTER_MAX 128 /* bytes */

/* "" or "/" and tokens, in which "~" is followed by 0 or 1. */
bool pointer_is_valid(const char *pointer);
/* The value there; NULL when there is none. "-" names none. @pointer: valid */
const struct json *pointer_find(const struct json *root, const char *pointer);
/* Is @v this text: a string, a whole number in decimal, or true, false, null. */
bool pointer_equals(const struct json *v, const char *text);
