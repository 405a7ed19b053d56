/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The customer is here: their case begins, and what it waits for is said. What stands between them and their parcels, first that holds:
 *   something to pay     the till's receipt, or a leader's word          pickup-proof.c
 *   who they are         a kind of proof that the OMS takes for this order
 *   the parcels          each is read; the last one hands all over, OK only those that were read   pickup-hand.c
 */
#include "firmware/domain/pickup-internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EVERY_PROOF    ((1U << N_PICKUP_PROOFS) - 1)
#define CONTENTS_COUNT 3

void pickup_end(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;

        if (m->n_cases == 0)
                return;
        *m = (struct pickup_memory){
                0}; /* what was handed over before can no longer be taken back: another one was served */
        if (t->b->gesture == GESTURE_PICKUP_PAY)
                turn_end_gesture(t);
}

bool pickup_has(const struct turn *t, const char *merchant, const char *shipment) {
        const struct pickup_memory *m = &t->b->pickup;

        for (size_t i = 0; i < m->n_cases; i++)
                if (strcmp(m->cases[i].merchant, merchant) == 0 &&
                        strcmp(m->cases[i].shipment, shipment) == 0)
                        return true;
        return false;
}

bool pickup_is_checked(const struct turn *t, const char *parcel) {
        const struct pickup_memory *m = &t->b->pickup;

        for (size_t i = 0; i < m->n_checked; i++)
                if (strcmp(m->checked[i], parcel) == 0)
                        return true;
        return false;
}

void pickup_add_shelf(char list[PICKUP_SHELVES_SIZE], const char *shelf) {
        char text[NAME_SIZE];
        size_t used = strlen(list);

        pickup_shelf_words(shelf, text);
        if (strstr(list, text)) /* "B-1" within "B-12" is not named twice, and is next to it */
                return;
        (void) snprintf(list + used, PICKUP_SHELVES_SIZE - used, "%s%s", used > 0 ? ", " : "", text);
}

static void add_shipment(const struct turn *t, struct pickup_tally *sum) {
        const struct shipment *s = &t->s;

        sum->n_shipments++;
        sum->unpaid_yen += s->at_counter.paid ? 0 : s->pickup.unpaid_yen;
        sum->proofs &= s->pickup.proofs ? s->pickup.proofs : EVERY_PROOF;
        sum->self &= s->pickup.self;
        sum->proxy &= s->pickup.proxy;
        for (size_t i = 0; i < s->n_parcels; i++) {
                const struct parcel *p = &s->parcels[i];

                if (p->state != PARCEL_SHELVED)
                        continue;
                sum->shelved++;
                if (pickup_is_checked(t, p->id))
                        continue;
                sum->unchecked++;
                pickup_add_shelf(sum->shelves, p->shelf);
        }
        for (size_t i = 0; i < s->n_lines && i < CONTENTS_COUNT; i++)
                if (s->lines[i].check == CHECK_ITEM)
                        words_list(&sum->contents, s->lines[i].label_ja, s->lines[i].label_en,
                                s->lines[i].quantity);
}

int pickup_tally(struct turn *t, struct pickup_tally *sum) {
        const struct pickup_memory *m = &t->b->pickup;

        *sum = (struct pickup_tally){.proofs = EVERY_PROOF, .self = true, .proxy = true};
        for (size_t i = 0; i < m->n_cases; i++) {
                int r = turn_load_shipment(t, m->cases[i].merchant, m->cases[i].shipment);

                if (r < 0)
                        return r;
                if (r == 0)
                        add_shipment(t, sum);
        }
        return m->n_cases > 0 ? words_owner(t, m->cases[0].merchant, m->cases[0].shipment, &sum->owner) : 0;
}

/* ---- the case begins ---- */

/* Why this one is not handed over now. Return: 0 it can be, WORLD_E_NONE said, -errno. */
static int say_obstacle(struct turn *t) {
        const struct shipment *s = &t->s;
        struct pickup_count n = pickup_count(s);
        const struct parcel *last = NULL;
        int missing = 0, expired = 0;
        struct verdict *v;

        for (size_t i = 0; i < s->n_parcels; i++) {
                missing += s->parcels[i].state == PARCEL_MISSING;
                expired += s->parcels[i].state == PARCEL_EXPIRED || s->parcels[i].state == PARCEL_RESTOCKED;
                if (s->parcels[i].state == PARCEL_COLLECTED)
                        last = &s->parcels[i];
        }
        if (!s->doc)
                (void) turn_tell(t, VERDICT_NOT_YET_KNOWN, "注文データ待ち。後で読む",
                        "the order's data has not come yet: read it later");
        else if (!s->pickup.wanted)
                (void) pickup_refuse(t, "no-pickup", "店舗受取の注文ではない", "not an order for pickup");
        else if (*s->pickup.store && t->world->site && *t->world->site &&
                 strcmp(s->pickup.store, t->world->site) != 0)
                (void) pickup_refuse(t, "other-store", "他店の荷物", "it waits at another store");
        else if (s->cancelled)
                (void) pickup_refuse(t, "cancelled", "キャンセルされた注文", "the order was cancelled");
        else if (s->held) {
                turn_refuse(t, "held", NULL, s->id);
                v = turn_say(t, VERDICT_NO_HAND_OVER);
                verdict_sub_ja(v, "保留中 %s", s->reason);
                verdict_sub_en(v, "on hold %s", s->reason);
        } else if (n.shelved == 0 && n.away == 0 && last) {
                struct number_owner o = {
                        .at_usec = last->since_usec, .at_offset_sec = last->since_offset_sec};

                (void) copy_text(o.merchant, sizeof(o.merchant), s->merchant);
                (void) copy_text(o.shipment, sizeof(o.shipment), s->id);
                (void) copy_text(o.bench, sizeof(o.bench), last->bench);
                (void) pickup_say_collected(t, &o);
        } else if (n.shelved > 0 && s->at_counter.is_ready) {
                return 0;
        } else if (missing > 0) {
                turn_refuse(t, "missing", NULL, s->id);
                (void) turn_tell(t, VERDICT_NOT_ON_SHELF, "棚になし。見つけた荷物を読み、棚を読む",
                        "not on its shelf: read it when it is found");
        } else if (expired > 0) {
                (void) pickup_refuse(t, "expired", "期限切れ", "it was kept until its last day");
        } else {
                turn_refuse(t, "not-here", NULL, s->id);
                v = turn_say(t, VERDICT_NO_HAND_OVER);
                verdict_sub_ja(v, "未着 %d個 (到着 %d個)%s", n.away, n.shelved,
                        n.shelved > 0 ? "。一部で渡すなら「欠品」" : "");
                verdict_sub_en(v, "%d not here yet, %d are%s", n.away, n.shelved,
                        n.shelved > 0 ? " (SHORT: hand over as it is)" : "");
        }
        return WORLD_E_NONE;
}

/* The next SHORT is about what was asked for last. */
static void note_case(struct turn *t) {
        if (t->b->parcel[0])
                return;
        (void) copy_text(t->b->merchant, sizeof(t->b->merchant), t->s.merchant);
        (void) copy_text(t->b->shipment, sizeof(t->b->shipment), t->s.id);
}

static bool is_same_case(const struct turn *t, const struct shipment_ref *refs, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (!pickup_has(t, refs[i].merchant, refs[i].shipment))
                        return false;
        return n > 0 && n == t->b->pickup.n_cases;
}

int pickup_begin(struct turn *t, const struct shipment_ref *refs, size_t n, enum pickup_proof proof) {
        struct pickup_memory fresh = {.proof = proof}, *m = &t->b->pickup;
        size_t n_said = t->d->n_verdicts;

        if (is_same_case(t, refs, n)) { /* the order's number first, then the code */
                m->proof = proof != PROOF_NONE ? proof : m->proof;
                return pickup_say_case(t);
        }
        if (m->n_cases > 0 && m->n_checked > 0)
                return turn_tell(t, VERDICT_NOT_NOW, "前の人の荷物を渡すか、「やめる」を読む",
                        "hand over what was read, or UNDO, before the next customer");
        turn_end_gesture(t);
        for (size_t i = 0; i < n; i++) {
                int r = turn_load_shipment(t, refs[i].merchant, refs[i].shipment);

                if (r == 0) {
                        note_case(t);
                        r = say_obstacle(t);
                }
                if (r < 0)
                        return r;
                if (r == 0)
                        fresh.cases[fresh.n_cases++] = refs[i];
        }
        if (fresh.n_cases == 0) {
                pickup_end(t);
                return t->d->n_verdicts > n_said ? 0 : pickup_unknown(t);
        }
        t->d->n_verdicts = n_said; /* what cannot be handed over is no obstacle for the rest */
        t->b->pickup = fresh;
        return pickup_say_case(t);
}

/* ---- what it waits for ---- */

struct verdict *pickup_say_of(struct turn *t, enum verdict_kind kind) {
        struct verdict *v = turn_say(t, kind);
        const struct shipment_ref *ref = &t->b->pickup.cases[0];

        (void) copy_text(v->merchant, sizeof(v->merchant), ref->merchant);
        (void) copy_text(v->shipment, sizeof(v->shipment), ref->shipment);
        return v;
}

static int say_unpaid(struct turn *t, const struct pickup_tally *sum) {
        struct verdict *v = pickup_say_of(t, VERDICT_UNPAID);

        t->b->gesture = GESTURE_PICKUP_PAY;
        verdict_sub_ja(v, "¥%" PRId64 " 棚%s %d個。会計後、レシートを読む", sum->unpaid_yen, sum->shelves,
                sum->shelved);
        verdict_sub_en(v, "JPY %" PRId64 ", shelf %s, %d: read the till's receipt", sum->unpaid_yen,
                sum->shelves, sum->shelved);
        return 0;
}

static int say_proof(struct turn *t, const struct pickup_tally *sum) {
        struct verdict *v = pickup_say_of(t, VERDICT_PROOF);
        struct words w;

        pickup_proof_words(sum, &w);
        verdict_sub_ja(v, "棚%s %d個。%s のどれかを確かめる", sum->shelves, sum->shelved, w.ja);
        verdict_sub_en(v, "shelf %s, %d: see one of %s", sum->shelves, sum->shelved, w.en);
        return 0;
}

static int say_next(struct turn *t, const struct pickup_tally *sum) {
        struct verdict *v = pickup_say_of(t, VERDICT_OK);
        char ja[VERDICT_HEAD_MAX];

        (void) snprintf(ja, sizeof(ja), "OK 残%d", sum->unchecked);
        verdict_head(v, ja, "OK");
        verdict_sub_ja(v, "次は棚%s 残り%d個", sum->shelves, sum->unchecked);
        verdict_sub_en(v, "next: shelf %s, %d to go", sum->shelves, sum->unchecked);
        return 0;
}

static int say_hand_over(struct turn *t, const struct pickup_tally *sum) {
        struct verdict *v = pickup_say_of(t, VERDICT_HAND_OVER);

        verdict_sub_ja(v, "棚%s %d個 %s。%s。荷物を読む", sum->shelves, sum->shelved, sum->owner.ja,
                sum->contents.ja);
        verdict_sub_en(v, "shelf %s, %d, %s; %s: read the parcels", sum->shelves, sum->shelved, sum->owner.en,
                sum->contents.en);
        return 0;
}

int pickup_say_case(struct turn *t) {
        struct pickup_tally sum;
        int r = pickup_tally(t, &sum);

        if (r < 0)
                return r;
        if (sum.shelved == 0) {
                pickup_end(t);
                return turn_tell(t, VERDICT_ALREADY, "渡す荷物はもうない", "nothing is left to hand over");
        }
        if (sum.unpaid_yen > 0 && !t->b->pickup.paid)
                return say_unpaid(t, &sum);
        if (!pickup_proof_will_do(t, &sum))
                return say_proof(t, &sum);
        if (sum.unchecked == 0 && t->in->kind == INPUT_SCAN) /* being looked at hands nothing over */
                return pickup_hand_over(t);
        return t->b->pickup.n_checked > 0 ? say_next(t, &sum) : say_hand_over(t, &sum);
}
