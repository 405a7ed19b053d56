/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name and contact of who is served at a counter, for a clerk or a leader who presses for it:
 *
 *   {"verb":"screen-contact","session":"…","bench":"c1","merchant":"aozora","shipment":"S-1"}
 *     {"ok":true,"contact":{"name":"…","kana":"…","phone":"…","email":"…"}}, those that there are; never the pickup code
 *
 * Only of a shipment of the case that this counter has in hand. Who looked is a fact, committed before a word of it goes out; what was
 * shown is in no fact, log or status, and wiped here once it is told.
 */
#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/station/screens-internal.h"

void contact_forget(struct contact_ask *a) {
        if (a->answer.data)
                seal_wipe(a->answer.data, a->answer.len);
        str_deinit(&a->answer);
        *a = (struct contact_ask){0};
}

static bool is_served(const struct station *s, const struct contact_ask *a) {
        const struct pickup_memory *m = &desk_bench(s->desk, a->bench)->pickup;

        for (size_t i = 0; i < m->n_cases; i++)
                if (strcmp(m->cases[i].merchant, a->merchant) == 0 &&
                        strcmp(m->cases[i].shipment, a->shipment) == 0)
                        return true;
        return false;
}

static void write_contact(struct contact_ask *a, const struct json *doc) {
        static const char *const members[] = {"name", "kana", "phone", "email"};
        struct json_writer w;

        json_writer_init(&w, &a->answer);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", true);
        json_write_object(&w, "contact");
        for (size_t i = 0; i < ELEMENTSOF(members); i++)
                if (*json_get_string(doc, members[i], ""))
                        json_write_string(&w, members[i], json_get_string(doc, members[i], ""));
        json_write_end_object(&w);
        json_write_end_object(&w);
}

/* The box into ->answer. Return: 0; LEDGER_E_NONE there is none, or none that opens; -errno. */
static int open_box(struct station *s, struct contact_ask *a) {
        _cleanup_seal_plain_ struct seal_plain plain = {0};
        _cleanup_(json_freep) struct json *doc = NULL;
        struct ledger_sealed sealed;
        char ref[UUID_TEXT_MAX];
        int r = ledger_sealed_ref(s->ledger, "contact", a->merchant, a->shipment, ref);

        if (r == 0)
                r = ledger_sealed_get(s->ledger, ref, &sealed);
        if (r != 0)
                return r;
        r = s->keys ? seal_open(s->keys, sealed.box, sealed.n_box, &plain) : LEDGER_E_NONE;
        ledger_sealed_done(s->ledger);
        if (r != 0)
                return r < 0 ? r : LEDGER_E_NONE;
        if (json_parse(plain.bytes, plain.n, &doc, NULL) < 0)
                return LEDGER_E_NONE;
        write_contact(a, doc);
        json_wipe(doc);
        return a->answer.error;
}

static int note(struct station *s, const struct contact_ask *a) {
        struct stamp now = station_now(s);
        struct fact_list facts = {0};
        struct ledger_place place;
        struct fact_builder b;
        int r;

        fact_begin(&b, &facts, "contact.shown", a->merchant, a->shipment, desk_bench(s->desk, a->bench)->name,
                a->person, NULL);
        fact_end(&b);
        r = facts.error ? facts.error : ledger_append_all(s->ledger, &facts, &now, &place);
        fact_list_deinit(&facts);
        if (r == 0)
                desk_wrote(s->desk, place.pos);
        return r;
}

static int look(struct station *s, struct contact_ask *a) {
        int r;

        if (!is_served(s, a)) {
                callers_answer_error(s->callers, a->token, "contact: this one is not served here");
                contact_forget(a);
                return 0;
        }
        r = open_box(s, a);
        if (r == LEDGER_E_NONE) {
                callers_answer_error(s->callers, a->token, "contact: none is kept");
                contact_forget(a);
                return 0;
        }
        if (r == 0)
                r = note(s, a);
        a->is_noted = r == 0;
        return r > 0 ? -EIO : r;
}

int contact_on_slice(struct station *s) {
        int r = 0;

        for (size_t i = 0; i < CONTACT_ASKS_MAX && r == 0; i++) {
                struct contact_ask *a = &s->screens->contact_asks[i];

                if (a->token && !a->is_noted)
                        r = look(s, a);
        }
        return r;
}

void contact_on_committed(struct station *s) {
        for (size_t i = 0; s->screens && i < CONTACT_ASKS_MAX; i++) {
                struct contact_ask *a = &s->screens->contact_asks[i];

                if (!a->is_noted)
                        continue;
                callers_answer(s->callers, a->token, a->answer.data);
                contact_forget(a);
        }
}

void contact_on_lost(struct station *s) {
        for (size_t i = 0; s->screens && i < CONTACT_ASKS_MAX; i++) {
                struct contact_ask *a = &s->screens->contact_asks[i];

                if (!a->is_noted)
                        continue;
                callers_answer_error(s->callers, a->token, "storage: who looks cannot be recorded");
                contact_forget(a);
        }
}

static struct contact_ask *find_room(struct screens *screens) {
        for (size_t i = 0; i < CONTACT_ASKS_MAX; i++)
                if (!screens->contact_asks[i].token)
                        return &screens->contact_asks[i];
        return NULL;
}

void contact_request(struct station *s, const struct request_caller *caller, const struct json *request) {
        struct contact_ask *a = find_room(s->screens), ask = {.token = caller->token};
        const struct session *k = screens_at_counter(s, caller, request, &ask.bench);

        if (!k)
                return;
        if (!copy_text(ask.merchant, sizeof(ask.merchant), json_get_string(request, "merchant", "")) ||
                !copy_text(ask.shipment, sizeof(ask.shipment), json_get_string(request, "shipment", ""))) {
                callers_answer_error(s->callers, caller->token, "shipment: too long");
        } else if (!a) {
                callers_answer_error(s->callers, caller->token, "busy");
        } else {
                (void) copy_text(ask.person, sizeof(ask.person), k->person);
                *a = ask;
                desk_poke(s->desk);
        }
}
