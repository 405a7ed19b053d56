/* SPDX-License-Identifier: Apache-2.0 */
/* The board file: benches, and what is plugged into them. */
#include "firmware/station/board-internal.h"

#include "drivers/lookup.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "firmware/base/yaml.h"
#include "firmware/domain/control.h"
#include "firmware/domain/packout.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int board_refuse(const struct yaml *node, const char *path, struct diag *d, const char *text) {
        diag_set(d, yaml_line(node), 0, path, "%s", text);
        return -EBADMSG;
}

static const char *const drivers[] = {"serial", "wedge", "hidpos", NULL};
static const char *const suffixes[] = {"cr", "lf", "crlf", "etx", NULL};
static const char *const layouts[] = {"us", "jis", NULL};
static const char *const kinds[] = {"none", "text", "json", NULL};
static const char *const links[] = {"none", "tcp", "usb", "serial", NULL};
static const char *const languages[] = {"none", "zpl", "escpos", NULL};
static const char *const reads[] = {"none", "press", "held", NULL};

#define SCANNER(member) offsetof(struct scanner_config, member), sizeof(((struct scanner_config *) 0)->member)
static const struct yaml_rule scanner_rules[] = {
        {"name", YAML_WANT_NAME, true, SCANNER(name), 0, 0, NULL, NULL, NULL},
        {"driver", YAML_WANT_WORD, true, SCANNER(driver), 0, 0, drivers, NULL, NULL},
        {"path", YAML_WANT_PATH, false, SCANNER(path), 0, 0, NULL, NULL, NULL},
        {"baud", YAML_WANT_INT, false, SCANNER(baud), 1200, 921600, NULL, NULL, NULL},
        {"suffix", YAML_WANT_WORD, false, SCANNER(suffix), 0, 0, suffixes, NULL, NULL},
        {"stx", YAML_WANT_BOOL, false, SCANNER(stx), 0, 0, NULL, NULL, NULL},
        {"vendor", YAML_WANT_INT, false, SCANNER(vendor), 1, 0xffff, NULL, NULL, NULL},
        {"product", YAML_WANT_INT, false, SCANNER(product), 0, 0xffff, NULL, NULL, NULL},
        {"serial", YAML_WANT_TEXT, false, SCANNER(serial), 0, 0, NULL, NULL, NULL},
        {"layout", YAML_WANT_WORD, false, SCANNER(layout), 0, 0, layouts, NULL, NULL},
        {0},
};

unsigned int board_output_of(const char *line) {
        unsigned int n = 0;

        for (const char *c = line; *c; c++) {
                if (*c < '0' || *c > '9' || n > 16)
                        return 0;
                n = 10 * n + (unsigned int) (*c - '0');
        }
        return n <= 16 ? n : 0;
}

/* The rules between keys, which a table cannot say. */
static int check_tower(
        const struct tower_config *t, const struct yaml *tower, const char *bench_path, struct diag *d) {
        const char *const lines[] = {t->green, t->amber, t->red, t->white, t->buzzer};
        const char *wrong = NULL;
        char path[80];
        size_t n = 0, n_outputs = 0;

        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                n += *lines[i] != '\0';
                n_outputs += board_output_of(lines[i]) != 0;
        }
        if (!tower)
                return 0;
        if ((*t->chip != '\0') == (*t->reader != '\0'))
                wrong = "a tower has either a chip or a reader";
        else if (n == 0)
                wrong = "a tower needs a line: green, amber, red, white or buzzer";
        else if (*t->reader && n_outputs < n)
                wrong = "outputs of a reader are numbers from 1 to 16";
        else if (*t->reader && t->active_low) /* one that is let go turns its outputs low */
                wrong = "a reader's outputs light when they are high";
        if (!wrong)
                return 0;
        (void) snprintf(path, sizeof(path), "%s.tower", bench_path);
        return board_refuse(tower, path, d, wrong);
}

static int check_scanner(
        const struct scanner_config *s, const struct yaml *node, const char *path, struct diag *d) {
        if (s->driver == SCANNER_SERIAL && !*s->path)
                return board_refuse(node, path, d, "a serial scanner needs a path");
        if (s->driver == SCANNER_WEDGE && (s->vendor == 0) == (!*s->path))
                return board_refuse(
                        node, path, d, "a wedge scanner needs either vendor and product or a path");
        if (s->driver == SCANNER_HIDPOS && s->vendor == 0 && !*s->serial && !*s->path)
                return board_refuse(node, path, d, "a hidpos scanner needs a vendor, a serial or a path");
        return 0;
}

static int read_scanner(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct bench_config *b = target;
        struct scanner_config *s = &b->scanners[b->n_scanners];
        int r;

        if (b->n_scanners == STATION_SCANNERS_MAX)
                return board_refuse(node, path, d, "at most 4 scanners at a bench");
        *s = (struct scanner_config){.baud = 9600};
        r = yaml_walk(node, path, scanner_rules, s, d);
        if (r < 0)
                return r;
        b->n_scanners++;
        return check_scanner(s, node, path, d);
}

/* A section writes into the same struct: one set of rules for each of a bench's outputs. */
#define BENCH(member) offsetof(struct bench_config, member), sizeof(((struct bench_config *) 0)->member)
#define OUTPUT_RULES(output)                                                                                 \
        {"console", YAML_WANT_WORD, true, BENCH(output.kind), 0, 0, kinds, NULL, NULL},                      \
                {"path", YAML_WANT_PATH, false, BENCH(output.path), 0, 0, NULL, NULL, NULL},                 \
                {"create", YAML_WANT_BOOL, false, BENCH(output.create), 0, 0, NULL, NULL, NULL}, {           \
                0                                                                                            \
        }
static const struct yaml_rule light_rules[] = {OUTPUT_RULES(light)};
static const struct yaml_rule label_rules[] = {
        {"console", YAML_WANT_WORD, false, BENCH(labels.kind), 0, 0, kinds, NULL, NULL},
        {"path", YAML_WANT_PATH, false, BENCH(labels.path), 0, 0, NULL, NULL, NULL},
        {"create", YAML_WANT_BOOL, false, BENCH(labels.create), 0, 0, NULL, NULL, NULL},
        {"printer", YAML_WANT_WORD, false, BENCH(printer.link), 0, 0, links, NULL, NULL},
        {"host", YAML_WANT_TEXT, false, BENCH(printer.host), 0, 0, NULL, NULL, NULL},
        {"port", YAML_WANT_INT, false, BENCH(printer.port), 1, 65535, NULL, NULL, NULL},
        {"baud", YAML_WANT_INT, false, BENCH(printer.baud), 1200, 921600, NULL, NULL, NULL},
        {"language", YAML_WANT_WORD, false, BENCH(printer.language), 0, 0, languages, NULL, NULL},
        {0},
};
#define TOWER(key)                                                                                           \
        { #key, YAML_WANT_TEXT, false, BENCH(tower.key), 0, 0, NULL, NULL, NULL }
static const struct yaml_rule tower_rules[] = {
        {"chip", YAML_WANT_TEXT, false, BENCH(tower.chip), 0, 0, NULL, NULL, NULL},
        {"reader", YAML_WANT_NAME, false, BENCH(tower.reader), 0, 0, NULL, NULL, NULL},
        TOWER(green),
        TOWER(amber),
        TOWER(red),
        TOWER(white),
        TOWER(buzzer),
        {"active_low", YAML_WANT_BOOL, false, BENCH(tower.active_low), 0, 0, NULL, NULL, NULL},
        {0},
};

#define BUTTON(member) offsetof(struct button_config, member), sizeof(((struct button_config *) 0)->member)
static const struct yaml_rule button_rules[] = {
        {"name", YAML_WANT_NAME, true, BUTTON(name), 0, 0, NULL, NULL, NULL},
        {"chip", YAML_WANT_TEXT, true, BUTTON(chip), 0, 0, NULL, NULL, NULL},
        {"line", YAML_WANT_TEXT, true, BUTTON(line), 0, 0, NULL, NULL, NULL},
        {"active_low", YAML_WANT_BOOL, false, BUTTON(active_low), 0, 0, NULL, NULL, NULL},
        {"settle", YAML_WANT_DURATION, false, offsetof(struct button_config, settle_usec), 0, USEC_PER_MSEC,
                USEC_PER_SEC, NULL, NULL, NULL},
        {"press", YAML_WANT_TEXT, false, BUTTON(press), 0, 0, NULL, NULL, NULL},
        {"reads", YAML_WANT_WORD, false, BUTTON(reads), 0, 0, reads, NULL, NULL},
        {"door", YAML_WANT_BOOL, false, BUTTON(door), 0, 0, NULL, NULL, NULL},
        {0},
};

/* What it is good for. A door may also hold the readers' inventory: it is read inside while it is shut. */
static int check_button(
        const struct button_config *in, const struct yaml *node, const char *path, struct diag *d) {
        struct control_code code;

        if (in->door && (*in->press || in->reads == BUTTON_READS_PRESS))
                return board_refuse(node, path, d, "a door has no press: leave it out, or say reads: held");
        if (!in->door && (*in->press != '\0') == (in->reads != BUTTON_READS_NONE))
                return board_refuse(node, path, d, "a button has either press or reads, or is a door");
        if (*in->press && (control_parse(in->press, &code) != 0 || code.control == CONTROL_NONE))
                return board_refuse(node, path, d, "press wants a control code, such as OKURU-C-OK");
        return 0;
}

static int read_button(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct bench_config *b = target;
        struct button_config *in = &b->buttons[b->n_buttons];
        int r;

        if (b->n_buttons == STATION_BUTTONS_MAX)
                return board_refuse(node, path, d, "at most 4 buttons at a bench");
        *in = (struct button_config){0};
        r = yaml_walk(node, path, button_rules, in, d);
        if (r < 0)
                return r;
        b->n_buttons++;
        return check_button(in, node, path, d);
}

/* Either a console or a printer, and what that one needs. */
static int check_labels(
        const struct bench_config *b, const struct yaml *labels, const char *bench_path, struct diag *d) {
        char path[80];
        const char *wrong = NULL;

        if (!labels)
                return 0;
        if ((b->labels.kind != CONSOLE_NONE) + (b->printer.link != PRINTER_BY_NONE) > 1)
                wrong = "labels go either to a console or to a printer";
        else if (!yaml_get(labels, "console") && !yaml_get(labels, "printer"))
                wrong = "labels need either console or printer";
        else if (b->printer.link == PRINTER_BY_NONE && yaml_get(labels, "language"))
                wrong = "language belongs to a printer";
        else if (b->printer.link == PRINTER_BY_TCP && (!*b->printer.host || *b->labels.path))
                wrong = "a tcp printer needs a host, which is an address, and no path";
        else if (b->printer.link == PRINTER_BY_TCP &&
                 !lookup_numbers(b->printer.host, 0, &(struct lookup_address){0}))
                wrong = "the host of a printer is an address in numbers, such as 192.168.1.50";
        else if (b->printer.link > PRINTER_BY_TCP && (!*b->labels.path || *b->printer.host))
                wrong = "a usb or serial printer needs a path, and no host";
        else if (b->printer.link != PRINTER_BY_NONE && b->printer.language < 0)
                wrong = "a printer needs its language: zpl, escpos, or none when it tells nothing of itself";
        if (!wrong)
                return 0;
        (void) snprintf(path, sizeof(path), "%s.labels", bench_path);
        return board_refuse(labels, path, d, wrong);
}

static const char *const bench_kinds[] = {"packing", "counter", NULL}; /* enum bench_kind */
static const struct yaml_rule bench_rules[] = {
        {"name", YAML_WANT_NAME, true, BENCH(name), 0, 0, NULL, NULL, NULL},
        {"kind", YAML_WANT_WORD, false, BENCH(kind), 0, 0, bench_kinds, NULL, NULL},
        {"scanners", YAML_WANT_LIST, false, 0, 0, 0, 0, NULL, NULL, read_scanner},
        {"light", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, light_rules, NULL},
        {"labels", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, label_rules, NULL},
        {"tower", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, tower_rules, NULL},
        {"buttons", YAML_WANT_LIST, false, 0, 0, 0, 0, NULL, NULL, read_button},
        {"scale", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, NULL, board_read_scale},
        {"zone", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, NULL, board_read_zone},
        {0},
};

static int check_bench(const struct station_config *c, const struct bench_config *b, const struct yaml *node,
        const char *path, struct diag *d) {
        for (size_t i = 0; i < c->n_benches; i++)
                if (&c->benches[i] != b && strcmp(c->benches[i].name, b->name) == 0)
                        return board_refuse(node, path, d, "two benches have the same name");
        for (size_t i = 0; i < b->n_scanners; i++)
                for (size_t k = 0; k < i; k++)
                        if (strcmp(b->scanners[i].name, b->scanners[k].name) == 0)
                                return board_refuse(
                                        node, path, d, "two scanners of this bench have the same name");
        for (size_t i = 0; i < b->n_buttons; i++)
                for (size_t k = 0; k < i; k++)
                        if (strcmp(b->buttons[i].name, b->buttons[k].name) == 0)
                                return board_refuse(
                                        node, path, d, "two buttons of this bench have the same name");
        if ((b->light.kind != CONSOLE_NONE && !*b->light.path) ||
                (b->labels.kind != CONSOLE_NONE && !*b->labels.path))
                return board_refuse(node, path, d, "a console needs a path");
        if (check_labels(b, yaml_get(node, "labels"), path, d) < 0)
                return -EBADMSG;
        return check_tower(&b->tower, yaml_get(node, "tower"), path, d);
}

static int read_bench(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct station_config *c = target;
        struct bench_config *b = &c->benches[c->n_benches];
        char zone[80];
        int r;

        if (c->n_benches == STATION_BENCHES_MAX)
                return board_refuse(node, path, d, "at most 64 benches at a station");
        b->printer = (struct place_config){.port = 9100, .baud = 9600, .language = -1};
        r = yaml_walk(node, path, bench_rules, b, d);
        if (r < 0)
                return r;
        c->n_benches++;
        if (b->kind == BENCH_COUNTER && yaml_get(node, "zone")) {
                (void) snprintf(zone, sizeof(zone), "%s.zone", path);
                return board_refuse(yaml_get(node, "zone"), zone, d, "a counter reads no tags yet");
        }
        return check_bench(c, b, node, path, d);
}

static const struct yaml_rule board_rules[] = {
        {"board", YAML_WANT_NAME, true, offsetof(struct station_config, board_name), 33, 0, 0, NULL, NULL,
                NULL},
        {"benches", YAML_WANT_LIST, true, 0, 0, 0, 0, NULL, NULL, read_bench},
        {"readers", YAML_WANT_LIST, false, 0, 0, 0, 0, NULL, NULL, board_read_reader},
        {"slips", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, NULL, board_read_slips},
        {0},
};

static int read_board(struct station_config *c, const struct yaml *root, struct diag *d) {
        int r;

        c->n_benches = c->n_readers = 0;
        c->slips = (struct slips_config){0};
        r = yaml_walk(root, "", board_rules, c, d);
        if (r == 0 && c->n_benches == 0)
                r = board_refuse(root, "benches", d, "a station needs at least one bench");
        if (r == 0)
                r = board_check_slips(c, root, d);
        return r < 0 ? r : board_check_zones(c, root, d);
}

int station_board_load(struct station_config *c, const char *path, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_file(path, &root, d);

        return r < 0 ? r : read_board(c, root, d);
}

int station_board_read(
        struct station_config *c, const char *name, const char *text, size_t n, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_text(name, text, n, &root, d);

        return r < 0 ? r : read_board(c, root, d);
}
