/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The packing bench's half of a decision, shared by the packout-*.c files; nobody else includes this. */
#include "firmware/domain/turn.h"

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
/* parcel.shipped with its notice */
int collect_ship(struct turn *t, const struct shipment *s, struct parcel *p, enum shipped_how how);
bool collect_must_be_pulled(const struct shipment *s, const struct parcel *p);

/* --- packout-collect-bay.c --- */
int collect_bay(struct turn *t);
int collect_digit(struct turn *t, int digit);
int collect_counted(struct turn *t);
int collect_approve(struct turn *t, const char *leader);
int collect_assumed(struct turn *t);
