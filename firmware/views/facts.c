/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/facts.h"

#include "firmware/base/crc32c.h"
#include "firmware/base/json.h"
#include "firmware/base/log.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "firmware/views/databases.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS                                                                                              \
        "pos, lane, seq, id, type, v, merchant, subject, bench, actor, cause, time, boot, mono, clock, "     \
        "data, \"check\""
#define COLUMN_CHECK 16

struct facts {
        struct store *store; /* owned */
        struct store_stmt read, get, head, newest_of, behind, gaps, notices, notice_at, has_notice, all, last,
                of;
        fact_damage_fn on_damage; /* NULL: damage ends a read */
        void *damage_userdata;
};

static const struct store_sql facts_sql[] = {
        {offsetof(struct facts, read),
                "SELECT " COLUMNS " FROM fact WHERE lane = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"},
        {offsetof(struct facts, get), "SELECT " COLUMNS " FROM fact WHERE pos = ?1"},
        {offsetof(struct facts, all), "SELECT " COLUMNS " FROM fact WHERE pos > ?1 ORDER BY pos LIMIT ?2"},
        {offsetof(struct facts, last), "SELECT ifnull(max(pos), 0) FROM fact"},
        {offsetof(struct facts, of),
                "SELECT " COLUMNS " FROM fact WHERE subject = ?1 AND merchant = ?2 ORDER BY pos"},
        {offsetof(struct facts, head), "SELECT ifnull(max(seq), 0) FROM fact WHERE lane = ?1"},
        {offsetof(struct facts, newest_of),
                "SELECT seq FROM fact WHERE lane = ?1 AND seq > ?2 AND type IN (SELECT value FROM "
                "json_each(?3)) ORDER BY seq DESC LIMIT 1"},
        {offsetof(struct facts, behind),
                "SELECT time FROM fact WHERE lane = ?1 AND seq > ?2 ORDER BY seq LIMIT 1"},
        {offsetof(struct facts, gaps),
                "SELECT " COLUMNS " FROM fact WHERE lane = 0 AND type = 'ledger.gap' ORDER BY seq DESC"},
        {offsetof(struct facts, notice_at), "SELECT id, merchant, shipment, kind, generation FROM notice "
                                            "WHERE pos = ?1 AND state = 'reserved'"},
        {offsetof(struct facts, has_notice), "SELECT 1 FROM notice WHERE id = ?1"},
        {offsetof(struct facts, notices), "SELECT count(*) FROM notice WHERE state = 'reserved'"},
};

int facts_open(struct facts **fp, const char *path, struct diag *d) {
        _cleanup_(facts_closep) struct facts *f = calloc(1, sizeof(*f));
        int r;

        if (!f)
                return -ENOMEM;
        r = store_open_reader(
                &f->store, path, LEDGER_APPLICATION_ID, LEDGER_VERSION_MIN, LEDGER_VERSION_MAX, d);
        if (r == 0)
                r = store_prepare_all(f->store, f, facts_sql, ELEMENTSOF(facts_sql));
        if (r != 0)
                return r;
        *fp = take_ptr(f);
        return 0;
}

struct facts *facts_close(struct facts *f) {
        if (!f)
                return NULL;
        store_finish_all(f, facts_sql, ELEMENTSOF(facts_sql));
        f->store = store_close(f->store);
        free(f);
        return NULL;
}

const char *facts_ledger(const struct facts *f) {
        return store_log_id(f->store);
}

struct store *facts_store(struct facts *f) {
        return f->store;
}

bool facts_is_stale(const struct facts *f) {
        return store_reader_is_stale(f->store);
}

/* In schema order, numbers as decimal text: what the ledger computed when it wrote the row. */
static uint32_t check_of(const struct store_stmt *q) {
        uint32_t crc = 0;

        for (int i = 0; i < COLUMN_CHECK; i++) {
                const char *text =
                        store_column_str(q, i); /* SQLite's own text of an integer is the decimal one */

                crc = crc32c_column(crc, text, store_column_bytes(q, i));
        }
        return crc;
}

static int row_read(const struct store_stmt *q, struct fact_row *row) {
        int64_t lane = store_column_int64(q, 1), seq = store_column_int64(q, 2), v = store_column_int64(q, 5),
                mono = store_column_int64(q, 13), check = store_column_int64(q, COLUMN_CHECK);

        *row = (struct fact_row){
                .pos = store_column_int64(q, 0),
                .lane = (enum lane) lane,
                .seq = (uint64_t) seq,
                .v = (int) v,
                .mono_usec = (uint64_t) mono,
        };
        if (lane < 0 || lane >= N_LANES || seq < 1 || v < 1 || v > INT32_MAX || mono < 0 ||
                check != (int64_t) check_of(q))
                return -EBADMSG;
        row->id = store_column_str(q, 3);
        row->type = store_column_str(q, 4);
        row->merchant = store_column_str(q, 6);
        row->subject = store_column_str(q, 7);
        row->bench = store_column_str(q, 8);
        row->actor = store_column_str(q, 9);
        row->cause = store_column_str(q, 10);
        row->time = store_column_str(q, 11);
        row->boot = store_column_str(q, 12);
        row->clock = store_column_str(q, 14);
        row->data = store_column_str(q, 15);
        row->n_data = store_column_bytes(q, 15);
        return 0;
}

void facts_pass_damage(struct facts *f, fact_damage_fn fn, void *userdata) {
        f->on_damage = fn;
        f->damage_userdata = userdata;
}

/* The next sequence, since its own cannot be believed: where that is a hole, the row is met once more. */
static int pass_damage(struct facts *f, const struct fact_row *row, uint64_t *lastp) {
        int r = f->on_damage(row->pos, f->damage_userdata);

        if (r == 0)
                (*lastp)++;
        return r;
}

static int read_rows(
        struct facts *f, struct store_stmt *query, fact_row_fn fn, void *userdata, uint64_t *lastp) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r;

        while ((r = store_step(q)) == 0) {
                struct fact_row row;

                r = row_read(q, &row);
                if (r < 0 && f->on_damage && q != &f->get) {
                        r = pass_damage(f, &row, lastp);
                        if (r < 0)
                                return r;
                        continue;
                }
                if (r < 0) {
                        log_debug("%s: fact behind %" PRIu64 " is damaged", store_path(f->store), *lastp);
                        return r;
                }
                r = fn(&row, userdata);
                if (r < 0)
                        return r;
                *lastp = row.seq;
                if (r > 0)
                        return 0;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int facts_read(struct facts *f, enum lane lane, uint64_t after, unsigned max, fact_row_fn fn, void *userdata,
        uint64_t *lastp) {
        *lastp = after;
        store_bind_int64(&f->read, 1, lane);
        store_bind_int64(&f->read, 2, (int64_t) after);
        store_bind_int64(&f->read, 3, max);
        return read_rows(f, &f->read, fn, userdata, lastp);
}

struct with_pos { /* a caller who counts in positions */
        fact_row_fn fn;
        void *userdata;
        int64_t *lastp;
        fact_damage_fn on_damage;
        void *damage_userdata;
};

static int on_row_with_pos(const struct fact_row *row, void *userdata) {
        struct with_pos *w = userdata;
        int r = w->fn(row, w->userdata);

        if (r >= 0)
                *w->lastp = row->pos;
        return r;
}

static int on_damage_with_pos(int64_t pos, void *userdata) {
        struct with_pos *w = userdata;
        int r = w->on_damage(pos, w->damage_userdata);

        if (r == 0)
                *w->lastp = pos;
        return r;
}

int facts_read_all(
        struct facts *f, int64_t after, unsigned max, fact_row_fn fn, void *userdata, int64_t *lastp) {
        struct with_pos w = {.fn = fn,
                .userdata = userdata,
                .lastp = lastp,
                .on_damage = f->on_damage,
                .damage_userdata = f->damage_userdata};
        uint64_t seq = 0;
        int r;

        *lastp = after;
        store_bind_int64(&f->all, 1, after);
        store_bind_int64(&f->all, 2, max);
        if (w.on_damage)
                facts_pass_damage(f, on_damage_with_pos, &w);
        r = read_rows(f, &f->all, on_row_with_pos, &w, &seq);
        facts_pass_damage(f, w.on_damage, w.damage_userdata);
        return r;
}

int facts_read_of(
        struct facts *f, const char *merchant, const char *subject, fact_row_fn fn, void *userdata) {
        uint64_t seq = 0;

        store_bind_text(&f->of, 1, subject);
        store_bind_text(&f->of, 2, merchant);
        return read_rows(f, &f->of, fn, userdata, &seq);
}

int facts_get(struct facts *f, int64_t pos, fact_row_fn fn, void *userdata) {
        uint64_t last = 0;
        int r;

        store_bind_int64(&f->get, 1, pos);
        r = read_rows(f, &f->get, fn, userdata, &last);
        return r == 0 && last == 0 ? STORE_E_NONE : r;
}

static int read_number(struct store_stmt *query, int64_t *valuep) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r = store_step(q);

        if (r == 0)
                *valuep = store_column_int64(q, 0);
        return r;
}

int facts_last(struct facts *f, int64_t *posp) {
        return read_number(&f->last, posp);
}

int facts_head(struct facts *f, enum lane lane, uint64_t *seqp) {
        int64_t head = 0;
        int r;

        store_bind_int64(&f->head, 1, lane);
        r = read_number(&f->head, &head);
        if (r != 0 && r != STORE_E_DONE)
                return r;
        *seqp = (uint64_t) head;
        return 0;
}

int facts_newest_of(struct facts *f, enum lane lane, uint64_t after, const char *types, uint64_t *seqp) {
        int64_t seq = 0;
        int r;

        store_bind_int64(&f->newest_of, 1, lane);
        store_bind_int64(&f->newest_of, 2, (int64_t) after);
        store_bind_text(&f->newest_of, 3, types);
        r = read_number(&f->newest_of, &seq);
        if (r != 0 && r != STORE_E_DONE)
                return r;
        *seqp = (uint64_t) seq;
        return 0;
}

int facts_time_behind(struct facts *f, enum lane lane, uint64_t after, char *time) {
        _cleanup_reset_ struct store_stmt *q = &f->behind;
        int r;

        store_bind_int64(q, 1, lane);
        store_bind_int64(q, 2, (int64_t) after);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? STORE_E_NONE : r;
        return copy_text(time, TIME_TEXT_MAX, store_column_str(q, 0)) ? 0 : -EBADMSG;
}

struct gap_search {
        const char *ledger; /* a successor tells of its predecessor's gaps too */
        enum lane lane;
        uint64_t seq, last; /* last: of the one that is found */
        fact_row_fn fn;
        void *userdata;
        bool found;
};

static bool names(const struct json *data, struct gap_search *s) {
        enum lane lane;
        uint64_t from, to;

        if (lane_from_str(json_get_string(data, "lane", ""), &lane) < 0 || lane != s->lane)
                return false;
        from = strtoull(json_get_string(data, "from", "0"), NULL, 10);
        to = strtoull(json_get_string(data, "to", "0"), NULL, 10);
        s->last = to;
        return from <= s->seq && s->seq <= to;
}

static int on_gap(const struct fact_row *row, void *userdata) {
        _cleanup_(json_freep) struct json *data = NULL;
        struct gap_search *s = userdata;
        int r;

        if (strcmp(row->subject, s->ledger) != 0)
                return 0;
        r = json_parse(row->data, row->n_data, &data, NULL);
        if (r < 0)
                return r;
        if (!names(data, s))
                return 0;
        s->found = true;
        r = s->fn(row, s->userdata);
        return r < 0 ? r : 1;
}

int facts_find_gap(
        struct facts *f, enum lane lane, uint64_t seq, uint64_t *lastp, fact_row_fn fn, void *userdata) {
        struct gap_search search = {
                .ledger = facts_ledger(f), .lane = lane, .seq = seq, .fn = fn, .userdata = userdata};
        uint64_t last = 0;
        int r = read_rows(f, &f->gaps, on_gap, &search, &last);

        if (r == 0 && search.found && lastp)
                *lastp = search.last;
        return r == 0 && !search.found ? STORE_E_NONE : r;
}

static bool column_copy(const struct store_stmt *q, int i, char *to, size_t size) {
        return copy_text(to, size, store_column_str(q, i));
}

int facts_notice_at(struct facts *f, int64_t pos, struct fact_notice *out) {
        _cleanup_reset_ struct store_stmt *q = &f->notice_at;
        bool fits;
        int r;

        store_bind_int64(q, 1, pos);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? STORE_E_NONE : r;
        out->generation = (int) store_column_int64(q, 4);
        fits = column_copy(q, 0, out->id, sizeof(out->id)) &&
               column_copy(q, 1, out->merchant, sizeof(out->merchant)) &&
               column_copy(q, 2, out->shipment, sizeof(out->shipment)) &&
               column_copy(q, 3, out->kind, sizeof(out->kind));
        return fits ? 0 : -EBADMSG;
}

int facts_has_notice(struct facts *f, const char *id) {
        _cleanup_reset_ struct store_stmt *q = &f->has_notice;
        int r;

        store_bind_text(q, 1, id);
        r = store_step(q);
        return r == STORE_E_DONE ? STORE_E_NONE : r;
}

int facts_count_notices_waiting(struct facts *f, int64_t *np) {
        return read_number(&f->notices, np);
}

int facts_clock(struct facts *f, struct clock_memory *m) {
        char text[CLOCK_MEMORY_TEXT_MAX] = "";
        int r = store_meta_get(f->store, CLOCK_MEMORY_KEY, text, sizeof(text));

        if (r != 0 && r != STORE_E_NONE && r != -ENAMETOOLONG)
                return r;
        clock_read(m, r == 0 ? text : "");
        return 0;
}
