/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected). Source: RFC 3720 section B.4 (check vectors). */
#include <stddef.h>
#include <stdint.h>

/* @crc: 0 to begin, or the value returned before, to go on. */
uint32_t crc32c(uint32_t crc, const void *data, size_t n);
/* One column of a row check: u32 little-endian length, then the bytes; NULL data counts as length 0xFFFFFFFF
 * without bytes. */
uint32_t crc32c_column(uint32_t crc, const void *data, size_t n);
