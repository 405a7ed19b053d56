/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/answer.h"
#include "firmware/base/json.h"
#include "firmware/base/time.h"

int answer_write(const struct answer *a, struct str *out) {
        struct json_writer w;
        char time[TIME_TEXT_MAX];

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_string(&w, "source", a->source);
        json_write_int(&w, "upto", (int64_t) a->upto);
        if (*a->upto_id)
                json_write_string(&w, "upto_id", a->upto_id);
        json_write_string(&w, "receiver", a->receiver);
        json_write_int(&w, "credit", a->credit);
        json_write_string(&w, "time", time_format(a->wall_usec, 0, time));
        if (a->gap)
                json_write_bool(&w, "gap", true);
        if (a->forked > 0)
                json_write_int(&w, "forked", (int64_t) a->forked);
        json_write_end_object(&w);
        return out->error;
}
