/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GPIO driver without a station: a tower with the lines GREEN, AMBER, RED, BUZZER and a switch PEDAL on one chip.
 *
 *   gpio-tool CHIP-LABEL [--dark]
 *
 * With --dark the tower is turned off, as after a program that was killed, and that is all.
 *
 * A word on stdin shows it: green, amber, red, white, alarm (red, flashing, with sound D) or dark. On stdout a line for what
 * happens: "tower up", "tower down REASON", "pedal up", "pedal 1" at each settled change. Ends at the end of stdin.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "drivers/gpio/input.h"
#include "drivers/gpio/tower.h"
#include "firmware/base/cleanup.h"

struct tool {
        sd_event *event;
        struct signal_port port;
};

static void say_state(const char *what, enum device_state state, int error) {
        (void) printf("%s %s%s%s\n", what, device_state_to_str(state), error ? " " : "",
                error ? strerror(-error) : "");
        (void) fflush(stdout);
}

static void tower_on_state(void *userdata, enum device_state state, int error) {
        (void) userdata;
        say_state("tower", state, error);
}

static void pedal_on_state(void *userdata, enum device_state state, int error) {
        (void) userdata;
        say_state("pedal", state, error);
}

static void pedal_on_level(void *userdata, bool active, bool first) {
        (void) userdata;
        if (!first)
                (void) printf("pedal %d\n", active);
        (void) fflush(stdout);
}

static bool show(const struct tool *t, const char *word) {
        static const struct {
                const char *word;
                struct signal signal;
        } known[] = {
                {"dark", {.light = SIGNAL_LIGHT_DARK}},
                {"green", {.light = SIGNAL_LIGHT_GREEN, .sound = SIGNAL_SOUND_A}},
                {"amber", {.light = SIGNAL_LIGHT_AMBER}},
                {"red", {.light = SIGNAL_LIGHT_RED}},
                {"white", {.light = SIGNAL_LIGHT_WHITE, .sound = SIGNAL_SOUND_N}},
                {"alarm", {.light = SIGNAL_LIGHT_RED,
                                  .pattern = SIGNAL_PATTERN_FLASH,
                                  .sound = SIGNAL_SOUND_D}},
        };

        for (size_t i = 0; i < ELEMENTSOF(known); i++)
                if (strcmp(known[i].word, word) == 0)
                        return signal_show(&t->port, &known[i].signal) >= 0;
        return false;
}

static int on_word(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct tool *t = userdata;
        char line[64];
        ssize_t n = read(fd, line, sizeof(line) - 1);

        (void) source;
        (void) revents;
        if (n <= 0)
                return sd_event_exit(t->event, 0);
        line[n] = '\0';
        for (char *rest = line, *word; rest && (word = strsep(&rest, "\n"));)
                if (*word && !show(t, word))
                        return sd_event_exit(t->event, 1);
        return 0;
}

int main(int argc, char **argv) {
        struct tool t = {0};
        struct gpio_tower_config tower = {.chip = argc >= 2 ? argv[1] : "",
                .parts = {"GREEN", "AMBER", "RED", NULL, "BUZZER"},
                .on_state = tower_on_state};
        struct gpio_input_config pedal = {
                .chip = tower.chip, .line = "PEDAL", .on_level = pedal_on_level, .on_state = pedal_on_state};
        _cleanup_(sd_event_unrefp) sd_event *event = NULL; /* first in, last out */
        _cleanup_(gpio_tower_freep) struct gpio_tower *lamps = NULL;
        _cleanup_(gpio_input_freep) struct gpio_input *input = NULL;
        int r = argc == 3 && strcmp(argv[2], "--dark") == 0 ? gpio_tower_darken(&tower) : 1;

        if (r <= 0)
                return r == 0 ? 0 : 1;
        r = sd_event_new(&event);
        t.event = event;
        if (r >= 0)
                r = gpio_tower_new(&lamps, event, &tower);
        if (r >= 0)
                r = gpio_input_new(&input, event, &pedal);
        if (r >= 0) {
                t.port = gpio_tower_get_port(lamps);
                r = sd_event_add_io(event, NULL, STDIN_FILENO, EPOLLIN, on_word, &t);
        }
        if (r >= 0)
                r = sd_event_loop(event);
        if (r < 0)
                (void) fprintf(stderr, "gpio-tool: %s\n", strerror(-r));
        return r == 0 ? 0 : 1;
}
