/* SPDX-License-Identifier: Apache-2.0 */
/* okuru scan, okuru bay close and okuru notices approve: what a person at the bench could do, by the station's control socket. */
#include "firmware/cli/scan.h"
#include "firmware/base/ask.h"
#include "firmware/base/say.h"
#include "firmware/domain/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void print_text(const char *mark, const struct json *verdict, const char *key) {
        const struct json *text = json_get(verdict, key);
        const char *ja = json_get_string(text, "ja", ""), *en = json_get_string(text, "en", "");

        if (!*ja && !*en)
                return;
        (void) printf("%s", mark);
        say(stdout, ja);
        (void) printf("%s", *ja && *en ? " / " : "");
        say(stdout, en);
        (void) printf("\n");
}

static void print_answer(const struct json *answer) {
        for (const struct json *v = json_first(json_get(answer, "verdicts")); v; v = json_next(v)) {
                say(stdout, json_get_string(v, "bench", "?"));
                (void) printf(": ");
                say(stdout, json_get_string(v, "kind", "?"));
                (void) printf(", ");
                print_text("", v, "head");
                print_text("    ", v, "sub");
        }
}

int scan_ask(const struct invocation *in, const struct str *request, struct json **answerp) {
        struct setup setup;
        struct diag d = {0};
        int r = look_setup(&setup, in);

        if (r != VERB_OK)
                return r;
        if (request->error)
                return say_failed("the code is no UTF-8 text");
        if (ask_station(setup.socket, request->data, answerp, &d) < 0)
                return say_failure(&d);
        if (in->options->json) {
                _cleanup_str_ struct str line = STR_INIT;

                json_print(*answerp, &line);
                say_json(&line);
        } else {
                print_answer(*answerp);
        }
        return VERB_OK;
}

int verb_scan(const struct invocation *in) {
        _cleanup_(json_freep) struct json *answer = NULL;
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &request);
        json_write_object(&w, NULL);
        json_write_string(&w, "verb", "scan");
        json_write_string(&w, "bench", in->options->bench);
        json_write_string(&w, "code", in->words[0]);
        json_write_end_object(&w);
        return scan_ask(in, &request, &answer);
}

bool scan_has_kind(const struct json *answer, const char *kind) {
        for (const struct json *v = json_first(json_get(answer, "verdicts")); v; v = json_next(v))
                if (strcmp(json_get_string(v, "kind", ""), kind) == 0)
                        return true;
        return false;
}

int verb_bay_close(const struct invocation *in) {
        _cleanup_(json_freep) struct json *answer = NULL;
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;
        char *end;
        long counted;
        int code;

        errno = 0;
        counted = strtol(in->options->counted, &end, 10);
        if (errno != 0 || *end || end == in->options->counted || counted < 0 || counted > 9999) {
                (void) say_failed("--counted: a number of parcels, 0 to 9999");
                return VERB_USAGE;
        }
        json_writer_init(&w, &request);
        json_write_object(&w, NULL);
        json_write_string(&w, "verb", "bay-close");
        json_write_string(&w, "bay", in->words[0]);
        json_write_int(&w, "counted", counted);
        json_write_end_object(&w);
        code = scan_ask(in, &request, &answer);
        if (code != VERB_OK)
                return code;
        return scan_has_kind(answer, verdict_look(VERDICT_BAY_CLOSED)->name) ? VERB_OK : VERB_FAILED;
}

static int judge_one(const struct invocation *in, const char *notice, bool approve, bool *donep) {
        _cleanup_(json_freep) struct json *answer = NULL;
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;
        int code;

        json_writer_init(&w, &request);
        json_write_object(&w, NULL);
        json_write_string(&w, "verb", "judge");
        json_write_string(&w, "notice", notice);
        json_write_bool(&w, "approve", approve);
        json_write_end_object(&w);
        code = scan_ask(in, &request, &answer);
        *donep = code == VERB_OK && scan_has_kind(answer, verdict_look(VERDICT_OK)->name);
        return code;
}

/* One that is decided already keeps no other waiting; a station that does not answer ends it. */
static int judge(const struct invocation *in, bool approve) {
        int code = VERB_OK, n_not = 0;

        for (size_t i = 0; i < in->n_words && code == VERB_OK; i++) {
                bool done;

                code = judge_one(in, in->words[i], approve, &done);
                if (code == VERB_OK && !done && ++n_not > 0 && in->n_words > 1)
                        (void) say_failed("%s: not done", in->words[i]);
        }
        return code != VERB_OK ? code : n_not > 0 ? VERB_FAILED : VERB_OK;
}

int verb_notices_approve(const struct invocation *in) {
        return judge(in, true);
}

int verb_notices_refuse(const struct invocation *in) {
        return judge(in, false);
}
