/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Serial framer: cuts the bytes of one serial scanner into scans. Pure: no fd, no clock, no allocation;
 * silence and the loss of the device are told by the caller.
 *
 * Source: suffix and prefix settings as in the set-up sheets of Zebra, Honeywell and Datalogic scanners; the
 * bytes of a scan as in drivers/port.h.
 */
#include "drivers/port.h"

enum serial_suffix {
        SERIAL_SUFFIX_CR,   /* an LF right behind it is swallowed */
        SERIAL_SUFFIX_LF,   /* a CR right before it belongs to it */
        SERIAL_SUFFIX_CRLF, /* a CR or LF alone is a control byte */
        SERIAL_SUFFIX_ETX,
};
/* "cr", "lf", "crlf", "etx". Return: 0, or -EINVAL for any other word. */
int serial_suffix_from_str(const char *word, enum serial_suffix *suffixp);

struct serial_framing {
        enum serial_suffix suffix;
        bool stx_prefix; /* a scan begins with STX; what has none is a tail and is refused. CR and LF between
                            scans are padding */
};

enum {
        SERIAL_E_PENDING = 1, /* byte consumed, nothing to tell */
        SERIAL_E_REFUSED,     /* what was collected is refused; the byte may have begun the next scan */
};

/* Zero-initialised is empty and valid: suffix CR, no prefix. */
struct serial_framer {
        struct serial_framing framing;
        struct scan_text scan;
        bool delivered;   /* scan was handed out and is cleared by the next call */
        bool in_frame;    /* STX seen */
        bool cr_waits;    /* a CR that is either half a suffix or a control byte */
        bool swallows_lf; /* the suffix CR was just seen */
};

/**
 * serial_framer_feed() - consume one byte
 * @scanp: set on 0 only: the scan, 1 to SCAN_TEXT_MAX bytes; borrowed until the next call on @f
 * @whyp:  set on SERIAL_E_REFUSED only
 *
 * Return: 0 when the suffix ended a scan, otherwise SERIAL_E_*; never negative. An empty scan is nothing:
 * SERIAL_E_PENDING.
 */
int serial_framer_feed(
        struct serial_framer *f, uint8_t byte, const struct scan_text **scanp, enum scan_refusal *whyp);

/* True while something is collected that silence would end: the caller runs a timer of SCAN_GAP_USEC. */
bool serial_framer_is_pending(const struct serial_framer *f);

/* Refuse what comes next, up to its suffix or silence. For when its head may have been missed. */
void serial_framer_distrust(struct serial_framer *f, enum scan_refusal why);

/**
 * serial_framer_abandon() - throw away what is collected
 * @why: SCAN_REFUSED_UNFINISHED after silence, SCAN_REFUSED_UNPLUGGED, ...
 *
 * Return: the reason to report: @why, or the older one that this scan was already refused for;
 * SCAN_REFUSED_NONE when nothing was collected.
 */
enum scan_refusal serial_framer_abandon(struct serial_framer *f, enum scan_refusal why);
