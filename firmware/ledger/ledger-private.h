/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The ledger as the files of this folder see it: one struct of prepared statements per table group, and the calls between them. */
#include "firmware/ledger/ledger.h"
#include "firmware/ledger/statement.h"

#include "firmware/base/cleanup.h"

#define SERIAL_SIZE 65
#define WORD_SIZE   32

/* ---- a fact as it stands in the table; texts borrowed ---- */

struct row {
        int64_t pos;
        enum lane lane;
        int64_t seq;
        const char *id, *type;
        int64_t v;
        const char *merchant, *subject, *bench, *actor, *cause, *time, *boot;
        int64_t mono;
        const char *clock, *data;
        size_t n_data;
        int64_t check;

        int64_t wall_usec; /* of `time` */
        int offset_sec;
};
bool row_is_unsure(const struct row *row); /* nobody knows when it was written */
uint32_t row_check(const struct row *row); /* what the column "check" must be */
/* Fills @row from columns pos … check in schema order; texts borrowed from @q. Return: 0, -EBADMSG for a time that is none. */
int row_read(const struct store_stmt *q, struct row *row);
#define ROW_COLUMNS                                                                                          \
        "pos, lane, seq, id, type, v, merchant, subject, bench, actor, cause, time, boot, mono, clock, "     \
        "data, \"check\""

/* ---- statements, one struct per file ---- */

struct fact_table {
        struct store_stmt insert, newest, lane_newest, lane_gone, lane_put_gone, delete;
};
struct shipment_table {
        struct store_stmt get, make, put_doc, put_label_version, put_contact, put_stage, delete;
        struct store_stmt open_code_add, open_code_delete, line_code_add, line_code_delete;
        struct store_stmt order_add, order_delete;
        struct store_stmt label_add, labels_of, labels_clear;
};
struct parcel_table {
        struct store_stmt get, insert, put, move, of_shipment, states_of, told_of, put_pull, delete;
        struct store_stmt line_get, line_add, line_take, line_prune, lines_clear;
        struct store_stmt unit_put, unit_delete, units_clear, units_move;
};
struct number_table {
        struct store_stmt put, own, kill, move, of_shipment_delete;
        struct store_stmt block_put, blocks_of, block_use, block_carried;
};
struct pickup_table {
        struct store_stmt get, put, put_paid, put_open, delete, put_expected, expected_of, numbers_drop,
                put_crate;
};
struct lookup_table {
        struct store_stmt put, find, erase, expire, tries_put, tries_drop, tries_get;
};
struct offer_table {
        struct store_stmt redeemed_put, redeemed_get, redeemed_delete, receipt_put, receipt_get,
                receipts_delete;
};
struct floor_table {
        struct store_stmt wish_put, wish_get, collection_add, collections_clear, item_put;
        struct store_stmt people_clear, person_add;
        struct store_stmt bench_get, bench_in, bench_out, bench_open, bench_done, bench_prune;
};
struct notice_table {
        struct store_stmt reserve, renew, change, end, judge, correct, newest, conflict_add,
                of_shipment_delete, conflicts_delete;
};
struct world_table {
        struct store_stmt id_at, newest_of, line_item, any_line_item, item, any_item, badge;
};
struct world_code_table {
        struct store_stmt open_codes, closed_code, number, number_on_box, parcel, unit, units_of;
};
struct world_pickup_table {
        struct store_stmt crate, pickups_due, pickups_waiting, notice, notice_pos, notice_by_id,
                resends_asked;
};
struct world_bay_table {
        struct store_stmt bay, collections;
};
struct people_table {
        struct store_stmt by_badge, by_person, after, pins_clear, pin_add, tries, try_put, try_forget;
};
struct claim_table {
        struct store_stmt get, put, of_subject, of_code, codes_clear, code_add, old, newest_of, delete;
};
struct sealed_table {
        struct store_stmt put, get, ref, erase, erase_kind, set_aside, supersede, prune_labels, expire;
};
struct tombstone_table {
        struct store_stmt has, find, find_unit, add, alias_add, unit_add, numbers_add, old, delete,
                alias_delete, unit_delete;
};
struct purge_table {
        struct store_stmt closed, facts_of, numbers_of, block_carry, rows, belongs, is_wish, is_person,
                conflict_delete, better;
        struct store_stmt trace_rows, is_closed;
};

struct gap_table {
        struct store_stmt rows, named;
};

struct fact_ends { /* the newest facts, in memory */
        bool known;
        uint64_t n_undone; /* of the store, when they were read */
        int64_t pos, seq[N_LANES];
};

/* What every decision asks of the fleet's wishes, in memory. */
struct wish_ends {
        bool known;
        uint64_t n_undone;
        int64_t policy_pos; /* 0: none */
        bool people, snapshot;
};

struct parcel_row {
        struct parcel p; /* without lines */
        bool known;
        int64_t opened_pos;
};
struct parcel_memory { /* see parcel_get() */
        bool known;
        uint64_t n_undone;
        struct parcel_row row;
};

struct expected {
        bool known;
        bool lasts; /* the input that it was read for has not come yet */
        int64_t n_changes;
        uint64_t n_undone;
        struct shipment s;
};

struct purge_place { /* where the next slice goes on; zero is the beginning */
        int64_t closed_usec;
        struct shipment_ref ref;
        int64_t pos;
        int64_t trace_seq;
};
struct better_place { /* rows from here until there were followed by one of a better clock, of that time */
        int64_t from_pos, until_pos, usec;
};

/*
 * What the OMS wished of the shipments that are being packed, as it was read: a scan must not read the document anew. The key
 * is the fact's position; what stands there changes only when a roll-back gave the position away again.
 */
#define WISHES_MAX       128
#define WISHES_BYTES_MAX (96 * 1024) /* of documents; read they take ten times as much */
struct wish {
        int64_t pos;          /* 0: free */
        size_t n_bytes;       /* of the document */
        uint64_t used;        /* larger is later */
        struct shipment read; /* without parcels and labels */
};
struct wishes {
        struct wish *all; /* WISHES_MAX; owned; NULL before the first */
        size_t n, n_bytes;
        uint64_t used;
};

struct ledger {
        struct store *store;      /* owned, but in a rebuild: closed with the ledger there too */
        struct store *docs_store; /* where facts' data is read from: the same, but in a rebuild */
        struct store_stmt doc;    /* of docs_store */
        const char *realm, *site, *boot_id;
        struct uuid_source uuids;
        int offset_sec; /* local time of the newest fact */

        struct policy policy; /* of the newest policy.changed */
        int64_t policy_pos;   /* 0: defaults */
        char item_name[2][4 * 200 + 1];
        struct wishes wishes;
        struct fact_ends ends;
        struct wish_ends wish_ends;
        struct expected expected;
        struct parcel_memory parcel;

        struct fact_table facts;
        struct shipment_table shipments;
        struct parcel_table parcels;
        struct number_table numbers;
        struct pickup_table pickups;
        struct lookup_table lookups;
        struct offer_table offers;
        struct ledger_hooks hooks;
        struct floor_table floor;
        struct notice_table notices;
        struct world_table world;
        struct world_code_table world_code;
        struct world_pickup_table world_pickup;
        struct world_bay_table world_bay;
        struct claim_table claims;
        struct people_table people;
        struct sealed_table sealed;
        struct tombstone_table tombstones;
        struct purge_table purge;
        struct gap_table gap;
        struct purge_place purge_at;
        struct better_place better;
};

/* The texts of one file's statements, with offsets within struct ledger. */
struct statement_group {
        const struct store_sql *sql;
        size_t n;
};
extern const struct statement_group fact_statements, shipment_statements, parcel_statements,
        number_statements, pickup_statements, lookup_statements, offer_statements, floor_statements,
        people_statements, notice_statements, claim_statements, world_statements, world_code_statements,
        world_pickup_statements, world_bay_statements, sealed_statements, tombstone_statements,
        purge_statements, trace_statements, gap_statements;
#define LEDGER_SQL(member, text)                                                                             \
        { offsetof(struct ledger, member), text }

extern const struct store_schema ledger_schema;

/* Around a store; @docs is where facts' data is read. Takes @store also on failure. */
int ledger_wrap(
        struct ledger **lp, struct store *store, struct store *docs, const char *realm, const char *boot_id);

/* ---- fact-table.c ---- */

/* A sequence within a fact: text, as the wire has them. */
void seq_write(struct fact_builder *b, const char *key, int64_t seq);
/* The row of a fact with given id and time; @row's pos, seq and check are filled. */
int fact_insert(struct ledger *l, struct row *row);
/* The same, and applied. */
int fact_write(struct ledger *l, struct row *row);
/* One row leaves. */
int fact_delete(struct ledger *l, int64_t pos, enum lane lane);
/* The data of the fact at @pos, parsed; @n_bytesp: NULL, or of its text. Return: 0, LEDGER_E_NONE, -EBADMSG. */
int fact_document(struct ledger *l, int64_t pos, struct json **docp, size_t *n_bytesp);

/* ---- apply*.c: one fact -> derived tables ---- */

typedef int (*apply_function)(struct ledger *l, const struct row *row, const struct json *data);
/* Return: 0, LEDGER_E_UNFIT, -errno. */
int apply(struct ledger *l, const struct row *row);
/* 0, or LEDGER_E_UNFIT with the reason at debug. */
int unfit(const struct row *row, const char *why);
/* An outcome of a statement that must have met a row: STORE_E_EXISTS -> LEDGER_E_UNFIT. */
int fitting(const struct row *row, int r);
/* Words and ids of ours; a stranger's too long one is cut, here as in a replay. */
#define PUT(field, from) ((void) copy_text(field, sizeof(field), from))
/* The parcel that is the subject. Return: 0, LEDGER_E_UNFIT, -errno. */
int parcel_of_row(struct ledger *l, const struct row *row, struct parcel_row *p);
/* Its new state, since when, and by whom; not written yet. */
void parcel_enter(struct parcel_row *p, const struct row *row, enum parcel_state state);
apply_function apply_parcel_find(const char *type);
apply_function apply_pickup_find(const char *type);
apply_function apply_intake_find(const char *type);
apply_function apply_other_find(const char *type);

/* ---- keys of codes ---- */

/* Goods: a GTIN on its 14 digits, any other text as it is. */
void code_key(const char *code, char key[CODE_SIZE]);
/* What opens a shipment: as scanned, and its canonical form ("" when that is the same). */
void open_code_keys(const char *code, char keys[2][CODE_SIZE]);

/* ---- shipment-table.c ---- */

/* Makes the row when there is none (a label, a contact or an unverified parcel came first). */
int shipment_make(struct ledger *l, const char *merchant, const char *shipment, bool unverified);
/*
 * The same for one that a snapshot tells of: it answers to its id and to @codes (a JSON array, or NULL), as a buried one does, so
 * that a rescan is recognised. One whose wish is here has its codes from there.
 */
int shipment_make_known(
        struct ledger *l, const char *merchant, const char *shipment, const struct json *codes);
/* Each key of the codes that snapshots told with its parcels. Return: 0, what @fn returned, -errno. */
typedef int (*shipment_code_fn)(struct ledger *l, const char *key, void *userdata);
int shipment_known_codes(
        struct ledger *l, const char *merchant, const char *shipment, shipment_code_fn fn, void *userdata);
int shipment_put_doc(struct ledger *l, const struct row *row, const struct json *doc);
/* Takes away what stands in the tables because of the newest wish's codes. */
int shipment_clear_codes(struct ledger *l, const char *merchant, const char *shipment);
int shipment_put_labels(struct ledger *l, const char *merchant, const char *shipment, int64_t version,
        const struct json *labels);
int shipment_put_contact(
        struct ledger *l, const char *merchant, const char *shipment, int64_t version, int64_t pos);
/* The whole aggregate. Return: 0, LEDGER_E_NONE, -EBADMSG, -errno. */
int shipment_load(struct ledger *l, const char *merchant, const char *shipment, struct shipment *s);
/* What its parcels make of it: stage, and since when it is closed. */
int shipment_settle(struct ledger *l, const char *merchant, const char *shipment, int64_t now_usec);
/* The time of @row for it; 1 when that is nobody's: the oldest of all, so that purging looks at the rows themselves. */
int64_t shipment_settle_usec(const struct row *row);
int shipment_delete(struct ledger *l, const char *merchant, const char *shipment);

/* ---- wishes.c ---- */

/* The shipment of the wish at @pos, without parcels and labels; to be given back before wishes_trim(). Return: 0, -EBADMSG, -errno. */
int wishes_read(struct ledger *l, int64_t pos, struct shipment *s);
/* There is no fact behind this position any more. */
void wishes_forget_behind(struct wishes *w, int64_t pos);
/* Make room again; no shipment may be in use. */
void wishes_trim(struct wishes *w);
void wishes_deinit(struct wishes *w);

/* ---- expected.c ---- */

void expected_drop(struct ledger *l);
/* An input begins: what was read for the one before goes, and the wishes make room. */
void expected_pass(struct ledger *l);
/* Moves out when it is this shipment and nothing was written since. */
bool expected_take(struct ledger *l, const char *merchant, const char *shipment, struct shipment *s);

/* ---- parcel-table.c ---- */

/* Return: 0, LEDGER_E_NONE, -errno. */
int parcel_get(struct ledger *l, const char *parcel, struct parcel_row *out);
int parcel_insert(struct ledger *l, const struct parcel_row *p); /* STORE_E_EXISTS */
/* All of it but what parcel_move() changes, and what never changes: merchant, known, opened_pos. */
int parcel_put(struct ledger *l, const struct parcel_row *p);
/* It belongs to another shipment, or is another piece of it. */
int parcel_move(struct ledger *l, const struct parcel *p);
/* Appends the parcels of a shipment, with their lines, to @s. */
int parcel_load_all(struct ledger *l, struct shipment *s);
/* A pull task, or "" for none any more. */
int parcel_put_pull(struct ledger *l, const char *parcel, const char *reason);
struct parcel_tally {                       /* of one shipment */
        int living, parked, ready, shipped; /* not voided; of these */
        int waiting, handed; /* of these, at a counter: expected or here; collected, or back in stock */
        bool partial, known; /* one is partial; one was told by a snapshot */
};
int parcel_tally(struct ledger *l, const char *merchant, const char *shipment, struct parcel_tally *t);
/* What is in it, whole. Return: 0, LEDGER_E_UNFIT, -errno. */
int parcel_put_contents(struct ledger *l, const char *parcel, const struct json *contents);
/* @how: "scanned", "hand", "counted", "confirmed", "rfid". */
int parcel_line_add(struct ledger *l, const char *parcel, const char *line, int quantity, const char *how);
int parcel_line_take(struct ledger *l, const char *parcel, const char *line, int quantity);
int parcel_unit_put(
        struct ledger *l, const struct parcel *p, const char *code, const char *serial, const char *line);
int parcel_unit_take(struct ledger *l, const char *parcel, const char *line, const char *serial);
int parcel_units_move(struct ledger *l, const char *parcel, const char *shipment);
/* Nothing is in it any more; its serials are free. */
int parcel_clear(struct ledger *l, const char *parcel);
int parcel_delete(struct ledger *l, const char *parcel);

/* Its crate and number, which a new `expected` may change. */
int parcel_put_crate(struct ledger *l, const struct parcel_row *p);

/* ---- pickup-table.c ---- */

/* Zero when it never was ready. */
int pickup_get(struct ledger *l, const char *merchant, const char *shipment, struct pickup_state *out);
/* Only the first time counts. */
int pickup_put(struct ledger *l, const char *merchant, const char *shipment, const struct pickup_state *p);
int pickup_put_paid(struct ledger *l, const char *merchant, const char *shipment);
/* Is something of it still here? */
int pickup_put_open(struct ledger *l, const char *merchant, const char *shipment, bool open);
int pickup_delete(struct ledger *l, const char *merchant, const char *shipment);
/* parcel.reconciled that names the parcel which the box is. Return: 0, LEDGER_E_UNFIT, -errno. */
int pickup_reconcile(struct ledger *l, const struct row *row, const struct json *data);
/* Of peer.met: what another counter handed over, or took back. Return: 0, -errno. */
int pickup_elsewhere(struct ledger *l, const struct row *row, const struct json *data);
/* What is on its way to this store, whole. Return: 0, LEDGER_E_UNFIT, -errno. */
int pickup_expect(struct ledger *l, const struct row *row, const struct json *data);

/* ---- lookup-table.c ---- */

int lookup_expire(struct ledger *l, int64_t before_usec);
int lookup_tries_put(struct ledger *l, const char *bench, int tries, int64_t pos);
int world_lookup(
        void *u, const char *purpose, const char *text, struct shipment_ref *refs, size_t max, size_t *n);

/* ---- offer-table.c ---- */

int world_key(void *u, const char *kid, const char *use, struct world_key *key);
bool world_verify(void *u, const uint8_t key[32], const void *bytes, size_t n, const uint8_t signature[64]);
struct offer_coupon {                                 /* borrowed */
        const char *offer, *coupon, *station, *bench; /* station "": here */
        int64_t at_usec;
        int at_offset_sec;
};
int offer_redeemed(struct ledger *l, const struct row *row, const struct offer_coupon *c);
/* What the fact at @pos said of coupons. */
int offer_forget(struct ledger *l, int64_t pos);
/* Only the first time counts. */
int receipt_put(struct ledger *l, const char *merchant, const char *shipment, const char *code, int64_t pos);
int receipts_delete(struct ledger *l, const char *merchant, const char *shipment);
int world_receipt(
        void *u, const char *code, int (*each)(void *eu, const struct world_receipt *used), void *eu);
int world_offer(void *u, const char *merchant, const char *offer, struct world_offer *out);
int world_redeemed(
        void *u, const char *merchant, const char *offer, const char *coupon, struct world_redeemed *out);

/* ---- number-table.c ---- */

int number_put(struct ledger *l, const char *number, const char *merchant, const char *shipment, int piece,
        const char *carrier);
/* The number stands on a parcel now. */
int number_own(struct ledger *l, const struct parcel *p);
int number_kill(struct ledger *l, const char *number, const char *merchant, const char *shipment);
/* A parcel of one shipment becomes another's, with its numbers. */
int numbers_move(
        struct ledger *l, const char *merchant, const char *from, const char *parcel, const char *to);
/* An allotted block. Return: 0, LEDGER_E_UNFIT, -errno. */
int block_put(struct ledger *l, const char *merchant, const struct json *data, int64_t pos);
/* The next number of the merchant's blocks. Return: 0, LEDGER_E_NONE, -errno. */
int block_next(struct ledger *l, const char *merchant, const char *carrier, char number[CODE_SIZE]);
/* A number was given out. */
int block_used(struct ledger *l, const char *merchant, const char *carrier, const char *number);

/* ---- notice-table.c ---- */

struct notice_row {
        const char *id, *merchant, *shipment, *kind;
        int generation;
        const char *state, *reason; /* @reason: NULL none */
        int64_t not_before_usec, expires_usec, pos;
};
int notice_reserve(struct ledger *l, const struct notice_row *n); /* STORE_E_EXISTS */
/* One that another disk had promised, as a snapshot told, is promised here. Return: 0, LEDGER_E_NONE. */
int notice_renew(struct ledger *l, const struct notice_row *n);
int notice_change(struct ledger *l, const char *id, const char *state, int64_t pos,
        const struct json *data); /* LEDGER_E_NONE */
/* A leader's word on one that waits: "approved", "refused". */
int notice_judge(struct ledger *l, const char *id, const char *word, int64_t pos);
/* What it says is in the fact at @pos from now on; nothing when it waits for nobody's word any more. */
int notice_correct(struct ledger *l, const char *id, int64_t pos);
/* What waits here went out, or not, elsewhere. One that has ended stays so. */
int notice_end(struct ledger *l, const char *id, const char *state, int64_t pos);
/* Of each kind: how many generations there have been, and how it stands with the newest. */
int notice_duties(struct ledger *l, struct shipment *s);
int conflict_add(struct ledger *l, const struct row *row, const struct json *data);
/* Notices and conflicts of a shipment. */
int notices_delete(struct ledger *l, const char *merchant, const char *shipment);

/* ---- floor-table.c ---- */

int wish_put(struct ledger *l, const char *type, const char *subject, int64_t version, int64_t pos);
/* The newest wish's version and fact; either may be NULL. Return: 0, LEDGER_E_NONE. */
int wish_get(struct ledger *l, const char *type, const char *subject, int64_t *versionp, int64_t *posp);
int bay_put(struct ledger *l, const char *bay, const struct json *data); /* LEDGER_E_UNFIT */
int items_put(struct ledger *l, const char *merchant, const struct json *items);
int bench_person_in(struct ledger *l, const char *bench, const char *person, const char *role, int64_t pos);
int bench_person_out(struct ledger *l, const char *bench, const char *person);
int bench_open(struct ledger *l, const char *bench, const char *parcel);
int bench_done(struct ledger *l, const char *bench, const char *parcel);

/* ---- people.c ---- */

int people_put(struct ledger *l, const struct json *people);

/* ---- claim-table.c: answers of struct world go by the same names ---- */

int claim_put(struct ledger *l, const struct row *row, const struct json *data); /* LEDGER_E_UNFIT */
int world_claims(void *u, const char *merchant, const char *subject,
        int (*each)(void *eu, const struct claim *claim), void *eu);
int world_claims_of_code(
        void *u, const char *code, int (*each)(void *eu, const struct claim *claim), void *eu);
int world_claim(void *u, const struct claim *of, struct claim *last);
/* The next fact of a claim behind @pos, with what a purge asks of it. Return: 0, LEDGER_E_NONE. */
struct claim_place {
        int64_t pos, seq;
        char time[TIME_TEXT_MAX], clock[WORD_SIZE];
};
int claim_next(struct ledger *l, int64_t pos, struct claim_place *out);
/* What stands in the table because of the fact at @pos, when nothing newer does. */
int claim_forget(struct ledger *l, int64_t pos);

/* ---- sealed-table.c ---- */

/*
 * All of a shipment's contact boxes but @ref's go, before the fact that names that one is applied. The one that it had when its customer
 * withdrew consent is set aside as "withdrawn", for who reads that fact later: it holds for the address, too.
 */
int sealed_supersede(struct ledger *l, const char *merchant, const char *shipment, const char *ref);
/* Print data of labels that the shipment has no longer. */
int sealed_prune_labels(struct ledger *l, const char *merchant, const char *shipment);

/* ---- tombstone.c ---- */

/* Is there a tombstone of this shipment? */
int tombstone_has(struct ledger *l, const char *merchant, const char *shipment, bool *hasp);
/* @kind: "code", "number" (dead ones too), "parcel"; @keys: either may be "". Return: 0, LEDGER_E_NONE, -errno. */
int tombstone_find(struct ledger *l, const char *kind, char keys[2][CODE_SIZE], struct number_owner *owner);
int tombstone_find_unit(struct ledger *l, const char *merchant, const char *code_key, const char *serial,
        struct unit_owner *owner);
/* For one parcel of a shipment that is about to go; @p may be one without id, for a shipment that had no parcel.
 * @with_rest: numbers that never came onto a parcel too. */
int tombstone_add(
        struct ledger *l, const struct shipment *s, const struct parcel *p, bool known, bool with_rest);
/* The oldest one, when it is older than that. */
int tombstone_remove_old(struct ledger *l, int64_t before_usec, bool *gonep);

/* ---- ledger.c, successor.c ---- */

/* Within a transaction: ledger.started; @predecessor NULL for none. */
int ledger_note_start(struct ledger *l, const char *predecessor, const char *reason, const struct stamp *now);
/* Any file, whoever made it. */
int ledger_open_file(
        struct ledger **lp, const char *path, const struct ledger_options *options, struct diag *d);

/* Puts a finished successor in its place, throws a half-made one away. */
int successor_finish(const char *folder, struct diag *d);

/* ---- rebuild.c ---- */

/* Tombstones and marks of purged blocks, which no fact says any more. */
int rebuild_carry(struct store *from, struct store *to);
/* Where this program stands in other logs. */
int rebuild_carry_cursors(struct store *from, struct store *to);
/* The derived tables, from @i = 0; NULL after the last. Static. */
const char *rebuild_table(size_t i, const char **columnsp);

/* ---- world.c ---- */
/* What people read, in both languages: cut at a character's end, and the English is the Japanese where there is none. */
void world_put_words(
        const struct json *words, const char *otherwise, char ja[WORLD_NAME_SIZE], char en[WORLD_NAME_SIZE]);

/* ---- world-code.c ---- */

/* Columns: merchant, shipment, parcel, piece, dead, state, bench, at, offset. Return: 0, -EBADMSG. */
int owner_read(const struct store_stmt *q, struct number_owner *owner);
int world_open_code(void *u, const char *code, struct shipment_ref *refs, size_t max, size_t *n);
int world_number(void *u, const char *number, struct number_owner *owner);
int world_number_on_box(void *u, const char *parcel, char number[CODE_SIZE]);
int world_parcel(void *u, const char *parcel, struct number_owner *owner);
int world_closed_code(void *u, const char *code, struct number_owner *owner);
int world_unit(void *u, const char *merchant, const char *code, const char *serial, struct unit_owner *owner);
int world_units_of(
        void *u, const char *parcel, int (*each)(void *eu, const char *line, const char *serial), void *eu);

/* ---- world-pickup.c ---- */
int world_pickups_due(
        void *u, int64_t until_usec, int (*each)(void *eu, const struct shipment_ref *ref), void *eu);
int world_pickups_waiting(void *u, const struct shipment_ref *from, int max, int64_t before_usec,
        int64_t now_usec, int (*each)(void *eu, const struct shipment_ref *ref), void *eu);
int world_crate(void *u, const char *crate, int (*each)(void *eu, const char *parcel), void *eu);
int world_notice_by_id(void *u, const char *id, struct notice_named *out);
int world_notice_data(
        void *u, const char *merchant, const char *shipment, const char *kind, struct json **datap);
int world_notice(void *u, const char *merchant, const char *shipment, const char *kind,
        const struct stamp *now, struct notice_known *out);

/* ---- world-bay.c ---- */
int world_bay_info(void *u, const char *bay, struct bay_info *info);
int world_bay(void *u, const char *bay, int (*each)(void *eu, const struct bay_row *row), void *eu);
int world_collections_due(void *u, int64_t from_usec, int64_t to_usec,
        int (*each)(void *eu, const char *bay, int64_t collection_usec), void *eu);
