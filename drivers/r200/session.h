/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The talk with one M100 module, without the line: who is there, the settings, inventory on and off, and noticing that it fell
 * silent. Pure: frames and times in, bytes to send and what to tell out.
 *
 *         finding --it says who it is--> setting --every setting taken--> idle        finding --nobody answers--> lost, -ETIMEDOUT
 *         idle --r200_session_want(true)--> running --want(false)--> stopping --it stopped--> idle
 *         setting --refused--> lost, -EINVAL       any --silent for too long--> lost, -ETIMEDOUT
 *
 * A module polls 65,535 times and then stops by itself, and one that runs is never silent: it says "no tag" too. So silence while
 * running means that it has to be started again, and silence after that, that it is gone. An idle one is asked who it is every 5 s.
 *
 * Source: as drivers/r200/frame.h.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/port.h"
#include "drivers/r200/frame.h"

#define R200_ANSWER_USEC  400000  /* to a command */
#define R200_SILENCE_USEC 1000000 /* while running */
#define R200_ASK_USEC     5000000 /* while idle */
#define R200_TRIES        3

#define R200_POWER_KEEP INT32_MIN

struct r200_settings {
        enum r200_region region; /* R200_REGION_KEEP: as it is */
        int power_cdbm;          /* 1/100 dBm, 0 to 3300; R200_POWER_KEEP: as it is */
};

enum r200_state { R200_FINDING, R200_SETTING, R200_IDLE, R200_RUNNING, R200_STOPPING, R200_LOST };
const char *r200_state_to_str(
        enum r200_state state); /* "finding", "setting", "idle", "running", "stopping", "lost" */

struct r200_session {
        struct r200_settings settings;
        enum r200_state state;
        enum r200_framing framing;
        bool wanted; /* an inventory */
        unsigned int step, tries;
        uint64_t due;
        uint8_t last_error; /* told already; 0 none since a tag was there */
        bool told_damaged;
        char info[64]; /* what it says it is; "" before */
};

/* What a call asks for. Fresh for every call. */
struct r200_out {
        uint8_t bytes[4 * R200_FRAME_MAX];
        size_t n;                  /* to send */
        bool is_up;                /* it can be used from now on */
        int lost;                  /* -errno: it is of no use any more, close it; 0 */
        bool has_begun, has_ended; /* an inventory */
        bool has_notice;
        enum tag_notice notice;
        char words[160];
};

/* The line has just been opened. An inventory that somebody left running is stopped. */
void r200_session_begin(struct r200_session *s, const struct r200_settings *settings, uint64_t now_usec,
        struct r200_out *out);
/* Inventory on or off; holds for the next r200_session_begin() too. */
void r200_session_want(struct r200_session *s, bool is_wanted, uint64_t now_usec, struct r200_out *out);
/**
 * r200_session_frame() - a frame came
 * @tag: filled when true is returned; its EPC is in @frame
 *
 * Return: true when it is a read of a tag.
 */
bool r200_session_frame(struct r200_session *s, const struct r200_frame *frame, uint64_t now_usec,
        struct r200_out *out, struct r200_tag *tag);
/* s->due has come. */
void r200_session_time(struct r200_session *s, uint64_t now_usec, struct r200_out *out);
