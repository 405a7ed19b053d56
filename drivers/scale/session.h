/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is known of a scale from what it sends: its weight, and what is wrong with it. Pure: bytes and time are arguments.
 *
 * Whoever listens to the wrong speed, parity or device hears bytes and no frames: garbled. Who hears nothing: silent. Overload and
 * another unit are told once they lasted; somebody leans on a scale now and then.
 */
#include "drivers/port.h"
#include "drivers/scale/rest.h"

#define SCALE_GAP_USEC     200000 /* silence within a frame: what was collected has lost its rest, or its head */
#define SCALE_TROUBLE_USEC 1500000 /* overload and another unit are told after so long */

struct scale_settings {
        struct scale_format format;
        struct scale_rest_config rest;
        uint64_t every_usec; /* between two questions, where the format has one */
        uint64_t
                silence_usec; /* without a frame: it is silent; 0 never: it sends when somebody presses a key */
};

struct scale_session {
        const struct scale_settings *settings; /* borrowed */
        struct scale_framer framer;
        struct scale_rest rest;
        enum scale_trouble trouble;
        bool known;                 /* a frame came, or its time is over: there is something to tell */
        bool any_bytes;             /* since the last frame that could be read */
        enum scale_trouble suspect; /* OVERLOAD or OTHER_UNIT, since then and without a break; else WELL */
        uint64_t suspect_usec, alive_usec, byte_usec, begun_usec, ask_usec;
};

void scale_session_begin(struct scale_session *s, const struct scale_settings *settings, uint64_t now_usec);
void scale_session_feed(struct scale_session *s, const uint8_t *bytes, size_t n, uint64_t now_usec);
/* Return: true when the question is to be sent now. */
bool scale_session_time(struct scale_session *s, uint64_t now_usec);
/* When scale_session_time() is to be called next; UINT64_MAX never. */
uint64_t scale_session_due(const struct scale_session *s);
/* The question's bytes. Return: how many, 0 for a scale that is not asked. */
size_t scale_ask(const struct scale_format *f, char bytes[SCALE_ASK_SIZE + 1]);
