/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of lane intake: what came from outside, kept whole. */
#include "firmware/ledger/ledger-private.h"

#include "firmware/domain/notice.h"

#include <errno.h>
#include <string.h>

/* Pull tasks that this wish made and took away. */
static int put_pulls(struct ledger *l, const struct json *data) {
        int r = 0;

        for (const struct json *e = json_first(json_get(data, "pull")); e && r == 0; e = json_next(e))
                r = parcel_put_pull(l, json_get_string(e, "parcel", ""), json_get_string(e, "reason", ""));
        for (const struct json *e = json_first(json_get(data, "unpull")); e && r == 0; e = json_next(e))
                r = parcel_put_pull(l, json_string(e) ? json_string(e) : "", "");
        return r;
}

/* A wish that cannot be read again would be in everybody's way for ever. */
static int check_readable(struct ledger *l, const struct row *row) {
        struct shipment s = {0};
        int r = shipment_load(l, row->merchant, row->subject, &s);

        if (r == 0 && (strcmp(s.merchant, row->merchant) != 0 || strcmp(s.id, row->subject) != 0))
                r = -EBADMSG;
        shipment_deinit(&s);
        return r;
}

static int apply_shipment(struct ledger *l, const struct row *row, const struct json *data) {
        int r = shipment_put_doc(l, row, data);

        if (r == 0)
                r = check_readable(l, row);
        if (r == 0)
                r = put_pulls(l, data);
        if (r == 0)
                r = shipment_settle(l, row->merchant, row->subject, shipment_settle_usec(row));
        return r == -EBADMSG ? unfit(row, "not a shipment") : r;
}

static int apply_label(struct ledger *l, const struct row *row, const struct json *data) {
        int r = shipment_put_labels(
                l, row->merchant, row->subject, json_get_int(data, "version", 0), json_get(data, "labels"));

        if (r == 0)
                r = sealed_prune_labels(l, row->merchant, row->subject);
        return r == 0 ? put_pulls(l, data) : fitting(row, r);
}

static int apply_block(struct ledger *l, const struct row *row, const struct json *data) {
        int r = block_put(l, row->merchant, data, row->pos);

        return r == LEDGER_E_UNFIT ? unfit(row, "no block of numbers") : r;
}

/* Sealed boxes are no derived table, but what is not wanted any more goes with the fact that says so. */
static int apply_contact(struct ledger *l, const struct row *row, const struct json *data) {
        int r = sealed_supersede(l, row->merchant, row->subject,
                json_get_string(
                        json_get(data, "contact"), "ref", "")); /* while the old one's place is known */

        return r == 0 ? shipment_put_contact(
                                l, row->merchant, row->subject, json_get_int(data, "version", 0), row->pos)
                      : r;
}

static int apply_contact_erased(struct ledger *l, const struct row *row, const struct json *data) {
        int r = shipment_put_contact(l, row->merchant, row->subject, 0, 0);

        (void) data;
        return r == 0 ? ledger_sealed_erase(l, "contact", row->merchant, row->subject) : r;
}

static int apply_policy(struct ledger *l, const struct row *row, const struct json *data) {
        return wish_put(l, "policy", "policy", json_get_int(data, "version", 0), row->pos);
}

static int apply_people(struct ledger *l, const struct row *row, const struct json *data) {
        int r = people_put(l, json_get(data, "people"));

        return r == 0 ? wish_put(l, "people", "people", json_get_int(data, "version", 0), row->pos) : r;
}

static int apply_keys(struct ledger *l, const struct row *row, const struct json *data) {
        return wish_put(l, "keys", "keys", json_get_int(data, "version", 0), row->pos);
}

static int apply_bay(struct ledger *l, const struct row *row, const struct json *data) {
        int r = bay_put(l, row->subject, data);

        if (r == LEDGER_E_UNFIT)
                return unfit(row, "no time of day");
        return r == 0 ? wish_put(l, "bay", row->subject, json_get_int(data, "version", 0), row->pos) : r;
}

static int apply_items(struct ledger *l, const struct row *row, const struct json *data) {
        return items_put(l, row->merchant, json_get(data, "items"));
}

static int apply_snapshot_ended(struct ledger *l, const struct row *row, const struct json *data) {
        (void) data;
        return wish_put(l, "snapshot", "", 1, row->pos);
}

/*
 * ---- what a snapshot tells of the past: what this ledger has seen itself, or has buried, is known better here, but where it was
 * found to be behind (`overruled`) ----
 */

static void keep_told(char *to, size_t size, const struct json *e, const char *key) {
        const char *told = json_get_string(e, key, "");

        if (*told)
                (void) copy_text(to, size, told); /* a longer one is no name */
}

/* What is told of a parcel, over what is known of it. Return: 0, LEDGER_E_UNFIT. */
static int read_told(const struct row *row, const struct json *e, struct parcel_row *p) {
        if (parcel_state_from_str(json_get_string(e, "state", ""), &p->p.state) < 0)
                return unfit(row, "a parcel in no state");
        keep_told(p->p.number, sizeof(p->p.number), e, "number");
        keep_told(p->p.carrier, sizeof(p->p.carrier), e, "carrier");
        keep_told(p->p.bench, sizeof(p->p.bench), e, "bench");
        p->p.bay[0] = p->p.shelf[0] = p->p.reason[0] = p->p.pull_reason[0] = 0;
        keep_told(p->p.bay, sizeof(p->p.bay), e, "bay");
        keep_told(p->p.shelf, sizeof(p->p.shelf), e, "shelf");
        p->p.printed = *p->p.number != 0;
        if (time_parse(json_get_string(e, "at", ""), &p->p.since_usec, &p->p.since_offset_sec) < 0) {
                p->p.since_usec = row->wall_usec;
                p->p.since_offset_sec = row->offset_sec;
        }
        p->p.ready_usec = p->p.state == PARCEL_READY ? p->p.since_usec : 0;
        p->known = true;
        p->opened_pos = row->pos;
        return 0;
}

static int put_known(
        struct ledger *l, const struct row *row, const struct json *e, const struct parcel_row *p) {
        int r = shipment_make_known(l, row->merchant, p->p.shipment, json_get(e, "codes"));

        if (r == 0)
                r = parcel_insert(l, p);
        if (r == 0)
                r = number_own(l, &p->p);
        return r == 0 ? shipment_settle(l, row->merchant, p->p.shipment, p->p.since_usec) : r;
}

static int add_known(struct ledger *l, const struct row *row, const struct json *e) {
        struct parcel_row p = {0};
        int r;

        if (!copy_text(p.p.id, sizeof(p.p.id), json_get_string(e, "parcel", "")) ||
                !copy_text(p.p.shipment, sizeof(p.p.shipment), json_get_string(e, "shipment", "")))
                return unfit(row, "a parcel of no shape");
        (void) copy_text(p.p.merchant, sizeof(p.p.merchant), row->merchant); /* from a field of that size */
        p.p.piece = p.p.pieces = (int) json_get_int(e, "piece", 1);
        r = read_told(row, e, &p);
        return r == 0 ? put_known(l, row, e, &p) : r;
}

/* Our row of a parcel that went on elsewhere. What is in it was counted there: our lines are not all, or no longer so. */
static int overrule(
        struct ledger *l, const struct row *row, const struct json *e, const struct parcel_row *own) {
        struct parcel_row p = *own;
        bool voided;
        int r = read_told(row, e, &p);

        if (r != 0)
                return r;
        voided = p.p.state == PARCEL_VOIDED;
        r = parcel_delete(l, own->p.id);
        if (r == 0 && *own->p.number && (voided || strcmp(own->p.number, p.p.number) != 0))
                r = number_kill(l, own->p.number, row->merchant, own->p.shipment);
        if (r == 0)
                r = bench_done(l, own->p.bench, own->p.id);
        if (r == 0)
                r = put_known(l, row, e, &p);
        return r == 0 && voided && *p.p.number ? number_kill(l, p.p.number, row->merchant, p.p.shipment) : r;
}

/* It was on its way when this box last heard of it, or its `expected` was told before: nothing was done with it here. */
static int arrived_before(
        struct ledger *l, const struct row *row, const struct json *e, const struct parcel_row *own) {
        struct parcel_row p = *own;
        int r = read_told(row, e, &p);

        if (r == 0)
                r = parcel_put(l, &p);
        return r == 0 ? shipment_settle(l, row->merchant, p.p.shipment, p.p.since_usec) : r;
}

static bool is_overruled(const struct json *data, const char *parcel) {
        for (const struct json *e = json_first(json_get(data, "overruled")); e; e = json_next(e))
                if (json_string(e) && strcmp(json_string(e), parcel) == 0)
                        return true;
        return false;
}

static int know_parcel(
        struct ledger *l, const struct row *row, const struct json *data, const struct json *e) {
        const char *parcel = json_get_string(e, "parcel", "");
        struct parcel_row own;
        bool buried = false;
        int r = tombstone_has(l, row->merchant, json_get_string(e, "shipment", ""), &buried);

        if (r != 0 || buried)
                return r;
        r = parcel_get(l, parcel, &own);
        if (r == LEDGER_E_NONE)
                return add_known(l, row, e);
        if (r == 0 && own.p.state == PARCEL_EXPECTED)
                return arrived_before(l, row, e, &own);
        return r == 0 && is_overruled(data, parcel) ? overrule(l, row, e, &own) : r;
}

static int know_pickup(struct ledger *l, const struct row *row, const struct json *e) {
        const char *shipment = json_get_string(e, "shipment", "");
        struct pickup_state state = {
                .partial = json_get_bool(e, "partial", false), .paid = json_get_bool(e, "paid", false)};
        bool buried = false;
        int r = tombstone_has(l, row->merchant, shipment, &buried);

        if (r != 0 || buried)
                return r;
        if (time_parse(json_get_string(e, "ready", ""), &state.ready_usec, &state.ready_offset_sec) < 0)
                return unfit(row, "ready at no time");
        if (time_parse(json_get_string(e, "keep_until", ""), &state.keep_until_usec, NULL) < 0)
                state.keep_until_usec = 0;
        r = shipment_make_known(l, row->merchant, shipment, NULL);
        if (r == 0)
                r = pickup_put(l, row->merchant, shipment, &state);
        return r == 0 ? shipment_settle(l, row->merchant, shipment, shipment_settle_usec(row)) : r;
}

static int know_unit(struct ledger *l, const struct json *e) {
        struct parcel_row p = {0};
        int r = parcel_get(l, json_get_string(e, "parcel", ""), &p);

        if (r == LEDGER_E_NONE)
                return 0; /* its parcel is buried, or was not told */
        if (r != 0 || !p.known)
                return r;
        return parcel_unit_put(l, &p.p, json_get_string(e, "code", ""), json_get_string(e, "serial", ""), "");
}

static int put_known_notice(struct ledger *l, const struct notice_row *n, bool is_final) {
        int r = notice_reserve(l, n);

        if (r != STORE_E_EXISTS || !is_final)
                return r == STORE_E_EXISTS ? 0 : r;
        return notice_end(l, n->id, n->state, n->pos);
}

static int know_notice(struct ledger *l, const struct row *row, const struct json *e) {
        struct notice_row n = {
                .id = json_get_string(e, "notice", ""),
                .merchant = row->merchant,
                .shipment = json_get_string(e, "shipment", ""),
                .kind = json_get_string(e, "kind", ""),
                .generation = (int) json_get_int(e, "generation", 0),
                .state = json_get_string(e, "state", ""),
                .pos = row->pos,
        };
        enum notice_state state;
        bool buried = false, waits;
        int r;

        if (notice_state_from_str(n.state, &state) < 0)
                return unfit(row, "a notice in no state");
        waits = notice_state_waits(state);
        if (waits)
                n.state = notice_state_to_str(
                        NOTICE_UNKNOWN); /* another box's promise: whether it went, nobody here can say */
        r = tombstone_has(l, row->merchant, n.shipment, &buried);
        if (r != 0 || buried)
                return r;
        r = shipment_make_known(l, row->merchant, n.shipment, NULL);
        return r == 0 ? put_known_notice(l, &n, !waits) : r;
}

/* @e says the coupon, whose it was and when: a claim that was met, or a member of `redeemed`. */
static int put_coupon(struct ledger *l, const struct row *row, const char *offer, const struct json *e) {
        struct offer_coupon c = {.offer = offer,
                .coupon = json_get_string(e, "coupon", ""),
                .station = json_get_string(e, "station", ""),
                .bench = json_get_string(e, "bench", "")};

        (void) time_parse(json_get_string(e, "at", ""), &c.at_usec, &c.at_offset_sec); /* absent: 0 */
        return offer_redeemed(l, row, &c);
}

static int apply_known(struct ledger *l, const struct row *row, const struct json *data) {
        int r = 0;

        for (const struct json *e = json_first(json_get(data, "pickups")); e && r == 0; e = json_next(e))
                r = know_pickup(l, row, e);
        for (const struct json *e = json_first(json_get(data, "parcels")); e && r == 0; e = json_next(e))
                r = know_parcel(l, row, data, e);
        for (const struct json *e = json_first(json_get(data, "units")); e && r == 0; e = json_next(e))
                r = know_unit(l, e);
        for (const struct json *e = json_first(json_get(data, "notices")); e && r == 0; e = json_next(e))
                r = know_notice(l, row, e);
        for (const struct json *e = json_first(json_get(data, "redeemed")); e && r == 0; e = json_next(e))
                r = put_coupon(l, row, json_get_string(e, "offer", ""), e);
        return fitting(row, r);
}

static int apply_met(struct ledger *l, const struct row *row, const struct json *data) {
        int r = put_pulls(l, data);

        if (r == 0 && *json_get_string(data, "coupon", ""))
                r = put_coupon(l, row, row->subject, data);
        return r == 0 ? pickup_elsewhere(l, row, data) : r;
}

apply_function apply_intake_find(const char *type) {
        static const struct {
                const char *type;
                apply_function apply;
        } table[] = {
                {"shipment.received", apply_shipment},
                {"shipment.changed", apply_shipment},
                {"shipment.held", apply_shipment},
                {"shipment.released", apply_shipment},
                {"shipment.cancelled", apply_shipment},
                {"label.given", apply_label},
                {"label.block", apply_block},
                {"contact.received", apply_contact},
                {"contact.erased", apply_contact_erased},
                {"bay.scheduled", apply_bay},
                {"policy.changed", apply_policy},
                {"people.changed", apply_people},
                {"keys.changed", apply_keys},
                {"item.codes", apply_items},
                {"snapshot.ended", apply_snapshot_ended},
                {"known.received", apply_known},
                {"peer.claimed", claim_put},
                {"peer.met", apply_met},
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcmp(table[i].type, type) == 0)
                        return table[i].apply;
        return NULL;
}
