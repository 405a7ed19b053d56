/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/status.h"

#include "firmware/base/json.h"
#include "firmware/domain/intake.h"

static void write_time(struct json_writer *w, const char *key, int64_t usec, int offset_sec) {
        char text[TIME_TEXT_MAX];

        json_write_string(w, key, time_format(usec, offset_sec, text));
}

static void write_lane(struct json_writer *w, const char *key, const struct status_lane *l) {
        json_write_object(w, key);
        json_write_int(w, "last", (int64_t) l->up->head);
        json_write_int(w, "applied", (int64_t) l->up->upto);
        json_write_string(w, "receiver", l->has_receiver ? "oms" : "local");
        json_write_known(w, "oldest_s", l->oldest_sec);
        if (l->up->verdict != UPLINK_FINE)
                json_write_string(w, "verdict", uplink_verdict_to_str(l->up->verdict));
        json_write_end_object(w);
}

static void write_head(struct json_writer *w, const struct status_view *v, bool online) {
        json_write_int(w, "v", 1);
        json_write_bool(w, "online", online);
        if (online)
                write_time(w, "at", v->now.wall_usec, v->now.offset_sec);
        json_write_string(w, "boot", v->boot);
        write_time(w, "booted", v->booted_usec, v->now.offset_sec);
        json_write_string(w, "ledger", v->ledger);
        json_write_string(w, "inbox", v->inbox);
        json_write_string(w, "version", OKURU_VERSION);
        json_write_string(w, "config", v->config->hash);
}

static void write_streams(struct json_writer *w, const struct status_view *v) {
        json_write_array(w, "understands");
        for (size_t i = 0; intake_type(i); i++) /* the OMS need not send it anything else */
                json_write_string(w, NULL, intake_type(i));
        json_write_end_array(w);
        if (*v->fact.up->receiver)
                json_write_string(w, "receiver", v->fact.up->receiver);
        json_write_object(w, "lanes");
        write_lane(w, "fact", &v->fact);
        write_lane(w, "trace", &v->trace);
        json_write_end_object(w);
        json_write_int(w, "taken", v->taken ? (int64_t) v->taken->committed : 0);
}

static void write_health(struct json_writer *w, const struct status_view *v) {
        json_write_object(w, "disk");
        json_write_known(w, "free_percent", v->disk_free_percent);
        json_write_bool(w, "intake_stopped", v->intake_stopped);
        json_write_end_object(w);
        json_write_string(w, "clock", clock_quality_to_str(v->clock.quality));
        json_write_string(w, "clock_why", clock_why_to_str(v->clock.why));
        if (v->clock_since_usec > 0)
                write_time(w, "clock_since", v->clock_since_usec, v->now.offset_sec);
        if (v->certificate_end_usec >= 0)
                write_time(w, "certificate_ends", v->certificate_end_usec, 0);
        json_write_known(w, "notices_waiting", v->notices_waiting);
        json_write_known(w, "outcomes_waiting", v->outcomes_waiting);
        if (v->approvals)
                approvals_write(v->approvals, &v->now, w, "approvals");
        if (v->routes_down)
                json_write_raw(w, "routes_down", v->routes_down);
        json_write_bool(w, "office_silent", v->silent);
        json_write_int(w, "refused", (int64_t) v->n_refused);
        json_write_int(w, "foreign", (int64_t) v->n_foreign);
        json_write_object(w, "peers");
        json_write_int(w, "heard", (int64_t) v->n_peers);
        json_write_int(w, "refused", (int64_t) v->n_peer_messages_refused);
        json_write_int(w, "unknown", (int64_t) v->n_peer_claims_unknown);
        json_write_end_object(w);
        if (v->has_pictures) {
                json_write_object(w, "pictures");
                json_write_int(w, "here", (int64_t) v->n_pictures_here);
                json_write_int(w, "missing", (int64_t) v->n_pictures_missing);
                json_write_int(w, "refused", (int64_t) v->n_pictures_refused);
                json_write_end_object(w);
        }
        if (v->benches)
                json_write_raw(w, "benches", v->benches);
}

int status_write(const struct status_view *v, struct str *out) {
        struct json_writer w;

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        write_head(&w, v, true);
        write_streams(&w, v);
        write_health(&w, v);
        json_write_end_object(&w);
        return out->error;
}

int status_write_offline(const struct status_view *v, struct str *out) {
        struct json_writer w;

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        write_head(&w, v, false);
        json_write_end_object(&w);
        return out->error;
}

int taken_write(const char *source, uint64_t upto, const char *inbox, struct str *out) {
        struct json_writer w;

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        if (source)
                json_write_string(&w, "source", source);
        json_write_int(&w, "upto", (int64_t) upto);
        json_write_string(&w, "inbox", inbox);
        json_write_end_object(&w);
        return out->error;
}

int ask_write(const char *id, const char *what, struct str *out) {
        struct json_writer w;

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_int(&w, "v", 1);
        json_write_string(&w, "id", id);
        json_write_string(&w, "what", what);
        json_write_end_object(&w);
        return out->error;
}
