/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on a station: opened by its configuration, shown to, asked, and what each says passed on. */
#include "firmware/station/devices-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/console/label.h"
#include "drivers/console/signal.h"
#include "firmware/base/cleanup.h"

struct outputs {
        struct console_signal *light;
        struct console_label *labels;
        struct signal_port signal;
        struct label_port label;
};

struct devices {
        const struct station_config *config;
        struct devices_callbacks callbacks;
        struct scanner *scanners; /* owned */
        size_t n_scanners;
        struct button *buttons; /* owned */
        size_t n_buttons;
        struct reader *readers; /* owned */
        size_t n_readers;
        struct outputs outputs[STATION_BENCHES_MAX];
        struct tower towers[STATION_BENCHES_MAX];
        struct paper papers[STATION_BENCHES_MAX];
        struct weigher weighers[STATION_BENCHES_MAX];
};

void device_on_state(struct device *d, enum device_state state, int error) {
        const struct devices_callbacks *c = &d->devices->callbacks;

        d->up = state == DEVICE_UP;
        d->error = error;
        c->on_device(c->userdata, d->bench, d->name, d->driver, d->up, device_reason(d));
}

const char *device_reason(const struct device *d) {
        if (d->up)
                return NULL;
        if (d->words)
                return d->words;
        switch (-d->error) {
        case 0:
                return "not tried yet";
        case EBUSY:
                return "another program has it";
        case ENOTUNIQ:
                return "two that are plugged in fit its rule, and neither is taken";
        default:
                return strerror(-d->error);
        }
}

void device_on_label(struct device *d, enum label_end end, bool maybe) {
        d->devices->callbacks.on_label(d->devices->callbacks.userdata, d->bench, end, maybe);
}

void device_on_printer(struct device *d, bool up, enum printer_stop stop) {
        d->devices->callbacks.on_printer(d->devices->callbacks.userdata, d->bench, up, stop);
}

void device_on_weight(struct device *d) {
        d->devices->callbacks.on_weight(d->devices->callbacks.userdata, d->bench);
}

void device_on_press(struct device *d, const char *code) {
        d->devices->callbacks.on_press(d->devices->callbacks.userdata, d->bench, d->name, code);
}

void device_on_tag(struct device *d, const struct tag_read *read) {
        d->devices->callbacks.on_tag(d->devices->callbacks.userdata, d->name, read);
}

void device_on_reading(struct device *d, enum button_reads reads, bool is_pressed) {
        d->devices->callbacks.on_reading(d->devices->callbacks.userdata, d->bench, reads, is_pressed);
}

void device_on_inventory(struct device *d, bool is_running) {
        d->devices->callbacks.on_inventory(d->devices->callbacks.userdata, d->name, is_running);
}

void device_on_scan(struct device *d, const char *bytes, size_t n, uint64_t mono_usec) {
        d->devices->callbacks.on_scan(d->devices->callbacks.userdata, d->bench, d->name, bytes, n, mono_usec);
}

void device_on_lost(struct device *d, enum scan_lost why) {
        d->devices->callbacks.on_lost(d->devices->callbacks.userdata, d->bench, d->name, why);
}

static int open_scanner(struct devices *d, size_t bench, const struct scanner_config *config, sd_event *event,
        struct diag *diag) {
        struct scanner *s = &d->scanners[d->n_scanners++];
        int r;

        *s = (struct scanner){.is = {.devices = d, .bench = bench}};
        r = scanner_open(s, event, config);
        if (r < 0)
                diag_set(diag, 0, 0, config->name, "scanner cannot be set up: %s", strerror(-r));
        return r;
}

static struct console_config console_of(
        const struct station_config *config, const struct output_config *out) {
        return (struct console_config){
                .target = {.path = out->path, .create = out->create, .fd = -1},
                .mode = out->kind == CONSOLE_AS_JSON ? CONSOLE_JSON : CONSOLE_TEXT,
                .language = config->language == 0 ? SIGNAL_JA : SIGNAL_EN,
        };
}

static int open_outputs(struct devices *d, size_t bench, struct diag *diag) {
        const struct bench_config *b = &d->config->benches[bench];
        struct outputs *o = &d->outputs[bench];
        int r = 0;

        if (b->light.kind != CONSOLE_NONE) {
                struct console_config config = console_of(d->config, &b->light);

                r = console_signal_new(&o->light, &config);
                if (r == 0)
                        o->signal = console_signal_get_port(o->light);
        }
        if (r == 0 && b->labels.kind != CONSOLE_NONE) {
                struct console_config config = console_of(d->config, &b->labels);

                r = console_label_new(&o->labels, &config);
                if (r == 0)
                        o->label = console_label_get_port(o->labels);
        }
        if (r < 0)
                diag_set(diag, 0, 0, b->name, "light or labels cannot be set up: %s", strerror(-r));
        return r;
}

static int open_paper(struct devices *d, size_t bench, sd_event *event, struct diag *diag) {
        struct paper *p = &d->papers[bench];
        int r;

        if (d->config->benches[bench].printer.link == PRINTER_BY_NONE)
                return 0;
        *p = (struct paper){.is = {.devices = d, .bench = bench}};
        r = paper_open(p, event, &d->config->benches[bench]);
        if (r < 0)
                diag_set(diag, 0, 0, d->config->benches[bench].name, "label printer cannot be set up: %s",
                        strerror(-r));
        return r;
}

static int open_weigher(struct devices *d, size_t bench, sd_event *event, struct diag *diag) {
        const struct weigh_config *config = &d->config->benches[bench].scale;
        struct weigher *w = &d->weighers[bench];
        int r;

        if (!*config->path)
                return 0;
        *w = (struct weigher){.is = {.devices = d, .bench = bench}};
        r = weigher_open(w, event, config);
        if (r < 0)
                diag_set(diag, 0, 0, d->config->benches[bench].name, "scale cannot be set up: %s",
                        strerror(-r));
        return r;
}

static int open_gpio(struct devices *d, size_t bench, sd_event *event, struct diag *diag) {
        const struct bench_config *b = &d->config->benches[bench];
        int r = 0;

        if (*b->tower.chip) {
                d->towers[bench] = (struct tower){.is = {.devices = d, .bench = bench}};
                r = tower_open(&d->towers[bench], event, &b->tower);
        }
        for (size_t i = 0; i < b->n_buttons && r == 0; i++) {
                struct button *in = &d->buttons[d->n_buttons++];

                *in = (struct button){.is = {.devices = d, .bench = bench}};
                r = button_open(in, event, &b->buttons[i]);
        }
        if (r < 0)
                diag_set(diag, 0, 0, b->name, "tower or buttons cannot be set up: %s", strerror(-r));
        return r;
}

static int open_reader(
        struct devices *d, const struct reader_config *config, sd_event *event, struct diag *diag) {
        struct reader *reader = &d->readers[d->n_readers++];
        int r;

        *reader = (struct reader){.is = {.devices = d}};
        while (!zone_uses_reader(&d->config->benches[reader->is.bench].zone, config->name) &&
                reader->is.bench + 1 < d->config->n_benches)
                reader->is.bench++;
        r = reader_open(reader, event, config);
        if (r < 0)
                diag_set(diag, 0, 0, config->name, "reader cannot be set up: %s", strerror(-r));
        return r;
}

static struct reader *reader_of(struct devices *d, const char *name) {
        for (size_t i = 0; i < d->n_readers; i++)
                if (strcmp(d->readers[i].is.name, name) == 0)
                        return &d->readers[i];
        return NULL; /* while the devices are being built */
}

/* Its reader is open. */
static int open_outputs_tower(struct devices *d, size_t bench, sd_event *event, struct diag *diag) {
        const struct bench_config *b = &d->config->benches[bench];
        struct tower *t = &d->towers[bench];
        int r;

        if (!*b->tower.reader)
                return 0;
        *t = (struct tower){.is = {.devices = d, .bench = bench, .name = "tower", .driver = "llrp"}};
        r = reader_tower_new(&t->on_reader, event, reader_of(d, b->tower.reader), &b->tower);
        if (r == 0)
                t->port = reader_tower_get_port(t->on_reader);
        else
                diag_set(diag, 0, 0, b->name, "tower cannot be set up: %s", strerror(-r));
        return r;
}

int devices_new(struct devices **dp, sd_event *event, const struct station_config *config,
        const struct devices_callbacks *callbacks, struct diag *diag) {
        _cleanup_(devices_freep) struct devices *d = calloc(1, sizeof(*d));
        size_t n_scanners = 0, n_buttons = 0;
        int r = 0;

        if (!d)
                return -ENOMEM;
        d->config = config;
        d->callbacks = *callbacks;
        for (size_t i = 0; i < config->n_benches; i++) {
                n_scanners += config->benches[i].n_scanners;
                n_buttons += config->benches[i].n_buttons;
        }
        /* Never moved: the drivers hold pointers into them. */
        d->scanners = calloc(n_scanners + 1, sizeof(*d->scanners));
        d->buttons = calloc(n_buttons + 1, sizeof(*d->buttons));
        d->readers = calloc(config->n_readers + 1, sizeof(*d->readers));
        if (!d->scanners || !d->buttons || !d->readers)
                return -ENOMEM;
        for (size_t i = 0; i < config->n_benches && r == 0; i++) {
                const struct bench_config *b = &config->benches[i];

                r = open_outputs(d, i, diag);
                for (size_t k = 0; k < b->n_scanners && r == 0; k++)
                        r = open_scanner(d, i, &b->scanners[k], event, diag);
                if (r == 0)
                        r = open_gpio(d, i, event, diag);
                if (r == 0)
                        r = open_paper(d, i, event, diag);
                if (r == 0)
                        r = open_weigher(d, i, event, diag);
        }
        for (size_t i = 0; i < config->n_readers && r == 0; i++)
                r = open_reader(d, &config->readers[i], event, diag);
        for (size_t i = 0; i < config->n_benches && r == 0; i++)
                r = open_outputs_tower(d, i, event, diag);
        if (r < 0)
                return r;
        *dp = take_ptr(d);
        return 0;
}

struct devices *devices_free(struct devices *d) {
        if (!d)
                return NULL;
        for (size_t i = 0; i < d->n_scanners; i++)
                scanner_close(&d->scanners[i]);
        for (size_t i = 0; i < STATION_BENCHES_MAX; i++) {
                (void) console_signal_free(d->outputs[i].light);
                (void) console_label_free(d->outputs[i].labels);
                tower_close(&d->towers[i]);
                paper_close(&d->papers[i]);
                weigher_close(&d->weighers[i]);
        }
        for (size_t i = 0; i < d->n_buttons; i++)
                button_close(&d->buttons[i]);
        for (size_t i = 0; i < d->n_readers; i++)
                reader_close(&d->readers[i]);
        free(d->readers);
        free(d->buttons);
        free(d->scanners);
        free(d);
        return NULL;
}

static void show(struct devices *d, size_t bench, const struct verdict *v, enum verdict_sound sound) {
        struct signal s;

        signal_of_verdict(&s, v, sound);
        /* What cannot be shown is dropped: the driver counts it, or shows it when its chip is back. */
        (void) signal_show(&d->outputs[bench].signal, &s);
        (void) signal_show(&d->towers[bench].port, &s);
}

void devices_show(struct devices *d, size_t bench, const struct verdict *v) {
        for (size_t i = 0; i < d->n_scanners; i++)
                if (d->scanners[i].is.bench == bench)
                        scanner_hint_on_verdict(&d->scanners[i].hint, v->kind);
        show(d, bench, v, v->prompt ? VERDICT_SOUND_NONE : verdict_look(v->kind)->sound);
}

void devices_try(struct devices *d, size_t bench, const struct verdict *v, bool is_loud) {
        show(d, bench, v, is_loud ? verdict_look(v->kind)->sound : VERDICT_SOUND_NONE);
}

void devices_show_quietly(struct devices *d, size_t bench, const struct verdict *v) {
        show(d, bench, v, VERDICT_SOUND_NONE);
}

int devices_print(struct devices *d, size_t bench, const struct label_job *job) {
        return label_print(d->papers[bench].printer ? &d->papers[bench].port : &d->outputs[bench].label, job);
}

void devices_weigh(const struct devices *d, size_t bench, struct weighing *out) {
        weigher_weigh(&d->weighers[bench], out);
}

bool devices_prints_later(const struct devices *d, size_t bench) {
        return d->papers[bench].printer != NULL;
}

void device_on_reader(const struct reader *r, enum device_state state, int error) {
        struct devices *d = r->is.devices;

        for (size_t i = 0; i < d->config->n_benches; i++) {
                struct tower *t = &d->towers[i];

                if (!t->on_reader || strcmp(d->config->benches[i].tower.reader, r->config->name) != 0)
                        continue;
                reader_tower_on_state(t->on_reader, state);
                t->is.words = r->is.words;
                device_on_state(&t->is, state, error);
        }
}

void devices_read(struct devices *d, const char *reader, bool is_wanted) {
        struct reader *r = d ? reader_of(d, reader) : NULL;

        if (r)
                reader_read(r, is_wanted);
}

void devices_read_once(struct devices *d, const char *reader) {
        struct reader *r = d ? reader_of(d, reader) : NULL;

        if (r)
                reader_read_once(r);
}

/* In board order of each kind: scanners, towers, printers, scales, buttons, readers. */
static const struct device *device_at(const struct devices *d, size_t i) {
        if (i < d->n_scanners)
                return &d->scanners[i].is;
        i -= d->n_scanners;
        for (size_t bench = 0; bench < d->config->n_benches; bench++)
                if ((d->towers[bench].gpio || d->towers[bench].on_reader) && i-- == 0)
                        return &d->towers[bench].is;
        for (size_t bench = 0; bench < d->config->n_benches; bench++)
                if (d->papers[bench].printer && i-- == 0)
                        return &d->papers[bench].is;
        for (size_t bench = 0; bench < d->config->n_benches; bench++)
                if (d->weighers[bench].scale && i-- == 0)
                        return &d->weighers[bench].is;
        if (i < d->n_buttons)
                return &d->buttons[i].is;
        i -= d->n_buttons;
        return i < d->n_readers ? &d->readers[i].is : NULL;
}

bool devices_status(const struct devices *d, size_t i, struct device_status *out) {
        const struct device *is = device_at(d, i);

        if (!is)
                return false;
        *out = (struct device_status){.bench = is->bench,
                .name = is->name,
                .driver = is->driver,
                .up = is->up,
                .reason = device_reason(is),
                .hint = i < d->n_scanners && *d->scanners[i].hint.text ? d->scanners[i].hint.text : NULL};
        return true;
}
