/* SPDX-License-Identifier: Apache-2.0 */
/* What people hand in is refused here, by name, before it becomes a command that every station would have to refuse. */
#include "firmware/base/time.h"
#include "firmware/domain/policy.h"
#include "firmware/domain/shipment.h"
#include "firmware/domain/waybill.h"
#include "services/oms/wish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int wrong(struct diag *d, const char *key, const char *text) {
        diag_set(d, 0, 0, key, "%s", text);
        return -EBADMSG;
}

static int check_size(const struct str *text, struct diag *d) {
        if (text->len <= WISH_DATA_MAX)
                return 0;
        diag_set(d, 0, 0, "", "too large: %zu bytes, at most %d travel in one command", text->len,
                WISH_DATA_MAX);
        return -EMSGSIZE;
}

static int parse(const struct str *text, struct json **docp, struct diag *d) {
        int r = text->error < 0 ? text->error : check_size(text, d);

        return r < 0 ? r : json_parse(text->data, text->len, docp, d);
}

int wish_check_shipment(const struct str *text, struct diag *d) {
        struct shipment shipment = {0};
        struct json *doc;
        int r = parse(text, &doc, d);

        if (r < 0)
                return r;
        r = shipment_read(&shipment, doc, d);
        shipment_deinit(&shipment);
        return r;
}

static const struct json_rule label_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"labels", JSON_WANT_ARRAY, true, 0, SHIPMENT_PIECES_MAX},
};
static const struct json_rule piece_rules[] = {
        {"piece", JSON_WANT_INT, true, 1, SHIPMENT_PIECES_MAX},
        {"carrier", JSON_WANT_NAME, true, 0, 0},
        {"number", JSON_WANT_STRING, true, 1, 40},
        {"print", JSON_WANT_OBJECT, false, 0, 0},
};
static const struct json_rule print_rules[] = {
        {"media", JSON_WANT_TEXT, true, 1, 100},
        {"data", JSON_WANT_STRING, true, 1, WISH_DATA_MAX},
};

static int check_piece(const struct json *e, size_t i, bool *seen, struct diag *d) {
        char where[48], number[WAYBILL_NUMBER_MAX + 1];
        int64_t piece;
        int r;

        (void) snprintf(where, sizeof(where), "labels[%zu]", i);
        r = json_check(e, where, piece_rules, ELEMENTSOF(piece_rules), d);
        if (r < 0)
                return r;
        piece = json_get_int(e, "piece", 1);
        (void) snprintf(where, sizeof(where), "labels[%zu].piece", i);
        if (seen[piece])
                return wrong(d, where, "two labels for one piece");
        seen[piece] = true;
        (void) snprintf(where, sizeof(where), "labels[%zu].number", i);
        r = waybill_normalise(json_get_string(e, "carrier", ""), json_get_string(e, "number", ""), number);
        if (r != 0)
                return wrong(d, where,
                        r == WAYBILL_E_CHECK ? "the check digit is wrong" : "not a number of this carrier");
        (void) snprintf(where, sizeof(where), "labels[%zu].print", i);
        return json_get(e, "print")
                       ? json_check(json_get(e, "print"), where, print_rules, ELEMENTSOF(print_rules), d)
                       : 0;
}

int wish_check_label(const struct str *text, struct diag *d) {
        _cleanup_(json_freep) struct json *doc = NULL;
        bool seen[SHIPMENT_PIECES_MAX + 1] = {false};
        int r = parse(text, &doc, d);
        size_t i = 0;

        if (r == 0)
                r = json_check(doc, "", label_rules, ELEMENTSOF(label_rules), d);
        for (const struct json *e = json_first(json_get(doc, "labels")); e && r == 0; e = json_next(e))
                r = check_piece(e, i++, seen, d);
        return r;
}

static const struct json_rule contact_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"contact", JSON_WANT_OBJECT, true, 0, 0},
        {"language", JSON_WANT_NAME, false, 0, 0},
        {"channels", JSON_WANT_ARRAY, false, 0, 8},
        {"consent", JSON_WANT_OBJECT, false, 0, 0},
        {"delete_by", JSON_WANT_TEXT, false, 0, 40},
};
static const struct json_rule address_rules[] = {
        {"name", JSON_WANT_TEXT, false, 0, 200},
        {"email", JSON_WANT_TEXT, false, 3, 254},
        {"phone", JSON_WANT_TEXT, false, 1, 40},
};

int wish_check_contact(const struct str *text, struct diag *d) {
        _cleanup_(json_freep) struct json *doc = NULL;
        int64_t ignored;
        int r = parse(text, &doc, d);

        if (r == 0)
                r = json_check(doc, "", contact_rules, ELEMENTSOF(contact_rules), d);
        if (r == 0)
                r = json_check(
                        json_get(doc, "contact"), "contact", address_rules, ELEMENTSOF(address_rules), d);
        if (r == 0 && json_get(doc, "delete_by") &&
                time_parse(json_get_string(doc, "delete_by", ""), &ignored, NULL) < 0)
                return wrong(d, "delete_by", "must be an RFC 3339 time");
        return r;
}

/* ---- the others ---- */

static const struct {
        const char *type;
        bool has_version;
} others[] = {
        [WISH_POLICY] = {"policy", true},
        [WISH_PEOPLE] = {"people", true},
        [WISH_BAY] = {"bay", true},
        [WISH_ITEM_CODES] = {"item.codes", false},
        [WISH_LABEL_BLOCK] = {"label.block", false},
};

const char *wish_other_to_str(enum wish_other kind) {
        return others[kind].type;
}

int wish_other_from_str(const char *text, enum wish_other *kindp) {
        for (int i = 0; i < N_WISH_OTHERS; i++)
                if (strcmp(text, others[i].type) == 0) {
                        *kindp = (enum wish_other) i;
                        return 0;
                }
        return -EINVAL;
}

bool wish_other_has_version(enum wish_other kind) {
        return others[kind].has_version;
}

static const struct json_rule people_rules[] = {
        {"people", JSON_WANT_ARRAY, true, 0, 2000},
};
static const struct json_rule person_rules[] = {
        {"person", JSON_WANT_ID, true, 1, 64},
        {"badge", JSON_WANT_ID, true, 4, 32},
        {"role", JSON_WANT_NAME, true, 0, 0},
        {"call", JSON_WANT_TEXT, false, 0, 12},
};
static const struct json_rule bay_rules[] = {
        {"bay", JSON_WANT_NAME, true, 0, 0},
        {"carrier", JSON_WANT_NAME, true, 0, 0},
        {"temperature", JSON_WANT_NAME, false, 0, 0},
        {"name", JSON_WANT_OBJECT, false, 0, 0},
        {"collections", JSON_WANT_ARRAY, false, 0, 24},
        {"grace_min", JSON_WANT_INT, false, 0, 1440},
};
static const struct json_rule codes_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"items", JSON_WANT_ARRAY, true, 0, 1000},
};
static const struct json_rule code_rules[] = {
        {"code", JSON_WANT_STRING, true, 1, 64},
        {"units", JSON_WANT_INT, false, 1, 9999},
        {"name", JSON_WANT_OBJECT, true, 0, 0},
};
static const struct json_rule block_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"carrier", JSON_WANT_NAME, true, 0, 0},
        {"block", JSON_WANT_ID, true, 1, 64},
        {"from", JSON_WANT_STRING, true, 1, 40},
        {"to", JSON_WANT_STRING, true, 1, 40},
};

static int check_each(
        const struct json *array, const char *key, const struct json_rule *rules, size_t n, struct diag *d) {
        char where[48];
        size_t i = 0;
        int r = 0;

        for (const struct json *e = json_first(array); e && r == 0; e = json_next(e)) {
                (void) snprintf(where, sizeof(where), "%s[%zu]", key, i++);
                r = json_check(e, where, rules, n, d);
        }
        return r;
}

/* The domain reads a policy with its version: it is given one. */
static int check_policy(const struct json *doc, struct diag *d) {
        _cleanup_str_ struct str text = STR_INIT;
        struct policy policy = {0};
        struct json *copy = NULL;
        int r = wish_write_other(doc, 1, &text);

        if (r == 0)
                r = parse(&text, &copy, d);
        if (r < 0)
                return r;
        r = policy_init(&policy, copy, d);
        if (r == 0)
                policy_deinit(&policy);
        return r;
}

static int check_people(const struct json *doc, struct diag *d) {
        char key[48];
        size_t i = 0;
        int r = json_check(doc, "", people_rules, ELEMENTSOF(people_rules), d);

        if (r == 0)
                r = check_each(json_get(doc, "people"), "people", person_rules, ELEMENTSOF(person_rules), d);
        for (const struct json *e = json_first(json_get(doc, "people")); e && r == 0; e = json_next(e), i++) {
                const char *role = json_get_string(e, "role", ""), *badge = json_get_string(e, "badge", "");

                (void) snprintf(key, sizeof(key), "people[%zu].role", i);
                if (strcmp(role, "packer") != 0 && strcmp(role, "leader") != 0)
                        return wrong(d, key, "must be packer or leader");
                (void) snprintf(key, sizeof(key), "people[%zu].badge", i);
                if (strspn(badge, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != strlen(badge))
                        return wrong(d, key, "must be of A-Z, 0-9 and -");
        }
        return r;
}

static int check_block(const struct json *doc, struct diag *d) {
        static const char *const ends[] = {"from", "to"};
        char number[WAYBILL_NUMBER_MAX + 1];
        int r = json_check(doc, "", block_rules, ELEMENTSOF(block_rules), d);

        for (size_t i = 0; i < ELEMENTSOF(ends) && r == 0; i++)
                if (waybill_normalise(json_get_string(doc, "carrier", ""), json_get_string(doc, ends[i], ""),
                            number) != 0)
                        return wrong(d, ends[i], "not a number of this carrier");
        return r;
}

int wish_check_other(enum wish_other kind, const struct json *doc, const char **merchantp,
        const char **subjectp, struct diag *d) {
        const char *merchant = "", *subject = others[kind].type;
        int r = 0;

        switch (kind) {
        case WISH_POLICY:
                r = check_policy(doc, d);
                break;
        case WISH_PEOPLE:
                r = check_people(doc, d);
                break;
        case WISH_BAY:
                r = json_check(doc, "", bay_rules, ELEMENTSOF(bay_rules), d);
                subject = json_get_string(doc, "bay", "");
                break;
        case WISH_ITEM_CODES:
                r = json_check(doc, "", codes_rules, ELEMENTSOF(codes_rules), d);
                if (r == 0)
                        r = check_each(
                                json_get(doc, "items"), "items", code_rules, ELEMENTSOF(code_rules), d);
                merchant = subject = json_get_string(doc, "merchant", "");
                break;
        case WISH_LABEL_BLOCK:
                r = check_block(doc, d);
                merchant = json_get_string(doc, "merchant", "");
                subject = json_get_string(doc, "carrier", "");
                break;
        case N_WISH_OTHERS:
                return -EINVAL;
        }
        if (r < 0)
                return r;
        *merchantp = merchant;
        *subjectp = subject;
        return 0;
}
