/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is at a screen, and what may be asked through one. A screen away from the bench's scanner has a session: a secret that a badge
 * opens, with a person and a role, and that ends when nobody touches it. It is kept here and not in the program that speaks HTTP:
 * whatever becomes of that one, it can ask for no more than the people whose secrets it was told. Sessions are in memory: a station
 * that starts anew asks everybody for their badge.
 *
 *   {"verb":"screen-enter","badge":"L002"}             {"ok":true,"session":"…","person":"…","call":"…","role":"leader","idle_s":1800}
 *   {"verb":"screen-look","session":"…","touch":true}  the same, while it lasts; "touch": a person did something
 *   {"verb":"screen-leave","session":"…"}              {"ok":true}
 *   {"verb":"screen-scan","bench":"b1","code":"…"}     as `scan`; only where station.yaml says `screen_scanner: true`, for a demonstration
 *
 * Refused: {"ok":false,"error":"…"}, of screen-enter also {"wait_s":30}: after five wrong badges nobody enters for 30 s, then twice
 * as long each time, up to 15 min.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/seal/seal.h"
#include "firmware/station/station-internal.h"

#define SESSIONS_MAX   128
#define ASKS_MAX       16
#define BADGE_MAX      33
#define TRIES_FREE     5
#define WAIT_FIRST_SEC 30
#define WAIT_LAST_SEC  (15 * 60)
#define FORGET_SEC     (60 * 60) /* a right badge does not: who has one could try others for ever */
#define IDLE_SEC       (30 * 60)

struct session {
        char secret[HEX_ID_MAX]; /* "" free */
        char person[ID_SIZE], call[PERSON_CALL_SIZE];
        enum person_role role;
        uint64_t touched_boot_usec;
};

struct ask { /* a badge that waits for its turn at the ledger */
        uint64_t token;
        char badge[BADGE_MAX];
};

struct screens {
        struct session sessions[SESSIONS_MAX];
        struct ask asks[ASKS_MAX];
        size_t n_asks;
        unsigned n_wrong;           /* badges, without FORGET_SEC between two of them */
        uint64_t wrong_usec;        /* boot clock: the last one */
        uint64_t closed_until_usec; /* boot clock */
};

int screens_new(struct screens **sp) {
        *sp = calloc(1, sizeof(**sp));
        return *sp ? 0 : -ENOMEM;
}

struct screens *screens_free(struct screens *s) {
        if (s)
                seal_wipe(s, sizeof(*s));
        free(s);
        return NULL;
}

/* ---- sessions ---- */

static bool is_over(const struct session *k, uint64_t now_usec) {
        return now_usec - k->touched_boot_usec >= IDLE_SEC * USEC_PER_SEC;
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
        json_write_int(&w, "idle_s", IDLE_SEC);
        json_write_end_object(&w);
        if (line.error)
                callers_answer_error(s->callers, token, "out of memory");
        else
                callers_answer(s->callers, token, line.data);
        seal_wipe(line.data, line.len);
}

/* ---- entering ---- */

static void answer_wait(struct station *s, uint64_t token, const char *error, uint64_t now_usec) {
        const uint64_t until = s->screens->closed_until_usec;
        char line[96];

        (void) snprintf(line, sizeof(line), "{\"ok\":false,\"error\":\"%s\",\"wait_s\":%u}", error,
                until > now_usec ? (unsigned) ((until - now_usec + USEC_PER_SEC - 1) / USEC_PER_SEC) : 0);
        callers_answer(s->callers, token, line);
}

static void note_wrong(struct screens *s, uint64_t now_usec) {
        unsigned wait_sec = WAIT_FIRST_SEC;

        if (now_usec - s->wrong_usec >= FORGET_SEC * USEC_PER_SEC)
                s->n_wrong = 0;
        s->wrong_usec = now_usec;
        if (++s->n_wrong < TRIES_FREE)
                return;
        for (unsigned i = TRIES_FREE; i < s->n_wrong && wait_sec < WAIT_LAST_SEC; i++)
                wait_sec *= 2;
        if (wait_sec > WAIT_LAST_SEC)
                wait_sec = WAIT_LAST_SEC;
        s->closed_until_usec = now_usec + wait_sec * USEC_PER_SEC;
}

static void enter(struct station *s, uint64_t token, const struct session *who, uint64_t now_usec) {
        struct session *k = make_room(s->screens);

        *k = *who;
        k->touched_boot_usec = now_usec;
        if (hex_id_make(k->secret) < 0) {
                *k = (struct session){0};
                callers_answer_error(s->callers, token, "no random numbers");
                return;
        }
        answer_session(s, token, k);
}

static int look_up(struct station *s, const struct world *world, const struct ask *a) {
        const uint64_t now_usec = station_now(s).boot_usec;
        struct session who = {0};
        int r;

        if (now_usec < s->screens->closed_until_usec) { /* those that asked with the last wrong one */
                answer_wait(s, a->token, "wait", now_usec);
                return 0;
        }
        r = world->badge(world->userdata, a->badge, who.person, who.call, &who.role);
        if (r < 0)
                return r;
        if (r == WORLD_E_NONE) {
                note_wrong(s->screens, now_usec);
                answer_wait(s, a->token, "badge: not known", now_usec);
                return 0;
        }
        enter(s, a->token, &who, now_usec);
        return 0;
}

int screens_on_slice(struct station *s) {
        struct screens *screens = s->screens;
        struct world world;
        int r;

        if (!screens || screens->n_asks == 0)
                return 0;
        r = ledger_world(s->ledger, &world);
        for (size_t i = 0; i < screens->n_asks && r == 0; i++)
                r = look_up(s, &world, &screens->asks[i]);
        screens->n_asks = 0; /* after a failure the program ends, and so do the callers */
        return r;
}

static void request_enter(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        const uint64_t now_usec = station_now(s).boot_usec;
        const char *badge = json_get_string(request, "badge", "");
        struct screens *screens = s->screens;
        struct ask *a = &screens->asks[screens->n_asks];

        if (now_usec < screens->closed_until_usec) {
                answer_wait(s, caller->token, "wait", now_usec);
        } else if (strlen(badge) < 4 || strlen(badge) >= BADGE_MAX) {
                callers_answer_error(s->callers, caller->token, "badge: 4 to 32 characters");
        } else if (screens->n_asks == ASKS_MAX) {
                callers_answer_error(s->callers, caller->token, "busy");
        } else {
                *a = (struct ask){.token = caller->token};
                (void) copy_text(a->badge, sizeof(a->badge), badge);
                screens->n_asks++;
                desk_poke(s->desk); /* the ledger is asked when it is in the loop's hand */
        }
}

static void request_look(struct station *s, const struct request_caller *caller, const struct json *request) {
        const uint64_t now_usec = station_now(s).boot_usec;
        struct session *k = find(s->screens, json_get_string(request, "session", ""), now_usec);

        if (!k) {
                callers_answer_error(s->callers, caller->token, "session: none of that name, or it is over");
                return;
        }
        if (json_get_bool(request, "touch", false))
                k->touched_boot_usec = now_usec;
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

bool screens_on_request(struct station *s, const struct request_caller *caller, const char *verb,
        const struct json *request) {
        static const struct {
                const char *verb;
                void (*serve)(
                        struct station *s, const struct request_caller *caller, const struct json *request);
        } verbs[] = {
                {"screen-enter", request_enter},
                {"screen-look", request_look},
                {"screen-leave", request_leave},
                {"screen-scan", request_screen_scan},
        };

        for (size_t i = 0; i < ELEMENTSOF(verbs); i++) {
                if (strcmp(verb, verbs[i].verb) != 0)
                        continue;
                verbs[i].serve(s, caller, request);
                return true;
        }
        return false;
}
