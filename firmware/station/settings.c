/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of the settings screen; each wants the secret of an engineer's session:
 *
 *   {"verb":"people","session":"…","after":""}           {"ok":true,"people":[{"person","badge","role","call","lang","pin":true}],"more":false}
 *   {"verb":"light-test","session":"…","bench":"b1","loud":false}   {"ok":true,"steps":7,"step_ms":1000}: each pattern, then the truth again
 *   {"verb":"label-test","session":"…","bench":"b1"}     {"ok":true} once it is printed
 *   {"verb":"storage-test","session":"…"}                {"ok":true,"n":200,"p50_us","p99_us","max_us","slow","doubtful"}
 *
 * Badges are told as their last two characters: who reads one whole can print one.
 */
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/station/screens-internal.h"

#define PAGE_MAX 200 /* people of one answer */

struct listing {
        struct json_writer w;
        size_t n;
};

static int on_person(const struct ledger_person *p, void *userdata) {
        struct listing *l = userdata;
        size_t n = strlen(p->badge);

        if (l->n++ == PAGE_MAX)
                return 1;
        json_write_object(&l->w, NULL);
        json_write_string(&l->w, "person", p->person);
        json_write_string(&l->w, "badge", n > 2 ? p->badge + n - 2 : "");
        json_write_string(&l->w, "role", person_role_to_str(p->role));
        json_write_string(&l->w, "call", *p->call ? p->call : NULL);
        json_write_string(&l->w, "lang", *p->lang ? p->lang : NULL);
        json_write_bool(&l->w, "pin", *p->pin != '\0');
        json_write_end_object(&l->w);
        return 0;
}

static int list_people(struct station *s, const struct people_ask *a) {
        _cleanup_str_ struct str line = STR_INIT;
        struct listing l = {0};
        int r;

        json_writer_init(&l.w, &line);
        json_write_object(&l.w, NULL);
        json_write_bool(&l.w, "ok", true);
        json_write_array(&l.w, "people");
        r = ledger_people(s->ledger, a->after, on_person, &l);
        json_write_end_array(&l.w);
        json_write_bool(&l.w, "more", l.n > PAGE_MAX);
        json_write_end_object(&l.w);
        if (r < 0)
                return r;
        if (line.error)
                callers_answer_error(s->callers, a->token, "out of memory");
        else
                callers_answer(s->callers, a->token, line.data);
        return 0;
}

int settings_on_slice(struct station *s) {
        struct screens *screens = s->screens;
        int r = 0;

        for (size_t i = 0; i < screens->n_people_asks && r == 0; i++)
                r = list_people(s, &screens->people_asks[i]);
        screens->n_people_asks = 0;
        return r;
}

static void request_people(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        struct screens *screens = s->screens;
        struct people_ask *a = &screens->people_asks[screens->n_people_asks];

        if (screens->n_people_asks == PEOPLE_ASKS_MAX) {
                callers_answer_error(s->callers, caller->token, "busy");
        } else if (!copy_text(a->after, sizeof(a->after), json_get_string(request, "after", ""))) {
                callers_answer_error(s->callers, caller->token, "after: too long");
        } else {
                a->token = caller->token;
                screens->n_people_asks++;
                desk_poke(s->desk);
        }
}

static void request_storage(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        (void) request;
        trials_storage(s, caller);
}

bool settings_on_request(struct station *s, const struct request_caller *caller, const char *verb,
        const struct json *request) {
        static const struct verb verbs[] = {
                {"people", request_people},
                {"light-test", trials_light},
                {"label-test", trials_label},
                {"storage-test", request_storage},
        };
        const struct verb *v = verb_find(verbs, ELEMENTSOF(verbs), verb);

        if (v && screens_who(s, caller, request, ROLE_ENGINEER))
                v->serve(s, caller, request);
        return v;
}
