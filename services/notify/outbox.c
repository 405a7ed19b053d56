/* SPDX-License-Identifier: Apache-2.0 */
/* notices.db itself, and a row by its id. */
#include "services/notify/outbox-internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/views/databases.h"
#include "services/notify/decide.h"

#include "notify-migrations.h"

static const struct store_schema schema = {
        .name = "notices",
        .application_id = NOTICES_APPLICATION_ID,
        .migrations = notify_migrations,
        .n_migrations = ELEMENTSOF(notify_migrations),
        .has_log = true,
};

int outbox_open(struct outbox **op, const char *folder, const char *boot, struct diag *d) {
        _cleanup_(outbox_closep) struct outbox *o = calloc(1, sizeof(*o));
        _autofree_ char *path = NULL;
        int r;

        if (!o || asprintf(&path, "%s/" OUTBOX_FILE, folder) < 0)
                return -ENOMEM;
        o->boot = boot;
        r = store_open_writer(&o->store, path, &schema, NULL, d);
        if (r == 0)
                r = outbox_prepare(o);
        if (r == 0)
                r = outbox_find_queued(o);
        if (r != 0)
                return r;
        *op = take_ptr(o);
        return 0;
}

struct outbox *outbox_close(struct outbox *o) {
        if (!o)
                return NULL;
        outbox_finish(o);
        o->store = store_close(o->store);
        free(o);
        return NULL;
}

struct store *outbox_store(struct outbox *o) {
        return o->store;
}

int outbox_get(struct outbox *o, const char *id, struct notice_row *row) {
        store_bind_text(&o->get, 1, id);
        return outbox_first_row(&o->get, row);
}

int outbox_insert(struct outbox *o, const struct notice_row *row) {
        int r = outbox_write_row(o, &o->insert, row);

        return r == STORE_E_EXISTS ? OUTBOX_E_EXISTS : r;
}

int outbox_put(struct outbox *o, const struct notice_row *row) {
        return outbox_write_row(o, &o->put, row);
}

int outbox_put_data(struct outbox *o, const char *id, const struct json *data) {
        _cleanup_str_ struct str text = STR_INIT;

        if (!data)
                return 0;
        json_print(data, &text);
        if (text.error)
                return text.error;
        store_bind_text(&o->put_data, 1, id);
        store_bind_text(&o->put_data, 2, text.data);
        return store_run(&o->put_data);
}

int outbox_get_data(struct outbox *o, const char *id, struct json **datap) {
        _cleanup_reset_ struct store_stmt *q = &o->get_data;
        const char *text;
        int r;

        *datap = NULL;
        store_bind_text(q, 1, id);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? 0 : r;
        text = store_column_text(q, 0);
        return text && *text ? json_parse(text, strlen(text), datap, NULL) : 0;
}

/* By id, which a row keeps: by time each one would be looked for behind all that are done. */
int outbox_rebase(struct outbox *o, const struct stamp *now) {
        struct notice_row row = {0};
        int r;

        for (;;) {
                store_bind_text(&o->other_boot, 1, o->boot);
                store_bind_text(&o->other_boot, 2, row.id);
                r = outbox_first_row(&o->other_boot, &row);
                if (r != 0)
                        return r == OUTBOX_E_NONE ? 0 : r;
                row.due_usec = notice_due_usec(row.wait_usec, 0,
                        now->clock != CLOCK_QUALITY_UNKNOWN && row.not_before_usec > 0
                                ? row.not_before_usec - (int64_t) row.wait_usec
                                : 0,
                        now);
                row.next_usec = row.due_usec;
                (void) copy_text(row.boot, sizeof(row.boot), o->boot); /* a uuid */
                r = outbox_put(o, &row);
                if (r != 0)
                        return r;
        }
}
