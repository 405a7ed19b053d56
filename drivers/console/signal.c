/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/console/signal.h"

#include <errno.h>
#include <string.h>

#include "drivers/console/text.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/say.h"

struct console_signal {
        struct console_writer writer;
        enum console_mode mode;
        enum signal_language language;
        struct str line; /* kept between signals, so that a light needs no memory */
};

int console_mode_from_str(const char *word, enum console_mode *modep) {
        if (strcmp(word, "text") == 0)
                *modep = CONSOLE_TEXT;
        else if (strcmp(word, "json") == 0)
                *modep = CONSOLE_JSON;
        else
                return -EINVAL;
        return 0;
}

static void signal_write_text(
        const struct signal *s, enum signal_language language, bool colours, struct str *out) {
        static const char *const sgr[] = {
                [SIGNAL_LIGHT_DARK] = "100;97",
                [SIGNAL_LIGHT_GREEN] = "42;30",
                [SIGNAL_LIGHT_AMBER] = "43;30",
                [SIGNAL_LIGHT_RED] = "41;97",
                [SIGNAL_LIGHT_WHITE] = "107;30",
        };
        const struct signal_text *text = &s->text[language];

        if (colours)
                str_addf(out, "\x1b[%sm", s->light < ELEMENTSOF(sgr) ? sgr[s->light] : "0");
        str_addf(out, " %-5s %-10s", signal_light_to_str(s->light), signal_pattern_to_str(s->pattern));
        if (colours)
                str_add(out, "\x1b[0m");
        str_add(out, " ");
        say_safely(out, s->bench);
        if (s->device[0]) {
                str_add(out, "/");
                say_safely(out, s->device);
        }
        str_add(out, " | ");
        say_safely(out, text->head);
        str_add(out, " | ");
        say_safely(out, text->sub);
        if (s->sound != SIGNAL_SOUND_NONE)
                str_addf(out, " (%s)", signal_sound_to_str(s->sound));
        str_add_char(out, '\n');
}

static void signal_write_json(const struct signal *s, struct str *out) {
        struct json_writer w;

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        console_write_text(&w, "bench", s->bench);
        if (s->device[0])
                console_write_text(&w, "device", s->device);
        json_write_string(&w, "light", signal_light_to_str(s->light));
        json_write_string(&w, "pattern", signal_pattern_to_str(s->pattern));
        json_write_string(&w, "sound", signal_sound_to_str(s->sound));
        json_write_int(&w, "number", s->number);
        console_write_text(&w, "kind", s->kind);
        json_write_object(&w, "head");
        for (unsigned int i = 0; i < SIGNAL_N_LANGUAGES; i++)
                console_write_text(&w, signal_language_to_str(i), s->text[i].head);
        json_write_end_object(&w);
        json_write_object(&w, "sub");
        for (unsigned int i = 0; i < SIGNAL_N_LANGUAGES; i++)
                console_write_text(&w, signal_language_to_str(i), s->text[i].sub);
        json_write_end_object(&w);
        if (s->merchant[0])
                console_write_text(&w, "merchant", s->merchant);
        if (s->shipment[0])
                console_write_text(&w, "shipment", s->shipment);
        if (s->parcel[0])
                console_write_text(&w, "parcel", s->parcel);
        if (s->prompt)
                json_write_bool(&w, "prompt", true);
        json_write_end_object(&w);
        str_add_char(out, '\n');
}

static int console_signal_show(void *userdata, const struct signal *s) {
        struct console_signal *c = userdata;

        str_clear(&c->line);
        if (c->mode == CONSOLE_JSON) {
                signal_write_json(s, &c->line);
        } else {
                (void) console_writer_open(&c->writer); /* for is_tty; put() tells what is wrong */
                signal_write_text(s, c->language, c->writer.is_tty, &c->line);
        }
        if (c->line.error)
                return c->line.error;
        return console_writer_put(&c->writer, c->line.data, c->line.len);
}

int console_signal_new(struct console_signal **cp, const struct console_config *config) {
        _cleanup_(console_signal_freep) struct console_signal *c = calloc(1, sizeof(*c));
        int r;

        if (!c)
                return -ENOMEM;
        c->mode = config->mode;
        c->language = config->language;
        r = console_writer_init(&c->writer, &config->target);
        if (r < 0)
                return r;
        *cp = take_ptr(c);
        return 0;
}

struct console_signal *console_signal_free(struct console_signal *c) {
        if (!c)
                return NULL;
        console_writer_deinit(&c->writer);
        str_deinit(&c->line);
        free(c);
        return NULL;
}

struct signal_port console_signal_get_port(struct console_signal *c) {
        return (struct signal_port){console_signal_show, c};
}

uint64_t console_signal_get_n_dropped(const struct console_signal *c) {
        return c->writer.n_dropped;
}
