/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is plugged in held against the board file: which rule means which device, and what is wrong, in words that say what to do.
 * survey_judge() is pure; survey_look() reads udev, sysfs and who may open what.
 */
#include "drivers/plug.h"
#include "firmware/station/config.h"

enum survey_looks { SURVEY_KEYBOARD, SURVEY_POS, SURVEY_SERIAL, SURVEY_GPIO };
const char *survey_looks_to_str(enum survey_looks looks); /* "keyboard", "pos", "serial", "gpio" */

struct survey_device {
        struct plug_device *is; /* borrowed from the survey */
        enum survey_looks looks;
        bool unreadable;  /* in POS mode, but its descriptor does not say where its data lies */
        char closed[224]; /* why the station's user may not open it; "" it may */
        /* Judged: */
        char users[256]; /* "b1/hand-1, b2/hand-1"; "" none */
        size_t n_users;
        char wrong[320], note[256]; /* "" nothing */
};

struct survey_rule {                       /* one thing of the board file that wants a device */
        const char *bench, *name, *driver; /* borrowed from the board */
        struct plug_rule plug;
        enum survey_looks wants;
        const char *chip; /* of GPIO: its label */
        /* Judged: */
        const struct plug_device *is; /* NULL: not exactly one */
        char wrong[512];
};

struct survey {
        struct plug_devices plugged;
        struct survey_device devices[PLUG_DEVICES_MAX];
        size_t n_devices;
        struct survey_rule *rules; /* owned */
        size_t n_rules;
};

/* What is plugged in now. Return: 0, -ENOMEM, or what libudev returns. To be freed by survey_deinit() in any case. */
int survey_look(struct survey *s);
/**
 * survey_judge() - hold it against the board
 * @config: borrowed until survey_deinit()
 * @exists: is there such a file: a serial port need not be one that is plugged
 *
 * Return: 0, -ENOMEM.
 */
int survey_judge(struct survey *s, const struct station_config *config, bool (*exists)(const char *path));
void survey_deinit(struct survey *s);

/* On stdout, for a person or as one JSON object. Return: 0, 1 when something is wrong, -errno. */
int survey_print(const struct survey *s, const struct station_config *config, bool json);

/* `okuru devices`. Return: as survey_print(). */
int survey_run(const struct station_config *config, bool json);
/* `okuru devices pair`: asks for a scan and prints what to write into the board file. Return: 0, 1 none came, -errno. */
int survey_pair(const struct station_config *config);
