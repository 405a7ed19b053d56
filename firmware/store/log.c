/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/store/log.h"

#include "firmware/base/crc32c.h"
#include "firmware/base/log.h"
#include "firmware/store/store-private.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

static uint32_t row_check(const struct store_log_row *row) {
        uint64_t pos = htole64((uint64_t) row->pos);
        uint32_t crc = crc32c_column(0, &pos, sizeof(pos));

        crc = crc32c_column(crc, row->type, strlen(row->type));
        crc = crc32c_column(crc, row->subject, strlen(row->subject));
        return crc32c_column(crc, row->data, row->n_data);
}

int store_log_append(struct store *s, const char *type, const char *subject, const char *data, size_t n_data,
        int64_t *posp) {
        struct store_log_row row = {
                .type = type, .subject = subject ? subject : "", .data = data, .n_data = n_data};
        struct store_stmt *q = &s->log_append;
        int r = store_log_head(s, &row.pos);

        if (r == 0)
                r = store_prepare_once(s, q,
                        "INSERT INTO log (pos, type, subject, data, \"check\") VALUES (?1, ?2, ?3, ?4, ?5)");
        if (r != 0)
                return r;
        row.pos++;
        store_bind_int64(q, 1, row.pos);
        store_bind_text(q, 2, row.type);
        store_bind_text(q, 3, row.subject);
        store_bind_text_n(q, 4, row.data, row.n_data);
        store_bind_int64(q, 5, row_check(&row));
        r = store_run(q);
        if (r == 0 && posp)
                *posp = row.pos;
        return r;
}

int store_log_skip(struct store *s, int64_t upto) {
        const struct store_log_row row = {.pos = upto, .type = "none", .subject = "", .data = ""};
        struct store_stmt q = {0};
        int r = store_exec(s, "DELETE FROM log");

        if (r == 0)
                r = store_prepare(s, &q,
                        "INSERT INTO log (pos, type, subject, data, \"check\") VALUES (?1, 'none', '', '', "
                        "?2)");
        if (r == 0) {
                store_bind_int64(&q, 1, row.pos);
                store_bind_int64(&q, 2, row_check(&row));
                r = store_run(&q);
        }
        store_finish(&q);
        return r;
}

static int take_row(struct store_stmt *q, bool first, int64_t last, store_log_row_fn fn, void *userdata) {
        const struct store_log_row row = {
                .pos = store_column_int64(q, 0),
                .type = store_column_text(q, 1),
                .subject = store_column_text(q, 2),
                .data = store_column_text(q, 3),
                .n_data = store_column_bytes(q, 3),
        };

        if (!row.type || !row.subject || !row.data)
                return -ENOMEM; /* the columns are NOT NULL: the text could not be made */
        if ((!first && row.pos != last + 1) || store_column_int64(q, 4) != row_check(&row)) {
                log_debug(
                        "store %s: log row %lld is missing or damaged", q->store->path, (long long) last + 1);
                return -EBADMSG;
        }
        return fn(&row, userdata);
}

int store_log_read(
        struct store *s, int64_t after, size_t max, store_log_row_fn fn, void *userdata, int64_t *lastp) {
        struct store_stmt *q = &s->log_read;
        int r;

        *lastp = after;
        r = store_prepare_once(s, q,
                "SELECT pos, type, subject, data, \"check\" FROM log WHERE pos > ?1 ORDER BY pos LIMIT ?2");
        if (r != 0)
                return r;
        store_bind_int64(q, 1, after);
        store_bind_int64(q, 2, (int64_t) max);
        for (bool first = true; (r = store_step(q)) == 0; first = false) {
                int64_t pos = store_column_int64(q, 0);

                r = take_row(q, first, *lastp, fn, userdata);
                if (r != 0) {
                        store_reset(q);
                        return r < 0 ? r : 0;
                }
                *lastp = pos;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int store_log_head(struct store *s, int64_t *posp) {
        struct store_stmt *q = &s->log_head;
        int r = store_prepare_once(s, q, "SELECT max(pos) FROM log");

        if (r == 0)
                r = store_step(q);
        if (r != 0)
                return r;
        *posp = store_column_int64(q, 0);
        store_reset(q);
        return 0;
}

int store_log_trim(struct store *s, int64_t upto) {
        struct store_stmt *q = &s->log_trim;
        int r = store_prepare_once(
                s, q, "DELETE FROM log WHERE pos <= ?1 AND pos < (SELECT max(pos) FROM log)");

        if (r != 0)
                return r;
        store_bind_int64(q, 1, upto);
        return store_run(q);
}
