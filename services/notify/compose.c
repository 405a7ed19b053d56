/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/compose.h"

#include <errno.h>

#include "firmware/base/cleanup.h"
#include "services/notify/compose-internal.h"
#include "services/notify/template/kinds.h"
#include "services/notify/unsubscribe.h"

static void composition_deinit(struct composition *c) {
        letter_view_close(&c->fields);
        letter_deinit(&c->letter);
        str_deinit(&c->unsubscribe);
}

/* Its link to stop; the decision was made where there is one. */
static int add_unsubscribe(const struct compose_input *in, struct composition *c) {
        const struct kind *k = kind_find(in->notice->kind);
        const char *pattern = policy_unsubscribe_url(in->policy, in->shipment->merchant);
        int r;

        if (!k || !k->marketing || !pattern)
                return 0;
        r = unsubscribe_write(in->signer->unsubscribe.text, in->signer->unsubscribe.n, pattern,
                in->notice->id, &c->unsubscribe);
        c->letter.unsubscribe = c->unsubscribe.data;
        return r < 0 ? r : 0;
}

static int gather(const struct compose_input *in, struct composition *c) {
        const struct json *merchant = policy_merchant(in->policy, in->shipment->merchant);
        enum notice_kind kind = NOTICE_KIND_SHIPPED;
        int r;

        (void) notice_kind_from_str(in->notice->kind, &kind); /* others are never sent */
        c->in = in;
        r = letter_compose(&c->letter, kind, in->shipment, in->policy, in->language);
        c->letter.data = in->data;
        c->letter.sequel = in->sequel;
        c->letter.channel = in->channel;
        for (size_t i = 0; i < in->n_more && r == 0; i++)
                r = letter_add_order(&c->letter, in->more[i].shipment, in->more[i].data);
        if (r == 0)
                r = add_unsubscribe(in, c);
        if (r == 0)
                r = letter_view_open(&c->fields, &c->letter, merchant);
        if (r < 0)
                return r;
        c->words = in->words;
        c->view = (struct template_view){.data = c->fields.data,
                .brand = &c->fields.brand,
                .logo = in->logo,
                .marketing = in->marketing,
                .customer = in->contact->name,
                .code = in->contact->code,
                .contact = in->channel == CHANNEL_EMAIL ? in->contact->email : in->contact->phone,
                .cid_host = in->config->domain,
                .columns = (int) in->config->slip.columns};
        return 0;
}

static int write_content(const struct composition *c, struct courier_job *job) {
        switch (c->in->channel) {
        case CHANNEL_EMAIL:
                return compose_mail(c, job);
        case CHANNEL_SMS:
                return compose_text(c, TEMPLATE_SMS, job);
        case CHANNEL_LINE:
        case CHANNEL_LINE_NOTIFICATION:
                return compose_text(c, TEMPLATE_LINE, job);
        case CHANNEL_WEBHOOK:
                return compose_webhook(c, job);
        case CHANNEL_SLIP:
                return compose_text(c, TEMPLATE_SLIP, job);
        case N_CHANNELS:
                break;
        }
        return -EINVAL;
}

/* In the place of what is there. */
static void hide(struct contact *to, const struct contact *from, enum language language) {
        static const struct {
                const char *name, *address, *code;
        } words[] = {
                [LANGUAGE_JA] = {"（お客様のお名前）", "（連絡先）", "（受取コード）"},
                [LANGUAGE_EN] = {"(customer's name)", "(contact)", "(pickup code)"},
        };

        *to = (struct contact){0};
        (void) copy_text(to->name, sizeof(to->name), *from->name ? words[language].name : ""); /* all fit */
        (void) copy_text(to->email, sizeof(to->email), *from->email ? words[language].address : "");
        (void) copy_text(to->phone, sizeof(to->phone), *from->phone ? words[language].address : "");
        (void) copy_text(to->code, sizeof(to->code), *from->code ? words[language].code : "");
}

int compose_draft(const struct compose_input *in, struct str *subject, struct str *body) {
        _cleanup_(composition_deinit) struct composition c = {0};
        struct notice_row nobody = *in->notice; /* whose link to stop is nobody's */
        struct compose_input hidden = *in;
        struct contact contact;
        int r;

        (void) copy_text(nobody.id, sizeof(nobody.id), "00000000-0000-0000-0000-000000000000");
        hide(&contact, in->contact, in->language);
        hidden.notice = &nobody;
        hidden.contact = &contact;
        r = gather(&hidden, &c);
        if (r == 0 && in->channel == CHANNEL_EMAIL)
                r = template_render(c.words, TEMPLATE_SUBJECT, &c.view, subject);
        if (r == 0)
                r = template_render(
                        c.words, in->channel == CHANNEL_SMS ? TEMPLATE_SMS : TEMPLATE_TEXT, &c.view, body);
        if (r != 0)
                return r < 0 ? r : COMPOSE_E_NO_WORDS;
        return subject->error ? subject->error : body->error;
}

int compose(const struct compose_input *in, struct courier_job *job) {
        _cleanup_(composition_deinit) struct composition c = {0};
        int r = contact_address(in->contact, in->channel, job->to) == CONTACT_READY ? 0 : -EINVAL;

        if (r == 0)
                r = gather(in, &c);
        if (r == 0)
                r = write_content(&c, job);
        if (r != 0) {
                courier_job_wipe(job);
                return r < 0 ? r : COMPOSE_E_NO_WORDS;
        }
        (void) copy_text(job->notice, sizeof(job->notice), notice_row_copy(in->notice)); /* a uuid */
        return 0;
}
