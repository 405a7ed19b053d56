/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the OMS wishes, as documents: a line of shipments.jsonl split into its commands, a shipment with one thing changed, and
 * the checks of what people hand in. Pure.
 *
 * A line is the data of a `shipment` command without what the OMS keeps itself (v, version, held, reason, cancelled may be left
 * out), with three members that become commands of their own: `labels` (as in `label`), `expected` (the `parcels` of `expected`) and
 * `contact` (the data of `contact`: language, delete_by, contact, channels, consent).
 *
 * Source: services/sync/contract/commands.md.
 */
#include "firmware/base/diag.h"
#include "firmware/base/json.h"

#include <stdint.h>

#define WISH_DATA_MAX   60000 /* bytes of one command's data: its message must stay below 64 KiB */
#define WISH_PIECES_MAX 99    /* parcels of one shipment */

struct wish_change {        /* what happens to a shipment beside its document */
        int held;           /* 1, 0; -1 as the document says, or as it was */
        const char *reason; /* with held */
        int cancelled;      /* 1; -1 as the document says, or as it was */
};
#define WISH_NO_CHANGE                                                                                       \
        { .held = -1, .cancelled = -1 }

/* Merchant and id of what a line or a document is about. Return: 0, or -EBADMSG with @d naming the member. */
int wish_read_subject(const struct json *doc, const char **merchantp, const char **shipmentp, struct diag *d);

/**
 * wish_write_shipment() - the whole document
 * @line: what was handed in, or the known document itself
 * @known: the document as it is now; NULL for a new shipment. What @line does not say of held and cancelled is taken from here
 *
 * Return: 0, or the builder's error.
 */
int wish_write_shipment(const struct json *line, const struct json *known, const struct wish_change *change,
        int64_t version, struct str *out);
/* @labels: the array. */
int wish_write_label(const char *merchant, const char *shipment, const struct json *labels, int64_t version,
        struct str *out);
/* @contact: the member of a line. */
/* @parcels: the member `expected` of a line: which parcels are on their way to the store. */
int wish_write_expected(const char *merchant, const char *shipment, const struct json *parcels,
        int64_t version, struct str *out);
int wish_write_contact(const char *merchant, const char *shipment, const struct json *contact,
        int64_t version, struct str *out);
/* The command `contact.erase`. */
int wish_write_erase(const char *merchant, const char *shipment, struct str *out);
/* The command `notice`. @generation: in the place of what @doc says */
int wish_write_notice(const struct json *doc, int64_t generation, struct str *out);
/* The same command of what somebody at the station asked for. @data: what it says */
int wish_write_called(const char *merchant, const char *shipment, const char *kind, int64_t generation,
        const struct json *data, struct str *out);
/* Any other document: @doc with version (and v) as given; version 0 writes none. */
int wish_write_other(const struct json *doc, int64_t version, struct str *out);

/* Return: 0; -EBADMSG with @d->key naming the member; -EMSGSIZE, said in @d too; -ENOMEM. */
int wish_check_shipment(const struct str *text, struct diag *d);
int wish_check_label(const struct str *text, struct diag *d);
int wish_check_contact(const struct str *text, struct diag *d);
int wish_check_expected(const struct str *text, struct diag *d);
int wish_check_notice(const struct str *text, struct diag *d);

/* policy, people, bay, item.codes, label.block, keys. */
enum wish_other {
        WISH_POLICY,
        WISH_PEOPLE,
        WISH_BAY,
        WISH_ITEM_CODES,
        WISH_LABEL_BLOCK,
        WISH_KEYS,
        WISH_OFFER,
        N_WISH_OTHERS
};
const char *wish_other_to_str(enum wish_other kind); /* the command's type */
int wish_other_from_str(const char *text, enum wish_other *kindp);
/* Is its version counted. */
bool wish_other_has_version(enum wish_other kind);
/* @subjectp, @merchantp: borrowed from @doc or static; "" for no merchant. Return: 0; -EBADMSG with @d naming the member. */
int wish_check_other(enum wish_other kind, const struct json *doc, const char **merchantp,
        const char **subjectp, struct diag *d);

/* A notice of what waits at a counter: one of a store's counters sends it, and not the DC. */
bool wish_is_of_counter(const char *kind);

#define WISH_NOTICE_SUBJECT_MAX 128
/* Under which it is kept: a shipment has one of each kind, "S-1/incident". */
void wish_notice_subject(const char *shipment, const char *kind, char subject[WISH_NOTICE_SUBJECT_MAX]);

/* Does the station need the contact: it may own a notice, or the customer comes there. @for_store: he comes to a store that is told
 * of it by us; then that store's counters get it, and who packs the shipment only for a notice of its own. */
bool wish_wants_contact(const struct json *shipment, bool for_store);
/* Whether both say the same but for their version. */
bool wish_is_same(const char *a, const char *b);

/* ---- for a store: wish-store.c ---- */

/**
 * wish_write_for_store() - a shipment that another station packs, as one counter of the store must know it
 * @home: the document of that station
 * @owns: this counter tells the customer when it is ready; of several, one does
 *
 * Return: 0, or the builder's error.
 */
int wish_write_for_store(const struct json *home, bool owns, int64_t version, struct str *out);
/* `contents` of a fact as those of `expected`: lines and quantities only. */
int wish_write_contents(const struct json *contents, struct str *out);

struct wish_parcel { /* texts borrowed */
        const char *parcel;
        const char *number;   /* its waybill; NULL or what no scanner reads: the id stands in its place */
        const char *contents; /* JSON, NULL when they are not known */
        int64_t piece;
};
/* One of the list `parcels` of `expected`. */
void wish_write_parcel(struct json_writer *w, const struct wish_parcel *parcel, bool with_contents);
