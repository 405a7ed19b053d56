/* SPDX-License-Identifier: Apache-2.0 */
/* okuru shipment: what was asked for, what is packed, which parcels, which notices; by its id or any code that opens it. */
#include "firmware/base/say.h"
#include "firmware/cli/look.h"
#include "firmware/cli/table.h"
#include "firmware/cli/write.h"
#include "firmware/views/shipments.h"

#include <string.h>

#define FOUND_MAX 16

struct found {
        char merchant[NAME_SIZE], shipment[ID_SIZE], state[16], bench[NAME_SIZE];
        bool gone;
        int64_t at_usec;
};
struct search {
        const char *merchant; /* NULL: of any */
        struct found found[FOUND_MAX];
        size_t n;
};

static bool is_there(const struct search *s, const struct standing_match *m) {
        for (size_t i = 0; i < s->n; i++)
                if (strcmp(s->found[i].merchant, m->merchant) == 0 &&
                        strcmp(s->found[i].shipment, m->shipment) == 0)
                        return true;
        return false;
}

/* Several codes and parcels may lead to the same shipment. */
static int on_match(const struct standing_match *m, void *userdata) {
        struct search *s = userdata;
        struct found *f = &s->found[s->n];

        if ((s->merchant && strcmp(s->merchant, m->merchant) != 0) || is_there(s, m))
                return 0;
        if (s->n == FOUND_MAX)
                return 1;
        *f = (struct found){.gone = m->gone, .at_usec = m->at_usec};
        (void) copy_text(
                f->merchant, sizeof(f->merchant), m->merchant); /* all are of the tables' own sizes */
        (void) copy_text(f->shipment, sizeof(f->shipment), m->shipment);
        (void) copy_text(f->state, sizeof(f->state), m->state);
        (void) copy_text(f->bench, sizeof(f->bench), m->bench);
        s->n++;
        return 0;
}

/* ---- for people ---- */

struct lists {
        struct table parcels, notices;
        struct json_writer *w; /* for JSON; NULL for people */
};

static int on_parcel(const struct standing_parcel *p, void *userdata) {
        struct lists *l = userdata;
        struct table *t = &l->parcels;
        char since[MOMENT_MAX];

        if (l->w) {
                json_write_object(l->w, NULL);
                write_parcel(l->w, p);
                json_write_end_object(l->w);
                return 0;
        }
        table_cellf(t, "%d/%d", p->piece, p->pieces);
        table_cell(t, p->state);
        table_cell(t, moment(p->since_usec, since));
        table_cell(t, p->bench);
        table_cell(t, *p->shelf ? p->shelf : p->bay);
        table_cell(t, *p->on_box ? p->on_box : p->number);
        table_cell(t, p->id);
        table_cell(t, *p->pull_reason ? p->pull_reason : p->reason);
        return t->error;
}

static int on_notice(const struct standing_notice *n, void *userdata) {
        struct lists *l = userdata;
        struct table *t = &l->notices;
        char due[MOMENT_MAX];

        if (l->w) {
                json_write_object(l->w, NULL);
                write_notice(l->w, n);
                json_write_end_object(l->w);
                return 0;
        }
        table_cell(t, n->kind);
        table_cellf(t, "%s%s", n->state, n->correction ? ", owes a correction" : "");
        table_cell(t, moment(n->not_before_usec, due));
        table_cell(t, n->channel);
        table_cell(t, n->reason);
        return t->error;
}

static void print_head(const struct shipment *s) {
        _cleanup_str_ struct str text = STR_INIT;
        const struct json *doc = s->doc;
        const char *between = "";
        _cleanup_str_ struct str orders = STR_INIT;

        for (const struct json *o = json_first(json_get(doc, "orders")); o; o = json_next(o)) {
                str_addf(&orders, "%s%s", between, json_string(o) ? json_string(o) : "");
                between = ", ";
        }
        say_field(&text, "shipment", "%s %s", s->merchant, s->id);
        say_field(&text, "version", "%lld, label %lld, contact %lld", (long long) s->version,
                (long long) s->label_version, (long long) s->contact_version);
        say_field(&text, "orders", "%s", orders.data ? orders.data : "");
        say_field(&text, "goes by", "%s%s%s", s->carrier, *s->bay ? ", bay " : "", s->bay);
        say_field(&text, "HELD", "%s", !s->held ? "" : *s->reason ? s->reason : "no reason given");
        say_field(&text, "CANCELLED", "%s", !s->cancelled ? "" : *s->reason ? s->reason : "no reason given");
        if (!doc)
                say_field(&text, "UNVERIFIED", "no shipment of this name has come from the OMS");
        (void) fputs(text.data ? text.data : "", stdout);
}

static int print_lines(const struct shipment *s) {
        static const char *const heads[] = {"LINE", "DONE", "OF", "NAME", NULL};
        _cleanup_(table_deinit) struct table t;

        table_init(&t, heads);
        for (size_t i = 0; i < s->n_lines; i++) {
                const struct line *l = &s->lines[i];

                table_cell(&t, l->id);
                table_cellf(&t, "%d", l->done);
                table_cellf(&t, "%d", l->quantity);
                table_cell(&t, l->name_ja);
        }
        if (t.n_cells > 0)
                (void) printf("\n");
        return table_print(&t, stdout);
}

static int print_table(const struct table *t) {
        if (t->n_cells > 0)
                (void) printf("\n");
        return table_print(t, stdout);
}

static int print_shipment(struct look *look, const struct shipment *s) {
        static const char *const parcel_heads[] = {
                "PIECE", "STATE", "SINCE", "BENCH", "WHERE", "NUMBER", "PARCEL", "WHY", NULL};
        static const char *const notice_heads[] = {"NOTICE", "STATE", "NOT BEFORE", "CHANNEL", "WHY", NULL};
        struct lists l = {0};
        int r;

        table_init(&l.parcels, parcel_heads);
        table_init(&l.notices, notice_heads);
        r = standing_parcels_of(look->standing, s->merchant, s->id, on_parcel, &l);
        if (r == 0)
                r = standing_notices_of(look->standing, s->merchant, s->id, on_notice, &l);
        if (r == 0) {
                print_head(s);
                r = print_lines(s);
        }
        if (r == 0)
                r = print_table(&l.parcels);
        if (r == 0)
                r = print_table(&l.notices);
        table_deinit(&l.parcels);
        table_deinit(&l.notices);
        return r;
}

/* ---- for programs ---- */

static void write_lines(struct json_writer *w, const struct shipment *s) {
        json_write_array(w, "lines");
        for (size_t i = 0; i < s->n_lines; i++) {
                const struct line *l = &s->lines[i];

                json_write_object(w, NULL);
                json_write_string(w, "line", l->id);
                json_write_int(w, "quantity", l->quantity);
                json_write_int(w, "done", l->done);
                json_write_string(w, "name_ja", l->name_ja);
                json_write_string(w, "name_en", l->name_en);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

static int write_shipment(struct look *look, const struct shipment *s) {
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;
        struct lists l = {.w = &w};
        int r;

        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_string(&w, "merchant", s->merchant);
        json_write_string(&w, "shipment", s->id);
        json_write_bool(&w, "gone", false);
        json_write_int(&w, "version", s->version);
        json_write_int(&w, "label_version", s->label_version);
        json_write_int(&w, "contact_version", s->contact_version);
        json_write_string(&w, "carrier", s->carrier);
        json_write_string(&w, "bay", s->bay);
        json_write_bool(&w, "held", s->held);
        json_write_bool(&w, "cancelled", s->cancelled);
        json_write_bool(&w, "known", s->doc != NULL);
        if (json_get(s->doc, "orders"))
                json_write_value(&w, "orders", json_get(s->doc, "orders"));
        write_lines(&w, s);
        json_write_array(&w, "parcels");
        r = standing_parcels_of(look->standing, s->merchant, s->id, on_parcel, &l);
        json_write_end_array(&w);
        json_write_array(&w, "notices");
        if (r == 0)
                r = standing_notices_of(look->standing, s->merchant, s->id, on_notice, &l);
        json_write_end_array(&w);
        json_write_end_object(&w);
        if (r == 0 && !line.error)
                say_json(&line);
        return r != 0 ? r : line.error;
}

/* ---- both ---- */

static void tell_gone(const struct found *f, bool json) {
        _cleanup_str_ struct str text = STR_INIT;
        char at[MOMENT_MAX];
        struct json_writer w;

        if (!json) {
                say_field(&text, "shipment", "%s %s", f->merchant, f->shipment);
                say_field(&text, "state", "%s %s%s%s, long ago: only this is still known", f->state,
                        moment(f->at_usec, at), *f->bench ? " at bench " : "", f->bench);
                (void) fputs(text.data ? text.data : "", stdout);
                return;
        }
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_string(&w, "merchant", f->merchant);
        json_write_string(&w, "shipment", f->shipment);
        json_write_bool(&w, "gone", true);
        json_write_string(&w, "state", f->state);
        write_time(&w, "since", f->at_usec);
        json_write_end_object(&w);
        say_json(&text);
}

static int tell(struct look *look, struct shipments *shipments, const struct found *f, bool json) {
        _cleanup_(shipment_deinit) struct shipment s = {0};
        int r;

        if (f->gone) {
                tell_gone(f, json);
                return 0;
        }
        r = shipments_get(shipments, f->merchant, f->shipment, &s);
        if (r != 0)
                return r;
        return json ? write_shipment(look, &s) : print_shipment(look, &s);
}

static int tell_all(struct look *look, const struct invocation *in, struct search *search) {
        _cleanup_(shipments_closep) struct shipments *shipments = NULL;
        int r = standing_find(look->standing, in->words[in->n_words - 1], on_match, search);

        if (r == 0)
                r = shipments_open(&shipments, look->facts);
        for (size_t i = 0; r == 0 && i < search->n; i++) {
                if (i > 0 && !in->options->json)
                        (void) printf("\n");
                r = tell(look, shipments, &search->found[i], in->options->json);
        }
        return r;
}

int verb_shipment(const struct invocation *in) {
        struct search search = {.merchant = in->n_words == 2 ? in->words[0] : NULL};
        struct look look = {0};
        int code = look_open(&look, in);

        if (code == VERB_OK)
                code = look_end(&look, tell_all(&look, in, &search));
        if (code == VERB_OK && search.n == 0)
                code = say_failed("%s: no shipment has this id or code", in->words[in->n_words - 1]);
        look_deinit(&look);
        return code;
}
