/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * ledger.db: append-only facts, and the tables derived from them in the same transaction by one function, apply.c's,
 * which the live path, the rebuild and a successor ledger share. The station is the only writer; others read it through
 * firmware/views. Decides nothing and reads no clock. Not thread-safe; between store_begin() and the commit of the
 * committer it is in the station's hand.
 *
 * A row check is CRC-32C over the columns of `fact` in schema order, each as u32 little-endian length and bytes, numbers
 * as decimal text. Times are kept to the millisecond: what a live apply derives is what a replay derives.
 *
 * Source: design of the project, section 4; SQLite 3.40 (STRICT and WITHOUT ROWID tables, UPSERT).
 */
#include "firmware/domain/fact.h"
#include "firmware/domain/world.h"
#include "firmware/store/store.h"

#define LEDGER_APPLICATION_ID 0x6f6b6c31 /* "okl1" */
#define LEDGER_FILE           "ledger.db"
#define LEDGER_VERSION_MIN    9 /* schema versions that readers of this build can read */
#define LEDGER_VERSION_MAX    9

#define LEDGER_NO_RECEIVER UINT64_MAX /* as an `upto`: nobody will ever take this lane */

/* Positive outcomes; each function names those it can have. */
enum {
        LEDGER_E_NONE = 1,      /* nothing of that name */
        LEDGER_E_OTHER_MACHINE, /* the file was made on another machine: ledger_start_new() */
        LEDGER_E_UNFIT, /* a fact that does not fit the tables: shape of its data, or a parcel nobody opened */
        LEDGER_E_DIFFERENT, /* the rebuild found differences */
};

struct ledger; /* one open ledger.db */

struct ledger_options {
        const char *realm;   /* part of every notice id; borrowed for the ledger's life */
        const char *site;    /* where this is; borrowed for the ledger's life; NULL not known */
        const char *boot_id; /* of this boot, at most 36 characters; borrowed for the ledger's life */
        struct stamp now;    /* for `ledger.started`, and the UTC offset of collections */
        const struct store_options *store; /* NULL for none */
};

/**
 * ledger_open() - open <folder>/ledger.db as its writer; make it, with ledger.started as its first fact, when there is none
 * @folder: see store_open_writer()
 *
 * A successor whose making was cut short by power is finished or thrown away first.
 *
 * Return: 0, LEDGER_E_OTHER_MACHINE (nothing is open; call ledger_start_new()), or as store_open_writer().
 */
int ledger_open(struct ledger **lp, const char *folder, const struct ledger_options *options, struct diag *d);
struct ledger *ledger_close(struct ledger *l); /* returns NULL; takes NULL */
static inline void ledger_closep(struct ledger **p) {
        *p = ledger_close(*p);
}

/* The connection, for store_begin(), savepoints and the committer. Borrowed. */
struct store *ledger_store(struct ledger *l);
const char *ledger_id(const struct ledger *l); /* 32 hex digits; borrowed */

/* ---- facts ---- */

struct ledger_place { /* where a fact came to stand */
        uint64_t pos, seq;
        char id[UUID_TEXT_MAX];
};

/**
 * ledger_append() - one fact: its row, and what follows from it in the derived tables
 * @f:      data is a JSON object of at most FACT_DATA_MAX bytes
 * @now:    of the input that led to it; wall clock is cut to milliseconds
 * @placep: NULL, or set on 0 only
 *
 * Within a transaction; on any return but 0 the caller rolls its savepoint back. A type that this build does not know is
 * kept and derives nothing.
 *
 * Return: 0; LEDGER_E_UNFIT with the reason logged at debug; -EMSGSIZE; -EBADMSG, -EIO, -ENOSPC, -ENOMEM.
 */
int ledger_append(
        struct ledger *l, const struct fact *f, const struct stamp *now, struct ledger_place *placep);
/* All facts of a decision in order. @lastp: NULL, or the last one's place (untouched when the list is empty). */
int ledger_append_all(
        struct ledger *l, const struct fact_list *facts, const struct stamp *now, struct ledger_place *lastp);

struct ledger_head {
        uint64_t seq;  /* the lane's newest sequence; 0 none */
        uint64_t rows; /* kept in the file; no counting behind it */
};
int ledger_head(struct ledger *l, enum lane lane, struct ledger_head *headp);

/**
 * ledger_world() - the questions of deciding code, answered from this ledger
 * @out: valid until the next ledger_append() or roll-back: fill it anew for each input
 *
 * Return: 0, -errno. A policy that cannot be read any more is -EBADMSG.
 */
int ledger_world(struct ledger *l, struct world *out);

/**
 * ledger_expect() - read ahead the shipment that the next input will probably ask for
 *
 * Serves the questions behind the next ledger_world() and no later ones; worthless after any write. Within a transaction
 * it costs least. Return: 0, also when there is no such shipment; -errno.
 */
int ledger_expect(struct ledger *l, const char *merchant, const char *shipment);

/* ---- what a bench was doing, for the start of the station ---- */

struct ledger_bench {
        char person[ID_SIZE]; /* "" nobody */
        enum person_role role;
        char parcel[UUID_TEXT_MAX]; /* open or packed there; "" none */
};
/* A bench that is not known reads as empty. Return: 0, -errno. */
int ledger_bench(struct ledger *l, const char *bench, struct ledger_bench *out);

/* ---- finding a customer's order ---- */

#define LEDGER_HASH_SIZE 65
struct ledger_hooks { /* what the ledger's questions need and this folder does not have: keys, and arithmetic with them */
        /* The keyed hash by which @text is kept for this purpose, LEDGER_HASH_SIZE bytes. Return: is there a key. */
        bool (*hash)(void *userdata, const char *purpose, const char *text, char *hash);
        /* See struct world. */
        bool (*verify)(void *userdata, const uint8_t key[32], const void *bytes, size_t n,
                const uint8_t signature[64]);
        void *userdata;
};
void ledger_set_hooks(struct ledger *l, const struct ledger_hooks *hooks); /* copied */
/* @hash: as the hook makes it. Twice is harmless. @delete_by_usec 0: with its shipment. Return: 0, -errno. */
int ledger_lookup_put(struct ledger *l, const char *purpose, const char *hash, const char *merchant,
        const char *shipment, int64_t delete_by_usec);
int ledger_lookup_erase(struct ledger *l, const char *merchant, const char *shipment);
/* How many wrong codes a counter has been asked for since the last right one. Return: 0, -errno. */
int ledger_wrong_tries(struct ledger *l, const char *bench, int *triesp);

/* ---- sealed personal data, outside the facts ---- */

struct ledger_sealed {
        const char *ref; /* uuid */
        const char *
                kind; /* "contact", "label"; "withdrawn": a contact of before, whose customer withdrew consent */
        const char *merchant, *subject;
        const void *box; /* sealed box, @n_box bytes */
        size_t n_box;
        const char *hash;       /* hex */
        int64_t delete_by_usec; /* wall clock; 0 with its shipment */
};
/*
 * Within a transaction, after the fact that names it: contact.received, contact.erased and label.given take away what they
 * supersede. The same ref again is harmless. Return: 0, -errno.
 */
int ledger_sealed_put(struct ledger *l, const struct ledger_sealed *s);
/* @s is filled with texts borrowed until the next call on sealed data. Return: 0, LEDGER_E_NONE, -errno. */
int ledger_sealed_get(struct ledger *l, const char *ref, struct ledger_sealed *s);
/* The newest box of one subject and kind, for ledger_sealed_get(). Return: 0, LEDGER_E_NONE, -errno. */
int ledger_sealed_ref(struct ledger *l, const char *kind, const char *merchant, const char *subject,
        char ref[UUID_TEXT_MAX]);
/* The texts of ledger_sealed_get() end here. Before a commit: a row that is still lent keeps a checkpoint out. */
void ledger_sealed_done(struct ledger *l);
/* All boxes of one subject and kind ("contact": those of before, too; NULL: of any kind) go at once. Within a transaction. Return: 0, -errno. */
int ledger_sealed_erase(struct ledger *l, const char *kind, const char *merchant, const char *subject);
/* Boxes past their date, at most @max; nothing with an untrusted clock (ledger_purge() calls it). @n: how many went. Return: 0, -errno. */
int ledger_sealed_expire(struct ledger *l, const struct stamp *now, int max, int *np);
