/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A serial port at which a scanner of unknown settings hangs: what it sends for one code says where the code begins and ends, and,
 * where it is nothing that a code has, that the line's speed is another one; then the next is tried. Not for packing.
 *
 * Source: as drivers/serial/framer.h; the usual speeds of scanners, their makers' defaults first.
 */
#include <systemd/sd-event.h>

#include "drivers/serial/framer.h"

enum {
        SERIAL_PROBE_E_SUFFIXLESS = 1, /* a code, and nothing behind it */
        SERIAL_PROBE_E_GARBAGE,        /* nothing that a code has: noise, or the wrong speed */
};
/**
 * serial_probe_read() - what one scan says. Pure.
 * @bytes: from silence to silence
 * @scan: filled on 0
 * @framing: set on 0 only
 *
 * Return: 0, SERIAL_PROBE_E_*.
 */
int serial_probe_read(const uint8_t *bytes, size_t n, struct scan_text *scan, struct serial_framing *framing);
/* The speed to try behind @baud, round and round; the first for 0. */
unsigned int serial_probe_next_baud(unsigned int baud);

struct serial_probe;
struct serial_probe_sink { /* both must be set; neither is called from within new() */
        void (*on_scan)(void *userdata, const char *text, unsigned int baud, struct serial_framing framing);
        /* @why: SERIAL_PROBE_E_*, or -errno: it cannot be listened to. @baud: which is tried from now on. */
        void (*on_trouble)(void *userdata, int why, unsigned int baud);
        void *userdata;
};
/* @path: copied. Return: 0, -errno: it cannot be opened. */
int serial_probe_new(
        struct serial_probe **pp, sd_event *event, const char *path, struct serial_probe_sink sink);
struct serial_probe *serial_probe_free(struct serial_probe *p); /* takes NULL, returns NULL */
