/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a slip says, what goes to the printer is our own commands and letters: read here as a printer reads it, it is cut once, at its end. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "drivers/printer/escpos.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Return: bytes of the command at @at. */
static size_t command(const uint8_t *at, size_t n, int *cutsp) {
        static const struct {
                const char *begin;
                size_t n;
        } known[] = {{"\x1b@", 2}, {"\x1bR", 3}, {"\x1bt", 3}, {"\x1b\x61", 3}, {"\x1b\x64", 3}, {"\x1b!", 3},
                {"\x1c&", 2}, {"\x1c\x43", 3}, {"\x1c!", 3}};

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
                if (memcmp(at, known[i].begin, 2) == 0)
                        return known[i].n;
        assert(at[0] == 0x1d && n >= 4);
        if (at[1] == 'V') {
                (*cutsp)++;
                return 4;
        }
        assert(at[1] == 'v' && n >= 8);
        return 8 + (size_t) (at[4] | at[5] << 8) * (size_t) (at[6] | at[7] << 8);
}

/* The first byte says whether it is printed again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_str_ struct str out = STR_INIT;
        struct escpos_page page = {.number = "0123456789ab"};
        int cuts = 0;

        if (size == 0)
                return 0;
        page.is_again = data[0] & 1;
        page.text = (const char *) data + 1;
        page.n = size - 1;
        if (escpos_write(&page, &out) < 0) {
                assert(page.n > ESCPOS_TEXT_MAX);
                return 0;
        }
        for (size_t i = 0; i < out.len;) {
                const uint8_t *at = (const uint8_t *) out.data + i;
                size_t n = 1;

                if (*at == 0x1b || *at == 0x1c || *at == 0x1d)
                        n = command(at, out.len - i, &cuts);
                else if ((*at >= 0x81 && *at <= 0x9f) || *at >= 0xe0)
                        n = 2;
                else
                        assert(*at == '\n' || *at >= 0x20);
                assert(n <= out.len - i);
                i += n;
        }
        assert(cuts == 1 && memcmp(out.data + out.len - 4, "\x1dVB\0", 4) == 0);
        return 0;
}
