/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/scanner-hint.h"

#include <stdarg.h>
#include <stdio.h>

#define REFUSED_IN_A_ROW 3

static void __attribute__((format(printf, 3, 4)))
hint(struct scanner_hint *h, bool is_disproved_by_code, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        (void) vsnprintf(h->text, sizeof(h->text), format, ap);
        va_end(ap);
        h->is_disproved_by_code = is_disproved_by_code;
}

void scanner_hint_on_scan(struct scanner_hint *h, const char *text) {
        h->n_refused = 0;
        h->layout = barcode_layout_hint(text);
        h->n_prefix = barcode_prefix_hint(text);
        if (h->is_disproved_by_code)
                h->text[0] = '\0';
}

enum scan_lost scanner_hint_on_refused(struct scanner_hint *h, enum scan_refusal why, bool has_frame) {
        static const enum scan_lost lost[] = {
                [SCAN_REFUSED_CONTROL] = SCAN_LOST_CONTROL_BYTES,
                [SCAN_REFUSED_TOO_LONG] = SCAN_LOST_TOO_LONG,
                [SCAN_REFUSED_UNFINISHED] = SCAN_LOST_UNFINISHED,
                [SCAN_REFUSED_DROPPED] = SCAN_LOST_KERNEL,
                [SCAN_REFUSED_UNPLUGGED] = SCAN_LOST_UNFINISHED,
                [SCAN_REFUSED_LAYOUT] = SCAN_LOST_LAYOUT,
        };

        if (!has_frame || why != h->refused)
                h->n_refused = 0;
        h->refused = why;
        h->n_refused++;
        if (why == SCAN_REFUSED_LAYOUT)
                hint(h, false, "its keyboard layout is another one than `layout` says");
        if (h->n_refused < REFUSED_IN_A_ROW)
                return lost[why];
        switch (why) {
        case SCAN_REFUSED_UNFINISHED:
                hint(h, true, "no end comes behind its codes: set its suffix as the board file says");
                return SCAN_LOST_UNFINISHED_AGAIN;
        case SCAN_REFUSED_CONTROL:
                hint(h, true,
                        "control characters come with each code: set its prefix and suffix as the board "
                        "file says");
                return SCAN_LOST_CONTROL_BYTES_AGAIN;
        default:
                return lost[why];
        }
}

void scanner_hint_on_verdict(struct scanner_hint *h, enum verdict_kind kind) {
        if (kind == VERDICT_LAYOUT_WRONG && h->layout != BARCODE_LAYOUT_FINE)
                hint(h, false, "its keyboard layout (%s) is another one than `layout` says",
                        barcode_layout_to_str(h->layout));
        if (kind == VERDICT_UNKNOWN_CODE && h->n_prefix > 0)
                hint(h, false, "it puts %u characters before each code: turn that off", h->n_prefix);
}

void scanner_hint_forget(struct scanner_hint *h) {
        *h = (struct scanner_hint){0};
}
