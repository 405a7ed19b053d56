/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of a pickup counter. */
#include "firmware/ledger/ledger-private.h"

#include <stdio.h>
#include <string.h>

/* The parcel in its new state, and what that makes of its shipment. */
static int move(struct ledger *l, const struct row *row, struct parcel_row *p, enum parcel_state state) {
        char bench_before[NAME_SIZE];
        int r;

        PUT(bench_before, p->p.bench);
        parcel_enter(p, row, state);
        p->p.bay[0] = p->p.pull_reason[0] = 0;
        r = parcel_put(l, p);
        if (r == 0)
                r = bench_done(l, bench_before, p->p.id);
        if (r == 0)
                r = shipment_settle(l, p->p.merchant, p->p.shipment, shipment_settle_usec(row));
        return fitting(row, r);
}

/* Nobody announced it: what it was read by stands for its shipment until that is known. */
static int make_unannounced(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p = {.opened_pos = row->pos};
        const char *shipment = json_get_string(data, "shipment", "");
        int r;

        if (!uuid_is_valid(row->subject) || !id_is_valid(shipment, ID_SIZE - 1))
                return unfit(row, "no uuid, or no shipment");
        PUT(p.p.id, row->subject);
        PUT(p.p.merchant, row->merchant);
        PUT(p.p.shipment, shipment);
        PUT(p.p.number, json_get_string(data, "code", ""));
        p.p.piece = p.p.pieces = 1;
        p.p.printed = p.p.unverified = true;
        p.p.state = PARCEL_ARRIVED;
        r = shipment_make(l, row->merchant, shipment, true);
        if (r == 0)
                r = parcel_insert(l, &p);
        return r == 0 ? number_own(l, &p.p) : fitting(row, r);
}

static int apply_arrived(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = json_get_bool(data, "announced", true) ? 0 : make_unannounced(l, row, data);

        if (r == 0)
                r = parcel_of_row(l, row, &p);
        return r == 0 ? move(l, row, &p, PARCEL_ARRIVED) : r;
}

static int lay(struct ledger *l, const struct row *row, const char *shelf) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        if (*shelf)
                PUT(p.p.shelf, shelf);
        p.p.how[0] = 0;
        return move(l, row, &p, PARCEL_SHELVED);
}

static int apply_shelved(struct ledger *l, const struct row *row, const struct json *data) {
        return lay(l, row, json_get_string(data, "shelf", ""));
}

static int apply_moved(struct ledger *l, const struct row *row, const struct json *data) {
        return lay(l, row, json_get_string(data, "to", ""));
}

static int apply_missing(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        (void) data;
        return r == 0 ? move(l, row, &p, PARCEL_MISSING) : r;
}

static int apply_collected(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        if (r != 0)
                return r;
        PUT(p.p.how, json_get_string(data, "proof", ""));
        if (*json_get_string(data, "paid", ""))
                r = pickup_put_paid(l, p.p.merchant, p.p.shipment);
        if (r == 0 && *json_get_string(data, "receipt", ""))
                r = receipt_put(
                        l, p.p.merchant, p.p.shipment, json_get_string(data, "receipt", ""), row->pos);
        return r == 0 ? move(l, row, &p, PARCEL_COLLECTED) : r;
}

static int apply_ready(struct ledger *l, const struct row *row, const struct json *data) {
        struct pickup_state state = {
                .ready_usec = row->wall_usec,
                .ready_offset_sec = row->offset_sec,
                .partial = json_get_bool(data, "partial", false),
        };

        if (time_parse(json_get_string(data, "keep_until", ""), &state.keep_until_usec, NULL) < 0)
                state.keep_until_usec = 0;
        return pickup_put(l, row->merchant, row->subject, &state);
}

static int apply_expected(struct ledger *l, const struct row *row, const struct json *data) {
        return pickup_expect(l, row, data);
}

static int apply_restocked(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row p;
        int r = parcel_of_row(l, row, &p);

        (void) data;
        return r == 0 ? move(l, row, &p, PARCEL_RESTOCKED) : r;
}

/* Subject is the shipment; its parcels are named. */
static int apply_expired(struct ledger *l, const struct row *row, const struct json *data) {
        int r = 0;

        for (const struct json *e = json_first(json_get(data, "parcels")); e && r == 0; e = json_next(e)) {
                struct parcel_row p;

                r = parcel_get(l, json_get_string(e, "parcel", ""), &p);
                if (r == 0 && strcmp(p.p.merchant, row->merchant) != 0)
                        return unfit(row, "another merchant's parcel");
                if (r == 0)
                        r = move(l, row, &p, PARCEL_EXPIRED);
        }
        return fitting(row, r);
}

/* Another counter of the store handed it over. */
static int go_elsewhere(
        struct ledger *l, const struct row *row, const struct json *data, const char *parcel) {
        char bench_before[NAME_SIZE];
        struct parcel_row p;
        int r = parcel_get(l, parcel, &p);

        if (r != 0)
                return r;
        PUT(bench_before, p.p.bench);
        parcel_enter(&p, row, PARCEL_COLLECTED);
        PUT(p.p.how, PARCEL_ELSEWHERE);
        PUT(p.p.bench, json_get_string(data, "station", "")); /* who, and when by their clock: for people */
        if (time_parse(json_get_string(data, "at", ""), &p.p.since_usec, &p.p.since_offset_sec) < 0)
                return unfit(row, "no time");
        r = parcel_put(l, &p);
        if (r == 0)
                r = bench_done(l, bench_before, p.p.id);
        return r == 0 ? shipment_settle(l, p.p.merchant, p.p.shipment, shipment_settle_usec(row)) : r;
}

/* Their customer gave it back at once: it is where it was, or not here yet. */
static int come_back(struct ledger *l, const struct row *row, const char *parcel) {
        struct parcel_row p;
        int r = parcel_get(l, parcel, &p);

        if (r != 0 || strcmp(p.p.how, PARCEL_ELSEWHERE) != 0)
                return r;
        p.p.how[0] = p.p.bench[0] = '\0';
        return move(l, row, &p, *p.p.shelf ? PARCEL_SHELVED : PARCEL_EXPECTED);
}

int pickup_elsewhere(struct ledger *l, const struct row *row, const struct json *data) {
        int r = 0;

        for (const struct json *e = json_first(json_get(data, "gone")); e && r == 0; e = json_next(e))
                r = json_string(e) ? go_elsewhere(l, row, data, json_string(e)) : 0;
        for (const struct json *e = json_first(json_get(data, "back")); e && r == 0; e = json_next(e))
                r = json_string(e) ? come_back(l, row, json_string(e)) : 0;
        return fitting(row, r);
}

/* An unannounced one is this parcel of that shipment: it lies where that one was put. */
int pickup_reconcile(struct ledger *l, const struct row *row, const struct json *data) {
        struct parcel_row box, p;
        int r = parcel_of_row(l, row, &box);

        if (r == 0)
                r = fitting(row, parcel_get(l, json_get_string(data, "is", ""), &p));
        if (r != 0)
                return r;
        p.p.state = box.p.state;
        p.p.since_usec = box.p.since_usec;
        p.p.since_offset_sec = box.p.since_offset_sec;
        PUT(p.p.shelf, box.p.shelf);
        PUT(p.p.bench, box.p.bench);
        r = parcel_put(l, &p);
        if (r == 0)
                r = shipment_settle(l, p.p.merchant, p.p.shipment, shipment_settle_usec(row));
        if (r == 0 && strcmp(box.p.shipment, p.p.shipment) != 0)
                r = number_kill(l, box.p.number, box.p.merchant, box.p.shipment);
        box.p.unverified = false;
        return r == 0 ? move(l, row, &box, PARCEL_VOIDED) : fitting(row, r);
}

static int apply_asked(struct ledger *l, const struct row *row, const struct json *data) {
        return *row->bench ? lookup_tries_put(l, row->bench, (int) json_get_int(data, "tries", 0), row->pos)
                           : 0;
}

static int apply_offer(struct ledger *l, const struct row *row, const struct json *data) {
        char subject[NAME_SIZE + ID_SIZE];

        (void) snprintf(subject, sizeof(subject), "%s/%s", row->merchant, row->subject);
        return wish_put(l, "offer", subject, json_get_int(data, "version", 0), row->pos);
}

static int apply_redeemed(struct ledger *l, const struct row *row, const struct json *data) {
        const struct offer_coupon c = {.offer = row->subject,
                .coupon = json_get_string(data, "coupon", ""),
                .station = "",
                .bench = row->bench,
                .at_usec = row->wall_usec,
                .at_offset_sec = row->offset_sec};

        return *c.coupon ? fitting(row, offer_redeemed(l, row, &c)) : 0;
}

apply_function apply_pickup_find(const char *type) {
        static const struct {
                const char *type;
                apply_function apply;
        } table[] = {
                {"parcel.arrived", apply_arrived},
                {"parcel.shelved", apply_shelved},
                {"pickup.ready", apply_ready},
                {"pickup.moved", apply_moved},
                {"pickup.missing", apply_missing},
                {"pickup.collected", apply_collected},
                {"pickup.undone", apply_shelved},
                {"expected.received", apply_expected},
                {"pickup.asked", apply_asked},
                {"offer.changed", apply_offer},
                {"offer.redeemed", apply_redeemed},
                {"pickup.expired", apply_expired},
                {"pickup.restocked", apply_restocked},
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcmp(table[i].type, type) == 0)
                        return table[i].apply;
        return NULL;
}
