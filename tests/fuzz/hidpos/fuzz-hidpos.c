/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any device that calls itself a HID one: any descriptor, then any reports, with silence and unplugs between. A layout lies
 * within its report; a scan is made of allowed bytes, and after its end nothing is left of it.
 *
 * Input: byte 0 the length of the descriptor in pairs of bytes, the descriptor, then chunks: a byte n and n bytes of a report,
 * but n = 0xFD an unplug, 0xFE silence, 0xFF a missed head.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/hidpos/decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_layout(const struct hidpos_layout *l) {
        size_t head = l->report_id ? 1 : 0;

        assert(l->n_bytes <= HIDPOS_REPORT_MAX + 1);
        assert(l->n_data >= 1 && l->data_at >= head && l->data_at + l->n_data <= l->n_bytes);
        assert(!l->has_count || (l->count_at >= head && l->count_at < l->n_bytes));
        assert(!l->has_aim || (l->aim_at >= head && l->aim_at + 3 <= l->n_bytes));
        assert(!l->has_more || (l->more_at >= head && l->more_at < l->n_bytes && l->more_mask));
}

static void check_scan(const struct scan_text *scan) {
        assert(scan->n >= 1 && scan->n <= SCAN_TEXT_MAX && scan->bytes[scan->n] == '\0');
        for (size_t i = 0; i < scan->n; i++)
                assert(scan_byte_is_allowed((uint8_t) scan->bytes[i]));
}

static void feed(struct hidpos_decoder *d, const uint8_t *bytes, size_t n) {
        uint8_t *copy = malloc(n ? n : 1); /* of its very size: the sanitizer sees a byte too far */
        const struct scan_text *scan = NULL;
        enum scan_refusal why = SCAN_REFUSED_NONE;
        int r;

        if (!copy)
                return;
        if (n > 0)
                memcpy(copy, bytes, n);
        r = hidpos_decoder_feed(d, copy, n, &scan, &why);
        free(copy);
        assert(r == 0 || r == HIDPOS_E_PENDING || r == HIDPOS_E_REFUSED);
        if (r == 0)
                check_scan(scan);
        if (r != HIDPOS_E_PENDING)
                assert(!hidpos_decoder_is_pending(d));
        assert((r == HIDPOS_E_REFUSED) == (why != SCAN_REFUSED_NONE));
}

static void abandon(struct hidpos_decoder *d, enum scan_refusal why) {
        bool pending = hidpos_decoder_is_pending(d);

        assert(pending == (hidpos_decoder_abandon(d, why) != SCAN_REFUSED_NONE));
        assert(!hidpos_decoder_is_pending(d));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct hidpos_decoder d = {0};
        size_t n = size > 0 ? (size_t) data[0] * 2 : 0;
        size_t i = 1 + n;
        int r;

        if (size < 1 + n)
                return 0;
        r = hidpos_layout_parse(&d.layout, data + 1, n);
        assert(r == 0 || r == HIDPOS_E_NOT_POS || r == HIDPOS_E_UNREADABLE || r == -EBADMSG);
        if (r != 0)
                return 0;
        check_layout(&d.layout);
        while (i < size) {
                size_t n_chunk = data[i++];

                if (n_chunk == 0xFD) {
                        abandon(&d, SCAN_REFUSED_UNPLUGGED);
                } else if (n_chunk == 0xFE) {
                        abandon(&d, SCAN_REFUSED_UNFINISHED);
                } else if (n_chunk == 0xFF) {
                        if (!hidpos_decoder_is_pending(&d))
                                hidpos_decoder_distrust(&d, SCAN_REFUSED_UNFINISHED);
                } else {
                        if (n_chunk > size - i)
                                n_chunk = size - i;
                        feed(&d, data + i, n_chunk);
                        i += n_chunk;
                }
        }
        return 0;
}
