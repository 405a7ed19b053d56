/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Pictures of goods. A picture's name is the SHA-256 of its bytes: what bears a name never changes, so it can be kept for ever and
 * asked for again from anybody. Shipments carry names only; the bytes travel beside the ledger (services/sync/pictures.h).
 *
 * Source: services/sync/contract/commands.md (shipment, picture); PNG, 5.2; JPEG (ITU T.81), B.1.1.3; WebP container (RFC 9649, 2.3).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/base/json.h"

#define PICTURE_NAME_MAX  65           /* 64 lower-case hex digits and the NUL */
#define PICTURE_BYTES_MAX (128 * 1024) /* of one picture */

/* Takes NULL. Nothing else can name a file: no slash, no dot, one length. */
bool picture_name_is_valid(const char *name);
/* By the first bytes of its @n, whatever anybody says of it. Return: "image/png", "image/jpeg", "image/webp"; NULL for all else. */
const char *picture_media_type(const uint8_t *bytes, size_t n);
/* The picture that a line or an insert names. Return: its name, borrowed; NULL without one, or with one that is none. */
const char *picture_of(const struct json *object);
