/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/wedge/match.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

#include "firmware/base/cleanup.h"

DEFINE_FREEP(struct udev_device *, udev_device_unref)
DEFINE_FREEP(struct udev_enumerate *, udev_enumerate_unref)

void wedge_candidates_deinit(struct wedge_candidates *c) {
        for (size_t i = 0; i < c->n; i++) {
                free(c->list[i].devnode);
                free(c->list[i].syspath);
                free(c->list[i].unit);
        }
        *c = (struct wedge_candidates){0};
}

static struct udev_device *usb_device_of(struct udev_device *device) {
        return udev_device_get_parent_with_subsystem_devtype(device, "usb", "usb_device");
}

static bool id_fits(struct udev_device *input, const char *attribute, uint16_t id) {
        const char *text = udev_device_get_sysattr_value(input, attribute);

        return id == 0 || (text && strtoul(text, NULL, 16) == id);
}

static bool serial_fits(struct udev_device *device, const char *serial) {
        const char *property = udev_device_get_property_value(device, "ID_SERIAL_SHORT");
        struct udev_device *usb = usb_device_of(device);
        const char *attribute = usb ? udev_device_get_sysattr_value(usb, "serial") : NULL;

        return !serial || (property && strcmp(property, serial) == 0) ||
               (attribute && strcmp(attribute, serial) == 0);
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

static bool wedge_match_fits(const struct wedge_match *m, struct udev_device *device) {
        struct udev_device *input = udev_device_get_parent_with_subsystem_devtype(device, "input", NULL);

        return input && udev_device_get_devnode(device) && id_fits(input, "id/vendor", m->vendor) &&
               id_fits(input, "id/product", m->product) && serial_fits(device, m->serial) &&
               path_fits(device, m->path);
}

static int wedge_candidates_add(struct wedge_candidates *c, struct udev_device *device) {
        struct wedge_candidate *added =
                &c->list[c->n++]; /* counted before it is whole: deinit frees the half */
        struct udev_device *unit = usb_device_of(device);

        if (!unit)
                unit = udev_device_get_parent_with_subsystem_devtype(device, "input", NULL);
        added->devnode = strdup(udev_device_get_devnode(device));
        added->syspath = strdup(udev_device_get_syspath(device));
        added->unit = strdup(udev_device_get_syspath(unit));
        return added->devnode && added->syspath && added->unit ? 0 : -ENOMEM;
}

int wedge_match_find(const struct wedge_match *m, struct udev *udev, struct wedge_candidates *c) {
        _cleanup_(udev_enumerate_unrefp) struct udev_enumerate *e = udev_enumerate_new(udev);
        struct udev_list_entry *entry;
        int r;

        if (!e)
                return -ENOMEM;
        r = udev_enumerate_add_match_subsystem(e, "input");
        if (r >= 0)
                r = udev_enumerate_add_match_sysname(e, "event*");
        if (r >= 0)
                r = udev_enumerate_scan_devices(e);
        if (r < 0)
                return r;
        udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(e)) {
                _cleanup_(udev_device_unrefp) struct udev_device *device =
                        udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));

                /* NULL: unplugged since the list was made. */
                if (!device || !wedge_match_fits(m, device))
                        continue;
                if (c->n == WEDGE_CANDIDATES_MAX)
                        break;
                r = wedge_candidates_add(c, device);
                if (r < 0)
                        return r;
        }
        return 0;
}
