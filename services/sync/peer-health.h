/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How a station is, in the few words that the others of its site are told each minute, so that a leader sees the whole site on the
 * floor screen of any of them. For people: nothing is decided on it. Pure.
 *
 * Source: services/sync/contract/README.md, section 7, member `health`.
 */
#include <stdint.h>

#include "firmware/base/diag.h"
#include "firmware/base/json.h"

#define PEER_HEALTH_SIZE 512 /* all members at their longest, and NUL */

struct peer_health {
        int64_t waiting;      /* facts recorded there and not yet at the office; -1 not known, as below */
        int64_t oldest_sec;   /* age of the oldest of them */
        int64_t notices;      /* that have not left */
        int64_t devices_down; /* of those that are configured */
        int64_t ill;          /* parts that the station calls ill, and damaged rows */
        const char *
                storage; /* of the station: "fine", "slow", "stuck", "away" it does not answer; NULL not known */
        const char *clock; /* clock_quality_to_str(); NULL not known */
        bool office_silent, intake_stopped;
};

/**
 * peer_health_write() - the object, for a message
 * @out: appended to
 *
 * Return: 0, or the builder's error.
 */
int peer_health_write(const struct peer_health *h, struct str *out);

/* Is what came in a message of the right shape? Members that are not known are let through. Return: 0, -EBADMSG. */
int peer_health_check(const struct json *health, struct diag *d);

/**
 * peer_health_copy() - the members that are known here, written anew
 * @health: peer_health_check() has passed it
 * @text:   JSON, or "" where there is no memory for it
 */
void peer_health_copy(const struct json *health, char text[PEER_HEALTH_SIZE]);
