/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A barcode scanner in HID POS mode: a USB (or Bluetooth) device that says by its descriptor that it is one, and types nowhere.
 * It is found by a rule of the board file among those, read through /dev/hidraw*, and found again after it was unplugged. A
 * scanner that can be told where its scans go is told to send them here, at each opening: one that lists Honeywell's report, and
 * those of that maker that do not list it.
 *
 * What the kernel cannot do here: keep a second program from reading along, and tell that its queue of 63 reports overflowed. A
 * queue that was found full is taken for one that did.
 *
 * Source: Linux kernel, Documentation/hid/hidraw.rst and drivers/hid/hidraw.c (HIDRAW_BUFFER_SIZE; a full queue drops the new
 * report in silence). The switch, feature report {0xFE, 1}: @point-of-sale/webhid-barcode-scanner 1.2.2.
 */
#include <systemd/sd-event.h>

#include "drivers/plug.h"
#include "drivers/port.h"

struct hidpos_scanner;

struct hidpos_config {
        struct plug_rule match; /* texts are copied */
        int64_t priority;       /* of its device; its timers run one before; 0 is SD_EVENT_PRIORITY_NORMAL */
        uint64_t
                retry_usec; /* between two looks while it is not there; 0 is one second; udev's word comes at once */
};

/**
 * hidpos_scanner_new() - a scanner that looks for its device from within the loop
 * @sp:     set on 0 only; owned by the caller
 * @event:  a reference is held until hidpos_scanner_free()
 * @config: copied
 * @sink:   copied; told DEVICE_UP or DEVICE_DOWN in the loop's first turn: -ENODEV none in POS mode fits, -ENOTUNIQ several do
 *          (name one by serial or path), -ENOTSUP its descriptor does not say where its data lies, -EACCES...
 *
 * Return: 0, -EINVAL for an empty rule, -ENOMEM, or what sd-event returns. A missing device is no error.
 */
int hidpos_scanner_new(struct hidpos_scanner **sp, sd_event *event, const struct hidpos_config *config,
        struct scan_sink sink);
struct hidpos_scanner *hidpos_scanner_free(struct hidpos_scanner *s); /* takes NULL, returns NULL */
static inline void hidpos_scanner_freep(struct hidpos_scanner **p) {
        *p = hidpos_scanner_free(*p);
}
