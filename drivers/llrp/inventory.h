/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What we want of a reader, in its own terms, held against what it can do, and written as the two messages
 * that ask for it: SET_READER_CONFIG and ADD_ROSPEC. Pure. What is not asked for is not written, so that the
 * reader's own (often legally bound) settings stand.
 *
 * Source: LLRP 1.0.1, sections 10 (ROSpec), 12 (reader configuration), 13 (reports), 15 (C1G2).
 */
#include "drivers/llrp/capabilities.h"
#include "drivers/llrp/encode.h"

#define LLRP_ANTENNAS_MAX 32
#define LLRP_PORTS_MAX    16 /* of inputs and of outputs */
#define LLRP_ROSPEC_ID    1  /* there is no other: ours deletes what it finds */
#define LLRP_ROSPEC_BYTES 4096

enum llrp_start {
        LLRP_START_IMMEDIATE, /* as soon as it is set up */
        LLRP_START_COMMAND,   /* by llrp_session_start() */
        LLRP_START_GPI,       /* by an input of the reader */
        LLRP_START_PERIODIC,
};
enum llrp_stop {
        LLRP_STOP_NEVER, /* or by command */
        LLRP_STOP_AFTER, /* stop_ms */
        LLRP_STOP_GPI,   /* by an input, or after stop_ms where that is not 0 */
};

/*
 * Zero-initialised it is: all antennas, everything else as the reader has it, start at once, never stop,
 * report at the end only. In the words of a board file:
 *
 *   antennas: [1, 2]        antennas, n_antennas
 *   power: 24.5             power_cdbm, in dBm there; has_power
 *   session: 2              session, has_session
 *   population: 100         population
 *   mode: 1002              mode, has_mode
 *   start: immediate | command | {input: 1, level: high} | {every_ms: 2000}
 *   stop: {after_ms: 3000} | {input: 1, level: low, after_ms: 3000}
 *   quiet_ms: 500           quiet_ms: ends when there was no new tag for so long
 *   quiet_limit_ms: 10000   ... and after this in any case
 *   report_every: 1         report_every
 *   pc: true                !no_pc
 *   inputs: [1, 2]          inputs
 *   keepalive_ms: 5000      keepalive_ms
 *   hold: true              no_hold
 */
struct llrp_inventory {
        uint16_t antennas[LLRP_ANTENNAS_MAX]; /* from 1 */
        size_t n_antennas;                    /* 0: all that the reader has */
        bool has_power, has_session, has_mode;
        int power_cdbm;  /* hundredths of a dBm at the reader's port; the nearest level not above it is set */
        uint8_t session; /* 0 to 3 */
        uint16_t population; /* tags expected; 0: as the reader has it */
        uint16_t mode;       /* RF mode, by its identifier in the reader's table */
        enum llrp_start start;
        uint16_t start_input; /* from 1 */
        bool start_high;
        uint32_t start_every_ms;
        enum llrp_stop stop;
        uint32_t stop_ms;
        uint16_t stop_input;
        bool stop_high;
        uint16_t quiet_ms;       /* 0: not by quiet */
        uint32_t quiet_limit_ms; /* 0: no limit */
        uint16_t report_every;   /* tags in a report; 0: at the end only */
        bool no_pc; /* do not ask for the PC word: for a reader that refuses an inventory over it */
        uint16_t inputs[LLRP_PORTS_MAX];
        size_t n_inputs;       /* inputs to be told of, beside those of start and stop */
        uint32_t keepalive_ms; /* 0: 5000 */
        bool no_hold;          /* do not let the reader keep reads for us while we are away */
};
#define LLRP_KEEPALIVE_MS 5000

/* What RFTransmitter wants beside the power; read from the reader, never made up. */
struct llrp_channel {
        uint16_t antenna, hop_table, channel;
};

/**
 * llrp_inventory_check() - whether this reader can do this
 * @diag: on failure: key is the board file's word, text what the reader can do instead
 *
 * Return: 0 or -EINVAL.
 */
int llrp_inventory_check(
        const struct llrp_inventory *i, const struct llrp_capabilities *c, struct diag *diag);
bool llrp_inventory_uses_input(const struct llrp_inventory *i, unsigned int input);

/* The ROSpec parameter, disabled. @channels: of the reader's antennas, for has_power only. */
void llrp_put_rospec(struct llrp_encoder *e, const struct llrp_inventory *i,
        const struct llrp_capabilities *c, const struct llrp_channel *channels, size_t n_channels);
/* The parameters of SET_READER_CONFIG: events, keepalive, inputs, holding. Its one field stands before. */
void llrp_put_config(
        struct llrp_encoder *e, const struct llrp_inventory *i, const struct llrp_capabilities *c);
