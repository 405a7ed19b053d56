/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * An M100 module as the driver's other side: commands in, frames out, and what real ones do badly. Written from the protocol, not
 * from the driver. Pure: the test moves the bytes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define R200_MODULE_TAGS 16

struct r200_module_tag {
        uint8_t epc[62];
        size_t n_epc; /* even */
        int rssi_dbm;
};

struct r200_module {
        bool bb_7e;        /* speaks BB ... 7E, and is deaf to the other */
        bool silent;       /* hears, and never answers */
        uint8_t refuses;   /* this command, with .refusal; 0 none */
        uint8_t refusal;   /* error code */
        bool twelve_bytes; /* the bug of cheap firmware: reports 12 bytes of every EPC, whatever the PC says */
        bool runs;         /* an inventory, .rounds to go */
        unsigned int rounds;
        uint8_t region;
        int power_cdbm;
        struct r200_module_tag tags[R200_MODULE_TAGS];
        size_t n_tags;

        unsigned int n_heard[256]; /* commands by number */
        uint8_t in[512];
        size_t n_in;
        uint8_t out[8192]; /* the test takes it and sets .n_out to 0 */
        size_t n_out;
};

/* 20 dBm, region 1, no tags. */
void r200_module_init(struct r200_module *m);
/* A tag in the field; its PC tells its length. */
void r200_module_add(struct r200_module *m, const char *epc_hex, int rssi_dbm);
/* Commands, in any pieces. */
void r200_module_feed(struct r200_module *m, const uint8_t *bytes, size_t n);
/* One round of an inventory: each tag, or "no tag"; nothing when it does not run. */
void r200_module_round(struct r200_module *m);
/* Any frame, e.g. an error out of the blue. */
void r200_module_say(struct r200_module *m, uint8_t type, uint8_t command, const uint8_t *params, size_t n);
