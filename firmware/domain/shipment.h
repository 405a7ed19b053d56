/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A shipment as the bench knows it: the OMS's wish (the command's data, read into views that borrow from its
 * JSON) and what has been done about it (parcels with their counts), which the ledger fills in from its
 * derived tables.
 */
#include "firmware/domain/barcode.h"
#include "firmware/domain/fact.h"
#include "firmware/domain/notice-kind.h"
#include "firmware/domain/policy.h"

#include <stdbool.h>
#include <stdint.h>

#define SHIPMENT_LINES_MAX      550  /* lines and inserts */
#define SHIPMENT_QUANTITY_MAX   9999 /* of one line */
#define SHIPMENT_PIECES_MAX     99
#define SHIPMENT_OPEN_CODES_MAX 20
#define SHIPMENT_WEIGHT_G_MAX   1000000

enum serial_policy { SERIAL_NONE, SERIAL_RECORD, SERIAL_REQUIRE };
enum insert_check { CHECK_ITEM /* goods: always scanned */, CHECK_SCAN, CHECK_CONFIRM, CHECK_NONE };
enum waybill_source { WAYBILL_GIVEN, WAYBILL_BLOCK, WAYBILL_READ };

struct line { /* borrowed texts live as long as the shipment's doc */
        const char *id;
        const char *name_ja, *name_en;   /* en falls back to ja */
        const char *label_ja, *label_en; /* short words that tell look-alikes apart; fall back to the name */
        const char *order;               /* may be "" */
        const char *picture;             /* its name (firmware/domain/picture.h); NULL none */
        int quantity;
        enum serial_policy serial;
        enum insert_check check;
        const struct json *codes;
        int done; /* units in all parcels that are not voided */
};
/* units of one scan of this code on this line: 0 when the line has no such code */
int line_match(const struct line *l, const struct barcode *code);

enum parcel_state {
        PARCEL_OPEN,
        PARCEL_PACKED,
        PARCEL_READY,
        PARCEL_PULLED,
        PARCEL_PARKED,
        PARCEL_SHIPPED,
        PARCEL_VOIDED,
        /* at a pickup counter */
        PARCEL_EXPECTED,  /* on its way to this store */
        PARCEL_ARRIVED,   /* here, in somebody's hand */
        PARCEL_SHELVED,   /* ->shelf says where */
        PARCEL_MISSING,   /* not on its shelf */
        PARCEL_COLLECTED, /* the customer has it */
        PARCEL_EXPIRED,   /* nobody came, or it was cancelled: to go back to stock */
        PARCEL_RESTOCKED, /* went back */
        N_PARCEL_STATES
};
const char *parcel_state_to_str(enum parcel_state s); /* "open" … "restocked" */
int parcel_state_from_str(const char *text, enum parcel_state *sp);

#define PARCEL_ELSEWHERE "elsewhere" /* ->how of one that another counter of the store handed over */

struct parcel_line { /* what is in one parcel of one line */
        char line[NAME_SIZE];
        int quantity, by_hand, counted, confirmed, by_tag;
};
struct parcel {
        char id[UUID_TEXT_MAX];
        char merchant[NAME_SIZE], shipment[ID_SIZE];
        int piece, pieces;
        enum parcel_state state;
        char bench[NAME_SIZE]; /* where it is open, or was last */
        char actor[ID_SIZE];
        char carrier[NAME_SIZE], number[CODE_SIZE]; /* "" until printed or matched */
        bool printed;                               /* a label came out, or paper exists */
        int prints;
        char bay[NAME_SIZE];   /* once ready */
        char shelf[NAME_SIZE]; /* while parked; at a counter: where it lies, or lay last */
        char crate[CODE_SIZE]; /* the box with several parcels that it comes in; "" none */
        char reason[32];       /* why parked or pulled */
        char pull_reason[32];  /* "" or why it must be pulled from its bay: a pull task */
        char how[16];          /* of shipped, and the kind of proof of collected */
        bool unverified, partial;
        int64_t version; /* of the shipment when opened, packed, parked or resumed: the newest it was held against */
        int64_t since_usec; /* wall clock of the last change of state */
        int since_offset_sec;
        int64_t ready_usec;        /* wall clock; 0 none, or one that nobody could say */
        struct parcel_line *lines; /* owned */
        size_t n_lines;
};

enum shipment_stage { /* derived: the least of its parcels */
        STAGE_NEW,
        STAGE_PACKING,
        STAGE_PARKED,
        STAGE_READY,
        STAGE_SHIPPED,
        STAGE_CANCELLED
};

struct label { /* from `label`: a number given for a piece */
        int piece;
        char carrier[NAME_SIZE], number[CODE_SIZE];
        char ref[UUID_TEXT_MAX]; /* of the sealed print data; "" when the paper exists already */
};

struct notice_duty { /* one kind of notice of one shipment */
        enum notice_owner owner;
        bool live;  /* one exists that was not cancelled: nothing is reserved by itself again */
        bool waits; /* what became of it is not known yet */
        int n;      /* generations so far: that of the next one */
};

/* Kinds of proof; never its number. */
enum pickup_proof {
        PROOF_NONE,
        PROOF_CODE,       /* the pickup code, or its QR */
        PROOF_DOCUMENT,   /* an official document was seen */
        PROOF_ORDER_NAME, /* order number and name */
        PROOF_PROXY_CODE, /* somebody else, with the code */
        N_PICKUP_PROOFS
};
const char *pickup_proof_to_str(enum pickup_proof proof); /* "none", "code", … */
int pickup_proof_from_str(const char *text, enum pickup_proof *proofp);

struct pickup_wish { /* the OMS's: the customer comes to a store */
        bool wanted;
        const char *store;      /* borrowed; "" not said */
        const char *keep_until; /* a day, borrowed; "" by keep_days */
        int keep_days;          /* 0 by policy */
        unsigned proofs;        /* a bit for each enum pickup_proof that will do; 0 any */
        bool self, proxy;       /* who may collect */
        int64_t unpaid_yen;     /* 0: paid */
};
bool pickup_takes_proof(const struct pickup_wish *wish, enum pickup_proof proof);
struct pickup_state { /* what came of it */
        bool is_ready, partial;
        bool paid; /* recorded here with a collection */
        int64_t ready_usec;
        int ready_offset_sec;
        int64_t keep_until_usec; /* 0 not known: no clock was to be trusted */
};

struct shipment {
        struct json *
                doc; /* owned, unless borrowed: data of the newest `shipment` command; NULL for an unverified one */
        bool doc_is_borrowed;
        char merchant[NAME_SIZE], id[ID_SIZE];
        int64_t version; /* of the newest `shipment`; 0 while none has come (a label or a contact came first, or it is unverified) */
        int64_t label_version, contact_version, expected_version; /* 0: none has come */
        const char *carrier, *bay;                                /* borrowed from doc; "" unknown */
        enum waybill_source waybill;
        int pieces;
        bool held, cancelled, partial_allowed;
        int64_t weight_g;   /* of all of it as it is packed, with box and filling; 0 not said */
        const char *reason; /* may be "" */
        struct line *lines; /* owned; goods first, then inserts, in the order of doc */
        size_t n_lines;
        struct label *labels; /* owned, by piece */
        size_t n_labels;
        struct parcel *parcels; /* owned, by piece then age, voided ones included */
        size_t n_parcels;
        struct notice_duty notices[N_NOTICE_KINDS];
        struct pickup_wish pickup;
        struct pickup_state at_counter;
};

/**
 * shipment_read() - the OMS's wish from the data of a `shipment` command
 * @doc: given (also on failure)
 *
 * Return: 0; -EBADMSG with @d->key naming the member (shape, bounds, duplicate line ids).
 */
int shipment_read(struct shipment *s, struct json *doc, struct diag *d);
/**
 * shipment_borrow() - another shipment of the same wish: lines of its own, the document shared
 * @wish: from shipment_read(), without labels and parcels; outlives @s
 *
 * Return: 0, -ENOMEM.
 */
int shipment_borrow(struct shipment *s, const struct shipment *wish);
void shipment_deinit(struct shipment *s);
struct parcel *shipment_parcel(struct shipment *s, const char *parcel);       /* NULL when not there */
const struct line *shipment_line(const struct shipment *s, const char *line); /* the same */
const struct label *shipment_label(const struct shipment *s, int piece);
/* Open units over all goods and scanned inserts: 0 when complete but for confirms. */
int shipment_missing(const struct shipment *s);
