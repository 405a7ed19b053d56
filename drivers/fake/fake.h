/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A scanner, a light and a printer without a cable, for the tests of what stands above the drivers. The scanner speaks when a
 * function is called, and only what a real one may say; light and printer write down what they were given. All are embedded by
 * value and hold nothing that must be freed.
 */
#include "drivers/port.h"

struct fake_scanner {
        struct scan_sink sink; /* callbacks borrowed */
};

/**
 * fake_scanner_scan() - deliver one scan
 * @text: up to the NUL
 * @mono_usec: CLOCK_MONOTONIC of the scan
 *
 * Return: 0, or -EINVAL when no driver could deliver this: empty, longer than SCAN_TEXT_MAX, or a byte that is not allowed.
 */
int fake_scanner_scan(const struct fake_scanner *f, const char *text, uint64_t mono_usec);
void fake_scanner_refuse(const struct fake_scanner *f, enum scan_refusal why);
void fake_scanner_state(const struct fake_scanner *f, enum device_state state, int error);

#define FAKE_KEEPS 64

struct fake_signal {
        struct signal shown[FAKE_KEEPS]; /* the last ones, i-th at i % FAKE_KEEPS */
        size_t n;                        /* all that were shown */
        int answer; /* what show() returns; what it is given is written down all the same */
};
struct signal_port fake_signal_get_port(struct fake_signal *f);
/* The last signal but @back; NULL when there were not so many or it is no longer kept. */
const struct signal *fake_signal_get(const struct fake_signal *f, size_t back);

struct fake_paper {                                          /* one label as it came */
        char bench[33], parcel[64], carrier[33], number[64]; /* cut when longer */
        unsigned int piece, pieces;
        size_t n_data;
};

struct fake_label {
        struct fake_paper printed[FAKE_KEEPS]; /* the last ones, i-th at i % FAKE_KEEPS */
        size_t n;                              /* all that were printed */
        int answer; /* what print() returns; nothing is written down unless it is 0 */
};
struct label_port fake_label_get_port(struct fake_label *f);
const struct fake_paper *fake_label_get(const struct fake_label *f, size_t back); /* as fake_signal_get() */
