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
#include "services/notify/channel/channel.h"
#include "services/notify/channel/courier.h"
#include "services/notify/channel/phone.h"
#include "services/notify/letter.h"
#include "services/notify/mail/address.h"

#define CONTACT_NAME_MAX  400 /* bytes; a longer name is cut at a character */
#define CONTACT_CODE_MAX  32  /* a longer one is none */
#define CONTACT_LINE_SIZE 34  /* "U", 32 hex digits, NUL */

enum contact_state {
        CONTACT_READY,       /* the card names a box for this kind */
        CONTACT_NONE,        /* none has come, or it was erased, or it holds no address */
        CONTACT_NO_CONSENT,  /* the customer did not agree to this kind, or nobody asked */
        CONTACT_NO_CHANNEL,  /* none that they name is known here */
        CONTACT_SEALED,      /* altered, swapped, or sealed to another key */
        CONTACT_BAD_ADDRESS, /* none that we would hand over */
        N_CONTACT_STATES
};
const char *contact_state_to_str(enum contact_state s); /* "ready", "no-contact", "no-consent", … */

struct contact_card {
        enum language language;
        int64_t consent_usec;          /* wall clock when consent was given; 0 not said */
        enum channel wish[N_CHANNELS]; /* in the order of the wish, none twice */
        size_t n_wish;
        unsigned consented; /* set of channels by which this kind may go */
        unsigned marketing; /* and by which marketing may stand in it */
        char ref[UUID_TEXT_MAX];
        char hash[SEAL_HASH_MAX];
};

/*
 * May a notice of this kind go by this channel? By kind within the channel, purpose within the channel, kind, purpose: the first word
 * that is said decides, and nothing said is no.
 */
bool consent_is_given(const struct json *consent, const char *channel, const char *kind);

/* The same of marketing within a notice, whatever its kind. */
bool consent_to_marketing(const struct json *consent, const char *channel);

/**
 * contact_read_card() - the open half
 * @data: of the fact contact.received; NULL none
 * @kind: of the notice, "shipped"
 * @merchants: the merchant's own order of channels, for customers who name none; NULL or no array: mail
 * @otherwise: language when the fact names none that we write
 * @card: filled when CONTACT_READY
 *
 * Words that are no channels are passed over. Consent must be said: absent is no.
 */
enum contact_state contact_read_card(const struct json *data, const char *kind, const struct json *merchants,
        enum language otherwise, struct contact_card *card);

struct contact {
        char name[CONTACT_NAME_MAX + 1]; /* "" unknown */
        char email[ADDRESS_MAX + 1];     /* "" none; below likewise */
        char phone[PHONE_SIZE];
        char line[CONTACT_LINE_SIZE];
        bool bad_email, bad_phone, bad_line; /* one is there that we would not hand over */
        char code[CONTACT_CODE_MAX + 1];     /* of pickup; "" none */
};
void contact_wipe(struct contact *c); /* nothing of it stays in memory; twice is harmless */
#define _cleanup_contact_ _cleanup_(contact_wipe)

/**
 * contact_read() - the content of the box
 * @bytes: JSON, @n bytes, any content; the caller wipes it
 * @c: filled when CONTACT_READY, otherwise empty
 *
 * Return: CONTACT_READY, also without any address; CONTACT_NONE for what is no JSON object.
 */
enum contact_state contact_read(const char *bytes, size_t n, struct contact *c);

/**
 * contact_address() - where a channel reaches them
 * @to: filled when CONTACT_READY, as the channel is given it; "" for channels that need no address
 *
 * Return: CONTACT_READY, CONTACT_NONE, CONTACT_BAD_ADDRESS.
 */
enum contact_state contact_address(const struct contact *c, enum channel channel, char to[COURIER_TO_MAX]);
