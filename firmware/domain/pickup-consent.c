/* SPDX-License-Identifier: Apache-2.0 */
/* The customer wants to hear no more: whoever stands at the counter says so for the orders of the case, and it holds from then on. */
#include "firmware/domain/pickup-internal.h"

static int withdraw_one(struct turn *t, const struct shipment_ref *ref) {
        struct fact_builder fb;
        int r = turn_load_shipment(t, ref->merchant, ref->shipment);

        if (r < 0)
                return r;
        turn_fact(t, &fb, "consent.changed", t->s.merchant, t->s.id);
        json_write_bool(&fb.w, "given", false);
        fact_end(&fb);
        return 0;
}

int pickup_opt_out(struct turn *t) {
        const struct pickup_memory *m = &t->b->pickup;

        if (m->n_cases == 0)
                return turn_tell(t, VERDICT_NOT_NOW, "先に受取コードか注文番号を読む",
                        "read the pickup code or the order number first");
        if (!pickup_may_act_for(t)) {
                turn_refuse(t, "leader-needed", NULL, NULL);
                return turn_tell(t, VERDICT_NOT_NOW, "配信停止は受付かリーダーがする",
                        "a clerk or a leader may do this");
        }
        for (size_t i = 0; i < m->n_cases; i++) {
                int r = withdraw_one(t, &m->cases[i]);

                if (r < 0)
                        return r;
        }
        (void) turn_tell(t, VERDICT_OK, "お客様へお知らせを送らない", "this customer is told no more");
        verdict_head(&t->d->verdicts[t->d->n_verdicts - 1], "配信停止", "NO NOTICES");
        return 0;
}
