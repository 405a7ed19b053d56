/* SPDX-License-Identifier: Apache-2.0 */
/* What stands before a handover: who they are, and that it is paid. A receipt pays for what it was read for first, and no other. */
#include "firmware/domain/pickup-internal.h"

#include <stdio.h>
#include <string.h>

#define RECEIPT_MIN 6 /* a till prints more than a price tag has */

void pickup_proof_words(const struct pickup_tally *sum, struct words *w) {
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

bool pickup_proof_will_do(const struct turn *t, const struct pickup_tally *sum) {
        return t->b->pickup.proof != PROOF_NONE && (sum->proofs & 1U << t->b->pickup.proof) != 0;
}

int pickup_prove(struct turn *t) {
        struct pickup_memory *m = &t->b->pickup;
        enum pickup_proof proof;
        struct pickup_tally sum;
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
        r = pickup_tally(t, &sum);
        if (r < 0)
                return r;
        pickup_proof_words(&sum, &w);
        if (!(sum.proofs & 1U << proof) || (proof == PROOF_PROXY_CODE && !sum.proxy)) {
                v = pickup_say_of(t, VERDICT_PROOF);
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
        v = pickup_say_of(t, VERDICT_UNPAID);
        verdict_sub_ja(v, "使用済みのレシート %s。リーダーを呼ぶ", when);
        verdict_sub_en(v, "this receipt was used %s: another one, or the leader", when);
        return 0;
}

int pickup_check_receipt(struct turn *t, const char *receipt, bool *saidp) {
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
        r = pickup_check_receipt(t, barcode_show(&t->scan, text), &said);
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
