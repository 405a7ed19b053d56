/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/plug.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "drivers/attach.h"
#include "firmware/base/cleanup.h"

DEFINE_FREEP(struct udev_device *, udev_device_unref)
DEFINE_FREEP(struct udev_enumerate *, udev_enumerate_unref)

static const char *const subsystems[PLUG_N_KINDS] = {"input", "hidraw", "tty", "gpio", "usbmisc"};
static const char *const sysnames[PLUG_N_KINDS] = {"event*", "hidraw*", "tty*", "gpiochip*", "lp*"};
static const char *const functions[PLUG_N_KINDS] = {"input", "hid"};

/* ---- rules ---- */

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

/* DEVLINKS is one line of paths with spaces between; udev escapes spaces within. */
static bool path_fits(const struct plug_device *device, const char *glob) {
        _autofree_ char *copy = NULL;

        if (fnmatch(glob, device->devnode, FNM_PATHNAME) == 0)
                return true;
        copy = strdup(device->links);
        for (char *rest = copy, *link; rest && (link = strsep(&rest, " "));) {
                if (fnmatch(glob, link, FNM_PATHNAME) == 0)
                        return true;
        }
        return false;
}

bool plug_rule_fits(const struct plug_rule *rule, const struct plug_device *d) {
        return (rule->vendor == 0 || d->vendor == rule->vendor) &&
               (rule->product == 0 || d->product == rule->product) &&
               (!rule->serial || strcmp(d->serial, rule->serial) == 0 ||
                       strcmp(d->udev_serial, rule->serial) == 0) &&
               (!rule->path || path_fits(d, rule->path));
}

/* ---- devices ---- */

static void plug_device_deinit(struct plug_device *d) {
        free(d->devnode);
        free(d->syspath);
        free(d->function);
        free(d->unit);
        free(d->serial);
        free(d->udev_serial);
        free(d->links);
        free(d->name);
        *d = (struct plug_device){0};
}

void plug_devices_deinit(struct plug_devices *d) {
        for (size_t i = 0; i < d->n; i++)
                plug_device_deinit(&d->list[i]);
        d->n = 0;
}

static uint16_t hex_or_0(const char *text) {
        return text ? (uint16_t) strtoul(text, NULL, 16) : 0;
}

/* HID_ID is bus:vendor:product, in hex. */
static void read_ids(struct plug_device *d, struct udev_device *device, struct udev_device *function,
        struct udev_device *usb) {
        const char *id = udev_device_get_property_value(function, "HID_ID");
        const char *first = id ? strchr(id, ':') : NULL, *second = first ? strchr(first + 1, ':') : NULL;

        if (d->kind == PLUG_INPUT) {
                d->vendor = hex_or_0(udev_device_get_sysattr_value(function, "id/vendor"));
                d->product = hex_or_0(udev_device_get_sysattr_value(function, "id/product"));
        } else if (d->kind == PLUG_HIDRAW && first && second) {
                d->vendor = hex_or_0(first + 1);
                d->product = hex_or_0(second + 1);
        } else if (usb) {
                d->vendor = hex_or_0(udev_device_get_sysattr_value(usb, "idVendor"));
                d->product = hex_or_0(udev_device_get_sysattr_value(usb, "idProduct"));
        }
        d->types = udev_device_get_property_value(device, "ID_INPUT_KEYBOARD") != NULL;
}

static char *chip_label(const char *devnode) {
        struct gpiochip_info info = {0};
        _autoclose_ int fd = open(devnode, O_RDWR | O_CLOEXEC);

        if (fd < 0 || ioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &info) < 0)
                return strdup("");
        return strndup(info.label, sizeof(info.label));
}

static char *name_of(const struct plug_device *d, struct udev_device *function, struct udev_device *usb) {
        const char *hid = udev_device_get_property_value(function, "HID_NAME");
        const char *name = udev_device_get_sysattr_value(function, "name");
        const char *product = usb ? udev_device_get_sysattr_value(usb, "product") : NULL;

        if (d->kind == PLUG_GPIO)
                return chip_label(d->devnode);
        return strdup(hid ? hid : product ? product : name ? name : "");
}

static char *copy(const char *text) {
        return strdup(text ? text : "");
}

/* Return: 0, -ENOMEM; @d may be half in any case. */
static int plug_device_read(struct plug_device *d, enum plug_kind kind, struct udev_device *device) {
        struct udev_device *usb = udev_device_get_parent_with_subsystem_devtype(device, "usb", "usb_device");
        struct udev_device *function =
                functions[kind] ? udev_device_get_parent_with_subsystem_devtype(device, functions[kind], NULL)
                                : device;
        const char *serial = usb ? udev_device_get_sysattr_value(usb, "serial") : NULL;

        d->kind = kind;
        read_ids(d, device, function, usb);
        d->devnode = copy(udev_device_get_devnode(device));
        d->syspath = copy(udev_device_get_syspath(device));
        d->function = copy(udev_device_get_syspath(function));
        d->unit = copy(udev_device_get_syspath(usb ? usb : function));
        d->serial = copy(serial ? serial : udev_device_get_property_value(function, "HID_UNIQ"));
        d->udev_serial = copy(udev_device_get_property_value(device, "ID_SERIAL_SHORT"));
        d->links = copy(udev_device_get_property_value(device, "DEVLINKS"));
        d->name = d->devnode ? name_of(d, function, usb) : NULL;
        return d->devnode && d->syspath && d->function && d->unit && d->serial && d->udev_serial &&
                               d->links && d->name
                       ? 0
                       : -ENOMEM;
}

/* Consoles and ports that are soldered in are no devices that one plugs. */
static bool is_wanted(enum plug_kind kind, struct udev_device *device) {
        if (!udev_device_get_devnode(device))
                return false;
        if (kind == PLUG_TTY)
                return udev_device_get_parent_with_subsystem_devtype(device, "usb", "usb_device") != NULL;
        return !functions[kind] ||
               udev_device_get_parent_with_subsystem_devtype(device, functions[kind], NULL) != NULL;
}

static int add(struct plug_devices *d, enum plug_kind kind, struct udev_device *device,
        const struct plug_rule *rule) {
        struct plug_device *added = &d->list[d->n];
        int r;

        *added = (struct plug_device){0};
        r = plug_device_read(added, kind, device);
        if (r == 0 && (!rule || plug_rule_fits(rule, added)))
                d->n++;
        else
                plug_device_deinit(added);
        return r;
}

/* @rule: NULL takes all. */
static int list(
        const struct plug_rule *rule, enum plug_kind kind, struct udev *udev, struct plug_devices *d) {
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
                if (!device || !is_wanted(kind, device))
                        continue;
                if (d->n == PLUG_DEVICES_MAX)
                        break;
                r = add(d, kind, device, rule);
                if (r < 0)
                        return r;
        }
        return 0;
}

int plug_list(enum plug_kind kind, struct udev *udev, struct plug_devices *d) {
        return list(NULL, kind, udev, d);
}

int plug_find(const struct plug_rule *rule, enum plug_kind kind, struct udev *udev, struct plug_devices *d) {
        return list(rule, kind, udev, d);
}

/* ---- hot-plug ---- */

#define MESSAGES_PER_TURN 64

static struct udev_monitor *monitor_new(struct udev *udev, enum plug_kind kind) {
        struct udev_monitor *monitor = udev_monitor_new_from_netlink(udev, "udev");

        if (monitor &&
                udev_monitor_filter_add_match_subsystem_devtype(monitor, subsystems[kind], NULL) >= 0 &&
                udev_monitor_enable_receiving(monitor) >= 0)
                return monitor;
        return udev_monitor_unref(monitor);
}

static int plug_watch_on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct plug_watch *w = userdata;
        (void) source;
        (void) fd;
        (void) revents;

        for (unsigned int i = 0; i < MESSAGES_PER_TURN; i++) {
                _cleanup_(udev_device_unrefp) struct udev_device *device =
                        udev_monitor_receive_device(w->source);
                const char *action;

                if (!device)
                        break;
                action = udev_device_get_action(device);
                if (!w->syspath)
                        attach_hurry(w->attach);
                else if (action && strcmp(action, "remove") == 0 &&
                         strcmp(udev_device_get_syspath(device), w->syspath) == 0)
                        attach_lost(w->attach, -ENODEV);
        }
        return 0;
}

int plug_watch_init(struct plug_watch *w, sd_event *event, struct udev *udev, enum plug_kind kind,
        struct attach *attach) {
        int r;

        w->attach = attach;
        w->source = monitor_new(udev, kind);
        if (!w->source)
                return 0;
        r = sd_event_add_io(
                event, &w->io, udev_monitor_get_fd(w->source), EPOLLIN, plug_watch_on_readable, w);
        return r < 0 ? r : 0;
}

void plug_watch_deinit(struct plug_watch *w) {
        w->io = sd_event_source_disable_unref(w->io);
        w->source = udev_monitor_unref(w->source);
        plug_watch_give_syspath(w, NULL);
}

void plug_watch_give_syspath(struct plug_watch *w, char *syspath) {
        free(w->syspath);
        w->syspath = syspath;
}
