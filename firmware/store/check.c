/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "firmware/store/store-private.h"

#include <errno.h>
#include <string.h>

static int64_t now_ms(void) {
        return (int64_t) (monotonic_usec() / USEC_PER_MSEC);
}

/* "ok" is the only row of a sound table; anything else is the first thing found. */
static int run_check(struct store *s, const char *sql, struct diag *d) {
        sqlite3_stmt *q = NULL;
        const char *found;
        int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
        int r;

        if (rc == SQLITE_OK)
                rc = sqlite3_step(q);
        found = rc == SQLITE_ROW ? (const char *) sqlite3_column_text(q, 0) : NULL;
        if (found && strcmp(found, "ok") == 0)
                r = 0;
        else if (found)
                r = store_refuse(s, d, s->failure = -EBADMSG, "is damaged: %s", found);
        else
                r = store_refuse(
                        s, d, store_translate(s, rc, sql), "cannot be checked: %s", sqlite3_errmsg(s->db));
        (void) sqlite3_finalize(q); /* repeats rc */
        return r;
}

static int check_table(struct store *s, const char *table, struct diag *d) {
        char *sql = sqlite3_mprintf("PRAGMA quick_check(%Q)", table);
        int r = sql ? run_check(s, sql, d) : -ENOMEM;

        sqlite3_free(sql);
        return r;
}

static int check_tables(struct store *s, int64_t end_ms, struct diag *d) {
        _cleanup_(store_finish) struct store_stmt tables = {0};
        int r = store_prepare(
                s, &tables, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rootpage");

        if (r < 0)
                return r;
        while ((r = store_step(&tables)) == 0) {
                if (now_ms() >= end_ms)
                        return 0;
                r = check_table(s, store_column_text(&tables, 0), d);
                if (r < 0)
                        return r;
        }
        if (r == STORE_E_DONE)
                s->checked = true;
        return r < 0 ? r : 0;
}

int store_quick_check(struct store *s, int budget_ms, struct diag *d) {
        int r;

        if (budget_ms == 0)
                return 0;
        if (budget_ms > 0)
                return check_tables(s, now_ms() + budget_ms, d);
        r = run_check(s, "PRAGMA quick_check(1)", d); /* the free list too */
        s->checked = r == 0;
        return r;
}
