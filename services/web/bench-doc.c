/* SPDX-License-Identifier: Apache-2.0 */
/* What a bench's screen has to show: what is shown, what is in hand, the last scans, the way up. */
#include <errno.h>
#include <string.h>

#include "services/web/picture.h"
#include "services/web/watch-internal.h"

#define LINES_MAX                                                                                            \
        60 /* of one shipment on one screen: open ones first is the page's; nobody reads more than these */

/* ---- in hand ---- */

struct hand {
        struct bench_state *bench;
        struct watch *watch;
        struct json_writer *w;
        char merchant[NAME_SIZE], shipment[ID_SIZE];
        bool found;
};

void doc_person(struct json_writer *w, const struct standing_bench *b) {
        if (!*b->person) {
                json_write_null(w, "person");
                return;
        }
        json_write_object(w, "person");
        json_write_string(w, "person", b->person);
        json_write_string(w, "call", *b->call ? b->call : b->person);
        json_write_string(w, "role", b->role);
        json_write_string(w, "lang", *b->lang ? b->lang : NULL);
        json_write_end_object(w);
}

static const char *tail_of(const char *number) {
        size_t n = strlen(number);

        return n > 4 ? number + n - 4 : number;
}

static void write_parcel(struct json_writer *w, const struct standing_bench *b, bool has_scanner) {
        if (!*b->parcel) {
                json_write_null(w, "parcel");
                return;
        }
        json_write_object(w, "parcel");
        json_write_string(w, "parcel", b->parcel);
        json_write_string(w, "shipment", b->shipment);
        json_write_string(w, "state", b->state);
        json_write_int(w, "piece", b->piece);
        json_write_int(w, "pieces", b->pieces);
        json_write_string(w, "number_end", tail_of(b->number));
        if (has_scanner)
                json_write_string(w, "number", b->number);
        json_write_end_object(w);
}

static int on_bench(const struct standing_bench *b, void *userdata) {
        struct hand *h = userdata;

        if (strcmp(b->bench, h->bench->name) != 0)
                return 0;
        h->found = true;
        (void) copy_text(h->merchant, sizeof(h->merchant), b->merchant);
        (void) copy_text(h->shipment, sizeof(h->shipment), b->shipment);
        doc_person(h->w, b);
        doc_merchant(h->w, "merchant", &h->watch->look.policy, b->merchant);
        write_parcel(h->w, b, json_get_bool(h->watch->status, "screen_scanner", false));
        return 1;
}

/* What the on-screen scanner of a demonstration can read; never else. */
static void write_code(struct json_writer *w, const struct line *l) {
        json_write_string(w, "code", json_get_string(json_first(l->codes), "code", NULL));
}

/* Where it is to be had; null while it is not, and the screen has a shape in its place. */
static void write_picture(struct hand *h, const struct line *l) {
        char path[64 + NAME_TEXT_MAX + PICTURE_NAME_MAX];
        bool is_here = picture_is_here(h->watch->config->pictures, l->picture);

        h->bench->lacks_pictures |= l->picture && !is_here;
        if (is_here)
                (void) snprintf(
                        path, sizeof(path), "/api/v1/bench/%s/pictures/%s", h->bench->name, l->picture);
        json_write_string(h->w, "picture", is_here ? path : NULL);
}

/* @nth: its place in the shipment, which stays when it is done. */
static void write_line(struct hand *h, const struct line *l, size_t nth, bool has_scanner) {
        static const char *const checks[] = {[CHECK_ITEM] = "item",
                [CHECK_SCAN] = "scan",
                [CHECK_CONFIRM] = "confirm",
                [CHECK_NONE] = "none"};
        struct json_writer *w = h->w;

        json_write_object(w, NULL);
        json_write_string(w, "line", l->id);
        json_write_int(w, "nth", (int64_t) nth);
        doc_names(w, "name", l->name_ja, l->name_en);
        doc_names(w, "label", l->label_ja, l->label_en);
        json_write_int(w, "quantity", l->quantity);
        json_write_int(w, "done", l->done);
        json_write_string(w, "check", checks[l->check]);
        json_write_bool(w, "serial", l->serial == SERIAL_REQUIRE);
        write_picture(h, l);
        if (has_scanner)
                write_code(w, l);
        json_write_end_object(w);
}

/* What is still open comes first, so that a long list loses only what is done. */
static void write_lines(struct hand *h, const struct shipment *s, bool has_scanner) {
        struct json_writer *w = h->w;
        size_t n = 0;

        json_write_array(w, "lines");
        for (int done = 0; done <= 1; done++)
                for (size_t i = 0; i < s->n_lines; i++) {
                        const struct line *l = &s->lines[i];
                        bool is_done = l->check == CHECK_NONE || l->done >= l->quantity;

                        if (is_done == (done == 1) && n++ < LINES_MAX)
                                write_line(h, l, i, has_scanner);
                }
        json_write_end_array(w);
        json_write_int(w, "n_lines", (int64_t) s->n_lines);
}

static void write_shipment(struct hand *h, const struct shipment *s) {
        struct watch *watch = h->watch;
        struct json_writer *w = h->w;
        struct carrier_policy carrier;

        policy_carrier(&watch->look.policy, s->merchant, s->carrier, &carrier);
        json_write_object(w, "goes");
        json_write_string(w, "carrier", s->carrier);
        doc_names(w, "name", carrier.name_ja, carrier.name_en);
        json_write_string(w, "bay", *s->bay ? s->bay : carrier.bay);
        json_write_bool(w, "held", s->held);
        json_write_bool(w, "cancelled", s->cancelled);
        json_write_string(w, "temperature", json_get_string(s->doc, "temperature", NULL));
        json_write_bool(w, "gift", json_type(json_get(s->doc, "gift")) == JSON_OBJECT);
        json_write_end_object(w);
        write_lines(h, s, json_get_bool(watch->status, "screen_scanner", false));
}

static int read_hand(struct watch *w, struct hand *h) {
        struct shipment s = {0};
        int r = standing_benches(w->look.standing, on_bench, h);

        if (r != 0 || !*h->shipment)
                return r;
        r = shipments_get(w->look.shipments, h->merchant, h->shipment, &s);
        if (r == 0)
                write_shipment(h, &s);
        shipment_deinit(&s);
        return r == STORE_E_NONE ? 0 : r;
}

static int on_bay(const struct standing_bay *b, void *userdata) {
        struct hand *h = userdata;

        json_write_object(h->w, NULL);
        json_write_string(h->w, "bay", b->bay);
        json_write_int(h->w, "ready", b->ready);
        json_write_int(h->w, "pull", b->pull);
        json_write_raw(h->w, "wish", *b->data ? b->data : "null");
        json_write_end_object(h->w);
        return 0;
}

int bench_doc_read(struct watch *w, struct bench_state *b) {
        _cleanup_str_ struct str work = STR_INIT;
        struct json_writer writer;
        struct hand h = {.bench = b, .watch = w, .w = &writer};
        int r;

        b->lacks_pictures = false;
        b->pictures_changed = w->pictures_changed;
        json_writer_init(&writer, &work);
        json_write_object(&writer, NULL);
        r = look_begin(&w->look);
        if (r == 0)
                r = look_end(&w->look, read_hand(w, &h));
        if (r == 0) {
                json_write_array(&writer, "bays");
                r = look_end(&w->look, standing_bays(w->look.standing, on_bay, &h));
                json_write_end_array(&writer);
        }
        json_write_end_object(&writer);
        if (work.error)
                return work.error;
        if (r != 0)
                return 0; /* not there, or just being replaced: what was read before stands a second longer */
        str_clear(&b->work);
        str_add(&b->work, work.data);
        b->is_work_old = false;
        b->work_usec = monotonic_usec();
        return b->work.error;
}

/* ---- the whole ---- */

void doc_office(struct json_writer *w, const struct office *o) {
        json_write_object(w, "office");
        json_write_bool(w, "known", o->is_known);
        json_write_bool(w, "up", o->is_up);
        json_write_string(w, "since", *o->since ? o->since : NULL);
        json_write_int(w, "waiting", o->n_waiting);
        json_write_string(w, "oldest", *o->oldest ? o->oldest : NULL);
        json_write_end_object(w);
}

void doc_station(struct json_writer *w, const struct watch *watch) {
        json_write_object(w, "station");
        json_write_bool(w, "up", watch->is_up);
        json_write_string(w, "site", watch->config->site);
        json_write_string(w, "station", watch->config->station);
        json_write_string(w, "storage", json_get_string(watch->status, "storage", NULL));
        json_write_string(w, "room", json_get_string(watch->status, "room", NULL));
        json_write_bool(w, "scanner", json_get_bool(watch->status, "screen_scanner", false));
        json_write_end_object(w);
}

static void write_devices(struct json_writer *w, const struct watch *watch, const char *bench) {
        json_write_array(w, "devices_down");
        for (const struct json *d = json_first(json_get(watch->status, "devices")); d; d = json_next(d)) {
                if (json_get_bool(d, "up", false) || strcmp(json_get_string(d, "bench", ""), bench) != 0)
                        continue;
                json_write_object(w, NULL);
                json_write_string(w, "name", json_get_string(d, "name", ""));
                json_write_string(w, "driver", json_get_string(d, "driver", ""));
                json_write_string(w, "reason", json_get_string(d, "reason", ""));
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

void bench_doc_scan(const struct json *verdict, int64_t wall_usec, struct str *out) {
        struct json_writer w;

        str_clear(out);
        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        doc_local_time(&w, "at", wall_usec);
        json_write_string(&w, "scanned", json_get_string(verdict, "scanned", NULL));
        json_write_string(&w, "kind", json_get_string(verdict, "kind", ""));
        json_write_string(&w, "light", json_get_string(verdict, "light", ""));
        json_write_value(&w, "head", json_get(verdict, "head"));
        json_write_value(&w, "sub", json_get(verdict, "sub"));
        json_write_end_object(&w);
}

void bench_doc_common(struct json_writer *w, const struct watch *watch, const struct bench_state *b) {
        json_write_string(w, "bench", b->name);
        doc_station(w, watch);
        doc_office(w, &watch->office);
        json_write_raw(w, "shown", b->shown.len ? b->shown.data : "null");
        json_write_int(w, "n_shown", b->n_shown);
        doc_local_time(w, "shown_at", b->shown_usec);
        write_devices(w, watch, b->name);
        json_write_array(w, "scans");
        for (unsigned i = 0; i < SCANS_MAX && i < b->n_scans; i++)
                json_write_raw(w, NULL, b->scans[(b->n_scans - 1 - i) % SCANS_MAX].data);
        json_write_end_array(w);
}

int bench_doc_write(const struct watch *w, const struct bench_state *b, struct str *out) {
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer, NULL);
        bench_doc_common(&writer, w, b);
        json_write_raw(&writer, "work", b->work.len ? b->work.data : "null");
        json_write_end_object(&writer);
        return out->error;
}
