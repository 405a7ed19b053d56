/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/command-shape.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "firmware/domain/command-shape-internal.h"
#include "firmware/domain/notice-fields.h"
#include "firmware/domain/pickup-token.h"
#include "firmware/domain/pin-hash.h"
#include "firmware/domain/policy.h"
#include "firmware/domain/shipment.h"
#include "firmware/domain/waybill.h"

#define PEOPLE_MAX 2000
#define ITEMS_MAX  1000

#define PARCEL_CODES_MAX 20 /* of one parcel that is expected */
#define PARCEL_CODE_MAX  64

/* First in the table of a document that counts its versions: one that is handed in has none yet. */
#define VERSION_RULE                                                                                         \
        { "version", JSON_WANT_INT, true, 1, JSON_INT_MAX }

int shape_wrong(struct diag *d, const char *key, const char *text) {
        diag_set(d, 0, 0, key, "%s", text);
        return -EBADMSG;
}

/* @rules begin with VERSION_RULE. */
static int check_counted(const struct json *doc, enum command_form form, const struct json_rule *rules,
        size_t n, struct diag *d) {
        size_t skip = form == COMMAND_HANDED_IN;

        return json_check(doc, "", rules + skip, n - skip, d);
}

int shape_check_each(
        const struct json *doc, const char *key, const struct json_rule *rules, size_t n, struct diag *d) {
        char where[48];
        size_t i = 0;
        int r = 0;

        for (const struct json *e = json_first(json_get(doc, key)); e && r == 0; e = json_next(e), i++) {
                (void) snprintf(where, sizeof(where), "%s[%zu]", key, i);
                r = json_check(e, where, rules, n, d);
        }
        return r;
}

/* ---- label, label.block ---- */

static const struct json_rule label_rules[] = {
        VERSION_RULE,
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"labels", JSON_WANT_ARRAY, true, 0, SHIPMENT_PIECES_MAX},
};
static const struct json_rule piece_rules[] = {
        {"piece", JSON_WANT_INT, true, 1, SHIPMENT_PIECES_MAX},
        {"carrier", JSON_WANT_NAME, true, 0, 0},
        {"number", JSON_WANT_STRING, true, 1, WAYBILL_MAX},
        {"print", JSON_WANT_OBJECT, false, 0, 0},
};
static const struct json_rule print_rules[] = {
        {"media", JSON_WANT_TEXT, true, 1, 100},
        {"data", JSON_WANT_STRING, true, 1, 0}, /* bounded by what one command may have */
};
static const struct json_rule block_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"carrier", JSON_WANT_NAME, true, 0, 0},
        {"block", JSON_WANT_ID, true, 1, 32},
        {"from", JSON_WANT_STRING, true, 1, WAYBILL_MAX},
        {"to", JSON_WANT_STRING, true, 1, WAYBILL_MAX},
};

static int check_number(const struct json *carrier_of, const char *key, const char *where, struct diag *d) {
        char number[WAYBILL_NUMBER_MAX + 1];
        int r = waybill_normalise(
                json_get_string(carrier_of, "carrier", ""), json_get_string(carrier_of, key, ""), number);

        if (r == 0)
                return 0;
        return shape_wrong(
                d, where, r == WAYBILL_E_CHECK ? "the check digit is wrong" : "not a number of this carrier");
}

static int check_piece(const struct json *e, size_t i, bool *seen, enum command_form form, struct diag *d) {
        char where[48];
        int64_t piece;
        int r;

        (void) snprintf(where, sizeof(where), "labels[%zu]", i);
        r = json_check(e, where, piece_rules, ELEMENTSOF(piece_rules), d);
        if (r < 0)
                return r;
        piece = json_get_int(e, "piece", 1);
        (void) snprintf(where, sizeof(where), "labels[%zu].piece", i);
        if (seen[piece])
                return shape_wrong(d, where, "two labels for one piece");
        seen[piece] = true;
        (void) snprintf(where, sizeof(where), "labels[%zu].number", i);
        r = check_number(e, "number", where, d);
        if (r < 0 || form == COMMAND_RECEIVED || json_type(json_get(e, "print")) != JSON_OBJECT)
                return r;
        (void) snprintf(where, sizeof(where), "labels[%zu].print", i);
        return json_check(json_get(e, "print"), where, print_rules, ELEMENTSOF(print_rules), d);
}

static int check_label(const struct json *doc, enum command_form form, struct diag *d) {
        bool seen[SHIPMENT_PIECES_MAX + 1] = {false};
        int r = check_counted(doc, form, label_rules, ELEMENTSOF(label_rules), d);
        size_t i = 0;

        for (const struct json *e = json_first(json_get(doc, "labels")); e && r == 0; e = json_next(e))
                r = check_piece(e, i++, seen, form, d);
        return r;
}

static int check_block(const struct json *doc, enum command_form form, struct diag *d) {
        char first[WAYBILL_NUMBER_MAX + 1];
        int r = json_check(doc, "", block_rules, ELEMENTSOF(block_rules), d);
        (void) form;

        if (r == 0)
                r = check_number(doc, "from", "from", d);
        if (r == 0)
                r = check_number(doc, "to", "to", d);
        if (r == 0 &&
                waybill_block_next(json_get_string(doc, "carrier", ""), json_get_string(doc, "from", ""),
                        json_get_string(doc, "to", ""), NULL, first) != 0)
                r = shape_wrong(d, "from", "no block of this carrier's numbers");
        return r;
}

/* ---- expected ---- */

static const struct json_rule expected_rules[] = {
        VERSION_RULE,
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"parcels", JSON_WANT_ARRAY, true, 0, SHIPMENT_PIECES_MAX},
};
static const struct json_rule expected_parcel_rules[] = {
        {"parcel", JSON_WANT_ID, true, 36, 36},
        {"piece", JSON_WANT_INT, true, 1, SHIPMENT_PIECES_MAX},
        {"codes", JSON_WANT_ARRAY, true, 1, PARCEL_CODES_MAX},
        {"crate", JSON_WANT_STRING, false, 1, PARCEL_CODE_MAX},
        {"contents", JSON_WANT_ARRAY, false, 0, SHIPMENT_LINES_MAX},
};
static const struct json_rule content_rules[] = {
        {"line", JSON_WANT_ID, true, 1, 32},
        {"quantity", JSON_WANT_INT, true, 1, 9999},
};

static int check_parcel(const struct json *e, size_t i, struct diag *d) {
        char where[48];
        int r;

        (void) snprintf(where, sizeof(where), "parcels[%zu]", i);
        r = json_check(e, where, expected_parcel_rules, ELEMENTSOF(expected_parcel_rules), d);
        if (r == 0 && !uuid_is_valid(json_get_string(e, "parcel", "")))
                r = shape_wrong(d, where, "parcel is no uuid");
        if (r == 0 && !ascii_is_printable(json_get_string(e, "crate", "-")))
                r = shape_wrong(d, where, "crate is no code of printable ASCII");
        for (const struct json *c = json_first(json_get(e, "codes")); c && r == 0; c = json_next(c))
                if (!json_string(c) || !*json_string(c) || strlen(json_string(c)) > PARCEL_CODE_MAX ||
                        !ascii_is_printable(json_string(c)))
                        r = shape_wrong(d, where, "codes must be of 1 to 64 printable ASCII characters");
        for (const struct json *c = json_first(json_get(e, "contents")); c && r == 0; c = json_next(c))
                r = json_check(c, where, content_rules, ELEMENTSOF(content_rules), d);
        return r;
}

static int check_expected(const struct json *doc, enum command_form form, struct diag *d) {
        int r = check_counted(doc, form, expected_rules, ELEMENTSOF(expected_rules), d);
        size_t i = 0;

        for (const struct json *e = json_first(json_get(doc, "parcels")); e && r == 0; e = json_next(e))
                r = check_parcel(e, i++, d);
        return r;
}

/* ---- offer ---- */

static const struct json_rule offer_rules[] = {
        VERSION_RULE,
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"offer", JSON_WANT_ID, true, 1, 64},
        {"kind", JSON_WANT_NAME, true, 0, 0},
        {"headline", JSON_WANT_OBJECT, true, 0, 0},
        {"terms", JSON_WANT_OBJECT, false, 0, 0},
        {"until", JSON_WANT_TEXT, false, 0, 40},
        {"cancelled", JSON_WANT_BOOL, false, 0, 0},
};
static const struct json_rule offer_names_rules[] = {
        {"ja", JSON_WANT_TEXT, true, 1, 200},
        {"en", JSON_WANT_TEXT, false, 0, 200},
};

static int check_offer(const struct json *doc, enum command_form form, struct diag *d) {
        const char *kind = json_get_string(doc, "kind", "");
        int r = check_counted(doc, form, offer_rules, ELEMENTSOF(offer_rules), d);

        if (r == 0)
                r = json_check(json_get(doc, "headline"), "headline", offer_names_rules,
                        ELEMENTSOF(offer_names_rules), d);
        if (r == 0 && json_type(json_get(doc, "terms")) == JSON_OBJECT)
                r = json_check(
                        json_get(doc, "terms"), "terms", offer_names_rules, ELEMENTSOF(offer_names_rules), d);
        if (r == 0 && strcmp(kind, "in-store") != 0 && strcmp(kind, "online") != 0 &&
                strcmp(kind, "combination") != 0)
                r = shape_wrong(d, "kind", "must be in-store, online or combination");
        return r;
}

/* ---- notice ---- */

static const struct json_rule notice_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"kind", JSON_WANT_NAME, true, 0, 0},
        {"generation", JSON_WANT_INT, false, 0, NOTICE_GENERATION_MAX},
};

static int check_notice(const struct json *doc, enum command_form form, struct diag *d) {
        enum notice_kind kind;
        int r = json_check(doc, "", notice_rules, ELEMENTSOF(notice_rules), d);

        (void) form;
        if (r < 0)
                return r;
        if (notice_kind_from_str(json_get_string(doc, "kind", ""), &kind) < 0 || !notice_kind_is_office(kind))
                return shape_wrong(d, "kind", "is none that the office asks for");
        return notice_fields_check(kind, json_get(doc, "data"), d);
}

/* ---- keys ---- */

static const struct json_rule keys_rules[] = {
        VERSION_RULE,
        {"keys", JSON_WANT_ARRAY, true, 0, 32},
};
static const struct json_rule key_rules[] = {
        {"kid", JSON_WANT_STRING, true, 1, PICKUP_KID_MAX},
        {"use", JSON_WANT_NAME, true, 0, 0},
        {"ed25519", JSON_WANT_STRING, true, 64, 64},
        {"not_after", JSON_WANT_TEXT, false, 0, 40},
};

static int check_keys(const struct json *doc, enum command_form form, struct diag *d) {
        int r = check_counted(doc, form, keys_rules, ELEMENTSOF(keys_rules), d);

        if (r == 0)
                r = shape_check_each(doc, "keys", key_rules, ELEMENTSOF(key_rules), d);
        for (const struct json *e = json_first(json_get(doc, "keys")); e && r == 0; e = json_next(e)) {
                const char *kid = json_get_string(e, "kid", ""), *use = json_get_string(e, "use", "");
                const char *key = json_get_string(e, "ed25519", "");

                if (strspn(kid, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(kid))
                        r = shape_wrong(d, "keys", "a kid must be of A-Z and 0-9");
                else if (strcmp(use, "pickup") != 0 && strcmp(use, "offer") != 0)
                        r = shape_wrong(d, "keys", "a use must be pickup or offer");
                else if (strspn(key, "0123456789abcdef") != strlen(key))
                        r = shape_wrong(d, "keys", "ed25519 must be 64 lower-case hex digits");
        }
        return r;
}

/* ---- contact ---- */

static const struct json_rule contact_rules[] = {
        VERSION_RULE,
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"contact", JSON_WANT_OBJECT, true, 0, 0},
        {"language", JSON_WANT_NAME, false, 0, 0},
        {"channels", JSON_WANT_ARRAY, false, 0, 8},
        {"consent", JSON_WANT_OBJECT, false, 0, 0},
        {"consent_at", JSON_WANT_TEXT, false, 0, 40},
        {"delete_by", JSON_WANT_TEXT, false, 0, 40},
};
static const struct json_rule address_rules[] = {
        {"name", JSON_WANT_TEXT, false, 0, 200},
        {"email", JSON_WANT_TEXT, false, 3, 254},
        {"phone", JSON_WANT_TEXT, false, 1, 40},
        {"line", JSON_WANT_TEXT, false, 1, 40},
};
static const struct json_rule sealed_rules[] = {
        {"ref", JSON_WANT_ID, true, 36, 36},
        {"hash", JSON_WANT_ID, true, 64, 64},
};
static const struct json_rule erase_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"shipment", JSON_WANT_ID, true, 1, 64},
};

static int check_time(const struct json *doc, const char *key, struct diag *d) {
        const char *text = json_get_string(doc, key, NULL);
        int64_t ignored;

        return text && time_parse(text, &ignored, NULL) < 0 ? shape_wrong(d, key, "must be an RFC 3339 time")
                                                            : 0;
}

static int check_contact(const struct json *doc, enum command_form form, struct diag *d) {
        const struct json *contact = json_get(doc, "contact");
        int r = check_counted(doc, form, contact_rules, ELEMENTSOF(contact_rules), d);

        if (r == 0 && form == COMMAND_RECEIVED)
                r = json_check(contact, "contact", sealed_rules, ELEMENTSOF(sealed_rules), d);
        else if (r == 0)
                r = json_check(contact, "contact", address_rules, ELEMENTSOF(address_rules), d);
        if (r == 0)
                r = check_time(doc, "delete_by", d);
        return r == 0 ? check_time(doc, "consent_at", d) : r;
}

static int check_erase(const struct json *doc, enum command_form form, struct diag *d) {
        (void) form;
        return json_check(doc, "", erase_rules, ELEMENTSOF(erase_rules), d);
}

/* ---- people ---- */

static const struct json_rule people_rules[] = {
        VERSION_RULE,
        {"people", JSON_WANT_ARRAY, true, 0, PEOPLE_MAX},
};
static const struct json_rule person_rules[] = {
        {"person", JSON_WANT_ID, true, 1, 64},
        {"badge", JSON_WANT_ID, true, 4, 32},
        {"role", JSON_WANT_NAME, true, 0, 0},
        {"call", JSON_WANT_TEXT, false, 0, 12},
        {"lang", JSON_WANT_NAME, false, 0, 0},
        {"pin", JSON_WANT_TEXT, false, 0, PIN_HASH_SIZE - 1},
};

/* What json_check() cannot say of one person. Return: NULL, or what is wrong with @keyp. */
static const char *person_wrong(const struct json *e, const char **keyp) {
        const char *badge = json_get_string(e, "badge", ""), *lang = json_get_string(e, "lang", NULL),
                   *pin = json_get_string(e, "pin", NULL);

        *keyp = "role";
        if (person_role_from_str(json_get_string(e, "role", "")) == ROLE_NONE)
                return "none of packer, clerk, leader and engineer";
        *keyp = "badge";
        if (strspn(badge, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != strlen(badge))
                return "only A-Z, 0-9 and - can be scanned on every keyboard layout";
        *keyp = "lang";
        if (lang && strcmp(lang, "ja") != 0 && strcmp(lang, "en") != 0)
                return "neither ja nor en";
        *keyp = "pin";
        if (pin && !pin_hash_is_valid(pin))
                return "not what `okuru people pin` prints: an argon2id hash, never the PIN itself";
        return NULL;
}

static int check_people(const struct json *doc, enum command_form form, struct diag *d) {
        char key[48];
        size_t i = 0;
        int r = check_counted(doc, form, people_rules, ELEMENTSOF(people_rules), d);

        if (r == 0)
                r = shape_check_each(doc, "people", person_rules, ELEMENTSOF(person_rules), d);
        for (const struct json *e = json_first(json_get(doc, "people")); e && r == 0; e = json_next(e), i++) {
                const char *member, *text = person_wrong(e, &member);

                (void) snprintf(key, sizeof(key), "people[%zu].%s", i, member);
                if (text)
                        return shape_wrong(d, key, text);
        }
        return r;
}

/* ---- bay, item.codes ---- */

static const struct json_rule bay_rules[] = {
        VERSION_RULE,
        {"bay", JSON_WANT_NAME, true, 0, 0},
        {"carrier", JSON_WANT_NAME, true, 0, 0},
        {"temperature", JSON_WANT_NAME, false, 0, 0},
        {"name", JSON_WANT_OBJECT, false, 0, 0},
        {"collections", JSON_WANT_ARRAY, false, 0, 24},
        {"grace_min", JSON_WANT_INT, false, 0, 1440},
};
static const struct json_rule items_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"items", JSON_WANT_ARRAY, true, 0, ITEMS_MAX},
};
static const struct json_rule item_rules[] = {
        {"code", JSON_WANT_STRING, true, 1, 64},
        {"units", JSON_WANT_INT, false, 1, 9999},
        {"name", JSON_WANT_OBJECT, true, 0, 0},
};

static bool hhmm_is_valid(const char *t) {
        return t && strlen(t) == 5 && t[2] == ':' && strspn(t, "012") >= 1 &&
               strspn(t + 1, "0123456789") >= 1 && strspn(t + 3, "012345") >= 1 &&
               strspn(t + 4, "0123456789") == 1 && (t[0] < '2' || t[1] <= '3');
}

static int check_bay(const struct json *doc, enum command_form form, struct diag *d) {
        int r = check_counted(doc, form, bay_rules, ELEMENTSOF(bay_rules), d);

        for (const struct json *e = json_first(json_get(doc, "collections")); e && r == 0; e = json_next(e))
                if (!hhmm_is_valid(json_string(e)))
                        r = shape_wrong(d, "collections", "not a time of day as HH:MM");
        return r;
}

static int check_items(const struct json *doc, enum command_form form, struct diag *d) {
        int r = json_check(doc, "", items_rules, ELEMENTSOF(items_rules), d);
        (void) form;

        return r < 0 ? r : shape_check_each(doc, "items", item_rules, ELEMENTSOF(item_rules), d);
}

int command_shape_check(const char *type, const struct json *doc, enum command_form form, struct diag *d) {
        static const struct {
                const char *type;
                int (*check)(const struct json *doc, enum command_form form, struct diag *d);
        } shapes[] = {
                {"bay", check_bay},
                {"contact", check_contact},
                {"contact.erase", check_erase},
                {"expected", check_expected},
                {"fact.refused", shape_check_refused},
                {"item.codes", check_items},
                {"keys", check_keys},
                {"known", shape_check_known},
                {"label", check_label},
                {"label.block", check_block},
                {"notice", check_notice},
                {"offer", check_offer},
                {"people", check_people},
                {"snapshot.begin", shape_check_snapshot},
                {"snapshot.end", shape_check_snapshot},
        };

        for (size_t i = 0; i < ELEMENTSOF(shapes); i++)
                if (strcmp(shapes[i].type, type) == 0)
                        return shapes[i].check(doc, form, d);
        return -EINVAL;
}
