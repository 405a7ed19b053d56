/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One shipment as the ledger has it now: the OMS's wish, its parcels with what is in them, whom to tell, and the fleet's
 * policy. Read-only and on demand, beside the station. For several questions about one moment put store_read_begin() on
 * facts_store() around them, and end it soon.
 */
#include "firmware/domain/policy.h"
#include "firmware/domain/shipment.h"
#include "firmware/views/facts.h"

struct shipments;

/**
 * shipments_open() - prepare the questions
 * @facts: borrowed; close the shipments first
 *
 * Return: 0, STORE_E_NOT_YET, -ENOMEM, -EIO.
 */
int shipments_open(struct shipments **sp, struct facts *facts);
struct shipments *shipments_close(struct shipments *s); /* takes NULL, returns NULL */
DEFINE_FREEP(struct shipments *, shipments_close)

/**
 * shipments_get() - one shipment with all its parcels
 * @s: must be empty; filled on 0 only, shipment_deinit()
 *
 * An unverified one has no doc. Labels and notices are left out: labels empty, generation -1.
 *
 * Return: 0; STORE_E_NONE it is not known (any more); STORE_E_NOT_YET, STORE_E_STALE; -EBADMSG damaged; -EIO, -ENOMEM.
 */
int shipments_get(struct shipments *v, const char *merchant, const char *shipment, struct shipment *s);

/**
 * shipments_contact() - data of the newest contact.received
 * @docp: owned, json_free()
 *
 * Return: 0; STORE_E_NONE none has come, or it was erased; else as shipments_get().
 */
int shipments_contact(struct shipments *v, const char *merchant, const char *shipment, struct json **docp);

/**
 * shipments_sealed() - a sealed box
 * @boxp: owned, free(); @n_boxp bytes. The caller compares its hash with the fact's.
 *
 * Return: 0; STORE_E_NONE; else as shipments_get().
 */
int shipments_sealed(struct shipments *v, const char *ref, uint8_t **boxp, size_t *n_boxp);

/**
 * shipments_policy() - the fleet's policy as of now
 * @p: replaced when it is another one than at @posp; empty before the first call, policy_deinit()
 * @posp: where in the ledger @p stands, 0 when there is none; -1 before the first call and for another ledger
 *
 * Return: 0 (also without any policy: @p reads as the defaults); else as shipments_get().
 */
int shipments_policy(struct shipments *v, struct policy *p, int64_t *posp);
