/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A ledger in a folder of its own, and facts made by hand: one line of arranging for each thing that happened. */
#include "firmware/ledger/ledger.h"

#define M  "acme" /* the merchant of all that is not said otherwise */
#define P1 "018f0000-0000-7000-8000-000000000001"
#define P2 "018f0000-0000-7000-8000-000000000002"
#define P3 "018f0000-0000-7000-8000-000000000003"
#define N1 "444413758703" /* numbers with the right check digit, rising */
#define N2 "444413758714"
#define N3 "444413758725"

struct scene {
        char folder[64];
        char path[96];
        struct ledger *l;
        struct stamp now;
        bool damaged; /* the test wrote behind the ledger's back: no rebuild is asked for at the end */
};

int scene_setup(void **state);
/* Ends with a rebuild that must find the derived tables equal. */
int scene_teardown(void **state);
/* Return: differences. */
uint64_t scene_rebuild(struct scene *s);
void scene_close(struct scene *s);
/* Closes and opens again. Return: as ledger_open(). */
int scene_reopen(struct scene *s);
struct ledger_options scene_options(const struct scene *s);
void scene_pass_days(struct scene *s, int days);

/* One fact in a transaction of its own; @data without "v". Return: as ledger_append(). */
int scene_try(struct scene *s, const char *type, const char *merchant, const char *subject, const char *bench,
        const char *actor, const char *data);
/* The same, which must fit; position of the fact. */
uint64_t scene_fact(struct scene *s, const char *type, const char *subject, const char *data);

/* Shipment S of merchant M: line "1" socks x2 (4901234567894, case 14901234567891 of 12), line "2" hat x1 with serials; insert
 * "i1" to confirm; one piece, waybill given; open codes S, TOTE-<S>, and 5555-1111-2225 for S-1. */
void scene_shipment(struct scene *s, const char *shipment, int version, const char *more);
void scene_open_parcel(struct scene *s, const char *parcel, const char *shipment, int piece);
void scene_verify(struct scene *s, const char *parcel, const char *shipment, const char *line, int quantity,
        const char *serial);
void scene_pack(struct scene *s, const char *parcel, const char *shipment);
void scene_print(
        struct scene *s, const char *parcel, const char *shipment, const char *number, const char *source);
void scene_ready(struct scene *s, const char *parcel, const char *shipment, const char *number);
void scene_ship(struct scene *s, const char *parcel, const char *shipment, const char *number);
/* All of these: opened to shipped. */
void scene_whole(struct scene *s, const char *parcel, const char *shipment, const char *number);

struct world scene_world(struct scene *s);
/* One number of a query, for what no question of the world tells. */
int64_t scene_number(struct scene *s, const char *sql);
/* Runs SQL behind the ledger's back. */
void scene_sql(struct scene *s, const char *sql);
