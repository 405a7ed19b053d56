/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which /dev/input/event* is meant by the board file's rule. Reads udev and sysfs only; nothing is opened and no name is asked
 * for (EVIOCGNAME fails on devices that have none).
 *
 * Source: libudev(3), persistent links of 60-persistent-input.rules.
 */
#include <libudev.h>
#include <stddef.h>
#include <stdint.h>

struct wedge_match {        /* all that is given must fit; something must be given */
        uint16_t vendor;    /* USB or Bluetooth id; 0 is any */
        uint16_t product;   /* 0 is any */
        const char *serial; /* the device's serial number; NULL is any */
        const char *
                path; /* glob on the device node or one of its links, e.g. "/dev/input/by-id/usb-*-event-kbd"; NULL is any */
};

struct wedge_candidate {
        char *devnode; /* owned */
        char *syspath; /* owned */
        char *unit; /* owned; the sysfs path of the physical device: a scanner may show several event devices */
};

#define WEDGE_CANDIDATES_MAX 16

struct wedge_candidates {
        struct wedge_candidate list[WEDGE_CANDIDATES_MAX];
        size_t n;
};
void wedge_candidates_deinit(struct wedge_candidates *c);

/**
 * wedge_match_find() - all event devices that fit @m, in the order of their sysfs paths
 * @c: to be freed by wedge_candidates_deinit(), also on failure; more than WEDGE_CANDIDATES_MAX are cut
 *
 * Return: 0 (also when none fits), -ENOMEM, or what libudev returns.
 */
int wedge_match_find(const struct wedge_match *m, struct udev *udev, struct wedge_candidates *c);
