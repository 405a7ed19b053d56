/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One decision of a bench, shared by the packout-*.c files; nobody else includes this.
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

/* --- packout-turn.c: the parts that every handler is made of --- */
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

/* --- packout-words.c: parts of sub-lines --- */
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

/* --- packout-people.c --- */
int people_badge(struct turn *t);
/* Idle too long: person.out. True when the bench was locked by it. */
bool people_lock_idle(struct turn *t);
int people_sign_out(struct turn *t);
/* Is there somebody who may scan? When not, it is said. */
bool people_may_scan(struct turn *t);

/* --- packout-alarm.c --- */
/* The open parcel's alarm against one scan that is no badge: @handledp true when the scan ends here. */
int alarm_gate(struct turn *t, bool *handledp);
bool alarm_awaits_leader(const struct turn *t);
/* A leader's badge was read while alarm_awaits_leader() or a gesture waits. */
int alarm_approve(struct turn *t, const char *leader);
/* Sets and says it. */
int alarm_foreign(struct turn *t, const struct number_owner *owner);
int alarm_held(struct turn *t);
int alarm_cancelled(struct turn *t);
int alarm_elsewhere(struct turn *t, const struct claim *c);

/* --- packout-claim.c: other stations of the site --- */
/* What one of them has of @p of ->s; @p NULL, or voided: of what would be begun anew. Return: 0, WORLD_E_NONE, -errno. */
int claim_find(struct turn *t, const struct parcel *p, struct claim *c);
/* The same of a code that nobody lists here. */
int claim_find_code(struct turn *t, const char *code, struct claim *c);
/* Says who has it, and what to do. */
int claim_say(struct turn *t, const struct claim *c, const char *then_ja, const char *then_en);
int claim_say_anew(struct turn *t, const struct claim *c);
/* claim_find(), and says it: @handledp true when the scan ends here. */
int claim_gate(struct turn *t, struct parcel *p, bool *handledp);

/* --- packout-open.c, packout-resume.c --- */
int open_scan(struct turn *t); /* a scan on the empty bench */
/* Goes on with @p of ->s (or begins the next piece when NULL). @code: what was scanned */
int open_parcel(struct turn *t, struct parcel *p);
int open_new_piece(struct turn *t, int piece, bool unverified);
int open_lowest_free_piece(const struct shipment *s);
/* The verdict of a parcel that is open or packed here, as after a restart. */
int open_say_state(struct turn *t, enum verdict_kind kind);
int resume_parked(struct turn *t, struct parcel *p);
int resume_pulled(struct turn *t, struct parcel *p);
struct open_found { /* who lists a code, and whose number it is */
        struct shipment_ref refs[WORLD_REFS_MAX];
        size_t n_refs;
        bool has_owner;
        struct number_owner owner;
};
int open_find(struct turn *t, struct open_found *found);
/* Is it anybody's goods, or shaped like goods? @w: its name */
int open_find_item(struct turn *t, const char *merchant, bool *is_itemp, struct words *w);
int open_unknown_code(struct turn *t); /* nothing recorded; says so, or that the layout is wrong */

/* --- packout-prompt.c --- */
/* What the bench waits for, once what was shown has been seen. Nothing while an alarm stands. */
int prompt_say(struct turn *t);
int prompt_say_idle(struct turn *t);
int prompt_say_weight(struct turn *t); /* the same, of a box that is packed */

/* --- packout-item.c --- */
int item_scan(struct turn *t);        /* goods on the open parcel */
int item_scan_packed(struct turn *t); /* anything but a waybill on a packed one */
/* Units were added: OK 残N, or the box is complete. @l: the line last taken */
int item_finish(struct turn *t, const struct line *l);
int item_say_confirm(struct turn *t, enum verdict_kind kind); /* what OK confirms */
/* @quantity units of line @line into the box, with item.verified. @l: the wish's line, NULL in an unverified box. @units: per scan.
 * @how: "scanned", "counted", "hand", "rfid" */
int item_take(struct turn *t, struct line *l, const char *line, int quantity, int units, const char *how);
int item_refuse_too_many(struct turn *t, const struct line *l, int units);
/* How a code is kept: the same unit must be found again under it, whatever symbol it comes in next time. */
const char *item_kept_code(const struct barcode *scan);

/* --- packout-hand.c --- */
int hand_confirm(struct turn *t);
int hand_choose(struct turn *t, int nth); /* D-n after several open lines were shown */
int hand_approve(struct turn *t, const char *leader);
int hand_damaged(struct turn *t);

/* --- packout-pack.c --- */
int pack_ok(struct turn *t); /* OK on an open or packed parcel: confirms, packs, prints what came late */
int pack_parcel(struct turn *t, bool partial);
int pack_next_piece(struct turn *t);
int pack_short(struct turn *t);
int pack_short_park(struct turn *t); /* what is missing is said, the box waits for the merchant */
int pack_approve_short(struct turn *t);
/* Prints what is to be printed for the packed parcel and says the next step with @kind. */
int pack_label(struct turn *t, enum verdict_kind kind, const char *reason);
int pack_say_next(struct turn *t, enum verdict_kind kind); /* only says it */
int pack_reprint(struct turn *t);
int pack_approve_reprint(struct turn *t);
/* parcel.parked; the bench is empty. @shelf "" for none */
int pack_park(struct turn *t, const char *reason, const char *shelf);
const char *pack_park_reason(const struct turn *t); /* of PARK: "by-hand", or "damaged" */

/* --- packout-weight.c --- */
/* Is the scale's weight of ->p known, and outside of what it should be? */
bool weight_is_off(const struct turn *t);
/* weight_g and weight_off, as far as there is something to say. @whole: all that belongs into the box lies in it; else the last unit
 * may still be in the packer's hand, and too light is no news. */
void weight_write(const struct turn *t, struct json_writer *w, bool whole);
/* What comes before the waybill: "箱を閉じ", or the scale where no weight is known and that is worth a word. */
void weight_first(const struct turn *t, struct words *w);
/* When it is off, @v says that instead of the next step. Nothing is stopped by it. */
void weight_say(const struct turn *t, struct verdict *v);
void weight_say_before(const struct turn *t, struct verdict *v); /* the same, before what @v says already */
void weight_head(const struct turn *t, struct verdict *v);       /* "重い 812g" */
/* The input of this turn was no unit of goods, so that nothing is in a hand. */
bool weight_is_whole(const struct turn *t);

/* --- packout-tags.c --- */
int tags_set(struct turn *t); /* a set of tags was read */
/* A unit that does not belong lies in the box, the tags say: said in one line, named when the set is looked at again. */
int tags_say_wrong(struct turn *t);
/* Somebody looked into the box and says that what the tags told is not so. */
void tags_wave(struct turn *t);

/* --- packout-label.c --- */
/* Asks for a label of @t->p. It is counted now, or when the printer tells. */
void label_ask(struct turn *t, const char *carrier, const char *number, const char *source,
        const char *reason, const char *ref);
bool label_is_printing(
        const struct turn *t, const char *number); /* asked for, for @t->p, and not heard of since */
/* It was asked for and is not out; nobody works on it either. */
bool label_is_missing(const struct turn *t, const char *number);
/* A label that was asked for is in somebody's hand: it is out, whatever the printer says. */
void label_was_seen(struct turn *t, const char *number);
/* OK was read while it is awaited: whoever prints has it in hand, or begins again. */
void label_ask_again(struct turn *t);
/* After a start nobody knows what became of a label that was asked for. */
void label_resume(struct turn *t);
int label_report(struct turn *t, const struct label_report *report);

/* --- packout-waybill.c --- */
/* The number that must come for this piece; "" when none is known. */
void waybill_expected(const struct shipment *s, const struct parcel *p, char number[CODE_SIZE]);
bool waybill_same(const char *carrier, const char *a, const char *b);
/* As stored and compared: by the carrier's rule, or the scan's reading, or its text. */
void waybill_of_scan(const struct barcode *scan, const char *carrier, char number[CODE_SIZE]);
/* A scan on the packed parcel. @handledp false: no waybill of any kind */
int waybill_scan(struct turn *t, bool *handledp);
int waybill_scan_early(struct turn *t, bool *handledp); /* the same on an open parcel: refused with words */
int waybill_approve_read(struct turn *t, const char *leader);
/* Owner of the scanned number, whatever carrier. 0, WORLD_E_NONE, -errno */
int waybill_find_owner(struct turn *t, const char *carrier, struct number_owner *owner);

/* --- packout-gesture.c, packout-undo.c --- */
int gesture_control(struct turn *t);              /* a control code, after the alarm gate */
int gesture_scan(struct turn *t, bool *handledp); /* a scan that a gesture waits for */
int gesture_approve(struct turn *t, const char *leader);
bool gesture_awaits_leader(const struct turn *t);
int gesture_say_leader(struct turn *t); /* once more what waits for the leader */
int undo_reopen(struct turn *t);
int undo_reopen_scan(struct turn *t);
int undo_void(struct turn *t);
int undo_void_scan(struct turn *t);
int undo_void_confirm(struct turn *t);
int undo_approve_void(struct turn *t, const char *leader);
int undo_pull_scan(struct turn *t);
/* parcel.voided, said with what goes back. @leader "" for none */
int undo_void_parcel(
        struct turn *t, struct shipment *s, struct parcel *p, const char *reason, const char *leader);
/* Shows what goes back and waits for RETURN. */
int undo_ask_return(struct turn *t, const struct shipment *s, const struct parcel *p, enum verdict_kind kind);
/* pulled fact for a ready parcel */
void undo_pull(struct turn *t, const struct shipment *s, struct parcel *p, const char *reason);

/* --- packout-collect.c --- */
int collect_begin(struct turn *t);
int collect_say(struct turn *t); /* what a collection waits for */
int collect_scan(struct turn *t);
int collect_bay(struct turn *t);
int collect_digit(struct turn *t, int digit);
int collect_counted(struct turn *t);
int collect_approve(struct turn *t, const char *leader);
int collect_assumed(struct turn *t);
/* parcel.shipped with its notice */
int collect_ship(struct turn *t, const struct shipment *s, struct parcel *p, enum shipped_how how);
