/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A fact before it has a place in the ledger: what deciding code says happened. Lanes, types and the builder.
 * The shapes of data are services/sync/contract/facts.md.
 */
#include "firmware/base/json.h"
#include "firmware/base/str.h"
#include "firmware/base/uuid.h"

#include <stddef.h>

#define FACT_DATA_MAX 49152 /* bytes of data; a decision that needs more is refused */
#define ID_SIZE       65    /* merchant's ids: shipment, order (64 and the NUL) */
#define NAME_SIZE     33    /* names: merchant, bench, carrier, bay */
#define CODE_SIZE     129   /* codes and numbers as they are kept */

enum lane { LANE_FACT, LANE_TRACE, LANE_INTAKE, N_LANES };
const char *lane_to_str(enum lane lane); /* "fact", "trace", "intake" */
int lane_from_str(const char *text, enum lane *lanep);
/* The one lane of a type; -EINVAL for a type that is not in the list of facts.md. */
int fact_lane(const char *type, enum lane *lanep);
/* The list of types, from @i = 0; NULL after the last. Static. */
const char *fact_type_at(size_t i);

struct fact {
        const char *type; /* static text */
        enum lane lane;
        char merchant[NAME_SIZE]; /* "" for what belongs to no merchant */
        char subject[ID_SIZE];
        char bench[NAME_SIZE]; /* "" for none */
        char actor[ID_SIZE];   /* person id; "" unknown */
        char cause[ID_SIZE];   /* command id or fact id; "" for a scan */
        char *data;            /* owned, JSON object text */
};

struct fact_list {
        struct fact *items; /* owned */
        size_t n, size;
        int error; /* sticky: -ENOMEM, -EMSGSIZE */
};
void fact_list_deinit(struct fact_list *l); /* twice is harmless */
void fact_list_clear(struct fact_list *l);

/* Builds one fact of a list: fact_begin(), write members through ->w (the object is open, "v" written),
 * fact_end(). */
struct fact_builder {
        struct fact_list *list;
        struct fact fact;
        struct str text;
        struct json_writer w;
};
/* @type must be in the list of types (asserted). @merchant, @subject, @bench, @actor, @cause: "" or NULL for
 * none. */
void fact_begin(struct fact_builder *b, struct fact_list *list, const char *type, const char *merchant,
        const char *subject, const char *bench, const char *actor, const char *cause);
void fact_end(struct fact_builder *b);

/**
 * fact_add_copy() - one fact whose data is a command's data whole ("v" becomes ours)
 * @data: an object
 *
 * Return: 0, or the list's sticky error.
 */
int fact_add_copy(struct fact_list *list, const char *type, const char *merchant, const char *subject,
        const char *cause, const struct json *data);
