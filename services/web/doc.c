/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/doc.h"

#include <time.h>

#include "firmware/base/crc32c.h"
#include "firmware/base/time.h"

#include <string.h>

void doc_time(struct json_writer *w, const char *key, int64_t wall_usec, int offset_sec) {
        char text[TIME_TEXT_MAX];

        json_write_string(w, key, wall_usec ? time_format(wall_usec, offset_sec, text) : NULL);
}

void doc_local_time(struct json_writer *w, const char *key, int64_t wall_usec) {
        time_t sec = (time_t) (wall_usec / (int64_t) USEC_PER_SEC);
        struct tm local = {0};

        (void) localtime_r(&sec, &local);
        doc_time(w, key, wall_usec, (int) local.tm_gmtoff);
}

void doc_names(struct json_writer *w, const char *key, const char *ja, const char *en) {
        json_write_object(w, key);
        json_write_string(w, "ja", ja);
        json_write_string(w, "en", en);
        json_write_end_object(w);
}

void doc_merchant(struct json_writer *w, const char *key, const struct policy *p, const char *merchant) {
        const struct json *name = json_get(policy_merchant(p, merchant), "name");
        const char *ja = json_get_string(name, "ja", merchant);

        if (!*merchant) {
                json_write_null(w, key);
                return;
        }
        json_write_object(w, key);
        json_write_string(w, "merchant", merchant);
        doc_names(w, "name", ja, json_get_string(name, "en", ja));
        json_write_string(w, "colour", json_get_string(policy_merchant(p, merchant), "colour", NULL));
        json_write_int(w, "hue", crc32c(0, merchant, strlen(merchant)) % 360);
        json_write_end_object(w);
}

void doc_parcel(struct json_writer *w, const struct standing_parcel *p) {
        json_write_object(w, NULL);
        json_write_string(w, "parcel", p->id);
        json_write_string(w, "merchant", p->merchant);
        json_write_string(w, "shipment", p->shipment);
        json_write_int(w, "piece", p->piece);
        json_write_int(w, "pieces", p->pieces);
        json_write_string(w, "state", p->state);
        doc_time(w, "since", p->since_usec, p->since_offset_sec);
        json_write_string(w, "bench", p->bench);
        json_write_string(w, "carrier", p->carrier);
        json_write_string(w, "number", *p->on_box ? p->on_box : p->number);
        json_write_string(w, "bay", p->bay);
        json_write_string(w, "shelf", p->shelf);
        json_write_string(w, "reason", *p->pull_reason ? p->pull_reason : p->reason);
        json_write_end_object(w);
}

void doc_notice(struct json_writer *w, const struct standing_notice *n) {
        json_write_object(w, NULL);
        json_write_string(w, "notice", n->id);
        json_write_string(w, "merchant", n->merchant);
        json_write_string(w, "shipment", n->shipment);
        json_write_string(w, "kind", n->kind);
        json_write_string(w, "state", n->state);
        json_write_string(w, "channel", n->channel);
        json_write_string(w, "reason", n->reason);
        json_write_int(w, "attempts", n->attempts);
        json_write_bool(w, "correction", n->correction);
        json_write_end_object(w);
}
