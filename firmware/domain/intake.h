/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Commands of the OMS: (what the world knows, one command) -> (intake facts, what follows from them,
 * interrupts for benches). A refusal is a fact too. Pure.
 */
#include "firmware/domain/packout.h"

struct command {
        const char *id;   /* uuid of the command */
        const char *type; /* "shipment", "label", … without jp.okuru. */
        const char *subject;
        const char *data; /* JSON text as sync stored it: sealed parts replaced by {ref, hash} */
        size_t n_data;
        struct stamp now;
};

/**
 * intake_step() - decide one command
 * @benches: the station's benches: those whose open parcel it touches are interrupted (alarm set, verdict
 * made)
 *
 * Effects by type: intake fact with the data whole; pull tasks for parcels that are ready; conflict.found for
 * what is shipped; waybill.replaced where a matched number changed; notice.reserved where the owner became
 * `station` and something is due; reconciliation of unverified parcels (conflict.found when contents differ);
 * command.refused for bad shape, lower version, … The same version with the same content again: no fact.
 *
 * Return: 0; -errno as packout_step().
 */
int intake_step(const struct world *world, struct bench *benches, size_t n_benches,
        const struct command *command, struct decision *d);

/* The types of commands that are acted on, @i from 0; NULL behind the last. */
const char *intake_type(size_t i);

/**
 * intake_outcome() - an outcome of notify (log of notices.db) -> its notice.* fact
 * @type: "notice.accepted" …
 * @data: as facts.md, and perhaps the merchant, which is an attribute of the fact and not kept twice
 *
 * A shipment that went out again before its notice was known to be cancelled is owed the next generation: that
 * one is reserved too.
 *
 * Return: 0; -EBADMSG with @diag; -errno of a question.
 */
int intake_outcome(const struct world *world, const char *type, const char *merchant, const char *subject,
        const char *data, size_t n, const struct stamp *now, struct decision *d, struct diag *diag);
