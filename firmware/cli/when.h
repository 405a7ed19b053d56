/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A time as a person types it: of today, of this clock, or with its offset. */
#include "firmware/base/time.h"

#include <stdint.h>

/**
 * when_read() - "14:30", "2026-11-22T14:30", RFC 3339
 * @option: by whose name it is refused, without its dashes
 * @rfc3339: TIME_TEXT_MAX bytes; NULL: not wanted
 *
 * Return: VERB_OK; VERB_USAGE, said.
 */
int when_read(const char *option, const char *text, int64_t *usecp, char *rfc3339);
