/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What leaves the ledger, and when it is full. A closed subject (shipment shipped, or cancelled and given back) goes whole,
 * over all lanes, when every row of it is applied, every reader is past it and its time is over; a tombstone stays, so that
 * a rescan is still recognised. Everything here runs in slices within a transaction of the caller's.
 */
#include "firmware/ledger/ledger.h"

#define PURGE_AFTER_USEC     (30LL * 86400 * 1000000)  /* after the subject's last fact */
#define CLAIM_KEEP_USEC      (3LL * 86400 * 1000000)   /* of another station's claim, after it was heard */
#define TOMBSTONE_USEC       (400LL * 86400 * 1000000) /* after the purge's subject's last fact */
#define FACTS_UNAPPLIED_MAX  320000
#define TRACE_ROWS_MAX       1000000
#define DISK_WARNING_PERCENT 80
#define DISK_INTAKE_PERCENT  90
#define DISK_FULL_PERCENT    95

struct purge_limits {
        /*
         * Of each lane, the sequence that everybody is past: applied by the receiver (LEDGER_NO_RECEIVER for trace without
         * one; intake has none), and read by whoever follows the lane in the box itself.
         */
        uint64_t upto[N_LANES];
        struct stamp now;
        bool trusted; /* the OMS's time agrees too; without it, or with a clock that is not synced, nothing goes */
        int max_subjects; /* of this slice; 0 for 20 */
        int max_rows;     /* rows of no subject looked at in this slice; 0 for 200 */
};
struct purge_result {
        int subjects, rows, tombstones, boxes; /* gone in this slice; boxes: sealed ones past their date */
        bool more;                             /* come again at once */
};

/**
 * ledger_purge() - one slice
 *
 * Return: 0 with @result filled, -errno (roll back).
 */
int ledger_purge(struct ledger *l, const struct purge_limits *limits, struct purge_result *result);

/**
 * ledger_trace_skip() - give up the oldest trace rows of closed subjects, when the lane holds more than @max_rows
 * @max_slice: rows looked at in this slice
 *
 * What goes is named by one trace.skipped; a stretch that nobody had applied yet by ledger.gap too, so that a receiver can
 * pass over it. The trace of an open subject stays whatever happens.
 *
 * Return: 0 with @result filled, -errno (roll back).
 */
int ledger_trace_skip(struct ledger *l, const struct purge_limits *limits, uint64_t max_rows, int max_slice,
        struct purge_result *result);

/**
 * ledger_name_gaps() - say by ledger.gap what lies behind @upto and is no longer here, or is damaged
 * @upto: applied by the receiver; it went down when that was restored from before what we have purged since
 * @max:  rows of @lane looked at
 * @np:   how many facts say so now; stretches that are named already are not named twice
 * @damagedp: position of the newest row among them whose check does not hold; 0 none
 *
 * Within a transaction. Return: 0, -errno (roll back).
 */
int ledger_name_gaps(struct ledger *l, enum lane lane, uint64_t upto, const struct stamp *now, int max,
        size_t *np, int64_t *damagedp);

enum ledger_fullness {
        LEDGER_ROOM,           /* nothing to say */
        LEDGER_WARNING,        /* 80 % of either limit: said on the screen, nothing stops */
        LEDGER_INTAKE_STOPPED, /* 90 %: no more commands are taken, so that the bench outlives the feed */
        LEDGER_FULL,           /* 320,000 unapplied facts or 95 % of the disk: the bench stops too */
};
const char *ledger_fullness_to_str(enum ledger_fullness f); /* "room", "warning", "intake-stopped", "full" */

/**
 * ledger_fullness() - pure
 * @unapplied: head of lane `fact` minus what its receiver has applied
 */
enum ledger_fullness ledger_fullness(uint64_t unapplied, int disk_used_percent);
