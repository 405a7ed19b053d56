/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/llrp/decode.h"

#define SIZE_FIRST  4096
#define VERSION_MAX 3 /* 2.0, should a reader say so in spite of us; TLS looks like version 5 */

void llrp_framer_deinit(struct llrp_framer *f) {
        free(f->bytes);
        *f = (struct llrp_framer){0};
}

static int make_room(struct llrp_framer *f, size_t n) {
        size_t size = f->size ? f->size : SIZE_FIRST;
        uint8_t *bytes;

        if (f->start > 0) {
                memmove(f->bytes, f->bytes + f->start, f->n - f->start);
                f->n -= f->start;
                f->start = 0;
        }
        while (size - f->n < n)
                size *= 2;
        if (size == f->size)
                return 0;
        bytes = realloc(f->bytes, size);
        if (!bytes)
                return -ENOMEM;
        f->bytes = bytes;
        f->size = size;
        return 0;
}

int llrp_framer_feed(struct llrp_framer *f, const uint8_t *bytes, size_t n) {
        int r = 0;

        if (n == 0)
                return 0;
        if (f->start == f->n)
                f->start = f->n = 0;
        if (f->size - f->n < n)
                r = make_room(f, n);
        if (r < 0)
                return r;
        memcpy(f->bytes + f->n, bytes, n);
        f->n += n;
        return 0;
}

int llrp_framer_next(struct llrp_framer *f, const uint8_t **messagep, size_t *np) {
        const uint8_t *p = f->bytes + f->start;
        size_t left = f->n - f->start, n;

        /* A stream that is not LLRP is told by its first bytes, not after patience. */
        if (left >= 1 && ((p[0] >> 2 & 7) == 0 || (p[0] >> 2 & 7) > VERSION_MAX))
                return -EBADMSG;
        if (left < LLRP_HEADER_BYTES)
                return LLRP_FRAME_E_MORE;
        n = (size_t) p[2] << 24 | (size_t) p[3] << 16 | (size_t) p[4] << 8 | p[5];
        if (n < LLRP_HEADER_BYTES || n > LLRP_MESSAGE_MAX)
                return -EBADMSG;
        if (left < n)
                return LLRP_FRAME_E_MORE;
        f->start += n;
        *messagep = p;
        *np = n;
        return 0;
}
