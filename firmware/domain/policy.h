/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a fleet decided: the commands `policy` and `people`, read into borrowed views of their JSON. The
 * shapes are services/sync/contract/commands.md. An absent policy reads as the defaults below.
 */
#include "firmware/base/json.h"
#include "firmware/base/time.h"
#include "firmware/base/yaml.h"

#include <stdbool.h>
#include <stdint.h>

enum shipped_how { SHIPPED_SCANNED, SHIPPED_BAY_CLOSED, SHIPPED_ASSUMED, SHIPPED_AT_READY };
const char *shipped_how_to_str(enum shipped_how how); /* "scanned", "bay-closed", "assumed", "at-ready" */
enum report_at { REPORT_AT_SHIPPED, REPORT_AT_READY };
/* A packer packs, a clerk stands at a pickup counter, a leader decides for others, an engineer sees to the devices. */
enum person_role { ROLE_NONE, ROLE_PACKER, ROLE_LEADER, ROLE_CLERK, ROLE_ENGINEER };
/* "packer", "leader", "clerk", "engineer"; "none" of ROLE_NONE, as which every other word is read. */
const char *person_role_to_str(enum person_role role);
enum person_role person_role_from_str(const char *text); /* takes NULL */
enum notice_owner { OWNER_UNKNOWN, OWNER_OMS, OWNER_STATION, OWNER_NONE };

struct policy {
        struct json *doc;       /* owned; NULL: defaults */
        int64_t version;        /* 0: none has come; what is read then was set by hand for the first start */
        int hand_confirm_limit; /* per parcel without a leader; default 3 */
        int quantity_limit;     /* of xN; default 50 */
        int64_t idle_lock_usec; /* default 30 min; 0 never */
};
/* @doc is given (also on failure). Return: 0, -EBADMSG with @d naming the member. */
int policy_init(struct policy *p, struct json *doc, struct diag *d);
void policy_deinit(struct policy *p);

/**
 * policy_from_yaml() - a policy written by hand, for as long as the OMS has not sent one: its document, version 0
 * @map:  the keys of the command `policy` but for the version; with the same shapes
 * @path: of @map, for messages
 * @out:  appended to: a JSON object, for policy_init() and for the fact policy.changed
 *
 * Return: 0; -EBADMSG with @d naming file, line and key; -ENOMEM.
 */
int policy_from_yaml(const struct yaml *map, const char *path, struct str *out, struct diag *d);

/* All of one (merchant, carrier). Missing ones read as defaults: bay-closed, report at shipped, refuse, 30
 * min, 72 h. */
struct carrier_policy {
        enum shipped_how shipped;
        enum report_at report;
        const char *bay;               /* borrowed; NULL none */
        const char *track_url;         /* borrowed; NULL none */
        const char *name_ja, *name_en; /* borrowed; the carrier's name itself when unknown */
};
void policy_carrier(
        const struct policy *p, const char *merchant, const char *carrier, struct carrier_policy *out);
bool policy_accepts_unknown(const struct policy *p, const char *merchant);
/* The only merchant that accepts unknown shipments, NULL when none or several do. */
const char *policy_unknown_merchant(const struct policy *p);
int64_t policy_notice_delay_usec(const struct policy *p, const char *merchant, const char *kind);
int64_t policy_notice_max_age_usec(const struct policy *p, const char *merchant, const char *kind);
/* Where a customer stops marketing with one click: an address with {{token}} in it; NULL none. Borrowed. */
const char *policy_unsubscribe_url(const struct policy *p, const char *merchant);
struct marketing_cap { /* to one customer; @count 0: there is none */
        int count, days;
};
void policy_marketing_cap(const struct policy *p, const char *merchant, struct marketing_cap *out);
/* Does a notice of this kind wait for a leader's word? */
bool policy_asks_approval(const struct policy *p, const char *merchant, const char *kind);
/* Within how many days who brought something back hears what comes of it; 0: nothing is promised. */
int64_t policy_return_answer_days(const struct policy *p, const char *merchant);
struct quiet_hours { /* minutes of the store's day, 0 … 1439; equal: there are none; @from_min behind @to_min: over midnight */
        int from_min, to_min;
};
void policy_quiet(const struct policy *p, const char *merchant, struct quiet_hours *out);
struct store_policy {                                     /* where customers come to; borrowed */
        const struct json *name, *address, *hours, *note; /* names; NULL not said */
        const char *phone, *map_url;                      /* "" not said */
        int keep_days;                                    /* after the day on which it was ready; default 7 */
        int opens_min;               /* minute of the day before which nobody is reminded; default 09:00 */
        int closes_min;              /* minute of the day at which the last day ends; default 24:00 */
        int remind_after_days;       /* after the day on which it was ready; default 1, 0 never */
        int last_day_before_days;    /* before the last day; default 1, 0 never */
        bool closed[7];              /* weekdays, 0 Sunday */
        const struct json *holidays; /* array of days on which it is closed, too; NULL none */
        const struct json *brand,
                *from; /* as a merchant's, of notices about what waits there; NULL not said */
};
void policy_store(const struct policy *p, struct store_policy *out);
const struct json *policy_merchant(
        const struct policy *p, const char *merchant); /* the member object, or NULL */
