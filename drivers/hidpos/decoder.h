/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * POS-mode decoder: turns the reports of one barcode scanner into finished scans. Pure: no fd, no clock, no allocation; silence
 * and the loss of the device are told by the caller. A code may take several reports, each but the last saying that more follows.
 *
 * The AIM identifier is put before the text ("]C1" and the rest), as a scanner that types sends it. A suffix that the scanner is
 * set to send all the same (CR, LF, TAB) is dropped from the end.
 *
 * Source: USB HID Point of Sale Usage Tables 1.02, 3; Access-IS LSR118 manual, B.1 (a code in two reports). Some firmware
 * puts AIM identifier and data a byte later than its descriptor says: seen in @point-of-sale/webhid-barcode-scanner 1.2.2.
 */
#include "drivers/hidpos/descriptor.h"
#include "drivers/port.h"

enum {
        HIDPOS_E_PENDING = 1, /* report consumed, nothing to tell */
        HIDPOS_E_REFUSED,     /* what was collected is refused */
};

/* Zero-initialised but for @layout is empty and valid. */
struct hidpos_decoder {
        struct hidpos_layout layout;
        struct scan_text scan;
        bool delivered; /* scan was handed out and is cleared by the next call */
        bool in_code;   /* the report before said that more follows */
        bool ended;     /* a suffix was seen: only the like of it may follow */
        char aim[4];    /* of this code; "" when none came */
};

/**
 * hidpos_decoder_feed() - consume one report
 * @report: @n bytes as /dev/hidraw delivers them; what a short one lacks is zero, as in the kernel; others than the one of
 *          scanned data are ignored
 * @scanp:  set on 0 only: the scan, 1 to SCAN_TEXT_MAX bytes; borrowed until the next call on @d
 * @whyp:   set on HIDPOS_E_REFUSED only
 *
 * Return: 0 when the code is complete, otherwise HIDPOS_E_PENDING or HIDPOS_E_REFUSED; never negative. An empty scan is nothing.
 */
int hidpos_decoder_feed(struct hidpos_decoder *d, const uint8_t *report, size_t n,
        const struct scan_text **scanp, enum scan_refusal *whyp);

/* True while a code is collected that silence would end: the caller runs a timer of SCAN_GAP_USEC. */
bool hidpos_decoder_is_pending(const struct hidpos_decoder *d);

/* Refuse what comes next, up to its last report or silence. For when its head may have been missed. */
void hidpos_decoder_distrust(struct hidpos_decoder *d, enum scan_refusal why);

/**
 * hidpos_decoder_abandon() - throw away what is collected
 * @why: SCAN_REFUSED_UNFINISHED after silence, SCAN_REFUSED_UNPLUGGED, ...
 *
 * Return: the reason to report: @why, or the older one that this scan was already refused for; SCAN_REFUSED_NONE when nothing
 * was collected.
 */
enum scan_refusal hidpos_decoder_abandon(struct hidpos_decoder *d, enum scan_refusal why);
