/* SPDX-License-Identifier: Apache-2.0 */
/* What is plugged in, who may open it, and how the survey is shown. */
#include "firmware/station/survey.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "drivers/hidpos/descriptor.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/say.h"

DEFINE_FREEP(struct udev *, udev_unref)

/* The groups that the unit gives to the station (okuru-station.service); by what is to be opened. */
static const char *const groups[] = {[SURVEY_KEYBOARD] = "input",
        [SURVEY_POS] = "okuru-hidpos",
        [SURVEY_SERIAL] = "dialout",
        [SURVEY_GPIO] = "okuru-gpio"};

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
                s->n_devices++;
        }
        return r;
}

/* ---- shown ---- */

static bool is_wrong(const struct survey *s) {
        for (size_t i = 0; i < s->n_rules; i++)
                if (*s->rules[i].wrong)
                        return true;
        for (size_t i = 0; i < s->n_devices; i++)
                if (*s->devices[i].wrong)
                        return true;
        return false;
}

static void print_device(const struct survey_device *d) {
        static const char *const words[] = {
                "types as a keyboard", "scanner, POS mode", "serial port", "GPIO chip"};

        (void) printf("  %-20s %-19s ", d->is->devnode, words[d->looks]);
        if (d->is->vendor)
                (void) printf("%04x:%04x ", d->is->vendor, d->is->product);
        say(stdout, d->is->name);
        if (*d->is->serial) {
                (void) printf(", serial number ");
                say(stdout, d->is->serial);
        }
        (void) printf("\n");
        if (*d->users)
                (void) printf("    is %s\n", d->users);
        if (*d->note)
                (void) printf("    %s\n", d->note);
        if (*d->wrong)
                (void) printf("    WRONG: %s\n", d->wrong);
}

static void print_rule(const struct survey_rule *r) {
        (void) printf("  %s/%s, %s: ", r->bench, r->name, r->driver);
        if (*r->wrong) {
                (void) printf("WRONG: ");
                say(stdout, r->wrong);
        } else {
                (void) printf("%s", r->is ? r->is->devnode : r->plug.path ? r->plug.path : "");
        }
        (void) printf("\n");
}

static void write_device(struct json_writer *w, const struct survey_device *d) {
        char id[8];

        json_write_object(w, NULL);
        json_write_string(w, "node", d->is->devnode);
        json_write_string(w, "looks", survey_looks_to_str(d->looks));
        (void) snprintf(id, sizeof(id), "%04x", d->is->vendor);
        json_write_string(w, "vendor", id);
        (void) snprintf(id, sizeof(id), "%04x", d->is->product);
        json_write_string(w, "product", id);
        json_write_string(w, "serial", d->is->serial);
        json_write_string(w, "name", d->is->name);
        json_write_string(w, "links", d->is->links);
        json_write_string(w, "rules", d->users);
        json_write_string(w, "note", d->note);
        json_write_string(w, "wrong", d->wrong);
        json_write_end_object(w);
}

static void write_rule(struct json_writer *w, const struct survey_rule *r) {
        json_write_object(w, NULL);
        json_write_string(w, "bench", r->bench);
        json_write_string(w, "name", r->name);
        json_write_string(w, "driver", r->driver);
        json_write_string(w, "node", r->is ? r->is->devnode : "");
        json_write_string(w, "wrong", r->wrong);
        json_write_end_object(w);
}

static int print_json(const struct survey *s, const struct station_config *config) {
        _cleanup_str_ struct str out = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &out);
        json_write_object(&w, NULL);
        json_write_string(&w, "board", config->board_name);
        json_write_array(&w, "plugged");
        for (size_t i = 0; i < s->n_devices; i++)
                write_device(&w, &s->devices[i]);
        json_write_end_array(&w);
        json_write_array(&w, "rules");
        for (size_t i = 0; i < s->n_rules; i++)
                write_rule(&w, &s->rules[i]);
        json_write_end_array(&w);
        json_write_end_object(&w);
        if (out.error)
                return out.error;
        say_json(&out);
        return 0;
}

int survey_print(const struct survey *s, const struct station_config *config, bool json) {
        int r = 0;

        if (json) {
                r = print_json(s, config);
        } else {
                (void) printf("plugged in%s\n", s->n_devices ? "" : ": nothing");
                for (size_t i = 0; i < s->n_devices; i++)
                        print_device(&s->devices[i]);
                (void) printf(
                        "board %s%s\n", config->board_name, s->n_rules ? "" : ": wants nothing plugged in");
                for (size_t i = 0; i < s->n_rules; i++)
                        print_rule(&s->rules[i]);
        }
        if (r < 0)
                return r;
        return is_wrong(s) ? 1 : 0;
}

static bool file_exists(const char *path) {
        return access(path, F_OK) == 0;
}

int survey_run(const struct station_config *config, bool json) {
        struct survey s = {0};
        int r = survey_look(&s);

        if (r == 0)
                r = survey_judge(&s, config, file_exists);
        if (r == 0)
                r = survey_print(&s, config, json);
        survey_deinit(&s);
        return r;
}
