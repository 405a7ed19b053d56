/* SPDX-License-Identifier: Apache-2.0 */
/* Any PC (two bytes) and EPC: an outcome, whose texts hold, and which reads the same when it is written again. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "firmware/domain/epc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_same(const struct epc *a, const struct epc *b) {
        return a->kind == b->kind && a->why == b->why && a->header == b->header && a->filter == b->filter &&
               a->n_prefix == b->n_prefix && strcmp(a->key, b->key) == 0 &&
               strcmp(a->serial, b->serial) == 0 && strcmp(a->date_ai, b->date_ai) == 0 &&
               strcmp(a->date, b->date) == 0;
}

static void check_again(const struct epc *e) {
        uint8_t bytes[EPC_BYTES_MAX];
        struct epc again;
        size_t n;
        int r = epc_write(e, bytes, &n);

        if (r == EPC_E_HEADER)
                return; /* read, but not written */
        assert(r == 0 && n > 0 && n <= EPC_BYTES_MAX && n % 2 == 0 && bytes[0] == e->header);
        epc_read(bytes, n, (int) (n / 2) << 11, &again);
        assert(is_same(e, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        char elements[EPC_ELEMENTS_SIZE], uri[EPC_URI_SIZE];
        struct barcode b;
        struct epc e;
        int pc;

        if (size < 2)
                return 0;
        pc = data[0] == 0xFF ? EPC_PC_UNKNOWN : data[0] << 8 | data[1];
        epc_read(data + 2, size - 2, pc, &e);
        assert((e.why != EPC_WHY_NONE) == (e.kind == EPC_FOREIGN));
        if (!epc_is_ours(&e)) {
                assert(e.kind == EPC_FOREIGN || e.kind == EPC_UNPROGRAMMED);
                assert(epc_barcode(&e, &b) == EPC_E_NONE && !*e.key && !*e.serial);
                return 0;
        }
        assert(epc_header_to_str(e.header) && *e.key);
        assert(epc_elements(&e, elements) == 0 && strlen(elements) < sizeof(elements));
        assert(epc_uri(&e, uri) == 0 && strlen(uri) < sizeof(uri));
        assert(epc_barcode(&e, &b) == 0);
        assert(b.is_gtin == (e.kind == EPC_SGTIN) && b.is_sscc == (e.kind == EPC_SSCC));
        check_again(&e);
        return 0;
}
