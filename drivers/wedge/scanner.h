/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A barcode scanner that types like a keyboard. It is found by a rule of the board file, grabbed so that its keys reach nobody
 * else (a device that cannot be grabbed is refused), and found again after it was unplugged.
 *
 * Source: Linux kernel, Documentation/input/event-codes.rst; libevdev 1.13, "SYN_DROPPED handling"; evdev(4) masks
 * (EVIOCSMASK): without EV_MSC a third more of a code fits into the kernel's queue of 64 events.
 */
#include <systemd/sd-event.h>

#include "drivers/plug.h"
#include "drivers/port.h"
#include "drivers/wedge/layout.h"

struct wedge_scanner;

struct wedge_config {
        struct plug_rule match; /* texts are copied */
        enum wedge_layout layout;
        int64_t priority; /* of its device; its timers run one before; 0 is SD_EVENT_PRIORITY_NORMAL */
        uint64_t
                retry_usec; /* between two looks while it is not there; 0 is one second; udev's word comes at once */
        /* What begins sooner after opening may be the tail of a code and is refused as unfinished; 0 is SCAN_GAP_USEC. */
        uint64_t settle_usec;
};

/**
 * wedge_scanner_new() - a scanner that looks for its device from within the loop
 * @sp:     set on 0 only; owned by the caller
 * @event:  a reference is held until wedge_scanner_free()
 * @config: copied
 * @sink:   copied; told DEVICE_UP or DEVICE_DOWN in the loop's first turn: -ENODEV none fits, -ENOTUNIQ several do (name one by
 *          serial or path), -EBUSY another program holds it, -EACCES...
 *
 * Return: 0, -EINVAL for an empty rule, -ENOMEM, or what sd-event returns. A missing device is no error.
 */
int wedge_scanner_new(
        struct wedge_scanner **sp, sd_event *event, const struct wedge_config *config, struct scan_sink sink);
struct wedge_scanner *wedge_scanner_free(struct wedge_scanner *s); /* takes NULL, returns NULL */
static inline void wedge_scanner_freep(struct wedge_scanner **p) {
        *p = wedge_scanner_free(*p);
}
