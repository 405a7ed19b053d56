/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/console/label.h"

#include <errno.h>

#include "drivers/console/text.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/say.h"

struct console_label {
        struct console_writer writer;
        enum console_mode mode;
};

static const char *or_empty(const char *text) {
        return text ? text : "";
}

static void label_write_text(const struct label_job *job, struct str *out) {
        str_add(out, " label ");
        say_safely(out, or_empty(job->bench));
        str_addf(out, " | %u/%u | ", job->piece, job->pieces);
        say_safely(out, or_empty(job->carrier));
        str_add(out, " ");
        say_safely(out, or_empty(job->number));
        str_add_char(out, '\n');
}

static void label_write_json(const struct label_job *job, struct str *out) {
        struct json_writer w;

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        console_write_text(&w, "bench", or_empty(job->bench));
        console_write_text(&w, "parcel", or_empty(job->parcel));
        json_write_int(&w, "piece", job->piece);
        json_write_int(&w, "pieces", job->pieces);
        console_write_text(&w, "carrier", or_empty(job->carrier));
        console_write_text(&w, "number", or_empty(job->number));
        json_write_int(&w, "bytes", (int64_t) job->n_data);
        json_write_end_object(&w);
        str_add_char(out, '\n');
}

static int console_label_print(void *userdata, const struct label_job *job) {
        _cleanup_str_ struct str line = STR_INIT;
        struct console_label *c = userdata;
        int r;

        if (c->mode == CONSOLE_JSON)
                label_write_json(job, &line);
        else
                label_write_text(job, &line);
        if (line.error)
                return line.error;
        r = console_writer_put(&c->writer, line.data, line.len);
        return r == CONSOLE_E_DROPPED ? LABEL_E_NOT_READY : r;
}

int console_label_new(struct console_label **cp, const struct console_config *config) {
        _cleanup_(console_label_freep) struct console_label *c = calloc(1, sizeof(*c));
        int r;

        if (!c)
                return -ENOMEM;
        c->mode = config->mode;
        r = console_writer_init(&c->writer, &config->target);
        if (r < 0)
                return r;
        *cp = take_ptr(c);
        return 0;
}

struct console_label *console_label_free(struct console_label *c) {
        if (!c)
                return NULL;
        console_writer_deinit(&c->writer);
        free(c);
        return NULL;
}

struct label_port console_label_get_port(struct console_label *c) {
        return (struct label_port){console_label_print, c};
}
