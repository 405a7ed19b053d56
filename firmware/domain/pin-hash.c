/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/pin-hash.h"

#include <stddef.h>
#include <string.h>

#define SALT_CHARS 22 /* 16 bytes */
#define HASH_CHARS 43 /* 32 bytes */
#define MEMORY_MIN 8  /* KiB, with one lane */

/* @textp behind the number. Leading zeros are another text for the same, and refused. */
static bool take_number(const char **textp, uint32_t min, uint32_t max) {
        const char *p = *textp;
        uint32_t n = 0;

        if (*p < '1' || *p > '9')
                return false;
        for (; *p >= '0' && *p <= '9'; p++) {
                n = n * 10 + (uint32_t) (*p - '0');
                if (n > max)
                        return false;
        }
        *textp = p;
        return n >= min;
}

static bool take(const char **textp, const char *word) {
        size_t n = strlen(word);

        if (strncmp(*textp, word, n) != 0)
                return false;
        *textp += n;
        return true;
}

static bool take_base64(const char **textp, size_t n) {
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

        if (strspn(*textp, digits) != n)
                return false;
        *textp += n;
        return true;
}

bool pin_hash_is_valid(const char *text) {
        return take(&text, "$argon2id$v=19$m=") && take_number(&text, MEMORY_MIN, PIN_HASH_MEMORY_MAX) &&
               take(&text, ",t=") && take_number(&text, 1, PIN_HASH_PASSES_MAX) && take(&text, ",p=1$") &&
               take_base64(&text, SALT_CHARS) && take(&text, "$") && take_base64(&text, HASH_CHARS) &&
               *text == '\0';
}

/* Is each digit the one before it plus @step? */
static bool is_run(const char *pin, int step) {
        for (size_t i = 1; pin[i]; i++)
                if (pin[i] - pin[i - 1] != step)
                        return false;
        return true;
}

bool pin_is_good(const char *pin) {
        size_t n = strlen(pin);

        return n >= PIN_MIN && n <= PIN_MAX && strspn(pin, "0123456789") == n && !is_run(pin, 0) &&
               !is_run(pin, 1) && !is_run(pin, -1);
}
