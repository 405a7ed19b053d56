/* SPDX-License-Identifier: Apache-2.0 */
/*
 * okuru rfid watch, record and replay: what the readers hear, and what a bench's zone makes of it. The station gives the reads as
 * they come; judged they are here, by the same rules, so that a recording and another figure tell how it would have been.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/ask.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/say.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "firmware/cli/look.h"
#include "firmware/cli/rfid-show.h"

#define TICK_MS 50

/* @each: a line of a recording, or NULL when none came for a while. Return: as @each, which ends it by another value than 0. */
static int stream(
        const struct invocation *in, int (*each)(void *userdata, const char *line), void *userdata) {
        _cleanup_(ask_closep) struct ask *a = NULL;
        struct setup setup;
        int r = look_setup(&setup, in);

        if (r != VERB_OK)
                return r;
        r = ask_open(&a, setup.socket);
        if (r == 0)
                r = ask_send(a, "{\"verb\":\"rfid\"}");
        while (r == 0 && !ferror(stdout)) {
                _cleanup_(json_freep) struct json *line = NULL;

                r = ask_next(a, TICK_MS, &line);
                if (r == ASK_E_SILENT)
                        r = each(userdata, NULL);
                else if (r == 0 && json_get(line, "rfid"))
                        r = each(userdata, json_get_string(line, "rfid", ""));
                else if (r == 0 && !json_get_bool(line, "ok", true))
                        return say_failed("%s", json_get_string(line, "error", "the station refuses"));
        }
        return r < 0 ? say_failed("%s", strerror(-r)) : VERB_OK;
}

static int print_line(void *userdata, const char *line) {
        FILE *out = userdata;

        if (line)
                (void) fprintf(out, "%s\n", line);
        return fflush(out) == 0 ? 0 : -errno;
}

int verb_rfid_record(const struct invocation *in) {
        _autofclose_ FILE *file = NULL;

        if (in->options->output) {
                file = fopen(in->options->output, "we");
                if (!file)
                        return say_failed("%s", strerror(errno));
        }
        return stream(in, print_line, file ? file : stdout);
}

static int show_line(void *userdata, const char *line) {
        struct rfid_show *s = userdata;
        struct diag d = {0};
        int r = 0;

        if (line)
                r = rfid_show_line(s, line, strlen(line), &d);
        else
                rfid_show_tick(s, monotonic_usec());
        (void) fflush(s->out);
        return r;
}

int verb_rfid_watch(const struct invocation *in) {
        struct rfid_show s = {.bench = in->options->bench, .json = in->options->json, .out = stdout};
        int r = stream(in, show_line, &s);

        rfid_show_deinit(&s);
        return r;
}

static int replay(struct rfid_show *s, FILE *file, const char *name) {
        _autofree_ char *line = NULL;
        size_t size = 0;
        ssize_t n;
        int number = 0;

        while ((n = getline(&line, &size, file)) >= 0) {
                struct diag d = {0};
                int r = rfid_show_line(s, line, (size_t) n, &d);

                number++;
                if (r < 0) {
                        (void) fprintf(stderr, "okuru: %s:%d: %s: %s\n", name, number, d.key, d.text);
                        return VERB_FAILED;
                }
        }
        if (!s->zone)
                return say_failed("%s",
                        s->bench ? "the recording has no zone of this bench" : "the recording has no zone");
        rfid_show_end(s);
        return VERB_OK;
}

int verb_rfid_replay(const struct invocation *in) {
        struct rfid_show s = {.bench = in->options->bench, .json = in->options->json, .out = stdout};
        _autofclose_ FILE *file = fopen(in->words[0], "re");
        int r;

        if (!file)
                return say_failed("%s", strerror(errno));
        r = replay(&s, file, in->words[0]);
        rfid_show_deinit(&s);
        return r;
}
