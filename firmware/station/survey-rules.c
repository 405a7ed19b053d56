/* SPDX-License-Identifier: Apache-2.0 */
/* What the board file wants plugged in, or on the network: one rule for each thing. A new class of device begins here. */
#include "firmware/station/survey.h"

#include <errno.h>
#include <stdlib.h>

#include "drivers/llrp/reader.h"

static struct survey_rule *add(
        struct survey *s, const char *bench, const char *name, const char *driver, enum survey_looks wants) {
        struct survey_rule *r = &s->rules[s->n_rules++];

        *r = (struct survey_rule){.bench = bench, .name = name, .driver = driver, .wants = wants};
        return r;
}

static void add_scanner(struct survey *s, const struct bench_config *b, const struct scanner_config *c) {
        static const struct {
                const char *driver;
                enum survey_looks wants;
        } kinds[] = {
                [SCANNER_SERIAL] = {"serial", SURVEY_SERIAL},
                [SCANNER_WEDGE] = {"wedge", SURVEY_KEYBOARD},
                [SCANNER_HIDPOS] = {"hidpos", SURVEY_POS},
        };
        struct survey_rule *r = add(s, b->name, c->name, kinds[c->driver].driver, kinds[c->driver].wants);

        r->is_scanner = true;
        r->plug = (struct plug_rule){.vendor = (uint16_t) c->vendor,
                .product = (uint16_t) c->product,
                .serial = *c->serial ? c->serial : NULL,
                .path = *c->path ? c->path : NULL};
}

static void add_printer(struct survey *s, const struct bench_config *b) {
        static const char *const languages[] = {"none", "zpl", "escpos"};
        static const enum survey_looks looks[] = {[PRINTER_BY_TCP] = SURVEY_NETWORK,
                [PRINTER_BY_USB] = SURVEY_PRINTER,
                [PRINTER_BY_SERIAL] = SURVEY_SERIAL};
        struct survey_rule *r =
                add(s, b->name, "printer", languages[b->printer.language], looks[b->printer.link]);

        if (r->wants == SURVEY_NETWORK) {
                r->host = b->printer.host;
                r->port = (uint16_t) b->printer.port;
        } else {
                r->plug.path = b->labels.path;
        }
}

static void add_slips(struct survey *s, const struct slips_config *c) {
        static const enum survey_looks looks[] = {[PRINTER_BY_TCP] = SURVEY_NETWORK,
                [PRINTER_BY_USB] = SURVEY_PRINTER,
                [PRINTER_BY_SERIAL] = SURVEY_SERIAL};
        struct survey_rule *r = add(s, c->bench, "slips", "escpos", looks[c->printer.link]);

        if (r->wants == SURVEY_NETWORK) {
                r->host = c->printer.host;
                r->port = (uint16_t) c->printer.port;
        } else {
                r->plug.path = c->path;
        }
}

static void add_reader(struct survey *s, const struct reader_config *c) {
        if (c->driver == READER_LLRP) {
                struct survey_rule *r = add(s, "", c->name, "llrp", SURVEY_NETWORK);

                r->host = c->host;
                r->port = c->port ? (uint16_t) c->port : LLRP_PORT;
        } else {
                add(s, "", c->name, "r200", SURVEY_SERIAL)->plug.path = c->path;
        }
}

static void add_bench(struct survey *s, const struct bench_config *b) {
        for (size_t i = 0; i < b->n_scanners; i++)
                add_scanner(s, b, &b->scanners[i]);
        if (*b->tower.chip)
                add(s, b->name, "tower", "gpio", SURVEY_GPIO)->chip = b->tower.chip;
        for (size_t i = 0; i < b->n_buttons; i++)
                add(s, b->name, b->buttons[i].name, "gpio", SURVEY_GPIO)->chip = b->buttons[i].chip;
        if (b->printer.link != PRINTER_BY_NONE)
                add_printer(s, b);
        if (*b->scale.path)
                add(s, b->name, "scale", "scale", SURVEY_SERIAL)->plug.path = b->scale.path;
}

#define ONE_EACH 3 /* of a bench: tower, printer and scale */

int survey_want(struct survey *s, const struct station_config *config) {
        size_t n = config->n_readers + 1; /* and the printer of slips */

        for (size_t i = 0; i < config->n_benches; i++)
                n += config->benches[i].n_scanners + config->benches[i].n_buttons + ONE_EACH;
        s->rules = calloc(n + 1, sizeof(*s->rules));
        if (!s->rules)
                return -ENOMEM;
        for (size_t i = 0; i < config->n_benches; i++)
                add_bench(s, &config->benches[i]);
        for (size_t i = 0; i < config->n_readers; i++)
                add_reader(s, &config->readers[i]);
        if (*config->slips.folder)
                add_slips(s, &config->slips);
        return 0;
}
