/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about parcels: subject = the parcel. What each does to it is one function of a few lines. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <string.h>

/* Writes the parcel; it lies open at its bench or no longer, and its shipment's stage follows. */
static int settle(
        struct ledger *l, const struct row *row, const struct parcel_row *p, const char *bench_before) {
        bool lies_open = p->p.state == PARCEL_OPEN || p->p.state == PARCEL_PACKED;
        int r = parcel_put(l, p);

        if (r == 0)
                r = lies_open ? bench_open(l, p->p.bench, p->p.id) : bench_done(l, bench_before, p->p.id);
        if (r == 0)
                r = shipment_settle(l, p->p.merchant, p->p.shipment, shipment_settle_usec(row));
        return fitting(row, r);
}

static int apply_opened(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p = {.opened_pos = row->pos};
        const char *shipment = json_get_string(data, "shipment", "");
        int r;

        if (!uuid_is_valid(row->subject) || !id_is_valid(shipment, ID_SIZE - 1))
                return unfit(row, "no uuid, or no shipment");
        PUT(p.p.id, row->subject);
        PUT(p.p.merchant, row->merchant);
        PUT(p.p.shipment, shipment);
        p.p.piece = (int) json_get_int(data, "piece", 1);
        p.p.pieces = (int) json_get_int(data, "pieces", 1);
        p.p.version = json_get_int(data, "version", 0);
        p.p.unverified = json_get_bool(data, "unverified", false);
        parcel_enter(&p, row, PARCEL_OPEN);
        r = p.p.unverified ? shipment_make(l, row->merchant, shipment, true) : 0;
        if (r == 0)
                r = parcel_insert(l, &p);
        if (r == 0)
                r = bench_open(l, p.p.bench, p.p.id);
        if (r == 0)
                r = shipment_settle(l, row->merchant, shipment, shipment_settle_usec(row));
        return fitting(row, r);
}

static int apply_verified(struct ledger *l, const struct row *row, const struct json *data) {
        const char *line = json_get_string(data, "line", ""), *serial = json_get_string(data, "serial", "");
        int quantity = (int) json_get_int(data, "quantity", 0);
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        if (quantity <= 0 || !*line || strlen(line) >= NAME_SIZE)
                return unfit(row, "no line or no quantity");
        r = parcel_line_add(l, row->subject, line, quantity, json_get_string(data, "how", ""));
        if (r == 0 && *serial)
                r = parcel_unit_put(l, &p.p, json_get_string(data, "code", ""), serial, line);
        return r;
}

static int apply_damaged(struct ledger *l, const struct row *row, const struct json *data) {
        const char *line = json_get_string(data, "line", ""), *serial = json_get_string(data, "serial", "");
        int r = 0;

        if (!json_get_bool(data, "verified", false))
                return 0;
        r = parcel_line_take(l, row->subject, line, (int) json_get_int(data, "quantity", 1));
        if (r == 0 && *serial)
                r = parcel_unit_take(l, row->subject, line, serial);
        return r;
}

static int apply_parked(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        parcel_enter(&p, row, PARCEL_PARKED);
        PUT(p.p.reason, json_get_string(data, "reason", ""));
        PUT(p.p.shelf, json_get_string(data, "shelf", ""));
        p.p.version = json_get_int(data, "version", p.p.version);
        return settle(l, row, &p, p.p.bench);
}

static int apply_resumed(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        parcel_enter(&p, row,
                strcmp(json_get_string(data, "state", ""), "packed") == 0 ? PARCEL_PACKED : PARCEL_OPEN);
        p.p.version = json_get_int(data, "version", p.p.version);
        p.p.shelf[0] = p.p.reason[0] = p.p.pull_reason[0] = 0;
        return settle(l, row, &p, p.p.bench);
}

static int apply_packed(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        parcel_enter(&p, row, PARCEL_PACKED);
        p.p.version = json_get_int(data, "version", p.p.version);
        p.p.partial = json_get_bool(data, "partial", false);
        r = parcel_put_contents(l, row->subject, json_get(data, "contents"));
        if (r == 0)
                r = parcel_put(l, &p); /* the stage is what it was: packing */
        if (r == 0)
                r = bench_open(l, p.p.bench, p.p.id);
        return r;
}

static int apply_printed(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        PUT(p.p.carrier, json_get_string(data, "carrier", ""));
        PUT(p.p.number, json_get_string(data, "number", ""));
        p.p.printed = true;
        p.p.prints = (int) json_get_int(data, "print", 1);
        r = parcel_put(l, &p);
        if (r == 0)
                r = number_own(l, &p.p);
        if (r == 0 && strcmp(json_get_string(data, "source", ""), "block") == 0)
                r = block_used(l, p.p.merchant, p.p.carrier, p.p.number);
        return r;
}

static int apply_replaced(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        r = number_kill(l, json_get_string(data, "old", ""), p.p.merchant, p.p.shipment);
        PUT(p.p.carrier, json_get_string(data, "carrier", ""));
        PUT(p.p.number, json_get_string(data, "number", ""));
        p.p.printed = false; /* the new label has not come out yet */
        p.p.prints = 0;
        if (r == 0)
                r = parcel_put(l, &p);
        return r == 0 ? number_own(l, &p.p) : r;
}

static int apply_ready(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        parcel_enter(&p, row, PARCEL_READY);
        PUT(p.p.carrier, json_get_string(data, "carrier", ""));
        PUT(p.p.number, json_get_string(data, "number", ""));
        PUT(p.p.bay, json_get_string(data, "bay", ""));
        p.p.printed = true;
        p.p.ready_usec = row_is_unsure(row) ? 0 : row->wall_usec;
        p.p.reason[0] = p.p.pull_reason[0] = 0;
        r = number_own(l, &p.p);
        return r == 0 ? settle(l, row, &p, p.p.bench) : r;
}

static int apply_pulled(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        parcel_enter(&p, row, PARCEL_PULLED);
        PUT(p.p.reason, json_get_string(data, "reason", ""));
        p.p.bay[0] = p.p.pull_reason[0] = 0;
        p.p.ready_usec = 0;
        return settle(l, row, &p, p.p.bench);
}

static int apply_shipped(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        parcel_enter(&p, row, PARCEL_SHIPPED);
        PUT(p.p.how, json_get_string(data, "how", ""));
        p.p.pull_reason[0] = 0;
        return settle(l, row, &p, p.p.bench);
}

static int apply_reopened(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        (void) data;
        if (r != 0)
                return r;
        parcel_enter(&p, row, PARCEL_OPEN);
        p.p.bay[0] = p.p.reason[0] = p.p.shelf[0] = p.p.pull_reason[0] = 0;
        p.p.ready_usec = 0;
        p.p.partial = false;
        return settle(l, row, &p, p.p.bench);
}

static int apply_voided(struct ledger *l, const struct row *row, const struct json *data) {
        char bench_before[NAME_SIZE];
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        PUT(bench_before, p.p.bench);
        parcel_enter(&p, row, PARCEL_VOIDED);
        PUT(p.p.reason, json_get_string(data, "reason", ""));
        p.p.bay[0] = p.p.shelf[0] = p.p.pull_reason[0] = 0;
        p.p.ready_usec = 0;
        r = parcel_clear(l, row->subject);
        if (r == 0 && *json_get_string(data, "number", ""))
                r = number_kill(l, json_get_string(data, "number", ""), p.p.merchant, p.p.shipment);
        return r == 0 ? settle(l, row, &p, bench_before) : r;
}

/* An unverified parcel becomes one of the shipment that it belongs to. */
static int apply_reconciled(struct ledger *l, const struct row *row, const struct json *data) {
        const char *shipment = json_get_string(data, "shipment", "");
        char before[ID_SIZE];
        struct parcel_row p;
        int r;

        if (*json_get_string(data, "is", ""))
                return pickup_reconcile(l, row, data);
        r = parcel_of_row(l, row, &p);
        if (r != 0)
                return r;
        PUT(before, p.p.shipment);
        PUT(p.p.shipment, shipment);
        p.p.piece = (int) json_get_int(data, "piece", p.p.piece);
        p.p.pieces = (int) json_get_int(data, "pieces", p.p.pieces);
        p.p.unverified = false;
        r = parcel_put_contents(l, row->subject, json_get(data, "contents"));
        if (r == 0)
                r = parcel_put(l, &p);
        if (r == 0)
                r = parcel_move(l, &p.p);
        if (r == 0)
                r = parcel_units_move(l, row->subject, shipment);
        if (r == 0)
                r = numbers_move(l, p.p.merchant, before, row->subject, shipment);
        if (r == 0)
                r = shipment_settle(l, p.p.merchant, shipment, shipment_settle_usec(row));
        if (r == 0 && strcmp(before, shipment) != 0)
                r = shipment_settle(l, p.p.merchant, before, shipment_settle_usec(row));
        return fitting(row, r);
}

apply_function apply_parcel_find(const char *type) {
        static const struct {
                const char *type;
                apply_function apply;
        } table[] = {
                {"item.verified", apply_verified}, /* by far the most frequent */
                {"parcel.opened", apply_opened},
                {"item.damaged", apply_damaged},
                {"parcel.parked", apply_parked},
                {"parcel.resumed", apply_resumed},
                {"parcel.packed", apply_packed},
                {"waybill.printed", apply_printed},
                {"waybill.replaced", apply_replaced},
                {"parcel.ready", apply_ready},
                {"parcel.pulled", apply_pulled},
                {"parcel.shipped", apply_shipped},
                {"parcel.reopened", apply_reopened},
                {"parcel.voided", apply_voided},
                {"parcel.reconciled", apply_reconciled},
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcmp(table[i].type, type) == 0)
                        return table[i].apply;
        return NULL;
}
