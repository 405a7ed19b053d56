/* SPDX-License-Identifier: Apache-2.0 */
/* The printer of customers' slips in the board file. */
#include "firmware/station/board-internal.h"

#include <stddef.h>
#include <string.h>

#include "drivers/lookup.h"

#define KEEP_DAYS 30

/* The words are in the order of enum printer_link_kind, and of place_config's language. */
static const char *const links[] = {"none", "tcp", "usb", "serial", NULL};
static const char *const languages[] = {"none", "zpl", "escpos", NULL};

#define SLIPS(member) offsetof(struct slips_config, member), sizeof(((struct slips_config *) 0)->member)
static const struct yaml_rule slips_rules[] = {
        {"folder", YAML_WANT_PATH, true, SLIPS(folder), 0, 0, NULL, NULL, NULL},
        {"bench", YAML_WANT_NAME, true, SLIPS(bench), 0, 0, NULL, NULL, NULL},
        {"printer", YAML_WANT_WORD, true, SLIPS(printer.link), 0, 0, links, NULL, NULL},
        {"host", YAML_WANT_TEXT, false, SLIPS(printer.host), 0, 0, NULL, NULL, NULL},
        {"port", YAML_WANT_INT, false, SLIPS(printer.port), 1, 65535, NULL, NULL, NULL},
        {"path", YAML_WANT_PATH, false, SLIPS(path), 0, 0, NULL, NULL, NULL},
        {"baud", YAML_WANT_INT, false, SLIPS(printer.baud), 1200, 921600, NULL, NULL, NULL},
        {"language", YAML_WANT_WORD, true, SLIPS(printer.language), 0, 0, languages, NULL, NULL},
        {"keep_days", YAML_WANT_INT, false, SLIPS(keep_days), 1, 365, NULL, NULL, NULL},
        {0},
};

/* The rules between keys, which a table cannot say. */
static const char *mistake(const struct slips_config *s) {
        const struct place_config *p = &s->printer;

        if (p->link == PRINTER_BY_NONE)
                return "slips need a printer: tcp, usb or serial";
        if (p->link == PRINTER_BY_TCP && (!*p->host || *s->path))
                return "a tcp printer needs a host, which is an address, and no path";
        if (p->link == PRINTER_BY_TCP && !lookup_numbers(p->host, 0, &(struct lookup_address){0}))
                return "the host of a printer is an address in numbers, such as 192.168.1.50";
        if (p->link != PRINTER_BY_TCP && (!*s->path || *p->host))
                return "a usb or serial printer needs a path, and no host";
        if (p->language != 2)
                return "slips are printed in escpos only: by a receipt printer with Japanese letters";
        return NULL;
}

int board_read_slips(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct station_config *c = target;
        struct slips_config *s = &c->slips;
        const char *wrong;
        int r;

        *s = (struct slips_config){.printer = {.port = 9100, .baud = 9600}, .keep_days = KEEP_DAYS};
        r = yaml_walk(node, path, slips_rules, s, d);
        if (r < 0)
                return r;
        wrong = mistake(s);
        return wrong ? board_refuse(node, path, d, wrong) : 0;
}

static bool is_same_place(const struct slips_config *s, const struct bench_config *b) {
        if (s->printer.link != b->printer.link)
                return false;
        return s->printer.link == PRINTER_BY_TCP
                       ? strcmp(s->printer.host, b->printer.host) == 0 && s->printer.port == b->printer.port
                       : strcmp(s->path, b->labels.path) == 0;
}

int board_check_slips(struct station_config *c, const struct yaml *root, struct diag *d) {
        const struct yaml *slips = yaml_get(root, "slips");
        bool has_bench = false;

        if (!slips)
                return 0;
        for (size_t i = 0; i < c->n_benches; i++) {
                if (is_same_place(&c->slips, &c->benches[i]))
                        return board_refuse(slips, "slips", d,
                                "a bench has this printer for its labels: slips need one of their own");
                if (strcmp(c->benches[i].name, c->slips.bench) != 0)
                        continue;
                has_bench = true;
                c->slips.i_bench = i;
        }
        return has_bench ? 0
                         : board_refuse(yaml_get(slips, "bench"), "slips.bench", d,
                                   "there is no bench or counter of that name");
}
