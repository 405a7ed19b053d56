/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is plugged into the benches: builds the drivers that the board file names, passes their observations on with the bench
 * they stand at, and translates verdicts into signals. Decides nothing.
 */
#include <systemd/sd-event.h>

#include "drivers/port.h"
#include "firmware/domain/packout.h"
#include "firmware/station/config.h"

struct devices;

struct devices_callbacks {
        /* @device: the name of the scanner, as the board file has it. */
        void (*on_scan)(void *userdata, size_t bench, const char *device, const char *bytes, size_t n,
                uint64_t mono_usec);
        void (*on_lost)(void *userdata, size_t bench, const char *device, enum scan_lost why);
        /* A pedal or the like was pressed; @code as a scan. */
        void (*on_press)(void *userdata, size_t bench, const char *device, const char *code);
        /* @reason: NULL, or why the device is gone or cannot be opened. */
        void (*on_device)(void *userdata, size_t bench, const char *name, const char *driver, bool up,
                const char *reason);
        /* What became of the label that its printer accepted last; as label_sink's on_end. */
        void (*on_label)(void *userdata, size_t bench, enum label_end end, bool maybe);
        /* Its printer takes a label when it has none in hand, or stands still. */
        void (*on_printer)(void *userdata, size_t bench, bool up, enum printer_stop stop);
        /* The bench's scale shows another weight at rest, or none any more. */
        void (*on_weight)(void *userdata, size_t bench);
        /* A reader of tags read one; an inventory of it began or ended. */
        void (*on_tag)(void *userdata, const char *reader, const struct tag_read *read);
        void (*on_inventory)(void *userdata, const char *reader, bool is_running);
        /* A button of @bench that starts readers, as @reads says, was pressed or released; of a held one also how it is
         * found. */
        void (*on_reading)(void *userdata, size_t bench, enum button_reads reads, bool is_pressed);
        void *userdata;
};

struct device_status { /* for `status` */
        size_t bench;
        const char *name, *driver; /* borrowed */
        bool up;
        const char *
                reason; /* why it is down, NULL while it is up; borrowed until the next call into the devices */
        const char *hint; /* what its data says of how it is set; NULL nothing; borrowed likewise */
};

/* @config: borrowed, outlives the devices. Return: 0, -errno with @d naming the device. */
int devices_new(struct devices **dp, sd_event *event, const struct station_config *config,
        const struct devices_callbacks *callbacks, struct diag *d);
struct devices *devices_free(struct devices *d); /* takes NULL, returns NULL */
static inline void devices_freep(struct devices **p) {
        *p = devices_free(*p);
}

/* Without a loop and a station: every tower of the board goes dark; for after a program that was killed. One that cannot be
 * reached is no reason to leave another one lit. Return: 0, or -errno of the first, with @d naming its bench. */
int devices_darken(const struct station_config *config, struct diag *d);

/* Show @v at its bench. Never blocks; a light that nobody watches is no error. */
void devices_show(struct devices *d, size_t bench, const struct verdict *v);
/* How lights and consoles name what @kind looks and sounds like: static words, as in signal_light_to_str() and its like. */
struct look_words {
        const char *light, *pattern, *sound;
};
struct look_words devices_look(enum verdict_kind kind);
/* For a test of the lights: no answer to anybody, so nothing is learnt from it. */
void devices_try(struct devices *d, size_t bench, const struct verdict *v, bool is_loud);
/* The same without its sound: what was shown before comes back. */
void devices_show_quietly(struct devices *d, size_t bench, const struct verdict *v);
/* For readers that a box or a button starts. Reads from now on, or not any more; holds for a reader that comes back. */
void devices_read(struct devices *d, const char *reader, bool is_wanted);
/* One inventory, which ends by itself; nothing where one is running. A reader that is not there just now misses it. */
void devices_read_once(struct devices *d, const char *reader);

/* Does the bench's printer tell what becomes of a label? */
bool devices_prints_later(const struct devices *d, size_t bench);
/* What lies on the bench's scale now, and what its board says of weights; zero without a scale. Never waits. */
void devices_weigh(const struct devices *d, size_t bench, struct weighing *out);
/* Return: 0 it is out, LABEL_E_*, -errno. */
int devices_print(struct devices *d, size_t bench, const struct label_job *job);
/* Device @i from 0 in board order. Return: false after the last. */
bool devices_status(const struct devices *d, size_t i, struct device_status *out);
