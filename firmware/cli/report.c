/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/report.h"

#include "firmware/base/say.h"
#include "firmware/cli/verb.h"

#include <string.h>

static const char *const words[] = {[REPORT_OK] = "ok", [REPORT_NOTE] = "note", [REPORT_BAD] = "BAD"};

void report_begin(struct report *r, bool json) {
        *r = (struct report){.json = json};
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
static void add_lines(enum report_state state, const char *what, char *text) {
        char *rest = text;

        for (const char *line; (line = strsep(&rest, "\n")); state = REPORT_OK, what = "") {
                (void) printf("%-5s %-12s ", *what ? words[state] : "", what);
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
                add_lines(state, what, r->text.data);
        if (!r->json)
                (void) fflush(stdout); /* some findings take a while; main asks whether stdout took it all */
}

int report_end(struct report *r) {
        int code = r->worst == REPORT_BAD ? VERB_FAILED : VERB_OK;

        if (r->json) {
                json_write_end_array(&r->w);
                json_write_bool(&r->w, "ok", code == VERB_OK);
                json_write_end_object(&r->w);
                say_json(&r->line);
        }
        str_deinit(&r->line);
        str_deinit(&r->text);
        return code;
}
