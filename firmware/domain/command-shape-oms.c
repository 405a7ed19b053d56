/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that nobody hands in: an OMS program says them of itself. */
#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/command-shape-internal.h"
#include "firmware/domain/shipment.h"

static const struct json_rule refused_rules[] = {
        {"source", JSON_WANT_TEXT, true, 1, 200},
        {"sequence", JSON_WANT_ID, true, 1, 20},
        {"reason", JSON_WANT_TEXT, true, 1, 200},
};
static const struct json_rule snapshot_rules[] = {
        {"snapshot", JSON_WANT_ID, true, 1, 64},
};
static const struct json_rule known_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"parcels", JSON_WANT_ARRAY, false, 0, 500},
        {"units", JSON_WANT_ARRAY, false, 0, 5000},
        {"notices", JSON_WANT_ARRAY, false, 0, 500},
        {"counts", JSON_WANT_ARRAY, false, 0, 20},
        {"pickups", JSON_WANT_ARRAY, false, 0, 500},
        {"redeemed", JSON_WANT_ARRAY, false, 0, 500},
        {"withdrawn", JSON_WANT_ARRAY, false, 0, 500},
};
static const struct json_rule known_count_rules[] = {
        {"ledger", JSON_WANT_STRING, true, 32, 32},
        {"upto", JSON_WANT_INT, true, 0, JSON_INT_MAX},
        {"upto_id", JSON_WANT_STRING, false, 36, 36},
};
static const struct json_rule known_parcel_rules[] = {
        {"parcel", JSON_WANT_ID, true, 36, 36},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"piece", JSON_WANT_INT, true, 1, SHIPMENT_PIECES_MAX},
        {"number", JSON_WANT_STRING, false, 1, WAYBILL_MAX},
        {"state", JSON_WANT_NAME, true, 0, 0},
        {"at", JSON_WANT_TEXT, false, 0, 40},
        {"carrier", JSON_WANT_NAME, false, 0, 0},
        {"bay", JSON_WANT_NAME, false, 0, 0},
        {"bench", JSON_WANT_NAME, false, 0, 0},
        {"shelf", JSON_WANT_NAME, false, 0, 0},
        {"codes", JSON_WANT_ARRAY, false, 0, SHIPMENT_OPEN_CODES_MAX},
};
static const struct json_rule known_pickup_rules[] = {
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"ready", JSON_WANT_TEXT, true, 1, 40},
        {"keep_until", JSON_WANT_TEXT, false, 0, 40},
        {"partial", JSON_WANT_BOOL, false, 0, 0},
        {"paid", JSON_WANT_BOOL, false, 0, 0},
};
static const struct json_rule known_coupon_rules[] = {
        {"offer", JSON_WANT_ID, true, 1, ID_SIZE - 1},
        {"coupon", JSON_WANT_ID, true, 1, ID_SIZE - 1},
        {"station", JSON_WANT_NAME, false, 0, 0},
        {"bench", JSON_WANT_NAME, false, 0, 0},
        {"at", JSON_WANT_TEXT, false, 0, 40},
};
static const struct json_rule known_unit_rules[] = {
        {"code", JSON_WANT_STRING, true, 1, 64},
        {"serial", JSON_WANT_STRING, true, 1, 64},
        {"parcel", JSON_WANT_ID, true, 36, 36},
};
static const struct json_rule known_withdrawn_rules[] = {
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"at", JSON_WANT_TEXT, true, 1, 40},
};
static const struct json_rule known_notice_rules[] = {
        {"notice", JSON_WANT_ID, true, 36, 36},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"kind", JSON_WANT_NAME, true, 0, 0},
        {"generation", JSON_WANT_INT, true, 0, 9999},
        {"state", JSON_WANT_NAME, true, 0, 0},
        {"at", JSON_WANT_TEXT, false, 0, 40},
        {"refused", JSON_WANT_ARRAY, false, 0, 8},
};

int shape_check_refused(const struct json *doc, enum command_form form, struct diag *d) {
        (void) form;
        return json_check(doc, "", refused_rules, ELEMENTSOF(refused_rules), d);
}

int shape_check_snapshot(const struct json *doc, enum command_form form, struct diag *d) {
        (void) form;
        return json_check(doc, "", snapshot_rules, ELEMENTSOF(snapshot_rules), d);
}

static int check_codes(const struct json *codes, struct diag *d) {
        for (const struct json *c = json_first(codes); c; c = json_next(c)) {
                const char *code = json_string(c);

                if (!code || !*code || strlen(code) > 64 || !ascii_is_printable(code))
                        return shape_wrong(d, "codes", "must be 1 to 64 printable ASCII characters");
        }
        return 0;
}

static int check_counts(const struct json *doc, struct diag *d) {
        int r = shape_check_each(doc, "counts", known_count_rules, ELEMENTSOF(known_count_rules), d);

        for (const struct json *e = json_first(json_get(doc, "counts")); e && r == 0; e = json_next(e)) {
                const char *id = json_get_string(e, "upto_id", NULL);

                if (!hex_id_is_valid(json_get_string(e, "ledger", "")))
                        r = shape_wrong(d, "counts", "a ledger must be 32 hex digits");
                else if (id && !uuid_is_valid(id))
                        r = shape_wrong(d, "counts", "upto_id must be a uuid");
        }
        return r;
}

int shape_check_known(const struct json *doc, enum command_form form, struct diag *d) {
        int r = json_check(doc, "", known_rules, ELEMENTSOF(known_rules), d);
        (void) form;

        if (r == 0)
                r = check_counts(doc, d);
        if (r == 0)
                r = shape_check_each(doc, "parcels", known_parcel_rules, ELEMENTSOF(known_parcel_rules), d);
        if (r == 0)
                r = shape_check_each(doc, "units", known_unit_rules, ELEMENTSOF(known_unit_rules), d);
        if (r == 0)
                r = shape_check_each(doc, "pickups", known_pickup_rules, ELEMENTSOF(known_pickup_rules), d);
        if (r == 0)
                r = shape_check_each(doc, "redeemed", known_coupon_rules, ELEMENTSOF(known_coupon_rules), d);
        if (r == 0)
                r = shape_check_each(
                        doc, "withdrawn", known_withdrawn_rules, ELEMENTSOF(known_withdrawn_rules), d);
        if (r == 0)
                r = shape_check_each(doc, "notices", known_notice_rules, ELEMENTSOF(known_notice_rules), d);
        for (const struct json *e = json_first(json_get(doc, "parcels")); e && r == 0; e = json_next(e)) {
                enum parcel_state state;

                if (parcel_state_from_str(json_get_string(e, "state", ""), &state) < 0)
                        r = shape_wrong(d, "parcels", "a state that is not known here");
                else
                        r = check_codes(json_get(e, "codes"), d);
        }
        return r;
}
