/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From an opened contact and a shipment to a job that is ready to go by its channel. What the contact held is in the job afterwards
 * and nowhere else.
 *
 *   email               a whole mail, signed; its envelope
 *   sms                 the template's "sms"
 *   line, -notification a JSON array of one text message
 *   webhook             {"type":"notice.<kind>","timestamp","data":{notice, merchant, shipment, kind, generation, language, subject,
 *                       text, code?, fields}}; fields: as the template has them, nothing personal
 *   slip                lines for paper
 */
#include "services/notify/channel/courier.h"
#include "services/notify/config.h"
#include "services/notify/contact.h"
#include "services/notify/outbox.h"
#include "services/notify/signer.h"
#include "services/notify/template/template.h"

struct compose_input { /* all borrowed */
        const struct notify_config *config;
        const struct signer *signer;
        const struct logo *logo;         /* NULL none */
        const struct template *words;    /* of the notice's kind, in @language */
        const struct notice_row *notice; /* its first_usec is the mail's Date */
        const struct shipment *shipment;
        const struct policy *policy;
        const struct contact *contact;
        const struct json *data; /* what it says beside the shipment; NULL nothing */
        enum notice_sequel sequel;
        const struct compose_order {
                const struct shipment *shipment;
                const struct json *data;
        } * more; /* other orders that it tells of, too; NULL none */
        size_t n_more;
        enum language language;
        enum channel channel;
        bool marketing; /* consent: coupons are shown */
};

enum {
        COMPOSE_E_NO_WORDS = 1, /* the template has none for this channel, or more than it takes */
};

/**
 * compose() - write
 * @in: the contact has an address for the channel (contact_address())
 * @job: must be empty; courier_job_wipe()
 *
 * Return: 0, COMPOSE_E_NO_WORDS, -ENOMEM, -EINVAL what nobody could send.
 */
int compose(const struct compose_input *in, struct courier_job *job);

/**
 * compose_draft() - the same words without what is personal, for people who look at them before they go
 * @in:      of its contact only which members there are is used: words stand for them
 * @subject: filled where the channel has one
 * @body:    the text; of a mail the plain one
 *
 * Return: as compose().
 */
int compose_draft(const struct compose_input *in, struct str *subject, struct str *body);
