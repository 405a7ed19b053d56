/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a PIN's hash: what is taken costs no more than the limits say, as another reader reads it. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/domain/pin-hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        char *text = malloc(size + 1);
        unsigned long memory, passes;
        int end = 0;

        if (!text)
                abort();
        memcpy(text, data, size);
        text[size] = '\0';
        if (pin_hash_is_valid(text)) {
                assert(strlen(text) < PIN_HASH_SIZE);
                assert(sscanf(text, "$argon2id$v=19$m=%lu,t=%lu,p=1$%*22[A-Za-z0-9+/]$%*43[A-Za-z0-9+/]%n",
                               &memory, &passes, &end) == 2);
                assert((size_t) end == strlen(text) && memory <= PIN_HASH_MEMORY_MAX && memory > 0 &&
                        passes <= PIN_HASH_PASSES_MAX && passes > 0);
        }
        if (pin_is_good(text))
                assert(strlen(text) >= PIN_MIN && strlen(text) <= PIN_MAX);
        free(text);
        return 0;
}
