/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/policy.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/notice-kind.h"
#include "firmware/domain/policy-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HAND_CONFIRM_DEFAULT     3
#define QUANTITY_DEFAULT         50
#define IDLE_LOCK_DEFAULT_SEC    1800
#define NOTICE_DELAY_DEFAULT_SEC 1800
#define KEEP_DAYS_DEFAULT        7
#define OPENS_DEFAULT            "09:00"
#define PICKUP_DELAY_DEFAULT_SEC 60 /* somebody may take the parcel off its shelf again */
#define HANDED_DELAY_DEFAULT_SEC 90 /* a handover can be taken back for a minute */
#define SECONDS_MAX              (30 * 86400)
#define DAY_MIN                  1440
#define NOTICE_AGE_DEFAULT_SEC   259200 /* 72 h: later than that "shipped" is no news */

static const char *const how_names[] = {
        [SHIPPED_SCANNED] = "scanned",
        [SHIPPED_BAY_CLOSED] = "bay-closed",
        [SHIPPED_ASSUMED] = "assumed",
        [SHIPPED_AT_READY] = "at-ready",
};

const char *shipped_how_to_str(enum shipped_how how) {
        return how_names[how];
}

static const char *const role_names[] = {
        [ROLE_NONE] = "none",
        [ROLE_PACKER] = "packer",
        [ROLE_LEADER] = "leader",
        [ROLE_CLERK] = "clerk",
        [ROLE_ENGINEER] = "engineer",
};

const char *person_role_to_str(enum person_role role) {
        return role_names[role];
}

enum person_role person_role_from_str(const char *text) {
        for (size_t i = 0; text && i < ELEMENTSOF(role_names); i++)
                if (strcmp(role_names[i], text) == 0)
                        return (enum person_role) i;
        return ROLE_NONE;
}

static int shipped_how_from_str(const char *text, enum shipped_how *howp) {
        for (size_t i = 0; i < ELEMENTSOF(how_names); i++)
                if (strcmp(how_names[i], text) == 0) {
                        *howp = (enum shipped_how) i;
                        return 0;
                }
        return -EINVAL;
}

static const struct json_rule policy_rules[] = {
        {"version", JSON_WANT_INT, true, 0, JSON_INT_MAX},
        {"merchants", JSON_WANT_ARRAY, false, 0, 500},
        {"hand_confirm_limit", JSON_WANT_INT, false, 0, 9999},
        {"quantity_limit", JSON_WANT_INT, false, 1, 999},
        {"idle_lock_s", JSON_WANT_INT, false, 0, 86400},
        {"store", JSON_WANT_OBJECT, false, 0, 0},
};
static const struct json_rule store_rules[] = {
        {"name", JSON_WANT_OBJECT, false, 0, 0},
        {"address", JSON_WANT_OBJECT, false, 0, 0},
        {"hours", JSON_WANT_OBJECT, false, 0, 0},
        {"phone", JSON_WANT_TEXT, false, 0, 40},
        {"map_url", JSON_WANT_TEXT, false, 0, 500},
        {"note", JSON_WANT_OBJECT, false, 0, 0},
        {"keep_days", JSON_WANT_INT, false, 1, 90},
        {"opens", JSON_WANT_TEXT, false, 5, 5},
        {"closes", JSON_WANT_TEXT, false, 5, 5},
        {"remind_after_days", JSON_WANT_INT, false, 0, 90},
        {"last_day_before_days", JSON_WANT_INT, false, 0, 90},
        {"closed", JSON_WANT_ARRAY, false, 0, 6},
        {"holidays", JSON_WANT_ARRAY, false, 0, 366},
        {"brand", JSON_WANT_OBJECT, false, 0, 0},
        {"from", JSON_WANT_OBJECT, false, 0, 0},
};
static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
static const struct json_rule merchant_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"name", JSON_WANT_OBJECT, false, 0, 0},
        {"colour", JSON_WANT_TEXT, false, 7, 7},
        {"reach", JSON_WANT_OBJECT, false, 0, 0},
        {"brand", JSON_WANT_OBJECT, false, 0, 0},
        {"from", JSON_WANT_OBJECT, false, 0, 0},
        {"unknown_shipment", JSON_WANT_NAME, false, 0, 0},
        {"notice_delay_s", JSON_WANT_OBJECT, false, 0, 0},
        {"notice_max_age_s", JSON_WANT_OBJECT, false, 0, 0},
        {"quiet_hours", JSON_WANT_OBJECT, false, 0, 0},
        {"approval", JSON_WANT_ARRAY, false, 0, 50},
        {"unsubscribe_url", JSON_WANT_TEXT, false, 0, 500},
        {"order_url", JSON_WANT_TEXT, false, 0, 500},
        {"preferences_url", JSON_WANT_TEXT, false, 0, 500},
        {"marketing_cap", JSON_WANT_OBJECT, false, 0, 0},
        {"return_answer_days", JSON_WANT_INT, false, 1, 90},
        {"carriers", JSON_WANT_ARRAY, false, 0, 100},
};
static const struct json_rule cap_rules[] = {
        {"count", JSON_WANT_INT, true, 1, 100},
        {"days", JSON_WANT_INT, true, 1, 365},
};
static const struct json_rule quiet_rules[] = {
        {"from", JSON_WANT_TEXT, true, 5, 5},
        {"to", JSON_WANT_TEXT, true, 5, 5},
};
static const struct json_rule carrier_rules[] = {
        {"carrier", JSON_WANT_NAME, true, 0, 0},
        {"name", JSON_WANT_OBJECT, false, 0, 0},
        {"shipped", JSON_WANT_NAME, false, 0, 0},
        {"report", JSON_WANT_NAME, false, 0, 0},
        {"bay", JSON_WANT_NAME, false, 0, 0},
        {"track_url", JSON_WANT_TEXT, false, 0, 200},
};
static const struct json_rule names_rules[] = {
        {"ja", JSON_WANT_TEXT, true, 1, 200},
        {"en", JSON_WANT_TEXT, false, 0, 200},
};

/* What the reader of commands leaves alone, for who writes by hand. */
static const struct json_rule reach_rules[] = {
        {"mail", JSON_WANT_TEXT, false, 0, 254},
        {"phone", JSON_WANT_TEXT, false, 0, 40},
        {"url", JSON_WANT_TEXT, false, 0, 200},
        {"hours", JSON_WANT_OBJECT, false, 0, 0},
};
static const struct json_rule brand_rules[] = {
        {"colour", JSON_WANT_TEXT, false, 7, 7},
        {"address", JSON_WANT_OBJECT, false, 0, 0},
        {"tagline", JSON_WANT_OBJECT, false, 0, 0},
        {"policies", JSON_WANT_ARRAY, false, 0, 20},
        {"mail", JSON_WANT_TEXT, false, 0, 254},
        {"phone", JSON_WANT_TEXT, false, 0, 40},
        {"url", JSON_WANT_TEXT, false, 0, 200},
        {"hours", JSON_WANT_OBJECT, false, 0, 0},
};
static const struct json_rule page_rules[] = {
        {"label", JSON_WANT_TEXT, true, 1, 80},
        {"url", JSON_WANT_TEXT, true, 1, 200},
};
static const struct json_rule from_rules[] = {
        {"name", JSON_WANT_OBJECT, false, 0, 0},
        {"address", JSON_WANT_TEXT, false, 0, 254},
};
static const struct json_rule seconds_rules[] = {
        {"shipped", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"partial-shipment", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"pickup-ready", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"pickup-reminder", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"last-day", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"handed-over", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"returned", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"return-accepted", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"order-confirmation", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"order-sheet", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"delay", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"incident", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"arrived", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"refund-issued", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"contact-verified", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"inquiry-received", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"welcome", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"thank-you", JSON_WANT_INT, false, 0, SECONDS_MAX},
        {"review-request", JSON_WANT_INT, false, 0, SECONDS_MAX},
};

const struct policy_section *policy_section(const char *key) {
        static const struct policy_section sections[] = {
                {"", policy_rules, ELEMENTSOF(policy_rules)},
                {"store", store_rules, ELEMENTSOF(store_rules)},
                {"address", names_rules, ELEMENTSOF(names_rules)},
                {"note", names_rules, ELEMENTSOF(names_rules)},
                {"merchants", merchant_rules, ELEMENTSOF(merchant_rules)},
                {"carriers", carrier_rules, ELEMENTSOF(carrier_rules)},
                {"name", names_rules, ELEMENTSOF(names_rules)},
                {"hours", names_rules, ELEMENTSOF(names_rules)},
                {"reach", reach_rules, ELEMENTSOF(reach_rules)},
                {"brand", brand_rules, ELEMENTSOF(brand_rules)},
                {"tagline", names_rules, ELEMENTSOF(names_rules)},
                {"policies", page_rules, ELEMENTSOF(page_rules)},
                {"from", from_rules, ELEMENTSOF(from_rules)},
                {"notice_delay_s", seconds_rules, ELEMENTSOF(seconds_rules)},
                {"notice_max_age_s", seconds_rules, ELEMENTSOF(seconds_rules)},
                {"quiet_hours", quiet_rules, ELEMENTSOF(quiet_rules)},
                {"marketing_cap", cap_rules, ELEMENTSOF(cap_rules)},
        };

        for (size_t i = 0; i < ELEMENTSOF(sections); i++)
                if (strcmp(sections[i].key, key) == 0)
                        return &sections[i];
        return NULL;
}

static int check_word(const struct json *object, const char *where, const char *key, const char *const *words,
        struct diag *d) {
        const char *word = json_get_string(object, key, NULL);
        char known[80] = "";

        if (!word)
                return 0;
        for (size_t i = 0; words[i]; i++)
                if (strcmp(words[i], word) == 0)
                        return 0;
        for (size_t i = 0; words[i]; i++)
                (void) snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
                        i > 0 ? ", " : "", words[i]);
        diag_set(d, 0, 0, NULL, "must be one of: %s", known);
        if (d)
                (void) snprintf(d->key, sizeof(d->key), "%s.%s", where, key);
        return -EBADMSG;
}

/* The seconds of {"shipped": n}; each member whole and within 30 days. */
static int check_seconds(const struct json *object, const char *where, struct diag *d) {
        for (const struct json *m = json_first(object); m; m = json_next(m)) {
                struct json_rule rule = {json_key(m), JSON_WANT_INT, true, 0, SECONDS_MAX};
                int r = json_check(object, where, &rule, 1, d);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_carrier(const struct json *c, const char *where, struct diag *d) {
        static const char *const hows[] = {"scanned", "bay-closed", "assumed", "at-ready", NULL};
        static const char *const reports[] = {"ready", "shipped", NULL};
        const struct json *name = json_get(c, "name");
        char where_name[80];
        int r = json_check(c, where, carrier_rules, ELEMENTSOF(carrier_rules), d);

        if (r == 0)
                r = check_word(c, where, "shipped", hows, d);
        if (r == 0)
                r = check_word(c, where, "report", reports, d);
        (void) snprintf(where_name, sizeof(where_name), "%s.name", where);
        if (r == 0 && name && json_type(name) == JSON_OBJECT)
                r = json_check(name, where_name, names_rules, ELEMENTSOF(names_rules), d);
        return r;
}

/* "#1b4f72". Null is as good as absent. */
static int check_colour(const struct json *m, const char *where, struct diag *d) {
        const char *colour = json_get_string(m, "colour", NULL);

        if (!colour || (colour[0] == '#' && strspn(colour + 1, "0123456789abcdefABCDEF") == 6))
                return 0;
        diag_set(d, 0, 0, NULL, "must be a colour, as #1b4f72");
        if (d)
                (void) snprintf(d->key, sizeof(d->key), "%s.colour", where);
        return -EBADMSG;
}

/* Minutes of "20:00"; -1 for what is no time of day. */
static int minutes_of(const char *text) {
        int hour, minute, n = 0;

        /* NOLINTNEXTLINE(cert-err34-c): the widths leave no number that does not fit */
        if (sscanf(text, "%2d:%2d%n", &hour, &minute, &n) != 2 || n != 5 || text[n] != '\0')
                return -1;
        return hour < 0 || hour > 24 || minute < 0 || minute > 59 || (hour == 24 && minute > 0)
                       ? -1
                       : hour * 60 + minute;
}

/* A day has 24:00 as 00:00 here: both name a moment that comes round. */
static int check_quiet(const struct json *m, const char *where, struct diag *d) {
        const struct json *quiet = json_get(m, "quiet_hours");
        char at[80];
        int r;

        if (!quiet || json_type(quiet) == JSON_NULL)
                return 0;
        (void) snprintf(at, sizeof(at), "%s.quiet_hours", where);
        r = json_check(quiet, at, quiet_rules, ELEMENTSOF(quiet_rules), d);
        if (r < 0)
                return r;
        if (minutes_of(json_get_string(quiet, "from", "")) >= 0 &&
                minutes_of(json_get_string(quiet, "to", "")) >= 0)
                return 0;
        diag_set(d, 0, 0, NULL, "must be times of day, as 21:00");
        if (d)
                (void) snprintf(d->key, sizeof(d->key), "%s", at);
        return -EBADMSG;
}

static int check_cap(const struct json *m, const char *where, struct diag *d) {
        const struct json *cap = json_get(m, "marketing_cap");
        char at[80];

        if (!cap || json_type(cap) == JSON_NULL)
                return 0;
        (void) snprintf(at, sizeof(at), "%s.marketing_cap", where);
        return json_check(cap, at, cap_rules, ELEMENTSOF(cap_rules), d);
}

/* A kind that is not known here asks for nothing: it is not sent either. */
static int check_kinds(const struct json *m, const char *where, const char *key, struct diag *d) {
        for (const struct json *e = json_first(json_get(m, key)); e; e = json_next(e)) {
                if (json_string(e) && name_is_valid(json_string(e)))
                        continue;
                diag_set(d, 0, 0, NULL, "must be a list of kinds, as incident");
                if (d)
                        (void) snprintf(d->key, sizeof(d->key), "%s.%s", where, key);
                return -EBADMSG;
        }
        return 0;
}

static int check_merchant(const struct json *m, size_t i, struct diag *d) {
        static const char *const unknowns[] = {"refuse", "accept", NULL};
        char where[64];
        size_t k = 0;
        int r;

        (void) snprintf(where, sizeof(where), "merchants[%zu]", i);
        r = json_check(m, where, merchant_rules, ELEMENTSOF(merchant_rules), d);
        if (r == 0)
                r = check_word(m, where, "unknown_shipment", unknowns, d);
        if (r == 0)
                r = check_colour(m, where, d);
        if (r == 0)
                r = check_seconds(json_get(m, "notice_delay_s"), where, d);
        if (r == 0)
                r = check_seconds(json_get(m, "notice_max_age_s"), where, d);
        if (r == 0)
                r = check_quiet(m, where, d);
        if (r == 0)
                r = check_kinds(m, where, "approval", d);
        if (r == 0)
                r = check_cap(m, where, d);
        if (r == 0)
                r = policy_check_links(m, where, d);
        for (const struct json *c = json_first(json_get(m, "carriers")); c && r == 0; c = json_next(c), k++) {
                (void) snprintf(where, sizeof(where), "merchants[%zu].carriers[%zu]", i, k);
                r = check_carrier(c, where, d);
        }
        return r;
}

static int weekday_of(const char *word) {
        for (int i = 0; i < 7; i++)
                if (strcmp(weekdays[i], word) == 0)
                        return i;
        return -1;
}

static int refuse_store(const char *key, const char *text, struct diag *d) {
        diag_set(d, 0, 0, key, "%s", text);
        return -EBADMSG;
}

static int check_store(const struct json *store, struct diag *d) {
        int r;

        if (!store || json_type(store) == JSON_NULL)
                return 0;
        r = json_check(store, "store", store_rules, ELEMENTSOF(store_rules), d);
        if (r < 0)
                return r;
        if (minutes_of(json_get_string(store, "closes", "24:00")) < 0)
                return refuse_store("store.closes", "must be a time of day, as 20:00", d);
        if (minutes_of(json_get_string(store, "opens", OPENS_DEFAULT)) < 0)
                return refuse_store("store.opens", "must be a time of day, as 10:00", d);
        for (const struct json *e = json_first(json_get(store, "closed")); e; e = json_next(e))
                if (!json_string(e) || weekday_of(json_string(e)) < 0)
                        return refuse_store(
                                "store.closed", "must be of: sun, mon, tue, wed, thu, fri, sat", d);
        for (const struct json *e = json_first(json_get(store, "holidays")); e; e = json_next(e))
                if (!json_string(e) || strlen(json_string(e)) != 10)
                        return refuse_store("store.holidays", "must be days, as 2026-12-31", d);
        return policy_check_links(store, "store", d);
}

int policy_check(const struct json *doc, struct diag *d) {
        size_t i = 0;
        int r = json_check(doc, "", policy_rules, ELEMENTSOF(policy_rules), d);

        if (r == 0)
                r = check_store(json_get(doc, "store"), d);
        for (const struct json *m = json_first(json_get(doc, "merchants")); m && r == 0;
                m = json_next(m), i++)
                r = check_merchant(m, i, d);
        return r;
}

int policy_init(struct policy *p, struct json *doc, struct diag *d) {
        _cleanup_(json_freep) struct json *owned = doc;
        int r;

        if (doc) {
                r = policy_check(doc, d);
                if (r < 0)
                        return r;
        }
        *p = (struct policy){
                .doc = take_ptr(owned),
                .version = json_get_int(doc, "version", 0),
                .hand_confirm_limit = (int) json_get_int(doc, "hand_confirm_limit", HAND_CONFIRM_DEFAULT),
                .quantity_limit = (int) json_get_int(doc, "quantity_limit", QUANTITY_DEFAULT),
                .idle_lock_usec =
                        json_get_int(doc, "idle_lock_s", IDLE_LOCK_DEFAULT_SEC) * (int64_t) USEC_PER_SEC,
        };
        return 0;
}

void policy_deinit(struct policy *p) {
        p->doc = json_free(p->doc);
}

static const struct json *find_named(const struct json *array, const char *key, const char *name) {
        for (const struct json *m = json_first(array); m; m = json_next(m))
                if (strcmp(json_get_string(m, key, ""), name) == 0)
                        return m;
        return NULL;
}

const struct json *policy_merchant(const struct policy *p, const char *merchant) {
        return find_named(json_get(p->doc, "merchants"), "merchant", merchant);
}

void policy_quiet(const struct policy *p, const char *merchant, struct quiet_hours *out) {
        const struct json *quiet = json_get(policy_merchant(p, merchant), "quiet_hours");

        *out = (struct quiet_hours){
                .from_min = minutes_of(json_get_string(quiet, "from", "00:00")) % DAY_MIN,
                .to_min = minutes_of(json_get_string(quiet, "to", "00:00")) % DAY_MIN,
        };
}

void policy_store(const struct policy *p, struct store_policy *out) {
        const struct json *store = json_get(p->doc, "store");

        *out = (struct store_policy){
                .name = json_get(store, "name"),
                .address = json_get(store, "address"),
                .hours = json_get(store, "hours"),
                .phone = json_get_string(store, "phone", ""),
                .map_url = json_get_string(store, "map_url", ""),
                .note = json_get(store, "note"),
                .keep_days = (int) json_get_int(store, "keep_days", KEEP_DAYS_DEFAULT),
                .opens_min = minutes_of(json_get_string(store, "opens", OPENS_DEFAULT)),
                .closes_min = minutes_of(json_get_string(store, "closes", "24:00")),
                .remind_after_days = (int) json_get_int(store, "remind_after_days", 1),
                .last_day_before_days = (int) json_get_int(store, "last_day_before_days", 1),
                .holidays = json_get(store, "holidays"),
                .brand = json_get(store, "brand"),
                .from = json_get(store, "from"),
        };
        for (const struct json *e = json_first(json_get(store, "closed")); e; e = json_next(e))
                out->closed[weekday_of(json_string(e))] = true; /* checked when the policy came */
}

void policy_carrier(
        const struct policy *p, const char *merchant, const char *carrier, struct carrier_policy *out) {
        const struct json *c =
                find_named(json_get(policy_merchant(p, merchant), "carriers"), "carrier", carrier);
        const struct json *name = json_get(c, "name");

        *out = (struct carrier_policy){
                .shipped = SHIPPED_BAY_CLOSED,
                .report = REPORT_AT_SHIPPED,
                .bay = json_get_string(c, "bay", NULL),
                .track_url = json_get_string(c, "track_url", NULL),
                .name_ja = json_get_string(name, "ja", carrier),
        };
        out->name_en = json_get_string(name, "en", out->name_ja);
        /* The words were checked when the policy came: one that is missing leaves the default. */
        (void) shipped_how_from_str(json_get_string(c, "shipped", ""), &out->shipped);
        if (strcmp(json_get_string(c, "report", ""), "ready") == 0)
                out->report = REPORT_AT_READY;
}

bool policy_accepts_unknown(const struct policy *p, const char *merchant) {
        return strcmp(json_get_string(policy_merchant(p, merchant), "unknown_shipment", ""), "accept") == 0;
}

const char *policy_unknown_merchant(const struct policy *p) {
        const char *found = NULL;

        for (const struct json *m = json_first(json_get(p->doc, "merchants")); m; m = json_next(m)) {
                if (strcmp(json_get_string(m, "unknown_shipment", ""), "accept") != 0)
                        continue;
                if (found)
                        return NULL;
                found = json_get_string(m, "merchant", NULL);
        }
        return found;
}

static int64_t default_delay_sec(const char *word) {
        enum notice_kind kind;

        if (notice_kind_from_str(word, &kind) < 0)
                return 0;
        if (kind == NOTICE_KIND_HANDED_OVER)
                return HANDED_DELAY_DEFAULT_SEC;
        if (notice_kind_is_office(kind))
                return 0; /* the office has thought about it */
        return notice_kind_about(kind) == NOTICE_ABOUT_GONE ? NOTICE_DELAY_DEFAULT_SEC
                                                            : PICKUP_DELAY_DEFAULT_SEC;
}

int64_t policy_notice_delay_usec(const struct policy *p, const char *merchant, const char *kind) {
        const struct json *m = json_get(policy_merchant(p, merchant), "notice_delay_s");

        return json_get_int(m, kind, default_delay_sec(kind)) * (int64_t) USEC_PER_SEC;
}

int64_t policy_notice_max_age_usec(const struct policy *p, const char *merchant, const char *kind) {
        const struct json *m = json_get(policy_merchant(p, merchant), "notice_max_age_s");

        return json_get_int(m, kind, NOTICE_AGE_DEFAULT_SEC) * (int64_t) USEC_PER_SEC;
}

int64_t policy_return_answer_days(const struct policy *p, const char *merchant) {
        return json_get_int(policy_merchant(p, merchant), "return_answer_days", 0);
}

bool policy_asks_approval(const struct policy *p, const char *merchant, const char *kind) {
        const struct json *kinds = json_get(policy_merchant(p, merchant), "approval");

        for (const struct json *e = json_first(kinds); e; e = json_next(e))
                if (json_string(e) && strcmp(json_string(e), kind) == 0)
                        return true;
        return false;
}

const char *policy_unsubscribe_url(const struct policy *p, const char *merchant) {
        return json_get_string(policy_merchant(p, merchant), "unsubscribe_url", NULL);
}

void policy_marketing_cap(const struct policy *p, const char *merchant, struct marketing_cap *out) {
        const struct json *cap = json_get(policy_merchant(p, merchant), "marketing_cap");

        *out = (struct marketing_cap){
                .count = (int) json_get_int(cap, "count", 0), .days = (int) json_get_int(cap, "days", 0)};
}
