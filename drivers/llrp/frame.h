/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Cuts a TCP stream into LLRP messages, wherever the network cut it. Pure: bytes in, whole messages out. The
 * buffer grows with the bytes that came, never with the length that a peer claims.
 *
 * Source: LLRP 1.0.1, section 16.1 (the message header).
 */
#include <stddef.h>
#include <stdint.h>

enum {
        LLRP_FRAME_E_MORE = 1, /* no whole message yet */
};

/* Zero-initialised is empty and valid. */
struct llrp_framer {
        uint8_t *bytes; /* owned */
        size_t n, size, start;
};
void llrp_framer_deinit(struct llrp_framer *f); /* empty and valid again */
/* Return: 0, -ENOMEM. */
int llrp_framer_feed(struct llrp_framer *f, const uint8_t *bytes, size_t n);
/**
 * llrp_framer_next() - the next whole message
 * @messagep: borrowed until the next call on @f
 *
 * Return: 0, LLRP_FRAME_E_MORE, -EBADMSG when the header says a length below 10 or above LLRP_MESSAGE_MAX or
 * a version that LLRP does not have: what follows cannot be found any more, and the connection must end.
 */
int llrp_framer_next(struct llrp_framer *f, const uint8_t **messagep, size_t *np);
