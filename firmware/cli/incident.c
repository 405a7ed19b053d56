/* SPDX-License-Identifier: Apache-2.0 */
/*
 * okuru notices incident: the lorry has broken down, the line is down, and a leader tells the customers. Whom it concerns is looked up
 * here, beside the station; whether each is told the station decides.
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/say.h"
#include "firmware/base/time.h"
#include "firmware/cli/incident-tell.h"
#include "firmware/cli/look.h"
#include "firmware/cli/table.h"
#include "firmware/cli/when.h"
#include "firmware/domain/notice-fields.h"
#include "firmware/views/concern.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SINCE_DEFAULT_USEC (24LL * 3600 * (int64_t) USEC_PER_SEC)
#define SHOWN_MAX          5

struct call {
        const struct options *options;
        struct concern_scope scope;
        struct json *data;         /* owned: what is said */
        struct shipment_ref *refs; /* owned: who is to be told, by merchant */
        size_t n, size, n_merchants;
        char orders[SHOWN_MAX][ID_SIZE]; /* of the first of them */
        int64_t n_known, n_not_ours, n_over;
};

static void call_deinit(struct call *c) {
        (void) json_free(c->data);
        free(c->refs);
}

/* ---- what was asked for ---- */

static int refuse(const char *option, const char *text) {
        (void) say_failed("--%s: %s", option, text);
        return VERB_USAGE;
}

static void write_text(struct json_writer *w, const char *key, const char *text, const char *english) {
        if (!english) {
                json_write_string(w, key, text);
                return;
        }
        json_write_object(w, key);
        json_write_string(w, "ja", text);
        json_write_string(w, "en", english);
        json_write_end_object(w);
}

/* "data.next_by" of the check is --next-by here. */
static int refuse_field(const struct diag *d) {
        char option[32] = "";
        const char *at = strncmp(d->key, "data.", 5) == 0 ? d->key + 5 : d->key;

        for (size_t i = 0; i + 1 < sizeof(option) && at[i] && at[i] != '.'; i++)
                option[i] = (char) (at[i] == '_' ? '-' : at[i]);
        return refuse(option, d->text);
}

static int read_said(struct call *c) {
        const struct options *o = c->options;
        _cleanup_str_ struct str text = STR_INIT;
        char next_by[TIME_TEXT_MAX];
        struct json_writer w;
        struct diag d = {0};
        int64_t usec;
        int code = when_read("next-by", o->next_by, &usec, next_by);

        if (code != VERB_OK)
                return code;
        if (usec <= stamp_now().wall_usec)
                return refuse("next-by", "has passed: until when will they hear from us again?");
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        write_text(&w, "cause", o->cause, o->cause_en);
        write_text(&w, "action", o->action, o->action_en);
        json_write_string(&w, "next_by", next_by);
        json_write_end_object(&w);
        if (text.error || json_parse(text.data, text.len, &c->data, NULL) < 0)
                return refuse("cause, --action", "UTF-8 text");
        return notice_fields_check(NOTICE_KIND_INCIDENT, c->data, &d) < 0 ? refuse_field(&d) : VERB_OK;
}

static int read_scope(struct call *c) {
        const struct options *o = c->options;
        struct concern_scope *s = &c->scope;
        int code = VERB_OK;

        *s = (struct concern_scope){.carrier = o->carrier,
                .bay = o->bay ? o->bay : "",
                .merchant = o->merchant ? o->merchant : "",
                .until_usec = stamp_now().wall_usec};
        if (!name_is_valid(s->carrier))
                return refuse("carrier", "not a name");
        if (*s->bay && !name_is_valid(s->bay))
                return refuse("bay", "not a name");
        if (*s->merchant && !name_is_valid(s->merchant))
                return refuse("merchant", "not a name");
        s->since_usec = s->until_usec - SINCE_DEFAULT_USEC;
        if (o->until)
                code = when_read("until", o->until, &s->until_usec, NULL);
        if (code == VERB_OK && o->since)
                code = when_read("since", o->since, &s->since_usec, NULL);
        if (code == VERB_OK && s->since_usec >= s->until_usec)
                code = refuse("since", "must be before --until");
        return code;
}

/* ---- whom it concerns ---- */

static int keep(struct call *c, const struct concern *found) {
        struct shipment_ref *ref;

        if (c->n == c->size) {
                size_t size = c->size ? 2 * c->size : 256;
                void *refs = reallocarray(c->refs, size, sizeof(*c->refs));

                if (!refs)
                        return -ENOMEM;
                c->refs = refs;
                c->size = size;
        }
        if (c->n == 0 || strcmp(c->refs[c->n - 1].merchant, found->merchant) != 0)
                c->n_merchants++;
        if (c->n < SHOWN_MAX)
                (void) copy_text(c->orders[c->n], ID_SIZE, found->order);
        ref = &c->refs[c->n++];
        return copy_text(ref->merchant, sizeof(ref->merchant), found->merchant) &&
                               copy_text(ref->shipment, sizeof(ref->shipment), found->shipment)
                       ? 0
                       : -EBADMSG;
}

/* The station will judge the same way; this is for who reads before. */
static int on_concern(const struct concern *found, void *userdata) {
        _cleanup_(json_freep) struct json *said = NULL;
        struct call *c = userdata;

        if (found->cancelled) {
                c->n_over++;
                return 0;
        }
        if (strcmp(found->owner, "station") != 0) {
                c->n_not_ours++;
                return 0;
        }
        if (*found->said && json_parse(found->said, strlen(found->said), &said, NULL) == 0 &&
                notice_says_the_same(said, c->data)) {
                c->n_known++;
                return 0;
        }
        return keep(c, found);
}

/* ---- what is said of it ---- */

static void print_left_out(int64_t known, int64_t not_ours, int64_t over) {
        if (known > 0)
                (void) printf("%" PRId64 " had been told this before\n", known);
        if (not_ours > 0)
                (void) printf("%" PRId64
                              " not told from here: the office has not left incidents to this station "
                              "(notices of the shipment)\n",
                        not_ours);
        if (over > 0)
                (void) printf("%" PRId64 " cancelled, and not told\n", over);
}

static void print_json(const struct call *c, const struct incident_told *told) {
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_bool(&w, "done", told != NULL);
        json_write_int(&w, "shipments", (int64_t) c->n);
        json_write_int(&w, "merchants", (int64_t) c->n_merchants);
        for (int e = 0; told && e < N_INCIDENT_ENDS; e++)
                if (e == INCIDENT_RESERVED || e == INCIDENT_ASKS)
                        json_write_int(&w, incident_end_to_str((enum incident_end) e), told->n[e]);
        json_write_int(&w, "known", c->n_known + (told ? told->n[INCIDENT_KNOWN] : 0));
        json_write_int(&w, "not_ours", c->n_not_ours + (told ? told->n[INCIDENT_NOT_OURS] : 0));
        json_write_int(&w, "over", c->n_over + (told ? told->n[INCIDENT_OVER] : 0));
        json_write_end_object(&w);
        if (!line.error)
                say_json(&line);
}

static void print_ask(const struct call *c) {
        static const char *const heads[] = {"MERCHANT", "SHIPMENT", "ORDER", NULL};
        char since[MOMENT_MAX], until[MOMENT_MAX];
        struct table t;

        (void) printf("left with %s or ready for it, from %s to %s: %zu shipment%s of %zu merchant%s would "
                      "be told\n",
                c->scope.carrier, moment(c->scope.since_usec, since), moment(c->scope.until_usec, until),
                c->n, c->n == 1 ? "" : "s", c->n_merchants, c->n_merchants == 1 ? "" : "s");
        table_init(&t, heads);
        for (size_t i = 0; i < c->n && i < SHOWN_MAX; i++) {
                table_cell(&t, c->refs[i].merchant);
                table_cell(&t, c->refs[i].shipment);
                table_cell(&t, c->orders[i]);
        }
        (void) table_print(&t, stdout);
        table_deinit(&t);
        if (c->n > SHOWN_MAX)
                (void) printf("and %zu more\n", c->n - SHOWN_MAX);
        print_left_out(c->n_known, c->n_not_ours, c->n_over);
        (void) printf("nothing was done%s\n", c->n > 0 ? ": the same with --yes tells them" : "");
}

static void print_told(const struct call *c, const struct incident_told *told) {
        (void) printf("%" PRId64 " will be told\n", told->n[INCIDENT_RESERVED]);
        if (told->n[INCIDENT_ASKS] > 0)
                (void) printf("%" PRId64 " wait for a leader's yes: okuru notices, okuru notices approve\n",
                        told->n[INCIDENT_ASKS]);
        print_left_out(c->n_known + told->n[INCIDENT_KNOWN], c->n_not_ours + told->n[INCIDENT_NOT_OURS],
                c->n_over + told->n[INCIDENT_OVER]);
}

static int tell(const struct call *c, const struct setup *setup) {
        struct incident_told told = {0};
        struct diag d = {0};
        int r = incident_tell(setup, c->options->badge, c->data, c->refs, c->n, &told, &d);

        if (r < 0) {
                (void) say_failure(&d);
                return say_failed("%" PRId64
                                  " of %zu are certain to be told; the same again tells the rest, and nobody "
                                  "twice",
                        told.n[INCIDENT_RESERVED] + told.n[INCIDENT_ASKS], c->n);
        }
        if (c->options->json)
                print_json(c, &told);
        else
                print_told(c, &told);
        return VERB_OK;
}

static int answer(const struct call *c, const struct setup *setup) {
        if (c->n + (size_t) (c->n_known + c->n_not_ours + c->n_over) == 0)
                return say_failed(
                        "--carrier, --since: %s has taken nothing since then, and nothing waits for it",
                        c->scope.carrier);
        if (c->options->yes)
                return tell(c, setup);
        if (c->options->json)
                print_json(c, NULL);
        else
                print_ask(c);
        return VERB_OK;
}

int verb_notices_incident(const struct invocation *in) {
        _cleanup_(call_deinit) struct call c = {.options = in->options};
        struct look look = {0};
        int code = read_said(&c);

        if (code == VERB_OK)
                code = read_scope(&c);
        if (code != VERB_OK)
                return code;
        code = look_open(&look, in);
        if (code == VERB_OK)
                code = look_end(&look, concern_read(look.facts, &c.scope, on_concern, &c));
        if (code == VERB_OK)
                code = answer(&c, &look.setup);
        look_deinit(&look);
        return code;
}
