/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks. The station keeps the sessions; here is only the cookie that names one, and the token that says that one of our own pages
 * asks. A browser without a session gets a cookie of no meaning, so that it has a token for entering.
 */
#include <assert.h>
#include <string.h>

#include "firmware/base/time.h"
#include "firmware/base/uuid.h"
#include "services/web/api-internal.h"
#include "services/web/ask.h"
#include "services/web/doc.h"

#define LOOK_MS  2000
#define ENTER_MS 5000

/* ---- asking the station ---- */

struct ask_member {
        const char *key, *value; /* NULL: left out */
};

static int ask_verb(struct visit *v, const char *verb, const struct ask_member *members, size_t n, bool touch,
        int timeout_ms, struct json **answerp) {
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;
        int r;

        assert(v);
        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_string(&w, "verb", verb);
        for (size_t i = 0; i < n; i++)
                if (members[i].value)
                        json_write_string(&w, members[i].key, members[i].value);
        if (touch)
                json_write_bool(&w, "touch", true);
        json_write_end_object(&w);
        if (line.error)
                return line.error;
        r = screen_ask(v->api->config->socket, line.data, timeout_ms, answerp);
        seal_wipe(line.data, line.len);
        return r;
}

void session_find(struct visit *v, bool touch) {
        _cleanup_(json_freep) struct json *answer = NULL;

        if (!guard_cookie(v->q->cookie, http_cookie_name(v->api->config), v->cookie)) {
                v->cookie[0] = '\0';
                return;
        }
        v->asked = ask_verb(
                v, "screen-look", &(struct ask_member){"session", v->cookie}, 1, touch, LOOK_MS, &answer);
        if (v->asked == 0 && json_get_bool(answer, "ok", false))
                v->session = take_ptr(answer);
}

/* ---- who may ---- */

/* The bench's screen stands at the bench: on this machine, or at the address that web.yaml gives it, which sees no other bench then. */
static bool is_at_place(const struct visit *v) {
        const struct web_config *c = v->api->config;
        bool is_given = false;

        for (size_t i = 0; i < c->n_screens; i++) {
                if (strcmp(c->screens[i].address, v->q->peer) != 0)
                        continue;
                if (strcmp(c->screens[i].bench, v->name) == 0)
                        return true;
                is_given = true;
        }
        return v->q->is_local && !is_given;
}

/* A board has no other right than to be one: no bench is seen from there for it. */
static bool is_ready_board(const struct visit *v) {
        const struct web_config *c = v->api->config;

        for (size_t i = 0; i < c->n_boards; i++)
                if (strcmp(c->boards[i], v->q->peer) == 0)
                        return true;
        return false;
}

static bool is_clerk(const char *role) {
        return strcmp(role, "clerk") == 0 || strcmp(role, "leader") == 0;
}

bool session_may(const struct visit *v, enum need need) {
        const char *role = json_get_string(v->session, "role", "");

        switch (need) {
        case NEED_NOTHING:
                return true;
        case NEED_PLACE:
                return v->session || is_at_place(v);
        case NEED_COUNTER:
                return is_clerk(role) || is_at_place(v);
        case NEED_READY_BOARD:
                return is_clerk(role) || is_ready_board(v);
        case NEED_CLERK:
                return is_clerk(role);
        case NEED_LEADER:
                return strcmp(role, "leader") == 0;
        case NEED_ENGINEER:
                return strcmp(role, "engineer") == 0;
        }
        return false;
}

static void make_token(const struct visit *v, const char *cookie, char token[SEAL_HASH_MAX]) {
        seal_lookup_hash(&v->api->tokens, cookie, strlen(cookie), token);
}

bool session_token_is_right(const struct visit *v) {
        char right[SEAL_HASH_MAX];
        unsigned differs = 0;

        if (!*v->cookie || !v->q->token || strlen(v->q->token) != SEAL_HASH_MAX - 1)
                return false;
        make_token(v, v->cookie, right);
        for (size_t i = 0; i < SEAL_HASH_MAX - 1; i++)
                differs |= (unsigned) (right[i] ^ v->q->token[i]);
        return differs == 0;
}

/* ---- the documents ---- */

static void write_session(struct visit *v, const char *cookie, const struct json *session) {
        _cleanup_str_ struct str text = STR_INIT;
        char token[SEAL_HASH_MAX], name[HUB_NAME_SIZE];
        struct json_writer w;

        make_token(v, cookie, token);
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_string(&w, "token", token);
        doc_local_time(&w, "now", stamp_now().wall_usec);
        json_write_string(&w, "site", v->api->config->site);
        json_write_string(&w, "station", v->api->config->station);
        json_write_array(&w, "benches");
        for (size_t i = 0; hub_name(v->api->hub, i, name); i++)
                if (name_is_valid(name))
                        json_write_string(&w, NULL, name);
        json_write_end_array(&w);
        json_write_array(&w, "counters");
        for (size_t i = 0; hub_name(v->api->hub, i, name); i++)
                if (*name == *HUB_COUNTER)
                        json_write_string(&w, NULL, name + 1);
        json_write_end_array(&w);
        json_write_bool(&w, "ready_board", v->api->config->has_ready_board);
        if (session) {
                json_write_object(&w, "person");
                json_write_string(&w, "person", json_get_string(session, "person", ""));
                json_write_string(&w, "call", json_get_string(session, "call", ""));
                json_write_string(&w, "role", json_get_string(session, "role", ""));
                json_write_string(&w, "lang", json_get_string(session, "lang", NULL));
                json_write_int(&w, "idle_s", json_get_int(session, "idle_s", 0));
                json_write_end_object(&w);
        } else {
                json_write_null(&w, "person");
        }
        json_write_end_object(&w);
        visit_json(v, 200, &text);
        if (strcmp(cookie, v->cookie) != 0)
                (void) copy_text(v->a->cookie, sizeof(v->a->cookie), cookie);
}

void session_get(struct visit *v) {
        char fresh[HEX_ID_MAX];

        if (!*v->cookie && hex_id_make(fresh) < 0)
                visit_fail(v, 503, "random", "no random numbers");
        else
                write_session(v, *v->cookie ? v->cookie : fresh, v->session);
}

/* What the station says, as a page tells it. */
static const struct refusal {
        const char *said, *error, *text;
        unsigned status;
} refusals[] = {
        {"badge: not known", "badge", "this badge is not known", 401},
        {"pin", "pin", "a PIN is wanted with it", 401},
        {"pin: wrong", "pin-wrong", "this PIN is wrong", 401},
        {"busy", "busy", "too many ask at once: again", 503},
};
static const struct refusal too_often = {"wait", "wait", "too many wrong ones: wait", 429},
                            no_badge = {"", "badge", "this is no badge", 401};

static void fail_enter(struct visit *v, const struct json *answer) {
        const char *said = json_get_string(answer, "error", "");
        int64_t wait_s = json_get_int(answer, "wait_s", 0);
        const struct refusal *why = wait_s > 0 ? &too_often : &no_badge;
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        for (size_t i = 0; wait_s == 0 && i < ELEMENTSOF(refusals); i++)
                if (strcmp(refusals[i].said, said) == 0)
                        why = &refusals[i];
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_string(&w, "error", why->error);
        json_write_string(&w, "text", why->text);
        json_write_int(&w, "wait_s", wait_s);
        json_write_end_object(&w);
        visit_json(v, why->status, &text);
}

/* As a scanner types it, or as a person reads it from the badge. */
static const char *without_prefix(const char *badge) {
        static const char prefix[] = "OKURU-P-";

        return strncmp(badge, prefix, strlen(prefix)) == 0 ? badge + strlen(prefix) : badge;
}

void session_enter(struct visit *v) {
        _cleanup_(json_freep) struct json *body = NULL, *answer = NULL;
        struct ask_member members[] = {{"badge", NULL}, {"pin", NULL}};
        const char *secret;

        if (json_parse(v->q->body, v->q->n_body, &body, NULL) < 0 || !json_get_string(body, "badge", NULL)) {
                visit_fail(v, 400, "body", "wanted {\"badge\":\"…\"}, with \"pin\" where there is one");
                return;
        }
        members[0].value = without_prefix(json_get_string(body, "badge", ""));
        members[1].value = json_get_string(body, "pin", NULL);
        if (ask_verb(v, "screen-enter", members, ELEMENTSOF(members), false, ENTER_MS, &answer) != 0) {
                visit_fail(v, 503, "station", "the station does not answer");
                return;
        }
        secret = json_get_string(answer, "session", "");
        if (hex_id_is_valid(secret))
                write_session(v, secret, answer);
        else
                fail_enter(v, answer);
}

void session_leave(struct visit *v) {
        _cleanup_(json_freep) struct json *answer = NULL;
        char fresh[HEX_ID_MAX];

        if (ask_verb(v, "screen-leave", &(struct ask_member){"session", v->cookie}, 1, false, LOOK_MS,
                    &answer) != 0)
                visit_fail(v, 503, "station", "the station does not answer");
        else if (hex_id_make(fresh) < 0)
                visit_fail(v, 503, "random", "no random numbers");
        else
                write_session(v, fresh, NULL);
}
