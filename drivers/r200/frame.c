/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/r200/frame.h"

#include <assert.h>
#include <string.h>

#include "firmware/base/cleanup.h"

#define N_AROUND 7 /* begin, type, command, length 2, sum, end */

static const struct {
        uint8_t begin, end;
} delimiters[R200_N_FRAMINGS] = {[R200_AA_DD] = {0xAA, 0xDD}, [R200_BB_7E] = {0xBB, 0x7E}};

static uint8_t sum_of(const uint8_t *bytes, size_t n) {
        unsigned int sum = 0;

        for (size_t i = 0; i < n; i++)
                sum += bytes[i];
        return (uint8_t) sum;
}

size_t r200_frame_write(enum r200_framing framing, enum r200_type type, uint8_t command,
        const uint8_t *params, size_t n, uint8_t *out) {
        assert(n <= R200_PARAMS_MAX);
        out[0] = delimiters[framing].begin;
        out[1] = (uint8_t) type;
        out[2] = command;
        out[3] = (uint8_t) (n >> 8);
        out[4] = (uint8_t) n;
        if (n > 0)
                memcpy(out + 5, params, n);
        out[5 + n] = sum_of(out + 1, 4 + n);
        out[6 + n] = delimiters[framing].end;
        return n + N_AROUND;
}

static bool begins_frame(uint8_t byte, enum r200_framing *framingp) {
        for (enum r200_framing f = 0; f < R200_N_FRAMINGS; f++)
                if (delimiters[f].begin == byte) {
                        *framingp = f;
                        return true;
                }
        return false;
}

static void drop(struct r200_decoder *d, size_t n) {
        d->n -= n;
        memmove(d->bytes, d->bytes + n, d->n);
}

static void drop_noise(struct r200_decoder *d, enum r200_framing *framingp) {
        size_t n = 0;

        while (n < d->n && !begins_frame(d->bytes[n], framingp))
                n++;
        d->n_noise += n;
        if (n > 0)
                drop(d, n);
}

size_t r200_decoder_push(struct r200_decoder *d, const uint8_t *bytes, size_t n) {
        size_t room = sizeof(d->bytes) - d->n;

        if (n > room)
                n = room;
        memcpy(d->bytes + d->n, bytes, n);
        d->n += n;
        return n;
}

/* What stands at the front is no frame; its first byte was an accident. */
static void drop_begin(struct r200_decoder *d) {
        d->n_damaged++;
        drop(d, 1);
}

int r200_decoder_next(struct r200_decoder *d, struct r200_frame *frame) {
        for (;;) {
                enum r200_framing framing = R200_AA_DD;
                size_t n_params;

                drop_noise(d, &framing);
                if (d->n < 5)
                        return R200_E_MORE;
                n_params = (size_t) d->bytes[3] << 8 | d->bytes[4];
                if (n_params > R200_PARAMS_MAX) {
                        drop_begin(d);
                        continue;
                }
                if (d->n < n_params + N_AROUND)
                        return R200_E_MORE;
                if (d->bytes[n_params + 6] != delimiters[framing].end ||
                        d->bytes[n_params + 5] != sum_of(d->bytes + 1, n_params + 4)) {
                        drop_begin(d);
                        continue;
                }
                *frame = (struct r200_frame){
                        .framing = framing, .type = d->bytes[1], .command = d->bytes[2], .n = n_params};
                memcpy(frame->params, d->bytes + 5, n_params);
                drop(d, n_params + N_AROUND);
                return 0;
        }
}

bool r200_decoder_is_pending(const struct r200_decoder *d) {
        return d->n > 0;
}

void r200_decoder_skip(struct r200_decoder *d) {
        if (d->n > 0)
                drop_begin(d);
}

void r200_decoder_clear(struct r200_decoder *d) {
        d->n = 0;
}

bool r200_frame_is_tag(const struct r200_frame *frame) {
        return frame->type == R200_NOTICE && frame->command == R200_POLL;
}

/* As the tag computed it in the air: polynomial 0x1021, all ones before, inverted after. */
static uint16_t crc_of(const uint8_t *bytes, size_t n) {
        uint16_t crc = 0xFFFF;

        for (size_t i = 0; i < n; i++) {
                crc ^= (uint16_t) (bytes[i] << 8);
                for (unsigned int bit = 0; bit < 8; bit++)
                        crc = (uint16_t) (crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
        }
        return (uint16_t) ~crc;
}

/* RSSI 1, PC 2, EPC as long as the PC says, CRC 2; modules with several antennas add one byte for which. */
int r200_frame_tag(const struct r200_frame *frame, struct r200_tag *tag) {
        size_t n_epc;
        uint16_t pc, crc;

        if (frame->n < 5)
                return R200_E_DAMAGED;
        pc = (uint16_t) (frame->params[1] << 8 | frame->params[2]);
        n_epc = 2 * (size_t) (pc >> 11);
        if (frame->n != 5 + n_epc && frame->n != 6 + n_epc)
                return R200_E_DAMAGED;
        /* The frame's own sum misses one damage in 256; firmware that does not pass the tag's CRC on leaves zeros. */
        crc = (uint16_t) (frame->params[3 + n_epc] << 8 | frame->params[4 + n_epc]);
        if (crc != 0 && crc != crc_of(frame->params + 1, 2 + n_epc))
                return R200_E_DAMAGED;
        *tag = (struct r200_tag){
                .epc = frame->params + 3, .n_epc = n_epc, .pc = pc, .rssi_dbm = (int8_t) frame->params[0]};
        return 0;
}
