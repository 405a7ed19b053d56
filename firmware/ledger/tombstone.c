/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of a purged subject, so that a rescan is still recognised. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <string.h>

static const struct store_sql tombstone_sql[] = {
        LEDGER_SQL(tombstones.has, "SELECT 1 FROM tombstone WHERE merchant = ?1 AND shipment = ?2 LIMIT 1"),
        LEDGER_SQL(tombstones.find,
                "SELECT t.merchant, t.shipment, t.parcel, t.piece, a.kind = 'dead', "
                "t.state, t.bench, t.at_usec, t.at_offset, a.kind "
                "FROM tombstone_alias a JOIN tombstone t ON t.id = a.tombstone WHERE a.alias = ?1"),
        LEDGER_SQL(tombstones.find_unit,
                "SELECT t.shipment, t.parcel FROM tombstone_unit u JOIN tombstone t ON t.id = u.tombstone "
                "WHERE u.merchant = ?1 AND u.code = ?2 AND u.serial = ?3"),
        LEDGER_SQL(tombstones.add, "INSERT INTO tombstone (merchant, shipment, parcel, piece, state, bench, "
                                   "at_usec, at_offset, known) "
                                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
        LEDGER_SQL(tombstones.alias_add, "INSERT INTO tombstone_alias (alias, kind, tombstone) VALUES (?1, "
                                         "?2, ?3) ON CONFLICT DO NOTHING"),
        LEDGER_SQL(tombstones.unit_add,
                "INSERT INTO tombstone_unit (merchant, code, serial, tombstone) "
                "SELECT merchant, code, serial, ?2 FROM unit WHERE parcel = ?1 "
                "ON CONFLICT (merchant, code, serial) DO UPDATE SET tombstone = excluded.tombstone"),
        LEDGER_SQL(tombstones.numbers_add,
                "INSERT INTO tombstone_alias (alias, kind, tombstone) "
                "SELECT number, CASE WHEN dead THEN 'dead' ELSE 'number' END, ?4 FROM number "
                "WHERE merchant = ?1 AND shipment = ?2 AND parcel IN (?3, ?5) ON CONFLICT DO NOTHING"),
        LEDGER_SQL(tombstones.old,
                "SELECT id FROM tombstone WHERE at_usec < ?1 AND known = 0 ORDER BY at_usec LIMIT 1"),
        LEDGER_SQL(tombstones.delete, "DELETE FROM tombstone WHERE id = ?1"),
        LEDGER_SQL(tombstones.alias_delete, "DELETE FROM tombstone_alias WHERE tombstone = ?1"),
        LEDGER_SQL(tombstones.unit_delete, "DELETE FROM tombstone_unit WHERE tombstone = ?1"),
};
const struct statement_group tombstone_statements = {tombstone_sql, ELEMENTSOF(tombstone_sql)};

int tombstone_has(struct ledger *l, const char *merchant, const char *shipment, bool *hasp) {
        int64_t one = 0;
        int r = statement_int64(&l->tombstones.has, &one, "tt", merchant, shipment);

        if (r != 0 && r != STORE_E_DONE)
                return r;
        *hasp = r == 0;
        return 0;
}

/* A number may be a dead one too. */
static bool is_of_kind(const char *is, const char *wanted) {
        return strcmp(is, wanted) == 0 || (strcmp(wanted, "number") == 0 && strcmp(is, "dead") == 0);
}

/* A living number is told before a dead one, the youngest stone first. */
static bool is_nearer(const struct number_owner *a, const struct number_owner *b) {
        return a->dead != b->dead ? !a->dead : a->at_usec > b->at_usec;
}

/* @owner: the nearest so far, when it is `gone`. */
static int find_nearest(struct ledger *l, const char *kind, const char *key, struct number_owner *owner) {
        _cleanup_reset_ struct store_stmt *q = &l->tombstones.find;
        int r;

        statement_bind(q, "t", key);
        while ((r = store_step(q)) == 0) {
                struct number_owner candidate;

                if (!is_of_kind(store_column_text(q, 9), kind))
                        continue;
                r = owner_read(q, &candidate);
                if (r < 0)
                        return r;
                candidate.gone = true;
                if (!owner->gone || is_nearer(&candidate, owner))
                        *owner = candidate;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int tombstone_find(struct ledger *l, const char *kind, char keys[2][CODE_SIZE], struct number_owner *owner) {
        struct number_owner nearest = {0};
        int r = 0;

        for (int i = 0; i < 2 && r == 0; i++)
                if (*keys[i])
                        r = find_nearest(l, kind, keys[i], &nearest);
        if (r != 0)
                return r;
        if (!nearest.gone)
                return LEDGER_E_NONE;
        *owner = nearest;
        return 0;
}

int tombstone_find_unit(struct ledger *l, const char *merchant, const char *code_key, const char *serial,
        struct unit_owner *owner) {
        _cleanup_reset_ struct store_stmt *q = &l->tombstones.find_unit;
        int r = statement_first(q, "ttt", merchant, code_key, serial);

        if (r != 0)
                return r == STORE_E_DONE ? LEDGER_E_NONE : r;
        owner->gone = true;
        return statement_copy(q, 0, owner->shipment, sizeof(owner->shipment)) &&
                               statement_copy(q, 1, owner->parcel, sizeof(owner->parcel))
                       ? 0
                       : -EBADMSG;
}

/* ---- making and removing them ---- */

static int add_alias(struct ledger *l, int64_t stone, const char *kind, const char *alias) {
        return *alias ? statement_do(&l->tombstones.alias_add, "ttl", alias, kind, stone) : 0;
}

static int add_code(struct ledger *l, const char *key, void *userdata) {
        const int64_t *stone = userdata;

        return add_alias(l, *stone, "code", key);
}

int tombstone_add(
        struct ledger *l, const struct shipment *s, const struct parcel *p, bool known, bool with_rest) {
        int64_t stone;
        int r = statement_do(&l->tombstones.add, "tttittlii", s->merchant, s->id, p->id, p->piece,
                parcel_state_to_str(p->state), p->bench, p->since_usec, p->since_offset_sec, known ? 1 : 0);

        if (r != 0)
                return r;
        stone = store_last_rowid(l->store);
        r = add_alias(l, stone, "parcel", p->id);
        for (const struct json *e = json_first(json_get(s->doc, "open_codes")); e && r == 0;
                e = json_next(e)) {
                char keys[2][CODE_SIZE];

                open_code_keys(json_string(e) ? json_string(e) : "", keys);
                r = add_alias(l, stone, "code", keys[0]);
                if (r == 0)
                        r = add_alias(l, stone, "code", keys[1]);
        }
        if (s->pickup.wanted)
                for (const struct json *e = json_first(json_get(s->doc, "orders")); e && r == 0;
                        e = json_next(e))
                        r = add_alias(l, stone, "code", json_string(e) ? json_string(e) : "");
        if (r == 0 && !s->doc)
                r = add_alias(l, stone, "code", s->id);
        if (r == 0 && !s->doc)
                r = shipment_known_codes(l, s->merchant, s->id, add_code, &stone);
        if (r == 0)
                r = statement_do(&l->tombstones.numbers_add, "tttlt", s->merchant, s->id, p->id, stone,
                        with_rest ? "" : p->id);
        return r == 0 ? statement_do(&l->tombstones.unit_add, "tl", p->id, stone) : r;
}

int tombstone_remove_old(struct ledger *l, int64_t before_usec, bool *gonep) {
        int64_t stone = 0;
        int r = statement_int64(&l->tombstones.old, &stone, "l", before_usec);

        *gonep = r == 0;
        if (r != 0)
                return r == STORE_E_DONE ? 0 : r;
        r = statement_do(&l->tombstones.alias_delete, "l", stone);
        if (r == 0)
                r = statement_do(&l->tombstones.unit_delete, "l", stone);
        return r == 0 ? statement_do(&l->tombstones.delete, "l", stone) : r;
}
