/* SPDX-License-Identifier: Apache-2.0 */
/* Parcels, what is in them by line, and which serials. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PARCEL_COLUMNS                                                                                       \
        "id, merchant, shipment, piece, pieces, state, bench, actor, carrier, number, printed, prints, "     \
        "bay, shelf, "                                                                                       \
        "reason, pull_reason, how, unverified, partial, known, version, since_usec, since_offset, "          \
        "ready_usec, opened_pos, crate"
#define PARCEL_SHAPE                                                                                         \
        "tttiitttttiittttt"                                                                                  \
        "iiillillt"

static const struct store_sql parcel_sql[] = {
        LEDGER_SQL(parcels.get, "SELECT " PARCEL_COLUMNS " FROM parcel WHERE id = ?1"),
        LEDGER_SQL(parcels.insert, "INSERT INTO parcel (" PARCEL_COLUMNS
                                   ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
                                   "?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)"),
        /* What never changes is not written: its index stays as it is. */
        LEDGER_SQL(parcels.put,
                "UPDATE parcel SET state = ?2, bench = ?3, actor = ?4, carrier = ?5, number = ?6, "
                "printed = ?7, prints = ?8, bay = ?9, shelf = ?10, reason = ?11, pull_reason = ?12, "
                "how = ?13, unverified = ?14, partial = ?15, version = ?16, since_usec = ?17, "
                "since_offset = ?18, ready_usec = ?19 WHERE id = ?1"),
        LEDGER_SQL(parcels.move, "UPDATE parcel SET shipment = ?2, piece = ?3, pieces = ?4 WHERE id = ?1"),
        LEDGER_SQL(parcels.of_shipment,
                "SELECT " PARCEL_COLUMNS " FROM parcel WHERE merchant = ?1 AND shipment = ?2"),
        LEDGER_SQL(parcels.states_of,
                "SELECT state, partial, known FROM parcel WHERE merchant = ?1 AND shipment = ?2"),
        LEDGER_SQL(parcels.told_of,
                "SELECT id, opened_pos FROM parcel WHERE merchant = ?1 AND shipment = ?2 AND known = 1"),
        LEDGER_SQL(parcels.put_pull, "UPDATE parcel SET pull_reason = ?2 WHERE id = ?1"),
        LEDGER_SQL(parcels.delete, "DELETE FROM parcel WHERE id = ?1"),
        LEDGER_SQL(parcels.line_get,
                "SELECT line, quantity, by_hand, counted, confirmed, by_tag FROM parcel_line "
                "WHERE parcel = ?1 ORDER BY line"),
        LEDGER_SQL(parcels.line_add,
                "INSERT INTO parcel_line (parcel, line, quantity, by_hand, counted, confirmed, by_tag) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                "ON CONFLICT (parcel, line) DO UPDATE SET quantity = quantity + excluded.quantity, "
                "by_hand = by_hand + excluded.by_hand, counted = counted + excluded.counted, "
                "confirmed = confirmed + excluded.confirmed, by_tag = by_tag + excluded.by_tag"),
        LEDGER_SQL(parcels.line_take,
                "UPDATE parcel_line SET quantity = quantity - ?3, by_hand = min(by_hand, quantity - ?3), "
                "counted = min(counted, quantity - ?3), confirmed = min(confirmed, quantity - ?3), "
                "by_tag = min(by_tag, quantity - ?3) "
                "WHERE parcel = ?1 AND line = ?2"),
        LEDGER_SQL(parcels.line_prune,
                "DELETE FROM parcel_line WHERE parcel = ?1 AND line = ?2 AND quantity <= 0"),
        LEDGER_SQL(parcels.lines_clear, "DELETE FROM parcel_line WHERE parcel = ?1"),
        LEDGER_SQL(parcels.unit_put, "INSERT INTO unit (merchant, code, serial, shipment, parcel, line) "
                                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
                                     "ON CONFLICT (merchant, code, serial) DO UPDATE SET shipment = "
                                     "excluded.shipment, parcel = excluded.parcel, "
                                     "line = excluded.line"),
        LEDGER_SQL(parcels.unit_delete, "DELETE FROM unit WHERE parcel = ?1 AND line = ?2 AND serial = ?3"),
        LEDGER_SQL(parcels.units_clear, "DELETE FROM unit WHERE parcel = ?1"),
        LEDGER_SQL(parcels.units_move, "UPDATE unit SET shipment = ?2 WHERE parcel = ?1"),
};
const struct statement_group parcel_statements = {parcel_sql, ELEMENTSOF(parcel_sql)};

static int read_row(const struct store_stmt *q, struct parcel_row *out) {
        struct parcel *p = &out->p;
        const char *state = store_column_text(q, 5);
        bool fits;

        *out = (struct parcel_row){
                .known = store_column_int64(q, 19) != 0,
                .opened_pos = store_column_int64(q, 24),
        };
        if (!state || parcel_state_from_str(state, &p->state) < 0)
                return -EBADMSG;
        fits = statement_copy(q, 0, p->id, sizeof(p->id)) &&
               statement_copy(q, 1, p->merchant, sizeof(p->merchant)) &&
               statement_copy(q, 2, p->shipment, sizeof(p->shipment)) &&
               statement_copy(q, 6, p->bench, sizeof(p->bench)) &&
               statement_copy(q, 7, p->actor, sizeof(p->actor)) &&
               statement_copy(q, 8, p->carrier, sizeof(p->carrier)) &&
               statement_copy(q, 9, p->number, sizeof(p->number)) &&
               statement_copy(q, 12, p->bay, sizeof(p->bay)) &&
               statement_copy(q, 13, p->shelf, sizeof(p->shelf)) &&
               statement_copy(q, 14, p->reason, sizeof(p->reason)) &&
               statement_copy(q, 15, p->pull_reason, sizeof(p->pull_reason)) &&
               statement_copy(q, 16, p->how, sizeof(p->how)) &&
               statement_copy(q, 25, p->crate, sizeof(p->crate));
        p->piece = (int) store_column_int64(q, 3);
        p->pieces = (int) store_column_int64(q, 4);
        p->printed = store_column_int64(q, 10) != 0;
        p->prints = (int) store_column_int64(q, 11);
        p->unverified = store_column_int64(q, 17) != 0;
        p->partial = store_column_int64(q, 18) != 0;
        p->version = store_column_int64(q, 20);
        p->since_usec = store_column_int64(q, 21);
        p->since_offset_sec = (int) store_column_int64(q, 22);
        p->ready_usec = store_column_int64(q, 23);
        return fits ? 0 : -EBADMSG;
}

/* One parcel has most of its facts one after the other: its row is as it was read or written last. */
static void remember(struct ledger *l, const struct parcel_row *row) {
        l->parcel.row = *row;
        l->parcel.n_undone = store_n_undone(l->store);
        l->parcel.known = true;
}

static void forget(struct ledger *l) {
        l->parcel.known = false;
}

int parcel_get(struct ledger *l, const char *parcel, struct parcel_row *out) {
        _cleanup_reset_ struct store_stmt *q = &l->parcels.get;
        int r;

        if (l->parcel.known && l->parcel.n_undone == store_n_undone(l->store) &&
                strcmp(l->parcel.row.p.id, parcel) == 0) {
                *out = l->parcel.row;
                return 0;
        }
        r = statement_first(q, "t", parcel);
        if (r != 0)
                return r == STORE_E_DONE ? LEDGER_E_NONE : r;
        r = read_row(q, out);
        if (r == 0)
                remember(l, out);
        return r;
}

int parcel_insert(struct ledger *l, const struct parcel_row *row) {
        const struct parcel *p = &row->p;
        int r;

        forget(l);
        r = statement_do(&l->parcels.insert, PARCEL_SHAPE, p->id, p->merchant, p->shipment, p->piece,
                p->pieces, parcel_state_to_str(p->state), p->bench, p->actor, p->carrier, p->number,
                p->printed ? 1 : 0, p->prints, p->bay, p->shelf, p->reason, p->pull_reason, p->how,
                p->unverified ? 1 : 0, p->partial ? 1 : 0, row->known ? 1 : 0, p->version, p->since_usec,
                p->since_offset_sec, p->ready_usec, row->opened_pos, p->crate);
        if (r == 0)
                remember(l, row);
        return r;
}

int parcel_put(struct ledger *l, const struct parcel_row *row) {
        const struct parcel *p = &row->p;
        int r;

        forget(l);
        r = statement_do(&l->parcels.put, "ttttttiitttttiillil", p->id, parcel_state_to_str(p->state),
                p->bench, p->actor, p->carrier, p->number, p->printed ? 1 : 0, p->prints, p->bay, p->shelf,
                p->reason, p->pull_reason, p->how, p->unverified ? 1 : 0, p->partial ? 1 : 0, p->version,
                p->since_usec, p->since_offset_sec, p->ready_usec);
        if (r == 0)
                remember(l, row);
        return r;
}

int parcel_move(struct ledger *l, const struct parcel *p) {
        forget(l);
        return statement_do(&l->parcels.move, "ttii", p->id, p->shipment, p->piece, p->pieces);
}

int parcel_put_crate(struct ledger *l, const struct parcel_row *p) {
        forget(l);
        return statement_do(&l->pickups.put_crate, "ttt", p->p.id, p->p.crate, p->p.number);
}

int parcel_put_pull(struct ledger *l, const char *parcel, const char *reason) {
        forget(l);
        return statement_do(&l->parcels.put_pull, "tt", parcel, reason);
}

int parcel_tally(struct ledger *l, const char *merchant, const char *shipment, struct parcel_tally *t) {
        _cleanup_reset_ struct store_stmt *q = &l->parcels.states_of;
        int r;

        *t = (struct parcel_tally){0};
        statement_bind(q, "tt", merchant, shipment);
        while ((r = store_step(q)) == 0) {
                const char *text = store_column_text(q, 0);
                enum parcel_state state;

                if (!text || parcel_state_from_str(text, &state) < 0)
                        return -EBADMSG;
                t->known |= store_column_int64(q, 2) != 0;
                if (state == PARCEL_VOIDED)
                        continue;
                t->living++;
                t->parked += state == PARCEL_PARKED;
                t->ready += state == PARCEL_READY;
                t->shipped += state == PARCEL_SHIPPED;
                t->waiting += state == PARCEL_EXPECTED || state == PARCEL_ARRIVED ||
                              state == PARCEL_SHELVED || state == PARCEL_MISSING || state == PARCEL_EXPIRED;
                t->handed += state == PARCEL_COLLECTED || state == PARCEL_RESTOCKED;
                t->partial |= store_column_int64(q, 1) != 0;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int load_lines(struct ledger *l, struct parcel *p) {
        _cleanup_reset_ struct store_stmt *q = &l->parcels.line_get;
        size_t size = 0;
        int r;

        statement_bind(q, "t", p->id);
        while ((r = store_step(q)) == 0) {
                struct parcel_line *line;

                if (p->n_lines == size) {
                        struct parcel_line *lines =
                                reallocarray(p->lines, size ? size * 2 : 4, sizeof(*lines));

                        if (!lines)
                                return -ENOMEM;
                        size = size ? size * 2 : 4;
                        p->lines = lines;
                }
                line = &p->lines[p->n_lines++];
                *line = (struct parcel_line){
                        .quantity = (int) store_column_int64(q, 1),
                        .by_hand = (int) store_column_int64(q, 2),
                        .counted = (int) store_column_int64(q, 3),
                        .confirmed = (int) store_column_int64(q, 4),
                        .by_tag = (int) store_column_int64(q, 5),
                };
                if (!statement_copy(q, 0, line->line, sizeof(line->line)))
                        return -EBADMSG;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int compare(const struct parcel *a, int64_t a_pos, const struct parcel *b, int64_t b_pos) {
        if (a->piece != b->piece)
                return a->piece - b->piece;
        return (a_pos > b_pos) - (a_pos < b_pos);
}

/* By piece, then age. There are few, and SQLite's sorter costs more than all the rest of the question. */
static void insert_sorted(struct shipment *s, int64_t *ages, const struct parcel_row *row) {
        size_t i = s->n_parcels++;

        while (i > 0 && compare(&s->parcels[i - 1], ages[i - 1], &row->p, row->opened_pos) > 0) {
                s->parcels[i] = s->parcels[i - 1];
                ages[i] = ages[i - 1];
                i--;
        }
        s->parcels[i] = row->p;
        ages[i] = row->opened_pos;
}

int parcel_load_all(struct ledger *l, struct shipment *s) {
        _cleanup_reset_ struct store_stmt *q = &l->parcels.of_shipment;
        _autofree_ int64_t *ages = NULL;
        int r;

        statement_bind(q, "tt", s->merchant, s->id);
        while ((r = store_step(q)) == 0) {
                struct parcel *parcels = reallocarray(s->parcels, s->n_parcels + 1, sizeof(*parcels));
                int64_t *more;
                struct parcel_row row;

                if (!parcels)
                        return -ENOMEM;
                s->parcels = parcels;
                more = reallocarray(ages, s->n_parcels + 1, sizeof(*ages));
                if (!more)
                        return -ENOMEM;
                ages = more;
                r = read_row(q, &row);
                if (r < 0)
                        return r;
                insert_sorted(s, ages, &row);
        }
        if (r != STORE_E_DONE)
                return r;
        for (size_t i = 0; i < s->n_parcels; i++) {
                r = load_lines(l, &s->parcels[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* @n: how much of it, and how it came there */
static int line_write(struct ledger *l, const char *parcel, const char *line, const struct parcel_line *n) {
        return statement_do(&l->parcels.line_add, "ttiiiii", parcel, line, n->quantity, n->by_hand,
                n->counted, n->confirmed, n->by_tag);
}

int parcel_line_add(struct ledger *l, const char *parcel, const char *line, int quantity, const char *how) {
        struct parcel_line n = {.quantity = quantity};

        n.by_hand = strcmp(how, "hand") == 0 ? quantity : 0;
        n.counted = strcmp(how, "counted") == 0 ? quantity : 0;
        n.confirmed = strcmp(how, "confirmed") == 0 ? quantity : 0;
        n.by_tag = strcmp(how, "rfid") == 0 ? quantity : 0;
        return line_write(l, parcel, line, &n);
}

int parcel_line_take(struct ledger *l, const char *parcel, const char *line, int quantity) {
        int r = statement_do(&l->parcels.line_take, "tti", parcel, line, quantity);

        return r == 0 ? statement_do(&l->parcels.line_prune, "tt", parcel, line) : r;
}

int parcel_put_contents(struct ledger *l, const char *parcel, const struct json *contents) {
        int r = statement_do(&l->parcels.lines_clear, "t", parcel);

        for (const struct json *e = json_first(contents); e && r == 0; e = json_next(e)) {
                const char *line = json_get_string(e, "line", NULL);
                struct parcel_line n = {
                        .quantity = (int) json_get_int(e, "quantity", 0),
                        .by_hand = (int) json_get_int(e, "hand", 0),
                        .counted = (int) json_get_int(e, "counted", 0),
                        .confirmed = (int) json_get_int(e, "confirmed", 0),
                        .by_tag = (int) json_get_int(e, "rfid", 0),
                };

                if (!line || strlen(line) >= NAME_SIZE || n.quantity <= 0)
                        return LEDGER_E_UNFIT;
                r = line_write(l, parcel, line, &n);
        }
        return r;
}

int parcel_unit_put(
        struct ledger *l, const struct parcel *p, const char *code, const char *serial, const char *line) {
        char key[CODE_SIZE];

        code_key(code, key);
        return statement_do(
                &l->parcels.unit_put, "tttttt", p->merchant, key, serial, p->shipment, p->id, line);
}

int parcel_unit_take(struct ledger *l, const char *parcel, const char *line, const char *serial) {
        return statement_do(&l->parcels.unit_delete, "ttt", parcel, line, serial);
}

int parcel_clear(struct ledger *l, const char *parcel) {
        int r = statement_do(&l->parcels.lines_clear, "t", parcel);

        return r == 0 ? statement_do(&l->parcels.units_clear, "t", parcel) : r;
}

int parcel_units_move(struct ledger *l, const char *parcel, const char *shipment) {
        return statement_do(&l->parcels.units_move, "tt", parcel, shipment);
}

int parcel_delete(struct ledger *l, const char *parcel) {
        int r = parcel_clear(l, parcel);

        forget(l);
        return r == 0 ? statement_do(&l->parcels.delete, "t", parcel) : r;
}
