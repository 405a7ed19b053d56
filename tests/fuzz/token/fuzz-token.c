/* SPDX-License-Identifier: Apache-2.0 */
/* Any text that a customer's QR may hold: refused whole, or fields that fit their bounds; codes and names keep theirs. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/domain/pickup-token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_token(const char *text) {
        struct pickup_token t;

        if (pickup_token_read(text, &t) != 0)
                return;
        assert(name_is_valid(t.merchant) && *t.kid && t.expires_usec >= 0);
        assert(t.n_signed < strlen(text) && text[t.n_signed] == '.');
        assert(id_is_valid(t.kind == PICKUP_TOKEN_OFFER ? t.offer : t.shipment, ID_SIZE - 1));
}

static void check_others(const char *text) {
        char code[PICKUP_CODE_SIZE], again[PICKUP_CODE_SIZE], name[PICKUP_NAME_SIZE], tail[5];

        if (pickup_code_read(text, code))
                assert(pickup_code_read(code, again) && strcmp(code, again) == 0);
        pickup_phone_tail(text, tail);
        assert(!*tail || strlen(tail) == 4);
        if (!utf8_is_valid(text, strlen(text)))
                return;
        pickup_name_read(text, name);
        assert(utf8_is_valid(name, strlen(name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        char *text = malloc(size + 1);

        assert(text);
        memcpy(text, data, size);
        text[size] = '\0';
        check_token(text);
        check_others(text);
        free(text);
        return 0;
}
