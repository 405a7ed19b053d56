/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/news.h"

#include <errno.h>
#include <stdlib.h>

struct news {
        struct store_stmt count, put, drop, brought_back, is_brought_back, clamp, purge, purge_back;
};

static const struct store_sql news_sql[] = {
        {offsetof(struct news, count), "SELECT count(*) FROM news WHERE merchant = ?1 AND address = ?2 AND "
                                       "notice <> ?3 AND at_usec > ?4"},
        {offsetof(struct news, put),
                "INSERT OR REPLACE INTO news (notice, address, merchant, at_usec) VALUES "
                "(?1, ?2, ?3, ?4)"},
        {offsetof(struct news, drop), "DELETE FROM news WHERE notice = ?1"},
        {offsetof(struct news, brought_back),
                "INSERT OR REPLACE INTO brought_back (merchant, shipment, at_usec) VALUES (?1, ?2, ?3)"},
        {offsetof(struct news, is_brought_back),
                "SELECT 1 FROM brought_back WHERE merchant = ?1 AND shipment = ?2"},
        {offsetof(struct news, clamp), "UPDATE news SET at_usec = ?1 WHERE at_usec > ?1"},
        {offsetof(struct news, purge), "DELETE FROM news WHERE at_usec < ?1"},
        {offsetof(struct news, purge_back), "DELETE FROM brought_back WHERE at_usec < ?1"},
};

int news_open(struct news **np, struct store *store) {
        _cleanup_(news_closep) struct news *n = calloc(1, sizeof(*n));
        int r;

        if (!n)
                return -ENOMEM;
        r = store_prepare_all(store, n, news_sql, ELEMENTSOF(news_sql));
        if (r != 0)
                return r;
        *np = take_ptr(n);
        return 0;
}

struct news *news_close(struct news *n) {
        if (!n)
                return NULL;
        store_finish_all(n, news_sql, ELEMENTSOF(news_sql));
        free(n);
        return NULL;
}

int news_count(struct news *n, const char *merchant, const struct hashes *addresses, const char *notice,
        int64_t since_usec, int *countp) {
        *countp = 0;
        for (size_t i = 0; i < addresses->n; i++) {
                _cleanup_reset_ struct store_stmt *q = &n->count;
                int r, count;

                store_bind_text(q, 1, merchant);
                store_bind_text(q, 2, addresses->list[i]);
                store_bind_text(q, 3, notice);
                store_bind_int64(q, 4, since_usec);
                r = store_step(q);
                if (r != 0)
                        return r < 0 ? r : -EIO; /* it always has a row */
                count = (int) store_column_int64(q, 0);
                *countp = count > *countp ? count : *countp;
        }
        return 0;
}

int news_is_brought_back(struct news *n, const char *merchant, const char *shipment) {
        _cleanup_reset_ struct store_stmt *q = &n->is_brought_back;
        int r;

        store_bind_text(q, 1, merchant);
        store_bind_text(q, 2, shipment);
        r = store_step(q);
        return r < 0 ? r : r == 0;
}

int news_put(struct news *n, const char *merchant, const struct hashes *addresses, const char *notice,
        int64_t at_usec) {
        int r = 0;

        for (size_t i = 0; i < addresses->n && r == 0; i++) {
                store_bind_text(&n->put, 1, notice);
                store_bind_text(&n->put, 2, addresses->list[i]);
                store_bind_text(&n->put, 3, merchant);
                store_bind_int64(&n->put, 4, at_usec);
                r = store_run(&n->put);
        }
        return r;
}

int news_drop(struct news *n, const char *notice) {
        store_bind_text(&n->drop, 1, notice);
        return store_run(&n->drop);
}

int news_brought_back(struct news *n, const char *merchant, const char *shipment, int64_t at_usec) {
        store_bind_text(&n->brought_back, 1, merchant);
        store_bind_text(&n->brought_back, 2, shipment);
        store_bind_int64(&n->brought_back, 3, at_usec);
        return store_run(&n->brought_back);
}

int news_purge(struct news *n, const struct stamp *now) {
        int64_t before = now->wall_usec - NEWS_KEEP_DAYS * 86400LL * (int64_t) USEC_PER_SEC;
        int r;

        if (now->clock != CLOCK_QUALITY_SYNCED)
                return 0;
        store_bind_int64(&n->clamp, 1,
                now->wall_usec); /* written by a clock that was ahead: nobody is capped until then */
        r = store_run(&n->clamp);
        if (r != 0)
                return r;
        store_bind_int64(&n->purge, 1, before);
        store_bind_int64(&n->purge_back, 1, before);
        r = store_run(&n->purge);
        return r == 0 ? store_run(&n->purge_back) : r;
}
