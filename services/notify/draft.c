/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/draft.h"

#include <errno.h>
#include <stdlib.h>

#include "firmware/base/cleanup.h"

struct draft {
        struct store_stmt put, purge;
};

static const struct store_sql draft_sql[] = {
        {offsetof(struct draft, put),
                "INSERT INTO draft (notice, channel, language, subject, body, at_usec) VALUES (?1, ?2, ?3, "
                "?4, "
                "?5, ?6) ON CONFLICT (notice) DO UPDATE SET channel = excluded.channel, language = "
                "excluded.language, subject = excluded.subject, body = excluded.body, at_usec = "
                "excluded.at_usec WHERE (channel, language, subject, body) <> (excluded.channel, "
                "excluded.language, excluded.subject, excluded.body)"},
        {offsetof(struct draft, purge),
                "DELETE FROM draft WHERE notice NOT IN (SELECT id FROM notice WHERE state = 'reserved' AND "
                "approval = 1)"},
};

int draft_open(struct draft **dp, struct store *store) {
        _cleanup_(draft_closep) struct draft *d = calloc(1, sizeof(*d));
        int r;

        if (!d)
                return -ENOMEM;
        r = store_prepare_all(store, d, draft_sql, ELEMENTSOF(draft_sql));
        if (r != 0)
                return r;
        *dp = take_ptr(d);
        return 0;
}

struct draft *draft_close(struct draft *d) {
        if (!d)
                return NULL;
        store_finish_all(d, draft_sql, ELEMENTSOF(draft_sql));
        free(d);
        return NULL;
}

int draft_put(struct draft *d, const struct draft_row *row) {
        store_bind_text(&d->put, 1, row->notice);
        store_bind_text(&d->put, 2, channel_to_str(row->channel));
        store_bind_text(&d->put, 3, language_to_str(row->language));
        store_bind_text(&d->put, 4, row->subject);
        store_bind_text(&d->put, 5, row->body);
        store_bind_int64(&d->put, 6, row->at_usec);
        return store_run(&d->put);
}

int draft_purge(struct draft *d) {
        return store_run(&d->purge);
}
