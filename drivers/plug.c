/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/plug.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"

DEFINE_FREEP(struct udev_device *, udev_device_unref)
DEFINE_FREEP(struct udev_enumerate *, udev_enumerate_unref)

static const char *const subsystems[] = {[PLUG_INPUT] = "input", [PLUG_HIDRAW] = "hidraw"};
static const char *const sysnames[] = {[PLUG_INPUT] = "event*", [PLUG_HIDRAW] = "hidraw*"};

bool plug_rule_is_empty(const struct plug_rule *rule) {
        return rule->vendor == 0 && rule->product == 0 && !rule->serial && !rule->path;
}

int plug_rule_copy(struct plug_rule *to, const struct plug_rule *from) {
        *to = (struct plug_rule){.vendor = from->vendor, .product = from->product};
        if (plug_rule_is_empty(from))
                return -EINVAL;
        if (from->serial)
                to->serial = strdup(from->serial);
        if (from->path)
                to->path = strdup(from->path);
        return (from->serial && !to->serial) || (from->path && !to->path) ? -ENOMEM : 0;
}

void plug_rule_deinit(struct plug_rule *rule) {
        free((char *) rule->serial);
        free((char *) rule->path);
        *rule = (struct plug_rule){0};
}

void plug_candidates_deinit(struct plug_candidates *c) {
        for (size_t i = 0; i < c->n; i++) {
                free(c->list[i].devnode);
                free(c->list[i].syspath);
                free(c->list[i].function);
                free(c->list[i].unit);
        }
        *c = (struct plug_candidates){0};
}

static struct udev_device *usb_device_of(struct udev_device *device) {
        return udev_device_get_parent_with_subsystem_devtype(device, "usb", "usb_device");
}

/* The kernel's driver of the device: for event devices "input", which is there for those without a bus, too. */
static struct udev_device *function_of(struct udev_device *device, enum plug_kind kind) {
        return udev_device_get_parent_with_subsystem_devtype(
                device, kind == PLUG_HIDRAW ? "hid" : "input", NULL);
}

static unsigned long hex_or_0(const char *text) {
        return text ? strtoul(text, NULL, 16) : 0;
}

/* HID_ID is bus:vendor:product, in hex. */
static void ids_of(
        struct udev_device *function, enum plug_kind kind, unsigned int *vendorp, unsigned int *productp) {
        const char *id;

        *vendorp = *productp = 0;
        if (kind == PLUG_INPUT) {
                *vendorp = (unsigned int) hex_or_0(udev_device_get_sysattr_value(function, "id/vendor"));
                *productp = (unsigned int) hex_or_0(udev_device_get_sysattr_value(function, "id/product"));
                return;
        }
        id = udev_device_get_property_value(function, "HID_ID");
        if (id && sscanf(id, "%*x:%x:%x", vendorp, productp) != 2)
                *vendorp = *productp = 0;
}

static bool ids_fit(struct udev_device *function, enum plug_kind kind, const struct plug_rule *rule) {
        unsigned int vendor, product;

        ids_of(function, kind, &vendor, &product);
        return (rule->vendor == 0 || vendor == rule->vendor) &&
               (rule->product == 0 || product == rule->product);
}

static bool is_text(const char *text, const char *wanted) {
        return text && strcmp(text, wanted) == 0;
}

static bool serial_fits(struct udev_device *device, struct udev_device *function, const char *serial) {
        struct udev_device *usb = usb_device_of(device);

        return !serial || is_text(udev_device_get_property_value(device, "ID_SERIAL_SHORT"), serial) ||
               is_text(udev_device_get_property_value(function, "HID_UNIQ"), serial) ||
               (usb && is_text(udev_device_get_sysattr_value(usb, "serial"), serial));
}

/* DEVLINKS is one line of paths with spaces between; udev escapes spaces within. */
static bool path_fits(struct udev_device *device, const char *glob) {
        const char *links = udev_device_get_property_value(device, "DEVLINKS");
        _autofree_ char *copy = NULL;

        if (!glob || fnmatch(glob, udev_device_get_devnode(device), FNM_PATHNAME) == 0)
                return true;
        copy = strdup(links ? links : "");
        for (char *rest = copy, *link; rest && (link = strsep(&rest, " "));) {
                if (fnmatch(glob, link, FNM_PATHNAME) == 0)
                        return true;
        }
        return false;
}

static bool plug_rule_fits(const struct plug_rule *rule, enum plug_kind kind, struct udev_device *device) {
        struct udev_device *function = function_of(device, kind);

        return function && udev_device_get_devnode(device) && ids_fit(function, kind, rule) &&
               serial_fits(device, function, rule->serial) && path_fits(device, rule->path);
}

static int plug_candidates_add(struct plug_candidates *c, struct udev_device *device, enum plug_kind kind) {
        struct plug_candidate *added =
                &c->list[c->n++]; /* counted before it is whole: deinit frees the half */
        struct udev_device *unit = usb_device_of(device);

        if (!unit)
                unit = function_of(device, kind);
        added->devnode = strdup(udev_device_get_devnode(device));
        added->syspath = strdup(udev_device_get_syspath(device));
        added->function = strdup(udev_device_get_syspath(function_of(device, kind)));
        added->unit = strdup(udev_device_get_syspath(unit));
        return added->devnode && added->syspath && added->function && added->unit ? 0 : -ENOMEM;
}

int plug_find(
        const struct plug_rule *rule, enum plug_kind kind, struct udev *udev, struct plug_candidates *c) {
        _cleanup_(udev_enumerate_unrefp) struct udev_enumerate *e = udev_enumerate_new(udev);
        struct udev_list_entry *entry;
        int r;

        if (!e)
                return -ENOMEM;
        r = udev_enumerate_add_match_subsystem(e, subsystems[kind]);
        if (r >= 0)
                r = udev_enumerate_add_match_sysname(e, sysnames[kind]);
        if (r >= 0)
                r = udev_enumerate_scan_devices(e);
        if (r < 0)
                return r;
        udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(e)) {
                _cleanup_(udev_device_unrefp) struct udev_device *device =
                        udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));

                /* NULL: unplugged since the list was made. */
                if (!device || !plug_rule_fits(rule, kind, device))
                        continue;
                if (c->n == PLUG_CANDIDATES_MAX)
                        break;
                r = plug_candidates_add(c, device, kind);
                if (r < 0)
                        return r;
        }
        return 0;
}

struct udev_monitor *plug_monitor_new(struct udev *udev, enum plug_kind kind) {
        struct udev_monitor *monitor = udev_monitor_new_from_netlink(udev, "udev");

        if (monitor &&
                udev_monitor_filter_add_match_subsystem_devtype(monitor, subsystems[kind], NULL) >= 0 &&
                udev_monitor_enable_receiving(monitor) >= 0)
                return monitor;
        return udev_monitor_unref(monitor);
}
