/* SPDX-License-Identifier: Apache-2.0 */
/* Shipments that wait for their customers, or did. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <string.h>

static const struct store_sql pickup_sql[] = {
        LEDGER_SQL(pickups.get, "SELECT ready_usec, ready_offset, keep_until_usec, partial, paid FROM pickup "
                                "WHERE merchant = ?1 AND shipment = ?2"),
        LEDGER_SQL(pickups.put,
                "INSERT INTO pickup (merchant, shipment, ready_usec, ready_offset, keep_until_usec, partial, "
                "paid, open) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1) ON CONFLICT (merchant, shipment) DO "
                "NOTHING"),
        LEDGER_SQL(pickups.put_paid, "UPDATE pickup SET paid = 1 WHERE merchant = ?1 AND shipment = ?2"),
        LEDGER_SQL(pickups.put_open,
                "UPDATE pickup SET open = ?3 WHERE merchant = ?1 AND shipment = ?2 AND open <> ?3"),
        LEDGER_SQL(pickups.delete, "DELETE FROM pickup WHERE merchant = ?1 AND shipment = ?2"),
        LEDGER_SQL(pickups.put_expected,
                "UPDATE shipment SET expected_version = ?3 WHERE merchant = ?1 AND id = ?2"),
        LEDGER_SQL(pickups.expected_of, "SELECT id FROM parcel WHERE merchant = ?1 AND shipment = ?2 AND "
                                        "state = 'expected' ORDER BY id"),
        LEDGER_SQL(pickups.numbers_drop,
                "DELETE FROM number WHERE merchant = ?1 AND shipment = ?2 AND parcel = ?3"),
        LEDGER_SQL(pickups.put_crate, "UPDATE parcel SET crate = ?2, number = ?3 WHERE id = ?1"),
};
const struct statement_group pickup_statements = {pickup_sql, ELEMENTSOF(pickup_sql)};

int pickup_get(struct ledger *l, const char *merchant, const char *shipment, struct pickup_state *out) {
        _cleanup_reset_ struct store_stmt *q = &l->pickups.get;
        int r = statement_first(q, "tt", merchant, shipment);

        if (r != 0) {
                *out = (struct pickup_state){0};
                return r == STORE_E_DONE ? 0 : r;
        }
        *out = (struct pickup_state){
                .is_ready = true,
                .ready_usec = store_column_int64(q, 0),
                .ready_offset_sec = (int) store_column_int64(q, 1),
                .keep_until_usec = store_column_int64(q, 2),
                .partial = store_column_int64(q, 3) != 0,
                .paid = store_column_int64(q, 4) != 0,
        };
        return 0;
}

int pickup_put(struct ledger *l, const char *merchant, const char *shipment, const struct pickup_state *p) {
        return statement_do(&l->pickups.put, "ttlilii", merchant, shipment, p->ready_usec,
                p->ready_offset_sec, p->keep_until_usec, p->partial ? 1 : 0, p->paid ? 1 : 0);
}

int pickup_put_paid(struct ledger *l, const char *merchant, const char *shipment) {
        return statement_do(&l->pickups.put_paid, "tt", merchant, shipment);
}

int pickup_put_open(struct ledger *l, const char *merchant, const char *shipment, bool open) {
        return statement_do(&l->pickups.put_open, "tti", merchant, shipment, open ? 1 : 0);
}

int pickup_delete(struct ledger *l, const char *merchant, const char *shipment) {
        return statement_do(&l->pickups.delete, "tt", merchant, shipment);
}

/* ---- what is on its way ---- */

static bool lists(const struct json *parcels, const char *id) {
        for (const struct json *e = json_first(parcels); e; e = json_next(e))
                if (strcmp(json_get_string(e, "parcel", ""), id) == 0)
                        return true;
        return false;
}

/* One that is not expected any more never was here: nothing of it stays. Return: 0, -errno; *morep: look again. */
static int drop_one(struct ledger *l, const struct row *row, const struct json *parcels, bool *morep) {
        _cleanup_reset_ struct store_stmt *q = &l->pickups.expected_of;
        char id[UUID_TEXT_MAX] = "";
        int r;

        *morep = false;
        statement_bind(q, "tt", row->merchant, row->subject);
        while ((r = store_step(q)) == 0) {
                if (!statement_copy(q, 0, id, sizeof(id)))
                        return -EBADMSG;
                if (!lists(parcels, id))
                        break;
                id[0] = '\0';
        }
        if (r < 0 || !*id)
                return r < 0 ? r : 0;
        store_reset(q);
        *morep = true;
        r = statement_do(&l->pickups.numbers_drop, "ttt", row->merchant, row->subject, id);
        return r == 0 ? parcel_delete(l, id) : r;
}

static int drop_rest(struct ledger *l, const struct row *row, const struct json *parcels) {
        bool more = true;
        int r = 0;

        while (r == 0 && more)
                r = drop_one(l, row, parcels, &more);
        return r;
}

/* The first code stands for the number; the others find the parcel as well. */
static int put_codes(struct ledger *l, const struct parcel *p, const struct json *codes) {
        struct parcel alias = *p;
        int r = 0;

        for (const struct json *c = json_first(codes); c && r == 0; c = json_next(c))
                if (json_string(c) && copy_text(alias.number, sizeof(alias.number), json_string(c)))
                        r = number_own(l, &alias);
        return r;
}

static int put_new(struct ledger *l, const struct row *row, const struct json *e, struct parcel_row *p) {
        *p = (struct parcel_row){.opened_pos = row->pos};
        if (!copy_text(p->p.id, sizeof(p->p.id), json_get_string(e, "parcel", "")))
                return unfit(row, "a parcel of no shape");
        (void) copy_text(p->p.merchant, sizeof(p->p.merchant), row->merchant); /* from fields of that size */
        (void) copy_text(p->p.shipment, sizeof(p->p.shipment), row->subject);
        p->p.state = PARCEL_EXPECTED;
        p->p.piece = p->p.pieces = (int) json_get_int(e, "piece", 1);
        p->p.printed = true;
        p->p.since_usec = row->wall_usec;
        p->p.since_offset_sec = row->offset_sec;
        return parcel_insert(l, p);
}

static int expect(struct ledger *l, const struct row *row, const struct json *e) {
        const struct json *codes = json_get(e, "codes");
        struct parcel_row p;
        int r = parcel_get(l, json_get_string(e, "parcel", ""), &p);
        bool is_new = r == LEDGER_E_NONE;

        if (is_new)
                r = put_new(l, row, e, &p);
        if (r != 0)
                return r;
        if (strcmp(p.p.merchant, row->merchant) != 0 || strcmp(p.p.shipment, row->subject) != 0)
                return unfit(row, "another shipment's parcel");
        if (is_new || p.p.state == PARCEL_EXPECTED) { /* what is here already bears what it bears */
                const char *number = json_string(json_first(codes));

                (void) copy_text(p.p.number, sizeof(p.p.number), number ? number : "");
                (void) copy_text(p.p.crate, sizeof(p.p.crate), json_get_string(e, "crate", ""));
                r = statement_do(&l->pickups.numbers_drop, "ttt", row->merchant, row->subject, p.p.id);
                if (r == 0)
                        r = parcel_put_crate(l, &p);
        }
        if (r == 0)
                r = put_codes(l, &p.p, codes);
        if (r == 0 && json_type(json_get(e, "contents")) == JSON_ARRAY && p.p.state == PARCEL_EXPECTED)
                r = parcel_put_contents(l, p.p.id, json_get(e, "contents"));
        return r;
}

int pickup_expect(struct ledger *l, const struct row *row, const struct json *data) {
        const struct json *parcels = json_get(data, "parcels");
        int r = shipment_make(l, row->merchant, row->subject, false);

        if (r == 0)
                r = statement_do(&l->pickups.put_expected, "ttl", row->merchant, row->subject,
                        json_get_int(data, "version", 0));
        if (r == 0)
                r = drop_rest(l, row, parcels);
        for (const struct json *e = json_first(parcels); e && r == 0; e = json_next(e))
                r = expect(l, row, e);
        return r == 0 ? shipment_settle(l, row->merchant, row->subject, shipment_settle_usec(row)) : r;
}
