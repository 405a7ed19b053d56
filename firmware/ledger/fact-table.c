/* SPDX-License-Identifier: Apache-2.0 */
/* The table of facts: one row is written and applied, or neither. */
#include "firmware/ledger/ledger-private.h"

#include "firmware/base/crc32c.h"
#include "firmware/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct store_sql fact_sql[] = {
        LEDGER_SQL(facts.insert,
                "INSERT INTO fact (" ROW_COLUMNS
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"),
        LEDGER_SQL(facts.newest, "SELECT ifnull(max(pos), 0) FROM fact"),
        LEDGER_SQL(facts.lane_newest, "SELECT ifnull(max(seq), 0) FROM fact WHERE lane = ?1"),
        LEDGER_SQL(facts.lane_gone, "SELECT gone FROM lane WHERE lane = ?1"),
        LEDGER_SQL(facts.lane_put_gone, "UPDATE lane SET gone = gone + 1 WHERE lane = ?1"),
        LEDGER_SQL(facts.delete, "DELETE FROM fact WHERE pos = ?1"),
};
const struct statement_group fact_statements = {fact_sql, ELEMENTSOF(fact_sql)};

static uint32_t add_text(uint32_t crc, const char *text) {
        return crc32c_column(crc, text, strlen(text));
}

static uint32_t add_number(uint32_t crc, int64_t value) {
        char text[20], *p = text + sizeof(text); /* by hand: snprintf() was half of a row's check */
        uint64_t rest = value < 0 ? -(uint64_t) value : (uint64_t) value;

        do
                *--p = (char) ('0' + rest % 10);
        while ((rest /= 10) > 0);
        if (value < 0)
                *--p = '-';
        return crc32c_column(crc, p, (size_t) (text + sizeof(text) - p));
}

bool row_is_unsure(const struct row *row) {
        return strcmp(row->clock, clock_quality_to_str(CLOCK_QUALITY_UNKNOWN)) == 0;
}

uint32_t row_check(const struct row *row) {
        uint32_t crc = add_number(0, row->pos);

        crc = add_number(crc, (int64_t) row->lane);
        crc = add_number(crc, row->seq);
        crc = add_text(crc, row->id);
        crc = add_text(crc, row->type);
        crc = add_number(crc, row->v);
        crc = add_text(crc, row->merchant);
        crc = add_text(crc, row->subject);
        crc = add_text(crc, row->bench);
        crc = add_text(crc, row->actor);
        crc = add_text(crc, row->cause);
        crc = add_text(crc, row->time);
        crc = add_text(crc, row->boot);
        crc = add_number(crc, row->mono);
        crc = add_text(crc, row->clock);
        return crc32c_column(crc, row->data, row->n_data);
}

int row_read(const struct store_stmt *q, struct row *row) {
        int64_t lane = store_column_int64(q, 1);

        if (lane < 0 || lane >= N_LANES)
                return -EBADMSG;
        *row = (struct row){
                .pos = store_column_int64(q, 0),
                .lane = (enum lane) lane,
                .seq = store_column_int64(q, 2),
                .id = store_column_str(q, 3),
                .type = store_column_str(q, 4),
                .v = store_column_int64(q, 5),
                .merchant = store_column_str(q, 6),
                .subject = store_column_str(q, 7),
                .bench = store_column_str(q, 8),
                .actor = store_column_str(q, 9),
                .cause = store_column_str(q, 10),
                .time = store_column_str(q, 11),
                .boot = store_column_str(q, 12),
                .mono = store_column_int64(q, 13),
                .clock = store_column_str(q, 14),
                .data = store_column_str(q, 15),
                .n_data = store_column_bytes(q, 15),
                .check = store_column_int64(q, 16),
        };
        return time_parse(row->time, &row->wall_usec, &row->offset_sec) < 0 ? -EBADMSG : 0;
}

static int insert(struct ledger *l, const struct row *row) {
        int r = statement_do(&l->facts.insert, "lilttltttttttlttl", row->pos, (int) row->lane, row->seq,
                row->id, row->type, row->v, row->merchant, row->subject, row->bench, row->actor, row->cause,
                row->time, row->boot, row->mono, row->clock, row->data, row->check);

        return fitting(row, r);
}

/* Asked once, counted from then on, and asked again when a fact was taken back. */
static int read_ends(struct ledger *l) {
        struct fact_ends fresh = {.n_undone = store_n_undone(l->store), .known = true};
        int r;

        if (l->ends.known && l->ends.n_undone == fresh.n_undone)
                return 0;
        r = statement_int64(&l->facts.newest, &fresh.pos, "");
        /* What was read at a position that was given back is another fact's from now on. */
        wishes_forget_behind(&l->wishes, fresh.pos);
        if (l->policy_pos > fresh.pos)
                l->policy_pos = -1;
        for (int i = 0; i < N_LANES && r == 0; i++)
                r = statement_int64(&l->facts.lane_newest, &fresh.seq[i], "i", i);
        if (r != 0)
                return r < 0 ? r : -EBADMSG; /* both always have a row */
        l->ends = fresh;
        return 0;
}

int fact_insert(struct ledger *l, struct row *row) {
        int r = read_ends(l);

        if (r < 0)
                return r;
        row->pos = l->ends.pos + 1;
        row->seq = l->ends.seq[row->lane] + 1;
        row->check = row_check(row);
        r = insert(l, row);
        if (r != 0)
                return r;
        l->ends.pos = row->pos;
        l->ends.seq[row->lane] = row->seq;
        return 0;
}

int fact_write(struct ledger *l, struct row *row) {
        int r = fact_insert(l, row);

        return r == 0 ? apply(l, row) : r;
}

int ledger_append(
        struct ledger *l, const struct fact *f, const struct stamp *now, struct ledger_place *placep) {
        int64_t wall_usec = now->wall_usec - ((now->wall_usec % 1000) + 1000) % 1000;
        char time[TIME_TEXT_MAX], id[UUID_TEXT_MAX];
        struct row row = {
                .lane = f->lane,
                .id = id,
                .type = f->type,
                .v = 1,
                .merchant = f->merchant,
                .subject = f->subject,
                .bench = f->bench,
                .actor = f->actor,
                .cause = f->cause,
                .time = time_format(wall_usec, now->offset_sec, time),
                .boot = l->boot_id,
                .mono = (int64_t) now->boot_usec,
                .clock = clock_quality_to_str(now->clock),
                .data = f->data,
                .n_data = strlen(f->data),
                .wall_usec = wall_usec,
                .offset_sec = now->offset_sec,
        };
        int r;

        if (row.n_data > FACT_DATA_MAX)
                return -EMSGSIZE;
        r = uuid7_make(&l->uuids, wall_usec, id);
        if (r == 0)
                r = fact_write(l, &row);
        if (r != 0)
                return r;
        l->offset_sec = now->offset_sec;
        if (placep) {
                *placep = (struct ledger_place){.pos = (uint64_t) row.pos, .seq = (uint64_t) row.seq};
                (void) copy_text(placep->id, sizeof(placep->id), id);
        }
        return 0;
}

int ledger_append_all(struct ledger *l, const struct fact_list *facts, const struct stamp *now,
        struct ledger_place *lastp) {
        for (size_t i = 0; i < facts->n; i++) {
                int r = ledger_append(l, &facts->items[i], now, lastp);

                if (r != 0)
                        return r;
        }
        return 0;
}

int ledger_head(struct ledger *l, enum lane lane, struct ledger_head *headp) {
        int64_t gone = 0;
        int r = read_ends(l);

        if (r == 0)
                r = statement_int64(&l->facts.lane_gone, &gone, "i", (int) lane);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        *headp = (struct ledger_head){
                .seq = (uint64_t) l->ends.seq[lane], .rows = (uint64_t) (l->ends.seq[lane] - gone)};
        return 0;
}

int fact_delete(struct ledger *l, int64_t pos, enum lane lane) {
        int r = statement_do(&l->facts.delete, "l", pos);

        return r == 0 ? statement_do(&l->facts.lane_put_gone, "i", (int) lane) : r;
}

int fact_document(struct ledger *l, int64_t pos, struct json **docp, size_t *n_bytesp) {
        _cleanup_reset_ struct store_stmt *q = &l->doc;
        const char *data;
        int r = statement_first(q, "l", pos);

        if (r != 0)
                return r == STORE_E_DONE ? LEDGER_E_NONE : r;
        data = store_column_str(q, 0);
        if (n_bytesp)
                *n_bytesp = store_column_bytes(q, 0);
        return json_parse(data, store_column_bytes(q, 0), docp, NULL);
}

void seq_write(struct fact_builder *b, const char *key, int64_t seq) {
        char text[24];

        (void) snprintf(text, sizeof(text), "%" PRId64, seq);
        json_write_string(&b->w, key, text);
}
