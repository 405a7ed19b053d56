/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * RO_ACCESS_REPORT to tag reads, and the reader's clock to ours. Pure.
 *
 * Source: LLRP 1.0.1, section 13.2 (reports), 13.1 (time stamps).
 */
#include "drivers/llrp/decode.h"
#include "drivers/port.h"

/*
 * What the reader's microseconds are on CLOCK_MONOTONIC, learnt from messages that it sends at once: the
 * smallest distance that was seen, since what is on its way only looks older. Zero-initialised: unknown.
 */
struct llrp_clock {
        bool is_known;
        int64_t offset_usec; /* ours minus the reader's */
};
/* A time stamp that may have waited: it moves the clock only when it would be in our future. */
void llrp_clock_hint(struct llrp_clock *c, uint64_t reader_usec, uint64_t now_usec);
/* A time stamp that is surely of now: the reader's clock may have been set since. */
void llrp_clock_set(struct llrp_clock *c, uint64_t reader_usec, uint64_t now_usec);

/**
 * llrp_report_next() - the next tag of a report
 * @walk: llrp_walk_of() the report's root
 * @read: set on true; its EPC borrowed from the message
 * @n_badp: counts tags that are left out: without an EPC, or one too long for a tag
 *
 * Return: false at the end.
 */
bool llrp_report_next(struct llrp_walk *walk, struct llrp_clock *clock, uint64_t now_usec,
        struct tag_read *read, unsigned int *n_badp);
