/* SPDX-License-Identifier: Apache-2.0 */
/* Notices that are owed or told, and conflicts that a person must settle. */
#include "firmware/ledger/ledger-private.h"

#include "firmware/domain/notice.h"

#include <errno.h>
#include <string.h>

static const struct store_sql notice_sql[] = {
        LEDGER_SQL(notices.reserve, "INSERT INTO notice (id, merchant, shipment, kind, generation, state, "
                                    "not_before_usec, expires_usec, pos, "
                                    "changed_pos, channel, attempts, reason, correction) "
                                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, '', 0, ?10, 0)"),
        LEDGER_SQL(notices.renew,
                "UPDATE notice SET state = ?2, not_before_usec = ?3, expires_usec = ?4, pos "
                "= ?5, changed_pos = ?5, reason = ?6 WHERE id = ?1 AND state = 'unknown'"),
        LEDGER_SQL(notices.change, "UPDATE notice SET state = ?2, changed_pos = ?3, channel = ?4, attempts = "
                                   "?5, reason = ?6, correction = ?7 "
                                   "WHERE id = ?1"),
        LEDGER_SQL(notices.end,
                "UPDATE notice SET state = ?2, changed_pos = ?3 WHERE id = ?1 AND state = 'reserved'"),
        LEDGER_SQL(notices.judge,
                "UPDATE notice SET reason = ?2, changed_pos = ?3 WHERE id = ?1 AND state = 'reserved'"),
        LEDGER_SQL(notices.correct, "UPDATE notice SET changed_pos = ?2 WHERE id = ?1 AND state = 'reserved' "
                                    "AND reason = '" NOTICE_NO_APPROVAL "'"),
        LEDGER_SQL(notices.newest,
                "SELECT kind, generation, state, reason FROM notice WHERE merchant = ?1 AND shipment = ?2 "
                "ORDER BY kind, generation"),
        LEDGER_SQL(notices.conflict_add, "INSERT INTO conflict (pos, merchant, shipment, kind, parcel, text) "
                                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        LEDGER_SQL(notices.of_shipment_delete, "DELETE FROM notice WHERE merchant = ?1 AND shipment = ?2"),
        LEDGER_SQL(notices.conflicts_delete, "DELETE FROM conflict WHERE merchant = ?1 AND shipment = ?2"),
};
const struct statement_group notice_statements = {notice_sql, ELEMENTSOF(notice_sql)};

int notice_reserve(struct ledger *l, const struct notice_row *n) {
        return statement_do(&l->notices.reserve, "ttttitlllt", n->id, n->merchant, n->shipment, n->kind,
                n->generation, n->state, n->not_before_usec, n->expires_usec, n->pos,
                n->reason ? n->reason : "");
}

int notice_renew(struct ledger *l, const struct notice_row *n) {
        int r = statement_do(&l->notices.renew, "ttlllt", n->id, n->state, n->not_before_usec,
                n->expires_usec, n->pos, n->reason ? n->reason : "");

        return r == 0 && store_changes(l->store) == 0 ? LEDGER_E_NONE : r;
}

int notice_change(struct ledger *l, const char *id, const char *state, int64_t pos, const struct json *data) {
        int r = statement_do(&l->notices.change, "ttltiti", id, state, pos,
                json_get_string(data, "channel", ""), (int) json_get_int(data, "attempts", 0),
                json_get_string(data, "reason", ""), json_get_bool(data, "correction", false) ? 1 : 0);

        if (r == 0 && store_changes(l->store) == 0)
                r = LEDGER_E_NONE;
        return r;
}

int notice_judge(struct ledger *l, const char *id, const char *word, int64_t pos) {
        return statement_do(&l->notices.judge, "ttl", id, word, pos);
}

int notice_correct(struct ledger *l, const char *id, int64_t pos) {
        return statement_do(&l->notices.correct, "tl", id, pos);
}

int notice_end(struct ledger *l, const char *id, const char *state, int64_t pos) {
        return statement_do(&l->notices.end, "ttl", id, state, pos);
}

int notice_duties(struct ledger *l, struct shipment *s) {
        _cleanup_reset_ struct store_stmt *q = &l->notices.newest;
        int r = statement_first(q, "tt", s->merchant, s->id);

        for (; r == 0; r = store_step(q)) {
                enum notice_state state;
                enum notice_kind kind;

                if (!store_column_text(q, 0) || !store_column_text(q, 2) ||
                        notice_state_from_str(store_column_text(q, 2), &state) < 0)
                        return -EBADMSG;
                if (notice_kind_from_str(store_column_text(q, 0), &kind) < 0)
                        continue; /* a snapshot may tell of kinds that we do not send */
                s->notices[kind].n = (int) store_column_int64(q, 1) + 1;
                /* What had nothing new to say leaves what it would have followed as it is. */
                s->notices[kind].live =
                        state != NOTICE_CANCELLED || strcmp(store_column_str(q, 3), NOTICE_NOTHING_NEW) == 0;
                s->notices[kind].waits = notice_state_waits(state);
        }
        return r == STORE_E_DONE ? 0 : r;
}

int conflict_add(struct ledger *l, const struct row *row, const struct json *data) {
        return statement_do(&l->notices.conflict_add, "lttttt", row->pos, row->merchant, row->subject,
                json_get_string(data, "kind", ""), json_get_string(data, "parcel", ""),
                json_get_string(data, "text", ""));
}

int notices_delete(struct ledger *l, const char *merchant, const char *shipment) {
        int r = statement_do(&l->notices.of_shipment_delete, "tt", merchant, shipment);

        return r == 0 ? statement_do(&l->notices.conflicts_delete, "tt", merchant, shipment) : r;
}
