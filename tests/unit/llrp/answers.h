/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a reader says, written with our encoder: for tests that need one that answers as told. */
#include "drivers/llrp/encode.h"

struct answer {
        uint8_t bytes[4096];
        size_t n;
};

/* READER_EVENT_NOTIFICATION with a ConnectionAttemptEvent, at @reader_usec by the reader's clock. */
struct answer answer_greeting(unsigned int status, uint64_t reader_usec);
/* Any response that holds nothing but an LLRPStatus. */
struct answer answer_status(enum llrp_message_number response, uint32_t id, unsigned int code);
struct answer answer_versions(uint32_t id, unsigned int supported);

struct answer_reader {
        unsigned int n_antennas, n_gpis, n_gpos;
        bool holds;
};
/* Powers 10.00 to 30.00 dBm in steps of 0.25 as indices 1 to 81; modes 1 and 1002; hop table 7. */
struct answer answer_capabilities(uint32_t id, const struct answer_reader *reader);
/* Each antenna with hop table 7 and channel 3. */
struct answer answer_channels(uint32_t id, unsigned int n_antennas);
/* Input 1 high, 2 low, 3 unknown. */
struct answer answer_inputs(uint32_t id);
/* GET_ROSPECS_RESPONSE with the ROSpec of an ADD_ROSPEC, in @state; none when @add is NULL. */
struct answer answer_rospecs(uint32_t id, const struct answer *add, unsigned int state);
struct answer answer_keepalive(uint32_t id);
struct answer answer_event(enum llrp_parameter_number event, const uint64_t *fields, unsigned int n_fields,
        uint64_t reader_usec);
/* One tag; times by the reader's clock. */
struct answer answer_report(const char *epc_hex, unsigned int antenna, int rssi_dbm, uint64_t first_usec,
        uint64_t last_usec, unsigned int count);
