/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Keyboard-wedge decoder: turns the key events of one USB barcode scanner into finished scans. Pure: no fd, no clock, no
 * allocation; the caller supplies both. ENTER, keypad ENTER and TAB end a scan. GS is Ctrl+], F8 or Alt+029 on the keypad. Any
 * other control key refuses the scan whole, also one that would end it (Alt+Tab), and so does a key that the layout does not know.
 *
 * Locks and held keys live for one burst: after 100 ms without an event all are up again, so that one lost event cannot turn
 * the case of every later scan.
 *
 * Source: Linux kernel, Documentation/input/event-codes.rst (EV_KEY, SYN_DROPPED); scanner manuals for the three ways to GS.
 */
#include "drivers/port.h"
#include "drivers/wedge/layout.h"

enum {
        WEDGE_E_PENDING = 1, /* event consumed, nothing to tell */
        WEDGE_E_REFUSED,     /* what was collected is refused; the event may have begun the next scan */
};

/* Zero-initialised is empty and valid: US. */
struct wedge_decoder {
        enum wedge_layout layout;
        struct scan_text scan;
        uint64_t last_usec; /* of the last event; 0 before the first */
        unsigned int held;  /* modifier keys that are down, a bit each */
        unsigned int alt_value;
        unsigned int n_alt_digits;
        bool caps;
        bool delivered; /* scan was handed out and is cleared by the next call */
        bool told;      /* the refusal of this scan was reported; its end is silent */
};

/**
 * wedge_decoder_feed() - consume one EV_KEY event
 * @code:  KEY_* code
 * @value: 0 release, 1 press, 2 autorepeat (ignored: scanners never hold a key)
 * @usec:  event time, CLOCK_MONOTONIC; more than SCAN_GAP_USEC after the last one, an unfinished scan is refused
 * @scanp: set on 0 only: the scan, 1 to SCAN_TEXT_MAX bytes; borrowed until the next call on @d
 * @whyp:  set on WEDGE_E_REFUSED only
 *
 * Return: 0 when a terminator ended a scan, otherwise WEDGE_E_*; never negative. An empty scan is nothing: WEDGE_E_PENDING.
 */
int wedge_decoder_feed(struct wedge_decoder *d, uint16_t code, int32_t value, uint64_t usec,
        const struct scan_text **scanp, enum scan_refusal *whyp);

/* True while something is collected that silence would end: the caller runs a timer of SCAN_GAP_USEC. */
bool wedge_decoder_is_pending(const struct wedge_decoder *d);

/**
 * wedge_decoder_abandon() - throw away what is collected, and all keys are up
 *
 * Return: the reason to report: @why, or the older one that this scan was already refused for; SCAN_REFUSED_NONE when there is
 * nothing to report.
 */
enum scan_refusal wedge_decoder_abandon(struct wedge_decoder *d, enum scan_refusal why);

/* Drop this scan and what has not arrived of it, silently: a tail can itself be a valid shorter code. */
void wedge_decoder_skip(struct wedge_decoder *d);

/* Refuse what comes next, up to its terminator or silence, for when its head may have been missed. */
void wedge_decoder_distrust(struct wedge_decoder *d, enum scan_refusal why);
