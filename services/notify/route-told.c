/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/route-told.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"

struct route_told {
        struct store *store; /* borrowed, as below */
        const char *boot;
        struct store_stmt put, forget, down;
};

static const struct store_sql route_sql[] = {
        {offsetof(struct route_told, put),
                "INSERT INTO route (name, channel, position, state, reason, since_usec, boot, down_usec) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
                "ON CONFLICT DO UPDATE SET position = excluded.position, "
                "since_usec = CASE state WHEN excluded.state THEN since_usec ELSE excluded.since_usec END, "
                "state = excluded.state, reason = excluded.reason, boot = excluded.boot, "
                "down_usec = excluded.down_usec"},
        {offsetof(struct route_told, forget), "DELETE FROM route"},
        {offsetof(struct route_told, down),
                "SELECT CASE boot WHEN ?3 THEN down_usec ELSE min(down_usec, 1) END FROM route "
                "WHERE channel = ?1 AND name = ?2"},
};

int route_told_open(struct route_told **rp, struct store *store, const char *boot) {
        _cleanup_(route_told_closep) struct route_told *r = calloc(1, sizeof(*r));
        int error;

        if (!r)
                return -ENOMEM;
        r->store = store;
        r->boot = boot;
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

/* The wall clock may have been set since: what it says now is what the other times on the screen are by. */
static int64_t since(const struct route_is *is, const struct stamp *now) {
        if (is->since_usec > 0)
                return is->since_usec;
        if (strcmp(is->state, "down") != 0 || is->down_usec == 0 || is->down_usec > now->boot_usec)
                return now->wall_usec;
        return now->wall_usec - (int64_t) (now->boot_usec - is->down_usec);
}

static int put(struct route_told *r, const struct route_is *is, const struct stamp *now) {
        store_bind_text(&r->put, 1, is->name);
        store_bind_text(&r->put, 2, is->channel);
        store_bind_int64(&r->put, 3, is->position);
        store_bind_text(&r->put, 4, is->state);
        store_bind_text(&r->put, 5, is->reason);
        store_bind_int64(&r->put, 6, since(is, now));
        store_bind_text(&r->put, 7, r->boot);
        store_bind_int64(&r->put, 8, (int64_t) is->down_usec);
        return store_run(&r->put);
}

int route_told_put(
        struct route_told *r, const struct route_is *list, size_t n, bool is_start, const struct stamp *now) {
        int error = store_begin(r->store);

        if (error < 0)
                return error;
        if (is_start)
                error = store_run(&r->forget);
        for (size_t i = 0; i < n && error == 0; i++)
                error = put(r, &list[i], now);
        if (error == 0)
                return store_commit(r->store);
        store_rollback(r->store);
        return error;
}

int route_told_down(struct route_told *r, const char *channel, const char *name, uint64_t *down_usecp) {
        _cleanup_reset_ struct store_stmt *q = &r->down;
        int error;

        *down_usecp = 0;
        store_bind_text(q, 1, channel);
        store_bind_text(q, 2, name);
        store_bind_text(q, 3, r->boot);
        error = store_step(q);
        if (error == 0)
                *down_usecp = (uint64_t) store_column_int64(q, 0);
        return error == STORE_E_DONE ? 0 : error;
}
