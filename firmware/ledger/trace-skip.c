/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trace over its quota: the oldest rows of closed subjects are given up, and one fact says so. A serial's item.verified
 * stays, since nothing else would tell a rebuild where the unit went.
 */
#include "firmware/ledger/purge.h"

#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <string.h>

#define TYPES_MAX 16

static const struct store_sql trace_sql[] = {
        LEDGER_SQL(purge.trace_rows, "SELECT pos, seq, type, merchant, subject, instr(data, '\"serial\":') > "
                                     "0 FROM fact WHERE lane = 1 AND seq > ?1 "
                                     "ORDER BY seq LIMIT ?2"),
        /* A subject that is no parcel and no shipment here is a bench, a person, a device: nothing that could be open. */
        LEDGER_SQL(purge.is_closed,
                "SELECT CASE "
                "WHEN EXISTS (SELECT 1 FROM parcel WHERE id = ?2) THEN EXISTS (SELECT 1 FROM parcel p JOIN "
                "shipment s "
                "ON s.merchant = p.merchant AND s.id = p.shipment WHERE p.id = ?2 AND s.closed_usec > 0) "
                "WHEN EXISTS (SELECT 1 FROM shipment WHERE merchant = ?1 AND id = ?2) THEN "
                "EXISTS (SELECT 1 FROM shipment WHERE merchant = ?1 AND id = ?2 AND closed_usec > 0) ELSE 1 "
                "END"),
};
const struct statement_group trace_statements = {trace_sql, ELEMENTSOF(trace_sql)};

struct skip {
        int64_t from, to; /* of all that went; 0 none */
        struct {
                char type[WORD_SIZE];
                int n;
        } counts[TYPES_MAX];
        size_t n_counts;
        int64_t run_from, run_to; /* an unbroken stretch that nobody had applied; 0 none */
        struct fact_list facts;
};

static bool count(struct skip *k, const char *type) {
        size_t i = 0;

        while (i < k->n_counts && strcmp(k->counts[i].type, type) != 0)
                i++;
        if (i == TYPES_MAX)
                return false;
        if (i == k->n_counts) {
                if (!copy_text(k->counts[i].type, sizeof(k->counts[i].type), type))
                        return false;
                k->n_counts++;
        }
        k->counts[i].n++;
        return true;
}

static void end_run(struct ledger *l, struct skip *k) {
        struct fact_builder b;

        if (k->run_from == 0)
                return;
        fact_begin(&b, &k->facts, "ledger.gap", NULL, ledger_id(l), NULL, NULL, NULL);
        json_write_string(&b.w, "lane", lane_to_str(LANE_TRACE));
        seq_write(&b, "from", k->run_from);
        seq_write(&b, "to", k->run_to);
        fact_end(&b);
        k->run_from = k->run_to = 0;
}

static void note_skip(struct ledger *l, struct skip *k) {
        struct fact_builder b;

        if (k->from == 0)
                return;
        fact_begin(&b, &k->facts, "trace.skipped", NULL, ledger_id(l), NULL, NULL, NULL);
        seq_write(&b, "from", k->from);
        seq_write(&b, "to", k->to);
        json_write_object(&b.w, "counts");
        for (size_t i = 0; i < k->n_counts; i++)
                json_write_int(&b.w, k->counts[i].type, k->counts[i].n);
        json_write_end_object(&b.w);
        fact_end(&b);
}

struct trace_row {
        int64_t pos, seq;
        const char *type, *merchant, *subject;
        bool serial;
};

static int may_go(struct ledger *l, const struct trace_row *row, int64_t head, bool *mayp) {
        int64_t closed = 0, person = 0;
        int r = 0;

        *mayp = row->seq < head && strcmp(row->type, "trace.skipped") != 0 &&
                !(row->serial && strcmp(row->type, "item.verified") == 0);
        if (!*mayp)
                return 0;
        r = statement_int64(&l->purge.is_closed, &closed, "tt", row->merchant, row->subject);
        if (r == 0)
                r = statement_int64(&l->purge.is_person, &person, "l", row->pos);
        *mayp = closed && !person;
        return r <= 0 ? r : -EBADMSG; /* both always have a row */
}

static int give_up(
        struct ledger *l, struct skip *k, const struct trace_row *row, const struct purge_limits *limits) {
        int r;

        if (!count(k, row->type))
                return 0;
        r = fact_delete(l, row->pos, LANE_TRACE);
        if (r != 0)
                return r;
        k->from = k->from ? k->from : row->seq;
        k->to = row->seq;
        if ((uint64_t) row->seq <= limits->upto[LANE_TRACE])
                return 0;
        if (k->run_from != 0 && row->seq != k->run_to + 1)
                end_run(l, k);
        k->run_from = k->run_from ? k->run_from : row->seq;
        k->run_to = row->seq;
        return 0;
}

/* Return: 0 with @n rows looked at. */
static int skip_slice(struct ledger *l, struct skip *k, const struct purge_limits *limits, uint64_t excess,
        int max, int64_t head, int *n) {
        _cleanup_reset_ struct store_stmt *q = &l->purge.trace_rows;
        uint64_t gone = 0;
        int r = 0;

        statement_bind(q, "li", l->purge_at.trace_seq, max);
        while (gone < excess && (r = store_step(q)) == 0) {
                struct trace_row row = {.pos = store_column_int64(q, 0),
                        .seq = store_column_int64(q, 1),
                        .type = store_column_text(q, 2),
                        .merchant = store_column_text(q, 3),
                        .subject = store_column_text(q, 4),
                        .serial = store_column_int64(q, 5) != 0};
                bool may = false;

                (*n)++;
                l->purge_at.trace_seq = row.seq;
                r = may_go(l, &row, head, &may);
                if (r == 0 && may)
                        r = give_up(l, k, &row, limits);
                if (r != 0)
                        return r;
                gone += may;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int ledger_trace_skip(struct ledger *l, const struct purge_limits *limits, uint64_t max_rows, int max_slice,
        struct purge_result *result) {
        struct ledger_head head = {0};
        struct skip k = {0};
        int n = 0;
        int r = ledger_head(l, LANE_TRACE, &head);

        *result = (struct purge_result){0};
        if (r != 0 || head.rows <= max_rows)
                return r;
        r = skip_slice(l, &k, limits, head.rows - max_rows, max_slice, (int64_t) head.seq, &n);
        if (r == 0) {
                end_run(l, &k);
                note_skip(l, &k);
                r = k.facts.error;
        }
        if (r == 0)
                r = ledger_append_all(l, &k.facts, &limits->now, NULL);
        fact_list_deinit(&k.facts);
        if (r != 0)
                return r < 0 ? r : -EINVAL;
        for (size_t i = 0; i < k.n_counts; i++)
                result->rows += k.counts[i].n;
        result->more = n == max_slice;
        if (n < max_slice)
                l->purge_at.trace_seq = 0; /* all looked at: what is left belongs to open subjects */
        return 0;
}
