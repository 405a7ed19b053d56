/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a HID report descriptor says of a barcode scanner in POS mode: which input report carries what was scanned, and where in
 * it. Pure but for hidpos_layout_load(). A descriptor is foreign bytes: any are safe.
 *
 * Source: USB HID 1.11, 6.2.2 (items); USB HID Point of Sale Usage Tables 1.02, 3 (page 0x8C); HID Usage Tables 1.5, page 0x01
 * usage 0x3B (Byte Count). Honeywell's page 0xFF66: as their scanners' descriptors have it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HIDPOS_DESCRIPTOR_MAX 4096 /* bytes; the kernel's HID_MAX_DESCRIPTOR_SIZE */
#define HIDPOS_REPORT_MAX     1024 /* bytes, report id included; real ones have 64 */

/* Places are bytes from the start of what /dev/hidraw delivers. */
struct hidpos_layout {
        uint8_t report_id; /* 0: this device numbers no reports, and no id precedes them */
        uint16_t n_bytes;  /* of the whole report, with its id */
        bool has_count, has_aim, has_more;
        uint16_t count_at; /* how many of the data bytes are filled */
        uint16_t aim_at;   /* three bytes in a row, as "]C1" */
        uint16_t data_at, n_data;
        uint16_t more_at; /* any bit of more_mask set: the code goes on in the next report */
        uint8_t more_mask;
        uint8_t redirect_id; /* Honeywell: the feature report that chooses where scans go; 0: none */
};

enum {
        HIDPOS_E_NOT_POS = 1, /* well, but no barcode scanner in POS mode */
        HIDPOS_E_UNREADABLE,  /* one, but it does not say of whole bytes where its data lies */
};

/**
 * hidpos_layout_parse() - find the report of what was scanned
 * @l: set on 0 only
 *
 * Return: 0, HIDPOS_E_NOT_POS, HIDPOS_E_UNREADABLE, or -EBADMSG for what is no report descriptor.
 */
int hidpos_layout_parse(struct hidpos_layout *l, const uint8_t *bytes, size_t n);

/* The same of the device whose sysfs path is @syspath ("hid" device). Return: as above, or -errno when it cannot be read. */
int hidpos_layout_load(struct hidpos_layout *l, const char *syspath);
