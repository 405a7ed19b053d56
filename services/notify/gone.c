/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/gone.h"

#include <errno.h>
#include <stdlib.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

struct gone {
        struct store *store; /* borrowed */
        struct store_stmt next, put, forget;
};

static const struct store_sql gone_sql[] = {
        {offsetof(struct gone, next), "SELECT url, at_usec FROM gone WHERE url > ?1 ORDER BY url LIMIT 1"},
        {offsetof(struct gone, put),
                "INSERT INTO gone (url, at_usec) VALUES (?1, ?2) ON CONFLICT DO NOTHING"},
        {offsetof(struct gone, forget), "DELETE FROM gone WHERE url = ?1"},
};

int gone_open(struct gone **gp, struct store *store) {
        _cleanup_(gone_closep) struct gone *g = calloc(1, sizeof(*g));
        int r;

        if (!g)
                return -ENOMEM;
        g->store = store;
        r = store_prepare_all(store, g, gone_sql, ELEMENTSOF(gone_sql));
        if (r != 0)
                return r;
        *gp = take_ptr(g);
        return 0;
}

struct gone *gone_close(struct gone *g) {
        if (!g)
                return NULL;
        store_finish_all(g, gone_sql, ELEMENTSOF(gone_sql));
        free(g);
        return NULL;
}

/* @url: the one before; "" for the first. Return: 0, STORE_E_DONE, -errno. */
static int next(struct gone *g, char url[WAY_URL_SIZE], int64_t *at_usecp) {
        _cleanup_reset_ struct store_stmt *q = &g->next;
        int r;

        store_bind_text(q, 1, url);
        r = store_step(q);
        if (r != 0)
                return r;
        *at_usecp = store_column_int64(q, 1);
        return copy_text(url, WAY_URL_SIZE, store_column_str(q, 0)) ? 0 : -EBADMSG;
}

static int forget(struct gone *g, const char *url) {
        store_bind_text(&g->forget, 1, url);
        return store_run(&g->forget);
}

int gone_recall(struct gone *g, struct way *w) {
        char url[WAY_URL_SIZE] = "";
        int64_t at_usec = 0;
        int r = store_begin(g->store);

        if (r < 0)
                return r;
        while (r == 0 && (r = next(g, url, &at_usec)) == 0)
                if (!way_switch_off(w, url, at_usec))
                        r = forget(g, url);
        if (r == STORE_E_DONE)
                return store_commit(g->store);
        store_rollback(g->store);
        return r;
}

int gone_put(struct gone *g, const char *url, int64_t at_usec) {
        store_bind_text(&g->put, 1, url);
        store_bind_int64(&g->put, 2, at_usec);
        return store_run(&g->put);
}
