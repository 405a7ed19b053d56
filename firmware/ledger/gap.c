/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an OMS asks for again and is no longer here: its database was restored from before what one of its lives had applied and
 * we have purged since. Nothing behind such a hole could ever reach it unless ledger.gap says so.
 */
#include "firmware/ledger/purge.h"

#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static const struct store_sql gap_sql[] = {
        LEDGER_SQL(gap.rows, "SELECT seq FROM fact WHERE lane = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"),
        LEDGER_SQL(gap.named, "SELECT max(CAST(json_extract(data, '$.to') AS INTEGER)) FROM fact WHERE type "
                              "= 'ledger.gap' AND "
                              "lane = 0 AND subject = ?1 AND json_extract(data, '$.lane') = ?2 AND "
                              "CAST(json_extract(data, '$.from') AS INTEGER) <= ?3 AND "
                              "CAST(json_extract(data, '$.to') AS INTEGER) >= ?3"),
};
const struct statement_group gap_statements = {gap_sql, ELEMENTSOF(gap_sql)};

static void write_seq(struct fact_builder *b, const char *key, int64_t seq) {
        char text[24];

        (void) snprintf(text, sizeof(text), "%" PRId64, seq);
        json_write_string(&b->w, key, text);
}

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
        write_seq(&b, "from", from);
        write_seq(&b, "to", to);
        fact_end(&b);
}

static int find_holes(struct ledger *l, struct fact_list *facts, enum lane lane, int64_t upto, int max) {
        _cleanup_reset_ struct store_stmt *q = &l->gap.rows;
        int r;

        statement_bind(q, "ili", (int) lane, upto, max);
        while ((r = store_step(q)) == 0) {
                int64_t seq = store_column_int64(q, 0), from = upto + 1;

                upto = seq;
                r = pass_named(l, lane, seq, &from);
                if (r != 0)
                        return r < 0 ? r : -EBADMSG; /* an aggregate always has a row */
                if (from < seq)
                        name(l, facts, lane, from, seq - 1);
        }
        return r == STORE_E_DONE ? 0 : r;
}

int ledger_name_gaps(
        struct ledger *l, enum lane lane, uint64_t upto, const struct stamp *now, int max, size_t *np) {
        struct fact_list facts = {0};
        int r = find_holes(l, &facts, lane, (int64_t) upto, max);

        *np = facts.n;
        if (r == 0)
                r = facts.error;
        if (r == 0 && facts.n > 0)
                r = ledger_append_all(l, &facts, now, NULL);
        fact_list_deinit(&facts);
        return r > 0 ? -EINVAL : r;
}
