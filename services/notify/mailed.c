/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mailed.h"

#include <errno.h>
#include <stdlib.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

#define DAY_USEC (86400LL * (int64_t) USEC_PER_SEC)

struct mailed {
        struct store_stmt ask, put, refer, find, over, mark, count_soft, forget, count, clamp, clamp_soft,
                purge;
};

static const struct store_sql mailed_sql[] = {
        {offsetof(struct mailed, ask), "SELECT address FROM mailed WHERE notice = ?1"},
        {offsetof(struct mailed, put),
                "INSERT INTO mailed (notice, address, at_usec, route) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT DO UPDATE SET address = excluded.address, "
                "at_usec = excluded.at_usec, soft_usec = 0, "
                "route = excluded.route, reference = -1"},
        {offsetof(struct mailed, refer),
                "UPDATE mailed SET reference = ?2 WHERE notice = ?1 AND reference = -1 AND route <> ''"},
        {offsetof(struct mailed, find),
                "SELECT count(*) FILTER (WHERE reference = ?3), max(notice) FILTER (WHERE reference = ?3), "
                "count(*) FILTER (WHERE reference = -1), count(*) FROM mailed "
                "WHERE address = ?1 AND route = ?2 AND route <> '' AND at_usec > ?4"},
        {offsetof(struct mailed, over), "UPDATE mailed SET reference = -2 WHERE notice = ?1 AND route <> ''"},
        {offsetof(struct mailed, mark), "UPDATE mailed SET soft_usec = ?2 WHERE notice = ?1"},
        {offsetof(struct mailed, count_soft),
                "SELECT count(*) FROM mailed WHERE address = ?1 AND soft_usec > 0 AND soft_usec > ?2"},
        {offsetof(struct mailed, forget),
                "UPDATE mailed SET soft_usec = 0 WHERE address = ?1 AND soft_usec > 0"},
        {offsetof(struct mailed, count), "INSERT INTO bounce (what, n) VALUES (?1, 1) "
                                         "ON CONFLICT DO UPDATE SET n = n + 1"},
        {offsetof(struct mailed, clamp), "UPDATE mailed SET at_usec = ?1 WHERE at_usec > ?1"},
        {offsetof(struct mailed, clamp_soft),
                "UPDATE mailed SET soft_usec = ?1 WHERE soft_usec > 0 AND soft_usec > ?1"},
        {offsetof(struct mailed, purge), "DELETE FROM mailed WHERE at_usec < ?1"},
};

int mailed_open(struct mailed **mp, struct store *store) {
        _cleanup_(mailed_closep) struct mailed *m = calloc(1, sizeof(*m));
        int r;

        if (!m)
                return -ENOMEM;
        r = store_prepare_all(store, m, mailed_sql, ELEMENTSOF(mailed_sql));
        if (r != 0)
                return r;
        *mp = take_ptr(m);
        return 0;
}

struct mailed *mailed_close(struct mailed *m) {
        if (!m)
                return NULL;
        store_finish_all(m, mailed_sql, ELEMENTSOF(mailed_sql));
        free(m);
        return NULL;
}

int mailed_ask(struct mailed *m, const char *notice, char address[SEAL_HASH_MAX]) {
        int r;

        store_bind_text(&m->ask, 1, notice);
        r = store_step(&m->ask);
        if (r == 0 && !copy_text(address, SEAL_HASH_MAX, store_column_str(&m->ask, 0)))
                r = -EBADMSG;
        store_reset(&m->ask);
        return r == STORE_E_DONE ? MAILED_E_NOT : r;
}

int mailed_put_sms(
        struct mailed *m, const char *notice, const char *address, const char *route, int64_t at_usec) {
        store_bind_text(&m->put, 1, notice);
        store_bind_text(&m->put, 2, address);
        store_bind_int64(&m->put, 3, at_usec);
        store_bind_text(&m->put, 4, route);
        return store_run(&m->put);
}

int mailed_put(struct mailed *m, const char *notice, const char *address, int64_t at_usec) {
        return mailed_put_sms(m, notice, address, "", at_usec);
}

int mailed_refer(struct mailed *m, const char *notice, int reference) {
        store_bind_text(&m->refer, 1, notice);
        store_bind_int64(&m->refer, 2, reference);
        return store_run(&m->refer);
}

int mailed_find(struct mailed *m, const char *address, const char *route, int reference, int64_t now_usec,
        char notice[UUID_TEXT_MAX]) {
        _cleanup_reset_ struct store_stmt *q = &m->find;
        int r;

        store_bind_text(q, 1, address);
        store_bind_text(q, 2, route);
        store_bind_int64(q, 3, reference);
        store_bind_int64(q, 4, now_usec - MAILED_WATCH_DAYS * DAY_USEC);
        r = store_step(q);
        if (r != 0)
                return r < 0 ? r : -EIO; /* it has one row, always */
        if (store_column_int64(q, 0) == 1)
                return copy_text(notice, UUID_TEXT_MAX, store_column_str(q, 1)) ? 0 : -EBADMSG;
        return store_column_int64(q, 2) > 0   ? MAILED_E_SOON
               : store_column_int64(q, 3) > 0 ? MAILED_E_ANOTHER
                                              : MAILED_E_NOT;
}

int mailed_over(struct mailed *m, const char *notice) {
        store_bind_text(&m->over, 1, notice);
        return store_run(&m->over);
}

static int count_soft(struct mailed *m, const char *address, int64_t at_usec, int64_t *np) {
        int r;

        store_bind_text(&m->count_soft, 1, address);
        store_bind_int64(&m->count_soft, 2, at_usec - MAILED_SOFT_DAYS * DAY_USEC);
        r = store_step(&m->count_soft);
        if (r == 0)
                *np = store_column_int64(&m->count_soft, 0);
        store_reset(&m->count_soft);
        return r;
}

int mailed_soft(struct mailed *m, const char *notice, const char *address, int64_t at_usec, bool *enough) {
        int64_t n = 0;
        int r;

        *enough = false;
        store_bind_text(&m->mark, 1, notice);
        store_bind_int64(&m->mark, 2, at_usec);
        r = store_run(&m->mark);
        if (r == 0)
                r = count_soft(m, address, at_usec, &n);
        if (r != 0 || n < MAILED_SOFT_MAX)
                return r;
        *enough = true;
        store_bind_text(&m->forget, 1, address);
        return store_run(&m->forget);
}

int mailed_count(struct mailed *m, const char *what) {
        store_bind_text(&m->count, 1, what);
        return store_run(&m->count);
}

int mailed_purge(struct mailed *m, const struct stamp *now) {
        int r;

        if (now->clock != CLOCK_QUALITY_SYNCED)
                return 0;
        store_bind_int64(&m->clamp, 1, now->wall_usec); /* written by a clock that was ahead */
        store_bind_int64(&m->clamp_soft, 1, now->wall_usec);
        r = store_run(&m->clamp);
        if (r == 0)
                r = store_run(&m->clamp_soft);
        if (r != 0)
                return r;
        store_bind_int64(&m->purge, 1, now->wall_usec - MAILED_KEEP_DAYS * DAY_USEC);
        return store_run(&m->purge);
}
