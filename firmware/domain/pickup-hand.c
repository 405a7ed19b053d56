/* SPDX-License-Identifier: Apache-2.0 */
/* The parcels of a case: read, handed over, not found; and for a minute what was handed over can be taken back. */
#include "firmware/domain/notice.h"
#include "firmware/domain/pickup-internal.h"

#include <string.h>

#define UNDO_USEC (60 * USEC_PER_SEC)

int pickup_check(struct turn *t, const struct parcel *p) {
        struct pickup_memory *m = &t->b->pickup;
        struct fact_builder fb;

        pickup_put_down(t);
        if (!pickup_is_checked(t, p->id)) {
                if (m->n_checked == PICKUP_CHECKED_MAX)
                        return turn_tell(t, VERDICT_NOT_NOW, "多すぎる。OKを読み、ここまでを渡す",
                                "too many at once: read OK, and hand these over");
                turn_parcel_fact(t, &fb, "pickup.checked", &t->s, p);
                json_write_string(&fb.w, "shelf", p->shelf);
                fact_end(&fb);
                (void) copy_text(m->checked[m->n_checked++], UUID_TEXT_MAX, p->id);
        }
        return pickup_say_case(t);
}

static void write_collected(struct turn *t, const struct parcel *p) {
        const struct pickup_memory *m = &t->b->pickup;
        struct fact_builder fb;

        turn_parcel_fact(t, &fb, "pickup.collected", &t->s, p);
        json_write_string(&fb.w, "proof", pickup_proof_to_str(m->proof));
        json_write_string(&fb.w, "by", m->proxy ? "proxy" : "self");
        if (m->paid && t->s.pickup.unpaid_yen > 0) {
                json_write_string(&fb.w, "paid", *m->leader ? "leader" : "receipt");
                if (*m->leader)
                        json_write_string(&fb.w, "leader", m->leader);
                else
                        json_write_string(&fb.w, "receipt", m->receipt);
        }
        fact_end(&fb);
}

static bool is_about_to_go(const struct turn *t, const struct parcel *p) {
        return (p->state == PARCEL_SHELVED || p->state == PARCEL_COLLECTED) && pickup_is_checked(t, p->id);
}

/* While they were read, the other counter may have been quicker, with a parcel or with the receipt. Return: 0 with @saidp, -errno. */
static int check_meanwhile(struct turn *t, bool *saidp) {
        struct pickup_memory *m = &t->b->pickup;
        int r;

        for (size_t i = 0; i < m->n_cases; i++) {
                r = turn_load_shipment(t, m->cases[i].merchant, m->cases[i].shipment);
                if (r == 0)
                        r = pickup_any_claimed(t, is_about_to_go, saidp);
                if (r < 0)
                        return r;
                if (*saidp) {
                        pickup_end(t);
                        return 0;
                }
        }
        r = pickup_check_receipt(t, m->receipt, saidp);
        if (*saidp) {
                m->paid = false;
                t->b->gesture = GESTURE_PICKUP_PAY;
        }
        return r;
}

/* What was read of the shipment that is loaded, and the word to its customer. @np: counts */
static int write_case_collected(struct turn *t, int *np) {
        int before = *np;

        for (size_t k = 0; k < t->s.n_parcels; k++) {
                struct parcel *p = &t->s.parcels[k];

                if (p->state != PARCEL_SHELVED || !pickup_is_checked(t, p->id))
                        continue;
                write_collected(t, p);
                p->state = PARCEL_COLLECTED;
                (*np)++;
        }
        return *np > before ? turn_notice(t, &t->s, "handed-over") : 0;
}

/* @np: how many. */
static int write_all_collected(struct turn *t, int *np) {
        const struct pickup_memory *m = &t->b->pickup;

        *np = 0;
        for (size_t i = 0; i < m->n_cases; i++) {
                int r = turn_load_shipment(t, m->cases[i].merchant, m->cases[i].shipment);

                if (r < 0)
                        return r;
                r = write_case_collected(t, np);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What was told last decides: of several kinds the one of the latest day. Return: 0 with @isp, -errno. */
static int found_nobody(struct turn *t, const struct shipment_ref *ref, bool *isp) {
        static const enum notice_kind kinds[] = {
                NOTICE_KIND_LAST_DAY, NOTICE_KIND_PICKUP_REMINDER, NOTICE_KIND_PICKUP_READY};

        for (size_t i = 0; i < ELEMENTSOF(kinds); i++) {
                struct notice_known known = {0};
                int r = t->world->notice(t->world->userdata, ref->merchant, ref->shipment,
                        notice_kind_to_str(kinds[i]), &t->in->now, &known);

                if (r < 0)
                        return r;
                if (r > 0 || known.state == NOTICE_CANCELLED)
                        continue;
                *isp |= notice_found_nobody(&known);
                return 0;
        }
        return 0;
}

static int any_found_nobody(struct turn *t, bool *isp) {
        const struct pickup_memory *m = &t->b->pickup;
        int r = 0;

        for (size_t i = 0; i < m->n_cases && r == 0; i++)
                r = found_nobody(t, &m->cases[i], isp);
        return r;
}

static void say_collected(struct turn *t, const struct words *owner, int n, bool is_unreachable) {
        struct verdict *v = pickup_say_of(t, VERDICT_COLLECTED);

        if (is_unreachable) { /* the only moment at which they can be asked */
                verdict_sub_ja(v, "%d個。通知不達。別の連絡先を聞く", n);
                verdict_sub_en(v, "%d handed over; the notice came back: ask for another way", n);
                return;
        }
        verdict_sub_ja(v, "%s %d個。中身を一緒に確かめる。1分は取消可", owner->ja, n);
        verdict_sub_en(v, "%s, %d: look into it together (UNDO within a minute takes it back)", owner->en, n);
}

/* All that was read: facts, and how long they may be taken back. */
int pickup_hand_over(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        struct words owner;
        bool said = false, is_unreachable = false;
        int n, r = check_meanwhile(t, &said);

        if (r < 0 || said)
                return r;
        r = write_all_collected(t, &n);
        if (r == 0)
                r = words_owner(t, m->cases[0].merchant, m->cases[0].shipment, &owner);
        if (r == 0)
                r = any_found_nobody(t, &is_unreachable);
        if (r < 0)
                return r;
        say_collected(t, &owner, n, is_unreachable);
        m->n_cases = 0;
        m->proof = PROOF_NONE;
        m->paid = m->proxy = false;
        m->leader[0] = m->receipt[0] = '\0';
        m->undo_until_boot_usec = t->in->now.boot_usec + UNDO_USEC;
        return 0;
}

int pickup_hand_some(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        struct pickup_tally sum;
        int r = pickup_tally(t, &sum);

        if (r < 0)
                return r;
        if (m->n_checked == 0 || (sum.unpaid_yen > 0 && !m->paid) || !pickup_proof_will_do(t, &sum))
                return pickup_say_case(t); /* once more what is still to be done */
        return pickup_hand_over(t);
}

static int write_missing(struct turn *t, struct pickup_tally *lost) {
        for (size_t i = 0; i < t->s.n_parcels; i++) {
                struct parcel *p = &t->s.parcels[i];
                struct fact_builder fb;

                if (p->state != PARCEL_SHELVED || pickup_is_checked(t, p->id))
                        continue;
                turn_parcel_fact(t, &fb, "pickup.missing", &t->s, p);
                json_write_string(&fb.w, "shelf", p->shelf);
                fact_end(&fb);
                pickup_add_shelf(lost->shelves, p->shelf);
                lost->unchecked++;
        }
        return 0;
}

/* Where it was put, by whom it is not said here: the next shelves are looked at, and the search is known to all. */
int pickup_lost(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        struct pickup_tally lost = {0};
        struct verdict *v;

        if (m->n_cases == 0)
                return turn_tell(t, VERDICT_NOT_NOW, "先に受取コードか注文番号を読む",
                        "read the pickup code or the order number first");
        for (size_t i = 0; i < m->n_cases; i++) {
                int r = turn_load_shipment(t, m->cases[i].merchant, m->cases[i].shipment);

                if (r == 0)
                        r = write_missing(t, &lost);
                if (r < 0)
                        return r;
        }
        v = pickup_say_of(t, VERDICT_NOT_ON_SHELF);
        verdict_sub_ja(v, "棚%s %d個なし。隣の棚を探す。%s", lost.shelves, lost.unchecked,
                m->n_checked > 0 ? "ある分はOKで渡す" : "見つけた荷物を読む");
        verdict_sub_en(v, "shelf %s, %d not there: look at the next ones; %s", lost.shelves, lost.unchecked,
                m->n_checked > 0 ? "OK hands over what is here" : "read it when found");
        if (m->n_checked == 0)
                pickup_end(t);
        return 0;
}

/* ---- undo ---- */

static int undo_parcel(struct turn *t, const char *parcel, struct pickup_tally *back) {
        struct number_owner owner;
        struct parcel *p;
        struct fact_builder fb;
        int r = t->world->parcel(t->world->userdata, parcel, &owner);

        if (r == 0 && owner.state == PARCEL_COLLECTED && !owner.gone)
                r = turn_load_shipment(t, owner.merchant, owner.shipment);
        p = r == 0 ? shipment_parcel(&t->s, parcel) : NULL;
        if (!p || p->state != PARCEL_COLLECTED)
                return r < 0 ? r : 0;
        turn_parcel_fact(t, &fb, "pickup.undone", &t->s, p);
        json_write_string(&fb.w, "shelf", p->shelf);
        fact_end(&fb);
        pickup_add_shelf(back->shelves, p->shelf);
        back->shelved++;
        return 0;
}

int pickup_take_back(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        struct pickup_tally back = {0};
        struct verdict *v;

        if (m->undo_until_boot_usec == 0 || t->in->now.boot_usec > m->undo_until_boot_usec)
                return turn_tell(t, VERDICT_NOT_NOW, "取り消すものがない", "nothing to undo");
        for (size_t i = 0; i < m->n_checked; i++) {
                int r = undo_parcel(t, m->checked[i], &back);

                if (r < 0)
                        return r;
        }
        *m = (struct pickup_memory){0};
        v = turn_say(t, VERDICT_UNDONE);
        verdict_sub_ja(v, "お渡しを取り消した。%d個を棚%sへ戻す", back.shelved, back.shelves);
        verdict_sub_en(v, "taken back: %d to shelf %s", back.shelved, back.shelves);
        return 0;
}
