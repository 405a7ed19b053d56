/* SPDX-License-Identifier: Apache-2.0 */
/* One box for whatever is written on a slip, a label or a parcel: everything that it may mean. */
#include <string.h>

#include "services/web/api-internal.h"
#include "services/web/doc.h"

#define FOUND_MAX 20
#define TEXT_MAX  128

struct found {
        struct json_writer w;
        struct look *look;
        size_t n;
};

static int on_match(const struct standing_match *m, void *userdata) {
        struct found *f = userdata;

        if (f->n++ == FOUND_MAX)
                return 1;
        json_write_object(&f->w, NULL);
        json_write_string(&f->w, "by", m->by);
        doc_merchant(&f->w, "merchant", &f->look->policy, m->merchant);
        json_write_string(&f->w, "shipment", m->shipment);
        json_write_string(&f->w, "parcel", *m->parcel ? m->parcel : NULL);
        json_write_string(&f->w, "state", m->state);
        json_write_string(&f->w, "bench", *m->bench ? m->bench : NULL);
        json_write_bool(&f->w, "dead", m->dead);
        json_write_bool(&f->w, "gone", m->gone);
        doc_time(&f->w, "at", m->at_usec, m->at_offset_sec);
        json_write_end_object(&f->w);
        return 0;
}

static int find(struct look *l, const char *text, struct str *out) {
        struct found f = {.look = l};
        int r = look_begin(l);

        if (r != 0)
                return r;
        json_writer_init(&f.w, out);
        json_write_object(&f.w, NULL);
        json_write_array(&f.w, "found");
        r = look_end(l, standing_find(l->standing, text, on_match, &f));
        json_write_end_array(&f.w);
        json_write_bool(&f.w, "more", f.n > FOUND_MAX);
        json_write_end_object(&f.w);
        return r;
}

void find_get(struct visit *v) {
        const char *text = http_query(v->q, "q");
        _cleanup_str_ struct str out = STR_INIT;
        int r;

        if (!text || !*text || strlen(text) > TEXT_MAX || !utf8_is_valid(text, strlen(text))) {
                visit_fail(v, 400, "q", "wanted ?q= with 1 to 128 bytes");
                return;
        }
        (void) pthread_mutex_lock(&v->api->lock);
        r = find(&v->api->look, text, &out);
        (void) pthread_mutex_unlock(&v->api->lock);
        if (r == 0)
                visit_json(v, 200, &out);
        else
                visit_fail(v, 503, "ledger", "the ledger cannot be read just now: ask again");
}
