/* SPDX-License-Identifier: Apache-2.0 */
/* What the outbox asks of its tables, and a row of `notice` as a struct: both have its columns in one order, that of COLUMNS. */
#include "services/notify/outbox-internal.h"

#include <errno.h>

#include "services/notify/decide.h"

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
#define WAITS_FOR_CONTACT "reason IN ('no-contact', 'no-consent', 'no-channel', 'bad-seal')"

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

int outbox_write_row(struct outbox *o, struct store_stmt *q, const struct notice_row *row) {
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

int outbox_prepare(struct outbox *o) {
        return store_prepare_all(o->store, o, outbox_sql, ELEMENTSOF(outbox_sql));
}

void outbox_finish(struct outbox *o) {
        store_finish_all(o, outbox_sql, ELEMENTSOF(outbox_sql));
}
