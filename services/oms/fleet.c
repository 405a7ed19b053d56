/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/fleet.h"

#include <errno.h>
#include <stdio.h>

void fleet_deinit(struct fleet *f) {
        for (size_t i = 0; i < f->stations.n; i++)
                free(f->stations.items[i]);
        named_deinit(&f->stations);
}

int fleet_get(struct fleet *f, const struct topic *topic, struct station **sp) {
        _autofree_ struct station *s = NULL;
        char name[STATION_NAME_MAX];
        int r;

        (void) snprintf(name, sizeof(name), "%s/%s", topic->site, topic->station);
        *sp = named_find(&f->stations, name);
        if (*sp)
                return 0;
        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        (void) copy_text(s->name, sizeof(s->name), name);
        s->topic = *topic;
        r = named_add(&f->stations, s);
        if (r == 0)
                *sp = take_ptr(s);
        return r;
}

bool station_hears(const struct station *s, uint64_t now_usec) {
        return presence_is_live(&s->presence.answered, now_usec) ||
               (s->taken_heard_usec > 0 && now_usec - s->taken_heard_usec < PRESENCE_FRESH_USEC);
}

void station_set_stream(struct station *s, const struct storage_stream *stream, unsigned size) {
        if (!stream) {
                s->stream = (struct storage_stream){0};
                s->window = (struct window){0};
                return;
        }
        if (stream->id != s->stream.id) {
                window_open(&s->window, size, stream->taken, stream->last);
                s->taken_kept = stream->taken;
                s->taken_heard_usec = 0;
        }
        s->stream = *stream;
        s->window.head = stream->last;
}

unsigned fleet_n_live(const struct fleet *f, uint64_t now_usec) {
        unsigned n = 0;

        for (size_t i = 0; i < f->stations.n; i++) {
                const struct station *s = f->stations.items[i];

                n += presence_is_live(&s->presence.answered, now_usec);
        }
        return n;
}
