/* SPDX-License-Identifier: Apache-2.0 */
/* A parcel comes to the store and lies on a shelf; all of a shipment there, or declared so, and it is ready. */
#include "firmware/domain/pickup-internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pickup_shelf_words(const char *shelf, char text[NAME_SIZE]) {
        (void) copy_text(text, NAME_SIZE, shelf);
        for (char *c = text; *c; c++)
                if (*c >= 'a' && *c <= 'z')
                        *c = (char) (*c - 'a' + 'A');
}

struct pickup_act pickup_act_of(struct turn *t) {
        return (struct pickup_act){
                .facts = &t->d->facts,
                .policy = t->world->policy,
                .realm = t->world->realm,
                .bench = t->alone ? "" : t->b->name,
                .actor = turn_actor(t),
                .cause = "",
                .now = &t->in->now,
        };
}

int pickup_say_shelve(struct turn *t, enum verdict_kind kind, const struct parcel *p) {
        struct verdict *v = turn_say(t, kind);
        struct words piece;
        char lay[NAME_SIZE];

        words_piece(&t->s, p, &piece);
        if (kind == VERDICT_NEXT)
                verdict_head(v, "棚を読む", "READ SHELF");
        if (p->state == PARCEL_MISSING || p->state == PARCEL_SHELVED) {
                pickup_shelf_words(p->shelf, lay);
                verdict_sub_ja(v, "棚%sの荷物 %s。置いた棚を読む", lay, piece.ja);
                verdict_sub_en(v, "%s, of shelf %s: read the shelf it lies on now", piece.en, lay);
        } else if (pickup_is_foreign(t, p)) {
                verdict_sub_ja(
                        v, "予定にない荷物 …%s %s。置く棚を読む", words_number_tail(t->s.id), piece.ja);
                verdict_sub_en(v, "not one of this crate: …%s %s: read its shelf", words_number_tail(t->s.id),
                        piece.en);
        } else {
                verdict_sub_ja(v, "…%s %s。置く棚を読む", words_number_tail(t->s.id), piece.ja);
                verdict_sub_en(
                        v, "…%s %s: put it on a shelf and read that", words_number_tail(t->s.id), piece.en);
        }
        return 0;
}

void pickup_write_arrived(struct turn *t, struct parcel *p, bool announced, const char *crate) {
        struct fact_builder fb;
        char code[BARCODE_TEXT_MAX + 1];

        turn_parcel_fact(t, &fb, "parcel.arrived", &t->s, p);
        json_write_bool(&fb.w, "announced", announced);
        if (*crate)
                json_write_string(&fb.w, "crate", crate);
        else
                json_write_string(&fb.w, "code", barcode_show(&t->scan, code));
        fact_end(&fb);
        p->state = PARCEL_ARRIVED;
}

int pickup_arrive(struct turn *t, struct parcel *p) {
        struct pickup_act act;

        pickup_write_arrived(t, p, true, "");
        turn_take_parcel(t, p);
        if (!t->s.cancelled)
                return pickup_say_shelve(t, VERDICT_ARRIVED, p);
        act = pickup_act_of(t);
        (void) pickup_expire(&act, &t->s, "cancelled");
        return pickup_say_return(t, p);
}

/* ---- nobody announced it ---- */

/* Whose it is can only be guessed where there is nobody else. */
static const char *only_merchant(const struct policy *policy) {
        const struct json *all = json_get(policy->doc, "merchants");
        const char *accepts = policy_unknown_merchant(policy);

        if (accepts)
                return accepts;
        return json_size(all) == 1 ? json_get_string(json_first(all), "merchant", NULL) : NULL;
}

int pickup_arrive_unannounced(struct turn *t) {
        const char *merchant = only_merchant(t->world->policy);
        struct shipment *s = &t->s;
        struct parcel *p;

        turn_end_gesture(t);
        if (!merchant)
                return turn_tell(t, VERDICT_NOT_NOW, "荷主が決まらない。リーダーを呼ぶ",
                        "whose it is cannot be told: call the leader");
        if (!id_is_valid(t->scan.text, ID_SIZE - 1))
                return turn_tell(t, VERDICT_UNKNOWN_CODE, "別のコードを読む", "read another code of it");
        t->p = NULL;
        shipment_deinit(s);
        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        *s = (struct shipment){
                .carrier = "", .bay = "", .reason = "", .pieces = 1, .parcels = p, .n_parcels = 1};
        (void) copy_text(s->merchant, sizeof(s->merchant), merchant);
        (void) copy_text(s->id, sizeof(s->id), t->scan.text);
        p->piece = 1;
        p->unverified = true;
        (void) copy_text(p->id, sizeof(p->id), t->in->fresh[t->n_fresh++]);
        (void) copy_text(p->number, sizeof(p->number), t->scan.text);
        pickup_write_arrived(t, p, false, "");
        turn_take_parcel(t, p);
        return pickup_say_shelve(t, VERDICT_ARRIVED, p);
}

/* ---- the shelf ---- */

static void write_shelved(struct turn *t, const struct parcel *p, const char *shelf) {
        struct fact_builder fb;

        turn_parcel_fact(t, &fb, "parcel.shelved", &t->s, p);
        json_write_string(&fb.w, "shelf", shelf);
        fact_end(&fb);
}

static void write_moved(struct turn *t, const struct parcel *p, const char *shelf) {
        struct fact_builder fb;

        turn_parcel_fact(t, &fb, "pickup.moved", &t->s, p);
        json_write_string(&fb.w, "from", p->shelf);
        json_write_string(&fb.w, "to", shelf);
        if (p->state == PARCEL_MISSING)
                json_write_bool(&fb.w, "found", true);
        fact_end(&fb);
}

static int say_ready(struct turn *t, const char *shelf) {
        const struct pickup_state *at = &t->s.at_counter;
        struct verdict *v = turn_say(t, VERDICT_READY);
        char until[TIME_TEXT_MAX] = "";

        if (at->keep_until_usec > 0)
                (void) time_format(
                        at->keep_until_usec - (int64_t) USEC_PER_SEC, t->in->now.offset_sec, until);
        until[strlen(until) > 10 ? 10 : 0] = '\0';
        verdict_sub_ja(v, "棚%s 全%d個%s。保管 %sまで", shelf, pickup_count(&t->s).shelved,
                at->partial ? " (一部)" : "", *until ? until : "未定");
        verdict_sub_en(v, "shelf %s, %d parcels%s; kept until %s", shelf, pickup_count(&t->s).shelved,
                at->partial ? " (a part)" : "", *until ? until : "a day not yet known");
        return 0;
}

/* The parcel lies there: what that makes of its shipment. @kind: when it is no news for the customer */
static int say_lies(struct turn *t, const struct parcel *p, enum verdict_kind kind) {
        struct pickup_act act = pickup_act_of(t);
        struct pickup_count n;
        struct verdict *v;
        struct words piece;
        char shelf[NAME_SIZE];

        pickup_shelf_words(p->shelf, shelf);
        words_piece(&t->s, p, &piece);
        if (pickup_ready(&act, &t->s, ""))
                return say_ready(t, shelf);
        n = pickup_count(&t->s);
        v = turn_say(t, kind);
        if (t->s.cancelled || t->s.held) {
                verdict_sub_ja(v, "棚%s %s。%s", shelf, piece.ja,
                        t->s.cancelled ? "中止された注文" : "荷主が保留中");
                verdict_sub_en(
                        v, "shelf %s, %s; %s", shelf, piece.en, t->s.cancelled ? "cancelled" : "on hold");
        } else if (n.away > 0 && t->s.doc && !t->s.at_counter.is_ready) {
                verdict_sub_ja(v, "棚%s %s。残り%d個。一部で渡すなら「欠品」", shelf, piece.ja, n.away);
                verdict_sub_en(
                        v, "shelf %s, %s; %d to come (SHORT: hand over as it is)", shelf, piece.en, n.away);
        } else {
                verdict_sub_ja(v, "棚%s %s", shelf, piece.ja);
                verdict_sub_en(v, "shelf %s, %s", shelf, piece.en);
        }
        return 0;
}

int pickup_shelf(struct turn *t, const char *shelf) {
        struct parcel *p = t->p;
        enum verdict_kind kind = VERDICT_SHELVED;
        bool said;
        int r;

        if (!p)
                return turn_tell(t, VERDICT_NOT_NOW, "先に荷物を読む", "read the parcel first");
        r = pickup_claimed(t, p, &said);
        if (r < 0 || said) {
                pickup_put_down(t);
                return r;
        }
        if (p->state == PARCEL_SHELVED && strcmp(p->shelf, shelf) == 0) {
                r = turn_tell(t, VERDICT_ALREADY, "もうこの棚にある", "it lies there already");
                pickup_put_down(t);
                pickup_end(t);
                return r;
        }
        if (p->state == PARCEL_SHELVED || p->state == PARCEL_MISSING) {
                write_moved(t, p, shelf);
                kind = VERDICT_MOVED;
        } else if (p->state == PARCEL_ARRIVED) {
                write_shelved(t, p, shelf);
        } else {
                return turn_tell(
                        t, VERDICT_NOT_NOW, "この荷物は棚に置かない", "this parcel goes on no shelf");
        }
        p->state = PARCEL_SHELVED;
        (void) copy_text(p->shelf, sizeof(p->shelf), shelf);
        pickup_end(t); /* it was opened by the parcel that was in hand */
        r = say_lies(t, p, kind);
        pickup_put_down(t);
        return r;
}

/* ---- complete as it is ---- */

/* The shipment that is meant: the customer's, or the one touched last. */
static int load_touched(struct turn *t) {
        const struct pickup_memory *m = &t->b->pickup;

        if (m->n_cases > 0)
                return turn_load_shipment(t, m->cases[0].merchant, m->cases[0].shipment);
        if (t->b->shipment[0] == '\0')
                return WORLD_E_NONE;
        return turn_load_shipment(t, t->b->merchant, t->b->shipment);
}

int pickup_declare(struct turn *t) {
        int r = load_touched(t);

        turn_end_gesture(t);
        if (r < 0)
                return r;
        if (r == WORLD_E_NONE || t->s.at_counter.is_ready || !t->s.pickup.wanted ||
                pickup_count(&t->s).shelved == 0)
                return turn_tell(t, VERDICT_NOT_NOW, "一部で渡す注文がない。先に荷物を棚に置く",
                        "nothing to hand over in part: put a parcel on its shelf first");
        if (t->s.held || t->s.cancelled)
                return turn_tell(t, VERDICT_NOT_NOW, "中止か保留の注文", "the order is cancelled or on hold");
        t->b->gesture = GESTURE_PICKUP_PARTIAL;
        return turn_need_leader(t, "一部での受取準備", "ready in part");
}

int pickup_declare_approved(struct turn *t) {
        struct pickup_act act = pickup_act_of(t);
        int r = load_touched(t);

        turn_end_gesture(t);
        if (r < 0)
                return r;
        if (r == WORLD_E_NONE || !pickup_ready(&act, &t->s, t->leader))
                return turn_tell(t, VERDICT_NOT_NOW, "もう準備完了", "it is ready already");
        return say_ready(t, "");
}
