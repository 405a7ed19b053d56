/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* EPCs that could be on a tag, from a dice of their own, so that a failure can be had again. For tests. */
#include "firmware/domain/epc.h"

/* Return: false when the header is of no scheme that is written. */
bool random_epc(uint64_t *seed, uint8_t header, struct epc *e);
