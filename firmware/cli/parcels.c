/* SPDX-License-Identifier: Apache-2.0 */
/* okuru parcels and okuru parcel: where a parcel is, since when, and how it came there. */
#include "firmware/base/say.h"
#include "firmware/cli/facts-print.h"
#include "firmware/cli/list.h"
#include "firmware/cli/look.h"
#include "firmware/cli/table.h"
#include "firmware/cli/write.h"

#include <string.h>

/* ---- lists ---- */

/* A pull task stands on a ready parcel, so among all of them it would come twice. */
static const struct {
        const char *name;
        enum standing_which which;
} places[] = {
        {"open", STANDING_OPEN},
        {"parked", STANDING_PARKED},
        {"pull", STANDING_PULL},
        {"ready", STANDING_READY},
        {"pulled", STANDING_PULLED},
        {"expected", STANDING_EXPECTED},
        {"arrived", STANDING_ARRIVED},
        {"shelved", STANDING_SHELVED},
        {"missing", STANDING_MISSING},
        {"expired", STANDING_EXPIRED},
};

static const char *place_of(const struct standing_parcel *p) {
        if (strcmp(p->state, "parked") == 0 || strcmp(p->state, "shelved") == 0 ||
                strcmp(p->state, "missing") == 0 || strcmp(p->state, "expired") == 0)
                return p->shelf;
        return strcmp(p->state, "ready") == 0 ? p->bay : p->bench;
}

static int on_parcel(const struct standing_parcel *p, void *userdata) {
        struct list *l = userdata;
        struct table *t = &l->table;
        char since[MOMENT_MAX];

        if (l->json) {
                struct json_writer w;

                list_begin_row(l, &w);
                write_parcel(&w, p);
                return list_end_row(l, &w);
        }
        table_cell(t, p->state);
        table_cell(t, place_of(p));
        table_cell(t, moment(p->since_usec, since));
        table_cell(t, p->merchant);
        table_cell(t, p->shipment);
        table_cellf(t, "%d/%d", p->piece, p->pieces);
        table_cell(t, *p->on_box ? p->on_box : p->number); /* what a person looks for on the floor */
        table_cell(t, p->id);
        table_cell(t, *p->pull_reason ? p->pull_reason : p->reason);
        return t->error;
}

int verb_parcels(const struct invocation *in) {
        static const char *const heads[] = {
                "STATE", "WHERE", "SINCE", "MERCHANT", "SHIPMENT", "PIECE", "NUMBER", "PARCEL", "WHY", NULL};
        struct list list;
        struct look look = {0};
        int code = look_open(&look, in), r = 0;

        list_init(&list, heads, in->options->json);
        for (size_t i = 0; code == VERB_OK && r == 0 && i < ELEMENTSOF(places); i++)
                if (in->options->where ? strcmp(in->options->where, places[i].name) == 0
                                       : places[i].which != STANDING_PULL)
                        r = standing_parcels(look.standing, places[i].which, on_parcel, &list);
        if (code == VERB_OK)
                code = look_end(&look, r);
        look_deinit(&look);
        list_print(&list, code == VERB_OK);
        list_deinit(&list);
        return code;
}

/* ---- one ---- */

struct found {
        char merchant[NAME_SIZE], shipment[ID_SIZE], parcel[UUID_TEXT_MAX];
        char state[16], bench[NAME_SIZE];
        bool dead, gone, by_parcel;
        int64_t at_usec;
};
#define FOUND_MAX 16

struct search {
        struct found found[FOUND_MAX];
        size_t n;
};

static int on_match(const struct standing_match *m, void *userdata) {
        struct search *s = userdata;
        struct found *f = &s->found[s->n];

        if (strcmp(m->by, "number") != 0 && strcmp(m->by, "parcel") != 0)
                return 0;
        if (s->n == FOUND_MAX)
                return 1;
        *f = (struct found){.dead = m->dead, .gone = m->gone, .at_usec = m->at_usec};
        (void) copy_text(
                f->merchant, sizeof(f->merchant), m->merchant); /* all are of the tables' own sizes */
        (void) copy_text(f->shipment, sizeof(f->shipment), m->shipment);
        (void) copy_text(f->parcel, sizeof(f->parcel), m->parcel);
        (void) copy_text(f->state, sizeof(f->state), m->state);
        (void) copy_text(f->bench, sizeof(f->bench), m->bench);
        s->n++;
        return 0;
}

struct detail {
        const struct found *found;
        struct str text;
        struct json_writer w;
        bool json, seen;
};

static int on_own(const struct standing_parcel *p, void *userdata) {
        struct detail *d = userdata;
        char since[MOMENT_MAX];

        if (strcmp(p->id, d->found->parcel) != 0)
                return 0;
        d->seen = true;
        if (d->json) {
                write_parcel(&d->w, p);
                return 1;
        }
        say_field(&d->text, "parcel", "%s", p->id);
        say_field(&d->text, "of", "%s %s, piece %d/%d", p->merchant, p->shipment, p->piece, p->pieces);
        say_field(&d->text, "state", "%s since %s%s%s%s%s", p->state, moment(p->since_usec, since),
                *p->how ? ", " : "", p->how, p->unverified ? ", unverified" : "",
                p->partial ? ", partial" : "");
        say_field(&d->text, "waybill", "%s%s%s", p->carrier, *p->number ? " " : "", p->number);
        if (*p->on_box && strcmp(p->on_box, p->number) != 0)
                say_field(&d->text, "on box", "%s, which is no longer its own", p->on_box);
        say_field(&d->text, "bench", "%s%s%s", p->bench, *p->actor ? ", by " : "", p->actor);
        say_field(&d->text, "bay", "%s", p->bay);
        say_field(&d->text, "shelf", "%s", p->shelf);
        say_field(&d->text, "PULL", "%s", p->pull_reason);
        say_field(&d->text, "why", "%s", p->reason);
        return 1;
}

static int on_history(const struct fact_row *row, void *userdata) {
        struct detail *d = userdata;

        if (d->json)
                write_fact(&d->w, row);
        else
                facts_print_row(&d->text, row);
        return d->text.error;
}

static void tell_without_parcel(struct detail *d) {
        const struct found *f = d->found;
        char at[MOMENT_MAX];

        if (d->json) {
                json_write_string(&d->w, "parcel", *f->parcel ? f->parcel : NULL);
                json_write_string(&d->w, "merchant", f->merchant);
                json_write_string(&d->w, "shipment", f->shipment);
                json_write_string(&d->w, "state", *f->state ? f->state : NULL);
                json_write_string(&d->w, "bench", f->bench);
                write_time(&d->w, "since", f->at_usec);
                return;
        }
        say_field(&d->text, "of", "%s %s", f->merchant, f->shipment);
        if (f->gone)
                say_field(&d->text, "state", "%s %s at bench %s, long ago: only this is still known",
                        f->state, moment(f->at_usec, at), *f->bench ? f->bench : "-");
        if (f->dead)
                say_field(&d->text, "waybill", "this number is dead: it was replaced, or voided");
        else if (!f->gone)
                say_field(&d->text, "waybill", "this number is given; no box is begun for it");
}

static int tell(struct look *look, struct detail *d) {
        const struct found *f = d->found;
        int r = 0;

        if (*f->parcel && !f->gone)
                r = standing_parcels_of(look->standing, f->merchant, f->shipment, on_own, d);
        if (!d->seen)
                tell_without_parcel(d);
        if (d->json) {
                json_write_bool(&d->w, "dead", f->dead);
                json_write_bool(&d->w, "gone", f->gone);
                json_write_array(&d->w, "history");
        }
        if (r == 0 && d->seen)
                r = facts_read_of(look->facts, f->merchant, f->parcel, on_history, d);
        if (d->json)
                json_write_end_array(&d->w);
        return r;
}

static int print_found(struct look *look, const struct found *f, bool json) {
        struct detail d = {.found = f, .json = json};
        int r;

        json_writer_init(&d.w, &d.text);
        if (json)
                json_write_object(&d.w, NULL);
        r = tell(look, &d);
        if (json)
                json_write_end_object(&d.w);
        if (r == 0 && json)
                say_json(&d.text);
        else if (r == 0)
                (void) fputs(d.text.data ? d.text.data : "", stdout);
        str_deinit(&d.text);
        return r;
}

int verb_parcel(const struct invocation *in) {
        struct look look = {0};
        struct search search = {0};
        int code = look_open(&look, in), r = 0;

        if (code == VERB_OK)
                r = standing_find(look.standing, in->words[0], on_match, &search);
        for (size_t i = 0; code == VERB_OK && r == 0 && i < search.n; i++)
                r = print_found(&look, &search.found[i], in->options->json);
        if (code == VERB_OK && r == 0 && search.n == 0)
                code = say_failed("%s: no parcel has this id or number", in->words[0]);
        else if (code == VERB_OK)
                code = look_end(&look, r);
        look_deinit(&look);
        return code;
}
