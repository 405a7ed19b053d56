/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes from what says it is a reader, cut anywhere. What is read as a message must come out of the
 * encoder byte for byte, and can be printed.
 *
 * Input: byte 0 is the length of each piece that the network gives, 0 all at once; then the stream.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/llrp/encode.h"
#include "drivers/llrp/frame.h"
#include "drivers/llrp/print.h"
#include "firmware/base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(const uint8_t *bytes, size_t n) {
        _cleanup_str_ struct str text = STR_INIT;
        _autofree_ uint8_t *again = malloc(n);
        struct diag diag = {0};
        struct llrp_message m;
        struct llrp_encoder e;
        struct llrp_element status;
        size_t n_again = 0;
        int r;

        assert(again);
        if (llrp_message_read(bytes, n, &m, &diag) < 0) {
                assert(diag.text[0] && diag.key[0]);
                return;
        }
        llrp_encoder_init(&e, again, n);
        llrp_encode_message(&e, &m);
        r = llrp_encoder_finish(&e, &n_again);
        assert(r == 0 && n_again == n && memcmp(again, bytes, n) == 0);
        llrp_print(&m, &text);
        if (llrp_find(&m.root, LLRP_LLRPStatus, &status))
                llrp_status_print(&status, m.root.type, &text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct llrp_framer f = {0};
        size_t piece = size > 0 && data[0] > 0 ? data[0] : size;
        int r = LLRP_FRAME_E_MORE;

        for (size_t at = 1; at < size && r == LLRP_FRAME_E_MORE; at += piece) {
                const uint8_t *message;
                size_t n, left = size - at;

                r = llrp_framer_feed(&f, data + at, left < piece ? left : piece);
                assert(r == 0);
                while ((r = llrp_framer_next(&f, &message, &n)) == 0)
                        check_message(message, n);
        }
        llrp_framer_deinit(&f);
        return 0;
}
