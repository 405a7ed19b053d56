/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes from a scanner: refused whole, or readings that agree with each other. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/domain/barcode.h"
#include "firmware/domain/waybill.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_readings(const struct barcode *b) {
        bool ours = b->kind == BARCODE_CONTROL || b->kind == BARCODE_BADGE;
        char number[WAYBILL_NUMBER_MAX + 1];

        assert(b->is_gtin == (*b->gtin != 0) && (!b->is_gtin || gs1_key_is_valid(b->gtin, 14)));
        assert(b->is_sscc == (*b->sscc != 0) && (!b->is_sscc || gs1_key_is_valid(b->sscc, 18)));
        assert(b->is_waybill == (*b->waybill != 0) && (!b->is_waybill || waybill_mod7_is_valid(b->waybill)));
        assert(!b->is_waybill || waybill_normalise("sagawa", b->text, number) == 0);
        assert(!ours || (!b->is_gtin && !b->is_sscc && !b->is_waybill && !*b->serial));
        assert(barcode_matches_code(b, b->text) != ours);
        assert(barcode_matches_open_code(b, b->text) != ours);
        assert(!b->is_gtin || barcode_matches_code(b, b->gtin));
        assert(!b->error.code || b->kind == BARCODE_TEXT);
        assert(b->error.offset <= b->n_text);
        assert(strspn(b->badge, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == strlen(b->badge));
}

/* Without its AIM identifier a code keeps its text, and its kind if the card is ours. */
static void check_again(const struct barcode *b) {
        struct barcode again;

        if (b->text[0] == ']' || barcode_read(b->text, b->n_text, &again, NULL) != 0)
                return;
        assert(strcmp(b->text, again.text) == 0 && again.guessed && !*again.aim);
        assert((b->kind == BARCODE_CONTROL) == (again.kind == BARCODE_CONTROL));
        assert((b->kind == BARCODE_BADGE) == (again.kind == BARCODE_BADGE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        char show[BARCODE_TEXT_MAX + 1];
        struct barcode b;
        size_t at = 0;
        int r = barcode_read((const char *) data, size, &b, &at);

        if (r) {
                assert(r != BARCODE_E_BYTE || at < size);
                assert(r != BARCODE_E_TOO_LONG || size > BARCODE_TEXT_MAX);
                return 0;
        }
        assert(b.n_text == strlen(b.text) && b.n_text > 0);
        assert(strlen(barcode_show(&b, show)) == b.n_text && !strchr(show, GS1_SEPARATOR));
        assert(*barcode_layout_to_str(barcode_layout_hint(b.text)) && *barcode_kind_to_str(b.kind));
        check_readings(&b);
        check_again(&b);
        return 0;
}
