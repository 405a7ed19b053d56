/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What devices.c and the files of one kind of device each (devices-*.c) share. Private to them. */
#include "drivers/llrp/reader.h"
#include "firmware/station/devices.h"
#include "firmware/station/scanner-hint.h"

/* One thing with a cable: what `status` says of it, and through whom its ups and downs are told. */
struct device {
        struct devices *devices;
        size_t bench;
        const char *name, *driver; /* borrowed from the config, or static */
        bool up;
        int error;
        const char *words; /* why it is down, where its driver says more than an error; NULL: it does not */
};
const char *device_reason(const struct device *d); /* NULL while it is up */
/* Notes and passes on a change of state; the sink of every driver. */
void device_on_state(struct device *d, enum device_state state, int error);
void device_on_scan(struct device *d, const char *bytes, size_t n, uint64_t mono_usec);
void device_on_lost(struct device *d, enum scan_lost why);
void device_on_press(struct device *d, const char *code);
void device_on_tag(struct device *d, const struct tag_read *read);
void device_on_inventory(struct device *d, bool is_running);
void device_on_reading(struct device *d, enum button_reads reads, bool is_pressed);

/* devices-show.c: @v in a driver's words, with @sound in place of its own. */
void signal_of_verdict(struct signal *s, const struct verdict *v, enum verdict_sound sound);

struct scanner {
        struct device is;
        const struct scanner_config *config;
        struct serial_scanner *serial; /* one of the three */
        struct wedge_scanner *wedge;
        struct hidpos_scanner *hidpos;
        struct scanner_hint hint;
};
int scanner_open(struct scanner *s, sd_event *event, const struct scanner_config *config);
void scanner_close(struct scanner *s);

struct reader;

struct tower { /* of one bench */
        struct device is;
        struct gpio_tower *gpio;        /* NULL: none, or on a reader */
        struct reader_tower *on_reader; /* NULL: none, or on GPIO lines */
        struct signal_port port;
};
int tower_open(struct tower *t, sd_event *event, const struct tower_config *config);
void tower_close(struct tower *t);

/* devices-outputs.c: a tower on the outputs of a reader, which is open already. It is there when its reader is. */
struct reader_tower;
int reader_tower_new(
        struct reader_tower **tp, sd_event *event, struct reader *reader, const struct tower_config *config);
struct reader_tower *reader_tower_free(struct reader_tower *t);
struct signal_port reader_tower_get_port(struct reader_tower *t);
/* Its reader came or went. */
void reader_tower_on_state(struct reader_tower *t, enum device_state state);
/* Without the station's loop: connects, all off, and away again. Return: 0, -ETIMEDOUT, -errno. */
int reader_tower_darken(const struct reader_config *reader, const struct tower_config *config);

struct button { /* a switch */
        struct device is;
        const struct button_config *config;
        struct gpio_input *gpio;
};
struct reader { /* of tags; its bench is the first that it looks at */
        struct device is;
        const struct reader_config *config;
        struct llrp_reader *llrp; /* one of the two */
        struct r200_reader *r200;
        char words[200]; /* of the notice that came before it went down */
        bool has_words;
        bool is_wanted, is_running;
        bool is_asked;         /* told to begin, and has not said that it did */
        sd_event_source *stop; /* of an r200, which does not stop by itself */
};
/* The towers on its outputs are there with it. */
void device_on_reader(const struct reader *r, enum device_state state, int error);
int reader_open(struct reader *r, sd_event *event, const struct reader_config *config);
void reader_close(struct reader *r);
/* What its driver is told, beside what it reads. The texts are the config's. */
struct llrp_reader_config reader_link_of(const struct reader_config *config);
void reader_read(struct reader *r, bool is_wanted);
void reader_read_once(struct reader *r);

int button_open(struct button *i, sd_event *event, const struct button_config *config);
void button_close(struct button *i);

struct paper { /* the label printer of one bench */
        struct device is;
        struct printer *printer; /* NULL: none */
        struct label_port port;
};
int paper_open(struct paper *p, sd_event *event, const struct bench_config *config);
void paper_close(struct paper *p);

struct weigher { /* the scale of one bench */
        struct device is;
        const struct weigh_config *config;
        struct scale *scale; /* NULL: none */
};
int weigher_open(struct weigher *w, sd_event *event, const struct weigh_config *config);
void weigher_close(struct weigher *w);
void weigher_weigh(const struct weigher *w, struct weighing *out);
void device_on_weight(struct device *d);

void device_on_label(struct device *d, enum label_end end, bool maybe);
void device_on_printer(struct device *d, bool up, enum printer_stop stop);
