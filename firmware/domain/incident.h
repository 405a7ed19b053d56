/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A leader at the site tells the customers of many shipments what has happened to them, while the office cannot be asked: the notice
 * `incident`, each shipment for itself, as if the office's command `notice` had asked for it. Pure.
 */
#include "firmware/domain/world.h"

#define INCIDENT_BATCH_MAX 100 /* shipments of one request */

enum incident_end {
        INCIDENT_RESERVED,
        INCIDENT_ASKS,  /* reserved, and it waits for a leader's yes: the policy wants it so */
        INCIDENT_KNOWN, /* the newest incident of this shipment says the same */
        INCIDENT_NOT_OURS, /* another one tells of it, or the shipment is not known here, or the generations are used up */
        INCIDENT_OVER, /* the order is cancelled */
        N_INCIDENT_ENDS
};
const char *incident_end_to_str(enum incident_end e); /* "reserved", "asks", "known", "not_ours", "over" */

/**
 * incident_call() - decide one shipment: append notice.reserved of its next generation, if it is to be told
 * @data: cause, action, next_by …, checked by notice_fields_check()
 * @actor: who asks, a leader; @bench: where
 *
 * What was said last of it, and not all that was ever said, is what it is held against: the same again is INCIDENT_KNOWN, whoever
 * asked for it and whatever became of it. Of one that only a snapshot told nobody knows what it said: it is told.
 *
 * Return: 0 with @endp; -errno of a question, or of the list.
 */
int incident_call(const struct world *world, const char *merchant, const char *shipment,
        const struct json *data, const char *bench, const char *actor, const struct stamp *now,
        struct fact_list *facts, enum incident_end *endp);
