/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A barcode scanner on a serial line: RS-232, USB CDC-ACM (/dev/serial/by-id/...), or a pseudo-terminal. Raw,
 * 8N1, no flow control. A device that is not there, or goes away, is tried again every second for ever; half
 * a code that it left behind is thrown away, and so is what the kernel had queued before we opened it.
 *
 * Source: termios(3), tty_ioctl(4), pty(7). Measured: a pty whose other side is closed reads as EIO or as end
 * of file.
 */
#include <systemd/sd-event.h>

#include "drivers/serial/framer.h"

struct serial_scanner;

struct serial_config {
        const char *path;  /* tty; copied; a link is followed anew at each try */
        unsigned int baud; /* 1200 to 921600, the usual ones; 0 is 9600 */
        struct serial_framing framing;
        int64_t priority;    /* of its device; its timers run one before; 0 is SD_EVENT_PRIORITY_NORMAL */
        uint64_t retry_usec; /* between two tries to open; 0 is one second */
        /* What begins sooner after opening may be the tail of a code and is refused as unfinished; 0 is
         * SCAN_GAP_USEC on a real line and nothing on a pty, where a code is written in one piece. */
        uint64_t settle_usec;
};

/**
 * serial_scanner_new() - a scanner that opens its device from within the loop
 * @sp:     set on 0 only; owned by the caller
 * @event:  a reference is held until serial_scanner_free()
 * @config: copied
 * @sink:   copied; told DEVICE_UP or DEVICE_DOWN in the loop's first turn
 *
 * Return: 0, -EINVAL for a baud rate that there is not, -ENOMEM, or what sd-event returns. A missing device
 * is no error.
 */
int serial_scanner_new(struct serial_scanner **sp, sd_event *event, const struct serial_config *config,
        struct scan_sink sink);
struct serial_scanner *serial_scanner_free(struct serial_scanner *s); /* takes NULL, returns NULL */
static inline void serial_scanner_freep(struct serial_scanner **p) {
        *p = serial_scanner_free(*p);
}
