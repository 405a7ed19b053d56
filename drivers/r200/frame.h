/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The frames of serial UHF modules on the M100 chip: R200, YRM100 and their many names. Bytes in, frames out, in whatever pieces
 * they arrive; what is damaged is passed over, and the next frame is found inside it. Pure: no fd, no clock, no allocation.
 *
 *         AA | type | command | length, 2 bytes | parameters | sum of type to parameters, low byte | DD
 *
 * YRM100 and others put BB and 7E around the same frame; which of them a module speaks is seen from its answer.
 *
 * Source: R200 user protocol V2.3.3 (vendor), its examples recomputed; delimiters, regions and error codes also as in published
 * clients of R200 and YRM100. No module was at hand.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define R200_PARAMS_MAX 128 /* a tag needs 68; a claim of more is no frame */
#define R200_FRAME_MAX  (R200_PARAMS_MAX + 7)

enum r200_framing { R200_AA_DD, R200_BB_7E, R200_N_FRAMINGS };

enum r200_type { R200_COMMAND = 0x00, R200_RESPONSE = 0x01, R200_NOTICE = 0x02 };

enum r200_command {
        R200_GET_INFO = 0x03, /* parameter 00 hardware, 01 software, 02 maker */
        R200_SET_REGION = 0x07,
        R200_POLL = 0x22, /* of a notice: a tag */
        R200_POLL_MANY = 0x27,
        R200_STOP = 0x28,
        R200_SET_POWER = 0xB6, /* 1/100 dBm, 2 bytes */
        R200_FAILED = 0xFF,    /* of a response: parameter is an error code */
};

struct r200_frame {
        enum r200_framing framing;
        uint8_t type;    /* enum r200_type, unless the module has more */
        uint8_t command; /* enum r200_command, or another */
        size_t n;
        uint8_t params[R200_PARAMS_MAX];
};

/**
 * r200_frame_write() - the bytes of a frame
 * @n:   at most R200_PARAMS_MAX (asserted)
 * @out: R200_FRAME_MAX bytes
 *
 * Return: how many were written.
 */
size_t r200_frame_write(enum r200_framing framing, enum r200_type type, uint8_t command,
        const uint8_t *params, size_t n, uint8_t *out);

enum {
        R200_E_MORE = 1, /* no whole frame is there yet */
        R200_E_DAMAGED,  /* a tag's notice that contradicts itself */
};

/* Zero-initialised is empty and valid. */
struct r200_decoder {
        uint8_t bytes[2 * R200_FRAME_MAX];
        size_t n;
        uint64_t n_damaged; /* beginnings of frames that none followed */
        uint64_t n_noise;   /* bytes between frames */
};

/* Takes what fits, at least one byte when r200_decoder_next() was called until it had no more. Return: how many. */
size_t r200_decoder_push(struct r200_decoder *d, const uint8_t *bytes, size_t n);
/* Return: 0 with @frame filled, or R200_E_MORE. */
int r200_decoder_next(struct r200_decoder *d, struct r200_frame *frame);
/* True while the beginning of a frame waits for the rest: the caller runs a timer. */
bool r200_decoder_is_pending(const struct r200_decoder *d);
/* The rest did not come: it was no frame, but one may be inside it. Call r200_decoder_next() and this until it is not pending. */
void r200_decoder_skip(struct r200_decoder *d);
void r200_decoder_clear(struct r200_decoder *d);

struct r200_tag {
        const uint8_t *epc; /* in the frame */
        size_t n_epc;       /* bytes: what the PC says, never a fixed 12 */
        uint16_t pc;
        int rssi_dbm;
};

/* True for what r200_frame_tag() is for: a notice of a tag. */
bool r200_frame_is_tag(const struct r200_frame *frame);
/* Return: 0, or R200_E_DAMAGED when the EPC that its PC promises is not in it, too much else is, or the tag's CRC is another. */
int r200_frame_tag(const struct r200_frame *frame, struct r200_tag *tag);

/* The module's error in words, for a person. Static. */
const char *r200_error_to_str(uint8_t code);

/* Where the module may send. Its numbers are its maker's; which of them is lawful is the operator's business. */
enum r200_region {
        R200_REGION_KEEP = 0,
        R200_CN_900 = 1,
        R200_US = 2,
        R200_EU = 3,
        R200_CN_800 = 4,
        R200_JP = 5,
        R200_KR = 6
};
/* "keep", "cn-900", "us", "eu", "cn-800", "jp", "kr". Return: 0, or -EINVAL for another word. */
int r200_region_from_str(const char *word, enum r200_region *regionp);
