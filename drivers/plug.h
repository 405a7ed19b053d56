/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which plugged device is meant by the board file's rule. Reads udev and sysfs only; nothing is opened and no name is asked for
 * (EVIOCGNAME fails on devices that have none).
 *
 * Source: libudev(3), persistent links of 60-persistent-input.rules; Linux kernel, drivers/hid/hid-core.c (HID_ID, HID_UNIQ).
 */
#include <libudev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plug_rule {          /* all that is given must fit; something must be given */
        uint16_t vendor;    /* USB or Bluetooth id; 0 is any */
        uint16_t product;   /* 0 is any */
        const char *serial; /* the device's serial number; NULL is any */
        /* Glob on the device node or one of its links, e.g. "/dev/input/by-id/usb-*-event-kbd"; NULL is any. */
        const char *path;
};
/* True when nothing is given: it would take the first device there is. */
bool plug_rule_is_empty(const struct plug_rule *rule);
/* Texts are copied. Return: 0, -EINVAL when nothing is given, -ENOMEM. To be freed by plug_rule_deinit(), also on failure. */
int plug_rule_copy(struct plug_rule *to, const struct plug_rule *from);
void plug_rule_deinit(struct plug_rule *rule); /* of a copy */

enum plug_kind {
        PLUG_INPUT,  /* /dev/input/event* */
        PLUG_HIDRAW, /* /dev/hidraw* */
};

struct plug_candidate {
        char *devnode;  /* owned */
        char *syspath;  /* owned */
        char *function; /* owned; the sysfs path of what it belongs to: the "input" or the "hid" device */
        char *unit; /* owned; the sysfs path of the physical device: a scanner may show several event devices */
};

#define PLUG_CANDIDATES_MAX 16

struct plug_candidates {
        struct plug_candidate list[PLUG_CANDIDATES_MAX];
        size_t n;
};
void plug_candidates_deinit(struct plug_candidates *c);

/**
 * plug_find() - all devices of a kind that fit, in the order of their sysfs paths
 * @c: to be freed by plug_candidates_deinit(), also on failure; more than PLUG_CANDIDATES_MAX are cut
 *
 * Return: 0 (also when none fits), -ENOMEM, or what libudev returns.
 */
int plug_find(
        const struct plug_rule *rule, enum plug_kind kind, struct udev *udev, struct plug_candidates *c);

/* udev's word of what comes and goes; NULL where the kernel gives us no netlink: then only looking again helps. */
struct udev_monitor *plug_monitor_new(struct udev *udev, enum plug_kind kind);
