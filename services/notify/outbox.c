/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/outbox-internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/views/databases.h"
#include "services/notify/decide.h"

#include "notify-migrations.h"

#define COLUMNS                                                                                              \
        "id, merchant, shipment, kind, generation, state, boot, due_usec, next_usec, not_before_usec, "      \
        "wait_usec, "                                                                                        \
        "expires_usec, max_age_usec, attempts, unknowns, channel, reason, correction, first_usec, "          \
        "first_offset, "                                                                                     \
        "parcels, told, changed_usec, log_pos, rank, words, contact, words_ja, words_en, others, used, "     \
        "route, paper, approval, gather, digest"
#define ASLEEP                                                                                               \
        "state = 'reserved' AND next_usec > due_usec AND reason NOT IN ('no-contact', 'no-consent', "        \
        "'no-channel', 'bad-seal')" /* as notice_asleep has it */
#define ROUSED_MAX        1000
#define WAITS_FOR_CONTACT "reason IN ('no-contact', 'no-consent', 'no-channel', 'bad-seal')"

static const struct store_schema schema = {
        .name = "notices",
        .application_id = NOTICES_APPLICATION_ID,
        .migrations = notify_migrations,
        .n_migrations = ELEMENTSOF(notify_migrations),
        .has_log = true,
};

static const struct store_sql outbox_sql[] = {
        {offsetof(struct outbox, get), "SELECT " COLUMNS " FROM notice WHERE id = ?1"},
        {offsetof(struct outbox, insert),
                "INSERT INTO notice (" COLUMNS
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
                "?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, "
                "?33, ?34, ?35, ?36)"},
        /* Not what it is: a column that is set has its indexes written anew, also with the same value. */
        {offsetof(struct outbox, put),
                "UPDATE notice SET state = ?6, boot = ?7, "
                "due_usec = ?8, next_usec = ?9, not_before_usec = ?10, wait_usec = ?11, expires_usec = ?12, "
                "max_age_usec = ?13, attempts = ?14, unknowns = ?15, channel = ?16, reason = ?17, correction "
                "= ?18, "
                "first_usec = ?19, first_offset = ?20, parcels = ?21, told = ?22, changed_usec = ?23, "
                "log_pos = ?24, words = ?26, contact = ?27, words_ja = ?28, words_en = ?29, "
                "others = ?30, used = ?31, route = ?32, paper = ?33, approval = ?34, gather = ?35, "
                "digest = ?36 "
                "WHERE id = ?1"},
        {offsetof(struct outbox, due),
                "SELECT " COLUMNS " FROM notice WHERE state = 'reserved' AND channel = "
                "?3 AND rank = ?2 AND next_usec <= ?1 ORDER BY next_usec LIMIT 1"},
        {offsetof(struct outbox, asleep),
                "SELECT 1 FROM notice WHERE " ASLEEP " AND next_usec <= ?1 LIMIT 1"},
        {offsetof(struct outbox, rouse),
                "UPDATE notice SET next_usec = due_usec WHERE id IN (SELECT id FROM notice WHERE " ASLEEP
                " AND next_usec <= ?1 LIMIT ?2)"},
        {offsetof(struct outbox, stuck),
                "SELECT " COLUMNS " FROM notice WHERE state = 'reserved' AND others <> 0 AND channel = ?3 "
                "AND rank = ?2 AND due_usec <= ?4 AND (others & ?5) <> 0 AND next_usec <= ?1 "
                "ORDER BY due_usec LIMIT 1"},
        {offsetof(struct outbox, paper),
                "SELECT " COLUMNS " FROM notice WHERE paper = 1 AND (next_usec <= ?1 OR boot <> ?2) LIMIT 1"},
        {offsetof(struct outbox, of_copy),
                "SELECT " COLUMNS " FROM notice WHERE digest = ?1 AND digest <> '' "
                "AND id > ?2 ORDER BY id LIMIT 1"},
        {offsetof(struct outbox, mate),
                "SELECT " COLUMNS
                " FROM notice WHERE gather = ?1 AND gather <> '' AND state = 'reserved' AND "
                "id > ?2 AND id <> ?3 AND digest = '' AND (unknowns > 0) = ?4 AND (unknowns = 0 OR route = "
                "'') "
                "AND (next_usec <= ?5 OR reason = '" NOTICE_GATHERING "') ORDER BY id LIMIT 1"},
        {offsetof(struct outbox, gathering),
                "SELECT coalesce(min(next_usec), 0) FROM notice WHERE gather = ?1 AND gather <> '' AND state "
                "= "
                "'reserved' AND reason = '" NOTICE_GATHERING "' AND (unknowns > 0) = ?2 AND next_usec > ?3"},
        {offsetof(struct outbox, sending),
                "SELECT " COLUMNS " FROM notice WHERE state = 'sending' AND +id > ?1 ORDER BY +id "
                "LIMIT 1" /* by the index of the few */},
        {offsetof(struct outbox, wake),
                "UPDATE notice SET channel = '', others = 0, used = '', "
                "next_usec = CASE WHEN " WAITS_FOR_CONTACT " THEN due_usec ELSE next_usec END "
                "WHERE merchant = ?1 AND shipment = ?2 AND state = 'reserved' AND unknowns = 0"},
        {offsetof(struct outbox, wake_doubtful),
                "UPDATE notice SET next_usec = due_usec WHERE merchant = ?1 AND shipment = ?2 "
                "AND state = 'reserved' AND unknowns > 0 AND " WAITS_FOR_CONTACT},
        {offsetof(struct outbox, wake_sending),
                "UPDATE notice SET others = others | ?3, used = CASE WHEN unknowns = 0 THEN '' ELSE used END "
                "WHERE merchant = ?1 AND shipment = ?2 AND state = 'sending'"},
        {offsetof(struct outbox, recall),
                "UPDATE notice SET others = others | ?3 WHERE merchant = ?1 AND shipment = ?2 AND state = "
                "'sending'"},
        {offsetof(struct outbox, of_parcel),
                "SELECT " COLUMNS " FROM notice WHERE merchant = ?1 AND shipment = ?2 AND correction = 0 "
                "AND (state IN ('sending', 'accepted', 'delivered', 'unknown') OR unknowns > 0) "
                "AND instr(parcels, ?3) > 0 AND (?4 = '' OR kind = ?4) LIMIT 1"},
        {offsetof(struct outbox, other_boot),
                "SELECT " COLUMNS
                " FROM notice WHERE id > ?2 AND state = 'reserved' AND boot <> ?1 ORDER BY id LIMIT 1"},
        {offsetof(struct outbox, purge_pos),
                "SELECT min(coalesce((SELECT max(log_pos) FROM (SELECT log_pos FROM notice WHERE told = 1 "
                "AND changed_usec < ?1 ORDER BY changed_usec LIMIT ?2)), 0), "
                "coalesce((SELECT min(log_pos) - 1 FROM notice WHERE told = 0 AND log_pos > 0), "
                "9007199254740991))"},
        {offsetof(struct outbox, put_data), "UPDATE notice SET data = ?2 WHERE id = ?1"},
        {offsetof(struct outbox, overtaken),
                "SELECT EXISTS (SELECT 1 FROM notice WHERE merchant = ?1 AND shipment = ?2 AND kind = ?3 AND "
                "generation > ?4)"},
        {offsetof(struct outbox, before),
                "SELECT " COLUMNS " FROM notice WHERE merchant = ?1 AND shipment = ?2 AND kind = ?3 AND "
                "generation < ?4 ORDER BY state IN ('accepted', 'delivered', 'unknown') DESC, generation "
                "DESC "
                "LIMIT 1"},
        {offsetof(struct outbox, arrived), "SELECT EXISTS (SELECT 1 FROM notice WHERE merchant = ?1 AND "
                                           "shipment = ?2 AND kind = 'arrived' "
                                           "AND state <> 'cancelled')"},
        {offsetof(struct outbox, wake_held),
                "UPDATE notice SET next_usec = due_usec WHERE merchant = ?1 AND shipment = ?2 AND state = "
                "'reserved' AND reason = 'not-arrived'"},
        {offsetof(struct outbox, get_data), "SELECT data FROM notice WHERE id = ?1"},
        {offsetof(struct outbox, refused), "SELECT address, version FROM barred WHERE merchant = ?1 AND "
                                           "shipment = ?2 ORDER BY address LIMIT ?3"},
        {offsetof(struct outbox, purge),
                "DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE told = 1 "
                "AND changed_usec < ?1 ORDER BY changed_usec LIMIT ?2)"},
};

static int find_queued(struct outbox *o);

int outbox_open(struct outbox **op, const char *folder, const char *boot, struct diag *d) {
        _cleanup_(outbox_closep) struct outbox *o = calloc(1, sizeof(*o));
        _autofree_ char *path = NULL;
        int r;

        if (!o || asprintf(&path, "%s/" OUTBOX_FILE, folder) < 0)
                return -ENOMEM;
        o->boot = boot;
        r = store_open_writer(&o->store, path, &schema, NULL, d);
        if (r == 0)
                r = store_prepare_all(o->store, o, outbox_sql, ELEMENTSOF(outbox_sql));
        if (r == 0)
                r = find_queued(o);
        if (r != 0)
                return r;
        *op = take_ptr(o);
        return 0;
}

struct outbox *outbox_close(struct outbox *o) {
        if (!o)
                return NULL;
        store_finish_all(o, outbox_sql, ELEMENTSOF(outbox_sql));
        o->store = store_close(o->store);
        free(o);
        return NULL;
}

struct store *outbox_store(struct outbox *o) {
        return o->store;
}

/* ---- rows ---- */

static bool column_copy(const struct store_stmt *q, int i, char *to, size_t size) {
        const char *text = store_column_text(q, i);

        return copy_text(to, size, text ? text : "");
}

static int read_row(const struct store_stmt *q, struct notice_row *row) {
        const char *state = store_column_text(q, 5);
        bool fits;

        *row = (struct notice_row){
                .generation = (int) store_column_int64(q, 4),
                .due_usec = (uint64_t) store_column_int64(q, 7),
                .next_usec = (uint64_t) store_column_int64(q, 8),
                .not_before_usec = store_column_int64(q, 9),
                .wait_usec = (uint64_t) store_column_int64(q, 10),
                .expires_usec = store_column_int64(q, 11),
                .max_age_usec = (uint64_t) store_column_int64(q, 12),
                .attempts = (int) store_column_int64(q, 13),
                .unknowns = (int) store_column_int64(q, 14),
                .correction = store_column_int64(q, 17) != 0,
                .first_usec = store_column_int64(q, 18),
                .first_offset_sec = (int) store_column_int64(q, 19),
                .told = store_column_int64(q, 21) != 0,
                .changed_usec = store_column_int64(q, 22),
                .log_pos = store_column_int64(q, 23),
                .pins = {store_column_int64(q, 27), store_column_int64(q, 28)},
                .others = (unsigned) store_column_int64(q, 29),
                .paper = (enum paper) store_column_int64(q, 32),
                .approval = (enum approval) store_column_int64(q, 33),
        };
        fits = column_copy(q, 0, row->id, sizeof(row->id)) &&
               column_copy(q, 1, row->merchant, sizeof(row->merchant)) &&
               column_copy(q, 2, row->shipment, sizeof(row->shipment)) &&
               column_copy(q, 3, row->kind, sizeof(row->kind)) &&
               column_copy(q, 6, row->boot, sizeof(row->boot)) &&
               column_copy(q, 15, row->channel, sizeof(row->channel)) &&
               column_copy(q, 16, row->reason, sizeof(row->reason)) &&
               column_copy(q, 20, row->parcels, sizeof(row->parcels)) &&
               column_copy(q, 25, row->words, sizeof(row->words)) &&
               column_copy(q, 26, row->contact, sizeof(row->contact)) &&
               column_copy(q, 30, row->used, sizeof(row->used)) &&
               column_copy(q, 31, row->route, sizeof(row->route)) &&
               column_copy(q, 34, row->gather, sizeof(row->gather)) &&
               column_copy(q, 35, row->digest, sizeof(row->digest)) && row->paper <= PAPER_LAID;
        return fits && state && notice_state_from_str(state, &row->state) == 0 ? 0 : -EBADMSG;
}

int outbox_first_row(struct store_stmt *query, struct notice_row *row) {
        _cleanup_reset_ struct store_stmt *q = query;
        int r = store_step(q);

        if (r == STORE_E_DONE)
                return OUTBOX_E_NONE;
        return r == 0 ? read_row(q, row) : r;
}

static int write_row(struct outbox *o, struct store_stmt *q, const struct notice_row *row) {
        enum channel channel;

        if (channel_from_str(row->channel, &channel) == 0)
                o->queued |= CHANNEL_BIT(channel);
        store_bind_text(q, 1, row->id);
        store_bind_text(q, 2, row->merchant);
        store_bind_text(q, 3, row->shipment);
        store_bind_text(q, 4, row->kind);
        store_bind_int64(q, 5, row->generation);
        store_bind_text(q, 6, notice_state_to_str(row->state));
        store_bind_text(q, 7, row->boot);
        store_bind_int64(q, 8, (int64_t) row->due_usec);
        store_bind_int64(q, 9, (int64_t) row->next_usec);
        store_bind_int64(q, 10, row->not_before_usec);
        store_bind_int64(q, 11, (int64_t) row->wait_usec);
        store_bind_int64(q, 12, row->expires_usec);
        store_bind_int64(q, 13, (int64_t) row->max_age_usec);
        store_bind_int64(q, 14, row->attempts);
        store_bind_int64(q, 15, row->unknowns);
        store_bind_text(q, 16, row->channel);
        store_bind_text(q, 17, row->reason);
        store_bind_int64(q, 18, row->correction ? 1 : 0);
        store_bind_int64(q, 19, row->first_usec);
        store_bind_int64(q, 20, row->first_offset_sec);
        store_bind_text(q, 21, row->parcels);
        store_bind_int64(q, 22, row->told ? 1 : 0);
        store_bind_int64(q, 23, row->changed_usec);
        store_bind_int64(q, 24, row->log_pos);
        store_bind_int64(q, 25, notice_rank(row->kind));
        store_bind_text(q, 26, row->words);
        store_bind_text(q, 27, row->contact);
        store_bind_int64(q, 28, row->pins[0]);
        store_bind_int64(q, 29, row->pins[1]);
        store_bind_int64(q, 30, (int64_t) row->others);
        store_bind_text(q, 31, row->used);
        store_bind_text(q, 32, row->route);
        store_bind_int64(q, 33, (int64_t) row->paper);
        store_bind_int64(q, 34, (int64_t) row->approval);
        store_bind_text(q, 35, row->gather);
        store_bind_text(q, 36, row->digest);
        return store_run(q);
}

int outbox_get(struct outbox *o, const char *id, struct notice_row *row) {
        store_bind_text(&o->get, 1, id);
        return outbox_first_row(&o->get, row);
}

int outbox_insert(struct outbox *o, const struct notice_row *row) {
        int r = write_row(o, &o->insert, row);

        return r == STORE_E_EXISTS ? OUTBOX_E_EXISTS : r;
}

int outbox_put(struct outbox *o, const struct notice_row *row) {
        return write_row(o, &o->put, row);
}

/* Keeps the one that was to be looked at first. Return: 0, -errno. */
static int due_by(struct outbox *o, const char *channel, uint64_t boot_usec, int rank,
        struct notice_row *best, bool *foundp) {
        struct notice_row row;
        int r;

        store_bind_int64(&o->due, 1, (int64_t) boot_usec);
        store_bind_int64(&o->due, 2, rank);
        store_bind_text(&o->due, 3, channel);
        r = outbox_first_row(&o->due, &row);
        if (r == 0 && (!*foundp || row.next_usec < best->next_usec)) {
                *best = row;
                *foundp = true;
        }
        return r < 0 ? r : 0;
}

/* Kept up by write_row() from then on; what goes another way later stays in the set. */
static int find_queued(struct outbox *o) {
        struct notice_row row = {0};
        bool found;
        int r = 0;

        for (int c = 0; c < N_CHANNELS && r == 0; c++) {
                found = false;
                for (int rank = 0; rank < NOTICE_RANKS && r == 0; rank++)
                        r = due_by(o, channel_to_str((enum channel) c), INT64_MAX, rank, &row, &found);
                if (found)
                        o->queued |= CHANNEL_BIT(c);
        }
        return r;
}

int outbox_due(struct outbox *o, unsigned channels, uint64_t boot_usec, struct notice_row *row) {
        channels &= o->queued;
        for (int rank = 0; rank < NOTICE_RANKS; rank++) {
                bool found = false;
                int r = due_by(o, "", boot_usec, rank, row, &found);

                for (int c = 0; c < N_CHANNELS && r == 0; c++)
                        if ((channels & CHANNEL_BIT(c)) != 0)
                                r = due_by(o, channel_to_str((enum channel) c), boot_usec, rank, row, &found);
                if (r < 0 || found)
                        return r;
        }
        return OUTBOX_E_NONE;
}

int outbox_stuck(struct outbox *o, enum channel channel, unsigned others, uint64_t due_usec,
        uint64_t boot_usec, struct notice_row *row) {
        int r = OUTBOX_E_NONE;

        for (int rank = 0; rank < NOTICE_RANKS && r == OUTBOX_E_NONE; rank++) {
                store_bind_int64(&o->stuck, 1, (int64_t) boot_usec);
                store_bind_int64(&o->stuck, 2, rank);
                store_bind_text(&o->stuck, 3, channel_to_str(channel));
                store_bind_int64(&o->stuck, 4, (int64_t) due_usec);
                store_bind_int64(&o->stuck, 5, (int64_t) others);
                r = outbox_first_row(&o->stuck, row);
        }
        return r;
}

int outbox_paper(struct outbox *o, uint64_t boot_usec, struct notice_row *row) {
        store_bind_int64(&o->paper, 1, (int64_t) boot_usec);
        store_bind_text(&o->paper, 2, o->boot);
        return outbox_first_row(&o->paper, row);
}

int outbox_sending(struct outbox *o, struct notice_row *row) {
        store_bind_text(&o->sending, 1, row->id);
        return outbox_first_row(&o->sending, row);
}

static int is_any_asleep(struct outbox *o, uint64_t boot_usec) {
        _cleanup_reset_ struct store_stmt *q = &o->asleep;
        int r;

        store_bind_int64(q, 1, (int64_t) boot_usec);
        r = store_step(q);
        return r == STORE_E_DONE ? 0 : r < 0 ? r : 1;
}

int outbox_rouse(struct outbox *o, uint64_t boot_usec) {
        int r;

        while ((r = is_any_asleep(o, boot_usec)) > 0) {
                r = store_begin(o->store);
                store_bind_int64(&o->rouse, 1, (int64_t) boot_usec);
                store_bind_int64(&o->rouse, 2, ROUSED_MAX);
                if (r == 0)
                        r = store_run(&o->rouse);
                if (r == 0)
                        r = store_commit(o->store);
                else
                        store_rollback(o->store);
                if (r != 0)
                        break;
        }
        return r;
}

/* ---- what facts wake ---- */

int outbox_wake(struct outbox *o, const char *merchant, const char *shipment) {
        struct store_stmt *const all[] = {&o->wake, &o->wake_doubtful, &o->wake_sending};
        int r = 0;

        store_bind_int64(&o->wake_sending, 3, PLAN_ANEW);
        for (size_t i = 0; i < ELEMENTSOF(all) && r == 0; i++) {
                store_bind_text(all[i], 1, merchant);
                store_bind_text(all[i], 2, shipment);
                r = store_run(all[i]);
        }
        return r;
}

int outbox_recall(struct outbox *o, const char *merchant, const char *shipment) {
        store_bind_text(&o->recall, 1, merchant);
        store_bind_text(&o->recall, 2, shipment);
        store_bind_int64(&o->recall, 3, PLAN_CHANGED);
        return store_run(&o->recall);
}

int outbox_put_data(struct outbox *o, const char *id, const struct json *data) {
        _cleanup_str_ struct str text = STR_INIT;

        if (!data)
                return 0;
        json_print(data, &text);
        if (text.error)
                return text.error;
        store_bind_text(&o->put_data, 1, id);
        store_bind_text(&o->put_data, 2, text.data);
        return store_run(&o->put_data);
}

int outbox_wake_held(struct outbox *o, const char *merchant, const char *shipment) {
        store_bind_text(&o->wake_held, 1, merchant);
        store_bind_text(&o->wake_held, 2, shipment);
        return store_run(&o->wake_held);
}

int outbox_has_arrived(struct outbox *o, const char *merchant, const char *shipment) {
        _cleanup_reset_ struct store_stmt *q = &o->arrived;
        int r;

        store_bind_text(q, 1, merchant);
        store_bind_text(q, 2, shipment);
        r = store_step(q);
        if (r != 0)
                return r < 0 ? r : -EIO; /* it always has a row */
        return store_column_int64(q, 0) != 0;
}

int outbox_is_overtaken(struct outbox *o, const struct notice_row *row) {
        _cleanup_reset_ struct store_stmt *q = &o->overtaken;
        enum notice_kind kind;
        int r;

        if (notice_kind_from_str(row->kind, &kind) < 0 || !notice_kind_is_office(kind))
                return 0;
        store_bind_text(q, 1, row->merchant);
        store_bind_text(q, 2, row->shipment);
        store_bind_text(q, 3, row->kind);
        store_bind_int64(q, 4, row->generation);
        r = store_step(q);
        if (r != 0)
                return r < 0 ? r : -EIO; /* it always has a row */
        return store_column_int64(q, 0) != 0;
}

int outbox_before(struct outbox *o, const struct notice_row *row, struct notice_row *before) {
        store_bind_text(&o->before, 1, row->merchant);
        store_bind_text(&o->before, 2, row->shipment);
        store_bind_text(&o->before, 3, row->kind);
        store_bind_int64(&o->before, 4, row->generation);
        return outbox_first_row(&o->before, before);
}

int outbox_get_data(struct outbox *o, const char *id, struct json **datap) {
        _cleanup_reset_ struct store_stmt *q = &o->get_data;
        const char *text;
        int r;

        *datap = NULL;
        store_bind_text(q, 1, id);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? 0 : r;
        text = store_column_text(q, 0);
        return text && *text ? json_parse(text, strlen(text), datap, NULL) : 0;
}

/* ---- time ---- */

/* By id, which a row keeps: by time each one would be looked for behind all that are done. */
int outbox_rebase(struct outbox *o, const struct stamp *now) {
        struct notice_row row = {0};
        int r;

        for (;;) {
                store_bind_text(&o->other_boot, 1, o->boot);
                store_bind_text(&o->other_boot, 2, row.id);
                r = outbox_first_row(&o->other_boot, &row);
                if (r != 0)
                        return r == OUTBOX_E_NONE ? 0 : r;
                row.due_usec = notice_due_usec(row.wait_usec, 0,
                        now->clock != CLOCK_QUALITY_UNKNOWN && row.not_before_usec > 0
                                ? row.not_before_usec - (int64_t) row.wait_usec
                                : 0,
                        now);
                row.next_usec = row.due_usec;
                (void) copy_text(row.boot, sizeof(row.boot), o->boot); /* a uuid */
                r = outbox_put(o, &row);
                if (r != 0)
                        return r;
        }
}
