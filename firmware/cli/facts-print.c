/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/facts-print.h"

#include "firmware/base/json.h"
#include "firmware/base/say.h"
#include "firmware/cli/look.h"
#include "firmware/cli/write.h"
#include "firmware/domain/verdict.h"

#include <inttypes.h>
#include <string.h>

#define VALUE_MAX 200 /* bytes of one list or object in a line for people */

static void add_padded(struct str *out, const char *text, size_t width) {
        _cleanup_str_ struct str safe = STR_INIT;

        say_safely(&safe, *text ? text : "-");
        if (!safe.data) {
                out->error = safe.error;
                return;
        }
        str_add(out, safe.data);
        for (size_t n = verdict_width(safe.data); n < width; n++)
                str_add_char(out, ' ');
        str_add_char(out, ' ');
}

/* A list or object that would bury the line is only counted: --json has it whole. */
static void add_value(struct str *out, const struct json *m) {
        _cleanup_str_ struct str whole = STR_INIT;

        if (json_string(m)) {
                str_add(out, json_string(m));
                return;
        }
        json_print(m, &whole);
        if (!whole.data || strlen(whole.data) <= VALUE_MAX) {
                str_add(out, whole.data ? whole.data : "");
                return;
        }
        str_addf(out, json_type(m) == JSON_ARRAY ? "[%zu …]" : "{%zu …}", json_size(m));
}

/* Data without its braces and without "v", which says nothing to a person. */
static void add_data(struct str *out, const struct fact_row *row) {
        _cleanup_(json_freep) struct json *data = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        const char *between = "";

        if (json_parse(row->data, row->n_data, &data, NULL) < 0) {
                str_add(out, "(data is no JSON)");
                return;
        }
        for (const struct json *m = json_first(data); m; m = json_next(m)) {
                if (strcmp(json_key(m), "v") == 0)
                        continue;
                str_addf(&text, "%s%s=", between, json_key(m));
                add_value(&text, m);
                between = " ";
        }
        say_safely(out, text.data ? text.data : "");
}

void facts_print_row(struct str *out, const struct fact_row *row) {
        char when[MOMENT_MAX], pos[24];

        (void) snprintf(pos, sizeof(pos), "%6" PRId64, row->pos);
        add_padded(out, pos, 6);
        add_padded(out, moment_of(row->time, when), 19);
        add_padded(out, row->type, 18);
        add_padded(out, row->merchant, 6);
        add_padded(out, row->subject, 12);
        add_padded(out, row->bench, 4);
        add_data(out, row);
        str_add_char(out, '\n');
}

void facts_print_json(struct str *out, const struct fact_row *row) {
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &line);
        write_fact(&w, row);
        if (line.error)
                out->error = line.error;
        else
                say_json_to(out, line.data);
}
