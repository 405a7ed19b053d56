/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A world of tables for tests of deciding code: shipments, labels, people, goods and tombstones put in by
 * hand, and a fold that applies a decision's facts, so that a scenario of many scans reads as a list. It is
 * simple and slow on purpose; the ledger's derived tables must come to the same answers.
 */
#include "firmware/domain/packout.h"

#define FAKE_MAX 64 /* rows of each table; more is a mistake of the test */

struct fake_shipment {
        char merchant[NAME_SIZE], id[ID_SIZE];
        char *doc; /* owned; NULL: unverified */
        struct label labels[8];
        size_t n_labels;
        struct parcel *parcels; /* owned, with their lines */
        size_t n_parcels;
        struct notice_duty notices[N_NOTICE_KINDS]; /* without owners */
        struct pickup_state at_counter;
        int64_t expected_version;
};
struct fake_unit {
        char merchant[NAME_SIZE], code[CODE_SIZE], serial[24], line[NAME_SIZE];
        char shipment[ID_SIZE], parcel[UUID_TEXT_MAX];
};
struct fake_person {
        char badge[40], person[ID_SIZE], call[PERSON_CALL_SIZE];
        enum person_role role;
};
struct fake_item {
        char merchant[NAME_SIZE], code[CODE_SIZE], ja[64], en[64];
};
struct fake_tombstone { /* a number or an open code of long ago */
        char code[CODE_SIZE];
        struct number_owner owner;
};
struct fake_lookup {
        char purpose[8], text[64];
        struct shipment_ref ref;
};
struct fake_bay {
        char bay[NAME_SIZE];
        struct bay_info info;
};
struct fake_collection {
        char bay[NAME_SIZE];
        int64_t usec, grace_usec;
};

struct fake_claim { /* of another station, with what a scan may say for it */
        struct claim claim;
        char codes[3][CODE_SIZE];
};

struct fake_world {
        struct world world;         /* ask this one */
        struct notice_known notice; /* what is known of whichever is asked for; ->id "" nothing */
        struct notice_named named;  /* the notice of @named_id */
        char named_id[UUID_TEXT_MAX];
        const char *notice_data; /* what the newest notice says; NULL nobody knows */
        struct fake_claim claims[FAKE_MAX];
        size_t n_claims;
        struct policy policy;
        struct fake_shipment shipments[FAKE_MAX];
        size_t n_shipments;
        struct fake_unit units[8 * FAKE_MAX];
        size_t n_units;
        struct fake_person people[FAKE_MAX];
        size_t n_people;
        struct fake_item items[FAKE_MAX];
        size_t n_items;
        struct fake_tombstone tombstones[FAKE_MAX];
        size_t n_tombstones;
        struct fake_lookup lookups[FAKE_MAX];
        size_t n_lookups;
        char redeemed[4][ID_SIZE]; /* coupons */
        size_t n_redeemed;
        struct fake_receipt { /* used */
                char code[CODE_SIZE], merchant[NAME_SIZE], shipment[ID_SIZE];
        } receipts[8];
        size_t n_receipts;
        bool signatures_hold; /* what verify() answers */
        struct fake_bay bays[FAKE_MAX];
        size_t n_bays;
        struct fake_collection collections[FAKE_MAX];
        size_t n_collections;
        char dead[8 * FAKE_MAX][CODE_SIZE];
        size_t n_dead;
        char block[FAKE_MAX][CODE_SIZE];
        size_t n_block;
        int fail; /* a -errno that every question answers; 0 none */
};

/* @policy: JSON of a `policy` command, or NULL for the defaults */
void fake_world_init(struct fake_world *f, const char *policy);
void fake_world_deinit(struct fake_world *f);

/* The newest wish of a shipment, as the `shipment` command's data; parcels and labels stay. */
void fake_wish(struct fake_world *f, const char *json);
/* @ref "" when the paper exists already */
void fake_label(struct fake_world *f, const char *merchant, const char *shipment, int piece,
        const char *carrier, const char *number, const char *ref);
void fake_person(struct fake_world *f, const char *badge, const char *person, enum person_role role);
void fake_item(struct fake_world *f, const char *merchant, const char *code, const char *ja, const char *en);
void fake_tombstone(struct fake_world *f, const char *code, const char *shipment, const char *bench,
        int64_t usec, int offset_sec);
void fake_call(struct fake_world *f, const char *badge, const char *call);
void fake_bay(struct fake_world *f, const char *bay, const char *carrier, const char *ja, const char *en);
void fake_collection(struct fake_world *f, const char *bay, int64_t usec, int64_t grace_usec);
void fake_dead(struct fake_world *f, const char *number);
void fake_block(struct fake_world *f, const char *number);

/* A parcel on its way to this store. @crate "" none */
void fake_expect(struct fake_world *f, const char *merchant, const char *shipment, const char *parcel,
        int piece, const char *number, const char *crate);

/* Offers O-1 (in-store), O-2 (online) and O-3 (over) of acme are there. */
/* What a contact is found by. The key "K1" is there for pickup and "K2" for offers, which ends with 2026. */
void fake_lookup(struct fake_world *f, const char *purpose, const char *text, const char *merchant,
        const char *shipment);

struct fake_shipment *fake_find(struct fake_world *f, const char *merchant, const char *shipment);
struct parcel *fake_parcel(struct fake_world *f, const char *parcel); /* NULL when there is none */
/* The n-th parcel of a shipment that was opened, from 0; asserted to be there. */
struct parcel *fake_nth_parcel(struct fake_world *f, const char *merchant, const char *shipment, size_t nth);
/* What intake does to a ready parcel: it must leave its bay. */
void fake_pull_task(struct parcel *p, const char *reason);

/* Applies the facts as the ledger's derived tables do. Asserts that each is possible in its parcel's state. */
void fake_fold(struct fake_world *f, const struct fact_list *facts, const struct stamp *now);
