/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The station is asked to tell the customers of shipments what has happened, some at a time (firmware/station/incident.h). */
#include "firmware/base/json.h"
#include "firmware/cli/setup.h"
#include "firmware/domain/incident.h"

struct incident_told {
        int64_t n[N_INCIDENT_ENDS]; /* how many came to which end, as far as the station answered */
};

/**
 * incident_tell() - ask until all of @refs had their turn
 * @badge: a leader's; their PIN is asked for where they have one. NULL: who calls is root, or the station's own user
 * @told: counted also where it ends in the middle
 * @d: why it ends; the same again tells the rest
 *
 * Return: 0, -errno with @d.
 */
int incident_tell(const struct setup *setup, const char *badge, const struct json *data,
        const struct shipment_ref *refs, size_t n, struct incident_told *told, struct diag *d);
