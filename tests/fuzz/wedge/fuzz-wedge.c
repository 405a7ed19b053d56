/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any key events from a keyboard scanner, with gaps, lost events and unplugs between. What is delivered is text only, at most as
 * many characters as keys were pressed since the last boundary, and never anything after a hole or a missed head.
 *
 * Input: byte 0 is the layout (bit 0); then pairs: the code's low byte; a byte of value (bits 0-1; 3 is no key but an act chosen
 * by the code's low bits: skip, distrust, abandon), code's bits 8-9 (bits 2-3) and the time since the last event (bits 4-7, each
 * 10 ms).
 */
#include <assert.h>

#include "drivers/wedge/decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct watch {
        size_t n_presses; /* since the last boundary */
        bool spoiled;     /* nothing may be delivered before the next boundary */
};

static void watch_clear(struct watch *w) {
        *w = (struct watch){0};
}

static void check_scan(const struct watch *w, const struct scan_text *scan) {
        assert(!w->spoiled);
        assert(scan->n >= 1 && scan->n <= SCAN_TEXT_MAX && scan->n <= w->n_presses &&
                scan->bytes[scan->n] == '\0');
        for (size_t i = 0; i < scan->n; i++)
                assert(scan_byte_is_allowed((uint8_t) scan->bytes[i]));
}

static void act(struct wedge_decoder *d, struct watch *w, uint8_t which) {
        switch (which % 3) {
        case 0:
                wedge_decoder_skip(d);
                assert(!wedge_decoder_is_pending(d));
                w->spoiled = true;
                break;
        case 1:
                wedge_decoder_distrust(d, SCAN_REFUSED_UNFINISHED);
                w->spoiled = true;
                break;
        default:
                (void) wedge_decoder_abandon(d, SCAN_REFUSED_UNPLUGGED);
                assert(!wedge_decoder_is_pending(d));
                assert(wedge_decoder_abandon(d, SCAN_REFUSED_UNPLUGGED) == SCAN_REFUSED_NONE);
                watch_clear(w);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct wedge_decoder d = {.layout = size > 0 && (data[0] & 1) ? WEDGE_LAYOUT_JIS : WEDGE_LAYOUT_US};
        struct watch w = {0};
        uint64_t usec = 1000000;

        for (size_t i = 1; i + 1 < size; i += 2) {
                uint16_t code = (uint16_t) (data[i] | (data[i + 1] & 0x0C) << 6);
                int32_t value = data[i + 1] & 3;
                uint64_t gap_usec = (uint64_t) (data[i + 1] >> 4) * 10000;
                const struct scan_text *scan = NULL;
                enum scan_refusal why = SCAN_REFUSED_NONE;
                int r;

                if (value == 3) {
                        act(&d, &w, data[i]);
                        continue;
                }
                if (d.last_usec > 0 && gap_usec > SCAN_GAP_USEC)
                        watch_clear(&w);
                usec += gap_usec;
                w.n_presses += value == 1 || value == 0; /* letting Alt go types a character too */
                r = wedge_decoder_feed(&d, code, value, usec, &scan, &why);
                assert(r == 0 || r == WEDGE_E_PENDING || r == WEDGE_E_REFUSED);
                assert((r == WEDGE_E_REFUSED) == (why != SCAN_REFUSED_NONE));
                if (r == 0)
                        check_scan(&w, scan);
                if (r == 0 || (value == 1 && (code == 15 || code == 28 ||
                                                     code == 96))) /* TAB, ENTER, keypad ENTER */
                        watch_clear(&w);
        }
        return 0;
}
