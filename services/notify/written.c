/* SPDX-License-Identifier: Apache-2.0 */
/* What a notice says, with the words that it is pinned to: as a job for its channel, and for a leader who is asked first. */
#include "services/notify/notify-internal.h"

/* Return: 0 with @in filled, WRITTEN_E_NO_PACK, -errno. @logo: room for what @in borrows */
static int gather(struct notify *n, const struct notice_row *row, const struct matter *m,
        enum channel channel, struct logo *logo, struct compose_input *in) {
        enum template_language language = m->card.language == LANGUAGE_EN ? TEMPLATE_EN : TEMPLATE_JA;
        const struct template *words;
        int r = phrases_get(n->phrases, row, language, &words);
        bool has_logo;

        if (r != 0)
                return r < 0 ? r : WRITTEN_E_NO_PACK;
        r = phrases_logo(n->phrases, row->merchant, logo);
        if (r < 0)
                return r;
        has_logo = r == 0;
        *in = (struct compose_input){.config = n->config,
                .signer = &n->signer,
                .words = words,
                .logo = has_logo ? logo : NULL,
                .notice = row,
                .shipment = &m->shipment,
                .policy = m->policy,
                .contact = &m->contact,
                .data = m->data,
                .sequel = m->sequel,
                .language = m->card.language,
                .channel = channel,
                .marketing = (m->card.marketing & CHANNEL_BIT(channel)) != 0};
        return 0;
}

int written_job(struct notify *n, const struct notice_row *row, const struct matter *m,
        const struct together *t, enum channel channel, struct courier_job *job,
        const struct template **wordsp) {
        struct compose_order orders[DIGEST_MAX];
        struct compose_input in;
        struct logo logo;
        int r = gather(n, row, m, channel, &logo, &in);

        if (r != 0)
                return r;
        together_list(row, m, t, orders);
        in.shipment = orders[0].shipment;
        in.data = orders[0].data;
        in.more = orders + 1;
        in.n_more = t->n;
        *wordsp = in.words;
        return compose(&in, job);
}

int written_draft(struct notify *n, const struct notice_row *row, const struct matter *m,
        enum channel channel, const struct stamp *now) {
        _cleanup_str_ struct str subject = STR_INIT, body = STR_INIT;
        struct compose_input in;
        struct logo logo;
        int r = gather(n, row, m, channel, &logo, &in);

        if (r == 0)
                r = compose_draft(&in, &subject, &body);
        if (r != 0)
                return r < 0 ? r : 0; /* what cannot be written is found when it is to go */
        return outcome_draft(n, &(struct draft_row){.notice = row->id,
                                        .channel = channel,
                                        .language = m->card.language,
                                        .subject = subject.data ? subject.data : "",
                                        .body = body.data ? body.data : "",
                                        .at_usec = now->wall_usec});
}
