/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One decision of a bench, whatever is done there: packing (packout-*.c) and the pickup counter (pickup-*.c) are made of
 * these parts. Nobody else includes this.
 *
 * A turn works on copies: the bench's memory and the shipment it loads are changed as if the facts were
 * written already, so that what follows in the same decision (the last unit packs, packing prints) sees it.
 * Handlers return 0 or -errno; what a person must be told is a verdict, one per scan.
 */
#include "firmware/domain/packout.h"

struct unit_list { /* serials of the open parcel */
        struct unit {
                char line[NAME_SIZE];
                char serial[24];
        } * items; /* owned */
        size_t n, size;
};

struct turn {
        const struct world *world;
        const struct input *in;
        struct decision *d;
        struct bench *b;        /* the copy */
        struct barcode scan;    /* of INPUT_SCAN */
        struct shipment s;      /* owned; of the open parcel, or of the one that is about to be; zero: none */
        struct parcel *p;       /* in s; NULL: the bench is empty */
        size_t n_fresh;         /* ids of input used up */
        struct unit_list added; /* units of this very decision: not yet among world->units_of */
        struct shipment_ref *noticed; /* owned: whose notice this decision has reserved */
        size_t n_noticed;
        char leader[ID_SIZE]; /* whose badge allows the act in hand; "" nobody's was asked for */
        bool alone;           /* nobody acts: a tick. Facts name neither person nor bench */
};

/* --- turn.c: the parts that every handler is made of --- */
void turn_deinit(struct turn *t);
/* The shipment of the bench's parcel into ->s and ->p. A parcel that is not open here any more empties the
 * bench. */
int turn_load(struct turn *t);
/* Another shipment into ->s (the one before is given up). 0, WORLD_E_NONE, -errno */
int turn_load_shipment(struct turn *t, const char *merchant, const char *shipment);
/* @p (of ->s) becomes the bench's own. */
void turn_take_parcel(struct turn *t, struct parcel *p);
/* Nothing is open at the bench; gesture and alarm end too. Say the verdict before. */
void turn_empty_bench(struct turn *t);
void turn_end_gesture(struct turn *t);

/* A verdict for this bench about its parcel. Never NULL; the sub-lines are for the caller to fill. */
struct verdict *turn_say(struct turn *t, enum verdict_kind kind);
/* The same with both sub-lines as they are. */
int turn_tell(struct turn *t, enum verdict_kind kind, const char *ja, const char *en);
/* What a control code names, a bay or a shelf, as names are written. */
void turn_argument(const struct turn *t, char name[NAME_SIZE]);
/* A leader must be fetched; without a list of people the act is refused in words. */
int turn_need_leader(struct turn *t, const char *what_ja, const char *what_en);
const char *turn_actor(const struct turn *t);
void turn_fact(
        struct turn *t, struct fact_builder *fb, const char *type, const char *merchant, const char *subject);
/* With the members that every parcel.* and waybill.* fact has. */
void turn_parcel_fact(struct turn *t, struct fact_builder *fb, const char *type, const struct shipment *s,
        const struct parcel *p);
/* Trace item.refused. @line, @of: NULL for none */
void turn_refuse(struct turn *t, const char *reason, const char *line, const char *of);
/* Trace alarm.cleared. @leader "": by parking */
void turn_alarm_cleared(struct turn *t, const char *leader);
/* Return: 0, -ENOMEM. */
int unit_list_add(struct unit_list *list, const char *line, const char *serial);
/* notice_due(), once for a shipment in one decision. */
int turn_notice(struct turn *t, const struct shipment *s, const char *trigger);

/* --- approval.c: of notices, at any bench --- */
bool approval_is_asked(const struct turn *t);
int approval_scan(struct turn *t);
int approval_correct(struct turn *t); /* INPUT_CORRECT */

/* --- words.c: parts of sub-lines --- */
#define WORDS_SIZE 160
struct words {
        char ja[WORDS_SIZE], en[WORDS_SIZE];
};
void words_line(const struct line *l, struct words *w);             /* its label, cut to 20 columns */
void words_code(const struct barcode *scan, char text[WORDS_SIZE]); /* as scanned, cut */
void words_missing(const struct shipment *s, struct words *w);      /* "靴下 黒×2、帽子×1" */
/* One more "label×n" behind what is there, as long as there is room. */
void words_list(struct words *w, const char *ja, const char *en, int n);
void words_contents(const struct shipment *s, const struct parcel *p, struct words *w);
/* "注文…1234": whose number it is, by the last 4 of the first order. Asks the world. */
int words_owner(struct turn *t, const char *merchant, const char *shipment, struct words *w);
/* A bay as people call it, its id when nobody said; without a bay "出口". Asks the world. */
int words_bay(struct turn *t, const char *bay, struct words *w);
/* A merchant as people call it. */
void words_merchant(const struct turn *t, const char *merchant, struct words *w);
/* "14:02 bench-3" */
void words_when(int64_t usec, int offset_sec, const char *bench, char text[WORDS_SIZE]);
void words_piece(const struct shipment *s, const struct parcel *p, struct words *w); /* "1/2口" */
/* Last 4 characters of the number that a ready parcel bears, to look for it in its bay. Asks the world. */
int words_number_on_box(struct turn *t, const struct parcel *p, char text[WORDS_SIZE]);
const char *words_number_tail(const char *number); /* its last 4 characters */

/* --- lines and parcels --- */
bool line_counts(const struct line *l); /* goods and scanned inserts: 残り counts them */
int line_left(const struct line *l);    /* units not yet in any box */
bool line_is_goods_wanted(const struct line *l);
struct parcel_line *parcel_line_get(struct parcel *p, const char *line); /* NULL when there is none */
/* Adds an empty one when there is none. NULL: -ENOMEM */
struct parcel_line *parcel_line_need(struct parcel *p, const char *line);
int parcel_units(const struct parcel *p);      /* in the box */
bool parcel_is_living(const struct parcel *p); /* counts for its shipment: not voided */
bool shipment_is_overfull(
        const struct shipment *s); /* boxes hold what a new version does not want any more */
bool shipment_awaits_confirm(const struct shipment *s);         /* inserts or gift work that OK confirms */
int shipment_total_pieces(const struct shipment *s, int piece); /* as facts say it: at least @piece */

/* --- people.c --- */
int people_badge(struct turn *t);
/* A leader is asked for, and one says OK at a screen: whoever works here goes on doing so. */
bool people_leader_agrees(const struct turn *t);
/* ->at_screen is who works here from now on. */
void people_come(struct turn *t);
/* Idle too long: person.out. True when the bench was locked by it. */
bool people_lock_idle(struct turn *t);
int people_sign_out(struct turn *t);
/* Is there somebody who may scan? When not, it is said. */
bool people_may_scan(struct turn *t);

/* --- packout.c: what is asked of either kind of bench --- */
/* Does something wait for a leader's badge? */
bool turn_awaits_leader(const struct turn *t);
/* It was read. */
int turn_approve(struct turn *t, const char *leader);
