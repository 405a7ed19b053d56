/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that are kept whole once their shape holds: contact, policy, people, bays, item codes, snapshot. */
#include "firmware/domain/intake-internal.h"

#include "firmware/base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int keep(struct intake *in, const char *fact, const char *merchant, const char *subject) {
        return fact_add_copy(&in->d->facts, fact, merchant, subject, in->command->id, in->doc);
}

/* Every element through @rules. Return: 0 or -EBADMSG with @d naming the element and member. */
static int check_each(
        const struct json *array, const char *key, const struct json_rule *rules, size_t n, struct diag *d) {
        char where[48];
        size_t i = 0;
        int r = 0;

        for (const struct json *e = json_first(array); e && r == 0; e = json_next(e), i++) {
                (void) snprintf(where, sizeof(where), "%s[%zu]", key, i);
                r = json_check(e, where, rules, n, d);
        }
        return r;
}

static const struct json_rule contact_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"version", JSON_WANT_INT, true, 1, JSON_INT_MAX},
        {"contact", JSON_WANT_OBJECT, true, 0, 0},
        {"language", JSON_WANT_NAME, false, 0, 0},
        {"channels", JSON_WANT_ARRAY, false, 0, 8},
        {"consent", JSON_WANT_OBJECT, false, 0, 0},
        {"delete_by", JSON_WANT_TEXT, false, 0, 40},
};
static const struct json_rule sealed_rules[] = {
        {"ref", JSON_WANT_ID, true, 36, 36},
        {"hash", JSON_WANT_ID, true, 64, 64},
};

int intake_contact(struct intake *in) {
        struct shipment known = {0};
        struct diag diag = {0};
        int64_t known_version = 0;
        int r = json_check(in->doc, "", contact_rules, ELEMENTSOF(contact_rules), &diag);

        if (r == 0)
                r = json_check(json_get(in->doc, "contact"), "contact", sealed_rules,
                        ELEMENTSOF(sealed_rules), &diag);
        if (r < 0)
                return intake_refuse_shape(in, &diag);
        r = in->world->shipment(in->world->userdata, json_get_string(in->doc, "merchant", ""),
                json_get_string(in->doc, "shipment", ""), &known);
        if (r == 0) {
                known_version = known.contact_version;
                shipment_deinit(&known);
        }
        if (r >= 0)
                r = intake_check_version(in, json_get_int(in->doc, "version", 0), known_version, NULL);
        if (r == 0)
                r = keep(in, "contact.received", json_get_string(in->doc, "merchant", ""),
                        json_get_string(in->doc, "shipment", ""));
        return r < 0 ? r : 0;
}

int intake_contact_erase(struct intake *in) {
        struct diag diag = {0};
        int r = json_check(in->doc, "", contact_rules, 2, &diag);

        if (r < 0)
                return intake_refuse_shape(in, &diag);
        return keep(in, "contact.erased", json_get_string(in->doc, "merchant", ""),
                json_get_string(in->doc, "shipment", ""));
}

int intake_policy(struct intake *in) {
        struct diag diag = {0};
        struct policy read;
        struct json *copy;
        _cleanup_str_ struct str text = STR_INIT;
        int r;

        json_print(in->doc, &text);
        if (text.error)
                return text.error;
        r = json_parse(text.data, text.len, &copy, &diag);
        if (r < 0)
                return r;
        r = policy_init(&read, copy, &diag);
        if (r == -EBADMSG)
                return intake_refuse_shape(in, &diag);
        if (r < 0)
                return r;
        r = intake_check_version(in, read.version, in->world->policy->version, in->world->policy->doc);
        policy_deinit(&read);
        if (r == 0)
                r = keep(in, "policy.changed", "", "policy");
        return r < 0 ? r : 0;
}

static const struct json_rule people_rules[] = {
        {"version", JSON_WANT_INT, true, 1, JSON_INT_MAX},
        {"people", JSON_WANT_ARRAY, true, 0, 2000},
};
static const struct json_rule person_rules[] = {
        {"person", JSON_WANT_ID, true, 1, 64},
        {"badge", JSON_WANT_ID, true, 4, 32},
        {"role", JSON_WANT_NAME, true, 0, 0},
        {"call", JSON_WANT_TEXT, false, 0, 12},
};

static bool badge_is_scannable(const char *badge) {
        for (const char *c = badge; *c; c++)
                if (!((*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '-'))
                        return false;
        return true;
}

static int check_people(const struct json *doc, struct diag *d) {
        const struct json *people = json_get(doc, "people");
        char key[48];
        size_t i = 0;
        int r = json_check(doc, "", people_rules, ELEMENTSOF(people_rules), d);

        if (r == 0)
                r = check_each(people, "people", person_rules, ELEMENTSOF(person_rules), d);
        for (const struct json *e = json_first(people); e && r == 0; e = json_next(e), i++) {
                const char *role = json_get_string(e, "role", "");

                if (strcmp(role, "packer") != 0 && strcmp(role, "leader") != 0) {
                        (void) snprintf(key, sizeof(key), "people[%zu].role", i);
                        diag_set(d, 0, 0, key, "neither packer nor leader");
                        r = -EBADMSG;
                } else if (!badge_is_scannable(json_get_string(e, "badge", ""))) {
                        (void) snprintf(key, sizeof(key), "people[%zu].badge", i);
                        diag_set(d, 0, 0, key, "only A-Z, 0-9 and - can be scanned on every keyboard layout");
                        r = -EBADMSG;
                }
        }
        return r;
}

/* A fleet command with a version of its own. */
static int keep_newer(struct intake *in, const char *type, const char *subject, const char *fact) {
        int64_t known = 0;
        int r = in->world->wish_version(in->world->userdata, type, subject, &known);

        if (r < 0)
                return r;
        r = intake_check_version(
                in, json_get_int(in->doc, "version", 0), r == WORLD_E_NONE ? 0 : known, NULL);
        if (r == 0)
                r = keep(in, fact, "", subject);
        return r < 0 ? r : 0;
}

int intake_people(struct intake *in) {
        struct diag diag = {0};

        if (check_people(in->doc, &diag) < 0)
                return intake_refuse_shape(in, &diag);
        return keep_newer(in, "people", "people", "people.changed");
}

static const struct json_rule bay_rules[] = {
        {"version", JSON_WANT_INT, true, 1, JSON_INT_MAX},
        {"bay", JSON_WANT_NAME, true, 0, 0},
        {"carrier", JSON_WANT_NAME, true, 0, 0},
        {"temperature", JSON_WANT_NAME, false, 0, 0},
        {"name", JSON_WANT_OBJECT, false, 0, 0},
        {"collections", JSON_WANT_ARRAY, false, 0, 24},
        {"grace_min", JSON_WANT_INT, false, 0, 1440},
};

static bool hhmm_is_valid(const char *t) {
        return t && strlen(t) == 5 && t[2] == ':' && strspn(t, "012") >= 1 &&
               strspn(t + 1, "0123456789") >= 1 && strspn(t + 3, "012345") >= 1 &&
               strspn(t + 4, "0123456789") == 1 && (t[0] < '2' || t[1] <= '3');
}

int intake_bay(struct intake *in) {
        struct diag diag = {0};
        int r = json_check(in->doc, "", bay_rules, ELEMENTSOF(bay_rules), &diag);

        for (const struct json *e = json_first(json_get(in->doc, "collections")); e && r == 0;
                e = json_next(e))
                if (!hhmm_is_valid(json_string(e))) {
                        diag_set(&diag, 0, 0, "collections", "not a time of day as HH:MM");
                        r = -EBADMSG;
                }
        if (r < 0)
                return intake_refuse_shape(in, &diag);
        return keep_newer(in, "bay", json_get_string(in->doc, "bay", ""), "bay.scheduled");
}

static const struct json_rule items_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"items", JSON_WANT_ARRAY, true, 0, 1000},
};
static const struct json_rule item_rules[] = {
        {"code", JSON_WANT_STRING, true, 1, 64},
        {"units", JSON_WANT_INT, false, 1, 9999},
        {"name", JSON_WANT_OBJECT, true, 0, 0},
};

int intake_item_codes(struct intake *in) {
        struct diag diag = {0};
        int r = json_check(in->doc, "", items_rules, ELEMENTSOF(items_rules), &diag);

        if (r == 0)
                r = check_each(
                        json_get(in->doc, "items"), "items", item_rules, ELEMENTSOF(item_rules), &diag);
        if (r < 0)
                return intake_refuse_shape(in, &diag);
        return keep(in, "item.codes", json_get_string(in->doc, "merchant", ""),
                json_get_string(in->doc, "merchant", ""));
}

static const struct json_rule refused_rules[] = {
        {"source", JSON_WANT_TEXT, true, 1, 200},
        {"sequence", JSON_WANT_ID, true, 1, 20},
        {"reason", JSON_WANT_TEXT, true, 1, 200},
};

int intake_fact_refused(struct intake *in) {
        struct diag diag = {0};
        struct fact_builder b;
        int r = json_check(in->doc, "", refused_rules, ELEMENTSOF(refused_rules), &diag);

        if (r < 0)
                return intake_refuse_shape(in, &diag);
        r = keep(in, "fact.refused", "", json_get_string(in->doc, "sequence", ""));
        if (r < 0)
                return r;
        fact_begin(&b, &in->d->facts, "conflict.found", "", json_get_string(in->doc, "sequence", ""), NULL,
                NULL, in->command->id);
        json_write_string(&b.w, "kind", "fact-refused");
        json_write_string(&b.w, "command", in->command->id);
        json_write_string(&b.w, "source", json_get_string(in->doc, "source", ""));
        json_write_string(&b.w, "text", json_get_string(in->doc, "reason", ""));
        fact_end(&b);
        return in->d->facts.error;
}

static const struct json_rule snapshot_rules[] = {
        {"snapshot", JSON_WANT_ID, true, 1, 64},
};

int intake_snapshot(struct intake *in) {
        struct diag diag = {0};
        bool begins = strcmp(in->command->type, "snapshot.begin") == 0;

        if (json_check(in->doc, "", snapshot_rules, ELEMENTSOF(snapshot_rules), &diag) < 0)
                return intake_refuse_shape(in, &diag);
        return keep(in, begins ? "snapshot.begun" : "snapshot.ended", "", "snapshot");
}

static const struct json_rule known_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"parcels", JSON_WANT_ARRAY, false, 0, 500},
        {"units", JSON_WANT_ARRAY, false, 0, 5000},
        {"notices", JSON_WANT_ARRAY, false, 0, 500},
};
static const struct json_rule known_parcel_rules[] = {
        {"parcel", JSON_WANT_ID, true, 36, 36},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"piece", JSON_WANT_INT, true, 1, SHIPMENT_PIECES_MAX},
        {"number", JSON_WANT_STRING, false, 1, 40},
        {"state", JSON_WANT_NAME, true, 0, 0},
        {"at", JSON_WANT_TEXT, false, 0, 40},
};
static const struct json_rule known_unit_rules[] = {
        {"code", JSON_WANT_STRING, true, 1, 64},
        {"serial", JSON_WANT_STRING, true, 1, 64},
        {"parcel", JSON_WANT_ID, true, 36, 36},
};
static const struct json_rule known_notice_rules[] = {
        {"notice", JSON_WANT_ID, true, 36, 36},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"kind", JSON_WANT_NAME, true, 0, 0},
        {"generation", JSON_WANT_INT, true, 0, 9999},
        {"state", JSON_WANT_NAME, true, 0, 0},
};

int intake_known(struct intake *in) {
        struct diag diag = {0};
        int r = json_check(in->doc, "", known_rules, ELEMENTSOF(known_rules), &diag);

        if (r == 0)
                r = check_each(json_get(in->doc, "parcels"), "parcels", known_parcel_rules,
                        ELEMENTSOF(known_parcel_rules), &diag);
        if (r == 0)
                r = check_each(json_get(in->doc, "units"), "units", known_unit_rules,
                        ELEMENTSOF(known_unit_rules), &diag);
        if (r == 0)
                r = check_each(json_get(in->doc, "notices"), "notices", known_notice_rules,
                        ELEMENTSOF(known_notice_rules), &diag);
        for (const struct json *e = json_first(json_get(in->doc, "parcels")); e && r == 0; e = json_next(e)) {
                enum parcel_state state;

                if (parcel_state_from_str(json_get_string(e, "state", ""), &state) < 0) {
                        diag_set(&diag, 0, 0, "parcels", "a state that is not known here");
                        r = -EBADMSG;
                }
        }
        if (r < 0)
                return intake_refuse_shape(in, &diag);
        return keep(in, "known.received", json_get_string(in->doc, "merchant", ""),
                json_get_string(in->doc, "merchant", ""));
}
