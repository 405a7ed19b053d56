/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/bytes.h"

#include <errno.h>
#include <stdlib.h>

void hex_encode(const uint8_t *bytes, size_t n, char *text) {
        static const char digits[] = "0123456789abcdef";

        for (size_t i = 0; i < n; i++) {
                *text++ = digits[bytes[i] >> 4];
                *text++ = digits[bytes[i] & 15];
        }
        *text = '\0';
}

static int hex_digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int hex_decode(const char *text, uint8_t *bytes, size_t n) {
        for (size_t i = 0; i < 2 * n; i++)
                if (hex_digit(text[i]) < 0) /* the NUL too */
                        return -EINVAL;
        if (text[2 * n] != '\0')
                return -EINVAL;
        for (size_t i = 0; i < n; i++)
                bytes[i] = (uint8_t) (hex_digit(text[2 * i]) * 16 + hex_digit(text[2 * i + 1]));
        return 0;
}

void base64_encode(const uint8_t *bytes, size_t n, struct str *out) {
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        char *to;

        if (!str_reserve(out, (n + 2) / 3 * 4))
                return;
        to = out->data + out->len;
        for (; n >= 3; bytes += 3, n -= 3) {
                uint32_t group = (uint32_t) bytes[0] << 16 | (uint32_t) bytes[1] << 8 | bytes[2];

                *to++ = alphabet[group >> 18];
                *to++ = alphabet[group >> 12 & 63];
                *to++ = alphabet[group >> 6 & 63];
                *to++ = alphabet[group & 63];
        }
        if (n > 0) {
                uint32_t group = (uint32_t) bytes[0] << 16 | (n > 1 ? (uint32_t) bytes[1] << 8 : 0);

                *to++ = alphabet[group >> 18];
                *to++ = alphabet[group >> 12 & 63];
                *to++ = n > 1 ? alphabet[group >> 6 & 63] : '=';
                *to++ = '=';
        }
        *to = '\0';
        out->len = (size_t) (to - out->data);
}

static int base64_digit(char c) {
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        if (c >= '0' && c <= '9')
                return c - '0' + 52;
        return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int base64_decode(const char *text, size_t n, uint8_t **bytesp, size_t *n_bytesp) {
        _autofree_ uint8_t *bytes = NULL;
        size_t n_padding = 0, n_bytes = 0;
        uint32_t group = 0;

        if (n % 4 != 0)
                return -EBADMSG;
        if (n > 0 && text[n - 1] == '=')
                n_padding = text[n - 2] == '=' ? 2 : 1;
        bytes = malloc(n / 4 * 3 + 1);
        if (!bytes)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                int digit = i < n - n_padding ? base64_digit(text[i]) : 0;

                if (digit < 0)
                        return -EBADMSG;
                group = group << 6 | (uint32_t) digit;
                if (i % 4 < 3)
                        continue;
                bytes[n_bytes++] = (uint8_t) (group >> 16);
                bytes[n_bytes++] = (uint8_t) (group >> 8);
                bytes[n_bytes++] = (uint8_t) group;
        }
        /* Canonical: bits that no byte takes are 0, so that one content has one text. */
        if ((n_padding == 1 && (group & 0xFF)) || (n_padding == 2 && (group & 0xFFFF)))
                return -EBADMSG;
        *n_bytesp = n_bytes - n_padding;
        *bytesp = take_ptr(bytes);
        return 0;
}
