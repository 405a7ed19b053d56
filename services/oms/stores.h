/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which stations are the counters of which store: the section `stores` of oms.yaml. A store is a site, which a shipment's
 * `pickup` names.
 */
#include "firmware/base/diag.h"
#include "firmware/base/yaml.h"
#include "services/link/link_topics.h"

#define COUNTERS_MAX     32 /* of one store */
#define STATION_NAME_MAX 66 /* site/station and the NUL */

struct counter {
        char site[TOPIC_NAME_MAX], station[STATION_NAME_MAX]; /* station: site/station */
};
struct stores {                /* counters of one store stand together, in the order of the config */
        struct counter *items; /* owned */
        size_t n;
};

/**
 * stores_read() - `{aoba: [counter-1, counter-2], …}`
 * @path: of @section, for messages
 * @stores: appended to
 *
 * Return: 0; -EBADMSG with @d naming file, line and key; -ENOMEM.
 */
int stores_read(const struct yaml *section, const char *path, struct stores *stores, struct diag *d);
void stores_deinit(struct stores *stores); /* twice is harmless */
