/* SPDX-License-Identifier: Apache-2.0 */
/* What stations say of themselves: status, taken, ask. */
#include "firmware/base/log.h"
#include "firmware/base/time.h"
#include "services/oms/pictures.h"
#include "services/oms/serve-private.h"

#include <errno.h>
#include <string.h>

/* One small thing, in a transaction of its own. Return: 0 or -errno. */
static int write_alone(struct serve *s, int (*write)(struct serve *s, const void *what), const void *what) {
        int r = storage_begin(s->storage);

        if (r == 0)
                r = write(s, what);
        if (r == 0)
                return storage_commit(s->storage);
        storage_rollback(s->storage);
        return r;
}

/* ---- streams ---- */

int serve_refresh_streams(struct serve *s) {
        if (!storage_streams_changed(s->storage))
                return 0;
        for (size_t i = 0; i < s->fleet.stations.n; i++) {
                struct station *station = s->fleet.stations.items[i];
                struct storage_stream stream;
                int r = storage_get_stream(s->storage, station->name, &stream);

                if (r < 0)
                        return r;
                station_set_stream(station, r == 0 ? &stream : NULL, (unsigned) s->config->window);
        }
        return 0;
}

struct opening {
        const struct station *station;
        const char *inbox;
};

static int write_stream(struct serve *s, const void *what) {
        const struct opening *o = what;

        return storage_open_stream(s->storage, o->station->name, o->inbox, s->wall_usec);
}

static int load_stream(struct serve *s, struct station *station) {
        struct storage_stream stream;
        int r = storage_get_stream(s->storage, station->name, &stream);

        if (r == 0)
                station_set_stream(station, &stream, (unsigned) s->config->window);
        return r < 0 ? r : 0;
}

int serve_open_stream(struct serve *s, struct station *station, const char *inbox) {
        int r = station->stream.id == 0 ? load_stream(s, station) : 0;

        if (r < 0 || strcmp(station->stream.inbox, inbox) == 0)
                return r;
        serve_commit_facts(s); /* what it told last belongs into its snapshot */
        r = write_alone(s, write_stream, &(struct opening){.station = station, .inbox = inbox});
        return r < 0 ? r : load_stream(s, station);
}

/* ---- status ---- */

struct heard {
        const struct station *station;
        const struct link_message *message;
        const char *conflict, *text; /* NULL: none */
};

static int write_heard(struct serve *s, const void *what) {
        const struct heard *h = what;
        int r = storage_put_status(
                s->storage, h->station->name, h->message->payload, h->message->n, s->wall_usec);

        if (r == 0 && h->conflict)
                r = storage_add_conflict(
                        s->storage, h->station->name, h->conflict, "", "", h->text, s->wall_usec);
        return r;
}

/* A station that was told of more than we have: our database is an older one, and nobody has said so. */
static bool we_went_back(struct serve *s, const struct topic *topic, const struct status *status) {
        if (strcmp(status->receiver, storage_receiver(s->storage)) != 0)
                return false;
        return status->fact_applied > receiver_upto(s->receiver, topic, status->ledger, "fact") ||
               status->trace_applied > receiver_upto(s->receiver, topic, status->ledger, "trace");
}

static void judge_status(struct serve *s, const struct topic *topic, const struct status *status,
        struct station *station, struct heard *h) {
        bool was_online = presence_is_live(&station->presence.answered, s->now_usec);

        if (presence_hear(&station->presence, status, s->now_usec) == PRESENCE_E_TWO) {
                h->conflict = "two-ledgers";
                h->text = "two boxes are live under this name";
        } else if (we_went_back(s, topic, status)) {
                h->conflict = "receiver-went-back";
                h->text = "it was told of facts that are not here: say `okuru-oms restored` after a restore";
        }
        if (h->conflict)
                log_error("%s: %s", station->name, h->text);
        if (!was_online && status->online)
                window_rewind(&station->window); /* it was away: what was on its way is lost */
}

/* Where it stands, and what it should do. */
static int greet(struct serve *s, struct station *station, const struct status *status) {
        int r = receiver_greet(s->receiver, &station->topic, status->ledger, s->now_usec);

        if (r == 0 && *status->inbox)
                r = serve_open_stream(s, station, status->inbox);
        return r;
}

/* The broker kept it from a time that nobody can say is now: the box that lives says so within the minute. */
static bool is_of_the_past(const struct serve *s, const struct link_message *m, const struct status *status) {
        return m->retained && status->online && status->at_usec > 0 &&
               s->wall_usec - status->at_usec > (int64_t) PRESENCE_FRESH_USEC;
}

void serve_on_status(struct serve *s, const struct topic *topic, const struct link_message *m) {
        struct heard heard = {.message = m};
        struct station *station;
        struct status status;
        struct diag d = {0};
        int r = m->n == 0 ? -EBADMSG : status_read(m->payload, m->n, &status, &d);

        if (r == -EBADMSG) {
                serve_ignore(s, m->topic, &d);
                return;
        }
        if (r == 0 && is_of_the_past(s, m, &status))
                return;
        if (r == 0)
                r = fleet_get(&s->fleet, topic, &station);
        if (r == 0) {
                serve_commit_facts(s); /* so that the greeting says where we are */
                heard.station = station;
                judge_status(s, topic, &status, station, &heard);
                r = write_alone(s, write_heard, &heard);
        }
        if (r == 0 && status.online && presence_answers(&station->presence, status.ledger))
                r = greet(s, station, &status);
        if (r < 0)
                serve_fail(s, "status", r);
}

/* ---- taken ---- */

static int write_taken(struct serve *s, const void *what) {
        (void) what;
        for (size_t i = 0; i < s->fleet.stations.n; i++) {
                struct station *station = s->fleet.stations.items[i];
                int r;

                if (station->stream.id == 0 || station->taken_kept == station->window.taken)
                        continue;
                r = storage_take(s->storage, &station->stream, station->window.taken);
                if (r < 0)
                        return r;
        }
        return 0;
}

int serve_keep_taken(struct serve *s) {
        bool any = false;
        int r;

        for (size_t i = 0; i < s->fleet.stations.n; i++) {
                const struct station *station = s->fleet.stations.items[i];

                any |= station->stream.id != 0 && station->taken_kept != station->window.taken;
        }
        if (!any)
                return 0;
        r = write_alone(s, write_taken, NULL);
        for (size_t i = 0; i < s->fleet.stations.n && r == 0; i++) {
                struct station *station = s->fleet.stations.items[i];

                station->taken_kept = station->window.taken;
        }
        return r;
}

static bool is_our_stream(const struct serve *s, const char *source) {
        struct source read;

        return source_parse(source, &read) == 0 && read.kind == SOURCE_COMMANDS &&
               strcmp(read.log, storage_receiver(s->storage)) == 0;
}

/* Of two live boxes only one is obeyed: the one whose status names this inbox. Without a status every inbox is. */
static bool inbox_is_answered(const struct station *station, const char *inbox, uint64_t now_usec) {
        const struct presence_box *box = &station->presence.answered;

        return !presence_is_live(box, now_usec) || !*box->status.inbox ||
               strcmp(box->status.inbox, inbox) == 0;
}

static int write_beyond(struct serve *s, const void *what) {
        const struct station *station = what;

        return storage_add_conflict(s->storage, station->name, "receiver-went-back", "", "",
                "it took commands that are not here: say `okuru-oms restored` after a restore", s->wall_usec);
}

static int obey_taken(struct serve *s, struct station *station, const struct taken *taken) {
        int r = serve_open_stream(s, station, taken->inbox);

        if (r < 0)
                return r;
        station->taken_heard_usec = s->now_usec;
        if (!is_our_stream(s, taken->source))
                return 0; /* of another receiver, or of nobody: no news about this stream */
        if (window_on_taken(&station->window, taken->upto, s->now_usec) != WINDOW_E_BEYOND)
                return 0;
        log_error("%s: took command %llu of a stream that ends at %llu", station->name,
                (unsigned long long) taken->upto, (unsigned long long) station->window.head);
        return write_alone(s, write_beyond, station);
}

void serve_on_taken(struct serve *s, const struct topic *topic, const struct link_message *m) {
        struct station *station;
        struct taken taken;
        struct diag d = {0};
        int r;

        if (m->retained)
                return; /* nobody retains this */
        r = taken_read(m->payload, m->n, &taken, &d);
        if (r == -EBADMSG) {
                serve_ignore(s, m->topic, &d);
                return;
        }
        if (r == 0)
                r = fleet_get(&s->fleet, topic, &station);
        if (r == 0 && inbox_is_answered(station, taken.inbox, s->now_usec))
                r = obey_taken(s, station, &taken);
        if (r < 0)
                serve_fail(s, "taken", r);
}

/* ---- ask ---- */

struct ask {
        const struct station *station;
        const char *what, *code, *picture;
        int64_t page;
        bool ok;
        const char *reason;
};

/* A box that knows nothing asks as soon as it is up, and gets one anyhow because its inbox is new: one is enough. */
static int write_snapshot(struct serve *s, const char *station) {
        bool is_coming;
        int r = storage_snapshot_is_coming(s->storage, station, &is_coming);

        return r < 0 || is_coming ? r : storage_snapshot(s->storage, station, s->wall_usec);
}

static int write_asked(struct serve *s, const void *what) {
        struct ask *a = (struct ask *) what;
        int r = 0;

        if (strcmp(a->what, "snapshot") == 0)
                r = write_snapshot(s, a->station->name);
        else
                r = storage_send_by_code(s->storage, a->station->name, a->code, s->wall_usec);
        a->ok = r == 0;
        if (r == STORAGE_E_NONE)
                a->reason = "unknown";
        return r < 0 ? r : 0;
}

/* Pictures alone are answered here: nothing is written for them, and a station that lost an answer asks again. */
static void look_for_picture(const struct serve *s, struct ask *a, struct picture_page *found) {
        int r = pictures_read(s->config->pictures, a->picture, a->page, found);

        a->ok = r == 0;
        if (r != 0)
                a->reason = "unknown";
        if (r < 0)
                log_warning("picture %.12s…: %s", a->picture, strerror(-r));
}

static void write_picture(struct json_writer *w, const struct ask *a, const struct picture_page *found) {
        json_write_string(w, "picture", a->picture);
        json_write_int(w, "page", a->page);
        json_write_int(w, "pages", found->pages);
        json_write_string(w, "data", found->base64.data);
}

static int reply(struct serve *s, const struct topic *topic, const char *id, struct ask *a) {
        _cleanup_str_ struct str text = STR_INIT;
        struct picture_page found = {.base64 = STR_INIT};
        struct json_writer w;

        if (a->picture)
                look_for_picture(s, a, &found);

        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_int(&w, "v", 1);
        json_write_string(&w, "id", id);
        json_write_bool(&w, "ok", a->ok);
        if (!a->ok)
                json_write_string(&w, "reason", a->reason);
        else if (a->picture)
                write_picture(&w, a, &found);
        str_deinit(&found.base64);
        json_write_end_object(&w);
        return serve_publish(s, topic, TOPIC_REPLY, &text);
}

static bool is_over(const struct serve *s, const struct json *doc) {
        int64_t until;

        return time_parse(json_get_string(doc, "until", ""), &until, NULL) == 0 && until < s->wall_usec;
}

static const struct json_rule ask_rules[] = {
        {"id", JSON_WANT_ID, true, 1, 64},
        {"what", JSON_WANT_ID, true, 1, 32},
        {"code", JSON_WANT_STRING, false, 1, 64},
        {"picture", JSON_WANT_STRING, false, 64, 64},
        {"page", JSON_WANT_INT, false, 1, 9999},
        {"until", JSON_WANT_STRING, false, 0, TIME_TEXT_MAX},
};

void serve_on_ask(struct serve *s, const struct topic *topic, const struct link_message *m) {
        _cleanup_(json_freep) struct json *doc = NULL;
        struct ask ask = {.reason = "unknown-question"};
        struct station *station = NULL;
        struct diag d = {0};
        int r = json_parse(m->payload, m->n, &doc, &d);

        if (r == 0)
                r = json_check(doc, "", ask_rules, ELEMENTSOF(ask_rules), &d);
        if (r == -EBADMSG) {
                serve_ignore(s, m->topic, &d);
                return;
        }
        if (m->retained || is_over(s, doc))
                return;
        if (r == 0)
                r = fleet_get(&s->fleet, topic, &station);
        if (r < 0) {
                serve_fail(s, "ask", r);
                return;
        }
        ask.station = station;
        ask.what = json_get_string(doc, "what", "");
        ask.code = json_get_string(doc, "code", NULL);
        if (strcmp(ask.what, "picture") == 0) {
                ask.picture = json_get_string(doc, "picture", NULL);
                ask.page = json_get_int(doc, "page", 1);
        }
        if (strcmp(ask.what, "snapshot") == 0 || (strcmp(ask.what, "shipment") == 0 && ask.code)) {
                serve_commit_facts(s);
                r = serve_keep_taken(s); /* by which it knows what is still on its way */
                if (r == 0)
                        r = write_alone(s, write_asked, &ask);
        }
        if (r < 0)
                serve_fail(s, "ask", r);
        else
                (void) reply(s, topic, json_get_string(doc, "id", ""), &ask); /* may be lost */
}
