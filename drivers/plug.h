/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is plugged in, and which of it is meant by a rule of the board file. Reads udev and sysfs only; nothing is opened but GPIO
 * chips, whose label the kernel tells in no other way.
 *
 * Source: libudev(3), persistent links of 60-persistent-input.rules; Linux kernel, drivers/hid/hid-core.c (HID_ID, HID_UNIQ).
 */
#include <libudev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct attach;

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
        PLUG_INPUT,   /* /dev/input/event* */
        PLUG_HIDRAW,  /* /dev/hidraw* */
        PLUG_TTY,     /* serial ports on a bus that one plugs into */
        PLUG_GPIO,    /* /dev/gpiochip* */
        PLUG_PRINTER, /* /dev/usb/lp* */
        PLUG_N_KINDS,
};

struct plug_device { /* texts are owned; what is not known is "" */
        enum plug_kind kind;
        uint16_t vendor, product; /* 0 not known */
        char *devnode;
        char *syspath;
        char *function; /* sysfs path of what it belongs to: the "input" or the "hid" device; else as syspath */
        char *unit; /* sysfs path of the physical device: a scanner may show several event devices; else as function */
        char *serial, *udev_serial; /* as the device says it; as udev writes it into its links */
        char *links;                /* paths with a space between */
        char *name;                 /* for a person; of a GPIO chip its label */
        bool types;                 /* udev takes it for a keyboard */
};

#define PLUG_DEVICES_MAX 64

struct plug_devices {
        struct plug_device list[PLUG_DEVICES_MAX];
        size_t n;
};
void plug_devices_deinit(struct plug_devices *d);

/**
 * plug_list() - all devices of a kind, in the order of their sysfs paths, behind what is in @d already
 * @d: to be freed by plug_devices_deinit(), also on failure; more than PLUG_DEVICES_MAX are cut
 *
 * Return: 0 (also when there is none), -ENOMEM, or what libudev returns.
 */
int plug_list(enum plug_kind kind, struct udev *udev, struct plug_devices *d);
/* Those of them that fit @rule. */
int plug_find(const struct plug_rule *rule, enum plug_kind kind, struct udev *udev, struct plug_devices *d);

bool plug_rule_fits(const struct plug_rule *rule, const struct plug_device *device);

/*
 * udev's word of what comes and goes, told to the attach of one driver: what is new is worth a try at once, and what is open and was
 * removed is lost. It is for speed: where the kernel gives no netlink, or its messages overflow, the attach's timer finds devices and
 * reading finds that they are gone. Embedded by value; zero-initialised watches nothing.
 */
struct plug_watch {
        struct attach *attach;       /* borrowed; outlives the watch */
        struct udev_monitor *source; /* owned; NULL without netlink */
        sd_event_source *io;
        char *syspath; /* owned; of the device that is open, else NULL */
};

/* @attach: may be initialised later, from within the same x_new(). Return: 0, also without netlink; -ENOMEM or what sd-event returns. */
int plug_watch_init(
        struct plug_watch *w, sd_event *event, struct udev *udev, enum plug_kind kind, struct attach *attach);
void plug_watch_deinit(struct plug_watch *w); /* twice is harmless */
/* The device whose sysfs path is @syspath is open now. Takes ownership; NULL: none is. */
void plug_watch_give_syspath(struct plug_watch *w, char *syspath);
