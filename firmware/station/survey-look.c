/* SPDX-License-Identifier: Apache-2.0 */
/* What is plugged in, who may open it, and who has it. */
#include "firmware/station/survey.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/input.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "drivers/hidpos/descriptor.h"
#include "firmware/base/cleanup.h"

DEFINE_FREEP(struct udev *, udev_unref)

/* The groups that the unit gives to the station (okuru-station.service); by what is to be opened. */
static const char *const groups[] = {[SURVEY_KEYBOARD] = "input",
        [SURVEY_POS] = "okuru-hidpos",
        [SURVEY_SERIAL] = "dialout",
        [SURVEY_GPIO] = "okuru-gpio",
        [SURVEY_PRINTER] = "lp"};

static void look_who_may(struct survey_device *d) {
        mode_t needs = d->looks == SURVEY_KEYBOARD ? S_IRGRP : S_IRGRP | S_IWGRP;
        const struct group *group;
        struct stat st;

        if (stat(d->is->devnode, &st) < 0)
                return; /* it went */
        group = getgrgid(st.st_gid);
        if (group && strcmp(group->gr_name, groups[d->looks]) == 0 && (st.st_mode & needs) == needs)
                return;
        (void) snprintf(d->closed, sizeof(d->closed),
                "the station may not open it: group %s, mode %03o, not %s: is 60-okuru.rules installed? Then "
                "`udevadm trigger`",
                group ? group->gr_name : "?", (unsigned int) st.st_mode & 0777, groups[d->looks]);
}

/* Ports and printers belong to whoever opened them, keyboards only to whoever grabbed them; the rest is shared. */
static bool is_exclusive(const struct survey_device *d) {
        _autoclose_ int fd = -1;

        if (d->looks == SURVEY_SERIAL || d->looks == SURVEY_PRINTER)
                return true;
        if (d->looks != SURVEY_KEYBOARD)
                return false;
        fd = open(d->is->devnode, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        return fd >= 0 && ioctl(fd, EVIOCGRAB, (void *) 1) < 0 && errno == EBUSY; /* closing lets it go */
}

static bool has_open(const char *process, const char *devnode) {
        char folder[300], path[600], target[PATH_MAX];
        _cleanup_(closedirp) DIR *fds = NULL;

        (void) snprintf(folder, sizeof(folder), "/proc/%s/fd", process);
        fds = opendir(folder);
        for (const struct dirent *e; fds && (e = readdir(fds));) {
                ssize_t n;

                (void) snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
                n = readlink(path, target, sizeof(target) - 1);
                if (n > 0 && (size_t) n == strlen(devnode) && memcmp(target, devnode, (size_t) n) == 0)
                        return true;
        }
        return false;
}

static void read_name(const char *process, char *out, int size) {
        char path[300];
        _autofclose_ FILE *f = NULL;

        (void) snprintf(path, sizeof(path), "/proc/%s/comm", process);
        f = fopen(path, "re");
        if (!f || !fgets(out, size, f))
                *out = '\0';
        out[strcspn(out, "\n")] = '\0';
}

/* Another program than the station, whose it is to have it. Others' processes are seen by root only. */
static void look_who_has(struct survey_device *d) {
        _cleanup_(closedirp) DIR *proc = is_exclusive(d) ? opendir("/proc") : NULL;

        for (const struct dirent *e; proc && (e = readdir(proc));) {
                char name[32];

                if (strspn(e->d_name, "0123456789") != strlen(e->d_name) ||
                        !has_open(e->d_name, d->is->devnode))
                        continue;
                read_name(e->d_name, name, sizeof(name));
                if (strcmp(name, "okuru-station") != 0)
                        (void) snprintf(d->held, sizeof(d->held), "%s (process %.20s)", name, e->d_name);
        }
}

static bool is_shown(struct survey_device *d) {
        struct hidpos_layout layout;
        int r;

        switch (d->is->kind) {
        case PLUG_INPUT:
                d->looks = SURVEY_KEYBOARD;
                return d->is->types;
        case PLUG_HIDRAW:
                r = hidpos_layout_load(&layout, d->is->function);
                d->looks = SURVEY_POS;
                d->unreadable = r == HIDPOS_E_UNREADABLE;
                return r == 0 || d->unreadable;
        case PLUG_TTY:
                d->looks = SURVEY_SERIAL;
                return true;
        case PLUG_PRINTER:
                d->looks = SURVEY_PRINTER;
                return true;
        default:
                d->looks = SURVEY_GPIO;
                return true;
        }
}

int survey_look(struct survey *s) {
        _cleanup_(udev_unrefp) struct udev *udev = udev_new();
        int r = udev ? 0 : -ENOMEM;

        for (unsigned int kind = 0; kind < PLUG_N_KINDS && r == 0; kind++)
                r = plug_list((enum plug_kind) kind, udev, &s->plugged);
        for (size_t i = 0; i < s->plugged.n && r == 0; i++) {
                struct survey_device *d = &s->devices[s->n_devices];

                *d = (struct survey_device){.is = &s->plugged.list[i]};
                if (!is_shown(d))
                        continue;
                look_who_may(d);
                look_who_has(d);
                s->n_devices++;
        }
        return r;
}
