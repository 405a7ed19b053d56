/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an OMS asks for again and is no longer here: its database was restored from before what one of its lives had applied and
 * we have purged since. Or what a disk has changed: a row whose check does not hold is never sent as if it were true. Nothing
 * behind such a hole could ever reach the OMS unless ledger.gap says so.
 */
#include "firmware/ledger/purge.h"

#include "firmware/ledger/ledger-private.h"

#include <errno.h>

static const struct store_sql gap_sql[] = {
        LEDGER_SQL(gap.rows,
                "SELECT " ROW_COLUMNS " FROM fact WHERE lane = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"),
        LEDGER_SQL(gap.named, "SELECT max(CAST(json_extract(data, '$.to') AS INTEGER)) FROM fact WHERE type "
                              "= 'ledger.gap' AND "
                              "lane = 0 AND subject = ?1 AND json_extract(data, '$.lane') = ?2 AND "
                              "CAST(json_extract(data, '$.from') AS INTEGER) <= ?3 AND "
                              "CAST(json_extract(data, '$.to') AS INTEGER) >= ?3"),
};
const struct statement_group gap_statements = {gap_sql, ELEMENTSOF(gap_sql)};

/* A hole up to before @seq, but for what is named already. @fromp: its first sequence that is not; @seq when there is none. */
static int pass_named(struct ledger *l, enum lane lane, int64_t seq, int64_t *fromp) {
        int64_t last = 0;
        int r = 0;

        while (*fromp < seq) {
                r = statement_int64(&l->gap.named, &last, "ttl", ledger_id(l), lane_to_str(lane), *fromp);
                if (r != 0 || last < *fromp) /* none: max() of nothing reads as 0 */
                        return r;
                *fromp = last + 1 < seq ? last + 1 : seq;
        }
        return 0;
}

static void name(struct ledger *l, struct fact_list *facts, enum lane lane, int64_t from, int64_t to) {
        struct fact_builder b;

        fact_begin(&b, facts, "ledger.gap", NULL, ledger_id(l), NULL, NULL, NULL);
        json_write_string(&b.w, "lane", lane_to_str(lane));
        seq_write(&b, "from", from);
        seq_write(&b, "to", to);
        fact_end(&b);
}

struct walk { /* along a lane */
        enum lane lane;
        int64_t upto;     /* all up to here is there, or named */
        int64_t damaged;  /* position of the newest damaged row; 0 none */
        bool damaged_end; /* nothing good came behind it */
        int n;
};

/* Up to before @seq all that is not there is named. */
static int name_before(struct ledger *l, struct fact_list *facts, struct walk *w, int64_t seq) {
        int64_t from = w->upto + 1;
        int r = pass_named(l, w->lane, seq, &from);

        if (r != 0)
                return r < 0 ? r : -EBADMSG; /* an aggregate always has a row */
        if (from < seq)
                name(l, facts, w->lane, from, seq - 1);
        return 0;
}

static int walk_rows(struct ledger *l, struct fact_list *facts, struct walk *w, int max) {
        _cleanup_reset_ struct store_stmt *q = &l->gap.rows;
        int r;

        statement_bind(q, "ili", (int) w->lane, w->upto, max);
        for (; (r = store_step(q)) == 0; w->n++) {
                struct row row;

                w->damaged_end = row_read(q, &row) < 0 || row.check != (int64_t) row_check(&row);
                if (w->damaged_end) {
                        w->damaged = store_column_int64(q, 0); /* its sequence cannot be believed */
                        continue;
                }
                r = name_before(l, facts, w, row.seq);
                if (r < 0)
                        return r;
                w->upto = row.seq;
        }
        return r == STORE_E_DONE ? 0 : r;
}

/* Damaged rows at the very end have nothing behind them that would show the hole. */
static int name_end(struct ledger *l, struct fact_list *facts, struct walk *w, int max) {
        struct ledger_head head;
        int r;

        if (!w->damaged_end || w->n == max)
                return 0;
        r = ledger_head(l, w->lane, &head);
        return r < 0 ? r : name_before(l, facts, w, (int64_t) head.seq + 1);
}

int ledger_name_gaps(struct ledger *l, enum lane lane, uint64_t upto, const struct stamp *now, int max,
        size_t *np, int64_t *damagedp) {
        struct walk w = {.lane = lane, .upto = (int64_t) upto};
        struct fact_list facts = {0};
        int r = walk_rows(l, &facts, &w, max);

        if (r == 0)
                r = name_end(l, &facts, &w, max);
        *np = facts.n;
        *damagedp = w.damaged;
        if (r == 0)
                r = facts.error;
        if (r == 0 && facts.n > 0)
                r = ledger_append_all(l, &facts, now, NULL);
        fact_list_deinit(&facts);
        return r > 0 ? -EINVAL : r;
}
