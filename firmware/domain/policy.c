/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/notice-kind.h"
#include "firmware/domain/policy-internal.h"

#define HAND_CONFIRM_DEFAULT     3
#define QUANTITY_DEFAULT         50
#define IDLE_LOCK_DEFAULT_SEC    1800
#define NOTICE_DELAY_DEFAULT_SEC 1800
#define KEEP_DAYS_DEFAULT        7
#define PICKUP_DELAY_DEFAULT_SEC 60 /* somebody may take the parcel off its shelf again */
#define HANDED_DELAY_DEFAULT_SEC 90 /* a handover can be taken back for a minute */
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

int policy_minutes_of(const char *text) {
        int hour, minute, n = 0;

        /* NOLINTNEXTLINE(cert-err34-c): the widths leave no number that does not fit */
        if (sscanf(text, "%2d:%2d%n", &hour, &minute, &n) != 2 || n != 5 || text[n] != '\0')
                return -1;
        return hour < 0 || hour > 24 || minute < 0 || minute > 59 || (hour == 24 && minute > 0)
                       ? -1
                       : hour * 60 + minute;
}

int policy_weekday_of(const char *word) {
        static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

        for (int i = 0; i < 7; i++)
                if (strcmp(weekdays[i], word) == 0)
                        return i;
        return -1;
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
                .from_min = policy_minutes_of(json_get_string(quiet, "from", "00:00")) % DAY_MIN,
                .to_min = policy_minutes_of(json_get_string(quiet, "to", "00:00")) % DAY_MIN,
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
                .opens_min = policy_minutes_of(json_get_string(store, "opens", POLICY_OPENS_DEFAULT)),
                .closes_min = policy_minutes_of(json_get_string(store, "closes", "24:00")),
                .remind_after_days = (int) json_get_int(store, "remind_after_days", 1),
                .last_day_before_days = (int) json_get_int(store, "last_day_before_days", 1),
                .holidays = json_get(store, "holidays"),
                .brand = json_get(store, "brand"),
                .from = json_get(store, "from"),
        };
        for (const struct json *e = json_first(json_get(store, "closed")); e; e = json_next(e))
                out->closed[policy_weekday_of(json_string(e))] = true; /* checked when the policy came */
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
