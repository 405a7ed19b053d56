/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes from a serial scanner, with silence and unplugs between. What is delivered must be all that came since the last
 * boundary, byte for byte: a part of a code is never a scan.
 *
 * Input: byte 0 is the framing (bits 0-1 suffix, bit 2 STX); then bytes of the line, but 0xFC a missed head, 0xFD an unplug,
 * 0xFE silence.
 */
#include <assert.h>
#include <string.h>

#include "drivers/serial/framer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct line {
        uint8_t raw[4096]; /* since the last boundary */
        size_t n;
        bool overflowed;
        bool distrusted;
};

static void line_clear(struct line *l) {
        l->n = 0;
        l->overflowed = false;
        l->distrusted = false;
}

static void line_add(struct line *l, uint8_t byte) {
        if (l->n == sizeof(l->raw))
                l->overflowed = true;
        else
                l->raw[l->n++] = byte;
}

static void line_check_scan(
        const struct line *l, const struct scan_text *scan, struct serial_framing framing) {
        const uint8_t *text = l->raw;
        size_t n = l->n;

        assert(!l->overflowed && !l->distrusted);
        assert(scan->n >= 1 && scan->n <= SCAN_TEXT_MAX && scan->bytes[scan->n] == '\0');
        for (size_t i = 0; i < scan->n; i++)
                assert(scan_byte_is_allowed((uint8_t) scan->bytes[i]));
        n--; /* the suffix */
        if (framing.suffix == SERIAL_SUFFIX_CRLF ||
                (framing.suffix == SERIAL_SUFFIX_LF && n > 0 && text[n - 1] == '\r'))
                n--;
        /* Empty scans and padding before it are nothing. */
        while (n > 0 && (*text == '\r' || *text == '\n' || *text == 0x02 ||
                                (framing.suffix == SERIAL_SUFFIX_ETX && *text == 0x03))) {
                text++;
                n--;
        }
        assert(n == scan->n && memcmp(text, scan->bytes, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct serial_framer f = {0};
        struct line line = {0};

        if (size == 0)
                return 0;
        f.framing = (struct serial_framing){.suffix = data[0] & 3, .stx_prefix = data[0] & 4};
        for (size_t i = 1; i < size; i++) {
                const struct scan_text *scan = NULL;
                enum scan_refusal why = SCAN_REFUSED_NONE;
                bool pending = serial_framer_is_pending(&f);
                int r;

                if (data[i] == 0xFC) {
                        if (!pending) {
                                serial_framer_distrust(&f, SCAN_REFUSED_UNFINISHED);
                                line_clear(&line);
                                line.distrusted = true;
                        }
                        continue;
                }
                if (data[i] == 0xFD || data[i] == 0xFE) {
                        why = serial_framer_abandon(
                                &f, data[i] == 0xFD ? SCAN_REFUSED_UNPLUGGED : SCAN_REFUSED_UNFINISHED);
                        assert(pending == (why != SCAN_REFUSED_NONE));
                        assert(!serial_framer_is_pending(&f));
                        line_clear(&line);
                        continue;
                }
                line_add(&line, data[i]);
                r = serial_framer_feed(&f, data[i], &scan, &why);
                assert(r == 0 || r == SERIAL_E_PENDING || r == SERIAL_E_REFUSED);
                if (r == 0) {
                        line_check_scan(&line, scan, f.framing);
                        line_clear(&line);
                } else if (r == SERIAL_E_REFUSED) {
                        assert(why != SCAN_REFUSED_NONE);
                        line_clear(&line);
                        if (data[i] == 0x02 && f.framing.stx_prefix)
                                line_add(&line, data[i]);
                }
        }
        return 0;
}
