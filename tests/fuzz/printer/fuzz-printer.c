/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes from a printer, with silences, lost links and labels in between: one end for each label, never a printed one without
 * all bytes taken, and always something to wait for.
 */
#include <assert.h>
#include <stdint.h>

#include "drivers/printer/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
        struct printer_session s;
        uint64_t now;
        bool is_open, has_label, is_whole; /* as whoever moves the bytes sees it */
};

static void check(struct run *r, const struct printer_out *out) {
        assert(out->n <= sizeof(out->bytes) && out->lost <= 0);
        assert(r->s.trouble < LABEL_N_TROUBLES && r->s.state <= PRINTER_SETTLING);
        if (out->is_begun) {
                assert(r->has_label && r->s.state == PRINTER_SENDING);
                r->is_whole = false;
        }
        if (out->has_end) {
                assert(r->has_label && (out->end != LABEL_END_PRINTED || r->is_whole));
                r->has_label = false;
        }
        assert(r->s.has_job == r->has_label);
        if (out->lost == 0 && r->is_open && r->s.language != PRINTER_NONE)
                assert(r->s.due != UINT64_MAX);
        if (out->lost < 0) {
                struct printer_out end = {0};

                r->is_open = false;
                printer_session_end(&r->s, &end);
                check(r, &end);
        }
}

static void act(struct run *r, uint8_t what) {
        struct printer_out out = {0};

        switch (what % 5) {
        case 0: /* time passes */
                if (r->s.due != UINT64_MAX) {
                        r->now = r->s.due;
                        printer_session_time(&r->s, r->now, &out);
                }
                break;
        case 1:
                if (printer_session_is_ready(&r->s)) {
                        r->has_label = true;
                        printer_session_give(&r->s, r->now, &out);
                }
                break;
        case 2:
                if (r->s.state == PRINTER_SENDING) {
                        r->is_whole = true;
                        printer_session_sent(&r->s, r->now, &out);
                }
                break;
        case 3:
                if (what >= 128 && r->s.state == PRINTER_SENDING && !r->is_whole) /* it does not open */
                        printer_session_refuse(&r->s, r->now, &out);
                else
                        printer_session_taken(&r->s, r->now);
                break;
        case 4:
                r->is_open = !r->is_open;
                if (r->is_open)
                        printer_session_begin(&r->s, r->now, &out);
                else
                        printer_session_end(&r->s, &out);
                break;
        }
        check(r, &out);
}

/* The first byte chooses the language; a byte after 0xF5 is something that happens, others come from the printer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct run r = {.now = 1, .s = {.due = UINT64_MAX}};

        if (size == 0)
                return 0;
        r.s.language = (enum printer_language)(data[0] % PRINTER_N_LANGUAGES);
        act(&r, 4);
        for (size_t i = 1; i < size; i++) {
                struct printer_out out = {0};

                if (data[i] == 0xF5 && i + 1 < size) {
                        act(&r, data[++i]);
                        continue;
                }
                printer_session_feed(&r.s, data[i], r.now, &out);
                check(&r, &out);
        }
        return 0;
}
