/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From a sealed contact and a shipment to a mail that is ready to go. The only place where a contact is open: what it held is
 * in the job afterwards and nowhere else.
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
        const struct logo *logo;      /* NULL none */
        const struct template *words; /* of the notice's kind, in the card's language */
        const struct seal_keypair *secret;
        const struct notice_row *notice; /* its first_usec is the mail's Date */
        const struct shipment *shipment;
        const struct policy *policy;
        const struct contact_card *card;
        const struct json *data; /* what it says beside the shipment; NULL nothing */
        const uint8_t *box;
        size_t n_box;
};

/**
 * compose_mail() - open, write, wipe
 * @statep: CONTACT_READY when the job is filled, otherwise why not: CONTACT_SEALED, CONTACT_NONE, CONTACT_BAD_ADDRESS
 * @job: must be empty; courier_job_wipe()
 *
 * Return: 0, -ENOMEM.
 */
int compose_mail(const struct compose_input *in, enum contact_state *statep, struct courier_job *job);
