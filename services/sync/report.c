/* SPDX-License-Identifier: Apache-2.0 */
/* What we say of ourselves: `status` to the OMS, and a few words in inbox.db for those who look at this box. */
#include "firmware/base/log.h"
#include "firmware/store/cursor.h"
#include "firmware/store/log.h"
#include "firmware/views/databases.h"
#include "firmware/views/routes.h"
#include "services/sync/certificate.h"
#include "services/sync/sync-internal.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#define STATUS_EVERY_USEC (60 * USEC_PER_SEC)
#define BENCHES_MAX       64
#define ROUTES_DOWN_MAX   16
#define STATION_AWAY_USEC (150 * USEC_PER_SEC) /* it is asked each minute */

void report_begin(struct sync *s) {
        if (uuid_read_boot(s->boot_id) < 0)
                (void) copy_text(s->boot_id, sizeof(s->boot_id), "00000000-0000-0000-0000-000000000000");
        s->disk_free_percent = -1;
        (void) copy_text(s->broker_word, sizeof(s->broker_word), "not-yet");
        s->line_changed = true;
}

void report_end(struct sync *s) {
        s->notices = store_close(s->notices);
        free(s->benches);
        s->benches = NULL;
}

static int64_t age_of_oldest(struct sync *s, const struct feed *f, const struct stamp *now) {
        char time[TIME_TEXT_MAX];
        int64_t usec;

        if (f->up.head <= f->up.upto)
                return 0;
        if (facts_time_behind(s->facts, f->lane, f->up.upto, time) != 0 || time_parse(time, &usec, NULL) < 0)
                return -1;
        return now->wall_usec > usec ? (now->wall_usec - usec) / (int64_t) USEC_PER_SEC : 0;
}

static struct status_lane look_at_lane(struct sync *s, const struct feed *f, const struct stamp *now) {
        return (struct status_lane){
                .up = &f->up,
                .has_receiver = f->has_receiver,
                .oldest_sec = f->has_receiver ? age_of_oldest(s, f, now) : 0,
        };
}

static int64_t count_waiting(struct sync *s) {
        int64_t n;

        return facts_count_notices_waiting(s->facts, &n) == 0 ? n : -1;
}

/* Outcomes in notices.db that the station has not yet made facts of. */
static int64_t count_outcomes(struct sync *s) {
        int64_t head, done;

        if (!*s->config->notices)
                return -1;
        if (s->notices && store_reader_is_stale(s->notices))
                s->notices = store_close(s->notices);
        if (!s->notices && store_open_reader(&s->notices, s->config->notices, NOTICES_APPLICATION_ID,
                                   NOTICES_VERSION_MIN, NOTICES_VERSION_MAX, NULL) != 0)
                return -1;
        if (store_log_head(s->notices, &head) != 0 ||
                store_cursor_get(facts_store(s->facts), "notices", store_log_id(s->notices), &done) < 0)
                return -1;
        return head > done ? head - done : 0;
}

struct routes_down {
        struct json_writer w;
        int n;
};

static void on_route(const struct route_row *row, void *userdata) {
        struct routes_down *down = userdata;
        char since[TIME_TEXT_MAX];

        if ((strcmp(row->state, "down") != 0 && strcmp(row->state, "off") != 0) ||
                down->n++ == ROUTES_DOWN_MAX)
                return;
        json_write_object(&down->w, NULL);
        json_write_string(&down->w, "channel", row->channel);
        json_write_string(&down->w, "name", row->name);
        json_write_string(&down->w, "reason", row->reason);
        json_write_string(&down->w, "since", time_format(row->since_usec, 0, since));
        json_write_end_object(&down->w);
}

/* By which notices do not go: an office that hears us may be the first that can do something about it. */
static const char *look_at_routes(struct sync *s, struct str *out) {
        struct routes_down down = {0};
        int r;

        if (!s->notices)
                return NULL;
        json_writer_init(&down.w, out);
        json_write_array(&down.w, NULL);
        r = routes_read_from(s->notices, on_route, &down);
        json_write_end_array(&down.w);
        return r == 0 && out->error == 0 ? out->data : NULL;
}

/* The station judges it: it remembers what was, and is asked what its facts say. */
static void look_at_clock(struct sync *s, struct status_view *v) {
        struct clock_memory m;

        if (facts_clock(s->facts, &m) != 0)
                return;
        v->clock = clock_believe(&m, s->boot_id, &v->now);
        if (v->clock.quality == m.judged.quality && v->clock.why == m.judged.why)
                v->clock_since_usec = m.since_usec;
}

static struct status_view look(struct sync *s) {
        struct status_view v = {
                .config = s->config,
                .ledger = facts_ledger(s->facts),
                .inbox = inbox_id(s->inbox),
                .boot = s->boot_id,
                .now = stamp_now(),
                .taken = downlink_current(&s->down),
                .disk_free_percent = s->disk_free_percent,
                .intake_stopped = s->intake_stopped,
                .silent = s->silent,
                .certificate_end_usec = -1,
                .notices_waiting = count_waiting(s),
                .outcomes_waiting = count_outcomes(s),
                .benches = s->benches,
                .n_refused = s->n_retained + s->n_unreadable + s->n_strange + s->n_foreign + s->n_stopped,
                .n_foreign = s->n_foreign,
                .n_peers = peers_count(&s->peers, sync_now(s)),
                .n_peer_messages_refused = s->peers.n_refused + s->peers.n_flooded,
                .n_peer_claims_unknown = s->peers.n_unknown,
                .has_pictures = *s->config->pictures,
                .n_pictures_here = s->picture.list.n_here,
                .n_pictures_missing = pictures_missing(&s->picture.list),
                .n_pictures_refused = s->picture.n_refused,
        };

        v.booted_usec = v.now.wall_usec - (int64_t) v.now.boot_usec;
        look_at_clock(s, &v);
        v.fact = look_at_lane(s, &s->feeds[FEED_FACT], &v.now);
        v.trace = look_at_lane(s, &s->feeds[FEED_TRACE], &v.now);
        if (*s->config->cert && certificate_end_of_file(s->config->cert, &v.certificate_end_usec) < 0)
                v.certificate_end_usec = -1;
        return v;
}

int report_offline(struct sync *s, struct str *out) {
        struct status_view v = {
                .config = s->config,
                .ledger = facts_ledger(s->facts),
                .inbox = inbox_id(s->inbox),
                .boot = s->boot_id,
                .now = stamp_now(),
        };

        v.booted_usec = v.now.wall_usec - (int64_t) v.now.boot_usec;
        return status_write_offline(&v, out);
}

static int send_status(struct sync *s) {
        _cleanup_str_ struct str text = STR_INIT;
        _cleanup_str_ struct str routes = STR_INIT;
        struct status_view v = look(s);
        struct approvals approvals;
        int r;

        if (approvals_read(s->facts, v.now.wall_usec, &approvals) == 0)
                v.approvals = &approvals;
        v.routes_down = look_at_routes(s, &routes);
        r = status_write(&v, &text);

        return r < 0 ? r : link_publish(s->link, s->topics[TOPIC_STATUS], text.data, text.len, true, 0);
}

static int send_ask(struct sync *s) {
        _cleanup_str_ struct str text = STR_INIT;
        char id[UUID_TEXT_MAX];
        int r = uuid7_make(&s->uuids, stamp_now().wall_usec, id);

        if (r == 0)
                r = ask_write(id, "snapshot", &text);
        return r < 0 ? r : link_publish(s->link, s->topics[TOPIC_ASK], text.data, text.len, false, 0);
}

bool report_send(struct sync *s) {
        int r = 0;

        if (s->owes_status) {
                r = send_status(s);
                s->owes_status = r > 0; /* no memory: the next one comes in a minute */
        }
        if (r <= 0 && s->owes_ask) {
                r = send_ask(s);
                s->owes_ask = r > 0;
        }
        return r <= 0;
}

static void look_at_disk(struct sync *s) {
        const int stop = (int) s->config->intake_stop_percent;
        struct statvfs v;
        bool stopped;

        if (statvfs(s->config->folder, &v) < 0 || v.f_blocks == 0)
                return;
        s->disk_free_percent = (int) (v.f_bavail * 100 / v.f_blocks);
        /* The bench outlives the feed: what is free is kept for facts. Two percent apart, so that it does not flutter. */
        stopped = stop < 100 && 100 - s->disk_free_percent >= (s->intake_stopped ? stop - 2 : stop);
        if (stopped == s->intake_stopped)
                return;
        s->intake_stopped = stopped;
        s->line_changed = s->owes_status = true;
        log_warning("disk %d %% full: %s", 100 - s->disk_free_percent,
                stopped ? "no more commands are taken" : "commands are taken again");
}

/* Another judgement of the clock is news for whoever looks after the fleet. */
static void watch_clock(struct sync *s) {
        struct status_view v = {.now = stamp_now()};

        if (!s->facts)
                return;
        look_at_clock(s, &v);
        if (v.clock.why == s->clock_why)
                return;
        s->clock_why = v.clock.why;
        s->owes_status = true;
}

void report_on_tick(struct sync *s) {
        uint64_t now = sync_now(s);

        look_at_disk(s);
        watch_clock(s);
        if (now - s->status_usec < STATUS_EVERY_USEC)
                return;
        s->status_usec = now;
        s->owes_status = true;
        if (s->bell)
                bell_ask_status(s->bell);
}

/* ---- how the station is ---- */

static void keep_benches(struct sync *s, const struct json *status) {
        struct str text = STR_INIT;
        struct json_writer w;
        size_t n = 0;

        json_writer_init(&w, &text);
        json_write_array(&w, NULL);
        for (const struct json *b = json_first(json_get(status, "benches")); b && n < BENCHES_MAX;
                b = json_next(b), n++)
                json_write_string(&w, NULL, json_get_string(b, "bench", ""));
        json_write_end_array(&w);
        if (text.error) {
                str_deinit(&text);
                return;
        }
        free(s->benches);
        s->benches = NULL;
        if (str_take(&text, &s->benches) < 0)
                s->benches = NULL;
}

void report_on_station(const struct json *status, void *userdata) {
        struct sync *s = userdata;
        struct station_word before = s->station, *now = &s->station;

        keep_benches(s, status);
        *now = (struct station_word){.heard_usec = sync_now(s),
                .ill = (int64_t) json_size(json_get(status, "ill")) +
                       (json_get_int(status, "damaged", 0) != 0)};
        if (name_is_valid(json_get_string(status, "storage", "")))
                (void) copy_text(now->storage, sizeof(now->storage), json_get_string(status, "storage", ""));
        for (const struct json *d = json_first(json_get(status, "devices")); d; d = json_next(d))
                now->devices_down += !json_get_bool(d, "up", false);
        if (before.gone || before.heard_usec == 0 || before.ill != now->ill ||
                before.devices_down != now->devices_down || strcmp(before.storage, now->storage) != 0)
                s->peer.owes_standing = true;
}

void report_on_station_gone(void *userdata) {
        struct sync *s = userdata;

        if (s->station.gone)
                return;
        s->station.gone = s->peer.owes_standing = true;
}

int report_health(struct sync *s, struct str *out) {
        const struct status_view v = look(s);
        const struct station_word *station = &s->station;
        bool is_away = station->gone || sync_now(s) > station->heard_usec + STATION_AWAY_USEC;
        bool is_known = station->heard_usec != 0;
        const struct peer_health h = {
                .waiting = (int64_t) (v.fact.up->head - v.fact.up->upto),
                .oldest_sec = v.fact.oldest_sec,
                .notices = v.notices_waiting,
                .devices_down = is_known && !is_away ? station->devices_down : -1,
                .ill = is_known && !is_away ? station->ill : -1,
                .storage = is_away && (is_known || station->gone) ? "away"
                           : *station->storage                    ? station->storage
                                                                  : NULL,
                .clock = clock_quality_to_str(v.clock.quality),
                .office_silent = v.silent,
                .intake_stopped = v.intake_stopped,
        };

        return peer_health_write(&h, out);
}

/* ---- what those who look at this box are told ---- */

int report_put_line(struct sync *s) {
        const struct stamp now = stamp_now();
        const struct {
                const char *name, *value;
        } words[] = {
                {"broker", s->broker_word},
                {"office", s->silent ? "silent" : "answers"},
                {"intake", s->intake_stopped ? "stopped" : "open"},
        };
        char since[TIME_TEXT_MAX], clock[OFFICE_CLOCK_TEXT_MAX];
        int r = 0;

        (void) time_format(now.wall_usec, now.offset_sec, since);
        for (size_t i = 0; i < ELEMENTSOF(words) && r == 0; i++)
                r = inbox_put_line(s->inbox, words[i].name, words[i].value, since);
        if (r == 0 && s->office_clock.is_known) {
                office_clock_write(&s->office_clock, s->boot_id, clock);
                r = inbox_put_clock(s->inbox, clock);
        }
        return r;
}
