/* SPDX-License-Identifier: Apache-2.0 */
/* What a screen asks the station to do: one request, answered after its commit. */
#include <errno.h>
#include <string.h>

#include "firmware/base/time.h"
#include "firmware/base/uuid.h"
#include "services/web/api-internal.h"
#include "services/web/ask.h"

#define ACT_MS 8000 /* the station says amber after 2 s; whoever waits longer looks at the bench */

static void fail_ask(struct visit *v, int r) {
        if (r == ASK_E_SILENT)
                visit_fail(v, 504, "unknown", "no answer yet: look at the bench before doing it again");
        else
                visit_fail(v, 503, "station", "the station does not answer: nothing was done");
}

/* Return: what the station says, with "ok"; NULL: it was said to @v why not. @line is wiped. */
static struct json *ask(struct visit *v, const struct str *line) {
        _cleanup_(json_freep) struct json *answer = NULL;
        int r = line->error ? line->error : screen_ask(v->api->config->socket, line->data, ACT_MS, &answer);

        seal_wipe(line->data, line->len);
        if (r != 0)
                fail_ask(v, r);
        else if (!json_get_bool(answer, "ok", false))
                visit_fail(v, 403, "refused", json_get_string(answer, "error", "refused"));
        else
                return take_ptr(answer);
        return NULL;
}

/* One that ask_and_say() ends; between the two come the fields of its own. @session: NULL: nobody's. */
static void begin(struct json_writer *w, struct str *line, const char *verb, const char *session) {
        json_writer_init(w, line);
        json_write_object(w, NULL);
        json_write_string(w, "verb", verb);
        if (session)
                json_write_string(w, "session", session);
}

/* Return: whether the station did it; its answer, or why not, is said to @v. */
static bool ask_and_say(struct visit *v, struct json_writer *w, const struct str *line) {
        _cleanup_(json_freep) struct json *answer = NULL;
        _cleanup_str_ struct str text = STR_INIT;

        json_write_end_object(w);
        answer = ask(v, line);
        if (!answer)
                return false;
        json_print(answer, &text);
        json_wipe(answer);
        visit_json(v, 200, &text);
        return true;
}

/* @session: NULL: nobody's. @key: of what is done: "code", or "text" that is searched for. */
static void scan(struct visit *v, const char *verb, const char *session, const char *key) {
        _cleanup_(json_freep) struct json *body = NULL;
        _cleanup_str_ struct str line = STR_INIT;
        const char *code;
        struct json_writer w;

        if (json_parse(v->q->body, v->q->n_body, &body, NULL) < 0 ||
                !(code = json_get_string(body, key, NULL))) {
                visit_fail(v, 400, "body", "wanted {\"code\":\"…\"}, or of a search {\"text\":\"…\"}");
                return;
        }
        begin(&w, &line, verb, session);
        json_write_string(&w, "bench", v->name);
        json_write_string(&w, key, code);
        (void) ask_and_say(v, &w, &line); /* @v has it either way */
}

/*
 * Name and contact of who is served. Asked for by one press, answered once: it is in no document, no stream and no store of the browser's.
 */
void act_counter_contact(struct visit *v) {
        _cleanup_(json_freep) struct json *body = NULL;
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        if (json_parse(v->q->body, v->q->n_body, &body, NULL) < 0 ||
                !json_get_string(body, "shipment", NULL)) {
                visit_fail(v, 400, "body", "wanted {\"merchant\":\"…\",\"shipment\":\"…\"}");
                return;
        }
        begin(&w, &line, "screen-contact", v->cookie);
        json_write_string(&w, "bench", v->name);
        json_write_string(&w, "merchant", json_get_string(body, "merchant", ""));
        json_write_string(&w, "shipment", json_get_string(body, "shipment", ""));
        if (ask_and_say(v, &w, &line))
                v->a->is_private = true;
}

/* A leader's word on a notice that waits for it. The station looks at the role once more, and names that leader in the fact. */
void act_floor_notice(struct visit *v) {
        _cleanup_(json_freep) struct json *body = NULL;
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        if (json_parse(v->q->body, v->q->n_body, &body, NULL) < 0 || !json_get_string(body, "notice", NULL) ||
                json_type(json_get(body, "approve")) != JSON_BOOL) {
                visit_fail(v, 400, "body", "wanted {\"notice\":\"…\",\"approve\":true}");
                return;
        }
        begin(&w, &line, "screen-judge", v->cookie);
        json_write_string(&w, "notice", json_get_string(body, "notice", ""));
        json_write_bool(&w, "approve", json_get_bool(body, "approve", false));
        (void) ask_and_say(v, &w, &line); /* @v has it either way */
}

/* What it would say, for the same one. Asked for when somebody opens it: it is in no document and no stream. */
void act_floor_words(struct visit *v) {
        const char *notice = http_query(v->q, "notice");
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        if (!notice || !uuid_is_valid(notice)) {
                visit_fail(v, 400, "notice", "wanted ?notice= with its id");
                return;
        }
        begin(&w, &line, "screen-words", v->cookie);
        json_write_string(&w, "notice", notice);
        (void) ask_and_say(v, &w, &line); /* @v has it either way */
}

/* Is it one that the ready-board shows? @v->api->look's lock is held. */
static int is_ready(struct visit *v, const char *merchant, const char *shipment) {
        struct look *l = &v->api->look;
        struct shipment s = {0};
        bool is = false;
        int r = look_begin(l);

        if (r == 0)
                r = shipments_get(l->shipments, merchant, shipment, &s);
        for (size_t i = 0; r == 0 && i < s.n_parcels; i++)
                is |= s.parcels[i].state == PARCEL_SHELVED;
        is = is && s.at_counter.is_ready && !s.held && !s.cancelled;
        shipment_deinit(&s);
        return r == STORE_E_NONE ? 0 : look_end(l, r) != 0 ? -EIO : is;
}

/*
 * Somebody is asked to come: nothing of it is recorded, so it is not the station's. {"end": true} takes it back.
 */
void act_counter_call(struct visit *v) {
        _cleanup_(json_freep) struct json *body = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        const char *merchant, *shipment;
        int r = json_parse(v->q->body, v->q->n_body, &body, NULL);

        merchant = json_get_string(body, "merchant", "");
        shipment = json_get_string(body, "shipment", "");
        if (r < 0 || !name_is_valid(merchant) || !id_is_valid(shipment, ID_SIZE - 1)) {
                visit_fail(v, 400, "body", "wanted {\"merchant\":\"…\",\"shipment\":\"…\"}");
                return;
        }
        if (!v->api->config->has_ready_board) {
                visit_fail(v, 404, "off", "web.yaml has no ready_board");
                return;
        }
        (void) pthread_mutex_lock(&v->api->lock);
        r = is_ready(v, merchant, shipment);
        (void) pthread_mutex_unlock(&v->api->lock);
        if (r < 0) {
                visit_fail(v, 503, "storage", "the ledger cannot be read now");
                return;
        }
        if (r == 0) {
                visit_fail(v, 409, "not-ready", "it does not wait for its customer");
                return;
        }
        if (json_get_bool(body, "end", false))
                calls_end(v->api->calls, merchant, shipment);
        else
                calls_put(v->api->calls, merchant, shipment, v->name, monotonic_usec());
        str_add(&text, "{\"ok\":true}");
        visit_json(v, 200, &text);
}

/* The on-screen scanner of a demonstration. Whether there is one is the station's to say. */
void act_scan(struct visit *v) {
        scan(v, "screen-scan", NULL, "code");
}

/* Words that find a customer: the end of a telephone number, a name. */
void act_counter_find(struct visit *v) {
        scan(v, "screen-counter", v->cookie, "text");
}

/* What the box of a counter's screen was told. Whose session it is, and what that one may, is the station's to say. */
void act_counter_scan(struct visit *v) {
        scan(v, "screen-counter", v->cookie, "code");
}
