/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/write.h"

#include "firmware/base/time.h"

void write_time(struct json_writer *w, const char *key, int64_t wall_usec) {
        char text[TIME_TEXT_MAX];

        json_write_string(w, key, wall_usec ? time_format(wall_usec, 0, text) : NULL);
}

void write_parcel(struct json_writer *w, const struct standing_parcel *p) {
        json_write_string(w, "parcel", p->id);
        json_write_string(w, "merchant", p->merchant);
        json_write_string(w, "shipment", p->shipment);
        json_write_int(w, "piece", p->piece);
        json_write_int(w, "pieces", p->pieces);
        json_write_string(w, "state", p->state);
        write_time(w, "since", p->since_usec);
        json_write_string(w, "bench", p->bench);
        json_write_string(w, "actor", p->actor);
        json_write_string(w, "carrier", p->carrier);
        json_write_string(w, "number", p->number);
        if (*p->on_box)
                json_write_string(w, "number_on_box", p->on_box);
        json_write_string(w, "bay", p->bay);
        json_write_string(w, "shelf", p->shelf);
        json_write_string(w, "reason", p->reason);
        json_write_string(w, "pull", *p->pull_reason ? p->pull_reason : NULL);
        json_write_string(w, "how", p->how);
        json_write_bool(w, "unverified", p->unverified);
        json_write_bool(w, "partial", p->partial);
}

void write_notice(struct json_writer *w, const struct standing_notice *n) {
        json_write_string(w, "notice", n->id);
        json_write_string(w, "merchant", n->merchant);
        json_write_string(w, "shipment", n->shipment);
        json_write_string(w, "kind", n->kind);
        json_write_int(w, "generation", n->generation);
        json_write_string(w, "state", n->state);
        write_time(w, "not_before", n->not_before_usec);
        write_time(w, "expires", n->expires_usec);
        json_write_string(w, "channel", n->channel);
        json_write_int(w, "attempts", n->attempts);
        json_write_string(w, "reason", n->reason);
        json_write_bool(w, "correction", n->correction);
}

void write_fact(struct json_writer *w, const struct fact_row *row) {
        json_write_object(w, NULL);
        json_write_int(w, "pos", row->pos);
        json_write_string(w, "lane", lane_to_str(row->lane));
        json_write_int(w, "seq", (int64_t) row->seq);
        json_write_string(w, "id", row->id);
        json_write_string(w, "type", row->type);
        json_write_int(w, "v", row->v);
        json_write_string(w, "merchant", row->merchant);
        json_write_string(w, "subject", row->subject);
        json_write_string(w, "bench", row->bench);
        json_write_string(w, "actor", row->actor);
        json_write_string(w, "cause", row->cause);
        json_write_string(w, "time", row->time);
        json_write_string(w, "boot", row->boot);
        json_write_int(w, "mono", (int64_t) row->mono_usec);
        json_write_string(w, "clock", row->clock);
        json_write_raw(w, "data", row->data);
        json_write_end_object(w);
}
