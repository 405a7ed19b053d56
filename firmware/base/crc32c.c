/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/crc32c.h"

#include <endian.h>
#include <string.h>

/*
 * Slicing by 8: tables[k][i] is the remainder of byte i followed by k zero bytes. A remainder is linear in
 * the bits of i, so each table is the XOR of the eight remainders of its single bits, which are the
 * constants below; the compiler fills in the rest.
 */
#define ENTRY(i, a, b, c, d, e, f, g, h)                                                                     \
        (1 & (i) ? a : 0) ^ (2 & (i) ? b : 0) ^ (4 & (i) ? c : 0) ^ (8 & (i) ? d : 0) ^ (16 & (i) ? e : 0) ^ \
                (32 & (i) ? f : 0) ^ (64 & (i) ? g : 0) ^ (128 & (i) ? h : 0)
#define ROW4(i, ...)                                                                                         \
        ENTRY(i, __VA_ARGS__), ENTRY(i + 1, __VA_ARGS__), ENTRY(i + 2, __VA_ARGS__), ENTRY(i + 3, __VA_ARGS__)
#define ROW16(i, ...)                                                                                        \
        ROW4(i, __VA_ARGS__), ROW4(i + 4, __VA_ARGS__), ROW4(i + 8, __VA_ARGS__), ROW4(i + 12, __VA_ARGS__)
#define ROW64(i, ...)                                                                                        \
        ROW16(i, __VA_ARGS__), ROW16(i + 16, __VA_ARGS__), ROW16(i + 32, __VA_ARGS__),                       \
                ROW16(i + 48, __VA_ARGS__)
#define ROW256(...)                                                                                          \
        { ROW64(0, __VA_ARGS__), ROW64(64, __VA_ARGS__), ROW64(128, __VA_ARGS__), ROW64(192, __VA_ARGS__) }

static const uint32_t tables[8][256] = {
        ROW256(0xF26B8303, 0xE13B70F7, 0xC79A971F, 0x8AD958CF, 0x105EC76F, 0x20BD8EDE, 0x417B1DBC,
                0x82F63B78),
        ROW256(0x13A29877, 0x274530EE, 0x4E8A61DC, 0x9D14C3B8, 0x3FC5F181, 0x7F8BE302, 0xFF17C604,
                0xFBC3FAF9),
        ROW256(0xA541927E, 0x4F6F520D, 0x9EDEA41A, 0x38513EC5, 0x70A27D8A, 0xE144FB14, 0xC76580D9,
                0x8B277743),
        ROW256(0xDD45AAB8, 0xBF672381, 0x7B2231F3, 0xF64463E6, 0xE964B13D, 0xD725148B, 0xABA65FE7,
                0x52A0C93F),
        ROW256(0x38116FAC, 0x7022DF58, 0xE045BEB0, 0xC5670B91, 0x8F2261D3, 0x1BA8B557, 0x37516AAE,
                0x6EA2D55C),
        ROW256(0xEF306B19, 0xDB8CA0C3, 0xB2F53777, 0x6006181F, 0xC00C303E, 0x85F4168D, 0x0E045BEB,
                0x1C08B7D6),
        ROW256(0x68032CC8, 0xD0065990, 0xA5E0C5D1, 0x4E2DFD53, 0x9C5BFAA6, 0x3D5B83BD, 0x7AB7077A,
                0xF56E0EF4),
        ROW256(0x493C7D27, 0x9278FA4E, 0x211D826D, 0x423B04DA, 0x847609B4, 0x0D006599, 0x1A00CB32,
                0x34019664),
};

uint32_t crc32c(uint32_t crc, const void *data, size_t n) {
        const uint8_t *p = data;

        crc = ~crc;
        for (; n >= 8; n -= 8, p += 8) {
                uint64_t word;

                memcpy(&word, p, 8);
                word = le64toh(word) ^ crc;
                crc = tables[7][word & 0xFF] ^ tables[6][word >> 8 & 0xFF] ^ tables[5][word >> 16 & 0xFF] ^
                      tables[4][word >> 24 & 0xFF] ^ tables[3][word >> 32 & 0xFF] ^
                      tables[2][word >> 40 & 0xFF] ^ tables[1][word >> 48 & 0xFF] ^ tables[0][word >> 56];
        }
        for (; n > 0; n--, p++)
                crc = crc >> 8 ^ tables[0][(crc ^ *p) & 0xFF];
        return ~crc;
}

uint32_t crc32c_column(uint32_t crc, const void *data, size_t n) {
        uint32_t length = htole32(data ? (uint32_t) n : UINT32_MAX);

        crc = crc32c(crc, &length, sizeof(length));
        return data ? crc32c(crc, data, n) : crc;
}
