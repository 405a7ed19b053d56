/* SPDX-License-Identifier: Apache-2.0 */
/* Board files: what is refused is refused with a sentence, what is taken has all that the drivers rely on. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/yaml.h"
#include "firmware/station/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_scanner(const struct scanner_config *s) {
        assert(name_is_valid(s->name) && s->baud >= 1200 && s->baud <= 921600);
        assert(s->vendor >= 0 && s->vendor <= 0xffff && s->product >= 0 && s->product <= 0xffff);
        assert(!*s->path || *s->path == '/');
        assert(s->driver != SCANNER_SERIAL || *s->path);
        assert(s->driver == SCANNER_SERIAL || s->vendor || *s->path ||
                *s->serial); /* or it took any device */
}

static void check_bench(const struct bench_config *b) {
        const struct tower_config *t = &b->tower;

        assert(name_is_valid(b->name));
        assert(b->n_scanners <= STATION_SCANNERS_MAX && b->n_buttons <= STATION_BUTTONS_MAX);
        for (size_t i = 0; i < b->n_scanners; i++)
                check_scanner(&b->scanners[i]);
        assert(!*t->chip || *t->green || *t->amber || *t->red || *t->white || *t->buzzer);
        for (size_t i = 0; i < b->n_buttons; i++)
                assert(*b->buttons[i].chip && *b->buttons[i].line &&
                        (*b->buttons[i].press || b->buttons[i].reads != BUTTON_READS_NONE ||
                                b->buttons[i].door));
        assert(b->light.kind == CONSOLE_NONE || *b->light.path == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static struct station_config config; /* large */
        _autofree_ char *copy = malloc(size ? size : 1);
        struct diag d = {0};
        int r;

        if (!copy)
                return 0;
        if (size > 0)
                memcpy(copy, data, size);
        memset(&config, 0, sizeof(config));
        r = station_board_read(&config, "board.yaml", copy, size, &d);
        if (r < 0) {
                assert(r == -EBADMSG && *d.text && strcmp(d.file, "board.yaml") == 0);
                return 0;
        }
        assert(config.n_benches >= 1 && config.n_benches <= STATION_BENCHES_MAX);
        for (size_t i = 0; i < config.n_benches; i++) {
                check_bench(&config.benches[i]);
                for (size_t k = 0; k < i; k++)
                        assert(strcmp(config.benches[i].name, config.benches[k].name) != 0);
        }
        return 0;
}
