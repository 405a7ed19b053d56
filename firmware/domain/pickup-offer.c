/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An offer that a customer shows: signed by the OMS, checked and redeemed offline, a coupon once. What it is and until when stands
 * on the screen before OK redeems it.
 */
#include "firmware/domain/pickup-internal.h"
#include "firmware/domain/pickup-token.h"

#include <string.h>

static int refuse(struct turn *t, const char *ja, const char *en) {
        return turn_tell(t, VERDICT_NO_OFFER, ja, en);
}

/* What the token's check said is about an offer here, and not about parcels. */
static int rename_refusal(struct turn *t) {
        struct verdict *v = &t->d->verdicts[t->d->n_verdicts - 1];

        if (v->kind != VERDICT_NO_HAND_OVER)
                return 0;
        v->kind = VERDICT_NO_OFFER;
        verdict_head(v, verdict_look(VERDICT_NO_OFFER)->head_ja, verdict_look(VERDICT_NO_OFFER)->head_en);
        return 0;
}

static int say_redeemed(struct turn *t, const struct world_redeemed *was) {
        struct verdict *v = turn_say(t, VERDICT_ALREADY);
        char when[WORDS_SIZE];

        words_when(was->at_usec, was->at_offset_sec, *was->station ? was->station : was->bench, when);
        verdict_head(v, "利用済み", "USED");
        verdict_sub_ja(v, "この特典は利用済み %s", when);
        verdict_sub_en(v, "this one was redeemed %s", when);
        return 0;
}

/* Return: 0 it may be redeemed, WORLD_E_NONE said why not, -errno. */
static int check(struct turn *t, const struct pickup_offer_memory *m, struct world_offer *offer) {
        const struct world *w = t->world;
        struct world_redeemed was;
        int r = w->offer ? w->offer(w->userdata, m->merchant, m->offer, offer) : WORLD_E_NONE;

        if (r < 0)
                return r;
        if (r == WORLD_E_NONE || offer->cancelled) {
                (void) refuse(t, "この店で知らない特典", "not an offer of this store");
                return WORLD_E_NONE;
        }
        if (strcmp(offer->kind, "online") == 0) {
                (void) refuse(t, "ネット専用の特典。店では使えない", "for the online shop only");
                return WORLD_E_NONE;
        }
        if (t->in->now.clock == CLOCK_QUALITY_SYNCED && offer->until_usec > 0 &&
                t->in->now.wall_usec > offer->until_usec) {
                (void) refuse(t, "期限切れの特典", "the offer has ended");
                return WORLD_E_NONE;
        }
        r = *m->coupon ? w->redeemed(w->userdata, m->merchant, m->offer, m->coupon, &was) : WORLD_E_NONE;
        if (r == 0)
                (void) say_redeemed(t, &was);
        return r < 0 ? r : r == 0 ? WORLD_E_NONE : 0;
}

int pickup_offer(struct turn *t, const char *text, const struct pickup_token *token) {
        struct pickup_offer_memory m = {0};
        char until[TIME_TEXT_MAX] = "";
        struct world_offer offer;
        struct verdict *v;
        bool good;
        int r = pickup_token_check(t, text, token, "offer", &good);

        if (r < 0 || !good)
                return r < 0 ? r : rename_refusal(t);
        (void) copy_text(m.merchant, sizeof(m.merchant), token->merchant); /* of the same sizes */
        (void) copy_text(m.offer, sizeof(m.offer), token->offer);
        (void) copy_text(m.coupon, sizeof(m.coupon), token->coupon);
        r = check(t, &m, &offer);
        if (r != 0)
                return r < 0 ? r : 0;
        turn_end_gesture(t);
        t->b->gesture = GESTURE_PICKUP_OFFER;
        t->b->offer = m;
        if (offer.until_usec > 0)
                (void) time_format(offer.until_usec, t->in->now.offset_sec, until);
        until[strlen(until) > 10 ? 10 : 0] = '\0';
        v = turn_say(t, VERDICT_OFFER);
        verdict_sub_ja(
                v, "%s。%s%s%s 使うならOK", offer.headline_ja, offer.terms_ja, *until ? " 期限 " : "", until);
        verdict_sub_en(v, "%s; %s%s%s: OK redeems it", offer.headline_en, offer.terms_en,
                *until ? ", until " : "", until);
        return 0;
}

int pickup_offer_redeem(struct turn *t) {
        struct pickup_offer_memory m = t->b->offer;
        struct world_offer offer;
        struct fact_builder fb;
        struct verdict *v;
        int r;

        turn_end_gesture(t);
        t->b->offer = (struct pickup_offer_memory){0};
        r = check(t, &m, &offer);
        if (r != 0)
                return r < 0 ? r : 0;
        turn_fact(t, &fb, "offer.redeemed", m.merchant, m.offer);
        if (*m.coupon)
                json_write_string(&fb.w, "coupon", m.coupon);
        json_write_string(&fb.w, "kind", offer.kind);
        fact_end(&fb);
        v = turn_say(t, VERDICT_REDEEMED);
        verdict_sub_ja(v, "%s", offer.headline_ja);
        verdict_sub_en(v, "%s", offer.headline_en);
        return 0;
}
