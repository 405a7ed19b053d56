/* SPDX-License-Identifier: Apache-2.0 */
/* One form for each code, so that a look-up is one step in an index: the forms that barcode_matches_*() compare. */
#include "firmware/ledger/ledger-private.h"

#include "firmware/domain/gs1.h"
#include "firmware/domain/waybill.h"

#include <string.h>

void code_key(const char *code, char key[CODE_SIZE]) {
        if (strlen(code) > 14 || gs1_gtin_normalise(code, key) != 0)
                (void) copy_text(
                        key, CODE_SIZE, code); /* no code is longer than a scan's part that is kept */
}

void open_code_keys(const char *code, char keys[2][CODE_SIZE]) {
        char number[WAYBILL_NUMBER_MAX + 1];

        (void) copy_text(keys[0], CODE_SIZE, code); /* as above */
        keys[1][0] = 0;
        if (waybill_normalise("yamato", code, number) == 0)
                (void) copy_text(keys[1], CODE_SIZE, number); /* shorter */
        else if (strlen(code) == 20 && strncmp(code, "00", 2) == 0 && gs1_key_is_valid(code + 2, 18))
                (void) copy_text(keys[1], CODE_SIZE, code + 2); /* shorter */
        if (strcmp(keys[0], keys[1]) == 0)
                keys[1][0] = 0;
}
