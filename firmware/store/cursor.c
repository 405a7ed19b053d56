/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/store/cursor.h"

#include "firmware/store/store-private.h"

#include <string.h>

int store_cursor_get(struct store *s, const char *name, const char *log_id, int64_t *positionp) {
        struct store_stmt *q = &s->cursor_get;
        const char *known;
        int r = store_prepare_once(s, q, "SELECT log_id, position FROM cursor WHERE name = ?1");

        if (r != 0)
                return r;
        store_bind_text(q, 1, name);
        r = store_step(q);
        if (r != 0 && r != STORE_E_DONE)
                return r;
        known = r == 0 ? store_column_text(q, 0) : log_id;
        *positionp = 0;
        if (!known || strcmp(known, log_id) != 0)
                r = STORE_E_OTHER_LOG;
        else if (r == 0)
                *positionp = store_column_int64(q, 1);
        else
                r = 0; /* never read */
        store_reset(q);
        return r;
}

int store_cursor_put(struct store *s, const char *name, const char *log_id, int64_t position) {
        struct store_stmt *q = &s->cursor_put;
        int r = store_prepare_once(s, q,
                "INSERT INTO cursor (name, log_id, position) VALUES (?1, ?2, ?3) "
                "ON CONFLICT (name) DO UPDATE SET log_id = excluded.log_id, position = excluded.position");

        if (r != 0)
                return r;
        store_bind_text(q, 1, name);
        store_bind_text(q, 2, log_id);
        store_bind_int64(q, 3, position);
        return store_run(q);
}
