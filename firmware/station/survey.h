/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is plugged in held against the board file, and against the station that runs: which rule means which device, how each is,
 * and what is wrong, in words that say what to do. survey_judge() is pure; survey_look() reads udev, sysfs, who may open what and
 * who has it open; survey_ask() asks the running station, or, where none runs, whether what is on the network can be reached.
 *
 * A new class of device: its rules in survey-rules.c; a kind in drivers/plug.h and a word in survey_looks when it is one that is
 * not looked for yet. What hangs on a serial port or a network is here already.
 */
#include "drivers/plug.h"
#include "drivers/serial/framer.h"
#include "firmware/base/diag.h"
#include "firmware/base/str.h"
#include "firmware/station/config.h"

enum survey_looks {
        SURVEY_KEYBOARD,
        SURVEY_POS,
        SURVEY_SERIAL,
        SURVEY_GPIO,
        SURVEY_PRINTER, /* of USB */
        SURVEY_NETWORK, /* of rules only: not plugged in here */
};
const char *survey_looks_to_str(
        enum survey_looks looks); /* "keyboard", "pos", "serial", "gpio", "printer", "network" */

struct survey_device {
        struct plug_device *is; /* borrowed from the survey */
        enum survey_looks looks;
        bool unreadable;  /* in POS mode, but its descriptor does not say where its data lies */
        char closed[224]; /* why the station's user may not open it; "" it may */
        char held
                [96]; /* who else has it, so that the station cannot: "brltty (process 312)"; "" nobody that is seen */
        /* Judged: */
        char users[256]; /* "b1/hand-1, b2/hand-1, gate"; "" none */
        size_t n_users;
        char wrong[320], note[256]; /* "" nothing */
};

enum survey_state {
        SURVEY_STATE_NOT_ASKED, /* no station runs */
        SURVEY_STATE_NOT_KNOWN, /* to the station that runs */
        SURVEY_STATE_UP,        /* of a network device without a station: it can be reached */
        SURVEY_STATE_DOWN,
};
const char *survey_state_to_str(enum survey_state state); /* "not-asked", "not-known", "up", "down" */

struct survey_rule {                       /* one thing of the board file that wants a device */
        const char *bench, *name, *driver; /* borrowed from the board; bench "" of what serves several */
        bool is_scanner;
        struct plug_rule plug;
        enum survey_looks wants;
        const char *chip; /* of GPIO: its label */
        const char *host; /* of the network */
        uint16_t port;
        enum survey_state state;
        char reason[160]; /* why it is down */
        char hint[160];   /* what the station makes of its data: how it is set; "" nothing */
        /* Judged: */
        const struct plug_device *is; /* NULL: not exactly one */
        char wrong[512];
};

enum survey_station { SURVEY_STATION_AWAY, SURVEY_STATION_ANSWERS, SURVEY_STATION_FAILS };

struct survey {
        struct plug_devices plugged;
        struct survey_device devices[PLUG_DEVICES_MAX];
        size_t n_devices;
        struct survey_rule *rules; /* owned */
        size_t n_rules;
        enum survey_station station;
        struct diag why; /* it does not answer */
};

/* What is plugged in now. Return: 0, -ENOMEM, or what libudev returns. To be freed by survey_deinit() in any case. */
int survey_look(struct survey *s);
/* What the board wants. @config: borrowed until survey_deinit(). Return: 0, -ENOMEM. */
int survey_want(struct survey *s, const struct station_config *config);
/* How the wanted are: by the station at @socket, or tried. Takes a few seconds at most. */
void survey_ask(struct survey *s, const char *socket);
/* The same from the answer to `status` that is in hand. */
struct json;
void survey_take_states(struct survey *s, const struct json *status);
/* Hold one against the other. @exists: is there such a file: a serial port need not be one that is plugged. */
void survey_judge(struct survey *s, bool (*exists)(const char *path));
void survey_deinit(struct survey *s);

/* On stdout, for a person or as one JSON object. Return: 0, 1 when something is wrong, -errno. */
int survey_print(const struct survey *s, const struct station_config *config, bool json);

/* `okuru devices`. Return: as survey_print(). */
int survey_run(const struct station_config *config, bool json);
struct survey_heard { /* a code of a scanner that no rule means yet */
        const struct survey_device *device;
        char text[SCAN_TEXT_MAX + 1];
        unsigned int baud; /* of a serial one */
        struct serial_framing framing;
};
/* The rule for it, as an element of `scanners`. */
void survey_write_rule(struct str *out, const struct survey *s, const struct survey_heard *heard);
/* `okuru devices pair`: asks for a scan and prints what to write into the board file. Return: 0, 1 none came, -errno. */
int survey_pair(const struct station_config *config);
