/* SPDX-License-Identifier: Apache-2.0 */
/* Of whom a code, a number or a unit is. Each question is one step in an index. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <string.h>

#define OWNER_COLUMNS "p.state, p.bench, p.since_usec, p.since_offset"

static const struct store_sql world_code_sql[] = {
        /* A cancelled shipment of which nothing was packed still answers to its code, unless a living one does. */
        LEDGER_SQL(world_code.open_codes,
                "SELECT s.merchant, s.id, s.closed_usec > 0 FROM open_code o "
                "JOIN shipment s ON s.merchant = o.merchant AND s.id = o.shipment WHERE o.code = ?1 "
                "AND CASE "
                "WHEN s.closed_usec = 0 THEN s.doc_pos > 0 OR EXISTS (SELECT 1 FROM parcel p WHERE "
                "p.merchant = s.merchant "
                "AND p.shipment = s.id AND p.state <> 'voided') "
                "ELSE s.cancelled AND NOT EXISTS (SELECT 1 FROM parcel p WHERE p.merchant = s.merchant AND "
                "p.shipment = s.id) "
                "END"),
        LEDGER_SQL(world_code.closed_code,
                "SELECT p.merchant, p.shipment, p.id, p.piece, 0, " OWNER_COLUMNS " FROM open_code o "
                "JOIN shipment s ON s.merchant = o.merchant AND s.id = o.shipment "
                "JOIN parcel p ON p.merchant = s.merchant AND p.shipment = s.id "
                "WHERE o.code IN (?1, ?2) AND s.closed_usec > 0 "
                "ORDER BY p.state = 'voided', p.since_usec DESC, p.id LIMIT 1"),
        LEDGER_SQL(world_code.number,
                "SELECT n.merchant, n.shipment, n.parcel, n.piece, n.dead, " OWNER_COLUMNS " FROM number n "
                "LEFT JOIN parcel p ON p.id = n.parcel WHERE n.number = ?1"),
        LEDGER_SQL(world_code.number_on_box,
                "SELECT data ->> 'number' FROM fact WHERE subject = ?1 AND type = "
                "'parcel.ready' ORDER BY pos DESC LIMIT 1"),
        LEDGER_SQL(world_code.parcel,
                "SELECT p.merchant, p.shipment, p.id, p.piece, p.state = 'voided', " OWNER_COLUMNS
                " FROM parcel p WHERE p.id = ?1"),
        LEDGER_SQL(world_code.unit,
                "SELECT shipment, parcel FROM unit WHERE merchant = ?1 AND code = ?2 AND serial = ?3"),
        LEDGER_SQL(
                world_code.units_of, "SELECT line, serial FROM unit WHERE parcel = ?1 ORDER BY line, serial"),
};
const struct statement_group world_code_statements = {world_code_sql, ELEMENTSOF(world_code_sql)};

/* Columns: merchant, shipment, parcel, piece, dead, state, bench, since, offset. */
int owner_read(const struct store_stmt *q, struct number_owner *owner) {
        const char *state = store_column_text(q, 5);
        bool fits;

        *owner = (struct number_owner){
                .piece = (int) store_column_int64(q, 3),
                .dead = store_column_int64(q, 4) != 0,
                .at_usec = store_column_int64(q, 7),
                .at_offset_sec = (int) store_column_int64(q, 8),
        };
        fits = statement_copy(q, 0, owner->merchant, sizeof(owner->merchant)) &&
               statement_copy(q, 1, owner->shipment, sizeof(owner->shipment)) &&
               statement_copy(q, 2, owner->parcel, sizeof(owner->parcel)) &&
               statement_copy(q, 6, owner->bench, sizeof(owner->bench));
        if (state && parcel_state_from_str(state, &owner->state) < 0)
                return -EBADMSG;
        return fits ? 0 : -EBADMSG;
}

static bool has_ref(const struct shipment_ref *refs, size_t n, const struct shipment_ref *ref) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(refs[i].merchant, ref->merchant) == 0 &&
                        strcmp(refs[i].shipment, ref->shipment) == 0)
                        return true; /* by both forms of the code */
        return false;
}

struct found { /* shipments that answer to a code */
        struct shipment_ref *refs;
        size_t max, n;
        bool only_closed;
};

/* One form of the code: a list of forms would cost SQLite a table of its own. */
static int find_open(struct ledger *l, const char *key, struct found *f) {
        _cleanup_reset_ struct store_stmt *q = &l->world_code.open_codes;
        int r = STORE_E_DONE;

        statement_bind(q, "t", key);
        while ((f->n < f->max || f->only_closed) && (r = store_step(q)) == 0) {
                bool closed = store_column_int64(q, 2) != 0;
                struct shipment_ref ref;

                if (closed && !f->only_closed)
                        continue;
                if (!closed && f->only_closed)
                        f->n = 0; /* a living one is meant */
                f->only_closed = closed;
                if (!statement_copy(q, 0, ref.merchant, sizeof(ref.merchant)) ||
                        !statement_copy(q, 1, ref.shipment, sizeof(ref.shipment)))
                        return -EBADMSG;
                if (f->n < f->max && !has_ref(f->refs, f->n, &ref))
                        f->refs[f->n++] = ref;
        }
        return r == 0 || r == STORE_E_DONE ? 0 : r;
}

int world_open_code(void *u, const char *code, struct shipment_ref *refs, size_t max, size_t *n) {
        struct found f = {.refs = refs, .max = max, .only_closed = true};
        char keys[2][CODE_SIZE];
        int r;

        open_code_keys(code, keys);
        r = find_open(u, keys[0], &f);
        if (r == 0 && *keys[1])
                r = find_open(u, keys[1], &f);
        *n = f.n;
        return r;
}

static int first_owner(
        struct store_stmt *statement, struct number_owner *owner, const char *a, const char *b) {
        _cleanup_reset_ struct store_stmt *q = statement;
        int r = b ? statement_first(q, "tt", a, b) : statement_first(q, "t", a);

        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        return owner_read(q, owner);
}

/* Two shipments may have had one number in the course of time: a living one is meant, then the youngest. */
static bool is_nearer(const struct number_owner *a, const struct number_owner *b) {
        return a->dead != b->dead ? !a->dead : a->at_usec > b->at_usec;
}

/* @owner: the nearest so far, when @foundp says so. */
static int nearest_number(struct ledger *l, const char *key, struct number_owner *owner, bool *foundp) {
        _cleanup_reset_ struct store_stmt *q = &l->world_code.number;
        int r;

        statement_bind(q, "t", key);
        while ((r = store_step(q)) == 0) {
                struct number_owner candidate;

                r = owner_read(q, &candidate);
                if (r < 0)
                        return r;
                if (!*foundp || is_nearer(&candidate, owner))
                        *owner = candidate;
                *foundp = true;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int living_number(struct ledger *l, char keys[2][CODE_SIZE], struct number_owner *owner) {
        bool found = false;
        int r = nearest_number(l, keys[0], owner, &found);

        if (r == 0 && *keys[1])
                r = nearest_number(l, keys[1], owner, &found);
        if (r != 0)
                return r;
        return found ? 0 : WORLD_E_NONE;
}

int world_number(void *u, const char *number, struct number_owner *owner) {
        struct ledger *l = u;
        char keys[2][CODE_SIZE];
        int r;

        open_code_keys(number, keys);
        r = living_number(l, keys, owner);
        return r == WORLD_E_NONE ? tombstone_find(l, "number", keys, owner) : r;
}

int world_number_on_box(void *u, const char *parcel, char number[CODE_SIZE]) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_code.number_on_box;
        int r = statement_first(q, "t", parcel);

        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        return statement_copy(q, 0, number, CODE_SIZE) ? 0 : WORLD_E_NONE;
}

int world_parcel(void *u, const char *parcel, struct number_owner *owner) {
        struct ledger *l = u;
        char keys[2][CODE_SIZE] = {""};
        int r = first_owner(&l->world_code.parcel, owner, parcel, NULL);

        if (r != WORLD_E_NONE || !copy_text(keys[0], CODE_SIZE, parcel))
                return r;
        return tombstone_find(l, "parcel", keys, owner);
}

int world_closed_code(void *u, const char *code, struct number_owner *owner) {
        struct ledger *l = u;
        char keys[2][CODE_SIZE];
        int r;

        open_code_keys(code, keys);
        r = first_owner(&l->world_code.closed_code, owner, keys[0], keys[1]);
        return r == WORLD_E_NONE ? tombstone_find(l, "code", keys, owner) : r;
}

int world_unit(
        void *u, const char *merchant, const char *code, const char *serial, struct unit_owner *owner) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_code.unit;
        char key[CODE_SIZE];
        int r;

        *owner = (struct unit_owner){0};
        code_key(code, key);
        r = statement_first(q, "ttt", merchant, key, serial);
        if (r == STORE_E_DONE)
                return tombstone_find_unit(l, merchant, key, serial, owner);
        if (r != 0)
                return r;
        return statement_copy(q, 0, owner->shipment, sizeof(owner->shipment)) &&
                               statement_copy(q, 1, owner->parcel, sizeof(owner->parcel))
                       ? 0
                       : -EBADMSG;
}

int world_units_of(
        void *u, const char *parcel, int (*each)(void *eu, const char *line, const char *serial), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world_code.units_of;
        int r;

        statement_bind(q, "t", parcel);
        while ((r = store_step(q)) == 0) {
                r = each(eu, store_column_text(q, 0), store_column_text(q, 1));
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}
