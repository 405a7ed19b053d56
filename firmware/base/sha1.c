/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/sha1.h"

#include <endian.h>
#include <string.h>

static uint32_t rotate(uint32_t x, unsigned bits) {
        return x << bits | x >> (32 - bits);
}

static void sha1_block(struct sha1 *s) {
        uint32_t w[80], a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4];

        memcpy(w, s->block, sizeof(s->block));
        for (size_t i = 0; i < 16; i++)
                w[i] = be32toh(w[i]);
        for (size_t i = 16; i < 80; i++)
                w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (size_t i = 0; i < 80; i++) {
                uint32_t f, k, next;

                if (i < 20) {
                        f = (b & c) | (~b & d);
                        k = 0x5A827999;
                } else if (i < 40) {
                        f = b ^ c ^ d;
                        k = 0x6ED9EBA1;
                } else if (i < 60) {
                        f = (b & c) | (b & d) | (c & d);
                        k = 0x8F1BBCDC;
                } else {
                        f = b ^ c ^ d;
                        k = 0xCA62C1D6;
                }
                next = rotate(a, 5) + f + e + k + w[i];
                e = d;
                d = c;
                c = rotate(b, 30);
                b = a;
                a = next;
        }
        s->h[0] += a;
        s->h[1] += b;
        s->h[2] += c;
        s->h[3] += d;
        s->h[4] += e;
}

void sha1_init(struct sha1 *s) {
        *s = (struct sha1){.h = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0}};
}

void sha1_add(struct sha1 *s, const void *data, size_t n) {
        const uint8_t *p = data;

        while (n > 0) {
                size_t used = s->n_bytes % 64, take = n < 64 - used ? n : 64 - used;

                memcpy(s->block + used, p, take);
                s->n_bytes += take;
                p += take;
                n -= take;
                if (s->n_bytes % 64 == 0)
                        sha1_block(s);
        }
}

void sha1_end(struct sha1 *s, uint8_t digest[SHA1_SIZE]) {
        static const uint8_t padding[64] = {0x80};
        uint64_t n_bits = htobe64(s->n_bytes * 8);

        sha1_add(s, padding, 1 + (119 - s->n_bytes % 64) % 64);
        sha1_add(s, &n_bits, sizeof(n_bits));
        for (size_t i = 0; i < 5; i++) {
                uint32_t word = htobe32(s->h[i]);

                memcpy(digest + 4 * i, &word, 4);
        }
}
