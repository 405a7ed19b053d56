/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/str.h"
#include "firmware/store/store-private.h"

#include <errno.h>
#include <string.h>

int store_meta_get(struct store *s, const char *key, char *value, size_t size) {
        struct store_stmt *q = &s->meta_get;
        const char *text;
        int r = store_prepare_once(s, q, "SELECT value FROM meta WHERE key = ?1");

        if (r != 0)
                return r;
        store_bind_text(q, 1, key);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? STORE_E_NONE : r;
        text = store_column_text(q, 0);
        r = text && copy_text(value, size, text) ? 0 : -ENAMETOOLONG;
        store_reset(q);
        return r;
}

int store_meta_put(struct store *s, const char *key, const char *value) {
        struct store_stmt *q = &s->meta_put;
        int r = store_prepare_once(s, q,
                "INSERT INTO meta (key, value) VALUES (?1, ?2) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value");

        if (r != 0)
                return r;
        store_bind_text(q, 1, key);
        store_bind_text(q, 2, value);
        return store_run(q);
}

int store_read_identity(struct store *s) {
        char machine_id[HEX_ID_MAX] = "";
        int r = store_meta_get(s, "log_id", s->log_id, sizeof(s->log_id));

        if (r == 0)
                r = store_meta_get(s, "machine_id", machine_id, sizeof(machine_id));
        if (r != 0)
                return r;
        if (!hex_id_is_valid(s->log_id))
                return -EBADMSG;
        /* Without an id on either side nothing can be said; then it is not called a stranger. */
        s->of_this_machine = !*machine_id || !*s->machine_id || strcmp(machine_id, s->machine_id) == 0;
        return 0;
}
