/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/sheet/bars.h"

#include "firmware/base/cleanup.h"

#include <errno.h>
#include <string.h>
#include <zint.h>

static void symbol_freep(struct zint_symbol **p) {
        if (*p)
                ZBarcode_Delete(*p);
}

int bars_of(const char *text, struct bars *b) {
        _cleanup_(symbol_freep) struct zint_symbol *symbol = ZBarcode_Create();
        size_t n = 0;
        double unit;

        if (!symbol)
                return -ENOMEM;
        symbol->symbology = BARCODE_CODE128;
        symbol->show_hrt = 0; /* we write our own words */
        if (ZBarcode_Encode(symbol, (const unsigned char *) text, (int) strlen(text)) >= ZINT_ERROR ||
                ZBarcode_Buffer_Vector(symbol, 0) >= ZINT_ERROR || symbol->width <= 0)
                return -EINVAL;
        unit = (double) symbol->vector->width / symbol->width; /* the library scales its drawing */
        for (const struct zint_vector_rect *r = symbol->vector->rectangles; r; r = r->next, n++) {
                if (n == BARS_MAX)
                        return -E2BIG;
                b->bar[n].x = (double) r->x / unit;
                b->bar[n].width = (double) r->width / unit;
        }
        b->n = n;
        b->width = symbol->width;
        return 0;
}
