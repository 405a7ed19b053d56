/* SPDX-License-Identifier: Apache-2.0 */
/* push: a file of shipments, one JSON object a line. Each line is taken whole or refused by file, line and key. */
#include "firmware/base/wire.h"
#include "services/oms/asker.h"
#include "services/oms/verb.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct pushing {
        const char *file;
        const char *station; /* NULL: as the line says */
        struct asker *asker;
        uint64_t n_changed, n_same, n_refused;
};

static void refuse(struct pushing *p, uint64_t line, struct diag *d) {
        (void) copy_text(d->file, sizeof(d->file), p->file);
        d->line = (int) line;
        p->n_refused++;
        (void) say_failure(d);
}

static int on_answer(const struct json *answer, uint64_t tag, void *userdata) {
        struct pushing *p = userdata;
        struct diag d = {0};

        if (json_get_bool(answer, "ok", false)) {
                if (json_get_bool(answer, "changed", false))
                        p->n_changed++;
                else
                        p->n_same++;
                return 0;
        }
        (void) copy_text(d.key, sizeof(d.key), json_get_string(answer, "key", ""));
        (void) copy_text(d.text, sizeof(d.text), json_get_string(answer, "text", "refused"));
        refuse(p, tag, &d);
        return 0;
}

static int push_line(struct pushing *p, const char *text, size_t n, uint64_t line) {
        _cleanup_(json_freep) struct json *doc = NULL;
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;
        struct diag d = {0};
        int r = json_parse(text, n, &doc, &d);

        if (r == -EBADMSG || (r == 0 && json_type(doc) != JSON_OBJECT)) {
                if (r == 0)
                        diag_set(&d, 0, 0, "", "must be a JSON object");
                refuse(p, line, &d);
                return 0;
        }
        if (r < 0)
                return r;
        json_writer_init(&w, &request);
        json_write_object(&w, NULL);
        json_write_string(&w, "verb", "push");
        if (p->station)
                json_write_string(&w, "station", p->station);
        json_write_value(&w, "data", doc);
        json_write_end_object(&w);
        r = asker_ask(p->asker, &request, line, on_answer, p);
        if (r != -EMSGSIZE)
                return r;
        diag_set(&d, 0, 0, "", "too long: a line may have about %d bytes", WIRE_LINE_MAX - 256);
        refuse(p, line, &d);
        return 0;
}

static bool is_blank(const char *text, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (!strchr(" \t\r\n", text[i]) || text[i] == '\0')
                        return false;
        return true;
}

static int push_file(struct pushing *p, FILE *file) {
        _autofree_ char *text = NULL;
        size_t size = 0;
        uint64_t line = 0;
        ssize_t n;
        int r = 0;

        while (r == 0 && (n = getline(&text, &size, file)) >= 0) {
                line++;
                if (n > 0 && text[n - 1] == '\n')
                        n--;
                if (!is_blank(text, (size_t) n))
                        r = push_line(p, text, (size_t) n, line);
        }
        if (r == 0 && ferror(file))
                r = -EIO;
        return r == 0 ? asker_finish(p->asker, on_answer, p) : r;
}

int verb_push(const struct invocation *in) {
        bool is_stdin = strcmp(in->words[0], "-") == 0;
        _autofclose_ FILE *file = is_stdin ? NULL : fopen(in->words[0], "re");
        struct pushing p = {.file = is_stdin ? "stdin" : in->words[0], .station = in->options->station};
        int r;

        if (!file && !is_stdin)
                return say_failed("%s: %s", in->words[0], strerror(errno));
        if (verb_connect(in, &p.asker) != VERB_OK)
                return VERB_FAILED;
        r = push_file(&p, is_stdin ? stdin : file);
        p.asker = asker_free(p.asker);
        (void) printf("pushed %" PRIu64 ", unchanged %" PRIu64 ", refused %" PRIu64 "\n", p.n_changed,
                p.n_same, p.n_refused);
        if (r < 0)
                return say_failed("serve: %s: what was answered is kept, push the file again", strerror(-r));
        return p.n_refused > 0 ? VERB_FAILED : VERB_OK;
}
