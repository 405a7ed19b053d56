/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/route-told.h"

#include <errno.h>
#include <stdlib.h>

#include "firmware/base/cleanup.h"

struct route_told {
        struct store *store; /* borrowed */
        struct store_stmt put, forget;
};

static const struct store_sql route_sql[] = {
        {offsetof(struct route_told, put),
                "INSERT INTO route (name, channel, position, state, reason, since_usec) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
                "ON CONFLICT DO UPDATE SET position = excluded.position, "
                "since_usec = CASE state WHEN excluded.state THEN since_usec ELSE excluded.since_usec END, "
                "state = excluded.state, reason = excluded.reason"},
        {offsetof(struct route_told, forget), "DELETE FROM route"},
};

int route_told_open(struct route_told **rp, struct store *store) {
        _cleanup_(route_told_closep) struct route_told *r = calloc(1, sizeof(*r));
        int error;

        if (!r)
                return -ENOMEM;
        r->store = store;
        error = store_prepare_all(store, r, route_sql, ELEMENTSOF(route_sql));
        if (error != 0)
                return error;
        *rp = take_ptr(r);
        return 0;
}

struct route_told *route_told_close(struct route_told *r) {
        if (!r)
                return NULL;
        store_finish_all(r, route_sql, ELEMENTSOF(route_sql));
        free(r);
        return NULL;
}

static int put(struct route_told *r, const struct route_is *is, int64_t at_usec) {
        store_bind_text(&r->put, 1, is->name);
        store_bind_text(&r->put, 2, is->channel);
        store_bind_int64(&r->put, 3, is->position);
        store_bind_text(&r->put, 4, is->state);
        store_bind_text(&r->put, 5, is->reason);
        store_bind_int64(&r->put, 6, at_usec);
        return store_run(&r->put);
}

int route_told_put(
        struct route_told *r, const struct route_is *list, size_t n, bool is_start, int64_t at_usec) {
        int error = store_begin(r->store);

        if (error < 0)
                return error;
        if (is_start)
                error = store_run(&r->forget);
        for (size_t i = 0; i < n && error == 0; i++)
                error = put(r, &list[i], at_usec);
        if (error == 0)
                return store_commit(r->store);
        store_rollback(r->store);
        return error;
}
