/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/contact.h"

#include <string.h>

#include "firmware/base/time.h"
#include "services/notify/channel/line.h"
#include "services/notify/template/kinds.h"

static const char *const states[N_CONTACT_STATES] = {
        [CONTACT_READY] = "ready",
        [CONTACT_NONE] = "no-contact",
        [CONTACT_NO_CONSENT] = "no-consent",
        [CONTACT_NO_CHANNEL] = "no-channel",
        [CONTACT_SEALED] = "bad-seal",
        [CONTACT_BAD_ADDRESS] = "bad-address",
};

const char *contact_state_to_str(enum contact_state s) {
        return states[s];
}

/* Return: 1 yes, 0 no, -1 nothing is said. */
static int said(const struct json *words, const char *word) {
        const struct json *v = json_get(words, word);

        if (!v || json_type(v) == JSON_NULL)
                return -1;
        return json_is_true(v) ? 1 : 0;
}

bool consent_is_given(const struct json *consent, const char *channel, const char *kind) {
        const struct kind *k = kind_find(kind);
        const char *purpose = k && k->marketing ? "marketing" : "transactional";
        const struct json *within = json_get(consent, channel);
        int answer = said(within, kind);

        if (answer < 0)
                answer = said(within, purpose);
        if (answer < 0)
                answer = said(consent, kind);
        if (answer < 0)
                answer = said(consent, purpose);
        return answer == 1;
}

bool consent_to_marketing(const struct json *consent, const char *channel) {
        int answer = said(json_get(consent, channel), "marketing");

        return (answer < 0 ? said(consent, "marketing") : answer) == 1;
}

static bool is_wished(const struct contact_card *card, enum channel c) {
        for (size_t i = 0; i < card->n_wish; i++)
                if (card->wish[i] == c)
                        return true;
        return false;
}

static void read_wish(const struct json *data, const struct json *merchants, struct contact_card *card) {
        const struct json *channels = json_get(data, "channels");
        enum channel c;

        if (json_type(channels) != JSON_ARRAY)
                channels = merchants;
        if (json_type(channels) != JSON_ARRAY) {
                card->wish[card->n_wish++] = CHANNEL_EMAIL;
                return;
        }
        for (const struct json *v = json_first(channels); v; v = json_next(v))
                if (json_string(v) && channel_from_str(json_string(v), &c) == 0 && !is_wished(card, c))
                        card->wish[card->n_wish++] = c;
}

enum contact_state contact_read_card(const struct json *data, const char *kind, const struct json *merchants,
        enum language otherwise, struct contact_card *card) {
        const struct json *box = json_get(data, "contact");
        struct contact_card fresh = {.language = otherwise};

        if (!uuid_is_valid(json_get_string(box, "ref", "")) ||
                !copy_text(fresh.ref, sizeof(fresh.ref), json_get_string(box, "ref", "")) ||
                !copy_text(fresh.hash, sizeof(fresh.hash), json_get_string(box, "hash", "")))
                return CONTACT_NONE;
        read_wish(data, merchants, &fresh);
        for (size_t i = 0; i < fresh.n_wish; i++)
                if (consent_is_given(json_get(data, "consent"), channel_to_str(fresh.wish[i]), kind))
                        fresh.consented |= CHANNEL_BIT(fresh.wish[i]);
        for (size_t i = 0; i < fresh.n_wish; i++)
                if (consent_to_marketing(json_get(data, "consent"), channel_to_str(fresh.wish[i])))
                        fresh.marketing |= CHANNEL_BIT(fresh.wish[i]);
        if (fresh.n_wish == 0)
                return CONTACT_NO_CHANNEL;
        if (fresh.consented == 0)
                return CONTACT_NO_CONSENT;
        if (language_from_str(json_get_string(data, "language", ""), &fresh.language) < 0)
                fresh.language = otherwise;
        if (time_parse(json_get_string(data, "consent_at", ""), &fresh.consent_usec, NULL) < 0)
                fresh.consent_usec = 0;
        *card = fresh;
        return CONTACT_READY;
}

void contact_wipe(struct contact *c) {
        seal_wipe(c, sizeof(*c));
}

/* ---- what is in the box ---- */

/* "" and false: there is none. */
static void take_email(const char *text, struct contact *c) {
        c->bad_email = *text && (!address_is_valid(text) || !copy_text(c->email, sizeof(c->email), text));
}

static void take_phone(const char *text, struct contact *c) {
        c->bad_phone = *text && phone_read(text, c->phone) != 0;
        if (c->bad_phone)
                c->phone[0] = '\0';
}

static void take_line(const char *text, struct contact *c) {
        c->bad_line =
                *text && (!line_to_is_valid(LINE_PUSH, text) || !copy_text(c->line, sizeof(c->line), text));
}

static void take(const struct json *doc, struct contact *c) {
        const char *name = json_get_string(doc, "name", "");

        memcpy(c->name, name, utf8_cut(name, strnlen(name, CONTACT_NAME_MAX)));
        take_email(json_get_string(doc, "email", ""), c);
        take_phone(json_get_string(doc, "phone", ""), c);
        take_line(json_get_string(doc, "line", ""), c);
        if (ascii_is_printable(json_get_string(doc, "code", "")))
                (void) copy_text(c->code, sizeof(c->code), json_get_string(doc, "code", ""));
}

enum contact_state contact_read(const char *bytes, size_t n, struct contact *c) {
        _cleanup_(json_freep) struct json *doc = NULL;
        _cleanup_contact_ struct contact fresh = {0};

        if (json_parse(bytes, n, &doc, NULL) < 0)
                return CONTACT_NONE;
        if (json_type(doc) == JSON_OBJECT) {
                take(doc, &fresh);
                *c = fresh;
        }
        n = json_type(doc) == JSON_OBJECT;
        json_wipe(doc);
        return n ? CONTACT_READY : CONTACT_NONE;
}

static enum contact_state give(const char *address, bool is_bad, char to[COURIER_TO_MAX]) {
        if (is_bad)
                return CONTACT_BAD_ADDRESS;
        return *address && copy_text(to, COURIER_TO_MAX, address) ? CONTACT_READY : CONTACT_NONE;
}

static enum contact_state give_email(const struct contact *c, char to[COURIER_TO_MAX]) {
        _cleanup_str_wiped_ struct str quoted = STR_INIT;

        if (*c->email)
                address_add(&quoted, c->email);
        return give(quoted.data ? quoted.data : "", c->bad_email, to);
}

enum contact_state contact_address(const struct contact *c, enum channel channel, char to[COURIER_TO_MAX]) {
        to[0] = '\0';
        switch (channel) {
        case CHANNEL_EMAIL:
                return give_email(c, to);
        case CHANNEL_SMS:
                return give(c->phone, c->bad_phone || (*c->phone && !phone_takes_sms(c->phone)), to);
        case CHANNEL_LINE_NOTIFICATION:
                return give(c->phone, c->bad_phone, to);
        case CHANNEL_LINE:
                return give(c->line, c->bad_line, to);
        case CHANNEL_WEBHOOK:
        case CHANNEL_SLIP:
        case N_CHANNELS:
                break;
        }
        return CONTACT_READY;
}
