/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy must look like, before anything is read from it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/policy-internal.h"

#define SECONDS_MAX (30 * 86400)

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

/* @key: a member of the object that is @where */
static int refuse(struct diag *d, const char *where, const char *key, const char *text) {
        diag_set(d, 0, 0, NULL, "%s", text);
        if (d)
                (void) snprintf(d->key, sizeof(d->key), "%s.%s", where, key);
        return -EBADMSG;
}

static int check_word(const struct json *object, const char *where, const char *key, const char *const *words,
        struct diag *d) {
        const char *word = json_get_string(object, key, NULL);
        char known[80] = "", text[100];

        if (!word)
                return 0;
        for (size_t i = 0; words[i]; i++)
                if (strcmp(words[i], word) == 0)
                        return 0;
        for (size_t i = 0; words[i]; i++)
                (void) snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
                        i > 0 ? ", " : "", words[i]);
        (void) snprintf(text, sizeof(text), "must be one of: %s", known);
        return refuse(d, where, key, text);
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
        return refuse(d, where, "colour", "must be a colour, as #1b4f72");
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
        if (policy_minutes_of(json_get_string(quiet, "from", "")) >= 0 &&
                policy_minutes_of(json_get_string(quiet, "to", "")) >= 0)
                return 0;
        return refuse(d, where, "quiet_hours", "must be times of day, as 21:00");
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
                return refuse(d, where, key, "must be a list of kinds, as incident");
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

static int check_store(const struct json *store, struct diag *d) {
        int r;

        if (!store || json_type(store) == JSON_NULL)
                return 0;
        r = json_check(store, "store", store_rules, ELEMENTSOF(store_rules), d);
        if (r < 0)
                return r;
        if (policy_minutes_of(json_get_string(store, "closes", "24:00")) < 0)
                return refuse(d, "store", "closes", "must be a time of day, as 20:00");
        if (policy_minutes_of(json_get_string(store, "opens", POLICY_OPENS_DEFAULT)) < 0)
                return refuse(d, "store", "opens", "must be a time of day, as 10:00");
        for (const struct json *e = json_first(json_get(store, "closed")); e; e = json_next(e))
                if (!json_string(e) || policy_weekday_of(json_string(e)) < 0)
                        return refuse(d, "store", "closed", "must be of: sun, mon, tue, wed, thu, fri, sat");
        for (const struct json *e = json_first(json_get(store, "holidays")); e; e = json_next(e))
                if (!json_string(e) || strlen(json_string(e)) != 10)
                        return refuse(d, "store", "holidays", "must be days, as 2026-12-31");
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
