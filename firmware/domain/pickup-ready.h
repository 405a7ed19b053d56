/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * When a shipment waits for its customer: all its parcels lie on shelves of this store, or a leader has declared that those
 * that do are all. One fact, one notice, and how long it is kept. Pure.
 */
#include "firmware/domain/fact.h"
#include "firmware/domain/policy.h"
#include "firmware/domain/shipment.h"

/**
 * pickup_keep_until() - the last moment on which it may be collected
 * @wish: its keep_until, or keep_days, stands before the policy's
 * @now: when it became ready
 *
 * The end of the last day; a day on which the store is closed moves it to the next one on which it is open.
 *
 * Return: wall clock; 0 when @now is of a clock that nobody trusts.
 */
int64_t pickup_keep_until(
        const struct policy *policy, const struct pickup_wish *wish, const struct stamp *now);

/* Its parcels that are on shelves now, and how many are not (expected, in hand, missing, or not heard of). */
struct pickup_count {
        int shelved, away, collected;
};
struct pickup_count pickup_count(const struct shipment *s);

/* Is this parcel here, or thought to be, for a customer to collect? */
bool pickup_waits(const struct parcel *p);

/* Could a leader declare that what lies here is all? Not when it is ready, held, cancelled, not wished here, or nothing of it lies here. */
bool pickup_may_declare(const struct shipment *s);

struct pickup_act { /* who does it, and what is known about the world */
        struct fact_list *facts;
        const struct policy *policy;
        const char *realm, *bench, *actor, *cause;
        const struct stamp *now;
};
/**
 * pickup_ready() - append pickup.ready and its notice, when the shipment is
 * @leader: who declared it complete as it is; "" nobody
 * @s: its ->at_counter and notices change as if the facts were written already
 *
 * Nothing when it is ready already, is held or cancelled, is not wished here, or something is still away (and nobody declared).
 *
 * Return: is it new.
 */
bool pickup_ready(const struct pickup_act *act, struct shipment *s, const char *leader);

/**
 * pickup_expire() - append pickup.expired: what is here goes back to stock
 * @reason: "kept-too-long", "cancelled"
 *
 * Return: how many parcels; with none there is no fact.
 */
int pickup_expire(const struct pickup_act *act, struct shipment *s, const char *reason);
