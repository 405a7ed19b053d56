/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/pickup-token.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/time.h"

#include <ctype.h>
#include <string.h>

#define PAYLOAD_MAX 84

/* ---- base32 ---- */

static int digit_of(char c) {
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

/* Only one text for the same bytes: what is left over must be zero, and not a whole digit. Return: bytes, -1 when it is none. */
static int decode(const char *text, size_t n, uint8_t *bytes, size_t size) {
        unsigned bits = 0, have = 0;
        size_t used = 0;

        for (size_t i = 0; i < n; i++) {
                int digit = digit_of(text[i]);

                if (digit < 0)
                        return -1;
                bits = bits << 5 | (unsigned) digit;
                have += 5;
                if (have < 8)
                        continue;
                have -= 8;
                if (used == size)
                        return -1;
                bytes[used++] = (uint8_t) (bits >> have);
                bits &= (1U << have) - 1;
        }
        return bits == 0 && have < 5 ? (int) used : -1;
}

/* ---- the token ---- */

static bool read_kid(const char *text, size_t n, struct pickup_token *t) {
        if (n == 0 || n > PICKUP_KID_MAX)
                return false;
        for (size_t i = 0; i < n; i++)
                if (!(text[i] >= 'A' && text[i] <= 'Z') && !(text[i] >= '0' && text[i] <= '9'))
                        return false;
        memcpy(t->kid, text, n);
        t->kid[n] = '\0';
        return true;
}

static bool take(char *to, size_t size, const struct json *doc, const char *key) {
        return copy_text(to, size, json_get_string(doc, key, ""));
}

/* {"t":"p","m":merchant,"s":shipment,"w":store,"x":seconds} or {"t":"o","m":merchant,"o":offer,"n":coupon,"w":store,"x":seconds} */
static bool read_payload(const struct json *doc, struct pickup_token *t) {
        const char *kind = json_get_string(doc, "t", "p");
        int64_t expires = json_get_int(doc, "x", 0);

        t->kind = strcmp(kind, "o") == 0 ? PICKUP_TOKEN_OFFER : PICKUP_TOKEN_PICKUP;
        if ((strcmp(kind, "o") != 0 && strcmp(kind, "p") != 0) || expires < 0 ||
                expires > INT64_MAX / (int64_t) USEC_PER_SEC)
                return false;
        t->expires_usec = expires * (int64_t) USEC_PER_SEC;
        if (!take(t->merchant, sizeof(t->merchant), doc, "m") ||
                !take(t->shipment, sizeof(t->shipment), doc, "s") ||
                !take(t->offer, sizeof(t->offer), doc, "o") ||
                !take(t->coupon, sizeof(t->coupon), doc, "n") || !take(t->store, sizeof(t->store), doc, "w"))
                return false;
        if (!name_is_valid(t->merchant) || (*t->store && !name_is_valid(t->store)) ||
                (*t->coupon && !id_is_valid(t->coupon, ID_SIZE - 1)))
                return false;
        return id_is_valid(t->kind == PICKUP_TOKEN_OFFER ? t->offer : t->shipment, ID_SIZE - 1);
}

static bool read_parts(const char *text, struct pickup_token *t) {
        const char *kid = text + strlen(PICKUP_TOKEN_PREFIX);
        const char *payload = strchr(kid, '.'), *signature = payload ? strchr(payload + 1, '.') : NULL;
        _cleanup_(json_freep) struct json *doc = NULL;
        uint8_t bytes[PAYLOAD_MAX];
        int n;

        if (!signature || !read_kid(kid, (size_t) (payload - kid), t))
                return false;
        t->n_signed = (size_t) (signature - text);
        payload++;
        n = decode(payload, (size_t) (signature - payload), bytes, sizeof(bytes));
        if (n <= 0)
                return false;
        signature++;
        if (decode(signature, strlen(signature), t->signature, sizeof(t->signature)) != PICKUP_SIGNATURE_SIZE)
                return false;
        if (json_parse((const char *) bytes, (size_t) n, &doc, NULL) < 0 || json_type(doc) != JSON_OBJECT)
                return false;
        return read_payload(doc, t);
}

int pickup_token_read(const char *text, struct pickup_token *t) {
        struct pickup_token fresh = {0};

        if (strncmp(text, PICKUP_TOKEN_PREFIX, strlen(PICKUP_TOKEN_PREFIX)) != 0)
                return PICKUP_TOKEN_E_OTHER;
        if (!read_parts(text, &fresh))
                return PICKUP_TOKEN_E_DAMAGED;
        *t = fresh;
        return 0;
}

/* ---- the code ---- */

bool pickup_code_read(const char *text, char code[PICKUP_CODE_SIZE]) {
        size_t n = 0;

        for (; *text; text++) {
                char c = *text >= 'a' && *text <= 'z' ? (char) (*text - 'a' + 'A') : *text;

                if (c == '-' || c == ' ')
                        continue;
                if (c == 'O')
                        c = '0';
                if (c == 'I' || c == 'L')
                        c = '1';
                if (n == PICKUP_CODE_SIZE - 1 || !c || !strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", c))
                        return false;
                code[n++] = c;
        }
        code[n] = '\0';
        return n == PICKUP_CODE_SIZE - 1;
}

/* ---- telephone and name ---- */

void pickup_phone_tail(const char *phone, char tail[5]) {
        char digits[64];
        size_t n = 0;

        for (; *phone && n < sizeof(digits) - 1; phone++)
                if (*phone >= '0' && *phone <= '9')
                        digits[n++] = *phone;
        digits[n] = '\0';
        (void) copy_text(tail, 5, n >= 4 ? digits + n - 4 : "");
}

void pickup_name_read(const char *name, char key[PICKUP_NAME_SIZE]) {
        size_t n = 0, length = strlen(name);

        for (size_t at = 0; at < length;) {
                size_t step = utf8_sequence(name + at, length - at);
                const unsigned char *c = (const unsigned char *) name + at;

                if (step == 0 || n + step >= PICKUP_NAME_SIZE)
                        break;
                at += step;
                if (step == 1 && *c <= ' ')
                        continue;
                if (step == 3 && memcmp(c, "\xe3\x80\x80", 3) == 0) /* an ideographic space */
                        continue;
                memcpy(key + n, c, step);
                if (step == 1)
                        key[n] = (char) toupper(*c);
                /* U+3041..U+3096 are hiragana, 0x60 below their katakana. */
                if (step == 3 && c[0] == 0xE3 && (c[1] == 0x81 || (c[1] == 0x82 && c[2] <= 0x96))) {
                        unsigned point = (unsigned) (c[0] & 0x0F) << 12 | (unsigned) (c[1] & 0x3F) << 6 |
                                         (c[2] & 0x3F);

                        if (point >= 0x3041 && point <= 0x3096) {
                                point += 0x60;
                                key[n + 1] = (char) (0x80 | (point >> 6 & 0x3F));
                                key[n + 2] = (char) (0x80 | (point & 0x3F));
                        }
                }
                n += step;
        }
        key[n] = '\0';
}
