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

unsigned fleet_n_live(const struct fleet *f, uint64_t now_usec) {
        unsigned n = 0;

        for (size_t i = 0; i < f->stations.n; i++) {
                const struct station *s = f->stations.items[i];

                n += presence_is_live(&s->presence.answered, now_usec);
        }
        return n;
}
