/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The customer is here. What stands between them and their parcels, first that holds:
 *   something to pay     the till's receipt, or a leader's word
 *   who they are         a kind of proof that the OMS takes for this order
 *   the parcels          each is read; the last one hands all over, OK only those that were read
 * What was handed over can be taken back for a minute.
 */
#include "firmware/domain/pickup-internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define UNDO_USEC      (60 * USEC_PER_SEC)
#define RECEIPT_MIN    6 /* a till prints more than a price tag has */
#define SHELVES_SIZE   96
#define EVERY_PROOF    ((1U << N_PICKUP_PROOFS) - 1)
#define CONTENTS_COUNT 3

struct tally { /* of a case */
        int shelved, unchecked, n_shipments;
        int64_t unpaid_yen;
        unsigned proofs;
        bool self, proxy;
        char shelves[SHELVES_SIZE]; /* of what is not yet read: "B-3, B-4" */
        struct words contents, owner;
};

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

static bool is_checked(const struct turn *t, const char *parcel) {
        const struct pickup_memory *m = &t->b->pickup;

        for (size_t i = 0; i < m->n_checked; i++)
                if (strcmp(m->checked[i], parcel) == 0)
                        return true;
        return false;
}

static void add_shelf(char list[SHELVES_SIZE], const char *shelf) {
        char text[NAME_SIZE];
        size_t used = strlen(list);

        pickup_shelf_words(shelf, text);
        if (strstr(list, text)) /* "B-1" within "B-12" is not named twice, and is next to it */
                return;
        (void) snprintf(list + used, SHELVES_SIZE - used, "%s%s", used > 0 ? ", " : "", text);
}

static void add_shipment(const struct turn *t, struct tally *sum) {
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
                if (is_checked(t, p->id))
                        continue;
                sum->unchecked++;
                add_shelf(sum->shelves, p->shelf);
        }
        for (size_t i = 0; i < s->n_lines && i < CONTENTS_COUNT; i++)
                if (s->lines[i].check == CHECK_ITEM)
                        words_list(&sum->contents, s->lines[i].label_ja, s->lines[i].label_en,
                                s->lines[i].quantity);
}

static int tally_case(struct turn *t, struct tally *sum) {
        const struct pickup_memory *m = &t->b->pickup;

        *sum = (struct tally){.proofs = EVERY_PROOF, .self = true, .proxy = true};
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

static void proof_words(const struct tally *sum, struct words *w) {
        static const struct {
                enum pickup_proof proof;
                const char *ja, *en;
        } kinds[] = {{PROOF_CODE, "受取コード", "pickup code"}, {PROOF_DOCUMENT, "身分証", "document"},
                {PROOF_ORDER_NAME, "注文番号と氏名", "order number and name"},
                {PROOF_PROXY_CODE, "代理とコード", "proxy with the code"}};

        *w = (struct words){0};
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++) {
                size_t ja = strlen(w->ja), en = strlen(w->en);

                if (!(sum->proofs & 1U << kinds[i].proof) ||
                        (kinds[i].proof == PROOF_PROXY_CODE && !sum->proxy))
                        continue;
                (void) snprintf(w->ja + ja, WORDS_SIZE - ja, "%s%s", ja > 0 ? "・" : "", kinds[i].ja);
                (void) snprintf(w->en + en, WORDS_SIZE - en, "%s%s", en > 0 ? ", " : "", kinds[i].en);
        }
}

static bool proof_will_do(const struct turn *t, const struct tally *sum) {
        return t->b->pickup.proof != PROOF_NONE && (sum->proofs & 1U << t->b->pickup.proof) != 0;
}

static struct verdict *say_of(struct turn *t, enum verdict_kind kind) {
        struct verdict *v = turn_say(t, kind);
        const struct shipment_ref *ref = &t->b->pickup.cases[0];

        (void) copy_text(v->merchant, sizeof(v->merchant), ref->merchant);
        (void) copy_text(v->shipment, sizeof(v->shipment), ref->shipment);
        return v;
}

static int say_unpaid(struct turn *t, const struct tally *sum) {
        struct verdict *v = say_of(t, VERDICT_UNPAID);

        t->b->gesture = GESTURE_PICKUP_PAY;
        verdict_sub_ja(v, "¥%" PRId64 " 棚%s %d個。会計後、レシートを読む", sum->unpaid_yen, sum->shelves,
                sum->shelved);
        verdict_sub_en(v, "JPY %" PRId64 ", shelf %s, %d: read the till's receipt", sum->unpaid_yen,
                sum->shelves, sum->shelved);
        return 0;
}

static int say_proof(struct turn *t, const struct tally *sum) {
        struct verdict *v = say_of(t, VERDICT_PROOF);
        struct words w;

        proof_words(sum, &w);
        verdict_sub_ja(v, "棚%s %d個。%s のどれかを確かめる", sum->shelves, sum->shelved, w.ja);
        verdict_sub_en(v, "shelf %s, %d: see one of %s", sum->shelves, sum->shelved, w.en);
        return 0;
}

static int say_next(struct turn *t, const struct tally *sum) {
        struct verdict *v = say_of(t, VERDICT_OK);
        char ja[VERDICT_HEAD_MAX];

        (void) snprintf(ja, sizeof(ja), "OK 残%d", sum->unchecked);
        verdict_head(v, ja, "OK");
        verdict_sub_ja(v, "次は棚%s 残り%d個", sum->shelves, sum->unchecked);
        verdict_sub_en(v, "next: shelf %s, %d to go", sum->shelves, sum->unchecked);
        return 0;
}

static int say_hand_over(struct turn *t, const struct tally *sum) {
        struct verdict *v = say_of(t, VERDICT_HAND_OVER);

        verdict_sub_ja(v, "棚%s %d個 %s。%s。荷物を読む", sum->shelves, sum->shelved, sum->owner.ja,
                sum->contents.ja);
        verdict_sub_en(v, "shelf %s, %d, %s; %s: read the parcels", sum->shelves, sum->shelved, sum->owner.en,
                sum->contents.en);
        return 0;
}

static int hand_over(struct turn *t);

int pickup_say_case(struct turn *t) {
        struct tally sum;
        int r = tally_case(t, &sum);

        if (r < 0)
                return r;
        if (sum.shelved == 0) {
                pickup_end(t);
                return turn_tell(t, VERDICT_ALREADY, "渡す荷物はもうない", "nothing is left to hand over");
        }
        if (sum.unpaid_yen > 0 && !t->b->pickup.paid)
                return say_unpaid(t, &sum);
        if (!proof_will_do(t, &sum))
                return say_proof(t, &sum);
        if (sum.unchecked == 0 && t->in->kind == INPUT_SCAN) /* being looked at hands nothing over */
                return hand_over(t);
        return t->b->pickup.n_checked > 0 ? say_next(t, &sum) : say_hand_over(t, &sum);
}

/* ---- proof, payment ---- */

int pickup_prove(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        enum pickup_proof proof;
        struct tally sum;
        struct words w;
        struct verdict *v;
        char name[NAME_SIZE];
        int r;

        turn_argument(t, name);
        if (pickup_proof_from_str(name, &proof) < 0 || proof == PROOF_NONE || proof == PROOF_CODE)
                return turn_tell(
                        t, VERDICT_NOT_NOW, "知らないカード", "a card that this station does not know");
        if (m->n_cases == 0)
                return turn_tell(t, VERDICT_NOT_NOW, "先に受取コードか注文番号を読む",
                        "read the pickup code or the order number first");
        if (proof == PROOF_PROXY_CODE && m->proof != PROOF_CODE && m->proof != PROOF_PROXY_CODE)
                return turn_tell(t, VERDICT_NOT_NOW, "代理の人の受取コードを読む",
                        "read the pickup code that the proxy brought");
        r = tally_case(t, &sum);
        if (r < 0)
                return r;
        proof_words(&sum, &w);
        if (!(sum.proofs & 1U << proof) || (proof == PROOF_PROXY_CODE && !sum.proxy)) {
                v = say_of(t, VERDICT_PROOF);
                verdict_sub_ja(v, "この注文の確認は %s", w.ja);
                verdict_sub_en(v, "this order takes %s", w.en);
                return 0;
        }
        m->proof = proof;
        m->proxy = proof == PROOF_PROXY_CODE;
        return pickup_say_case(t);
}

struct used {
        const struct turn *t;
        struct world_receipt first;
        bool yes;
};

/* For these orders it may be read as often as somebody likes: their handover may have been taken back. */
static int look_at_use(void *userdata, const struct world_receipt *r) {
        struct used *u = userdata;

        if (u->yes || pickup_has(u->t, r->merchant, r->shipment))
                return 0;
        u->first = *r;
        u->yes = true;
        return 0;
}

static int say_receipt_used(struct turn *t, const struct world_receipt *r) {
        struct verdict *v;
        char when[WORDS_SIZE];

        words_when(r->at_usec, r->at_offset_sec, r->bench, when);
        turn_refuse(t, "receipt-used", NULL, t->b->pickup.cases[0].shipment);
        v = say_of(t, VERDICT_UNPAID);
        verdict_sub_ja(v, "使用済みのレシート %s。リーダーを呼ぶ", when);
        verdict_sub_en(v, "this receipt was used %s: another one, or the leader", when);
        return 0;
}

static int check_receipt(struct turn *t, const char *receipt, bool *saidp) {
        struct used used = {.t = t};
        int r = *receipt && t->world->receipt
                        ? t->world->receipt(t->world->userdata, receipt, look_at_use, &used)
                        : 0;

        *saidp = r == 0 && used.yes;
        return r < 0 ? r : *saidp ? say_receipt_used(t, &used.first) : 0;
}

int pickup_receipt(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        char text[BARCODE_TEXT_MAX + 1];
        bool said;
        int r;

        if (t->scan.n_text < RECEIPT_MIN || t->scan.n_text >= sizeof(m->receipt))
                return turn_tell(t, VERDICT_UNPAID, "レシートのコードではない。レシートを読む",
                        "that is no receipt: read the till's");
        r = check_receipt(t, barcode_show(&t->scan, text), &said);
        if (r < 0 || said)
                return r;
        turn_end_gesture(t);
        m->paid = true;
        (void) copy_text(m->receipt, sizeof(m->receipt), text); /* the same length */
        return pickup_say_case(t);
}

int pickup_paid_by_leader(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;

        turn_end_gesture(t);
        m->paid = true;
        m->receipt[0] = '\0';
        (void) copy_text(m->leader, sizeof(m->leader), t->leader);
        return pickup_say_case(t);
}

/* ---- the parcels ---- */

int pickup_check(struct turn *t, const struct parcel *p) {
        struct pickup_memory *m = &t->b->pickup;
        struct fact_builder fb;

        pickup_put_down(t);
        if (!is_checked(t, p->id)) {
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
        return (p->state == PARCEL_SHELVED || p->state == PARCEL_COLLECTED) && is_checked(t, p->id);
}

/* All that was read: facts, and how long they may be taken back. */
static int hand_over(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        struct verdict *v;
        struct words owner;
        bool said = false;
        int n = 0, r;

        /* While they were read, the other counter may have been quicker. */
        for (size_t i = 0; i < m->n_cases; i++) {
                r = turn_load_shipment(t, m->cases[i].merchant, m->cases[i].shipment);
                if (r == 0)
                        r = pickup_any_claimed(t, is_about_to_go, &said);
                if (r < 0)
                        return r;
                if (said) {
                        pickup_end(t);
                        return 0;
                }
        }
        r = check_receipt(t, m->receipt, &said); /* the same at the next counter's */
        if (r < 0 || said) {
                m->paid = m->paid && !said;
                t->b->gesture = said ? GESTURE_PICKUP_PAY : t->b->gesture;
                return r;
        }
        for (size_t i = 0; i < m->n_cases; i++) {
                r = turn_load_shipment(t, m->cases[i].merchant, m->cases[i].shipment);
                if (r < 0)
                        return r;
                for (size_t k = 0; k < t->s.n_parcels && r == 0; k++)
                        if (t->s.parcels[k].state == PARCEL_SHELVED && is_checked(t, t->s.parcels[k].id)) {
                                write_collected(t, &t->s.parcels[k]);
                                n++;
                        }
        }
        r = words_owner(t, m->cases[0].merchant, m->cases[0].shipment, &owner);
        if (r < 0)
                return r;
        v = say_of(t, VERDICT_COLLECTED);
        verdict_sub_ja(v, "%s %d個。中身を一緒に確かめる。1分は取消可", owner.ja, n);
        verdict_sub_en(v, "%s, %d: look into it together (UNDO within a minute takes it back)", owner.en, n);
        m->n_cases = 0;
        m->proof = PROOF_NONE;
        m->paid = m->proxy = false;
        m->leader[0] = m->receipt[0] = '\0';
        m->undo_until_boot_usec = t->in->now.boot_usec + UNDO_USEC;
        return 0;
}

int pickup_hand_some(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        struct tally sum;
        int r = tally_case(t, &sum);

        if (r < 0)
                return r;
        if (m->n_checked == 0 || (sum.unpaid_yen > 0 && !m->paid) || !proof_will_do(t, &sum))
                return pickup_say_case(t); /* once more what is still to be done */
        return hand_over(t);
}

static int write_missing(struct turn *t, struct tally *lost) {
        for (size_t i = 0; i < t->s.n_parcels; i++) {
                struct parcel *p = &t->s.parcels[i];
                struct fact_builder fb;

                if (p->state != PARCEL_SHELVED || is_checked(t, p->id))
                        continue;
                turn_parcel_fact(t, &fb, "pickup.missing", &t->s, p);
                json_write_string(&fb.w, "shelf", p->shelf);
                fact_end(&fb);
                add_shelf(lost->shelves, p->shelf);
                lost->unchecked++;
        }
        return 0;
}

/* Where it was put, by whom it is not said here: the next shelves are looked at, and the search is known to all. */
int pickup_lost(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        struct tally lost = {0};
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
        v = say_of(t, VERDICT_NOT_ON_SHELF);
        verdict_sub_ja(v, "棚%s %d個なし。隣の棚を探す。%s", lost.shelves, lost.unchecked,
                m->n_checked > 0 ? "ある分はOKで渡す" : "見つけた荷物を読む");
        verdict_sub_en(v, "shelf %s, %d not there: look at the next ones; %s", lost.shelves, lost.unchecked,
                m->n_checked > 0 ? "OK hands over what is here" : "read it when found");
        if (m->n_checked == 0)
                pickup_end(t);
        return 0;
}

/* ---- undo ---- */

static int undo_parcel(struct turn *t, const char *parcel, struct tally *back) {
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
        add_shelf(back->shelves, p->shelf);
        back->shelved++;
        return 0;
}

int pickup_take_back(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        struct tally back = {0};
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
