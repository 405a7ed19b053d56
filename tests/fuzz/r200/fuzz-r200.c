/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes from a module, in pieces and with silences between: never a wrong size, and a frame that is read is written the same. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "drivers/r200/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_frame(const struct r200_frame *f) {
        uint8_t out[R200_FRAME_MAX];
        struct r200_decoder d = {0};
        struct r200_frame again;
        size_t n;

        assert(f->n <= R200_PARAMS_MAX && f->framing < R200_N_FRAMINGS);
        n = r200_frame_write(f->framing, (enum r200_type) f->type, f->command, f->params, f->n, out);
        assert(n == f->n + 7 && r200_decoder_push(&d, out, n) == n && r200_decoder_next(&d, &again) == 0);
        assert(again.type == f->type && again.command == f->command && again.n == f->n);
        assert(memcmp(again.params, f->params, f->n) == 0 && !r200_decoder_is_pending(&d));
}

static void check_out(const struct r200_session *s, const struct r200_out *out) {
        assert(out->n <= sizeof(out->bytes) && strlen(out->words) < sizeof(out->words));
        assert((out->lost < 0) == (s->state == R200_LOST) || out->lost == 0);
        assert(!out->is_up || s->state == R200_IDLE || s->state == R200_RUNNING);
        assert(s->state == R200_LOST || s->due != UINT64_MAX);
}

static void take(struct r200_decoder *d, struct r200_session *s, uint64_t now) {
        struct r200_frame f;

        while (r200_decoder_next(d, &f) == 0) {
                struct r200_out out = {0};
                struct r200_tag tag;

                check_frame(&f);
                if (r200_session_frame(s, &f, now, &out, &tag))
                        assert(tag.n_epc <= 62 && tag.epc >= f.params &&
                                tag.epc + tag.n_epc <= f.params + f.n && tag.n_epc == 2U * (tag.pc >> 11));
                check_out(s, &out);
        }
}

/* The first byte says how large the pieces are, and which settings are made. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const struct r200_settings settings = {size > 0 && data[0] & 0x40 ? R200_JP : R200_REGION_KEEP,
                size > 0 && data[0] & 0x80 ? 2000 : R200_POWER_KEEP};
        size_t piece = size > 0 ? 1 + data[0] % 32 : 1;
        struct r200_decoder d = {0};
        struct r200_session s = {.wanted = true};
        struct r200_out out = {0};
        uint64_t now = 0;

        r200_session_begin(&s, &settings, now, &out);
        check_out(&s, &out);
        for (size_t at = 1; at < size;) {
                size_t n = size - at < piece ? size - at : piece, taken = r200_decoder_push(&d, data + at, n);

                assert(taken > 0);
                at += taken;
                take(&d, &s, now);
                if (data[at - 1] % 7 == 0) { /* silence */
                        while (r200_decoder_is_pending(&d)) {
                                r200_decoder_skip(&d);
                                take(&d, &s, now);
                        }
                        now = s.due == UINT64_MAX ? now : s.due;
                        out = (struct r200_out){0};
                        r200_session_time(&s, now, &out);
                        check_out(&s, &out);
                }
        }
        return 0;
}
