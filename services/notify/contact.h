/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whom a notice goes to. The card is what the ledger's fact says openly (language, consent, which sealed box); the contact is
 * what is in the box, held for one sending and wiped. Pure.
 *
 * Source: services/sync/contract/commands.md, `contact`.
 */
#include "firmware/base/json.h"
#include "firmware/base/uuid.h"
#include "firmware/seal/seal.h"
#include "services/notify/letter.h"
#include "services/notify/mail/address.h"

#define CONTACT_NAME_MAX 400 /* bytes; a longer name is cut at a character */
#define CONTACT_CODE_MAX 32  /* a longer one is none */

enum contact_state {
        CONTACT_READY,       /* the card names a box for this kind and channel */
        CONTACT_NONE,        /* none has come, or it was erased */
        CONTACT_NO_CONSENT,  /* the customer did not agree to this kind, or nobody asked */
        CONTACT_NO_CHANNEL,  /* wants no mail */
        CONTACT_SEALED,      /* altered, swapped, or sealed to another key */
        CONTACT_BAD_ADDRESS, /* none that we would hand to SMTP */
        N_CONTACT_STATES
};
const char *contact_state_to_str(enum contact_state s); /* "ready", "no-contact", "no-consent", … */

struct contact_card {
        enum language language;
        int64_t consent_usec; /* wall clock when consent was given; 0 not said */
        char ref[UUID_TEXT_MAX];
        char hash[SEAL_HASH_MAX];
};

/*
 * May a notice of this kind go by this channel? By kind within the channel, purpose within the channel, kind, purpose: the first word
 * that is said decides, and nothing said is no.
 */
bool consent_is_given(const struct json *consent, const char *channel, const char *kind);

/**
 * contact_read_card() - the open half
 * @data: of the fact contact.received; NULL none
 * @kind: of the notice, "shipped"
 * @otherwise: language when the fact names none that we write
 * @card: filled when CONTACT_READY
 *
 * No `channels` means mail. Consent must be said: absent is no.
 */
enum contact_state contact_read_card(
        const struct json *data, const char *kind, enum language otherwise, struct contact_card *card);

struct contact {
        char name[CONTACT_NAME_MAX + 1]; /* "" unknown */
        char address[ADDRESS_MAX + 1];
        char code[CONTACT_CODE_MAX + 1]; /* of pickup; "" none */
};
void contact_wipe(struct contact *c);
#define _cleanup_contact_ _cleanup_(contact_wipe)

/**
 * contact_read() - the content of the box
 * @bytes: JSON, @n bytes, any content; the caller wipes it
 * @c: filled when CONTACT_READY, otherwise empty
 *
 * Return: CONTACT_READY, CONTACT_NONE (no JSON object, or no address in it), CONTACT_BAD_ADDRESS.
 */
enum contact_state contact_read(const char *bytes, size_t n, struct contact *c);
