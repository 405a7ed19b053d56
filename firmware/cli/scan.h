/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the verbs share that act through the control socket: okuru scan, bay close, notices approve, notices correct. */
#include "firmware/base/json.h"
#include "firmware/cli/look.h"

/* Asks the station @request and prints its verdicts. @answerp: owned by the caller. Return: VERB_OK, or what was said. */
int scan_ask(const struct invocation *in, const struct str *request, struct json **answerp);
/* Is a verdict of that kind among the answer's? */
bool scan_has_kind(const struct json *answer, const char *kind);
