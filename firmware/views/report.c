/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/report.h"

#include "firmware/base/say.h"

#include <string.h>

static const char *const words[] = {[REPORT_OK] = "ok", [REPORT_NOTE] = "note", [REPORT_BAD] = "BAD"};

void report_begin(struct report *r, bool json, struct str *out) {
        *r = (struct report){.json = json, .out = out};
        if (!json)
                return;
        json_writer_init(&r->w, &r->line);
        json_write_object(&r->w, NULL);
        json_write_array(&r->w, "findings");
}

static void add_json(struct report *r, enum report_state state, const char *what, const char *text) {
        json_write_object(&r->w, NULL);
        json_write_string(&r->w, "what", what);
        json_write_string(&r->w, "state", words[state]);
        json_write_string(&r->w, "text", utf8_is_valid(text, strlen(text)) ? text : "(no UTF-8)");
        json_write_end_object(&r->w);
}

/* A further line of the same finding stands under the first. */
static void add_lines(struct report *r, enum report_state state, const char *what, char *text) {
        char *rest = text;

        for (const char *line; (line = strsep(&rest, "\n")); what = "") {
                const char *word = *what ? words[state] : "";

                if (r->out) {
                        str_addf(r->out, "%-5s %-12s ", word, what);
                        say_safely(r->out, line);
                        str_add_char(r->out, '\n');
                        continue;
                }
                (void) printf("%-5s %-12s ", word, what);
                say(stdout, line);
                (void) fputc('\n', stdout);
        }
}

void report_add(struct report *r, enum report_state state, const char *what, const char *format, ...) {
        va_list ap;

        str_clear(&r->text);
        va_start(ap, format);
        str_addv(&r->text, format, ap);
        va_end(ap);
        if (state > r->worst)
                r->worst = state;
        if (!r->text.data || r->text.error)
                return;
        if (r->json)
                add_json(r, state, what, r->text.data);
        else
                add_lines(r, state, what, r->text.data);
        if (!r->json && !r->out)
                (void) fflush(stdout); /* some findings take a while; main asks whether stdout took it all */
}

int report_end(struct report *r) {
        int code = r->worst == REPORT_BAD;

        if (r->json) {
                json_write_end_array(&r->w);
                json_write_bool(&r->w, "ok", code == 0);
                json_write_end_object(&r->w);
                if (r->out)
                        str_add(r->out, r->line.data);
                else
                        say_json(&r->line);
        }
        str_deinit(&r->line);
        str_deinit(&r->text);
        return code;
}
