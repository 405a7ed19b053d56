/* SPDX-License-Identifier: Apache-2.0 */
/* The customer says that nothing came: whoever stands at the counter asks for the notice of the case once more. */
#include "firmware/domain/notice.h"
#include "firmware/domain/pickup-internal.h"

#include <string.h>

static void write_asked(struct turn *t, const struct notice_known *n) {
        const char *kind = notice_kind_to_str(NOTICE_KIND_PICKUP_READY);
        struct fact_builder fb;

        turn_fact(t, &fb, "notice.resend-asked", t->s.merchant, t->s.id);
        json_write_string(&fb.w, "notice", n->id);
        json_write_string(&fb.w, "kind", kind);
        json_write_int(&fb.w, "generation", n->generation);
        fact_end(&fb);
        notice_again(&t->d->facts, t->world->policy, t->world->realm, &t->s, NOTICE_KIND_PICKUP_READY,
                t->b->name, turn_actor(t), &t->in->now);
}

static int say_not(struct turn *t, enum notice_resend why) {
        switch (why) {
        case NOTICE_RESEND_NOT_OURS:
                return turn_tell(t, VERDICT_NOT_NOW, "再通知は他のカウンターか本部で",
                        "the other counter or the office sends it");
        case NOTICE_RESEND_NOTHING:
                return turn_tell(t, VERDICT_NOT_NOW, "まだ通知していない", "nothing was told yet");
        case NOTICE_RESEND_UNDER_WAY:
                return turn_tell(t, VERDICT_NOT_NOW, "送っているところ。結果を待つ",
                        "it is on its way: wait for its outcome");
        case NOTICE_RESEND_TOO_OFTEN:
                return turn_tell(t, VERDICT_NOT_NOW, "今日はもう3回送った。明日にする",
                        "three times today already: tomorrow");
        case NOTICE_RESEND_GO:
                break;
        }
        return 0;
}

static int resend_one(struct turn *t, const struct shipment_ref *ref, enum notice_resend *whyp) {
        struct notice_known known = {0};
        int r = turn_load_shipment(t, ref->merchant, ref->shipment);

        if (r == 0)
                r = t->world->notice(t->world->userdata, t->s.merchant, t->s.id,
                        notice_kind_to_str(NOTICE_KIND_PICKUP_READY), &t->in->now, &known);
        if (r < 0)
                return r;
        *whyp = notice_resend_judge(&t->s, NOTICE_KIND_PICKUP_READY, r == 0 ? &known : NULL);
        if (*whyp == NOTICE_RESEND_GO)
                write_asked(t, &known);
        return 0;
}

bool pickup_may_act_for(const struct turn *t) {
        return !t->world->people_known || t->b->role == ROLE_CLERK || t->b->role == ROLE_LEADER;
}

int pickup_resend(struct turn *t) {
        const struct pickup_memory *m = &t->b->pickup;
        enum notice_resend why = NOTICE_RESEND_NOTHING;
        int n = 0;

        if (m->n_cases == 0)
                return turn_tell(t, VERDICT_NOT_NOW, "先に受取コードか注文番号を読む",
                        "read the pickup code or the order number first");
        if (!pickup_may_act_for(t)) {
                turn_refuse(t, "leader-needed", NULL, NULL);
                return turn_tell(t, VERDICT_NOT_NOW, "再通知は受付かリーダーがする",
                        "a clerk or a leader may do this");
        }
        for (size_t i = 0; i < m->n_cases; i++) {
                enum notice_resend one;
                int r = resend_one(t, &m->cases[i], &one);

                if (r < 0)
                        return r;
                n += one == NOTICE_RESEND_GO;
                if (one != NOTICE_RESEND_GO)
                        why = one;
        }
        if (n == 0)
                return say_not(t, why);
        (void) turn_tell(t, VERDICT_OK, "お客様へもう一度送る", "the customer is told once more");
        verdict_head(&t->d->verdicts[t->d->n_verdicts - 1], "再通知", "TOLD AGAIN");
        return 0;
}
