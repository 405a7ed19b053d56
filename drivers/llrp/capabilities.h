/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a reader says of itself, as far as it decides what may be asked of it.
 *
 * Source: LLRP 1.0.1, section 9.1.2 (GET_READER_CAPABILITIES_RESPONSE).
 */
#include "drivers/llrp/decode.h"

#define LLRP_POWERS_MAX 512 /* levels; real tables have 61 to 301. What is beyond is not used */
#define LLRP_MODES_MAX  64

struct llrp_capabilities {
        unsigned int n_antennas, n_gpis, n_gpos;
        uint32_t vendor, model; /* IANA enterprise number; the vendor's own */
        char firmware[64];      /* printable ASCII */
        bool has_utc_clock, warns_of_buffer, holds_reports;
        uint32_t n_rospecs_max; /* 0: no limit */
        unsigned int country;   /* ISO 3166, 0 unknown */
        struct {
                uint16_t index; /* what the reader wants to be told */
                int cdbm;       /* hundredths of a dBm, as the standard counts */
        } powers[LLRP_POWERS_MAX];
        size_t n_powers;
        uint32_t modes[LLRP_MODES_MAX]; /* RF modes by their identifier */
        size_t n_modes;
        bool hops;
        uint16_t hop_table; /* the first one; 0 where the reader does not hop */
};

/* @m: a GET_READER_CAPABILITIES_RESPONSE; what it does not say is 0. */
void llrp_capabilities_read(const struct llrp_message *m, struct llrp_capabilities *c);

/**
 * llrp_capabilities_power() - the level that comes nearest to what is asked, and not above it
 * @asked_cdbm: hundredths of a dBm
 *
 * Return: 0, or -ERANGE when the reader's lowest is higher; outputs untouched then.
 */
int llrp_capabilities_power(const struct llrp_capabilities *c, int asked_cdbm, uint16_t *indexp, int *cdbmp);
bool llrp_capabilities_has_mode(const struct llrp_capabilities *c, uint32_t mode);
