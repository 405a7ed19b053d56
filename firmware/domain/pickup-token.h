/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a customer shows: the eight characters of a pickup code, or a signed token in a QR. Pure: who signed is asked of the world.
 *
 * A token is `OKURU-T-<KID>.<PAYLOAD>.<SIGNATURE>`: base32 (RFC 4648, upper case, no padding) of a JSON object, and of an Ed25519
 * signature over all that stands before the second dot. Upper case, digits, '-' and '.' only: QR's dense alphanumeric mode, and the
 * keys that every keyboard layout shares. At most 256 characters, as a scanner sends them: 84 bytes of JSON.
 *
 * A code is of Crockford's alphabet: digits and letters without I, L, O and U; case, '-' and spaces do not matter, O is read as
 * 0, I and L as 1.
 */
#include "firmware/domain/fact.h"

#include <stdbool.h>
#include <stdint.h>

#define PICKUP_TOKEN_PREFIX   "OKURU-T-"
#define PICKUP_KID_MAX        8
#define PICKUP_SIGNATURE_SIZE 64
#define PICKUP_CODE_SIZE      9 /* with the NUL */

enum pickup_token_kind { PICKUP_TOKEN_PICKUP, PICKUP_TOKEN_OFFER };

struct pickup_token {
        enum pickup_token_kind kind;
        char kid[PICKUP_KID_MAX + 1]; /* which key signed it */
        size_t n_signed;              /* bytes of the text that the signature is of */
        uint8_t signature[PICKUP_SIGNATURE_SIZE];
        char merchant[NAME_SIZE];
        char shipment[ID_SIZE]; /* of PICKUP */
        char offer[ID_SIZE];    /* of OFFER */
        char coupon[ID_SIZE];   /* of OFFER: which one of them; "" when it is one for all */
        char store[NAME_SIZE];  /* the only site where it holds; "" any */
        int64_t expires_usec;   /* 0 never */
};

enum {
        PICKUP_TOKEN_E_OTHER = 1, /* no token */
        PICKUP_TOKEN_E_DAMAGED,   /* begins as one */
};
/* @text: NUL-terminated. Nothing of it is to be believed before the signature was held against the key. Return: 0, PICKUP_TOKEN_E_*. */
int pickup_token_read(const char *text, struct pickup_token *t);

/* As it is compared. Return: is it shaped like one. */
bool pickup_code_read(const char *text, char code[PICKUP_CODE_SIZE]);

/*
 * What a customer may be looked up by, as it is compared: the last four digits of a telephone number; a name without spaces, hiragana
 * as katakana. Return: "" when there is nothing.
 */
#define PICKUP_NAME_SIZE 256
void pickup_phone_tail(const char *phone, char tail[5]);
void pickup_name_read(const char *name, char key[PICKUP_NAME_SIZE]);
