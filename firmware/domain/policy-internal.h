/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The shapes of a policy, for the two ways in which one comes: as a command, and written by hand. */
#include "firmware/domain/policy.h"

struct policy_section {
        const char *key; /* of the member whose value, or whose elements, look like this; "" the whole */
        const struct json_rule *rules;
        size_t n_rules;
};
/* NULL when there is none of that name. */
const struct policy_section *policy_section(const char *key);

/* Addresses in a merchant's or the store's object, @where it is. Return: 0, -EBADMSG with @d->key naming the member. */
int policy_check_links(const struct json *of, const char *where, struct diag *d);

/* Return: 0, -EBADMSG with @d->key naming the member, as "merchants[0].carriers[1].shipped". */
int policy_check(const struct json *doc, struct diag *d);

/* ---- words of a policy ---- */

#define POLICY_OPENS_DEFAULT "09:00"

/* Minutes of "20:00"; -1 for what is no time of day. */
int policy_minutes_of(const char *text);
/* 0 of "sun" to 6; -1 for what is no day. */
int policy_weekday_of(const char *word);
