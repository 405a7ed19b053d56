/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/ledger/purge.h"

#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SUBJECTS_DEFAULT 20
#define ROWS_DEFAULT     200
#define TOMBSTONES_SLICE 50
#define BOXES_SLICE      50
#define CLAIMS_SLICE     200

static const struct store_sql purge_sql[] = {
        LEDGER_SQL(purge.closed,
                "SELECT merchant, id, closed_usec FROM shipment WHERE closed_usec > 0 AND closed_usec < ?1 "
                "AND (closed_usec, merchant, id) > (?2, ?3, ?4) ORDER BY closed_usec, merchant, id LIMIT 1"),
        LEDGER_SQL(purge.facts_of,
                "SELECT pos, lane, seq, time, clock FROM fact WHERE subject = ?1 AND merchant = ?2"),
        LEDGER_SQL(purge.better,
                "SELECT pos, time FROM fact WHERE pos > ?1 AND clock <> 'unknown' ORDER BY pos LIMIT 1"),
        LEDGER_SQL(
                purge.numbers_of, "SELECT carrier, number FROM number WHERE merchant = ?1 AND shipment = ?2"),
        LEDGER_SQL(purge.block_carry,
                "INSERT INTO purged_block (merchant, carrier, block, used) SELECT merchant, carrier, block, "
                "?3 FROM block "
                "WHERE merchant = ?1 AND carrier = ?2 AND length(?3) = length(first) AND ?3 BETWEEN first "
                "AND last "
                "ON CONFLICT (merchant, carrier, block) DO UPDATE SET used = max(used, excluded.used)"),
        LEDGER_SQL(purge.rows,
                "SELECT pos, lane, seq, type, merchant, subject, time, clock FROM fact WHERE pos > "
                "?1 ORDER BY pos LIMIT ?2"),
        LEDGER_SQL(purge.belongs, "SELECT EXISTS (SELECT 1 FROM parcel WHERE id = ?2) OR "
                                  "EXISTS (SELECT 1 FROM shipment WHERE merchant = ?1 AND id = ?2)"),
        LEDGER_SQL(purge.is_wish, "SELECT EXISTS (SELECT 1 FROM wish WHERE pos = ?1)"),
        LEDGER_SQL(purge.is_person,
                "SELECT EXISTS (SELECT 1 FROM bench WHERE person_pos = ?1) OR EXISTS (SELECT 1 FROM "
                "counter WHERE pos = ?1)"),
        LEDGER_SQL(purge.conflict_delete, "DELETE FROM conflict WHERE pos = ?1"),
};
const struct statement_group purge_statements = {purge_sql, ELEMENTSOF(purge_sql)};

enum { PURGE_E_KEEP = 100 }; /* not yet; among the functions of this file only */

/* ---- may this row go ---- */

struct gate {
        const struct purge_limits *limits;
        int64_t before_usec;
        struct ledger_head heads[N_LANES];
};

static int open_gate(struct ledger *l, const struct purge_limits *limits, struct gate *g) {
        *g = (struct gate){.limits = limits, .before_usec = limits->now.wall_usec - PURGE_AFTER_USEC};
        for (int i = 0; i < N_LANES; i++) {
                int r = ledger_head(l, (enum lane) i, &g->heads[i]);

                if (r != 0)
                        return r;
        }
        return 0;
}

/* Applied by the receiver, read by all, and never the newest of its lane: it remembers what was given out. */
static bool is_passed(const struct gate *g, enum lane lane, int64_t seq) {
        return (uint64_t) seq < g->heads[lane].seq && (uint64_t) seq <= g->limits->upto[lane];
}

/* The time of the next fact under a better clock. Facts that lie in one unknown stretch share it: it is looked for once. */
static int find_better(struct ledger *l, int64_t pos, int64_t *usecp) {
        _cleanup_reset_ struct store_stmt *q = &l->purge.better;
        struct better_place *at = &l->better;
        int r;

        if (pos < at->from_pos || pos >= at->until_pos) {
                const char *time;

                r = statement_first(q, "l", pos);
                if (r != 0)
                        return r == STORE_E_DONE ? PURGE_E_KEEP : r;
                time = store_column_text(q, 1);
                if (!time || time_parse(time, &at->usec, NULL) < 0)
                        return -EBADMSG;
                at->from_pos = pos;
                at->until_pos = store_column_int64(q, 0);
        }
        *usecp = at->usec;
        return 0;
}

/*
 * When a row was written, at the latest. One of an unknown clock is dated by the next fact of a better one: in 1970 it would be
 * over at once, in 2099 never.
 */
static int date_row(
        struct ledger *l, int64_t pos, const char *time, const char *clock, int64_t *usecp, bool *unsurep) {
        if (clock && strcmp(clock, clock_quality_to_str(CLOCK_QUALITY_UNKNOWN)) == 0) {
                *unsurep = true;
                return find_better(l, pos, usecp);
        }
        return time && time_parse(time, usecp, NULL) == 0 ? 0 : PURGE_E_KEEP;
}

static int check_old(
        struct ledger *l, const struct gate *g, int64_t pos, const char *time, const char *clock) {
        bool unsure;
        int64_t usec = 0;
        int r = date_row(l, pos, time, clock, &usec, &unsure);

        return r != 0 ? r : usec < g->before_usec ? 0 : PURGE_E_KEEP;
}

/* ---- a subject ---- */

struct gone { /* rows that go together */
        struct {
                int64_t pos;
                enum lane lane;
        } * rows;
        size_t n;
        int64_t newest_usec; /* of them all */
        bool unsure; /* some were written under an unknown clock: so were the times that were derived from them */
};

static int gather(struct ledger *l, const struct gate *g, const char *merchant, const char *subject,
        struct gone *gone) {
        _cleanup_reset_ struct store_stmt *q = &l->purge.facts_of;
        int r;

        statement_bind(q, "tt", subject, merchant);
        while ((r = store_step(q)) == 0) {
                int64_t pos = store_column_int64(q, 0);
                enum lane lane = (enum lane) store_column_int64(q, 1);
                int64_t usec = 0;
                void *rows;

                if (!is_passed(g, lane, store_column_int64(q, 2)))
                        return PURGE_E_KEEP;
                r = date_row(l, pos, store_column_text(q, 3), store_column_text(q, 4), &usec, &gone->unsure);
                if (r == 0 && usec >= g->before_usec)
                        r = PURGE_E_KEEP;
                if (r != 0)
                        return r;
                if (usec > gone->newest_usec)
                        gone->newest_usec = usec;
                rows = reallocarray(gone->rows, gone->n + 1, sizeof(*gone->rows));
                if (!rows)
                        return -ENOMEM;
                gone->rows = rows;
                gone->rows[gone->n].pos = pos;
                gone->rows[gone->n++].lane = lane;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int bury(struct ledger *l, const struct shipment *s, const struct gone *gone) {
        struct parcel_tally tally;
        int r = parcel_tally(l, s->merchant, s->id, &tally);

        for (size_t i = 0; i < s->n_parcels && r == 0; i++) {
                struct parcel p = s->parcels[i];

                if (gone->unsure)
                        p.since_usec = gone->newest_usec;
                r = tombstone_add(l, s, &p, tally.known, i == 0);
        }
        if (r == 0 && s->n_parcels == 0 && s->doc) {
                struct parcel none = {.state = PARCEL_VOIDED,
                        .since_usec = gone->unsure ? gone->newest_usec : l->purge_at.closed_usec,
                        .since_offset_sec = l->offset_sec};

                r = tombstone_add(l, s, &none, tally.known, true);
        }
        return r;
}

/* Blocks go on behind the last number, also when no fact says any more that it was used. */
static int carry_blocks(struct ledger *l, const struct shipment *s) {
        _cleanup_reset_ struct store_stmt *q = &l->purge.numbers_of;
        int r;

        statement_bind(q, "tt", s->merchant, s->id);
        while ((r = store_step(q)) == 0) {
                r = statement_do(&l->purge.block_carry, "ttt", s->merchant, store_column_text(q, 0),
                        store_column_text(q, 1));
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int remove_derived(struct ledger *l, const struct shipment *s) {
        int r = ledger_sealed_erase(l, NULL, s->merchant, s->id);

        if (r == 0) /* told with its parcels, or by its wish: before either goes */
                r = shipment_clear_codes(l, s->merchant, s->id);
        for (size_t i = 0; i < s->n_parcels && r == 0; i++)
                r = parcel_delete(l, s->parcels[i].id);
        if (r == 0)
                r = statement_do(&l->numbers.of_shipment_delete, "tt", s->merchant, s->id);
        if (r == 0)
                r = notices_delete(l, s->merchant, s->id);
        if (r == 0)
                r = pickup_delete(l, s->merchant, s->id);
        if (r == 0)
                r = receipts_delete(l, s->merchant, s->id);
        return r == 0 ? shipment_delete(l, s->merchant, s->id) : r;
}

static int remove_subject(
        struct ledger *l, const struct gate *g, const struct shipment *s, struct purge_result *result) {
        struct gone gone = {0};
        int r = gather(l, g, s->merchant, s->id, &gone);

        for (size_t i = 0; i < s->n_parcels && r == 0; i++)
                r = gather(l, g, s->merchant, s->parcels[i].id, &gone);
        if (r == 0)
                r = bury(l, s, &gone);
        if (r == 0)
                r = carry_blocks(l, s);
        if (r == 0)
                r = remove_derived(l, s);
        for (size_t i = 0; i < gone.n && r == 0; i++)
                r = fact_delete(l, gone.rows[i].pos, gone.rows[i].lane);
        if (r == 0) {
                result->subjects++;
                result->rows += (int) gone.n;
        }
        free(gone.rows);
        return r;
}

/* The next closed shipment behind the place of the last slice. Return: 0, PURGE_E_KEEP at the end. */
static int next_subject(struct ledger *l, const struct gate *g, struct shipment_ref *ref) {
        _cleanup_reset_ struct store_stmt *q = &l->purge.closed;
        struct purge_place *at = &l->purge_at;
        int r = statement_first(
                q, "lltt", g->before_usec, at->closed_usec, at->ref.merchant, at->ref.shipment);

        if (r != 0)
                return r == STORE_E_DONE ? PURGE_E_KEEP : r;
        if (!statement_copy(q, 0, ref->merchant, sizeof(ref->merchant)) ||
                !statement_copy(q, 1, ref->shipment, sizeof(ref->shipment)))
                return -EBADMSG;
        at->closed_usec = store_column_int64(q, 2);
        at->ref = *ref;
        return 0;
}

static int purge_subjects(struct ledger *l, const struct gate *g, struct purge_result *result) {
        int max = g->limits->max_subjects > 0 ? g->limits->max_subjects : SUBJECTS_DEFAULT;

        for (int i = 0; i < max; i++) {
                struct shipment s = {0};
                struct shipment_ref ref;
                int r = next_subject(l, g, &ref);

                if (r == PURGE_E_KEEP) {
                        l->purge_at = (struct purge_place){0};
                        return 0;
                }
                if (r == 0)
                        r = shipment_load(l, ref.merchant, ref.shipment, &s);
                if (r == 0)
                        r = remove_subject(l, g, &s, result);
                shipment_deinit(&s);
                if (r != 0 && r != PURGE_E_KEEP)
                        return r < 0 ? r : -EBADMSG;
        }
        result->more = true;
        return 0;
}

/* ---- rows of no subject ---- */

struct loose { /* one row as the sweep sees it; texts borrowed */
        int64_t pos, seq;
        enum lane lane;
        const char *type, *merchant, *subject;
};

static int ask(struct store_stmt *q, const char *shape, const char *merchant, const char *subject,
        int64_t pos, bool *yesp) {
        int64_t yes = 0;
        int r = *shape == 'l' ? statement_int64(q, &yes, shape, pos)
                              : statement_int64(q, &yes, shape, merchant, subject);

        *yesp = yes != 0;
        return r <= 0 ? r : -EBADMSG; /* EXISTS always has a row */
}

/* Types whose rows stand for nothing once they are old, unless they belong to a subject that is still here. */
static bool may_be_loose(const char *type) {
        static const char *const types[] = {"item.refused", "alarm.cleared", "person.in", "person.out",
                "device.up", "device.down", "station.started", "trace.skipped", "bay.closed",
                "command.refused", "clock.changed", "ledger.gap", "conflict.found", "fact.refused",
                "policy.changed", "people.changed", "keys.changed", "pickup.asked", "return.received",
                "return.inspected", "bay.scheduled", "offer.changed"};

        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (strcmp(types[i], type) == 0)
                        return true;
        return false;
}

/* Those about a coupon stay for as long as it might be shown: until its offer is over, for as long as everything else stays. */
static bool is_of_coupon(const char *type) {
        return strcmp(type, "offer.redeemed") == 0 || strcmp(type, "peer.met") == 0;
}

static int check_offer_over(struct ledger *l, const struct gate *g, const struct loose *row) {
        struct world_offer offer;
        int r = world_offer(l, row->merchant, row->subject, &offer);

        if (r == 0)
                r = offer.until_usec > 0 && offer.until_usec < g->before_usec ? 0 : PURGE_E_KEEP;
        return r == WORLD_E_NONE ? PURGE_E_KEEP : r;
}

static int is_held(struct ledger *l, const struct loose *row, bool *heldp) {
        int r = ask(&l->purge.belongs, "tt", row->merchant, row->subject, 0, heldp);

        if (r == 0 && !*heldp)
                r = ask(&l->purge.is_wish, "l", NULL, NULL, row->pos, heldp);
        if (r == 0 && !*heldp)
                r = ask(&l->purge.is_person, "l", NULL, NULL, row->pos, heldp);
        return r;
}

static int remove_loose(struct ledger *l, const struct loose *row, struct purge_result *result) {
        int r = 0;

        if (is_of_coupon(row->type))
                r = offer_forget(l, row->pos);
        if (strcmp(row->type, "conflict.found") == 0)
                r = statement_do(&l->purge.conflict_delete, "l", row->pos);
        if (r == 0)
                r = fact_delete(l, row->pos, row->lane);
        if (r == 0)
                result->rows++;
        return r;
}

/* One row of the sweep. Return: 0, PURGE_E_KEEP where the sweep ends: younger rows lie behind. */
static int sweep_row(
        struct ledger *l, const struct gate *g, const struct store_stmt *q, struct purge_result *result) {
        struct loose row = {
                .pos = store_column_int64(q, 0),
                .lane = (enum lane) store_column_int64(q, 1),
                .seq = store_column_int64(q, 2),
                .type = store_column_text(q, 3),
                .merchant = store_column_text(q, 4),
                .subject = store_column_text(q, 5),
        };
        bool held = false;
        int r;

        r = check_old(l, g, row.pos, store_column_text(q, 6), store_column_text(q, 7));
        if (r != 0)
                return r;
        l->purge_at.pos = row.pos;
        if (!is_passed(g, row.lane, row.seq))
                return 0;
        if (is_of_coupon(row.type)) {
                r = check_offer_over(l, g, &row);
                if (r != 0)
                        return r == PURGE_E_KEEP ? 0 : r;
        } else if (!may_be_loose(row.type)) {
                return 0;
        }
        r = is_held(l, &row, &held);
        return r == 0 && !held ? remove_loose(l, &row, result) : r;
}

static int purge_loose(struct ledger *l, const struct gate *g, struct purge_result *result) {
        _cleanup_reset_ struct store_stmt *q = &l->purge.rows;
        int max = g->limits->max_rows > 0 ? g->limits->max_rows : ROWS_DEFAULT, n = 0;
        int r;

        statement_bind(q, "li", l->purge_at.pos, max);
        while ((r = store_step(q)) == 0) {
                n++;
                r = sweep_row(l, g, q, result);
                if (r != 0)
                        break;
        }
        if (r < 0)
                return r;
        if (r == STORE_E_DONE && n == max)
                result->more = true;
        else
                l->purge_at.pos = 0;
        return 0;
}

static int purge_tombstones(
        struct ledger *l, const struct purge_limits *limits, struct purge_result *result) {
        for (int i = 0; i < TOMBSTONES_SLICE; i++) {
                bool gone = false;
                int r = tombstone_remove_old(l, limits->now.wall_usec - TOMBSTONE_USEC, &gone);

                if (r != 0 || !gone)
                        return r;
                result->tombstones++;
        }
        result->more = true;
        return 0;
}

/* Personal data whose date has come goes whatever its subject still waits for. */
static int purge_boxes(struct ledger *l, const struct purge_limits *limits, struct purge_result *result) {
        int r = ledger_sealed_expire(l, &limits->now, BOXES_SLICE, &result->boxes);

        if (result->boxes == BOXES_SLICE)
                result->more = true;
        return r;
}

/*
 * Claims of other stations, in the order in which they came: they are about what lies on the benches of these days. In that order,
 * so that a replay of those that stay derives what stands in the table.
 */
static int purge_claims(struct ledger *l, const struct gate *g, struct purge_result *result) {
        int64_t pos = 0;

        for (int i = 0; i < CLAIMS_SLICE; i++) {
                struct claim_place at;
                int64_t usec = 0;
                bool unsure;
                int r = claim_next(l, pos, &at);

                if (r == 0 && !is_passed(g, LANE_INTAKE, at.seq))
                        r = PURGE_E_KEEP;
                if (r == 0)
                        r = date_row(l, at.pos, at.time, at.clock, &usec, &unsure);
                if (r == 0 && usec >= g->limits->now.wall_usec - CLAIM_KEEP_USEC)
                        r = PURGE_E_KEEP;
                if (r == LEDGER_E_NONE || r == PURGE_E_KEEP)
                        return 0;
                if (r == 0)
                        r = claim_forget(l, at.pos);
                if (r == 0)
                        r = fact_delete(l, at.pos, LANE_INTAKE);
                if (r != 0)
                        return r < 0 ? r : -EBADMSG;
                result->rows++;
                pos = at.pos;
        }
        result->more = true;
        return 0;
}

int ledger_purge(struct ledger *l, const struct purge_limits *limits, struct purge_result *result) {
        struct gate g;
        int r;

        *result = (struct purge_result){0};
        if (!limits->trusted || limits->now.clock != CLOCK_QUALITY_SYNCED)
                return 0;
        r = open_gate(l, limits, &g);
        if (r == 0)
                r = purge_subjects(l, &g, result);
        if (r == 0)
                r = purge_loose(l, &g, result);
        if (r == 0)
                r = purge_claims(l, &g, result);
        if (r == 0)
                r = purge_boxes(l, limits, result);
        return r == 0 ? purge_tombstones(l, limits, result) : r;
}

/* ---- fullness ---- */

const char *ledger_fullness_to_str(enum ledger_fullness f) {
        static const char *const names[] = {
                [LEDGER_ROOM] = "room",
                [LEDGER_WARNING] = "warning",
                [LEDGER_INTAKE_STOPPED] = "intake-stopped",
                [LEDGER_FULL] = "full",
        };

        return names[f];
}

enum ledger_fullness ledger_fullness(uint64_t unapplied, int disk_used_percent) {
        if (unapplied >= FACTS_UNAPPLIED_MAX || disk_used_percent >= DISK_FULL_PERCENT)
                return LEDGER_FULL;
        if (unapplied >= FACTS_UNAPPLIED_MAX / 100 * DISK_INTAKE_PERCENT ||
                disk_used_percent >= DISK_INTAKE_PERCENT)
                return LEDGER_INTAKE_STOPPED;
        if (unapplied >= FACTS_UNAPPLIED_MAX / 100 * DISK_WARNING_PERCENT ||
                disk_used_percent >= DISK_WARNING_PERCENT)
                return LEDGER_WARNING;
        return LEDGER_ROOM;
}
