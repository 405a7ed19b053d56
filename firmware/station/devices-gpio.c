/* SPDX-License-Identifier: Apache-2.0 */
/* Lamps and buttons at a bench's GPIO chip. */
#include "firmware/station/devices-internal.h"

#include <string.h>

#include "drivers/gpio/input.h"
#include "drivers/gpio/tower.h"

static void tower_on_state(void *userdata, enum device_state state, int error) {
        struct tower *t = userdata;

        device_on_state(&t->is, state, error);
}

static const char *or_null(const char *line) {
        return *line ? line : NULL;
}

static struct gpio_tower_config gpio_of(const struct tower_config *config) {
        return (struct gpio_tower_config){
                .chip = config->chip,
                .parts = {[GPIO_PART_GREEN] = or_null(config->green),
                        [GPIO_PART_AMBER] = or_null(config->amber),
                        [GPIO_PART_RED] = or_null(config->red),
                        [GPIO_PART_WHITE] = or_null(config->white),
                        [GPIO_PART_BUZZER] = or_null(config->buzzer)},
                .active_low = config->active_low,
                .priority =
                        SD_EVENT_PRIORITY_NORMAL, /* behind the scanners: a beat may come late, a key may not */
        };
}

int tower_open(struct tower *t, sd_event *event, const struct tower_config *config) {
        struct gpio_tower_config gpio = gpio_of(config);
        int r;

        gpio.on_state = tower_on_state;
        gpio.userdata = t;
        t->is.name = "tower";
        t->is.driver = "gpio";
        r = gpio_tower_new(&t->gpio, event, &gpio);
        if (r == 0)
                t->port = gpio_tower_get_port(t->gpio);
        return r;
}

void tower_close(struct tower *t) {
        t->gpio = gpio_tower_free(t->gpio);
        t->on_reader = reader_tower_free(t->on_reader);
        t->port = (struct signal_port){0};
}

static void door_on_level(struct button *i, bool active) {
        i->is.words = active ? NULL : "open";
        device_on_state(&i->is, active ? DEVICE_UP : DEVICE_DOWN, 0);
}

static void button_on_level(void *userdata, bool active, bool first) {
        struct button *i = userdata;
        bool is_held = i->config->reads == BUTTON_READS_HELD;

        if (i->config->door)
                door_on_level(i, active);
        if (i->config->reads != BUTTON_READS_NONE) {
                if (is_held || !first)
                        device_on_reading(&i->is, (enum button_reads) i->config->reads, active);
        } else if (active && !first && *i->config->press) {
                device_on_press(&i->is, i->config->press);
        }
}

static void button_on_state(void *userdata, enum device_state state, int error) {
        struct button *i = userdata;

        if (i->config->door && state == DEVICE_UP)
                return; /* its first level follows and says more */
        i->is.words = NULL;
        device_on_state(&i->is, state, error);
}

int button_open(struct button *i, sd_event *event, const struct button_config *config) {
        struct gpio_input_config gpio = {
                .chip = config->chip,
                .line = config->line,
                .active_low = config->active_low,
                .settle_usec = (uint64_t) config->settle_usec,
                .priority = SD_EVENT_PRIORITY_IMPORTANT,
                .on_level = button_on_level,
                .on_state = button_on_state,
                .userdata = i,
        };

        i->config = config;
        i->is.name = config->name;
        i->is.driver = "gpio";
        return gpio_input_new(&i->gpio, event, &gpio);
}

void button_close(struct button *i) {
        i->gpio = gpio_input_free(i->gpio);
}

int devices_darken(const struct station_config *config, struct diag *d) {
        int error = 0;

        for (size_t i = 0; i < config->n_benches; i++) {
                const struct bench_config *b = &config->benches[i];
                struct gpio_tower_config gpio = gpio_of(&b->tower);
                int r = *gpio.chip ? gpio_tower_darken(&gpio) : 0;

                for (size_t k = 0; k < config->n_readers && *b->tower.reader; k++)
                        if (strcmp(config->readers[k].name, b->tower.reader) == 0)
                                r = reader_tower_darken(&config->readers[k], &b->tower);

                if (r < 0 && error == 0) {
                        error = r;
                        diag_set(d, 0, 0, b->name, "its tower cannot be turned off: %s", strerror(-r));
                }
        }
        return error;
}
