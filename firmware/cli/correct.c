/* SPDX-License-Identifier: Apache-2.0 */
/* okuru notices correct: other words for an incident that waits for a leader's yes. */
#include <string.h>

#include "firmware/base/say.h"
#include "firmware/cli/scan.h"
#include "firmware/cli/when.h"
#include "firmware/domain/verdict.h"

struct asked { /* the notice that is meant */
        const char *id;
        struct str data; /* what it says now */
        bool found;
};

static int on_asking(const struct standing_asking *n, void *userdata) {
        struct asked *a = userdata;

        if (strcmp(n->id, a->id) != 0)
                return 0;
        a->found = true;
        str_add(&a->data, *n->data ? n->data : "{}");
        return a->data.error ? a->data.error : 1;
}

/* What is said of one thing from now on. */
struct field {
        const char *key, *option, *text, *english; /* texts: NULL it is not corrected */
};

/* A text of one language or of both, in one of them; NULL it says nothing there. */
static const char *text_in(const struct json *text, const char *lang) {
        return json_type(text) == JSON_STRING ? json_string(text) : json_get_string(text, lang, NULL);
}

static void write_text(struct json_writer *w, const struct json *old, const struct field *f) {
        if (!f->english) {
                json_write_string(w, f->key, f->text);
                return;
        }
        json_write_object(w, f->key);
        json_write_string(w, "ja", f->text ? f->text : text_in(old, "ja"));
        json_write_string(w, "en", f->english);
        json_write_end_object(w);
}

/* What is not corrected stays as the office wrote it. */
static void write_data(struct json_writer *w, const struct json *old, const struct field *fields, size_t n) {
        json_write_object(w, "data");
        for (const struct json *m = json_first(old); m; m = json_next(m)) {
                const struct field *found = NULL;

                for (size_t i = 0; i < n; i++)
                        if (strcmp(json_key(m), fields[i].key) == 0 && (fields[i].text || fields[i].english))
                                found = &fields[i];
                if (found)
                        write_text(w, m, found);
                else
                        json_write_value(w, json_key(m), m);
        }
        json_write_end_object(w);
}

/* Half of a text that is said in both languages would leave the other half untrue. */
static int check_halves(const struct json *old, const struct field *fields, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (fields[i].text && !fields[i].english &&
                        json_get_string(json_get(old, fields[i].key), "en", NULL)) {
                        (void) say_failed("--%s: it is said in English, too: --%s-en", fields[i].option,
                                fields[i].option);
                        return VERB_USAGE;
                }
        return VERB_OK;
}

static int find(const struct invocation *in, struct asked *a) {
        struct look look = {0};
        int code = look_open(&look, in);

        if (code == VERB_OK)
                code = look_end(&look, standing_notices_asking(look.standing, on_asking, a));
        look_deinit(&look);
        if (code == VERB_OK && !a->found)
                code = say_failed("%s waits for nobody's word: see okuru notices", a->id);
        return code;
}

static int ask(const struct invocation *in, const struct json *old, const struct field *fields, size_t n) {
        _cleanup_(json_freep) struct json *answer = NULL;
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;
        int code = check_halves(old, fields, n);

        if (code != VERB_OK)
                return code;
        json_writer_init(&w, &request);
        json_write_object(&w, NULL);
        json_write_string(&w, "verb", "correct");
        json_write_string(&w, "notice", in->words[0]);
        write_data(&w, old, fields, n);
        json_write_end_object(&w);
        code = scan_ask(in, &request, &answer);
        if (code != VERB_OK)
                return code;
        return scan_has_kind(answer, verdict_look(VERDICT_OK)->name) ? VERB_OK : VERB_FAILED;
}

/* @next_by: TIME_TEXT_MAX bytes; "" it is not corrected. */
static int read_next_by(const char *text, char *next_by) {
        int64_t usec;
        int code;

        next_by[0] = '\0';
        if (!text)
                return VERB_OK;
        code = when_read("next-by", text, &usec, next_by);
        if (code != VERB_OK || usec > stamp_now().wall_usec)
                return code;
        (void) say_failed("--next-by: has passed: until when will they hear from us again?");
        return VERB_USAGE;
}

static int correct(const struct invocation *in, const struct field *fields, size_t n) {
        _cleanup_(json_freep) struct json *old = NULL;
        struct asked a = {.id = in->words[0], .data = STR_INIT};
        int code = find(in, &a);

        if (code == VERB_OK)
                code = json_parse(a.data.data, a.data.len, &old, NULL) == 0
                               ? ask(in, old, fields, n)
                               : say_failed("%s: what it says cannot be read", a.id);
        str_deinit(&a.data);
        return code;
}

int verb_notices_correct(const struct invocation *in) {
        const struct options *o = in->options;
        char next_by[TIME_TEXT_MAX];
        const struct field fields[] = {{"cause", "cause", o->cause, o->cause_en},
                {"action", "action", o->action, o->action_en},
                {"next_by", "next-by", o->next_by ? next_by : NULL, NULL}};
        bool any = false;
        int code;

        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                any = any || fields[i].text || fields[i].english;
        if (!any) {
                (void) say_failed("--cause, --action or --next-by: what is it to say?");
                return VERB_USAGE;
        }
        code = read_next_by(o->next_by, next_by);
        return code == VERB_OK ? correct(in, fields, ELEMENTSOF(fields)) : code;
}
