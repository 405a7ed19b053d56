/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/serial/framer.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"

#define STX 0x02
#define ETX 0x03
#define LF  0x0A
#define CR  0x0D

int serial_suffix_from_str(const char *word, enum serial_suffix *suffixp) {
        static const char *const words[] = {
                [SERIAL_SUFFIX_CR] = "cr",
                [SERIAL_SUFFIX_LF] = "lf",
                [SERIAL_SUFFIX_CRLF] = "crlf",
                [SERIAL_SUFFIX_ETX] = "etx",
        };

        for (unsigned int i = 0; i < ELEMENTSOF(words); i++) {
                if (strcmp(word, words[i]) == 0) {
                        *suffixp = i;
                        return 0;
                }
        }
        return -EINVAL;
}

static void serial_framer_clear(struct serial_framer *f) {
        scan_text_clear(&f->scan);
        f->delivered = false;
        f->in_frame = false;
        f->cr_waits = false;
}

/* A byte of the text, or a control byte that refuses it. */
static int serial_framer_add(struct serial_framer *f, uint8_t byte) {
        if (f->framing.stx_prefix && !f->in_frame) {
                if ((byte == CR || byte == LF) && scan_text_is_empty(&f->scan))
                        return SERIAL_E_PENDING;
                /* A tail can itself be a valid shorter code. */
                scan_text_refuse(&f->scan, SCAN_REFUSED_UNFINISHED);
        }
        scan_text_add(&f->scan, byte);
        return SERIAL_E_PENDING;
}

static int serial_framer_end(
        struct serial_framer *f, const struct scan_text **scanp, enum scan_refusal *whyp) {
        if (f->scan.refused != SCAN_REFUSED_NONE) {
                *whyp = f->scan.refused;
                serial_framer_clear(f);
                return SERIAL_E_REFUSED;
        }
        if (f->scan.n == 0) {
                serial_framer_clear(f);
                return SERIAL_E_PENDING;
        }
        f->delivered = true;
        *scanp = &f->scan;
        return 0;
}

static int serial_framer_begin(struct serial_framer *f, enum scan_refusal *whyp) {
        enum scan_refusal why = serial_framer_abandon(f, SCAN_REFUSED_UNFINISHED);

        f->in_frame = true;
        if (why == SCAN_REFUSED_NONE)
                return SERIAL_E_PENDING;
        *whyp = why;
        return SERIAL_E_REFUSED;
}

int serial_framer_feed(
        struct serial_framer *f, uint8_t byte, const struct scan_text **scanp, enum scan_refusal *whyp) {
        enum serial_suffix suffix = f->framing.suffix;
        bool swallows_lf = f->swallows_lf, cr_waits = f->cr_waits;

        if (f->delivered)
                serial_framer_clear(f);
        f->swallows_lf = false;
        f->cr_waits = false;

        if (byte == STX && f->framing.stx_prefix)
                return serial_framer_begin(f, whyp);
        if (suffix == SERIAL_SUFFIX_ETX)
                return byte == ETX ? serial_framer_end(f, scanp, whyp) : serial_framer_add(f, byte);
        if (suffix == SERIAL_SUFFIX_CR) {
                if (byte == LF && swallows_lf)
                        return SERIAL_E_PENDING;
                f->swallows_lf = byte == CR;
                return byte == CR ? serial_framer_end(f, scanp, whyp) : serial_framer_add(f, byte);
        }

        if (byte == LF && (cr_waits || suffix == SERIAL_SUFFIX_LF))
                return serial_framer_end(f, scanp, whyp);
        if (cr_waits)
                (void) serial_framer_add(f, CR); /* it was no suffix, so it stands in the text */
        if (byte == CR) {
                f->cr_waits = true;
                return SERIAL_E_PENDING;
        }
        return serial_framer_add(f, byte);
}

bool serial_framer_is_pending(const struct serial_framer *f) {
        return !f->delivered && (f->in_frame || f->cr_waits || !scan_text_is_empty(&f->scan));
}

enum scan_refusal serial_framer_abandon(struct serial_framer *f, enum scan_refusal why) {
        bool pending = serial_framer_is_pending(f);

        if (pending && f->scan.refused != SCAN_REFUSED_NONE)
                why = f->scan.refused;
        serial_framer_clear(f);
        return pending ? why : SCAN_REFUSED_NONE;
}

void serial_framer_distrust(struct serial_framer *f, enum scan_refusal why) {
        if (f->delivered)
                serial_framer_clear(f);
        scan_text_refuse(&f->scan, why);
}
