/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/incident.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/incident.h"
#include "firmware/domain/notice-fields.h"
#include "firmware/ledger/purge.h"

#define ASKS_MAX 4

struct incident_ask { /* token 0: free */
        uint64_t token;
        char actor[ID_SIZE];
        struct json *request;    /* owned */
        const struct json *next; /* the shipment whose turn it is; NULL: all had theirs */
        int n[N_INCIDENT_ENDS];
        bool is_in_group; /* facts of it are in the group in hand */
};

struct incidents {
        struct incident_ask asks[ASKS_MAX];
};

int incidents_new(struct station *s) {
        s->incidents = calloc(1, sizeof(*s->incidents));
        return s->incidents ? 0 : -ENOMEM;
}

static void forget(struct incident_ask *a) {
        (void) json_free(a->request);
        *a = (struct incident_ask){0};
}

struct incidents *incidents_free(struct incidents *i) {
        for (size_t k = 0; i && k < ASKS_MAX; k++)
                forget(&i->asks[k]);
        free(i);
        return NULL;
}

/* ---- answers ---- */

static void answer(struct station *s, struct incident_ask *a) {
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", true);
        for (int e = 0; e < N_INCIDENT_ENDS; e++)
                json_write_int(&w, incident_end_to_str((enum incident_end) e), a->n[e]);
        json_write_end_object(&w);
        if (line.error)
                callers_answer_error(s->callers, a->token, "out of memory");
        else
                callers_answer(s->callers, a->token, line.data);
        forget(a);
}

static void refuse(struct station *s, struct incident_ask *a, const char *error) {
        callers_answer_error(s->callers, a->token, error);
        forget(a);
}

void incidents_on_committed(struct station *s) {
        for (size_t i = 0; s->incidents && i < ASKS_MAX; i++) {
                struct incident_ask *a = &s->incidents->asks[i];

                a->is_in_group = false;
                if (a->token && !a->next)
                        answer(s, a);
        }
}

void incidents_on_lost(struct station *s) {
        for (size_t i = 0; s->incidents && i < ASKS_MAX; i++)
                if (s->incidents->asks[i].token)
                        refuse(s, &s->incidents->asks[i], "storage: full, not all of it is recorded");
}

/* ---- one after the other ---- */

struct call { /* one shipment on its way through the desk */
        const struct incident_ask *ask;
        const char *merchant, *shipment;
        enum incident_end end;
};

static int decide(
        void *userdata, const struct world *world, const struct stamp *now, struct fact_list *facts) {
        struct call *c = userdata;

        return incident_call(world, c->merchant, c->shipment, json_get(c->ask->request, "data"),
                STATION_OFFICE, c->ask->actor, now, facts, &c->end);
}

/* Return: 0, or -errno: the group is lost. */
static int take_next(struct station *s, struct incident_ask *a) {
        struct call c = {.ask = a,
                .merchant = json_string(json_at(a->next, 0)),
                .shipment = json_string(json_at(a->next, 1))};
        int r = desk_act(s->desk, decide, &c);

        if (r < 0)
                return r;
        if (r == DESK_E_UNDECIDED)
                c.end = INCIDENT_NOT_OURS;
        a->is_in_group |= c.end == INCIDENT_RESERVED || c.end == INCIDENT_ASKS;
        a->n[c.end]++;
        a->next = json_next(a->next);
        return 0;
}

int incidents_on_slice(struct station *s) {
        bool more = false;
        int r = 0;

        for (size_t i = 0; i < ASKS_MAX; i++) {
                struct incident_ask *a = &s->incidents->asks[i];

                while (a->token && a->next && r == 0 && !desk_slice_is_full(s->desk))
                        r = take_next(s, a);
                if (r < 0)
                        return r;
                if (a->token && !a->next && !a->is_in_group)
                        answer(s, a); /* what was reserved for it is on the disk */
                more |= a->token && a->next;
        }
        if (more) {
                desk_touch(
                        s->desk); /* the loop looks for scans before it goes on, also where nothing was to be written */
                desk_poke(s->desk);
        }
        return 0;
}

/* ---- asking ---- */

static bool is_list(const struct json *shipments) {
        if (json_type(shipments) != JSON_ARRAY || json_size(shipments) == 0 ||
                json_size(shipments) > INCIDENT_BATCH_MAX)
                return false;
        for (const struct json *e = json_first(shipments); e; e = json_next(e)) {
                const char *merchant = json_string(json_at(e, 0)), *shipment = json_string(json_at(e, 1));

                if (!merchant || !shipment || !name_is_valid(merchant) || !id_is_valid(shipment, ID_SIZE - 1))
                        return false;
        }
        return true;
}

/* The request is the caller's: what waits is a copy. Return: 0, -errno. */
static int keep(struct incident_ask *a, const struct request_caller *caller, const struct json *request,
        const char *actor) {
        _cleanup_str_ struct str text = STR_INIT;
        int r;

        json_print(request, &text);
        r = text.error ? text.error : json_parse(text.data, text.len, &a->request, NULL);
        if (r < 0)
                return r;
        (void) copy_text(a->actor, sizeof(a->actor), actor);
        a->next = json_first(json_get(a->request, "shipments"));
        a->token = caller->token;
        return 0;
}

void incidents_request(struct station *s, const struct request_caller *caller, const struct json *request,
        const char *actor) {
        struct incident_ask *free_one = NULL;
        struct diag d = {0};

        for (size_t i = 0; i < ASKS_MAX && !free_one; i++)
                if (!s->incidents->asks[i].token)
                        free_one = &s->incidents->asks[i];
        if (notice_fields_check(NOTICE_KIND_INCIDENT, json_get(request, "data"), &d) < 0) {
                char error[DIAG_TEXT_MAX * 2];

                (void) snprintf(error, sizeof(error), "%s: %s", d.key, d.text);
                callers_answer_error(s->callers, caller->token, error);
        } else if (!is_list(json_get(request, "shipments"))) {
                callers_answer_error(
                        s->callers, caller->token, "shipments: 1 to 100 pairs of merchant and shipment");
        } else if (s->fullness >= LEDGER_INTAKE_STOPPED) {
                callers_answer_error(s->callers, caller->token, "storage: too full to take anything in");
        } else if (!free_one) {
                callers_answer_error(s->callers, caller->token, "busy");
        } else if (keep(free_one, caller, request, actor) < 0) {
                callers_answer_error(s->callers, caller->token, "out of memory");
        } else {
                desk_poke(s->desk);
        }
}
