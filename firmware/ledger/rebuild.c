/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/ledger/rebuild.h"

#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORTS_MAX 100
#define COLUMNS_MAX 32

/* Derived tables. Key columns come first; @key has one letter for each, as in statement.h. */
struct derived {
        const char *table, *key, *columns;
        int since; /* version of the schema that has it first */
};
static const struct derived derived[] = {
        {"shipment", "tt",
                "merchant, id, version, doc_pos, label_version, contact_version, contact_pos, held, "
                "cancelled, unverified, stage, "
                "closed_usec, expected_version"},
        {"open_code", "ttt", "code, merchant, shipment"},
        {"shipment_order", "ttt", "number, merchant, shipment", 8},
        {"line_code", "tttt", "code, merchant, shipment, line, name_ja, name_en"},
        {"item", "tt", "code, merchant, units, name_ja, name_en"},
        {"label", "tti", "merchant, shipment, piece, carrier, number, ref"},
        {"parcel", "t",
                "id, merchant, shipment, piece, pieces, state, bench, actor, carrier, number, printed, "
                "prints, bay, shelf, reason, "
                "pull_reason, how, unverified, partial, known, version, since_usec, since_offset, "
                "ready_usec, opened_pos, crate"},
        {"pickup", "tt",
                "merchant, shipment, ready_usec, ready_offset, keep_until_usec, partial, paid, open"},
        {"counter", "t", "bench, tries, pos"},
        {"redeemed", "ttt", "merchant, offer, coupon, station, bench, at_usec, at_offset, pos"},
        {"receipt", "ttt", "merchant, shipment, code, pos", 9},
        {"parcel_line", "tt", "parcel, line, quantity, by_hand, counted, confirmed, by_tag"},
        {"unit", "ttt", "merchant, code, serial, shipment, parcel, line"},
        {"number", "ttt", "number, merchant, shipment, piece, carrier, parcel, dead"},
        {"block", "ttt", "merchant, carrier, block, first, last, used, pos"},
        {"wish", "tt", "type, subject, version, pos"},
        {"bay_collection", "ti", "bay, minute, grace_min"},
        {"person", "t", "person, badge, role, call"},
        {"bench", "t", "name, person, role, person_pos, parcel"},
        {"notice", "t",
                "id, merchant, shipment, kind, generation, state, not_before_usec, expires_usec, pos, "
                "changed_pos, channel, "
                "attempts, reason, correction"},
        {"conflict", "i", "pos, merchant, shipment, kind, parcel, text"},
        {"person_pin", "t", "person, lang, pin", 4},
        {"claim", "tt",
                "station, thing, ledger, seq, kind, merchant, subject, parcel, piece, number, bench, "
                "at_usec, "
                "at_offset, heard_usec, pos",
                2},
        {"claim_code", "ttt", "station, thing, code", 2},
};

/* What a replay begins with. */
static const struct derived carried[] = {
        {"tombstone", "i", "id, merchant, shipment, parcel, piece, state, bench, at_usec, at_offset, known"},
        {"tombstone_alias", "tti", "alias, kind, tombstone"},
        {"tombstone_unit", "ttt", "merchant, code, serial, tombstone"},
        {"purged_block", "ttt", "merchant, carrier, block, used"},
};

const char *rebuild_table(size_t i, const char **columnsp) {
        if (i >= ELEMENTSOF(derived))
                return NULL;
        *columnsp = derived[i].columns;
        return derived[i].table;
}

struct rebuild {
        struct store *source; /* the ledger's file, read-only; owned by replay once that is there */
        struct ledger *replay;
        void (*report)(void *userdata, const char *line);
        void *userdata;
        struct rebuild_result *result;
};

static void differ(struct rebuild *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void differ(struct rebuild *b, const char *format, ...) {
        _cleanup_str_ struct str line = STR_INIT;
        va_list ap;

        if (b->result->differences++ >= REPORTS_MAX || !b->report)
                return;
        va_start(ap, format);
        str_addv(&line, format, ap);
        va_end(ap);
        if (line.data)
                b->report(b->userdata, line.data);
}

/* ---- columns by name ---- */

static size_t count_columns(const char *columns) {
        size_t n = 1;

        for (const char *c = columns; *c; c++)
                n += *c == ',';
        return n;
}

/* The name of column @i, as long as it is. */
static const char *column_name(const char *columns, size_t i, int *lengthp) {
        for (; i > 0; i--)
                columns = strchr(columns, ',') + 2;
        *lengthp = (int) strcspn(columns, ",");
        return columns;
}

static int select_all(struct store *store, const struct derived *t, struct store_stmt *q) {
        _cleanup_str_ struct str sql = STR_INIT;

        str_addf(&sql, "SELECT %s FROM %s ORDER BY ", t->columns, t->table);
        for (size_t i = 0; i < strlen(t->key); i++)
                str_addf(&sql, "%s%zu", i ? ", " : "", i + 1);
        return sql.error ? sql.error : store_prepare(store, q, sql.data);
}

static int copy_table(struct store *from, struct store *to, const struct derived *t) {
        _cleanup_(store_finish) struct store_stmt read = {0}, write = {0};
        _cleanup_str_ struct str sql = STR_INIT;
        size_t n = count_columns(t->columns);
        int r = select_all(from, t, &read);

        str_addf(&sql, "INSERT INTO %s (%s) VALUES (", t->table, t->columns);
        for (size_t i = 0; i < n; i++)
                str_addf(&sql, "%s?%zu", i ? ", " : "", i + 1);
        str_add_char(&sql, ')');
        if (r == 0)
                r = sql.error ? sql.error : store_prepare(to, &write, sql.data);
        if (r != 0)
                return r < 0 ? r : -EBUSY;
        while ((r = store_step(&read)) == 0) {
                for (size_t i = 0; i < n; i++) /* numbers in text become numbers again by the column's type */
                        store_bind_text(&write, (int) i + 1, store_column_text(&read, (int) i));
                r = store_run(&write);
                if (r != 0)
                        return r < 0 ? r : -EBADMSG;
        }
        return r == STORE_E_DONE ? 0 : r < 0 ? r : -EBUSY;
}

int rebuild_carry(struct store *from, struct store *to) {
        for (size_t i = 0; i < ELEMENTSOF(carried); i++) {
                int r = copy_table(from, to, &carried[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

int rebuild_carry_cursors(struct store *from, struct store *to) {
        static const struct derived cursors = {"cursor", "t", "name, log_id, position"};

        return copy_table(from, to, &cursors);
}

/* ---- replay ---- */

static int replay_row(struct rebuild *b, const struct store_stmt *q) {
        struct row row;
        int r = row_read(q, &row);

        b->result->facts++;
        if (r < 0) {
                differ(b, "fact %" PRId64 ": a lane or a time that is none", store_column_int64(q, 0));
                return 0;
        }
        if (row.check != (int64_t) row_check(&row))
                differ(b, "fact %" PRId64 " (%s %" PRId64 "): its row check is wrong, the row was changed",
                        row.pos, lane_to_str(row.lane), row.seq);
        r = store_savepoint(b->replay->store);
        if (r < 0)
                return r;
        r = apply(b->replay, &row);
        if (r == 0)
                return store_release(b->replay->store);
        if (r == LEDGER_E_UNFIT || r == -EBADMSG)
                differ(b, "fact %" PRId64 " (%s): does not fit the tables", row.pos, row.type);
        else
                return r < 0 ? r : -EBADMSG;
        return store_rollback_to(b->replay->store);
}

static int replay(struct rebuild *b) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r = rebuild_carry(b->source, b->replay->store);

        if (r == 0)
                r = store_prepare(b->source, &q, "SELECT " ROW_COLUMNS " FROM fact ORDER BY pos");
        if (r != 0)
                return r < 0 ? r : -EBUSY;
        while ((r = store_step(&q)) == 0) {
                r = replay_row(b, &q);
                if (r < 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r < 0 ? r : -EBUSY;
}

/* ---- comparison ---- */

/* Which of two rows comes first by key; an ended side is behind everything. */
static int compare_keys(
        const struct store_stmt *a, int ended_a, const struct store_stmt *b, int ended_b, const char *key) {
        if (ended_a || ended_b)
                return ended_a - ended_b;
        for (int i = 0; key[i]; i++) {
                int order;

                if (key[i] == 'i') {
                        int64_t x = store_column_int64(a, i), y = store_column_int64(b, i);

                        order = (x > y) - (x < y);
                } else {
                        order = strcmp(store_column_text(a, i), store_column_text(b, i));
                }
                if (order)
                        return order;
        }
        return 0;
}

static void name_row(const struct derived *t, const struct store_stmt *q, struct str *name) {
        str_addf(name, "%s (", t->table);
        for (int i = 0; t->key[i]; i++)
                str_addf(name, "%s%s", i ? ", " : "", store_column_text(q, i));
        str_add_char(name, ')');
}

static void compare_row(struct rebuild *b, const struct derived *t, const struct store_stmt *have,
        const struct store_stmt *want) {
        _cleanup_str_ struct str text = STR_INIT;
        size_t n = count_columns(t->columns);
        bool equal = true;

        for (size_t i = strlen(t->key); i < n; i++) {
                const char *x = store_column_text(have, (int) i), *y = store_column_text(want, (int) i);
                int length;
                const char *column = column_name(t->columns, i, &length);

                if (x && y && strcmp(x, y) == 0)
                        continue;
                if (equal)
                        name_row(t, have, &text);
                equal = false;
                str_addf(&text, ", %.*s is '%s', the facts say '%s'", length, column, x ? x : "NULL",
                        y ? y : "NULL");
        }
        if (!equal)
                differ(b, "%s", text.data ? text.data : t->table);
}

static void report_lone(
        struct rebuild *b, const struct derived *t, const struct store_stmt *q, const char *where) {
        _cleanup_str_ struct str text = STR_INIT;

        name_row(t, q, &text);
        differ(b, "%s: %s", text.data ? text.data : t->table, where);
}

static int step(struct store_stmt *q, int *endedp) {
        int r = store_step(q);

        *endedp = r == STORE_E_DONE;
        return r == 0 || r == STORE_E_DONE ? 0 : r < 0 ? r : -EBUSY;
}

static int compare_table(struct rebuild *b, const struct derived *t) {
        _cleanup_(store_finish) struct store_stmt have = {0}, want = {0};
        int have_ended = 0, want_ended = 0;
        int r = select_all(b->source, t, &have);

        if (r == 0)
                r = select_all(b->replay->store, t, &want);
        if (r == 0)
                r = step(&have, &have_ended);
        if (r == 0)
                r = step(&want, &want_ended);
        while (r == 0 && !(have_ended && want_ended)) {
                int order = compare_keys(&have, have_ended, &want, want_ended, t->key);

                b->result->rows++;
                if (order < 0)
                        report_lone(b, t, &have, "no fact says so");
                else if (order > 0)
                        report_lone(b, t, &want, "is missing, the facts say so");
                else
                        compare_row(b, t, &have, &want);
                if (order <= 0)
                        r = step(&have, &have_ended);
                if (r == 0 && order >= 0)
                        r = step(&want, &want_ended);
        }
        return r > 0 ? -EBUSY : r;
}

static int compare_lanes(struct rebuild *b) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r = store_prepare(b->source, &q,
                "SELECT lane, gone, (SELECT count(*) FROM fact f WHERE f.lane = l.lane), "
                "ifnull((SELECT max(seq) FROM fact f WHERE f.lane = l.lane), 0) FROM lane l ORDER BY lane");

        while (r == 0 && (r = store_step(&q)) == 0)
                if (store_column_int64(&q, 2) + store_column_int64(&q, 1) != store_column_int64(&q, 3))
                        differ(b, "lane %s: has %s rows, %s are gone, but the newest is %s",
                                lane_to_str((enum lane) store_column_int64(&q, 0)), store_column_text(&q, 2),
                                store_column_text(&q, 1), store_column_text(&q, 3));
        return r == STORE_E_DONE ? 0 : r < 0 ? r : -EBUSY;
}

static int check(struct rebuild *b) {
        int r = store_read_begin(b->source);

        if (r != 0)
                return r < 0 ? r : -EBUSY;
        r = store_begin(b->replay->store);
        if (r == 0)
                r = replay(b);
        for (size_t i = 0; i < ELEMENTSOF(derived) && r == 0; i++)
                if (derived[i].since <= store_version(b->source))
                        r = compare_table(b, &derived[i]);
        if (r == 0)
                r = compare_lanes(b);
        store_rollback(b->replay->store);
        store_read_end(b->source);
        return r;
}

int ledger_rebuild_check(const char *path, const char *realm,
        void (*report)(void *userdata, const char *line), void *userdata, struct rebuild_result *result,
        struct diag *d) {
        struct rebuild b = {.report = report, .userdata = userdata, .result = result};
        struct store *scratch = NULL;
        int r;

        *result = (struct rebuild_result){0};
        r = store_open_reader(
                &b.source, path, LEDGER_APPLICATION_ID, LEDGER_VERSION_MIN, LEDGER_VERSION_MAX, d);
        if (r != 0)
                return r == STORE_E_NOT_YET ? LEDGER_E_NONE : r;
        r = store_open_scratch(&scratch, &ledger_schema, d);
        if (r < 0) {
                (void) store_close(b.source);
                return r;
        }
        r = ledger_wrap(&b.replay, scratch, b.source, realm, "");
        if (r < 0)
                return r;
        r = check(&b);
        if (r < 0)
                diag_set(d, 0, 0, NULL, "the ledger cannot be read to its end");
        (void) ledger_close(b.replay);
        return r < 0 ? r : result->differences > 0 ? LEDGER_E_DIFFERENT : 0;
}
