/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is at a screen, and what may be asked through one. A screen away from the bench's scanner has a session: a secret that a badge
 * opens, with a person and a role, and that ends when nobody touches it. It is kept here and not in the program that speaks HTTP:
 * whatever becomes of that one, it can ask for no more than the people whose secrets it was told. Sessions are in memory: a station
 * that starts anew asks everybody for their badge.
 *
 *   {"verb":"screen-enter","badge":"L002"}             {"ok":true,"session":"…","person":"…","call":"…","role":"leader","lang":"ja","idle_s":1800}
 *     with "pin":"4071" where the person has one; "person":"p-002" may stand for the badge then
 *   {"verb":"screen-look","session":"…","touch":true}  the same, while it lasts; "touch": a person did something
 *   {"verb":"screen-leave","session":"…"}              {"ok":true}
 *   {"verb":"screen-scan","bench":"b1","code":"…"}     as `scan`; only where station.yaml says `screen_scanner: true`, for a demonstration
 *   {"verb":"screen-counter","session":"…","bench":"c1","code":"…"}
 *     as `scan` at a pickup counter, by a clerk or a leader, who is signed in there by it; with "text" in place of "code" as `find`
 *   {"verb":"screen-judge","session":"…","notice":"…","approve":true}
 *     a leader's word on a notice that waits for it, as `scan` of its code at the office's bench; that leader is the actor
 *
 *   {"verb":"screen-words","session":"…","notice":"…"}  {"ok":true,"words":{"channel":"email","language":"ja","subject":"…","text":"…"}}
 *     what such a notice would say, for a leader (firmware/views/drafts.h); null when nothing is written; "subject" may be null
 *
 *   {"verb":"screen-contact",…}                        contact.c
 *   {"verb":"screen-incident",…}                       incident.h
 *
 * Refused: {"ok":false,"error":"…"}. Of screen-enter: "pin" (one is wanted), "badge: not known", "pin: wrong", and "wait" with {"wait_s":30},
 * which also the fifth wrong one has. A role is looked at here, with every verb that wants one, whatever a program in between may have let pass.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/seal/seal.h"
#include "firmware/station/incident.h"
#include "firmware/station/requests-internal.h"
#include "firmware/station/screens-internal.h"
#include "firmware/views/drafts.h"

#define IDLE_SEC       (30 * 60)
#define IDLE_CLERK_SEC (5 * 60) /* a counter has strangers in front of it */

int screens_new(struct station *s) {
        s->screens = calloc(1, sizeof(*s->screens));
        if (!s->screens)
                return -ENOMEM;
        s->screens->people_version = -1;
        return sign_in_new(s);
}

struct screens *screens_free(struct screens *s) {
        if (s) {
                s->aside = aside_free(s->aside);
                for (size_t i = 0; i < CONTACT_ASKS_MAX; i++)
                        contact_forget(&s->contact_asks[i]);
                seal_wipe(s, sizeof(*s));
        }
        free(s);
        return NULL;
}

/* ---- sessions ---- */

static unsigned idle_sec(const struct session *k) {
        return k->role == ROLE_CLERK ? IDLE_CLERK_SEC : IDLE_SEC;
}

static bool is_over(const struct session *k, uint64_t now_usec) {
        return now_usec - k->touched_boot_usec >= idle_sec(k) * USEC_PER_SEC;
}

/* Every secret is compared, whatever the first bytes say: how long it takes tells nothing. */
static struct session *find(struct screens *s, const char *secret, uint64_t now_usec) {
        struct session *found = NULL;

        for (size_t i = 0; i < SESSIONS_MAX && hex_id_is_valid(secret); i++) {
                struct session *k = &s->sessions[i];
                unsigned differs = *k->secret == '\0';

                for (size_t c = 0; c < HEX_ID_MAX - 1; c++)
                        differs |= (unsigned) (k->secret[c] ^ secret[c]);
                if (!differs)
                        found = k;
        }
        if (found && is_over(found, now_usec)) {
                seal_wipe(found, sizeof(*found));
                found = NULL;
        }
        return found;
}

/* A free one, else the one that was longest not touched. */
static struct session *make_room(struct screens *s) {
        struct session *oldest = &s->sessions[0];

        for (size_t i = 0; i < SESSIONS_MAX; i++) {
                if (!*s->sessions[i].secret)
                        return &s->sessions[i];
                if (s->sessions[i].touched_boot_usec < oldest->touched_boot_usec)
                        oldest = &s->sessions[i];
        }
        return oldest;
}

static void answer_session(struct station *s, uint64_t token, const struct session *k) {
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", true);
        json_write_string(&w, "session", k->secret);
        json_write_string(&w, "person", k->person);
        json_write_string(&w, "call", *k->call ? k->call : k->person);
        json_write_string(&w, "role", person_role_to_str(k->role));
        if (*k->lang)
                json_write_string(&w, "lang", k->lang);
        json_write_int(&w, "idle_s", idle_sec(k));
        json_write_end_object(&w);
        if (line.error)
                callers_answer_error(s->callers, token, "out of memory");
        else
                callers_answer(s->callers, token, line.data);
        seal_wipe(line.data, line.len);
}

void screens_open(struct station *s, uint64_t token, const struct session *who) {
        struct session *k = make_room(s->screens);

        *k = *who;
        k->touched_boot_usec = station_now(s).boot_usec;
        if (hex_id_make(k->secret) < 0) {
                *k = (struct session){0};
                callers_answer_error(s->callers, token, "no random numbers");
                return;
        }
        s->screens->has_sessions = true;
        answer_session(s, token, k);
}

struct session *screens_who(struct station *s, const struct request_caller *caller,
        const struct json *request, enum person_role role) {
        struct session *k =
                find(s->screens, json_get_string(request, "session", ""), station_now(s).boot_usec);

        if (!k)
                callers_answer_error(s->callers, caller->token, "session: none of that name, or it is over");
        else if (role != ROLE_NONE && k->role != role)
                callers_answer_error(s->callers, caller->token, "role: not for yours");
        else
                return k;
        return NULL;
}

/* The office has said anew who works here: whoever is another one by that list, or has another PIN, is out. */
static int look_at_people(struct station *s, const struct world *world) {
        struct screens *screens = s->screens;
        int64_t version = 0;
        bool is_one = false;
        int r = world->wish_version(world->userdata, "people", "people", &version);

        if (r < 0 || version == screens->people_version)
                return r < 0 ? r : 0;
        for (size_t i = 0; i < SESSIONS_MAX; i++) {
                struct session *k = &screens->sessions[i];
                struct ledger_person p = {0};

                if (!*k->secret)
                        continue;
                r = ledger_person(s->ledger, NULL, k->person, &p);
                if (r < 0)
                        return r;
                if (r > 0 || p.role != k->role || strcmp(p.pin, k->pin) != 0)
                        seal_wipe(k, sizeof(*k));
                else
                        (void) copy_text(k->lang, sizeof(k->lang), p.lang);
                is_one |= *k->secret != '\0';
        }
        screens->people_version = version;
        screens->has_sessions = is_one;
        return 0;
}

int screens_on_slice(struct station *s) {
        struct world world;
        int r = 0;

        if (!s->screens)
                return 0;
        if (s->screens->has_sessions) { /* else a scan pays for nobody */
                r = ledger_world(s->ledger, &world);
                if (r == 0)
                        r = look_at_people(s, &world);
        }
        if (r == 0)
                r = sign_in_on_slice(s);
        if (r == 0)
                r = contact_on_slice(s);
        return r == 0 ? settings_on_slice(s) : r;
}

static void request_look(struct station *s, const struct request_caller *caller, const struct json *request) {
        struct session *k = screens_who(s, caller, request, ROLE_NONE);

        if (!k)
                return;
        if (json_get_bool(request, "touch", false))
                k->touched_boot_usec = station_now(s).boot_usec;
        answer_session(s, caller->token, k);
}

static void request_leave(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        struct session *k =
                find(s->screens, json_get_string(request, "session", ""), station_now(s).boot_usec);

        if (k)
                seal_wipe(k, sizeof(*k));
        callers_answer(s->callers, caller->token, "{\"ok\":true}");
}

/* As if a scanner of the bench had read it: who is signed in there acts. */
static void request_screen_scan(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        const char *code = json_get_string(request, "code", "");
        int bench = desk_bench_index(s->desk, json_get_string(request, "bench", ""));

        if (!s->config->screen_scanner)
                callers_answer_error(s->callers, caller->token, "this station takes no scans from a screen");
        else if (bench < 0 || (size_t) bench >= s->config->n_benches)
                callers_answer_error(s->callers, caller->token, "bench: there is none of that name");
        else if (!*code || strlen(code) > BARCODE_TEXT_MAX)
                callers_answer_error(s->callers, caller->token, "code: 1 to 256 bytes");
        else if (desk_scan(s->desk, (size_t) bench, "screen", code, strlen(code), monotonic_usec(),
                         caller->token, NULL) == DESK_E_FULL)
                callers_answer_error(s->callers, caller->token, "the bench has too many scans waiting");
}

static void type_in(struct station *s, const struct request_caller *caller, const struct json *request,
        size_t bench, const struct session *k) {
        const char *text = json_get_string(request, "text", NULL),
                   *code = json_get_string(request, "code", "");
        struct input_person who = {.role = k->role};

        if (text)
                code = text;
        (void) copy_text(who.person, sizeof(who.person), k->person);
        (void) copy_text(who.call, sizeof(who.call), k->call);
        if (!*code || strlen(code) > BARCODE_TEXT_MAX)
                callers_answer_error(s->callers, caller->token, "code, text: 1 to 256 bytes");
        else if (desk_type(s->desk, bench, code, strlen(code), text != NULL, caller->token, &who) ==
                 DESK_E_FULL)
                callers_answer_error(s->callers, caller->token, "the bench has too many scans waiting");
}

struct session *screens_at_counter(
        struct station *s, const struct request_caller *caller, const struct json *request, size_t *benchp) {
        struct session *k = screens_who(s, caller, request, ROLE_NONE);
        int bench = desk_bench_index(s->desk, json_get_string(request, "bench", ""));

        if (!k)
                return NULL;
        if (k->role != ROLE_CLERK && k->role != ROLE_LEADER) {
                callers_answer_error(s->callers, caller->token, "role: not for yours");
                return NULL;
        }
        if (bench < 0 || desk_bench(s->desk, (size_t) bench)->kind != BENCH_COUNTER) {
                callers_answer_error(s->callers, caller->token, "bench: there is no counter of that name");
                return NULL;
        }
        k->touched_boot_usec = station_now(s).boot_usec;
        *benchp = (size_t) bench;
        return k;
}

/* Typed at a counter: a search, a card, a parcel whose code cannot be read. */
static void request_counter(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        size_t bench;
        const struct session *k = screens_at_counter(s, caller, request, &bench);

        if (k)
                type_in(s, caller, request, bench, k);
}

/* The fact names whose session it is; nobody is signed in anywhere by it. */
static void request_screen_judge(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        struct session *k = screens_who(s, caller, request, ROLE_LEADER);

        if (!k)
                return;
        k->touched_boot_usec = station_now(s).boot_usec;
        requests_judge(s, caller, request, k->person);
}

static void request_screen_incident(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        struct session *k = screens_who(s, caller, request, ROLE_LEADER);

        if (!k)
                return;
        k->touched_boot_usec = station_now(s).boot_usec;
        incidents_request(s, caller, request, k->person);
}

static void write_words(struct str *line, const struct draft_text *t) {
        struct json_writer w;

        json_writer_init(&w, line);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", true);
        if (t) {
                json_write_object(&w, "words");
                draft_text_write(&w, t);
                json_write_end_object(&w);
        } else {
                json_write_null(&w, "words");
        }
        json_write_end_object(&w);
}

/* Nothing of anybody's is in it, and yet it is for nobody but who decides. */
static void request_screen_words(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        struct session *k = screens_who(s, caller, request, ROLE_LEADER);
        _cleanup_(draft_text_deinit) struct draft_text t = {0};
        _cleanup_str_ struct str line = STR_INIT;
        int r = DRAFTS_E_NONE;

        if (!k)
                return;
        k->touched_boot_usec = station_now(s).boot_usec;
        if (*s->config->notices)
                r = drafts_read(s->config->notices, json_get_string(request, "notice", ""), &t, NULL);
        if (r == 0 || r == DRAFTS_E_NONE)
                write_words(&line, r == 0 ? &t : NULL);
        if (line.len == 0 || line.error)
                callers_answer_error(s->callers, caller->token, "notices: cannot be read now");
        else
                callers_answer(s->callers, caller->token, line.data);
}

bool screens_on_request(struct station *s, const struct request_caller *caller, const char *verb,
        const struct json *request) {
        static const struct verb verbs[] = {
                {"screen-enter", sign_in_request},
                {"screen-look", request_look},
                {"screen-leave", request_leave},
                {"screen-scan", request_screen_scan},
                {"screen-counter", request_counter},
                {"screen-judge", request_screen_judge},
                {"screen-words", request_screen_words},
                {"screen-incident", request_screen_incident},
                {"screen-contact", contact_request},
        };
        const struct verb *v = verb_find(verbs, ELEMENTSOF(verbs), verb);

        if (!v)
                return settings_on_request(s, caller, verb, request);
        v->serve(s, caller, request);
        return true;
}
