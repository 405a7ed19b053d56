/* SPDX-License-Identifier: Apache-2.0 */
/* What the floor's screen has to show: how the station is, what waits, what is stuck and what to do about it. */
#include <string.h>

#include "firmware/domain/notice-alarm.h"
#include "firmware/views/line.h"
#include "services/web/watch-internal.h"

#define ROWS_MAX    50                                 /* of one list; its count says how many there are */
#define STUCK_USEC  (30 * 60 * (int64_t) USEC_PER_SEC) /* a box that is open for so long is nobody's */
#define NOTICES_MAX 200                                /* newest that are looked through for failed ones */

struct rows {
        struct json_writer *w;
        struct watch *watch;
        int n;
        int64_t now_usec;
};

static bool is_room(struct rows *r) {
        return r->n++ < ROWS_MAX;
}

static int on_parcel(const struct standing_parcel *p, void *userdata) {
        struct rows *r = userdata;

        if (is_room(r))
                doc_parcel(r->w, p);
        return 0;
}

static int on_open(const struct standing_parcel *p, void *userdata) {
        struct rows *r = userdata;

        if (p->since_usec && r->now_usec - p->since_usec > STUCK_USEC && is_room(r))
                doc_parcel(r->w, p);
        return 0;
}

static int on_notice(const struct standing_notice *n, void *userdata) {
        struct rows *r = userdata;
        bool is_bad = strcmp(n->state, "failed") == 0 || strcmp(n->state, "unknown") == 0 ||
                      strcmp(n->state, "expired") == 0;

        if (is_bad && is_room(r))
                doc_notice(r->w, n);
        return 0;
}

static int on_owing(const struct standing_notice *n, void *userdata) {
        struct rows *r = userdata;

        if (is_room(r))
                doc_notice(r->w, n);
        return 0;
}

static int on_asking(const struct standing_asking *n, void *userdata) {
        struct rows *r = userdata;
        int64_t since_usec = 0;

        if (!is_room(r))
                return 0;
        (void) time_parse(n->since, &since_usec, NULL); /* "": not known */
        json_write_object(r->w, NULL);
        json_write_string(r->w, "notice", n->id);
        doc_merchant(r->w, "merchant", &r->watch->look.policy, n->merchant);
        json_write_string(r->w, "shipment", n->shipment);
        json_write_string(r->w, "kind", n->kind);
        json_write_string(r->w, "since", *n->since ? n->since : NULL);
        doc_local_time(r->w, "expires", n->expires_usec);
        doc_local_time(r->w, "urgent_from", notice_alarm_usec(since_usec, n->expires_usec));
        json_write_raw(r->w, "data", *n->data ? n->data : "null");
        json_write_end_object(r->w);
        return 0;
}

static int on_conflict(const struct standing_conflict *c, void *userdata) {
        struct rows *r = userdata;

        if (!is_room(r))
                return 0;
        json_write_object(r->w, NULL);
        json_write_string(r->w, "at", c->time);
        json_write_string(r->w, "merchant", c->merchant);
        json_write_string(r->w, "shipment", c->shipment);
        json_write_string(r->w, "kind", c->kind);
        json_write_string(r->w, "parcel", *c->parcel ? c->parcel : NULL);
        json_write_string(r->w, "text", c->text);
        json_write_end_object(r->w);
        return 0;
}

static int on_bay(const struct standing_bay *b, void *userdata) {
        struct rows *r = userdata;

        json_write_object(r->w, NULL);
        json_write_string(r->w, "bay", b->bay);
        json_write_int(r->w, "ready", b->ready);
        json_write_int(r->w, "pull", b->pull);
        json_write_raw(r->w, "wish", *b->data ? b->data : "null");
        json_write_end_object(r->w);
        return 0;
}

static int on_bench(const struct standing_bench *b, void *userdata) {
        struct rows *r = userdata;

        json_write_object(r->w, NULL);
        json_write_string(r->w, "bench", b->bench);
        json_write_string(r->w, "call", *b->call ? b->call : b->person);
        json_write_string(r->w, "role", b->role);
        doc_merchant(r->w, "merchant", &r->watch->look.policy, b->merchant);
        json_write_string(r->w, "shipment", *b->shipment ? b->shipment : NULL);
        json_write_string(r->w, "state", *b->state ? b->state : NULL);
        json_write_end_object(r->w);
        return 0;
}

/* ---- the station's own word ---- */

static void write_benches_shown(struct json_writer *w, const struct watch *watch) {
        json_write_array(w, "benches");
        for (size_t i = 0; i < watch->n_benches; i++) {
                const struct bench_state *b = &watch->benches[i];

                json_write_object(w, NULL);
                json_write_string(w, "bench", b->name);
                json_write_raw(w, "shown", b->shown.len ? b->shown.data : "null");
                doc_local_time(w, "shown_at", b->shown_usec);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

static void write_down(struct json_writer *w, const struct watch *watch) {
        json_write_array(w, "devices_down");
        for (const struct json *d = json_first(json_get(watch->status, "devices")); d; d = json_next(d))
                if (!json_get_bool(d, "up", false))
                        json_write_value(w, NULL, d);
        json_write_end_array(w);
        json_write_int(w, "n_devices", (int64_t) json_size(json_get(watch->status, "devices")));
}

static void write_ill(struct json_writer *w, const struct watch *watch) {
        static const char *const keys[] = {"clock", "ill", "version"};

        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (json_get(watch->status, keys[i]))
                        json_write_value(w, keys[i], json_get(watch->status, keys[i]));
        json_write_int(w, "damaged", json_get_int(watch->status, "damaged", 0));
}

/* ---- the others of the site, as sync heard them ---- */

static void on_peer(const struct line_peer *peer, void *userdata) {
        _cleanup_(json_freep) struct json *health = NULL;
        struct json_writer *w = userdata;

        json_write_object(w, NULL);
        json_write_string(w, "station", peer->station);
        json_write_string(w, "heard", peer->heard);
        json_write_bool(w, "now", peer->now);
        if (*peer->health && json_parse(peer->health, strlen(peer->health), &health, NULL) == 0)
                json_write_value(w, "health", health);
        else
                json_write_null(w, "health");
        json_write_end_object(w);
}

static void write_stations(struct json_writer *w, const struct watch *watch) {
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer rows;
        int r = 0;

        json_writer_init(&rows, &text);
        json_write_array(&rows, NULL);
        if (*watch->config->inbox)
                r = line_read_peers(watch->config->inbox, stamp_now().wall_usec, on_peer, &rows, NULL);
        json_write_end_array(&rows);
        json_write_raw(w, "stations", r == 0 && !text.error ? text.data : "null");
}

/* ---- from the ledger ---- */

static int write_parcels(struct rows *r, const char *key, enum standing_which which, standing_parcel_fn fn) {
        struct rows rows = *r;
        int result;

        json_write_array(r->w, key);
        result = standing_parcels(r->watch->look.standing, which, fn, &rows);
        json_write_end_array(r->w);
        return result;
}

static int write_notices(struct rows *r) {
        struct standing *s = r->watch->look.standing;
        struct rows bad = *r, owing = *r, asking = *r;
        int result;

        json_write_array(r->w, "notices");
        result = standing_notices(s, NOTICES_MAX, on_notice, &bad);
        json_write_end_array(r->w);
        json_write_array(r->w, "corrections");
        if (result == 0)
                result = standing_notices_owing(s, on_owing, &owing);
        json_write_end_array(r->w);
        json_write_array(r->w, "asking");
        if (result == 0)
                result = standing_notices_asking(s, on_asking, &asking);
        json_write_end_array(r->w);
        return result;
}

static int write_counts(struct rows *r) {
        struct standing_counts c = {0};
        int result = standing_count(r->watch->look.standing, &c);

        json_write_object(r->w, "counts");
        json_write_int(r->w, "open", c.open);
        json_write_int(r->w, "parked", c.parked);
        json_write_int(r->w, "ready", c.ready);
        json_write_int(r->w, "pulled", c.pulled);
        json_write_int(r->w, "pull", c.pull);
        json_write_int(r->w, "notices_waiting", c.notices_waiting);
        json_write_int(r->w, "notices_asking", c.notices_asking);
        json_write_int(r->w, "corrections", c.corrections);
        json_write_int(r->w, "conflicts", c.conflicts);
        json_write_end_object(r->w);
        return result;
}

static int write_lists(struct rows *r) {
        struct standing *s = r->watch->look.standing;
        struct rows conflicts = *r;
        int result = write_counts(r);

        json_write_array(r->w, "people");
        if (result == 0)
                result = standing_benches(s, on_bench, r);
        json_write_end_array(r->w);
        json_write_array(r->w, "bays");
        if (result == 0)
                result = standing_bays(s, on_bay, r);
        json_write_end_array(r->w);
        if (result == 0)
                result = write_parcels(r, "pull", STANDING_PULL, on_parcel);
        if (result == 0)
                result = write_parcels(r, "pulled", STANDING_PULLED, on_parcel);
        if (result == 0)
                result = write_parcels(r, "parked", STANDING_PARKED, on_parcel);
        if (result == 0)
                result = write_parcels(r, "stuck", STANDING_OPEN, on_open);
        if (result == 0)
                result = write_notices(r);
        if (result != 0)
                return result;
        json_write_array(r->w, "conflicts");
        result = standing_conflicts(s, on_conflict, &conflicts);
        json_write_end_array(r->w);
        return result;
}

/* Members in an object of their own: what broke off in the middle must not be told. */
static int read_lists(struct watch *w, struct str *out) {
        struct json_writer writer;
        struct rows r = {.w = &writer, .watch = w, .now_usec = stamp_now().wall_usec};
        int result = look_begin(&w->look);

        if (result != 0)
                return result;
        json_writer_init(&writer, out);
        json_write_object(&writer, NULL);
        result = look_end(&w->look, write_lists(&r));
        if (result == 0)
                json_write_end_object(&writer);
        return result == 0 ? out->error : result;
}

int floor_doc_write(struct watch *w, struct str *out) {
        _cleanup_str_ struct str lists = STR_INIT;
        bool has_lists = read_lists(w, &lists) == 0;
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer, NULL);
        doc_station(&writer, w);
        doc_office(&writer, &w->office);
        write_ill(&writer, w);
        write_benches_shown(&writer, w);
        write_down(&writer, w);
        write_stations(&writer, w);
        tally_write(&w->tally, &writer, "tally", stamp_now().wall_usec);
        json_write_raw(&writer, "lists", has_lists ? lists.data : "null");
        json_write_end_object(&writer);
        return out->error;
}
